"""Many clips to recognise: those that cannot be used are told, and the others answered."""

from pathlib import Path

import numpy as np
import pytest

from skelshot.datasets.store import Store
from skelshot.ground import SkelshotError
from skelshot.recognition import Recognizer
from skelshot.recognition.intake import take_in


def test_it_goes_on_past_what_cannot_be_used(
    three: Recognizer, toy_store: Store, tmp_path: Path
) -> None:
    joints = toy_store.sequence(0).joints
    np.savez(tmp_path / "good.npz", joints=joints, layout="kinect-v1")
    np.savez(tmp_path / "flat.npz", joints=joints[..., :2] * 100 + 200, layout="kinect-v1")
    (tmp_path / "cut.npz").write_bytes(b"PK\x03\x04")
    (tmp_path / "empty").mkdir()
    names = ("gone.npz", "cut.npz", "empty", "good.npz", "flat.npz")
    intake = take_in([tmp_path / name for name in names], three)
    assert [clip.name for clip in intake.clips] == ["good"]
    assert [Path(one.source).name for one in intake.unreadable] == [
        "gone.npz", "cut.npz", "empty", "flat.npz",
    ]  # fmt: skip
    assert all("\n" not in one.problem for one in intake.unreadable)
    assert "2 coordinates a joint" in intake.unreadable[-1].problem
    assert intake.unreadable[0].as_json()["problem"].endswith("no such file, expected a clip")


def test_nothing_to_look_at_is_an_error(three: Recognizer, tmp_path: Path) -> None:
    with pytest.raises(SkelshotError, match=r"a.npz: no such file, expected a clip$"):
        take_in([tmp_path / "a.npz"], three)
    with pytest.raises(SkelshotError, match=r"a.npz: no such file.*; 1 more cannot be used either"):
        take_in([tmp_path / "a.npz", tmp_path / "b.npz"], three)
