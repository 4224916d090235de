"""Sides: classes that are each other's mirror images are found, by name and by motion."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from skelshot.datasets.npz import NpzReader, write_npz_clip
from skelshot.datasets.prepare import prepare
from skelshot.datasets.sides import (
    clear_margin,
    decide_sides,
    mirrored_motions,
    mirrored_names,
    sides_line,
)
from skelshot.datasets.store import Store
from skelshot.experiments.toy import toy_clip
from skelshot.ground import SkelshotError
from skelshot.skeletons import KINECT_V1
from skelshot.skeletons.inputs import AskedSides
from skelshot.skeletons.sequence import SkeletonSequence

MakeStore = Callable[..., Store]

LIMBS = {"left arm": (0.2, 1.1, 0.0), "left leg": (0.0, 0.5, -0.6)}
MOVES = {
    "left arm": ("left arm", LIMBS["left arm"], 1),
    "right arm": ("right arm", (-0.2, 1.1, 0.0), 1),
    "left leg": ("left leg", LIMBS["left leg"], 1),
    "right leg": ("right leg", LIMBS["left leg"], 1),
    "both": ("trunk", (0.0, -0.4, 0.1), 1),
}


@pytest.fixture
def make(tmp_path: Path) -> MakeStore:
    """Write a store whose classes have plain names, so that motion alone can tell."""

    def store(
        *moves: str, clips: int = 10, flat: bool = False, sides: AskedSides = "auto"
    ) -> Store:
        raw = tmp_path / f"raw-{len(list(tmp_path.iterdir()))}"
        raw.mkdir()
        for label, name in enumerate(moves):
            limb, to, cycles = MOVES[name]
            action = {"moves": [{"limb": limb, "to": to, "cycles": cycles}]}
            for number in range(clips):
                joints = toy_clip(action, np.random.default_rng([label, number]))
                if flat:
                    joints = joints[..., :2] * (200, -200) + (320, 240)
                write_npz_clip(
                    raw / f"c{label}_{number:02}.npz", joints, label=f"c{label}", layout=KINECT_V1
                )
        prepare(NpzReader(), raw, raw.with_suffix(".store"), sides=sides)
        return Store.open(raw.with_suffix(".store"))

    return store


def clips_of(store: Store) -> dict[int, list[int]]:
    return {label: np.flatnonzero(store.labels == label).tolist() for label in set(store.labels)}


@pytest.mark.parametrize(
    ("names", "pairs"),
    [
        (["raise left arm", "raise right arm"], [(0, 1)]),
        (["Left_Kick", "bow", "right-kick"], [(0, 2)]),
        (["kick (L)", "kick (R)", "kick"], [(0, 1)]),
        (["leftArmRaise", "rightArmRaise"], [(0, 1)]),
        (["swipe from left to right", "swipe from right to left"], [(0, 1)]),
        (["linker Arm hoch", "rechter Arm hoch"], [(0, 1)]),
        (["lever le bras gauche", "lever le bras droite"], [(0, 1)]),
        (["左手を上げる", "右手を上げる"], [(0, 1)]),
        (["lever le bras gauche", "lever le bras droit"], [(0, 1)]),
        (["main gauche leve\u0301e", "main droite lev\u00e9e"], [(0, 1)]),
        (["braço esquerdo", "braço direito"], [(0, 1)]),
        (["linkerarm heffen", "rechterarm heffen"], [(0, 1)]),
        (["lewa ręka", "prawa ręka"], [(0, 1)]),
        (["поднять левую руку", "поднять правую руку"], [(0, 1)]),
        (["왼손 들기", "오른손 들기"], [(0, 1)]),
        (["step leftwards", "step rightwards"], [(0, 1)]),
        (["raiseleftarm", "raiserightarm"], [(0, 1)]),
        (["waveL", "waveR"], [(0, 1)]),
        (["turn clockwise", "turn counterclockwise"], [(0, 1)]),
        (["left 1", "right 2"], []),
        (["left the room", "right the boat"], []),
        (["left turn", "right bend"], []),
        (["raise left arm", "raise left arm twice"], []),
        (["put the shoe on the left foot", "wave the right hand"], []),
        (["uplift", "upright"], []),
        (["class 1", "class 2"], []),
    ],
)
def test_names_that_differ_by_side_alone_are_pairs(
    names: list[str], pairs: list[tuple[int, int]]
) -> None:
    assert mirrored_names(dict(enumerate(names))) == pairs


@pytest.mark.parametrize("flat", [False, True])
def test_motions_that_mirror_each_other_are_pairs(make: MakeStore, flat: bool) -> None:
    store = make("left arm", "both", "right arm", "left leg", flat=flat)
    assert mirrored_motions(store, clips_of(store)) == [(0, 2)]


def test_two_classes_of_one_motion_are_no_pair(make: MakeStore) -> None:
    store = make("left arm", "left arm", "both")
    assert mirrored_motions(store, clips_of(store)) == []


def test_too_few_clips_tell_nothing(make: MakeStore) -> None:
    assert clear_margin(2) > 1
    store = make("left arm", "right arm", clips=2)
    assert mirrored_motions(store, clips_of(store)) == []
    assert mirrored_motions(store, {}) == []


def test_what_could_not_be_compared_is_said(make: MakeStore) -> None:
    store = make("left arm", "right arm", clips=2)
    found = decide_sides(store, "auto", [0, 1], clips_of(store))
    assert (found.sides, "2 of 2 classes have too few clips" in found.because) == ("ignore", True)


def test_only_the_clips_that_are_named_are_looked_at(make: MakeStore) -> None:
    store = make("left arm", "right arm", "both")
    base = {label: found for label, found in clips_of(store).items() if label != 1}
    assert decide_sides(store, "auto", [0, 2], base).sides == "ignore"
    every = decide_sides(store, "auto", [0, 1, 2], clips_of(store))
    assert (every.sides, every.pairs) == ("matter", (("c0", "c1"),))
    assert "by their motion ('c0' and 'c1')" in sides_line(every.as_json())


@pytest.mark.parametrize("asked", ["matter", "ignore"])
def test_what_is_said_holds(make: MakeStore, asked: AskedSides) -> None:
    store = make("left arm", "right arm")
    assert decide_sides(store, asked, [0, 1], clips_of(store)).because == "as asked for"
    told = make("left arm", "right arm", sides=asked)
    found = decide_sides(told, "auto", [0, 1], clips_of(told))
    assert (found.sides, found.because) == (asked, "as the store says")


def test_other_words_are_refused(make: MakeStore) -> None:
    store = make("left arm", "right arm")
    with pytest.raises(SkelshotError, match="--sides: found 'left', expected auto, matter or ign"):
        decide_sides(store, "left", [0, 1], clips_of(store))  # type: ignore[arg-type]


def test_real_actions_that_either_hand_may_do_are_no_pairs(
    real_store: Store,
) -> None:
    found = decide_sides(real_store, "auto", range(10), clips_of(real_store))
    assert found.sides == "ignore"


def test_names_are_asked_before_motions(make: MakeStore) -> None:
    store = make("left arm", "left leg")
    store.class_names = ("kick left", "kick right")
    found = decide_sides(store, "auto", [0, 1], {})
    assert found.because == "classes mirror each other by their names"
    assert replace(found, pairs=()).as_json()["pairs"] == []


def test_a_first_place_that_is_always_empty_is_passed_over(
    make: MakeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A store of another reader may keep the places of persons who never come."""
    store = make("left arm", "right arm")
    expected = mirrored_motions(store, clips_of(store))
    read = Store.sequence

    def padded(self: Store, index: int) -> SkeletonSequence:
        clip = read(self, index)
        joints = np.concatenate([np.zeros_like(clip.joints), clip.joints])
        present = np.concatenate([np.zeros_like(clip.present), clip.present])
        return replace(clip, joints=joints, present=present, confidence=None, pixels=None)

    monkeypatch.setattr(Store, "sequence", padded)
    assert mirrored_motions(store, clips_of(store)) == expected == [(0, 1)]
