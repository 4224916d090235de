"""A classifier of an evaluation with the settings of a preset, or of its run."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from skelshot.datasets.store import Store
from skelshot.evaluation.member import Member
from skelshot.experiments.settings import (
    evaluation_changes,
    load_settings,
    own_evaluation,
)
from skelshot.experiments.store_fit import adapted_for
from skelshot.fewshot import FewShotMethod
from skelshot.ground import SkelshotError
from skelshot.runs import Run


def member_of(
    store: Store,
    run: Run | None,
    method: type[FewShotMethod],
    preset: Path | str | None = None,
    changes: Sequence[str] = (),
) -> Member:
    """Put a run and a method together with the preset asked for, or the run's own.

    Args:
        store: The clips.
        run: The run; None for methods that read clips.
        method: The few-shot method.
        preset: `cpu`, `paper`, `smoke` or a file; the run's own unless told.
        changes: Changes of the preset's evaluation.

    Returns:
        The classifier.

    Raises:
        SkelshotError: A change names no option, or does not fit.
    """
    own = own_evaluation(run, changes) if run is not None and preset is None else None
    if own is None:
        name = str(preset or "cpu")
        settings = load_settings(
            name,
            layout=store.layout,
            coordinates=min([store.channels, *_read_by(run)]),
            assignments=evaluation_changes(changes),
        )
        options, adapted = settings.evaluate, settings.adapted
    else:
        name, options, adapted = own
    chosen = method.from_options(options.classifiers.get(method.name, {}))
    keys = (change.partition("=")[0] for change in evaluation_changes(changes))
    told = any(key.split(".")[1].strip() == "views" for key in keys)
    return Member(run, chosen, options, name, tuple(adapted_for(adapted, method.name)), told)


def _read_by(run: Run | None) -> Iterator[int]:
    """Yield the coordinates that the encoders of a run read."""
    for split in () if run is None else run.splits.values():
        with suppress(SkelshotError):  # a damaged one is told of where it is opened
            if split.done:
                yield split.inputs.coordinates
