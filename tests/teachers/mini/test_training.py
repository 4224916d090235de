"""Training: learns, goes on where it was stopped, does not depend on the number of processes."""

import json
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import torch

from skelshot.ground import SkelshotError
from skelshot.teachers.mini import training as module
from skelshot.teachers.mini.bank import ClipBank, read_bank
from skelshot.teachers.mini.recipe import Recipe
from skelshot.teachers.mini.training import METRICS, STATE, rate_factor, train_mini

pytestmark = pytest.mark.teachers


def _lines(folder: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in (folder / METRICS).read_text().splitlines()]


def _untimed(folder: Path) -> list[dict[str, float]]:
    return [
        {name: value for name, value in line.items() if name != "clips_per_second"}
        for line in _lines(folder)
    ]


@pytest.fixture(scope="module")
def open_boxes(boxes: Path) -> "partial[ClipBank]":
    return partial(read_bank, boxes)


@pytest.fixture(scope="module")
def whole(
    open_boxes: "partial[ClipBank]", tiny: Recipe, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, dict[str, torch.Tensor]]:
    folder = tmp_path_factory.mktemp("whole")
    return folder, train_mini(open_boxes, tiny, folder).state_dict()


class _KilledError(Exception):
    pass


def test_a_run_that_was_stopped_ends_with_the_same_weights(
    open_boxes: "partial[ClipBank]",
    tiny: Recipe,
    whole: tuple[Path, dict[str, torch.Tensor]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Killed in step 5 with the state of step 3: steps 4 and 5 are done again, logged once."""
    step = module._step

    def kill(*arguments: Any) -> dict[str, float]:
        if arguments[2] == 4:
            raise _KilledError
        return step(*arguments)

    monkeypatch.setattr(module, "_step", kill)
    with pytest.raises(_KilledError):
        train_mini(open_boxes, tiny, tmp_path, save_every=0)
    assert len(_lines(tmp_path)) == 4
    with (tmp_path / METRICS).open("a") as handle:
        handle.write('{"step": 5, "loss": 1.0}\n{"step": 6, "lo')
    monkeypatch.setattr(module, "_step", step)
    found = train_mini(open_boxes, tiny, tmp_path).state_dict()
    folder, wanted = whole
    assert all(torch.equal(found[name], wanted[name]) for name in wanted)
    assert _untimed(tmp_path) == _untimed(folder)
    assert [line["step"] for line in _lines(tmp_path)] == [1, 2, 3, 4, 5, 6]


def test_a_finished_run_is_not_done_again(
    open_boxes: "partial[ClipBank]",
    tiny: Recipe,
    whole: tuple[Path, dict[str, torch.Tensor]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "_step", None)
    found = train_mini(open_boxes, tiny, whole[0]).state_dict()
    assert all(torch.equal(found[name], value) for name, value in whole[1].items())


def test_two_processes_train_as_one(
    open_boxes: "partial[ClipBank]",
    tiny: Recipe,
    whole: tuple[Path, dict[str, torch.Tensor]],
    tmp_path: Path,
) -> None:
    """The same batches and, within what bfloat16 rounds, the same losses and gradients."""
    short = tiny.model_copy(update={"passes": 16})
    train_mini(open_boxes, short, tmp_path / "two", threads=2)
    train_mini(open_boxes, short, tmp_path / "one")
    two, one = (_lines(tmp_path / name) for name in ("two", "one"))
    assert len(two) == len(one) == 2
    for name in ("plain", "top1", "scale"):
        assert two[0][name] == pytest.approx(one[0][name], rel=0.02)
    assert two[0]["gradient"] == pytest.approx(one[0]["gradient"], rel=0.05)
    assert two[1]["plain"] == pytest.approx(one[1]["plain"], rel=0.05)


def test_training_learns(open_boxes: "partial[ClipBank]", tiny: Recipe, tmp_path: Path) -> None:
    """The right one of 12 captions is far oftener the nearest than by chance (8 %)."""
    train_mini(open_boxes, tiny.model_copy(update={"passes": 2400}), tmp_path)
    lines = _lines(tmp_path)
    assert sum(line["top1"] for line in lines[-20:]) / 20 > 0.6
    assert sum(line["prompted"] for line in lines[-20:]) / 20 < 1.0


def test_state_of_another_run(
    open_boxes: "partial[ClipBank]", tiny: Recipe, whole: tuple[Path, Any], tmp_path: Path
) -> None:
    with pytest.raises(SkelshotError, match="with other options or another bank"):
        train_mini(open_boxes, tiny.model_copy(update={"lr": 1e-3}), whole[0])
    (tmp_path / STATE).write_bytes((whole[0] / STATE).read_bytes()[:-50])
    with pytest.raises(SkelshotError, match="training state is damaged"):
        train_mini(open_boxes, tiny, tmp_path)


def test_a_loss_that_is_no_number(
    open_boxes: "partial[ClipBank]", tiny: Recipe, tmp_path: Path
) -> None:
    wild = tiny.model_copy(update={"length": float("inf")})
    with pytest.raises(SkelshotError, match=r"step 1: loss inf.*lower lr \(found 0.003\)"):
        train_mini(open_boxes, wild, tmp_path)


def test_the_rate_rises_then_falls() -> None:
    recipe = Recipe(passes=200, batch=2, warmup=0.1)
    rates = [rate_factor(recipe, step) for step in range(100)]
    assert rates[:10] == pytest.approx([0.1 * (step + 1) for step in range(10)])
    assert all(later < earlier for earlier, later in pairwise(rates[9:]))
    assert 0 < rates[-1] < 0.01
