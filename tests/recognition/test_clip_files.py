"""Clips as people have them: found by ending and content, refused in one line."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from skelshot.datasets.store import Store
from skelshot.ground import SkelshotError
from skelshot.ground.errors import Notice
from skelshot.pose import VideoReading
from skelshot.recognition.checking.gathering import gather
from skelshot.recognition.clip_files import found_clips, of_array, read_clips
from skelshot.recognition.clip_places import clip_places, folder_contents

from ..pose.stand_ins import ScriptedEstimator, body


def joints(frames: int = 12) -> np.ndarray:
    rng = np.random.default_rng(0)
    start = rng.normal(0.0, 0.4, (1, 1, 20, 3))
    return (start + rng.normal(0.0, 0.02, (1, frames, 20, 3)).cumsum(1) + 3).astype(np.float32)


def write_npz(path: Path, **arrays: object) -> Path:
    np.savez(path, **{"joints": joints(), "layout": "kinect-v1", **arrays})  # type: ignore[arg-type]
    return path


def write_nw_ucla(path: Path, frames: object = None) -> Path:
    told = joints()[0].tolist() if frames is None else frames
    path.write_text(json.dumps({"file_name": "other", "label": 3, "skeletons": told}))
    return path


def test_a_clip_is_read_whatever_it_is_called(tmp_path: Path) -> None:
    (clip,) = read_clips(write_nw_ucla(tmp_path / "my wave.json"))
    assert (clip.name, clip.source) == ("my wave", str(tmp_path / "my wave.json"))
    np.testing.assert_allclose(clip.sequence.joints, joints())
    (same,) = read_clips(str(write_npz(tmp_path / "A.npz")))
    np.testing.assert_array_equal(same.sequence.joints, joints())
    assert same.sequence.layout.name == "kinect-v1"


def test_a_guess_is_said_aloud(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", joints())
    (clip,) = read_clips(tmp_path / "a.npy")
    assert any("layout: " in told for told in clip.remarks)


def test_the_file_alone_counts(tmp_path: Path) -> None:
    """What lies beside it is none of its business."""
    write_npz(tmp_path / "a.npz")
    (tmp_path / "b.npz").write_bytes(b"no archive")
    (tmp_path / "labels.csv").write_text("file,label\nelsewhere,wave\n")
    assert [clip.name for clip in read_clips(tmp_path / "a.npz")] == ["a"]


def test_ntu_file_of_any_name(real_data_dir: Path, tmp_path: Path) -> None:
    sample = next((real_data_dir / "ntu-samples").glob("*.skeleton"))
    shutil.copy(sample, tmp_path / "clip one.skeleton")
    (clip,) = read_clips(tmp_path / "clip one.skeleton")
    assert (clip.name, clip.sequence.layout.name) == ("clip one", "kinect-v2")


def test_all_clips_of_a_store(toy_store: Store) -> None:
    clips = read_clips(toy_store.path)
    assert [clip.name for clip in clips] == [clip.name for clip in toy_store.clips]


def test_several_of_all_kinds(tmp_path: Path) -> None:
    file = write_npz(tmp_path / "A.npz")
    found = found_clips([file, of_array(joints()), joints(), joints()[0]])
    assert [clip.name for clip in found] == ["A", None, None, None]
    assert len({clip.sequence.joints.tobytes() for clip in found}) == 1


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("gone.json", None, "no such file, expected a clip"),
        ("empty.json", b"", r"empty.json: line 1, column 1: not valid JSON [^;]*; [^;]*$"),
        ("cut.json", b'{"label": 1, "skeletons": [[[0, 1,', "cut.json: line 1, column 35: not"),
        ("list.json", b"[1, 2]", "found a JSON list, expected an object"),
        ("few.json", b'{"skeletons": [[[0, 1, 2]]]}', "frame 0: found 1 joints, expected 20"),
        ("none.json", b'{"skeletons": []}', "no frame: nothing was recorded"),
        ("empty.npz", b"", "npz"),
        ("cut.npz", b"PK\x03\x04abcdef", "npz"),
        ("clip.skeleton", b"garbage", "line 1"),
        ("clip.docx", b"PK", "files of that ending, expected one of .* .avi, .bvh, .json"),
        ("clip", b"1 2 3", "no reader knows files of that ending"),
    ],
)  # fmt: skip
def test_bad_files_are_told_in_one_line(tmp_path: Path, name: str, content, told: str) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(SkelshotError, match=told) as raised:
        read_clips(tmp_path / name)
    assert str(raised.value).startswith(f"{tmp_path / name}: ")
    assert "\n" not in str(raised.value)


def test_an_option_that_only_prepare_has_is_named_with_it(tmp_path: Path, toy_store: Store) -> None:
    file = write_npz(tmp_path / "mm.npz", joints=1000 * toy_store.sequence(0).joints)
    with pytest.raises(SkelshotError, match=r"millimetres.*--units.*an option of `skelshot prep"):
        read_clips(file)


def test_a_folder_that_is_no_store_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SkelshotError, match="found a folder, expected a file, or a store"):
        read_clips(tmp_path)


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "huge.json").open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(SkelshotError, match=r"huge.json: .*expected at most"):
        read_clips(tmp_path / "huge.json")


def test_a_folder_stands_for_what_lies_in_it(tmp_path: Path, toy_store: Store) -> None:
    for name in ("b/clip_10.npz", "b/clip_2.npz", "a.npz", ".hidden.npz"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        write_npz(tmp_path / name)
    (tmp_path / "notes.docx").write_text("of no use")
    (tmp_path / "film.MP4").write_bytes(b"")
    frames = tmp_path / "openpose"
    frames.mkdir()
    body = np.random.default_rng(0).uniform(100, 300, (25, 2)).round(1).tolist()
    for number in range(9):
        person = {"pose_keypoints_2d": [x for joint in body for x in (*joint, 0.9)]}
        (frames / f"x_{number:012d}_keypoints.json").write_text(json.dumps({"people": [person]}))
    shutil.copytree(toy_store.path, tmp_path / "some.store")
    found = [place.relative_to(tmp_path).as_posix() for place in clip_places(tmp_path)]
    assert found == [
        "a.npz", "film.MP4", "b/clip_2.npz", "b/clip_10.npz", "openpose", "some.store",
    ]  # fmt: skip
    assert [clip.name for clip in read_clips(tmp_path / "b")] == ["clip_2", "clip_10"]
    (clip,) = read_clips(frames)
    assert (clip.sequence.frames, clip.sequence.layout.name) == (9, "openpose-25")


def test_links_to_folders_are_followed_and_no_loop_is(tmp_path: Path) -> None:
    folder, elsewhere = tmp_path / "shown", tmp_path / "elsewhere"
    for place in (folder / "wave", elsewhere):
        place.mkdir(parents=True)
        write_npz(place / "a.npz")
    (folder / "bow").symlink_to(elsewhere)
    (elsewhere / "back").symlink_to(folder)
    found = [place.relative_to(folder).as_posix() for place in clip_places(folder)]
    assert found == ["bow/a.npz", "wave/a.npz"]
    (tmp_path / "gathered").mkdir()
    gather([folder], tmp_path / "gathered")
    gathered = sorted((tmp_path / "gathered").rglob("*.npz"))
    assert [file.parent.name for file in gathered] == ["bow", "wave"]


def test_exported_poses_are_found_by_their_content(tmp_path: Path) -> None:
    body = np.random.default_rng(0).normal(0, 0.3, (12, 33, 3)).round(3)
    frames = [
        {"poseWorldLandmarks": [dict(zip("xyz", joint, strict=True)) for joint in frame]}
        for frame in body.tolist()
    ]
    (tmp_path / "a.json").write_text(json.dumps(frames))
    header = ",".join(f"{joint}_{axis}" for joint in range(33) for axis in "xyz")
    rows = [",".join(map(str, frame.ravel())) for frame in body]
    (tmp_path / "b.csv").write_text("\n".join([header, *rows]))
    (one,), (other,) = read_clips(tmp_path / "a.json"), read_clips(tmp_path / "b.csv")
    assert one.sequence.layout.name == other.sequence.layout.name == "mediapipe-33"
    np.testing.assert_array_equal(one.sequence.joints, other.sequence.joints)


def test_files_of_a_folder_that_are_no_clips_are_listed(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    write_npz(tmp_path / "b/clip.npz")
    for name, text in (
        ("README.txt", "the clips"), ("labels.csv", "file,label\nclip,wave\n"),
        ("b/empty.csv", ""), ("b/log.tsv", "x\ty\n1\t2\n"), (".hidden.txt", ""),
    ):  # fmt: skip
        (tmp_path / name).write_text(text)
    (tmp_path / "b/noise.csv").write_bytes(bytes(range(256)) * 999)
    (tmp_path / "b/broken.json").write_text("{")
    found = folder_contents(tmp_path)
    assert [place.name for place in found.clips] == ["broken.json", "clip.npz"]
    assert [place.relative_to(tmp_path).as_posix() for place in found.others] == [
        "README.txt", "labels.csv", "b/empty.csv", "b/log.tsv", "b/noise.csv",
    ]  # fmt: skip
    with pytest.warns(Notice, match=r"clips: README\.txt, labels\.csv, b/empty\.csv and 2 more"):
        assert clip_places(tmp_path) == list(found.clips)
    with pytest.raises(SkelshotError, match=r"labels\.csv: the header names the joints of no"):
        read_clips(tmp_path / "labels.csv")
    with pytest.raises(SkelshotError, match=r"README\.txt: no reader knows files of that ending"):
        read_clips(tmp_path / "README.txt")


def test_a_video_says_what_pose_says_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("av")
    from skelshot.videos.encode import write_video

    write_video(tmp_path / "duet.mp4", [np.full((90, 160, 3), 9 * t, np.uint8) for t in range(12)])
    seen = ScriptedEstimator(lambda n: [body(0), body(1, 120)] if n else [])
    monkeypatch.setattr("skelshot.pose.video_reading.estimator_named", lambda name: seen)
    (clip,) = read_clips(tmp_path / "duet.mp4")
    assert clip.sequence.persons == 1
    told = "; ".join(clip.remarks)
    assert "video taken as no mirror image: nothing says that it is" in told
    assert "duet.mp4: up to 2 people stand in one picture, 1 of them was followed; " in told
    assert "duet.mp4: nobody was found in 1 of 12 pictures" in told
    (both,) = read_clips(tmp_path / "duet.mp4", VideoReading(persons=2, mirrored="yes"))
    assert both.sequence.persons == 2
    assert "video taken as a mirror image: as the caller said; see --mirrored" in both.remarks


def test_clips_of_several_classes_say_which(toy_store: Store) -> None:
    labels = [clip.label for clip in read_clips(toy_store.path)]
    assert labels == [toy_store.class_of(place) for place in range(len(toy_store))]
