import gzip
import pickle
import tarfile
from collections import Counter

import numpy as np
import pytest

from skelshot.datasets.clips import BadClip, Clip, Rejected
from skelshot.datasets.prepare import prepare
from skelshot.datasets.store import Store
from skelshot.datasets.ui_prmd import UiPrmdReader
from skelshot.datasets.verify import guess_reader, verify
from skelshot.ground import SkelshotError
from skelshot.skeletons.body_check import body_problems

KINECT = "Segmented Movements/Kinect"
OFFSETS = {
    0: (10, 90, -240), 1: (0, 28, 0), 2: (0, 21, 0), 3: (0, 1, 0), 4: (0, 6, 0), 5: (0, 15, 0),
    6: (2, 0, 0), 7: (14, 0, 0), 8: (24, 0, 0), 9: (22, 0, 0),
    10: (-2, 0, 0), 11: (-14, 0, 0), 12: (-24, 0, 0), 13: (-22, 0, 0),
    14: (8, 0, 0), 15: (0, -40, 0), 16: (0, -38, 0), 17: (0, -8, 12),
    18: (-8, 0, 0), 19: (0, -40, 0), 20: (0, -38, 0), 21: (0, -8, 12),
}  # fmt: skip


def body(frames=6):
    """A person who stands with spread arms and then nods: offsets and angles (T, 22, 3)."""
    offsets = np.repeat([[OFFSETS[joint] for joint in range(22)]], frames, axis=0).astype(float)
    angles = np.zeros_like(offsets)
    angles[:, 3, 0] = np.linspace(0, 90, frames)
    return offsets, angles


def text_of(rows):
    lines = (",".join(f"{value:.6f}" for value in row.ravel()) for row in rows)
    return ("\n".join(lines) + "\n").encode()


def write(raw, clip="m01_s02_e03", wrong=False, kinds=("positions", "angles"), **contents):
    folder = raw / f"{'Incorrect ' if wrong else ''}{KINECT}"
    ending = "_inc" if wrong else ""
    for kind, rows in zip(("positions", "angles"), body(), strict=True):
        if kind in kinds:
            path = folder / kind.capitalize() / f"{clip}_{kind}{ending}.txt.gz"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(contents.get(kind, gzip.compress(text_of(rows))))
    return raw


def read_all(raw, **options):
    reader = UiPrmdReader(**options)
    return [item for source in reader.sources(raw) for item in reader.read(source)]


def test_a_pair_of_files_gives_a_body_in_metres_that_faces_the_sensor(tmp_path):
    (clip,) = read_all(write(tmp_path))
    assert isinstance(clip, Clip)
    assert (clip.name, clip.label, clip.subject, clip.replication) == ("m01_s02_e03", 0, 2, 3)
    joints = dict(zip(clip.sequence.layout.joints, clip.sequence.joints[0, 0], strict=True))
    np.testing.assert_allclose(joints["spine base"], [-0.1, 0.9, 2.4], rtol=1e-6)
    np.testing.assert_allclose(joints["left wrist"], [-0.72, 1.39, 2.4], rtol=1e-6)
    np.testing.assert_allclose(joints["right foot"], [-0.02, 0.04, 2.28], rtol=1e-6)
    assert body_problems(clip.sequence, clip.sequence.layout) == []


def test_angles_turn_what_hangs_on_a_joint(tmp_path):
    (clip,) = read_all(write(tmp_path))
    joints = dict(zip(clip.sequence.layout.joints, clip.sequence.joints[0, -1], strict=True))
    nod = joints["head"] - joints["neck base"]
    np.testing.assert_allclose(nod, [0, 0, -0.21], atol=1e-6)  # forward is towards the sensor


def test_executions_are_splits_or_classes(tmp_path):
    write(write(tmp_path, "m04_s01_e01"), "m04_s01_e01", wrong=True)
    reader = UiPrmdReader()
    sources = reader.sources(tmp_path)
    assert reader.splits() == {"correct": ["m04_s01_e01"], "incorrect": ["m04_s01_e01_inc"]}
    labels = [item.label for source in sources for item in reader.read(source)]
    assert (labels, len(reader.class_names)) == ([3, 3], 10)
    apart = UiPrmdReader(labels="executions")
    assert sorted(clip.label for clip in read_all(tmp_path, labels="executions")) == [3, 13]
    assert (apart.class_names[3], apart.class_names[13]) == ("side lunge", "incorrect side lunge")


def test_a_folder_and_its_archive_make_the_same_store(tmp_path):
    raw = tmp_path / "raw"
    write(write(raw, "m02_s01_e01"), "m02_s01_e02", wrong=True)
    (raw / "README.txt").touch()
    with tarfile.open(tmp_path / "ui-prmd.tar", "w") as archive:
        archive.add(raw, ".")
    stores = []
    for place in (raw, tmp_path / "ui-prmd.tar"):
        report = prepare(UiPrmdReader(), place, tmp_path / f"{place.name}.store")
        assert (report.clips, report.rejected) == (2, 0)
        assert [name[-10:] for name in report.remarks.passed_over] == ["README.txt"]
        stores.append(Store.open(report.store))
    assert [clip.name for clip in stores[0].clips] == [clip.name for clip in stores[1].clips]
    assert stores[0].splits == stores[1].splits
    np.testing.assert_array_equal(stores[0].sequence(1).joints, stores[1].sequence(1).joints)


BAD = {
    "no angles": ({"kinds": ("positions",)}, "positions without angles, expected both files"),
    "no positions": ({"kinds": ("angles",)}, "angles without positions, expected both files"),
    "exercise 11": ({"clip": "m11_s01_e01"}, "unknown label: exercise m11 is not one of m01"),
    "exercise 0": ({"clip": "m00_s01_e01"}, "unknown label: exercise m00"),
    "no gzip": ({"positions": b"1,2,3"}, "not a whole gzip file"),
    "cut": ({"angles": gzip.compress(text_of(body()[1]))[:-9]}, "angles: not a whole gzip file"),
    "bomb": ({"positions": gzip.compress(bytes(5 << 20))}, "unpacks to more than 4194304 bytes"),
    "empty": ({"positions": gzip.compress(b"\n")}, "positions: no row: nothing was recorded"),
    "65 columns": (
        {"positions": gzip.compress(b",".join([b"1"] * 65))},
        "positions: column map, joints: names column 66, but a row has 65",
    ),
    "a short row": (
        {"angles": gzip.compress(text_of(body()[1]) + b"1,2\n")},
        "angles: line 7: found 2 cells, expected 66",
    ),
    "a word": (
        {"angles": gzip.compress(text_of(body()[1]).replace(b"90.000000", b"ninety"))},
        "angles: line 6: found 'ninety', expected a number",
    ),
    "fewer angles": (
        {"angles": gzip.compress(text_of(body(5)[1]))},
        "found 6 frames of positions and 5 of angles, expected as many",
    ),
    "one frame": (
        {kind: gzip.compress(text_of(rows)) for kind, rows in
         zip(("positions", "angles"), body(1), strict=True)},
        "one frame: no movement",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_bad_files_are_rejected_in_one_line(tmp_path, case):
    changes, reason = BAD[case]
    (item,) = read_all(write(tmp_path, **changes))
    assert isinstance(item, Rejected)
    assert reason in item.reason
    assert "\n" not in item.reason


def test_gaps_are_repaired_or_rejected_by_option(tmp_path):
    angles = text_of(body()[1]).replace(b"36.000000", b"nan")
    write(tmp_path, angles=gzip.compress(angles))
    (clip,) = read_all(tmp_path)
    assert clip.repaired == 2  # neck and head hang on the angle
    (item,) = read_all(tmp_path, on_missing="reject")
    assert "2 joints with NaN" in item.reason


def test_options_folders_and_archives_of_others_are_refused(tmp_path):
    with pytest.raises(SkelshotError, match="labels: found 'both', expected exercises or"):
        UiPrmdReader(labels="both")
    (tmp_path / "README.txt").touch()
    with pytest.raises(SkelshotError, match="holds no UI-PRMD files"):
        UiPrmdReader().sources(tmp_path)


def test_verify_guesses_it_and_names_what_is_wrong(tmp_path):
    write(write(tmp_path), "m02_s01_e01", kinds=("positions",))
    report = verify(tmp_path)
    assert (report.files, report.ok) == (3, 2)
    assert "positions without angles" in report.bad[0].problem
    assert type(guess_reader(tmp_path)) is UiPrmdReader


@pytest.fixture(scope="session")
def real_archive(real_data_dir):
    path = real_data_dir / "ui-prmd-kinect.tar"
    if not path.is_file():
        pytest.skip(f"no UI-PRMD archive in {real_data_dir}")
    return path


@pytest.fixture(scope="session")
def real_clips(real_archive):
    """Of the real clips the first two repetitions of two people, and all of m05."""
    reader = UiPrmdReader()
    sources = reader.sources(real_archive)
    assert len(sources) == 4000
    assert {name: len(clips) for name, clips in reader.splits().items()} == {
        "correct": 1000, "incorrect": 1000,
    }  # fmt: skip
    reader = pickle.loads(pickle.dumps(reader))  # noqa: S301 - our own bytes, as a worker has it
    few = [
        source for source in sources if any(part in source.name for part in ("m05_", "_s01_e01_"))
    ]
    return [item for source in few for item in reader.read(source)]


def test_the_real_clips_are_bodies_in_metres(real_clips):
    assert not [item for item in real_clips if isinstance(item, Rejected)]
    assert Counter(clip.label for clip in real_clips) == {
        label: 200 if label == 4 else 2 for label in range(10)
    }
    few = [clip.sequence for clip in real_clips[::7]]
    assert body_problems(few, few[0].layout) == []
    assert min(clip.sequence.frames for clip in real_clips) >= 28


def test_the_feet_stay_on_the_floor_in_sit_to_stand(real_clips):
    moved = []
    for clip in real_clips:
        if clip.label == 4 and not clip.name.endswith("_inc"):
            feet = [clip.sequence.layout.index(f"{side} ankle") for side in ("left", "right")]
            moved.append(np.ptp(clip.sequence.joints[0][:, feet], axis=0).max())
    assert len(moved) == 100
    assert np.median(moved) < 0.15  # 0.09; with Rz Ry Rx it is 0.81
    assert max(moved) < 0.25


def test_a_single_file_is_read_with_its_other_half(tmp_path):
    (whole,) = read_all(write(tmp_path / "set"))
    positions = next((tmp_path / "set").rglob("*_positions.txt.gz"))
    angles = next((tmp_path / "set").rglob("*_angles.txt.gz"))
    beside = [tmp_path / file.name for file in (positions, angles)]
    for file, copy in zip((positions, angles), beside, strict=True):
        copy.write_bytes(file.read_bytes())
    for file in (positions, angles, *beside):
        (clip,) = UiPrmdReader().clips_in(file)
        assert (clip.name, clip.label) == (whole.name, whole.label)
        np.testing.assert_array_equal(clip.sequence.joints, whole.sequence.joints)
    assert UiPrmdReader.whole_of(angles) == positions
    beside[1].unlink()
    with pytest.raises(BadClip, match="positions without angles, expected both files"):
        UiPrmdReader().clips_in(beside[0])
    beside[1].write_bytes(beside[0].read_bytes())
    beside[0].unlink()
    assert UiPrmdReader.whole_of(beside[1]) == beside[1]
    with pytest.raises(BadClip, match="angles without positions, expected both files"):
        UiPrmdReader().clips_in(beside[1])
