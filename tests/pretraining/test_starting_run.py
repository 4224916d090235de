"""Runs that begin with the encoders of an earlier run."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from skelshot.datasets.protocols import protocol_named
from skelshot.datasets.store import Store
from skelshot.experiments.settings import load_settings
from skelshot.ground import SkelshotError
from skelshot.pretraining.options import PretrainOptions
from skelshot.pretraining.pretrain import pretrain
from skelshot.pretraining.starting_run import StartingRun
from skelshot.runs.folder import split_folder

PROTOCOL = protocol_named("toy")


def options(*assignments: str) -> PretrainOptions:
    small = ("strategies.supervised.epochs=2", "input.frames=8", *assignments)
    return load_settings("smoke", layout="kinect-v1", assignments=small).pretrain


def weights(run: Path, split: int = 0) -> dict[str, torch.Tensor]:
    return load_file(split_folder(run, split) / "checkpoints" / "encoder.safetensors")


def train(
    store: Store, out: Path, chosen: PretrainOptions, start: Path | None = None, split: int = 0
) -> Path:
    splits = [PROTOCOL.split_list(store)[split]]
    begin = None if start is None else StartingRun(start)
    pretrain(store, PROTOCOL, splits, chosen, out, start=begin)
    return out


def same(a: dict[str, torch.Tensor], b: dict[str, torch.Tensor]) -> bool:
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


@pytest.fixture
def first(toy_store: Store, tmp_path: Path) -> Path:
    return train(toy_store, tmp_path / "first", options("strategy=supervised"))


def test_nothing_trained_leaves_the_encoder_of_the_earlier_run(
    toy_store: Store, tmp_path: Path, first: Path
) -> None:
    again = train(toy_store, tmp_path / "again", options("strategy=none"), first)
    assert same(weights(again), weights(first))


def test_episodes_go_on_as_if_both_stages_were_one_run(
    toy_store: Store, tmp_path: Path, first: Path
) -> None:
    both = options("strategy=supervised", "episodes=cosine")
    whole = train(toy_store, tmp_path / "whole", both)
    later = train(toy_store, tmp_path / "later", options("strategy=none", "episodes=cosine"), first)
    assert same(weights(later), weights(whole))


def test_a_run_goes_on_only_from_where_it_was_begun(
    toy_store: Store, tmp_path: Path, first: Path
) -> None:
    out = train(toy_store, tmp_path / "out", options("strategy=none"), first)
    with pytest.raises(SkelshotError, match="start"):
        train(toy_store, out, options("strategy=none"))


def test_another_encoder_or_input_is_refused(toy_store: Store, tmp_path: Path, first: Path) -> None:
    with pytest.raises(SkelshotError, match="width"):
        train(toy_store, tmp_path / "a", options("strategy=none", "encoder.width=0.25"), first)
    other = options("strategy=none", "input.align=none")
    with pytest.raises(SkelshotError, match="an encoder of another align"):
        train(toy_store, tmp_path / "b", other, first)


def test_an_encoder_that_saw_other_classes_is_refused(
    toy_store: Store, tmp_path: Path, first: Path
) -> None:
    with pytest.raises(SkelshotError, match="no encoder of split 1"):
        train(toy_store, tmp_path / "a", options("strategy=none"), first, split=1)
    (first / "split-00").rename(first / "split-01")
    with pytest.raises(SkelshotError, match="an encoder of another base"):
        train(toy_store, tmp_path / "b", options("strategy=none"), first, split=1)
