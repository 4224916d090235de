"""Explanations of a few of the demo's answers: two right ones and a wrong one, drawn."""

from collections.abc import Sequence
from pathlib import Path

from skelshot.datasets.protocols.contract import FewShotProtocol
from skelshot.datasets.store import Store
from skelshot.evaluation.member import Member
from skelshot.evaluation.query_table import QueryTable
from skelshot.experiments.run_page.choosing import choose_queries
from skelshot.experiments.settings import own_evaluation
from skelshot.explain import ATTRIBUTIONS, Explanation
from skelshot.explain.pictures import draw_explained
from skelshot.explain.requests import Request, explain_request
from skelshot.fewshot import CosineClassifier
from skelshot.ground import SkelshotError
from skelshot.runs import Run

RIGHT, WRONG = 2, 1
"""How many queries are explained."""

Picture = tuple[Path, str]
"""A file, and what it shows."""


def explain_queries(
    store: Store,
    protocol: FewShotProtocol,
    run: Run,
    table: QueryTable,
    out: Path,
    changes: Sequence[str] = (),
) -> list[Picture]:
    """Explain the narrowest right answers and the surest wrong one of the cosine classifier.

    Args:
        store: The clips.
        protocol: Draws the exemplars.
        run: The run that answered.
        table: Its answers.
        out: The folder for the pictures.
        changes: Changes of the run's evaluation.

    Returns:
        A picture each.

    Raises:
        SkelshotError: The run does not say how it is evaluated.
    """
    chosen = choose_queries(table, 1)
    rows = [*chosen.hits[:RIGHT], *chosen.misses[:WRONG]]
    evaluation = own_evaluation(run, changes)
    if evaluation is None:
        raise SkelshotError(f"{run.path}: does not say how it is evaluated; train it again")
    name, options, _ = evaluation
    method = CosineClassifier.from_options(options.classifiers.get(CosineClassifier.name, {}))
    request = Request(tuple(table.clips[row] for row in rows))
    big = ATTRIBUTIONS.named("big")()
    member = Member(run, method, options, name)
    return [
        _drawn(store, explanation, out / f"why-{number}.png")
        for number, explanation in enumerate(
            explain_request(member, store, protocol, request, big), start=1
        )
    ]


def _drawn(store: Store, explanation: Explanation, file: Path) -> Picture:
    """Draw one explanation, and say what it shows."""
    index = store.index_of(explanation.clip)
    true = store.class_of(index)
    right = "rightly named" if explanation.predicted == true else f"{true}, wrongly named"
    told = f"{right} {explanation.predicted}"
    if explanation.attribution.boundary_found is False:
        told = f"best effort, no boundary found; {told}"
    importance = explanation.attribution.importance().numpy()
    heading = f"what speaks for and against {explanation.label}"
    return draw_explained(store.sequence(index), {heading: importance}, file, told), told
