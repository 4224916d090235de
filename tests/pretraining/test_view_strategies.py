"""BYOL and AimCLR as runs: whole folders, resume, labels, and what follows them."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from skelshot.cli import build_parser
from skelshot.datasets.protocols import protocol_named
from skelshot.datasets.protocols.tasks import Split
from skelshot.datasets.store import Store
from skelshot.encoders import load_encoder
from skelshot.experiments.settings import load_settings, preset_names
from skelshot.ground import SkelshotError
from skelshot.pretraining.options import PretrainOptions
from skelshot.pretraining.pretrain import pretrain
from skelshot.runs.folder import RunFolder, split_folder
from skelshot.runs.run import Run

PROTOCOL = protocol_named("toy")
CROSS = (
    "strategy.mining=cross-stream",
    "strategy.further_streams=[joint-motion]",
    "strategy.extreme=null",
    "input.streams=[joint]",
)


def options(strategy: str, *assignments: str) -> PretrainOptions:
    small = (
        *(
            "input.frames=8",
            f"strategy={strategy}",
            "strategy.batch=24",
            "strategy.batch=24",
        ),
        *assignments,
    )
    return load_settings("smoke", layout="kinect-v1", assignments=small).pretrain


def first_split(store: Store) -> Split:
    return PROTOCOL.split_list(store)[0]


def train(store: Store, out: Path, chosen: PretrainOptions) -> dict[str, Any]:
    return pretrain(store, PROTOCOL, [first_split(store)], chosen, out).splits[0]


def weights(run: Path) -> dict[str, torch.Tensor]:
    return load_file(split_folder(run, 0) / "checkpoints" / "encoder.safetensors")


def same(a: Mapping[str, torch.Tensor], b: Mapping[str, torch.Tensor]) -> bool:
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


def lines(run: Path) -> list[dict[str, Any]]:
    text = (split_folder(run, 0) / "metrics.jsonl").read_text()
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.parametrize("strategy", ["byol", "aimclr"])
def test_alone_or_before_episodes(toy_store: Store, tmp_path: Path, strategy: str) -> None:
    train(toy_store, tmp_path / "alone", options(strategy))
    result = train(toy_store, tmp_path / "meta", options(strategy, "episodes=cosine"))
    assert list(result["seconds"]) == [strategy, "episodic"]
    alone, meta = lines(tmp_path / "alone"), lines(tmp_path / "meta")
    assert [(line["stage"], line["epoch"]) for line in meta] == [
        (strategy, 1),
        ("episodic", 1),
    ]
    assert meta[:1] == alone
    assert all(0 < line["collapse_std"] < 1 for line in alone)
    assert not same(weights(tmp_path / "alone"), weights(tmp_path / "meta"))
    folder = split_folder(tmp_path / "meta", 0)
    assert [file.name for file in (folder / "checkpoints").iterdir()] == ["encoder.safetensors"]
    encoder = Run(tmp_path / "meta").split(0).encoder()
    assert encoder.channels == 9  # joint, bone and motion of the preset


@pytest.mark.parametrize(
    "chosen",
    [
        options("byol", "strategy.epochs=2"),
        options(
            "aimclr",
            "strategy.epochs=2",
            "strategy.mine_from_epoch=1",
            "strategy.queue=40",
        ),
        options("aimclr", "strategy.epochs=2", "strategy.lower_rate_from=1", *CROSS),
    ],
    ids=["byol", "aimclr", "cross-stream"],
)
def test_a_stopped_run_ends_with_the_same_numbers(
    toy_store: Store, tmp_path: Path, chosen: PretrainOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped right after a checkpoint, as a kill would; queue and key encoder come back."""
    train(toy_store, tmp_path / "whole", chosen)
    save = RunFolder.save_stage

    def dying(self: RunFolder, stage: str, epoch: int, *rest: Any) -> None:
        save(self, stage, epoch, *rest)
        if epoch == 1:
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(RunFolder, "save_stage", dying)
        with pytest.raises(KeyboardInterrupt):
            train(toy_store, tmp_path / "stopped", chosen)
    assert not (split_folder(tmp_path / "stopped", 0) / "result.json").exists()
    train(toy_store, tmp_path / "stopped", chosen)
    assert same(weights(tmp_path / "whole"), weights(tmp_path / "stopped"))
    assert lines(tmp_path / "whole") == lines(tmp_path / "stopped")


@pytest.mark.parametrize("strategy", ["byol", "aimclr"])
def test_labels_leave_no_trace(
    toy_store: Store, tmp_path: Path, strategy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the base classes' numbers exchanged among the clips, the weights are the same."""
    train(toy_store, tmp_path / "right", options(strategy))
    from skelshot.pretraining.stage import BaseSet

    gather = BaseSet.of.__func__  # type: ignore[attr-defined]

    def exchanged(cls: type[BaseSet], store: Store, split: Split, *more: Any) -> BaseSet:
        found: BaseSet = gather(cls, store, split, *more)
        return BaseSet(found.store, found.split, found.indices, found.rows[::-1].copy())

    monkeypatch.setattr(BaseSet, "of", classmethod(exchanged))
    train(toy_store, tmp_path / "wrong", options(strategy))
    assert same(weights(tmp_path / "right"), weights(tmp_path / "wrong"))


def test_seed_and_workers(toy_store: Store, tmp_path: Path) -> None:
    train(toy_store, tmp_path / "first", options("aimclr"))
    train(toy_store, tmp_path / "workers", options("aimclr", "loop.workers=2"))
    train(toy_store, tmp_path / "other", options("aimclr", "seed=1"))
    assert same(weights(tmp_path / "first"), weights(tmp_path / "workers"))
    assert not same(weights(tmp_path / "first"), weights(tmp_path / "other"))


def test_cross_stream_mining_keeps_the_encoder_of_the_input(
    toy_store: Store, tmp_path: Path
) -> None:
    train(toy_store, tmp_path, options("aimclr", *CROSS))
    folder = split_folder(tmp_path, 0)
    encoder, _ = load_encoder(folder / "checkpoints" / "encoder.safetensors")
    assert encoder.channels == 3


def test_a_strategys_options_decide(toy_store: Store, tmp_path: Path) -> None:
    """Those of the others are not even there."""
    chosen = options("byol").model_dump(mode="json")
    assert chosen["strategy"]["name"] == "byol"
    assert not {"supervised", "transfer", "byol", "aimclr"} & chosen.keys()
    assert PretrainOptions.model_validate(chosen) == options("byol")
    train(toy_store, tmp_path, options("byol"))
    with pytest.raises(SkelshotError, match=r"strategy\.decay \(found 0\.99, now asked for"):
        train(toy_store, tmp_path, options("byol", "strategy.decay=0"))


def test_views_take_the_place_of_the_augmentation(toy_store: Store) -> None:
    from skelshot.pretraining.pretrain import build_stages

    for strategy in ("supervised", "byol", "aimclr"):
        chosen = options(strategy)
        _, (stage,) = build_stages(toy_store, first_split(toy_store), chosen, None)
        item = stage.batches(0)[0][0]
        plain = strategy != "supervised"
        channels = 3 if plain else chosen.input.channels
        assert stage.draws_own_views is plain
        assert len(stage.encoded(item, 0)) == channels
        changed = not torch.equal(stage.encoded(item, 0), stage.encoded(item, 1))
        assert changed is not plain


def test_the_queue_is_checked_before_anything_is_written(toy_store: Store, tmp_path: Path) -> None:
    with pytest.raises(SkelshotError, match=r"strategy\.queue: found 64 entries, the base has 48"):
        train(toy_store, tmp_path, options("aimclr", "strategy.queue=64"))
    assert not list(tmp_path.iterdir())


def test_the_paper_preset_holds_the_published_numbers() -> None:
    asked = {"pretrain.strategy": "aimclr"}
    chosen: Any = load_settings("paper", layout="kinect-v2", changes=asked).pretrain.strategy
    found = (chosen.queue, chosen.temperature, chosen.decay, chosen.embedding, chosen.top_k)
    assert found == (32768, 0.07, 0.999, 128, 1)
    assert (chosen.epochs, chosen.batch, chosen.mine_from_epoch) == (300, 128, 150)
    assert chosen.optimizer.model_dump(include={"name", "lr", "momentum", "weight_decay"}) == {
        "name": "sgd",
        "lr": 0.1,
        "momentum": 0.9,
        "weight_decay": 1e-4,
    }
    assert (chosen.lower_rate_from, chosen.optimizer.schedule) == (250, "constant")
    extreme = chosen.extreme
    assert extreme is not None
    assert (extreme.shear, extreme.mirror, extreme.main_axis_degrees) == (0.5, 0.5, (30, 1))
    assert (extreme.jitter, extreme.blur, extreme.mask_axis) == (0.01, 0.5, 0.5)
    assert extreme.as_released
    assert [int(frames * chosen.normal.shift) for frames in (50, 64)] == [8, 10]


@pytest.mark.parametrize("preset", preset_names())
def test_every_preset_has_both_blocks(preset: str) -> None:
    for strategy in ("byol", "aimclr"):
        chosen = load_settings(
            preset, layout="kinect-v1", changes={"pretrain.strategy": strategy}
        ).pretrain
        assert chosen.strategy_name == strategy
        assert chosen.strategy is not None
        assert chosen.strategy.epochs >= 1


def test_the_command_knows_the_strategies() -> None:
    for strategy in ("byol", "aimclr"):
        words = ["pretrain", "s", "--protocol", "toy", "--strategy", strategy, "--out", "r"]
        assert build_parser().parse_args(words).strategy == strategy
