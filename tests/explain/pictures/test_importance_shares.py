"""Importance that does not fit its clip is refused; absent people have none."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from skelshot.explain.pictures.importance_shares import importance_shares
from skelshot.ground import SkelshotError

Make = Callable[..., Any]


def test_the_largest_of_those_who_are_there_is_one(clip_of: Make, importance_of: Make) -> None:
    present = np.ones((2, 14), bool)
    present[1, 5:9] = False
    clip = clip_of(persons=2, present=present)
    importance = importance_of(clip)
    importance[6, 3, 1] = 99.0  # of nobody
    importance[2, 4, 0] = 4.0
    shares = importance_shares(importance, clip)
    assert np.nanmax(shares) == shares[2, 4, 0] == 1
    assert np.isnan(shares[5:9, :, 1]).all()
    assert np.isnan(shares).sum() == 4 * 25
    assert np.allclose(shares[0], importance[0] / 4)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda map_: map_[:-1], r"ours: found shape \(13, 25, 1\), expected \(14, 25, 1\)"),
        (lambda map_: map_.transpose(1, 0, 2), r"ours: found shape \(25, 14, 1\)"),
        (lambda map_: map_[None], r"ours: found shape \(1, 14, 25, 1\)"),
        (lambda map_: map_ * np.nan, "ours: found 350 of 350 values that are NaN or infinite"),
        (lambda map_: np.where(map_ == map_.max(), np.inf, map_), "found 1 of 350 values"),
        (lambda map_: map_ - 0.5, r"ours: found -0.\d+, expected at least 0"),
        (lambda map_: map_ * 0, "ours: found zeros alone"),
    ],
)
def test_what_is_no_importance_of_the_clip(
    one: Any, importance_of: Make, change: Make, reason: str
) -> None:
    with pytest.raises(SkelshotError, match=reason) as caught:
        importance_shares(change(importance_of(one)), one, "ours")
    assert "\n" not in str(caught.value)


def test_nobody_to_draw(clip_of: Make, importance_of: Make) -> None:
    clip = clip_of(present=np.zeros((1, 14)))
    with pytest.raises(SkelshotError, match="found nobody in the clip's 14 frames"):
        importance_shares(importance_of(clip), clip)
