import numpy as np
import pytest

from skelshot.skeletons import COCO_17, HAND_21, OPENNI_15, map_layout
from skelshot.skeletons.body_check import body_problems
from skelshot.skeletons.coordinate_guess import guessed_coordinates

METRES = "metres, y up, right-handed"


def said(clip) -> str:
    return guessed_coordinates([clip], clip.layout, body_problems([clip], clip.layout))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda joints: joints, "confirmed by the bodies"),
        (lambda joints: 1000 * joints, "not confirmed by the bodies: metres"),
        (lambda joints: joints * (-1, 1, 1), "not confirmed by the bodies: right-handed"),
        (lambda joints: joints * (1, 1, 0), "not confirmed by the bodies: metres, right-handed"),
        (
            lambda joints: joints[..., [0, 2, 1]] - (0, 3, 0),
            "not confirmed by the bodies: y up, right-handed",
        ),
        (lambda joints: joints[:, :, ::-1], "not confirmed by the bodies"),
        (np.zeros_like, "not confirmed by the bodies"),
    ],
    ids=["right", "millimetres", "mirrored", "flat", "z up", "order", "zeros"],
)
def test_what_bodies_do_not_show_is_not_confirmed(people, change, expected: str) -> None:
    clip = people.clip_of(change(people.person()).astype(np.float32))
    assert said(clip) == f"{METRES} ({expected})"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda joints: joints, "confirmed by the bodies, but for x"),
        (lambda joints: joints[..., ::-1], "not confirmed by the bodies: y down"),
        (lambda joints: joints / 1920, "not confirmed by the bodies: pixels"),
    ],
    ids=["right", "rows first", "shares"],
)
def test_pixels_are_confirmed_by_who_stands_in_them(people, change, expected: str) -> None:
    clip = people.clip_of(change(people.coco_pixels()).astype(np.float32), COCO_17)
    assert said(clip) == f"pixels, x right, y down ({expected})"


def test_a_head_confirms_the_sides_in_several_clips_alone(people) -> None:
    clip = map_layout(people.clip_of(people.person()), OPENNI_15)
    assert said(clip).endswith("(not confirmed by the bodies: right-handed)")
    several = guessed_coordinates([clip] * 3, OPENNI_15, [])  # whose heads lie before their necks
    assert several == f"{METRES} (confirmed by the bodies)"


def test_hands_confirm_nothing(people, rng) -> None:
    clip = people.clip_of(rng.normal(size=(1, 9, 21, 3)).astype(np.float32), HAND_21)
    assert said(clip) == f"{METRES} (not confirmed by the bodies)"
