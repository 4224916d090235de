"""Many clips to recognise: those that cannot be used are told, and the others answered."""

import pickle
from pathlib import Path

import numpy as np
import pytest

from skelshot.datasets.store import Store
from skelshot.ground import SkelshotError
from skelshot.recognition import Recognizer
from skelshot.recognition.intake import take_in
from skelshot.skeletons import SkeletonSequence


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


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """A PYSKL file of four clips, of which the third is all zeros."""
    rng = np.random.default_rng(0)
    base = rng.normal(0, 80, (17, 2)) + np.array([320, 240])
    clips = []
    for number in range(4):
        swing = np.sin(np.arange(30) / 3 + number)[:, None, None] * 20 * (number + 1)
        clips.append({
            "frame_dir": f"c{number}", "label": number % 2, "img_shape": (480, 640),
            "total_frames": 30, "keypoint": ((base + swing) * (number != 2))[None].astype("f4"),
            "keypoint_score": np.ones((1, 30, 17), np.float32),
        })  # fmt: skip
    file = tmp_path / "four.pkl"
    file.write_bytes(pickle.dumps({"annotations": clips, "split": {}}))
    return file


def test_one_bad_clip_of_an_archive_is_named_and_the_others_are_answered(archive: Path) -> None:
    recognizer = Recognizer("skelshot-2d")
    intake = take_in([archive], recognizer)
    assert [clip.name for clip in intake.clips] == ["c0", "c1", "c3"]
    (bad,) = intake.unreadable
    assert bad.source == str(archive)
    assert bad.problem.startswith(f"{archive}: clip c2: all coordinates are zero")
    with pytest.raises(SkelshotError, match=r"four.pkl: clip c2: all coordinates are zero"):
        recognizer.enroll("wave", archive)
    assert recognizer.actions == {}


def test_one_clip_that_does_not_fit_leaves_the_others_of_its_place(
    three: Recognizer, toy_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = toy_store.clips[1].name
    check = three.engine.check

    def refusing(name: str, sequence: SkeletonSequence) -> tuple[str, ...]:
        if name == odd:
            raise SkelshotError(f"clip {name}: does not fit")
        return check(name, sequence)

    monkeypatch.setitem(vars(three.engine), "check", refusing)
    intake = take_in([toy_store.path], three)
    assert len(intake.clips) == len(toy_store.clips) - 1
    assert [one.problem for one in intake.unreadable] == [f"clip {odd}: does not fit"]


def test_nothing_to_look_at_is_an_error(three: Recognizer, tmp_path: Path) -> None:
    with pytest.raises(SkelshotError, match=r"a.npz: no such file, expected a clip$"):
        take_in([tmp_path / "a.npz"], three)
    with pytest.raises(SkelshotError, match=r"a.npz: no such file.*; 1 more cannot be used either"):
        take_in([tmp_path / "a.npz", tmp_path / "b.npz"], three)
