"""A run, split by split: what it holds, what it gives, what it refuses."""

from pathlib import Path

import pytest
import torch

from skelshot.cli import main
from skelshot.datasets.store import Store
from skelshot.ground import SkelshotError
from skelshot.runs import EmbedOptions, Run
from skelshot.runs.embedding import encode_clips
from skelshot.runs.kept_features import KeptFeatures


@pytest.fixture(scope="module")
def run(toy_store: Store, tmp_path_factory: pytest.TempPathFactory) -> Run:
    out = tmp_path_factory.mktemp("runs") / "run"
    words = ("--protocol", "toy", "--preset", "smoke", "--episodes", "feat", "--split", "0")
    main(["pretrain", str(toy_store.path), *words, "--out", str(out)])
    return Run.open(out)


def test_a_split_tells_what_it_is(run: Run) -> None:
    assert list(run.splits) == [0]
    split = run.split(0)
    assert split.done
    assert not run.split(1).done
    assert split.config["options"]["encoder"]["name"] == "agcn"
    assert split.result["split"] == 0
    assert split.inputs.frames == split.encoder().frames == 16
    assert not split.encoder().training
    assert split.check() == split.result


def test_features_are_made_once_and_kept(run: Run, toy_store: Store) -> None:
    split, kept = run.split(0), KeptFeatures(run.split(0).folder)
    found = split.embed(toy_store, [3, 5, 8], kept=kept, readout="joints")
    options = EmbedOptions(readout="joints")
    expected = encode_clips(split.encoder(), toy_store, split.inputs, [3, 5, 8], options)
    assert torch.equal(found, expected)
    (file,) = (split.folder / "features").iterdir()
    assert torch.equal(split.embed(toy_store, [3, 5, 8], kept=kept, readout="joints"), found)
    file.write_bytes(b"damaged")
    assert torch.equal(split.embed(toy_store, [3, 5, 8], kept=kept, readout="joints"), found)
    assert str(file) in kept.made_anew[0]
    assert len(split.embed(toy_store)) == len(toy_store.clips)
    assert split.embed(toy_store, [3], keep_map=True).ndim == 4


def test_a_methods_weights(run: Run) -> None:
    assert run.split(0).method("feat").name == "feat"
    with pytest.raises(SkelshotError, match=r"is of the method 'feat'|feat.*dastm|dastm"):
        run.split(0).method("dastm")


def test_what_is_not_there_is_named(run: Run, tmp_path: Path) -> None:
    with pytest.raises(SkelshotError, match=r"found no split of a run.*skelshot pretrain"):
        Run.open(tmp_path)
    with pytest.raises(SkelshotError, match=r"split-07"):
        run.split(7).encoder()
    with pytest.raises(SkelshotError, match=r"unknown option 'readuot'.* mean 'readout'"):
        run.split(0).embed(None, [0], readuot="joints")  # type: ignore[arg-type]
