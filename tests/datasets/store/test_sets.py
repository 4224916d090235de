"""Several stores read as one."""

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from skelshot.datasets.npz import NpzReader, write_npz_clip
from skelshot.datasets.prepare import prepare
from skelshot.datasets.store import Store
from skelshot.datasets.store.reader import StoreReader
from skelshot.datasets.store.sets import SetsReader
from skelshot.experiments.toy import write_toy_clips
from skelshot.ground import SkelshotError
from skelshot.skeletons.as_picture import camera_view
from skelshot.skeletons.layout_reading import layout_mapping
from skelshot.skeletons.layouts import KINECT_V1, layout_from
from skelshot.skeletons.mappings import map_layout


@pytest.fixture(scope="module")
def stores(toy_store: Store, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The toy set, a smaller one of other people, and the toy set in Kinect v2's joints."""
    folder = tmp_path_factory.mktemp("sets")
    write_toy_clips(folder / "raw", performers=2, repetitions=1)
    prepare(NpzReader(), folder / "raw", folder / "small")
    prepare(StoreReader("kinect-v2"), toy_store.path, folder / "v2")
    return {"toy": toy_store.path, "small": folder / "small", "v2": folder / "v2"}


def listed(folder: Path, document: dict[str, Any] | str) -> Path:
    path = folder / "sets.yaml"
    text = document if isinstance(document, str) else yaml.safe_dump(document, sort_keys=False)
    path.write_text(text)
    return path


def test_all_clips_of_all_sets_arrive_under_their_names(
    stores: dict[str, Path], tmp_path: Path
) -> None:
    sets = {"one": {"store": str(stores["toy"])}, "two": {"store": str(stores["small"])}}
    report = prepare(SetsReader(), listed(tmp_path, {"sets": sets}), tmp_path / "all", workers=2)
    one, two = Store.open(stores["toy"]), Store.open(stores["small"])
    both = Store.open(tmp_path / "all")
    assert (len(both), report.rejected) == (len(one) + len(two), 0)
    assert both.class_names == tuple(
        f"{name}/{label}"
        for name, part in (("one", one), ("two", two))
        for label in part.class_names
    )
    assert both.bare_class_names == one.class_names + two.class_names
    assert one.bare_class_names == one.class_names
    for name, part in (("one", one), ("two", two)):
        for place, clip in enumerate(part.clips):
            there = both.index_of(f"{name}/{clip.name}")
            assert np.array_equal(both.sequence(there).joints, part.sequence(place).joints)
            assert both.class_of(there) == f"{name}/{part.class_of(place)}"
    people = {name: _people(both, name) for name in ("one", "two")}
    assert (len(people["one"]), len(people["two"])) == (4, 2)
    assert not people["one"] & people["two"]
    assert {split: len(clips) for split, clips in both.splits.items()} == {
        "one": len(one),
        "two": len(two),
    }
    (doubt,) = report.remarks.doubts
    told, _, rest = doubt.partition(" and 5 more: of several sets under one name, kept apart")
    assert told.split(", ") == [name.casefold() for name in one.class_names[:5]]
    assert rest == "; joined: in the file makes them one class"


def _someone(stores: dict[str, Path]) -> int:
    subject = Store.open(stores["small"]).clips[0].subject
    assert subject is not None
    return subject


def _people(store: Store, name: str) -> set[int | None]:
    return {clip.subject for clip in store.clips if clip.name.startswith(f"{name}/")}


def test_classes_are_joined_where_told_and_left_out_where_told(
    stores: dict[str, Path], tmp_path: Path
) -> None:
    first, second, third, *_ = Store.open(stores["toy"]).class_names
    document = {
        "sets": {
            "one": {"store": str(stores["toy"]), "leave_out": [third]},
            "two": {"store": str(stores["small"]), "leave_out_subjects": [_someone(stores)]},
        },
        "joined": {"together": [f"one/{first}", f"two/{first}", f"two/{second}"]},
    }
    prepare(SetsReader(), listed(tmp_path, document), tmp_path / "all")
    store = Store.open(tmp_path / "all")
    assert store.class_names[0] == store.bare_class_names[0] == "together"
    assert len(store.class_names) == 2 * 10 - 1 - 2
    found = {clip.name for clip in store.clips if store.class_names[clip.label] == "together"}
    assert len(found) == 8 + 1 + 1
    assert len(_people(store, "two")) == 1
    assert f"one/{third}" not in store.class_names
    assert f"two/{third}" in store.class_names


def test_layouts_of_one_name_must_be_one(
    stores: dict[str, Path], tmp_path: Path, make_joints: Callable[..., np.ndarray]
) -> None:
    joints = [*range(4), *range(8, 12), *range(4, 8), *range(12, 20)]
    mine = {**layout_mapping(KINECT_V1), "name": "mine"}
    other = {**mine, "joints": [mine["joints"][joint] for joint in joints]}
    for name, data, order in (("one", mine, [*range(20)]), ("two", other, joints)):
        (tmp_path / name).mkdir()
        clip, layout = tmp_path / name / "a.npz", layout_from(data)
        write_npz_clip(clip, make_joints()[..., order, :], label="bow", layout=layout)
        prepare(NpzReader(), tmp_path / name, tmp_path / f"{name}.store")
    sets = {name: {"store": f"{name}.store"} for name in ("one", "two")}
    path = listed(tmp_path, {"sets": sets})
    told = r"unlike layouts called 'mine' \(joints.4: one 'left shoulder', two 'right shoulder'\)"
    with pytest.raises(SkelshotError, match=told):
        prepare(SetsReader(), path, tmp_path / "all")
    (tmp_path / "mine.yaml").write_text(yaml.safe_dump(mine))
    prepare(SetsReader(str(tmp_path / "mine.yaml")), path, tmp_path / "all")
    both = Store.open(tmp_path / "all")
    assert np.allclose(both.sequence(0).joints, both.sequence(1).joints)


def test_unlike_layouts_meet_in_the_one_that_is_named(
    stores: dict[str, Path], tmp_path: Path
) -> None:
    sets = {"one": {"store": str(stores["toy"])}, "two": {"store": str(stores["v2"])}}
    path = listed(tmp_path, {"sets": sets})
    with pytest.raises(SkelshotError, match=r"unlike layouts \(one .*, two kinect-v2\); name one"):
        prepare(SetsReader(), path, tmp_path / "all")
    prepare(SetsReader("kinect-v1"), path, tmp_path / "all")
    both, v2 = Store.open(tmp_path / "all"), Store.open(stores["v2"])
    assert both.layout.name == "kinect-v1"
    wanted = map_layout(v2.sequence(3), both.layout)
    there = both.index_of(f"two/{v2.clips[3].name}")
    assert np.array_equal(both.sequence(there).joints, wanted.joints)


def test_relative_paths_count_from_the_file(stores: dict[str, Path], tmp_path: Path) -> None:
    (tmp_path / "here").symlink_to(stores["small"])
    path = listed(tmp_path, {"sets": {"one": {"store": "here"}}})
    assert len(SetsReader().sources(path)) == len(Store.open(stores["small"]))


def test_the_reader_travels_to_other_processes(stores: dict[str, Path], tmp_path: Path) -> None:
    reader = SetsReader()
    sources = reader.sources(listed(tmp_path, {"sets": {"one": {"store": str(stores["small"])}}}))
    (there,) = pickle.loads(pickle.dumps(reader)).read(sources[5])  # noqa: S301, our own
    (here,) = reader.read(sources[5])
    assert (there.name, there.label, there.subject) == (here.name, here.label, here.subject)


TOY = "sets: {one: {store: STORE}}"
BAD = {
    "no sets": ("sets: {}", "sets"),
    "no such key": (f"{TOY}\njoin: {{}}", "did you mean 'joined'"),
    "no such key of a set": (
        "sets: {one: {store: STORE, left_out: []}}",
        "did you mean 'leave_out'",
    ),
    "a name with a slash": ("sets: {one/two: {store: STORE}}", "without /"),
    "a name with an at": ("sets: {one@two: {store: STORE}}", "without / and @"),
    "a name with a colon": ("sets: {'one:two': {store: STORE}}", "such as my-set"),
    "no such store": ("sets: {one: {store: nowhere}}", "no such folder"),
    "no such class left out": (
        "sets: {one: {store: STORE, leave_out: [fly]}}",
        "no class is called 'one/fly'",
    ),
    "no such class joined": (f"{TOY}\njoined: {{up: [one/fly]}}", "no class is called 'one/fly'"),
    "joined twice": (
        f"{TOY}\njoined: {{up: [one/FIRST], down: [one/FIRST]}}",
        "is part of 'up' and of 'down'",
    ),
    "no such person": (
        "sets: {one: {store: STORE, leave_out_subjects: [99]}}",
        r"sets\.one\.leave_out_subjects: found 99, expected one of",
    ),
    "all left out": ("sets: {one: {store: STORE, leave_out: ALL}}", "all clips are left out"),
    "no YAML": ("sets: [", "sets.yaml"),
    "a line": (
        "sets:\n  one: {store: STORE}\n  two:\n    store: STORE\n    leave_out_subjects: [few]",
        r"sets\.yaml, line 5, sets\.two\.leave_out_subjects\.0: found 'few'.*name stores under",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_files_that_are_amiss(stores: dict[str, Path], tmp_path: Path, case: str) -> None:
    text, told = BAD[case]
    classes = Store.open(stores["small"]).class_names
    for word, meant in (
        ("STORE", str(stores["small"])),
        ("FIRST", classes[0]),
        ("ALL", f"[{', '.join(classes)}]"),
    ):
        text = text.replace(word, meant)
    path = listed(tmp_path, text)
    with pytest.raises(SkelshotError, match=told) as caught:
        prepare(SetsReader(), path, tmp_path / "all")
    assert "\n" not in str(caught.value)
    assert "sets.yaml" in str(caught.value) or case == "no such store"
    assert not (tmp_path / "all").exists()


def test_sets_of_one_class_or_person_are_told_of(stores: dict[str, Path], tmp_path: Path) -> None:
    small = Store.open(stores["small"])
    rest = list(small.class_names[1:])
    first = min(clip.subject for clip in small.clips if clip.subject is not None)
    sets = {
        "toy": {"store": str(stores["toy"])},
        "one": {"store": str(stores["small"]), "leave_out": rest},
        "alone": {
            "store": str(stores["small"]),
            "leave_out": rest,
            "leave_out_subjects": [first],
        },
    }
    report = prepare(SetsReader(), listed(tmp_path, {"sets": sets}), tmp_path / "all")
    assert report.remarks.doubts[-2:] == (
        "one: 2 clips of one class; an encoder may learn their sensor in place of what they do",
        "alone: 1 clip of one class and one person; an encoder may learn their sensor in place of "
        "what they do",
    )


def test_a_folder_is_no_list(stores: dict[str, Path]) -> None:
    with pytest.raises(SkelshotError, match=r"found a folder, expected a \.yaml file"):
        SetsReader().sources(stores["toy"])


def test_pixels_and_metres_meet_in_pixels(stores: dict[str, Path], tmp_path: Path) -> None:
    prepare(StoreReader(coordinates="pixels"), stores["small"], tmp_path / "pixels")
    sets = {"one": {"store": str(stores["toy"])}, "two": {"store": str(tmp_path / "pixels")}}
    file = listed(tmp_path, {"sets": sets})
    told = r"unlike coordinates \(one 3, two 2\); --coordinates pixels sees the 3-D ones by a cam"
    with pytest.raises(SkelshotError, match=told):
        prepare(SetsReader(), file, tmp_path / "all")
    report = prepare(SetsReader(coordinates="pixels"), file, tmp_path / "all")
    both, one = Store.open(tmp_path / "all"), Store.open(stores["toy"])
    assert both.channels == 2
    assert list(report.remarks.guessed) == ["camera of one"]
    there = both.sequence(both.index_of(f"one/{one.clips[0].name}"))
    assert np.array_equal(there.joints, camera_view(one.sequence(0)).joints)
