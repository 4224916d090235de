"""The recogniser's scores are those of `evaluate`, for the same clips and exemplars."""

import pytest
import torch

from skelshot.datasets.protocols import protocol_named
from skelshot.datasets.protocols.tasks import Task
from skelshot.datasets.store import Store
from skelshot.evaluation.evaluate import draw_tasks
from skelshot.evaluation.fusion import fuse
from skelshot.evaluation.member import Member, ReadyMember
from skelshot.evaluation.options import EvaluateOptions
from skelshot.fewshot import METHODS
from skelshot.ground.devices import chosen_device
from skelshot.recognition import MatchOptions, Recognizer
from skelshot.runs import Run
from skelshot.runs.encoder_file import EncoderRun

PROTOCOL = protocol_named("toy")


def evaluated(
    store: Store,
    run: Run,
    shots: int,
    nearest: dict[str, object],
    readout: str,
    raw: str | None,
    raw_weight: float,
) -> tuple[Task, torch.Tensor]:
    """Score one task as `skelshot evaluate --method nearest --beside raw` does."""
    asked = [
        Member(
            run, METHODS.named("nearest").from_options(nearest), EvaluateOptions(readout=readout)
        )
    ]
    if raw:
        asked.append(Member(None, METHODS.named(raw)(), EvaluateOptions()))
    ready = [
        ReadyMember.of(one, store, PROTOCOL, [0], None).with_sides(matter=True) for one in asked
    ]
    tasks = {shots: [draw_tasks(store, PROTOCOL, ready[0].splits, [shots])[shots][0][:1]]}
    answers = [one.answer(tasks, {}, [], chosen_device("cpu"))[0] for one in ready]
    fused = fuse(answers, [1.0, raw_weight][: len(answers)], "z-scores")
    return fused.tasks[0], fused.logits[0]


@pytest.mark.parametrize("shots", [1, 3])
@pytest.mark.parametrize(
    ("options", "nearest", "readout", "raw"),
    [
        (MatchOptions(), {"distance": "cosine", "to": "both"}, "flat", "raw-dtw"),
        (MatchOptions(raw="none", to="exemplar"), {"distance": "cosine"}, "flat", None),
        (
            MatchOptions(readout="joints", distance="euclid", to="mean", raw="raw-nearest"),
            {"distance": "euclid", "to": "mean"},
            "joints",
            "raw-nearest",
        ),
    ],
)
def test_scores_are_those_of_an_evaluation(
    toy_store: Store,
    shots: int,
    options: MatchOptions,
    nearest: dict[str, object],
    readout: str,
    raw: str | None,
) -> None:
    run = EncoderRun.of_file("skelshot-base")
    task, logits = evaluated(toy_store, run, shots, nearest, readout, raw, options.raw_weight)
    recognizer = Recognizer(options=options)
    for label, row in zip(task.classes, task.support, strict=True):
        exemplars = [toy_store.sequence(int(index)) for index in row]
        recognizer.enroll(toy_store.class_names[label], exemplars)
    answers = recognizer.predict_many(toy_store.sequence(int(index)) for index in task.queries)
    found = torch.tensor([list(answer.scores.values()) for answer in answers])
    names = [toy_store.class_names[label] for label in task.classes]
    assert [list(answer.scores) for answer in answers] == [names] * len(answers)
    torch.testing.assert_close(found, logits[: len(answers)], rtol=1e-4, atol=1e-4)
    assert logits.std() > 0.02
