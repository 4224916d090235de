import tarfile
from collections import Counter

import numpy as np
import pytest

from skelshot.datasets.clips import Clip, Rejected
from skelshot.datasets.kinder_gator import KinderGatorReader
from skelshot.datasets.prepare import prepare
from skelshot.datasets.protocols import protocol_named
from skelshot.datasets.store import Store
from skelshot.datasets.verify import guess_reader, verify
from skelshot.ground import SkelshotError
from skelshot.skeletons.body_check import body_problems

JOINTS = [
    *("HipCenter", "Spine", "ShoulderCenter", "Head"),
    *("ShoulderLeft", "ElbowLeft", "WristLeft", "HandLeft"),
    *("ShoulderRight", "ElbowRight", "WristRight", "HandRight"),
    *("HipLeft", "KneeLeft", "AnkleLeft", "FootLeft"),
    *("HipRight", "KneeRight", "AnkleRight", "FootRight"),
]
HEADER = ["Timestamp", *(f"{joint}{axis}" for joint in JOINTS for axis in "XYZ")]


@pytest.fixture
def write(tmp_path, toy_store):
    """Write a file of Kinder-Gator, whose person moves as in a toy clip."""

    def write(action="Bow", person=565, group="Adults", number=1, change=lambda text: text):
        joints = toy_store.sequence(0).joints[0]
        lines = [",".join([*HEADER, "User-ID", "Action", ""])]
        for frame, row in enumerate(joints.reshape(len(joints), 60).tolist()):
            cells = [f"{36794471.6016 + 32 * frame:.4f}", *map(str, row), str(person), action, ""]
            lines.append(",".join(cells))
        path = tmp_path / "raw" / group / f"POSE-p{person}_{number:02d}-{action}-146918240.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(change("\n".join(lines) + "\n"))
        return joints

    return write


def read_all(raw, **options):
    reader = KinderGatorReader(**options)
    return [item for source in reader.sources(raw) for item in reader.read(source)]


def test_a_good_file_gives_its_clip(write, tmp_path):
    joints = write("Throw-a-ball-")
    (clip,) = read_all(tmp_path / "raw")
    assert isinstance(clip, Clip)
    assert (clip.name, clip.subject) == ("POSE-p565_01-Throw-a-ball--146918240", 565)
    assert KinderGatorReader().class_names[clip.label] == "throw a ball"
    assert clip.sequence.layout.name == "kinect-v1"
    np.testing.assert_array_equal(clip.sequence.joints[0], joints)


def test_there_are_58_classes_whatever_the_files():
    names = KinderGatorReader().class_names
    assert len(set(names)) == 58
    assert (names[0], names[57]) == ("raise your hand", "make the letter X with your body")


def test_a_folder_and_its_archive_make_the_same_store_with_both_groups(write, tmp_path):
    write("Bow", 565)
    write("Jump", 103, "Children")
    (tmp_path / "raw" / "README.txt").touch()
    with tarfile.open(tmp_path / "kinder.tar.xz", "w:xz") as archive:
        archive.add(tmp_path / "raw", ".")
    stores = []
    for raw in ("raw", "kinder.tar.xz"):
        report = prepare(KinderGatorReader(), tmp_path / raw, tmp_path / f"{raw}.store")
        assert (report.clips, report.rejected, len(report.remarks.passed_over)) == (2, 0, 1)
        stores.append(Store.open(report.store))
    assert [clip.name for clip in stores[0].clips] == [clip.name for clip in stores[1].clips]
    (child,) = stores[1].splits["children"]
    assert child.startswith("POSE-p103")
    assert len(stores[1].splits["adults"]) == 1


BAD = {
    "an unknown action": (
        {"action": "Bows"},
        "unknown label: 'Bows' is not one of classes; did you mean 'Bow'?",
    ),
    "another action inside": (
        {"change": lambda text: text.replace("Bow", "Jump")},
        "label: found 'Jump', but the file name says 'Bow'",
    ),
    "two actions inside": (
        {"change": lambda text: text.replace("Bow", "Jump", 3)},
        "line 5: found the label 'Bow' below 'Jump', expected one a file",
    ),
    "a joint too few": (
        {"change": lambda text: text.replace("HeadY", "HaedY")},
        "column map, joints: the header has no column",
    ),
    "no time": (
        {"change": lambda text: text.replace("Timestamp", "Time")},
        "column map, time: the header has no column 'Timestamp'",
    ),
    "time runs back": (
        {"change": lambda text: text.replace("36794503.6016", "36794403.6016")},
        "line 3, time: found less than in the row before",
    ),
    "a row cut": ({"change": lambda text: text[:-100]}, "cells, expected 64 as in the first row"),
    "a word": (
        {"change": lambda text: text.replace("36794503.6016,", "36794503.6016,x")},
        "line 3: found 'x",
    ),
    "only a header": ({"change": lambda text: text.split("\n")[0]}, "no frame"),
    "empty": ({"change": lambda text: ""}, "no row: nothing was recorded"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_files_are_rejected_in_one_line(write, tmp_path, case):
    changes, reason = BAD[case]
    write("Wave-your-hand", 604)
    write(**changes)
    good = [item for item in read_all(tmp_path / "raw") if isinstance(item, Clip)]
    (bad,) = [item for item in read_all(tmp_path / "raw") if isinstance(item, Rejected)]
    assert len(good) == 1
    assert reason in bad.reason
    assert "\n" not in bad.reason


def test_other_files_are_rejected_by_name_or_passed_over(write, tmp_path):
    write()
    for name in ("a.csv", "POSE-p56_01-Bow-1.csv"):
        (tmp_path / "raw" / name).write_text("1,2\n")
    reasons = [item.reason for item in read_all(tmp_path / "raw") if isinstance(item, Rejected)]
    assert len(reasons) == 2
    assert all("file name: found" in reason and "expected POSE-p" in reason for reason in reasons)


def test_gaps_are_repaired_or_rejected_by_option(write, tmp_path):
    write(change=lambda text: "\n".join(_without_a_head(text.splitlines())))
    (clip,) = read_all(tmp_path / "raw")
    assert clip.repaired == 1
    (item,) = read_all(tmp_path / "raw", on_missing="reject")
    assert "1 joints with NaN" in item.reason
    with pytest.raises(SkelshotError, match="on_missing: found 'drop'"):
        KinderGatorReader(on_missing="drop")


def _without_a_head(lines):
    cells = lines[5].split(",")
    cells[HEADER.index("HeadY")] = "nan"
    return [*lines[:5], ",".join(cells), *lines[6:]]


def test_verify_guesses_it_by_the_names(write, tmp_path):
    write()
    report = verify(tmp_path / "raw")
    assert (report.files, report.ok) == (1, 1)
    assert type(guess_reader(tmp_path / "raw")) is KinderGatorReader
    assert not KinderGatorReader.takes("mine/table.csv")


@pytest.fixture(scope="session")
def real_kinder_gator(real_data_dir, tmp_path_factory):
    path = real_data_dir / "kinder-gator.tar.xz"
    if not path.is_file():
        pytest.skip(f"no Kinder-Gator archive in {real_data_dir}")
    out = tmp_path_factory.mktemp("kinder-gator") / "store"
    report = prepare(KinderGatorReader(), path, out)
    assert (report.clips, report.rejected, report.repaired) == (1159, 0, 0)
    return Store.open(out)


@pytest.mark.slow
def test_the_real_clips_are_all_read_and_are_bodies(real_kinder_gator):
    store = real_kinder_gator
    labels = Counter(clip.label for clip in store.clips)
    lacking = store.class_names.index("jump as high as you can")
    assert labels == {label: 19 if label == lacking else 20 for label in range(58)}
    assert Counter(clip.subject for clip in store.clips) == {
        clip.subject: 57 if clip.subject == 565 else 58 for clip in store.clips
    }
    frames = [clip.frames for clip in store.clips]
    assert (min(frames), max(frames), int(np.median(frames))) == (50, 525, 155)
    few = [store.sequence(index) for index in range(0, len(store), 37)]
    assert body_problems(few, few[0].layout) == []
    assert {split: len(names) for split, names in store.splits.items()} == {
        "adults": 579, "children": 580,
    }  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("name", "ways", "draws"), [("58", 58, 20), ("5", 5, 600)])
def test_every_query_is_of_another_person_than_its_exemplars(real_kinder_gator, name, ways, draws):
    store, protocol = real_kinder_gator, protocol_named(f"kinder-gator-{name}")
    (split,) = protocol.split_list(store)
    for shots in (1, 5):
        tasks = protocol.tasks(store, split, shots)
        assert len(tasks) == draws
        for task in tasks[:20]:
            assert len(task.classes) == ways
            shown = {
                label: {store.clips[index].subject for index in row}
                for label, row in zip(task.classes, task.support, strict=True)
            }
            for index in task.queries:
                clip = store.clips[index]
                assert clip.subject not in shown[clip.label]
