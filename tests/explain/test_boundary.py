"""The search for the nearest boundary, where it is known."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from skelshot.explain import Question
from skelshot.explain.boundary import nearest_boundary

from .conftest import asked


def two_of(margin: Callable[[Tensor], Tensor]) -> Callable[[Tensor], Tensor]:
    return lambda x: torch.stack([margin(x), torch.zeros(len(x))], dim=1)


@pytest.mark.parametrize(
    ("margin", "start", "distance"),
    [
        (lambda x: x[:, 0] - 0.5, [3.0, 4.0], 2.5),
        (lambda x: 2.0 - x.norm(dim=1), [0.9, 1.2], 0.5),  # a ball, from within
        (lambda x: x.norm(dim=1) - 2.0, [3.0, 4.0], 3.0),  # and from without
        (lambda x: (x[:, 0] - 1).tanh() * 5, [2.0, 0.0], 1.0),
        (lambda x: x[:, 1] - 0.2 * x[:, 0].square() - 1, [0.0, 2.0], 1.0),
    ],
)
def test_the_nearest_point_is_found(
    margin: Callable[[Tensor], Tensor], start: list[float], distance: float
) -> None:
    question = asked(two_of(margin), torch.tensor(start))
    boundary = nearest_boundary(question, steps=40, halvings=30, reach=3.0)
    assert boundary.found.tolist() == [True]
    assert boundary.distances.item() == pytest.approx(distance, rel=0.02)
    there = boundary.points.flatten(1)
    assert margin(there).item() == pytest.approx(0, abs=1e-4)
    assert margin(there).item() <= 0, "just across"


def test_a_class_that_is_not_the_answer_is_searched_for_from_the_other_side() -> None:
    question = asked(two_of(lambda x: x[:, 0] - 5), torch.tensor([3.0, 4.0]))
    boundary = nearest_boundary(question, steps=20, halvings=30, reach=3.0)
    assert boundary.found.item()
    assert boundary.distances.item() == pytest.approx(2, rel=0.01)
    assert boundary.points.flatten()[0].item() > 5


def test_the_nearest_of_many_hyperplanes(linear: Callable[..., Question]) -> None:
    """The nearest of N - 1 planes: margin over the length of the difference of weights."""
    question = linear()
    weights = question.__dict__["weights"].flatten(1)
    logits = question.scores(question.positions, question.rows)
    expected = []
    for row, label in enumerate(question.labels.tolist()):
        others = [n for n in range(len(weights)) if n != label]
        expected.append(
            min(
                (logits[row, label] - logits[row, n]).item()
                / (weights[label] - weights[n]).norm().item()
                for n in others
            )
        )
    boundary = nearest_boundary(question, steps=40, halvings=30, reach=2.0)
    assert boundary.found.all()
    assert boundary.distances.tolist() == pytest.approx(expected, rel=0.03)


def test_what_is_out_of_reach_is_a_best_effort_that_says_so() -> None:
    question = asked(two_of(lambda x: x[:, 0] + 100), torch.tensor([3.0, 4.0]))
    boundary = nearest_boundary(question, steps=20, halvings=10, reach=1.0)
    assert boundary.found.tolist() == [False]
    assert 0 < boundary.distances.item() <= 5.001
    assert boundary.points.flatten()[0].item() < 3, "nearer to the boundary, if not there"


def test_clips_do_not_see_each_other(linear: Callable[..., Question]) -> None:
    together = nearest_boundary(linear(), 12, 10, 1.0)
    question = linear()
    for row in range(len(question)):
        alone = Question(
            question.positions[row : row + 1],
            question.present[row : row + 1],
            question.labels[row : row + 1],
            question.scores,
        )
        found = nearest_boundary(alone, 12, 10, 1.0)
        torch.testing.assert_close(found.points[0], together.points[row], rtol=1e-4, atol=1e-5)


def test_it_is_the_same_every_time(linear: Callable[..., Question]) -> None:
    first, second = (nearest_boundary(linear(), 12, 10, 1.0) for _ in range(2))
    assert torch.equal(first.points, second.points)
