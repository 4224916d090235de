"""Protocols with a rule for cameras: who is compared with whom, and what is refused."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from skelshot.datasets.protocols import protocol_named
from skelshot.datasets.protocols.camera_splits import CameraSplitProtocol
from skelshot.ground import SkelshotError


@dataclass(frozen=True)
class ToyClip:
    name: str
    label: int
    camera: int | None
    subject: int | None = None


@dataclass(frozen=True)
class ToyStore:
    clips: tuple[ToyClip, ...]
    class_names: tuple[str, ...]


def toy_store(cameras: tuple[int | None, ...] = (1, 2, 3), takes: int = 4) -> ToyStore:
    clips = tuple(
        ToyClip(f"c{label}-v{camera}-t{take}", label, camera)
        for label in range(10)
        for camera in cameras
        for take in range(takes)
    )
    return ToyStore(clips, tuple(f"class {label}" for label in range(10)))


def cameras_of(store: ToyStore, places: object) -> set[int | None]:
    return {store.clips[int(place)].camera for place in places}  # type: ignore[attr-defined]


def test_one_camera_a_draw_each_as_often() -> None:
    store, rule = toy_store(), protocol_named("nw-ucla-same-camera")
    split = rule.split_list(store)[0]
    tasks = rule.tasks(store, split, 2)
    seen = [cameras_of(store, [*task.support.flat, *task.queries]) for task in tasks]
    assert seen == [{1}, {2}, {3}] * 4
    assert all(len(task.queries) == 5 * (4 - 2) for task in tasks)


def test_exemplars_of_two_cameras_and_queries_of_the_third() -> None:
    store, rule = toy_store(), protocol_named("nw-ucla-cross-view")
    split = rule.split_list(store)[0]
    for task in rule.tasks(store, split, 5):
        assert cameras_of(store, task.support.flat) == {1, 2}
        assert cameras_of(store, task.queries) == {3}
        assert len(task.queries) == 5 * 4
        for row, label in zip(task.support, task.classes, strict=True):
            assert {store.clips[int(place)].label for place in row} == {label}


@pytest.mark.parametrize("name", ["nw-ucla-same-camera", "nw-ucla-cross-view"])
def test_splits_are_those_of_nw_ucla_and_five_shots_hold_the_one(name: str) -> None:
    store, rule = toy_store(takes=6), protocol_named(name)
    assert rule.split_list(store) == protocol_named("nw-ucla").split_list(store)
    split = rule.split_list(store)[3]
    for one, five in zip(rule.tasks(store, split, 1), rule.tasks(store, split, 5), strict=True):
        assert (one.support[:, 0] == five.support[:, 0]).all()


@pytest.mark.parametrize(
    ("store", "name", "told"),
    [
        (toy_store((None,)), "nw-ucla-same-camera", "by which camera it is"),
        (toy_store((1, 2)), "nw-ucla-cross-view", "has 0 clips by the cameras 3 for queries"),
        (toy_store((3,)), "nw-ucla-cross-view", "0 clips by the cameras 1, 2 for exemplars"),
        (toy_store(takes=2), "nw-ucla-same-camera", "has 2 clips by the cameras 1 for queries"),
    ],
)
def test_what_no_camera_shows_is_refused(store: ToyStore, name: str, told: str) -> None:
    rule = protocol_named(name)
    with pytest.raises(SkelshotError, match=told):
        rule.tasks(store, rule.split_list(store)[0], 2)


@pytest.mark.parametrize(
    ("cameras", "told"),
    [
        ("sane", "cameras: found 'sane'; expected same, or"),
        ("{exemplars: [1], querys: [2]}", "did you mean 'queries'"),
        ("{exemplars: [], queries: [2]}", "cameras of exemplars and of queries"),
        ("same\nexemplars: same-subjects", "any-clips"),
    ],
)
def test_a_file_of_ones_own_is_checked(tmp_path: Path, cameras: str, told: str) -> None:
    file = tmp_path / "own.yaml"
    head = "name: own\ndraws_as: own\nsplits: 1\nbase: 5\nnovel: 5\ndraws: 3\n"
    file.write_text(f"{head}cameras: same\n")
    assert isinstance(protocol_named(file), CameraSplitProtocol)
    file.write_text(f"{head}cameras: {cameras}\n")
    with pytest.raises(SkelshotError, match=told) as fault:
        protocol_named(file)
    assert "\n" not in str(fault.value)
