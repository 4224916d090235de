"""The residual discriminator: tasks with classes held out, and the line that they teach."""

import pytest
import torch

from skelshot.base_encoder.discriminator import QUERIES, TASKS, WAYS, ranking_line, tasks_of

NAMES = [f"{title}/{number:02d}" for title in "ab" for number in range(20) for _ in range(7)]


def test_tasks_are_of_one_set_and_hold_classes_out() -> None:
    tasks = list(tasks_of(NAMES, 0))
    assert len(tasks) == 2 * len(WAYS) * 3 * TASKS
    for task in tasks:
        shown = {NAMES[clip] for clip in task.exemplars}
        assert {NAMES[clip] for clip in task.known} == shown
        unknown = {NAMES[clip] for clip in task.unknown}
        assert len(unknown) == len(shown) == max(task.labels) + 1
        assert not unknown & shown
        assert not {*task.exemplars} & {*task.known}
        assert len({name[0] for name in shown | unknown}) == 1
        assert len(task.known) <= QUERIES * len(shown)


def test_the_seed_draws_the_tasks() -> None:
    assert list(tasks_of(NAMES, 1)) == list(tasks_of(NAMES, 1))
    assert list(tasks_of(NAMES, 1)) != list(tasks_of(NAMES, 2))


@pytest.mark.parametrize(
    "names", [["a/x"] * 9 + ["a/y"] * 9, ["a/x", "a/y", "a/z"], []], ids=["two", "one clip", "none"]
)
def test_too_little_makes_no_tasks(names: list[str]) -> None:
    assert list(tasks_of(names, 0)) == []


def test_the_line_follows_what_tells_known_from_unknown() -> None:
    generator = torch.Generator().manual_seed(0)
    pairs = torch.randn(400, 2, 2, generator=generator)
    pairs[:, 0, 0] += 2
    weights = ranking_line(pairs)
    assert float(weights[0, 0]) > 5 * float(weights.flatten()[1:].abs().max())


def test_the_line_is_the_same_in_every_unit() -> None:
    pairs = torch.randn(200, 2, 2, generator=torch.Generator().manual_seed(1)) + 0.5
    scale = torch.tensor([[1.0, 100.0], [0.01, 5.0]])
    torch.testing.assert_close(
        ranking_line(pairs * scale) * scale, ranking_line(pairs), rtol=0.01, atol=0.01
    )


def test_nothing_to_learn_from_leaves_all_residuals_alike() -> None:
    assert ranking_line(torch.zeros(0, 2, 2)).tolist() == [[1.0, 1.0], [1.0, 1.0]]
