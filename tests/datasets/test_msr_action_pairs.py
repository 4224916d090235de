"""MSR Action Pairs on files that the tests write in the original layout."""

import os
import pickle
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from skelshot.datasets.clips import Clip, Rejected
from skelshot.datasets.msr_action_pairs import MsrActionPairsReader
from skelshot.datasets.prepare import prepare
from skelshot.datasets.store import Store
from skelshot.datasets.verify import guess_reader, verify
from skelshot.ground import SkelshotError
from skelshot.skeletons.layouts import KINECT_V1, KINECT_V2
from skelshot.skeletons.mappings import map_layout
from skelshot.skeletons.sequence import SkeletonSequence

STEM = "a01_s01_e01"


def rows_of(joints: np.ndarray) -> list[str]:
    """The 40 rows of one skeleton (20, 3)."""
    rows = []
    for x, y, z in joints:
        rows += [f"{x:.6f} {y:.6f} {z:.6f} 1", f"{0.5 + x / 4:.6f} {0.5 - y / 3:.6f} {z:.4f} 1"]
    return rows


def text_of(frames: Sequence[Sequence[np.ndarray]]) -> list[str]:
    """The lines of a file; a frame is a list of skeletons."""
    lines = [f"{len(frames)} 20"]
    for bodies in frames:
        lines.append(str(40 * len(bodies)))
        for body in bodies:
            lines += rows_of(body)
    return lines


def moving(frames: int = 12, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    steps = rng.normal(0, 0.02, (frames, 20, 3)).cumsum(axis=0)
    moved: np.ndarray = np.round(rng.normal(0, 0.4, (20, 3)) + steps + [0, 0, 2.5], 6)
    return moved


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    def writer(lines: Sequence[str], stem: str = STEM, end: str = "\n") -> Path:
        folder = tmp_path / "raw"
        folder.mkdir(exist_ok=True)
        (folder / f"{stem}_skeleton.txt").write_bytes(end.join([*lines, ""]).encode())
        return folder

    return writer


Write = Callable[..., Path]


def items(raw: Path, **options: str) -> list[Clip | Rejected]:
    reader = MsrActionPairsReader.from_options(options)
    return [item for source in reader.sources(raw) for item in reader.read(source)]


def only_clip(raw: Path, **options: str) -> Clip:
    (item,) = items(raw, **options)
    assert isinstance(item, Clip), item
    return item


def test_the_first_skeleton_of_each_frame_is_read(write: Write) -> None:
    joints, other = moving(), moving(seed=1)
    frames: list[list[np.ndarray]] = [[body] for body in joints]
    frames[3], frames[4], frames[7] = [], [], [joints[7], other[7]]
    clip = only_clip(write(text_of(frames), "a06_s10_e03"))
    assert (clip.name, clip.label, clip.subject, clip.replication) == ("a06_s10_e03", 5, 10, 3)
    assert (clip.camera, clip.setup, clip.ghosts, clip.repaired) == (None, None, 1, 0)
    assert clip.sequence.layout == KINECT_V1
    there = [frame not in (3, 4) for frame in range(12)]
    assert clip.sequence.present[0].tolist() == there
    np.testing.assert_array_equal(clip.sequence.joints[0][there], joints[there].astype(np.float32))
    assert not clip.sequence.joints[0][3:5].any()


@pytest.mark.parametrize("end", ["\n", "\r\n", "\n\n"])
def test_lines_end_in_any_way(write: Write, end: str) -> None:
    joints = moving()
    clip = only_clip(write(text_of([[body] for body in joints]), end=end))
    np.testing.assert_array_equal(clip.sequence.joints[0], joints.astype(np.float32))


GOOD = text_of([[body] for body in moving(3)])  # frames begin at lines 2, 43 and 84


@pytest.mark.parametrize(
    ("lines", "line", "reason"),
    [
        ([], 1, "the file ends before the header: it is not whole"),
        (["12"], 1, "found '12', expected the numbers of frames and joints, such as 120 20"),
        (["x 20"], 1, "found 'x 20', expected the numbers of frames and joints"),
        (["-3 20"], 1, "found '-3 20', expected the numbers of frames and joints"),
        (["3 25", *GOOD[1:]], 1, "found 25 joints, expected 20"),
        (["10001 20"], 1, "found 10001 frames, expected at most 10000 a clip"),
        (["9" * 5000 + " 20"], 1, "expected the numbers of frames and joints"),
        (["0 20"], None, "no frame: nothing was recorded"),
        ([*GOOD[:42], "39", *GOOD[43:]], 43, "frame 2 of 3: found '39', expected a number of rows"),
        ([*GOOD[:42], "0", *GOOD[43:]], 44, "frame 3 of 3: found '"),
        (
            [*GOOD[:42], "80", *GOOD[43:]],
            84,
            "frame 2 of 3, row 41 of 80: found 1 numbers, expected 4",
        ),
        ([*GOOD[:41], *GOOD[42:]], 42, "frame 1 of 3, row 40 of 40: found 1 numbers, expected 4"),
        ([*GOOD[:41], *GOOD[40:]], 43, "frame 2 of 3: found '"),
        (GOOD[:100], 100, "the file ends before frame 3 of 3, row 17 of 40: it is not whole"),
        (GOOD[:83], 83, "the file ends before frame 3 of 3: it is not whole"),
        ([*GOOD, *GOOD[83:]], 125, "found 41 more lines behind frame 3, expected the end of the f"),
        ([*GOOD[:2], "a 0 2 1", *GOOD[3:]], 3, "row 1 of 40: found 'a 0 2 1', expected 4 numbers"),
        ([*GOOD[:2], "0 0 2", *GOOD[3:]], 3, "row 1 of 40: found 3 numbers, expected 4: a place"),
        (["3 20", "0", "0", "0"], None, "all coordinates are zero: no skeleton was recorded"),
        (["1 20", *GOOD[1:42]], None, "one frame: no movement to learn from"),
    ],
)
def test_wrong_rows_are_told_in_one_line(
    write: Write, lines: list[str], line: int | None, reason: str
) -> None:
    write(text_of([[body] for body in moving()]), "a02_s01_e01")
    bad, good = items(write(lines))
    assert isinstance(good, Clip)
    assert isinstance(bad, Rejected)
    assert reason in bad.reason
    assert bad.line == line
    assert "\n" not in bad.reason
    assert len(bad.reason) < 250


@pytest.mark.parametrize(
    ("stem", "reason"),
    [
        ("a13_s01_e01", "unknown label: found action a13, expected a01 to a12"),
        ("a00_s01_e01", "unknown label: found action a00, expected a01 to a12"),
        ("a1_s01_e01", "file name: expected aAA_sSS_eEE_skeleton.txt, such as a01_s02_e03"),
        ("copy of a01_s01_e01", "file name: expected aAA_sSS_eEE_skeleton.txt"),
    ],
)
def test_other_names_are_rejected(write: Write, stem: str, reason: str) -> None:
    (bad,) = items(write(GOOD, stem))
    assert isinstance(bad, Rejected)
    assert reason in bad.reason


def test_gaps_are_filled_or_refused(write: Write) -> None:
    joints = moving()
    joints[5, 7] = np.nan
    raw = write(text_of([[body] for body in joints]))
    assert only_clip(raw).repaired == 1
    (bad,) = items(raw, on_missing="reject")
    assert isinstance(bad, Rejected)
    assert "1 joints with NaN" in bad.reason


def test_bodies_with_left_and_right_exchanged_are_told(write: Write, real_clip: Store) -> None:
    """A real person, mirrored: the axis that puts it right is named, and does."""
    mapped = map_layout(real_clip.sequence(0), KINECT_V1)
    assert real_clip.layout == KINECT_V2
    body = mapped.joints[0] * np.array([-1, 1, 1], np.float32)
    for number in range(1, 5):
        raw = write(text_of([[frame] for frame in body]), f"a01_s{number:02d}_e01")
    reader = MsrActionPairsReader()
    reader.sources(raw)
    (doubt,) = reader.remarks().doubts
    assert "mirrored: found toes that point backwards" in doubt
    assert "--axes=-x,y,z" in doubt
    turned = MsrActionPairsReader(axes="-x,y,z")
    source, *_ = turned.sources(raw)
    assert not turned.remarks().doubts
    (clip,) = turned.read(source)
    assert isinstance(clip, Clip)
    np.testing.assert_allclose(clip.sequence.joints[0], mapped.joints[0], atol=1e-6)


def test_bodies_in_another_unit_are_refused(write: Write, real_clip: Store) -> None:
    mapped: SkeletonSequence = map_layout(real_clip.sequence(0), KINECT_V1)
    raw = write(text_of([[frame] for frame in mapped.joints[0] * 1000]))
    (bad,) = items(raw)
    assert isinstance(bad, Rejected)
    assert "units: found bodies" in bad.reason
    assert isinstance(items(raw, body_check="ignore")[0], Clip)


def test_classes_are_six_pairs() -> None:
    names = MsrActionPairsReader().class_names
    assert len(set(names)) == 12
    assert names[:2] == ("pick up a box", "put down a box")
    assert names[-2:] == ("stick a poster", "remove a poster")


def test_a_whole_folder_and_its_workers(write: Write, tmp_path: Path) -> None:
    for action in range(1, 5):
        for subject in range(1, 4):
            frames = [[body] for body in moving(seed=10 * action + subject)]
            raw = write(text_of(frames), f"a{action:02d}_s{subject:02d}_e01")
    write(["2 20", "1"], "a05_s01_e01")
    (raw / "a01_s01_e01_depth.bin").touch()
    again = pickle.loads(pickle.dumps(MsrActionPairsReader()))  # noqa: S301 - our own bytes
    assert again.options() == MsrActionPairsReader().options()
    hashes = set()
    for workers in (1, 2):
        out = tmp_path / f"store{workers}"
        report = prepare(MsrActionPairsReader(), raw, out, workers=workers)
        assert (report.clips, report.rejected, report.classes) == (12, 1, 4)
        assert report.remarks.passed_over == ("a01_s01_e01_depth.bin",)
        hashes.add(Store.open(out).data_hash)
    assert len(hashes) == 1
    assert isinstance(guess_reader(raw), MsrActionPairsReader)
    (bad,) = verify(raw).bad
    assert (bad.file, bad.line) == ("a05_s01_e01_skeleton.txt", 2)


def test_a_folder_of_other_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a01_s01_e01.txt").touch()
    with pytest.raises(
        SkelshotError, match=r"holds no files called aAA_sSS_eEE_skeleton.txt; it h"
    ):
        MsrActionPairsReader().sources(tmp_path)


def test_hostile_files_take_bounded_time(write: Write) -> None:
    began = time.process_time()
    raw = write(["10000 20", *["0"] * 10_000])
    write(["2000 20", *(["40", *["0 0 0 0"] * 40] * 2000)], "a01_s01_e02")
    os.mkfifo(raw / "a01_s01_e03_skeleton.txt")
    (raw / "a01_s01_e04_skeleton.txt").write_bytes(b"\xff\xfe\x00")
    (raw / "a01_s01_e05_skeleton.txt").write_text("1 " * 1_000_000)
    assert all(isinstance(item, Rejected) and len(item.reason) < 400 for item in items(raw))
    assert time.process_time() - began < 10
