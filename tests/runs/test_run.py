"""A run, split by split: what it holds, what it gives, what it refuses."""

from pathlib import Path

import pytest
import torch

from skelshot.cli import main
from skelshot.datasets.batches import clip_batches
from skelshot.datasets.store import Store
from skelshot.fewshot import FewShotMethod, ProtoNet, view_clips
from skelshot.fewshot.average_pooling import AveragePooling
from skelshot.fewshot.reading import read_features
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


@pytest.fixture(scope="module")
def masked(toy_store: Store, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """An untrained encoder with a second place, which nobody in the toy clips takes."""
    out = tmp_path_factory.mktemp("masked") / "run"
    words = ("--protocol", "toy", "--preset", "smoke", "--strategy", "none", "--split", "0")
    sets = ("--set", "input.persons=2", "--set", "encoder.mask_absent_persons=true")
    main(["pretrain", str(toy_store.path), *words, *sets, "--out", str(out)])
    return Run.open(out)


@pytest.mark.parametrize("views", [[{}], [{}, {"mirror": True, "turn": 20}]], ids=len)
@pytest.mark.parametrize("readout", ["pooled", "joints", "map"])
def test_absent_persons_are_left_out_of_every_read_out_of_a_run(
    masked: Run, toy_store: Store, readout: str, views: list[dict[str, object]]
) -> None:
    split = masked.split(0)
    assert split.config["options"]["encoder"]["mask_absent_persons"] is True
    encoder, inputs = split.encoder(), split.inputs
    options = EmbedOptions.model_validate({"views": views})
    (clips,) = clip_batches(toy_store, inputs, [0, 9], 2)
    assert not clips[..., 1].any()
    with torch.no_grad():
        seen = [encoder.feature_map(view_clips(clips, view, inputs)) for view in options.views]
    first = torch.stack(seen).mean(0)[:, 0]  # (n, D, T', V) of the person who is there
    expected = {"pooled": first.mean((2, 3)), "joints": first.mean(2).flatten(1), "map": first}
    chosen = {"views": views} if readout == "map" else {"views": views, "readout": readout}
    found = split.embed(toy_store, [0, 9], keep_map=readout == "map", **chosen)
    torch.testing.assert_close(found, expected[readout], atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("method", [ProtoNet(), AveragePooling()], ids=lambda it: it.name)
def test_episodes_leave_absent_persons_out_as_the_evaluation_does(
    masked: Run, toy_store: Store, method: FewShotMethod
) -> None:
    split = masked.split(0)
    encoder, inputs, keep = split.encoder(), split.inputs, method.reads == "map"
    (clips,) = clip_batches(toy_store, inputs, [0, 9], 2)
    with torch.no_grad():
        found = read_features(method, encoder, clips, "joints", inputs)
    expected = split.embed(toy_store, [0, 9], keep_map=keep, readout="joints")
    torch.testing.assert_close(found, expected)


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
