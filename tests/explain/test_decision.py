"""Decisions: which of several exemplars a clip is nearest to, by the method's own measure."""

from typing import Any

import pytest
import torch
from torch import Tensor

from skelshot.explain.decision import Decision, FeaturePath
from skelshot.fewshot import METHODS
from skelshot.skeletons import InputSpec
from skelshot.skeletons.layouts import KINECT_V1

PRESENT = torch.ones(2, 1, 1, dtype=torch.bool)


class FirstTwo(FeaturePath):
    """Reads the first two coordinates of a clip as its vector."""

    def __call__(self, inputs: Tensor) -> Tensor:
        return inputs.flatten(1)[:, [0, 20]]


def decision(name: str, options: dict[str, Any], support: list[Any]) -> Decision:
    """Two clips of two tasks; each task has two classes of three exemplars."""
    method = METHODS.named(name).from_options(options)
    spec = InputSpec(layout=KINECT_V1, frames=1, persons=1, streams=("joint",))
    path = FirstTwo(None, method, spec)
    tasks = torch.tensor([0, 1])
    return Decision(path, torch.tensor(support), torch.tensor([[0, 1]] * 2), tasks, PRESENT, None)


def clips(*vectors: tuple[float, float]) -> Tensor:
    points = torch.zeros(len(vectors), 3, 1, 20, 1)
    points[:, :2, 0, 0, 0] = torch.tensor(vectors)
    return points


NEAR, ALIKE, FAR = [0.5, 0.5], [10.0, 0.1], [-4.0, -4.0]
OTHERS = [[0.0, -9.0]] * 3


@pytest.mark.parametrize(
    ("name", "options", "expected"),
    [
        ("protonet", {}, NEAR),
        ("nearest", {}, NEAR),
        ("nearest", {"to": "mean"}, NEAR),
        ("nearest", {"distance": "cosine"}, ALIKE),
        ("cosine", {}, ALIKE),
    ],
)
def test_the_nearest_exemplar_is_so_by_the_methods_own_measure(
    name: str, options: dict[str, Any], expected: list[float]
) -> None:
    """The query (1, 0) lies near one exemplar and in the direction of another."""
    exemplars = [[FAR, NEAR, ALIKE], [ALIKE, FAR, NEAR]]
    asked = decision(name, options, [[exemplars[0], OTHERS], [OTHERS, exemplars[1]]])
    points, rows = clips((1.0, 0.0), (1.0, 0.0)), torch.tensor([0, 1])
    found = asked.nearest_exemplars(points, rows, torch.tensor([0, 1]))
    assert [own[place] for own, place in zip(exemplars, found, strict=True)] == [expected] * 2
    other = asked.nearest_exemplars(points[1:], rows[1:], torch.tensor([1]))
    assert other == found[1:], "a clip is asked about alone as among others"


def test_one_exemplar_is_the_nearest_and_costs_nothing() -> None:
    asked = decision("nearest", {}, [[[NEAR], OTHERS[:1]], [[FAR], OTHERS[:1]]])
    asked.path.method.forward = None  # type: ignore[assignment, method-assign]
    points = clips((1.0, 0.0), (1.0, 0.0))
    assert asked.nearest_exemplars(points, torch.tensor([0, 1]), torch.tensor([0, 1])) == [0, 0]
