"""Training: learns, goes on where it was stopped, does not depend on the number of processes."""

import json
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import torch

from skelshot.ground import SkelshotError
from skelshot.mini_teacher.bank import ClipBank, read_bank
from skelshot.mini_teacher.frame_pretraining import single_frames
from skelshot.mini_teacher.model import build_model, frame_vectors
from skelshot.mini_teacher.optimizer import rate_factor
from skelshot.mini_teacher.recipe import Recipe
from skelshot.mini_teacher.stages import MiniStage
from skelshot.mini_teacher.training import train_mini

pytestmark = pytest.mark.teachers


STAGES = ("seeing", "understanding", "together")


def _lines(folder: Path, stage: str = "together") -> list[dict[str, float]]:
    lines = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    return [line for line in lines if line["stage"] == stage]


def _longer(recipe: Recipe, **passes: int) -> Recipe:
    """Change how much the stages show."""
    return recipe.model_copy(
        update={
            name: getattr(recipe, name).model_copy(update={"passes": count})
            for name, count in passes.items()
        }
    )


@pytest.fixture(scope="module")
def open_boxes(boxes: Path) -> "partial[ClipBank]":
    return partial(read_bank, boxes)


@pytest.fixture(scope="module")
def whole(
    open_boxes: "partial[ClipBank]", tiny: Recipe, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, dict[str, torch.Tensor]]:
    folder = tmp_path_factory.mktemp("whole")
    return folder, train_mini(open_boxes, tiny, folder, save_every=1).state_dict()


class _KilledError(Exception):
    pass


@pytest.mark.parametrize(("at", "steps"), [("seeing", 4), ("understanding", 4), ("together", 6)])
def test_a_run_that_was_stopped_ends_with_the_same_weights(
    open_boxes: "partial[ClipBank]",
    tiny: Recipe,
    whole: tuple[Path, dict[str, torch.Tensor]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    at: str,
    steps: int,
) -> None:
    """Killed in step 3 after the state of step 2; lines of later steps are dropped."""
    before_step = MiniStage.before_step

    def kill(stage: MiniStage, optimizer: torch.optim.Optimizer) -> dict[str, float]:
        if stage.name == at and len(_lines(tmp_path, at)) == 2:
            raise _KilledError
        return before_step(stage, optimizer)

    monkeypatch.setattr(MiniStage, "before_step", kill)
    with pytest.raises(_KilledError):
        train_mini(open_boxes, tiny, tmp_path, save_every=1)
    assert len(_lines(tmp_path, at)) == 2
    with (tmp_path / "metrics.jsonl").open("a") as handle:
        handle.write(f'{{"stage": "{at}", "epoch": 3, "loss": 1.0}}\n{{"epoch": 4, "lo')
    monkeypatch.setattr(MiniStage, "before_step", before_step)
    found = train_mini(open_boxes, tiny, tmp_path, save_every=1).state_dict()
    folder, wanted = whole
    assert all(torch.equal(found[name], wanted[name]) for name in wanted)
    assert all(_lines(tmp_path, name) == _lines(folder, name) for name in STAGES)
    assert [line["epoch"] for line in _lines(tmp_path, at)] == list(range(1, steps + 1))


def test_a_finished_run_is_not_done_again(
    open_boxes: "partial[ClipBank]",
    tiny: Recipe,
    whole: tuple[Path, dict[str, torch.Tensor]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(MiniStage, "forward", None)
    found = train_mini(open_boxes, tiny, whole[0], save_every=1).state_dict()
    assert all(torch.equal(found[name], value) for name, value in whole[1].items())


@pytest.mark.parametrize(
    "stage",
    [pytest.param(stage, marks=[pytest.mark.slow] * (stage != "together")) for stage in STAGES],
)
def test_two_processes_train_as_one(
    open_boxes: "partial[ClipBank]", tiny: Recipe, tmp_path: Path, stage: str
) -> None:
    """The same batches and, within what bfloat16 rounds, the same losses and gradients."""
    passes = {name: 16 if name == stage else 0 for name in STAGES}
    short = _longer(tiny, **passes)
    train_mini(open_boxes, short, tmp_path / "two", threads=2, save_every=1)
    train_mini(open_boxes, short, tmp_path / "one", save_every=1)
    two, one = (_lines(tmp_path / name, stage) for name in ("two", "one"))
    assert len(two) == len(one) == 2
    for name in {"plain", "top1", "scale"} & set(one[0]):
        assert two[0][name] == pytest.approx(one[0][name], rel=0.02)
    assert two[0]["gradient"] == pytest.approx(one[0]["gradient"], rel=0.05)
    if stage != "seeing":
        assert two[1]["plain"] == pytest.approx(one[1]["plain"], rel=0.05)


@pytest.mark.slow
def test_training_learns(open_boxes: "partial[ClipBank]", tiny: Recipe, tmp_path: Path) -> None:
    """The right one of 12 captions is far oftener the nearest than by chance (8 %)."""
    longer = _longer(tiny, seeing=1600, understanding=1600, together=800)
    train_mini(open_boxes, longer, tmp_path, save_every=10)
    lines = _lines(tmp_path)
    places = [line["places"] for line in _lines(tmp_path, "seeing")]
    assert places[-1] < 0.8 * places[0]
    understood = [line["plain"] for line in _lines(tmp_path, "understanding")]
    assert sum(understood[-2:]) < 0.8 * sum(understood[:2])
    assert sum(line["top1"] for line in lines[-2:]) / 2 > 0.6
    assert sum(line["prompted"] for line in lines[-2:]) / 2 < 1.0


def test_state_of_another_run(
    open_boxes: "partial[ClipBank]", tiny: Recipe, whole: tuple[Path, Any], tmp_path: Path
) -> None:
    with pytest.raises(SkelshotError, match=r"a run of another recipe\.lr"):
        train_mini(open_boxes, tiny.model_copy(update={"lr": 1e-3}), whole[0])
    with pytest.raises(SkelshotError, match=r"another save_every \(found 1"):
        train_mini(open_boxes, tiny, whole[0])
    train_mini(open_boxes, _longer(tiny, understanding=0, together=0), tmp_path)
    (state,) = (tmp_path / "checkpoints").glob("seeing-*.safetensors")
    state.write_bytes(state.read_bytes()[:-50])
    with pytest.raises(SkelshotError, match="the checkpoint is corrupt"):
        train_mini(open_boxes, _longer(tiny, understanding=0, together=0), tmp_path)


def test_a_loss_that_is_no_number(
    open_boxes: "partial[ClipBank]", tiny: Recipe, tmp_path: Path
) -> None:
    wild = tiny.model_copy(update={"length": float("inf")})
    with pytest.raises(
        SkelshotError,
        match=r"understanding, epoch 1, step 1: the loss is inf.*lr of the recipe \(found 0.003\)",
    ):
        train_mini(open_boxes, wild, tmp_path)


def test_the_rate_rises_then_falls() -> None:
    rates = [rate_factor(step, 100, 0.1) for step in range(100)]
    assert rates[:10] == pytest.approx([0.1 * (step + 1) for step in range(10)])
    assert all(later < earlier for earlier, later in pairwise(rates[9:]))
    assert 0 < rates[-1] < 0.01


def test_each_stage_changes_what_it_teaches_and_nothing_else(
    open_boxes: "partial[ClipBank]", tiny: Recipe, tmp_path: Path
) -> None:
    """Seeing leaves text and time alone; understanding leaves the picture tower alone."""
    found = {}
    for seeing, understanding in ((0, 0), (16, 0), (16, 16)):
        short = _longer(tiny, seeing=seeing, understanding=understanding, together=0)
        folder = tmp_path / f"{seeing}-{understanding}"
        found[seeing, understanding] = train_mini(open_boxes, short, folder).state_dict()
    untrained, seen, understood = found.values()

    def changed(one: dict[str, torch.Tensor], two: dict[str, torch.Tensor]) -> set[str]:
        return {name.split(".")[0] for name in one if not torch.equal(one[name], two[name])}

    assert changed(untrained, seen) == {"vision_model", "visual_projection"}
    assert changed(seen, understood) == {
        "mit", "text_model", "text_projection", "logit_scale",
    }  # fmt: skip


def test_single_frames_pass_no_messages(tiny: Recipe) -> None:
    """A frame's vector then depends on that frame alone; afterwards on its clip again."""
    model = build_model(tiny.shape.model_copy(update={"layers": 2}), 700, 0).eval()
    clip = torch.randn(1, 2, 3, 16, 16)
    other = torch.cat([clip[:, :1], torch.randn(1, 1, 3, 16, 16)], dim=1)
    with torch.no_grad():
        together, changed = frame_vectors(model, clip)[0], frame_vectors(model, other)[0]
        with single_frames(model):
            alone, same = frame_vectors(model, clip)[0], frame_vectors(model, other)[0]
    assert not torch.allclose(together[:, 0], changed[:, 0])
    torch.testing.assert_close(alone[:, 0], same[:, 0])
