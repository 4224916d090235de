"""Files written before runs had a room of their own still open, and go on where they stopped."""

import json
from pathlib import Path
from zipfile import ZipFile

import pytest
from safetensors.numpy import load_file

from skelshot.cli import main
from skelshot.encoders import read_header
from skelshot.teachers import FeatureCache

USUAL = ("--preset", "smoke", "--protocol", "toy")


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store, a feature cache, a run with results, and a run that was stopped half way."""
    folder = tmp_path_factory.mktemp("old")
    with ZipFile(Path(__file__).with_name("old.zip")) as archive:
        archive.extractall(folder)
    return folder


def call(*words: str | Path) -> None:
    assert not main([str(word) for word in words])


@pytest.mark.parametrize("method", ["cosine", "feat"])
def test_an_old_run_is_evaluated_as_before(old: Path, method: str) -> None:
    before = json.loads((old / "run" / "results" / f"toy-{method}.json").read_text())
    out = old / f"{method}.json"
    words = ("--run", old / "run", "--method", method, "--shots", "1", "--out", out)
    call("evaluate", old / "store", *words, *USUAL)
    now = json.loads(out.read_text())
    assert now["accuracy"]["1"]["mean"] == pytest.approx(before["accuracy"]["1"]["mean"], abs=0.05)
    assert now["accuracy"]["1"]["protocol_hash"] == before["accuracy"]["1"]["protocol_hash"]


def test_an_old_run_counts_as_done(old: Path) -> None:
    weights = old / "run" / "split-00" / "checkpoints" / "encoder.safetensors"
    before = weights.read_bytes()
    words = ("--split", "0", "--features", old / "texts", "--episodes", "feat")
    settings = ("--set", "loop.precision=32-true", "--out", old / "run")
    call("pretrain", old / "store", *USUAL, *words, *settings)
    assert weights.read_bytes() == before
    assert read_header(weights).spec.name == "agcn"


def test_an_old_run_goes_on(old: Path) -> None:
    for run in ("half", "whole"):
        settings = ("--set", "loop.precision=32-true", "--set", "supervised.epochs=2")
        call("pretrain", old / "store", *USUAL, "--split", "0", *settings, "--out", old / run)
    half, whole = (
        load_file(old / run / "split-00" / "checkpoints" / "encoder.safetensors")
        for run in ("half", "whole")
    )
    for name, array in whole.items():
        assert half[name] == pytest.approx(array, rel=1e-2, abs=1e-3), name


def test_an_old_run_is_a_start(old: Path) -> None:
    words = ("--from", old / "run", "--episodes", "cosine", "--out", old / "further")
    call("pretrain", old / "store", *USUAL, "--split", "0", *words)


def test_old_features_are_read(old: Path) -> None:
    assert FeatureCache.open(old / "texts").dim == 384
