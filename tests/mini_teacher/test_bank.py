"""A bank of clips: whole, resumable, the same however it was written."""

from pathlib import Path

import numpy as np
import pytest

from skelshot.ground import SkelshotError
from skelshot.ground.files import write_json
from skelshot.ground.seeding import rng_for
from skelshot.mini_teacher import bank as module
from skelshot.mini_teacher.bank import ClipBank, read_bank, shared_clips, write_bank
from skelshot.mini_teacher.composing import compose
from skelshot.mini_teacher.filming import Shot, film, shoot

SMALL = {"seed": 1, "clips": 10, "actions": 4, "frames": 2, "size": 16}


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CHUNK", 4)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_bank(tmp_path_factory.mktemp("bank") / "b", **SMALL)


def _same(one: ClipBank, two: ClipBank) -> None:
    np.testing.assert_array_equal(one.frames, two.frames)
    np.testing.assert_array_equal(one.joints, two.joints)
    np.testing.assert_array_equal(one.action, two.action)
    assert one.captions == two.captions
    assert one.digest == two.digest


def test_a_bank_holds_what_is_filmed(folder: Path) -> None:
    bank, actions = read_bank(folder), compose(1, 4)
    assert isinstance(bank.frames, np.memmap)
    assert bank.frames.shape == (10, 2, 16, 16, 3)
    assert bank.frames.dtype == np.uint8
    assert bank.action.dtype == np.int32
    assert bank.captions == tuple(action.captions for action in actions)
    assert bank.parts == tuple(action.parts for action in actions)
    assert bank.held_out.tolist() == [action.held_out for action in actions]
    for number in (0, 9):
        rng = rng_for("mini teacher", "clip", 1, number)
        expected = film(actions[bank.action[number]], rng, frames=2, size=16)
        np.testing.assert_array_equal(bank.frames[number], expected)


def test_nothing_but_the_bank_is_left(folder: Path) -> None:
    names = sorted(path.name for path in folder.iterdir())
    assert names == ["actions.npy", "bank.json", "frames.npy", "joints.npy", "plan.json"]


def test_writing_goes_on_after_a_kill(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filmed = []

    def dying(*args: object, **more: object) -> Shot:
        if len(filmed) == 6:
            raise KeyboardInterrupt
        filmed.append(args)
        return shoot(*args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "shoot", dying)
    with pytest.raises(KeyboardInterrupt):
        write_bank(tmp_path, **SMALL)
    with pytest.raises(SkelshotError, match="no whole bank"):
        read_bank(tmp_path)
    # The first chunk of 4 is kept, the second one was not whole: 6 of 10 clips are to be filmed.
    filmed[:] = [()] * 7
    write_bank(tmp_path, **SMALL)
    assert len(filmed) == 7 + 6
    _same(read_bank(tmp_path), read_bank(folder))


def test_a_whole_bank_is_not_filmed_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "shoot", None)
    before = (folder / "frames.npy").stat().st_mtime_ns
    assert write_bank(folder, **SMALL) == folder
    assert (folder / "frames.npy").stat().st_mtime_ns == before


@pytest.mark.parametrize("change", [{"seed": 2}, {"clips": 11}, {"actions": 5}, {"size": 17}])
def test_another_bank_is_refused(folder: Path, change: dict[str, int]) -> None:
    with pytest.raises(SkelshotError, match="a bank of clips of another digest"):
        write_bank(folder, **(SMALL | change))


def test_processes_write_the_same(folder: Path, tmp_path: Path) -> None:
    write_bank(tmp_path, **SMALL, workers=2)
    _same(read_bank(tmp_path), read_bank(folder))


def test_clips_are_shared() -> None:
    held_out = np.array([False, True, False, False])
    shares = shared_clips(held_out, 40, 0)
    assert np.bincount(shares).tolist() == [12, 4, 12, 12]
    assert shares.tolist() != sorted(shares.tolist())
    assert np.bincount(shared_clips(held_out, 5, 0)).tolist() == [2, 1, 1, 1]
    assert np.bincount(shared_clips(np.array([True, True]), 9, 0)).tolist() == [5, 4]


def test_numbers_out_of_range_are_refused(tmp_path: Path) -> None:
    for change in ({"clips": 3}, {"frames": 0}, {"size": 8}, {"workers": 0}):
        with pytest.raises(SkelshotError, match="expected at least a clip an action"):
            write_bank(tmp_path, **(SMALL | change))


def test_a_truncated_bank_is_refused(folder: Path, tmp_path: Path) -> None:
    for name in ("actions.npy", "bank.json", "joints.npy"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    (tmp_path / "frames.npy").write_bytes((folder / "frames.npy").read_bytes()[:200])
    with pytest.raises(SkelshotError, match="write the bank again"):
        read_bank(tmp_path)
    write_json(tmp_path / "plan.json", {"digest": ""})
    np.save(tmp_path / "frames.npy", np.zeros((9, 2, 16, 16, 3), np.uint8))
    with pytest.raises(SkelshotError, match="found frames"):
        read_bank(tmp_path)
