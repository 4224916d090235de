"""Encoders by name: packaged weights, a file, a run, one of its splits."""

import shutil
from pathlib import Path

import pytest

import skelshot as sk
from skelshot.datasets.store import Store
from skelshot.encoders import packaged_file
from skelshot.ground import SkelshotError
from skelshot.recognition import Recognizer
from skelshot.recognition.trained import name_of, split_of, trained_named


@pytest.fixture(scope="module")
def run(toy_store: Store, tmp_path_factory: pytest.TempPathFactory) -> sk.Run:
    return sk.pretrain(
        toy_store, tmp_path_factory.mktemp("run") / "r", protocol="toy", preset="smoke",
        splits=[1], changes=["strategy.epochs=1"],
    )  # fmt: skip


def test_a_run_serves_in_place_of_packaged_weights(
    run: sk.Run, toy_store: Store, tmp_path: Path
) -> None:
    recognizer = Recognizer.from_run(run)
    for index, action in ((0, "a"), (9, "b")):
        recognizer.enroll(action, toy_store.sequence(index))
    assert recognizer.engine.fingerprint != Recognizer().engine.fingerprint
    recognizer.save(tmp_path / "g")
    loaded = Recognizer.load(tmp_path / "g")
    assert loaded.engine.fingerprint == recognizer.engine.fingerprint
    assert loaded.predict(toy_store.sequence(0)).label == "a"
    with pytest.raises(SkelshotError, match=r"--split 0: .* has no such trained split, it has 1"):
        Recognizer.from_run(run.path, 0)


def test_every_name_is_found_again(run: sk.Run, tmp_path: Path) -> None:
    file = tmp_path / "mine.safetensors"
    shutil.copy(packaged_file("skelshot-base"), file)
    for word in ("skelshot-base", file, run.path, run.split(1).folder):
        trained = trained_named(word)
        assert trained_named(name_of(trained)).weights == trained.weights
    assert split_of(run).number == trained_named(run.path).number == 1


def test_what_is_no_encoder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.safetensors").write_bytes(b"nothing")
    for word, told in ((tmp_path / "a.safetensors", "a.safetensors"), (tmp_path, "no split")):
        with pytest.raises(SkelshotError, match=told):
            trained_named(word)
