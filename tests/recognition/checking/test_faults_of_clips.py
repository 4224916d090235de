"""Faults of single clips: each is found where it is, and nothing where nothing is."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from skelshot.datasets.ntu import NtuReader
from skelshot.datasets.prepare import prepare
from skelshot.datasets.reading_options import ReadingOptions
from skelshot.datasets.store import Store
from skelshot.recognition.checking.check import suspicions_of
from skelshot.recognition.checking.checked_clip import CheckedClip
from skelshot.skeletons import SkeletonSequence, repair_gaps

Act = Callable[..., SkeletonSequence]
Fault = Callable[[SkeletonSequence], SkeletonSequence]


def times(*by: float) -> Fault:
    return lambda clip: replace(clip, joints=clip.joints * np.float32(by))


def frames(chosen: Callable[[int], object]) -> Fault:
    def change(clip: SkeletonSequence) -> SkeletonSequence:
        at = np.asarray(chosen(clip.frames), int)
        return SkeletonSequence(clip.joints[:, at], clip.present[:, at], clip.layout)

    return change


def as_picture(clip: SkeletonSequence) -> SkeletonSequence:
    flat = clip.joints[..., :2] * (-200, -200) + (320, 500)
    score = np.full((*flat.shape[:-1], 1), 0.9)
    return replace(clip, joints=np.concatenate([flat, score], -1).astype(np.float32))


def in_another_order(clip: SkeletonSequence) -> SkeletonSequence:
    order = np.random.default_rng(1).permutation(clip.layout.num_joints)
    return replace(clip, joints=clip.joints[:, :, order])


def in_new_orders(clip: SkeletonSequence) -> SkeletonSequence:
    rng = np.random.default_rng(1)
    orders = [rng.permutation(clip.layout.num_joints) for _ in range(clip.frames)]
    joints = [clip.joints[:, at, order] for at, order in enumerate(orders)]
    return replace(clip, joints=np.stack(joints, axis=1))


def hidden(clip: SkeletonSequence) -> SkeletonSequence:
    joints = clip.joints.copy()
    lost = np.random.default_rng(1).random(clip.frames) < 0.5
    joints[:, lost, clip.layout.index("left hand")] = np.nan
    return repair_gaps(replace(clip, joints=joints))[0]


def elsewhere(clip: SkeletonSequence) -> SkeletonSequence:
    joints = clip.joints.copy()
    joints[:, clip.frames // 2 :, :, 0] += 2
    return replace(clip, joints=joints)


def exchanged(clip: SkeletonSequence) -> SkeletonSequence:
    both = beside(clip).joints.copy()
    both[:, clip.frames // 2 :] = both[::-1, clip.frames // 2 :]
    return replace(beside(clip), joints=both)


def beside(clip: SkeletonSequence) -> SkeletonSequence:
    """A second person, who does the same backwards, 1.5 m beside."""
    both = np.concatenate([clip.joints, clip.joints[:, ::-1] + np.float32([1.5, 0, 0])])
    return SkeletonSequence(both, np.repeat(clip.present, 2, axis=0), clip.layout)


FAULTS: dict[str, tuple[set[str], Fault]] = {
    "on their heads": ({"upside-down"}, times(1, -1, 1)),
    "mirrored": ({"mirrored"}, times(-1, 1, 1)),
    "front and back": ({"mirrored"}, times(1, 1, -1)),
    "millimetres": ({"units"}, times(1000, 1000, 1000)),
    "centimetres": ({"units"}, times(100, 100, 100)),
    "picture": ({"pixels"}, as_picture),
    "another order": ({"layout"}, in_another_order),
    "new orders": ({"layout", "bones"}, in_new_orders),
    "hidden hand": ({"missing"}, hidden),
    "every frame twice": ({"frozen"}, frames(lambda count: np.repeat(np.arange(count), 2))),
    "hung": ({"frozen"}, frames(lambda count: np.minimum(np.arange(count), count // 2))),
    "leap": ({"jump"}, elsewhere),
    "exchanged": ({"swapped"}, exchanged),
    "five frames": ({"short"}, frames(lambda count: np.arange(5))),
}


def kinds_in(*clips: SkeletonSequence, rate: float | None = None) -> set[str]:
    seen = [CheckedClip(f"clip {at}", clip, rate=rate) for at, clip in enumerate(clips)]
    return {suspicion.kind for suspicion in suspicions_of(seen)[0]}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_found(name: str, act: Act) -> None:
    kinds, fault = FAULTS[name]
    assert kinds_in(fault(act())) & {"jump", "layout", *kinds} >= {min(kinds)}


@pytest.mark.parametrize("action", ["bow", "kick", "wave"])
def test_sound_clips_are_not_suspected(action: str, act: Act) -> None:
    assert kinds_in(act(action), rate=30) == set()
    assert kinds_in(beside(act(action))) == set()


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_found_in_real_clips(name: str, real_clips: list[SkeletonSequence]) -> None:
    kinds, fault = FAULTS[name]
    assert all(kinds_in(clip) == set() for clip in real_clips)
    found = [bool(kinds_in(fault(clip)) & kinds) for clip in real_clips]
    assert sum(found) >= len(found) - (kinds == {"mirrored"})  # who moves the feet hides the toes


def test_real_ntu_clips_are_not_suspected(real_data_dir: Path, tmp_path: Path) -> None:
    samples = real_data_dir / "ntu-samples"
    if not samples.is_dir():
        pytest.skip("no NTU samples here")
    prepare(NtuReader(missing_list="none"), samples, tmp_path / "store")
    store = Store.open(tmp_path / "store")
    assert kinds_in(*(store.sequence(index) for index in range(len(store)))) == set()


def test_what_to_do_names_the_option_in_the_axes_that_were_told(act: Act) -> None:
    turned = CheckedClip(
        "a", times(1, -1, 1)(act()), reading=ReadingOptions(axes="x,-y,z", units="metres")
    )
    (found, *_), _ = suspicions_of([turned])
    assert (found.kind, found.clip) == ("upside-down", "a")
    assert "--axes" in found.advice
    small = CheckedClip("b", times(100, 100, 100)(act()), label="bow")
    (found, *_), _ = suspicions_of([small])
    assert "--units centimetres" in found.advice
    assert str(found).startswith("units: b: found bodies ")


def test_what_one_clip_cannot_show_several_do(act: Act) -> None:
    z_up = [
        replace(clip, joints=clip.joints[..., [0, 2, 1]] * np.float32([1, -1, 1]))
        for clip in (act("bow", seed) for seed in range(4))
    ]
    assert kinds_in(*z_up) == {"upside-down"}


def test_the_worst_joint_is_named(act: Act) -> None:
    (found,), _ = suspicions_of([CheckedClip("a", hidden(act()))])
    assert found.found.startswith("not measured: left hand ")


@pytest.mark.parametrize("persons", [0, 1])
def test_nobody_and_nothing_do_not_break_it(persons: int, act: Act) -> None:
    clip = act()
    nobody = replace(clip, joints=clip.joints * 0, present=clip.present & False)
    assert kinds_in(nobody.of_persons(range(persons))) == {"short"}
