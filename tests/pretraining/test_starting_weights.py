"""Runs that begin with an encoder of other data."""

from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

import skelshot as sk
from skelshot.datasets.store import Store
from skelshot.encoders import packaged_card, packaged_file
from skelshot.ground import SkelshotError
from skelshot.pretraining import starting_weights
from skelshot.runs import Run

TASK: dict[str, Any] = {"protocol": "toy", "preset": "smoke", "splits": [0]}


def is_packaged(run: Run, name: str) -> bool:
    found, wanted = load_file(run.split(0).encoder_file), load_file(packaged_file(name))
    return found.keys() == wanted.keys() and all(
        torch.equal(found[key], wanted[key]) for key in found
    )


@pytest.mark.parametrize("name", ["skelshot-small", "skelshot-base"])
def test_nothing_trained_leaves_the_encoder_as_it_is(
    toy_store: Store, tmp_path: Path, name: str
) -> None:
    run = sk.pretrain(toy_store, tmp_path / "run", start=name, strategy="none", **TASK)
    assert is_packaged(run, name)
    told = sk.evaluate(toy_store, protocol="toy", run=run, method="nearest")
    alone = sk.evaluate(
        toy_store, protocol="toy", run=name, method="nearest", splits=[0], changes=(), beside=[]
    )
    assert told["trained_on"]["begun_from"] == f"{name} (ntu, rehab, gator)"
    assert told["seen_classes"] == alone["seen_classes"]


def test_an_encoder_of_a_file_is_trained_further(toy_store: Store, tmp_path: Path) -> None:
    file = tmp_path / "mine.safetensors"
    file.write_bytes(packaged_file("skelshot-small").read_bytes())
    small = ["strategy.epochs=1", "loop.precision=float32"]
    run = sk.pretrain(toy_store, tmp_path / "run", start=file, changes=small, **TASK)
    assert not is_packaged(run, "skelshot-small")
    assert run.split(0).encoder().name == packaged_card("skelshot-small").encoder
    assert run.split(0).config["options"]["strategy"]["name"] == "supervised"
    assert run.split(0).config["options"]["input"]["frames"] == 24


REFUSED = {
    "misspelt": ({"start": "skelshot-smal"}, r"no such file.*did you mean 'skelshot-small'"),
    "no file": ({"start": "mine.safetensors"}, "mine.safetensors"),
    "another form": ({"encoder": "ctr-gcn"}, "name: found 'agcn', expected 'ctr-gcn'"),
    "another input": ({"changes": ["input.frames=8"]}, "frames: found 24, expected 8"),
}


@pytest.mark.parametrize(("asked", "told"), REFUSED.values(), ids=REFUSED)
def test_what_does_not_fit_is_refused(
    toy_store: Store, tmp_path: Path, asked: dict[str, Any], told: str
) -> None:
    with pytest.raises(SkelshotError, match=told):
        sk.pretrain(toy_store, tmp_path / "run", **TASK, **{"start": "skelshot-small", **asked})
    assert not (tmp_path / "run").exists()


def test_clips_of_other_joints_are_refused(
    toy_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(toy_store, "channels", 2)
    with pytest.raises(SkelshotError, match=r"reads 3 coordinates of kinect-v1, .* have 2 of kin"):
        starting_weights.StartingWeights("skelshot-small").settings(toy_store)


def test_weights_that_have_seen_these_clips_are_refused(
    toy_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = packaged_card("skelshot-small")
    seen = card.data[0].model_copy(update={"data_hash": toy_store.data_hash})
    trained = card.model_copy(update={"data": [seen, *card.data[1:]]})
    monkeypatch.setattr(starting_weights, "packaged_card", lambda _: trained)
    with pytest.raises(SkelshotError, match="trained on the clips of this store, novel ones"):
        sk.pretrain(toy_store, tmp_path / "run", start="skelshot-small", **TASK)
