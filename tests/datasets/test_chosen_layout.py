import numpy as np
import pytest

from skelshot.datasets.chosen_layout import LayoutChoice, has_shares
from skelshot.datasets.clips import BadClip
from skelshot.skeletons import COCO_17, SkeletonSequence


def clip(value: float, channels: int = 2) -> SkeletonSequence:
    joints = np.full((1, 9, 17, channels), value, np.float32)
    return SkeletonSequence(joints, np.ones((1, 9), bool), COCO_17)


@pytest.mark.parametrize(
    ("value", "shares"), [(0.5, True), (-1.2, True), (300, False), (0, False), (np.nan, False)]
)
def test_shares_are_small_and_not_nothing(value, shares):
    assert has_shares(clip(value)) is shares


@pytest.mark.parametrize(
    ("told", "found", "reason"),
    [
        ({"channels": 3}, clip(300), "found 2 coordinates, most clips beside it have 3"),
        ({"shares": True}, clip(300), "looks like pixels, most clips beside it have shares"),
        ({"shares": False}, clip(0.5), "looks like shares of the picture, most"),
        ({"misread": "score: z is one"}, clip(0.5), "most clips beside it .* wrong: score: z is"),
    ],
)
def test_what_differs_from_most_is_refused(told, found, reason):
    with pytest.raises(BadClip, match=reason):
        LayoutChoice(COCO_17, **told).check(found)


def test_what_is_like_most_passes():
    LayoutChoice(COCO_17).check(clip(300))
    LayoutChoice(COCO_17, channels=2, shares=True).check(clip(0.5))


def test_what_was_guessed_is_named():
    assert LayoutChoice(COCO_17).guesses() == {}
    choice = LayoutChoice(COCO_17, guessed="coco-17", coordinates="pixels")
    assert choice.guesses() == {"layout": "coco-17", "coordinates": "pixels"}
