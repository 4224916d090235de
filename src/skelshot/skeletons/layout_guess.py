"""Guess of the layout of clips: the candidates' bones are compared with those of a body."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from skelshot.ground import SkelshotError
from skelshot.skeletons.bone_tree import (
    MAX_CLIPS,
    asymmetry,
    lengths,
    median_over_bodies,
    sample_bodies,
    spread,
    tree_ratios,
)
from skelshot.skeletons.joint_names import plain_name
from skelshot.skeletons.layout import SkeletonLayout
from skelshot.skeletons.sequence import FloatArray
from skelshot.skeletons.unseen import mark_unseen

RIGHT = {2: 2.5, 3: 2.2}
"""The largest score of a layout that is surely right, for pixels and metres.

Of 2,140 single clips of real and synthetic people in their own layout, 99.9 % scored up to 2.0 in
metres (at most 2.1) and 99 % up to 2.5 in pixels (at most 3.2, seen from the side)."""

WRONG = {2: 3.4, 3: 2.5}
"""The smallest score of a layout that is surely wrong.

Clips with shuffled joints scored 3.0 to 33 in metres and 2.9 to 33 in pixels, 95 % from 3.5;
COCO read as Human3.6M 5 and more, OpenPose's 25 read as Kinect's 15 and more."""

THICK = {2: 0.5, 3: 0.35}
"""The largest ratio of a body's least to its greatest extent (singular values): half of random
points are thicker, and nearly no body is."""

THIN = {2: 0.15, 3: 0.0}
"""The smallest such ratio of a body that tells its layout: in pixels, one seen from its side
covers itself."""

BETWEEN = {2: (-0.2, 1.25), 3: (0.0, 1.0)}
"""Where hips lie on the way from the shoulders (0) to the knees (1), for pixels and metres.

In 2,140 real and synthetic clips, each in three layouts, they lay at 0.35 to 0.79 in metres and at
0.37 to 1.07 in pixels. Of 417 with hips and knees exchanged, 97 % lay beyond in metres and 93 % in
pixels: who sits or squats has both equally near."""

_FOLDED = 1 / 3
"""Who folds up, knees this near to the shoulders in lengths of the trunk, says nothing of hips."""

_REVERSED = 0.1
_MIN_BODIES = 2

Verdict = Literal["right", "unclear", "wrong", "no body"]
Bodies = NDArray[np.float64]
Pair = tuple[int, int]


@dataclass(frozen=True)
class LayoutFit:
    """Fit of a layout to bodies: verdict, score and reason.

    Args:
        verdict: Whether it is right; "no body" where the points are none, such as noise.
        score: Ratio of the bones to the shortest tree, times the ratio of left to right.
        reason: What speaks against it, for a message.

    Example:
        >>> LayoutFit("wrong", 3.4, "its bones are 3.4 times as long").verdict
        'wrong'
    """

    verdict: Verdict
    score: float
    reason: str


@dataclass(frozen=True)
class LayoutGuess:
    """The layout that clips seem to have.

    Args:
        layout: The layout, or None when no candidate fits.
        reason: Why, for a message.
        confirmed: Whether the body itself confirms it; False where there is none to ask.

    Example:
        >>> LayoutGuess(None, "no layout fits", confirmed=False).layout is None
        True
    """

    layout: SkeletonLayout | None
    reason: str
    confirmed: bool


def tree_ratio(joints: FloatArray, layout: SkeletonLayout) -> float | None:
    """Return the length of a layout's bones over that of the minimum spanning tree.

    Args:
        joints: Coordinates (M, T, V, C); gaps NaN, absent persons 0.
        layout: The layout to try.

    Returns:
        The median over a sample of frames: 1.0 to 2.4 for the right layout, 1.4 (a like one) to
        8 for others; None without a body in which half of the joints are seen.

    Example:
        >>> from skelshot.skeletons.layouts import KINECT_V1
        >>> tree_ratio(np.ones((1, 9, 20, 3), np.float32), KINECT_V1) is None
        True
    """
    ratios = tree_ratios(sample_bodies([joints]), layout)
    ratios = ratios[np.isfinite(ratios)]
    return float(np.median(ratios)) if len(ratios) else None


def layout_fit(bodies: Bodies, layout: SkeletonLayout) -> LayoutFit:
    """Hold a layout against bodies: bone lengths, left and right, and where the hips lie.

    Args:
        bodies: Joints (F, V, C) as `sample_bodies` takes them.
        layout: The layout to try, of V joints.

    Returns:
        The verdict.

    Example:
        >>> from skelshot.skeletons.layouts import KINECT_V1
        >>> layout_fit(np.random.default_rng(0).random((9, 20, 3)), KINECT_V1).verdict
        'no body'
    """
    thickness = _thickness(bodies)
    if _slender(thickness, bodies.shape[-1]):
        bodies = bodies[thickness >= THIN[bodies.shape[-1]]]
    else:
        bodies = bodies[:0]
    if len(bodies) < _MIN_BODIES:
        return LayoutFit("no body", float("nan"), "the joints do not show a body clearly")
    ratio = float(median_over_bodies(tree_ratios(bodies, layout)))
    if not np.isfinite(ratio):
        return LayoutFit("no body", ratio, "too few joints are seen to tell")
    sides = float(np.exp(asymmetry(bodies, layout)))
    score, channels = ratio * sides, bodies.shape[-1]
    reason = (
        f"its bones are {ratio:.1f} times as long as the shortest way to join the joints, and "
        f"those of the left and right side differ by a factor of {sides:.1f}"
    )
    if misplaced := _misplaced(bodies, layout):
        return LayoutFit("wrong", score, misplaced)
    if score >= WRONG[channels]:
        return LayoutFit("wrong", score, reason)
    return LayoutFit("right" if score <= RIGHT[channels] else "unclear", score, reason)


def looks_like_bodies(bodies: Bodies) -> bool:
    """Tell bodies from noise and constants, whatever the order of their joints.

    Args:
        bodies: Joints (F, V, C); unseen ones NaN.

    Returns:
        Whether most are as slender as people are. Random points are round, a constant has no
        extent.

    Example:
        >>> looks_like_bodies(np.ones((9, 20, 3)))
        False
    """
    return _slender(_thickness(bodies), bodies.shape[-1])


def guess_layout(
    clips: Sequence[NDArray[np.number]], candidates: Sequence[SkeletonLayout]
) -> LayoutGuess:
    """Choose the layout whose bones follow the body.

    Args:
        clips: Arrays of joints (M, T, V, C); at most 32 of them, evenly chosen, are looked at.
        candidates: Layouts with V joints, the most usual first.

    Returns:
        The layout, confirmed where it surely fits and no other does as well, and only with hips,
        since bones alone do not tell a hand; None when all candidates are surely wrong; for data
        that are no bodies the first candidate, unconfirmed.

    Raises:
        SkelshotError: There is no candidate.

    Example:
        >>> from skelshot.skeletons.layouts import KINECT_V2
        >>> clips = [np.random.default_rng(0).random((1, 8, 25, 3))]
        >>> guess = guess_layout(clips, [KINECT_V2])
        >>> guess.layout.name, guess.confirmed
        ('kinect-v2', False)
    """
    if not candidates:
        raise SkelshotError("layout: found no layout with so many joints, name one")
    chosen = [clips[place] for place in spread(len(clips), MAX_CLIPS)]
    bodies = sample_bodies([mark_unseen(clip, None) for clip in chosen])
    fits = [(layout, layout_fit(bodies, layout)) for layout in candidates]
    first, fit = fits[0]
    if fit.verdict == "no body":
        return LayoutGuess(first, f"by its {first.num_joints} joints; {fit.reason}", False)
    possible = sorted(
        (entry for entry in fits if entry[1].verdict != "wrong"), key=lambda entry: entry[1].score
    )
    if not possible:
        against = "; ".join(f"{layout.name}: {fit.reason}" for layout, fit in fits)
        return LayoutGuess(None, against, False)
    best, fit = possible[0]
    reason = f"by its {best.num_joints} joints and their bones"
    if best.hips is None:  # the bones of a body may be as short in the order of a hand
        return LayoutGuess(best, f"{reason}, which cannot tell {best.name} from a body", False)
    sure = fit.verdict == "right" and all(other.verdict != "right" for _, other in possible[1:])
    return LayoutGuess(best, reason, sure)


def _slender(thickness: NDArray[np.float64], channels: int) -> bool:
    if len(thickness) < _MIN_BODIES or channels not in THICK:
        return False
    return float(median_over_bodies(thickness)) <= THICK[channels]


def _thickness(bodies: Bodies) -> NDArray[np.float64]:
    """Return the ratio of each body's least to its greatest extent (F,), 1 for a point."""
    if not len(bodies):
        return np.ones(0)
    seen = np.isfinite(bodies).all(axis=-1, keepdims=True)
    count = np.maximum(seen.sum(axis=1, keepdims=True), 1)
    middle = np.where(seen, bodies, 0).sum(axis=1, keepdims=True) / count
    centred = np.where(seen, bodies - middle, 0)
    squares = np.linalg.eigvalsh(centred.swapaxes(1, 2) @ centred)
    least, most = squares[:, 0], squares[:, -1]
    return np.where(most > 0, np.sqrt(np.maximum(least, 0) / np.where(most > 0, most, 1)), 1)


def _misplaced(bodies: Bodies, layout: SkeletonLayout) -> str | None:
    """Tell what is wrong with the trunk: hips belong to its lower end, shoulders to the upper.

    Hips also belong between shoulders and knees.
    """
    lower, upper = (bodies[:, list(end)].mean(axis=1) for end in layout.trunk)
    margin = _REVERSED * lengths(upper - lower)
    ends = ((layout.hips, lower, upper, "hips"), (layout.shoulders, upper, lower, "shoulders"))
    for pair, near, far, name in ends:
        if pair is None:
            continue
        middle = bodies[:, list(pair)].mean(axis=1)
        excess = lengths(middle - near) - lengths(middle - far) - margin
        if median_over_bodies(excess) > 0:
            return f"its {name} lie at the wrong end of the trunk"
    place = hips_from_shoulders_to_knees(bodies, layout)
    low, high = BETWEEN[bodies.shape[-1]]
    if place < low or place > high:
        return "its hips do not lie between its shoulders and knees"
    return None


def hips_from_shoulders_to_knees(bodies: Bodies, layout: SkeletonLayout) -> float:
    """Return where the hips lie on the way from the shoulders to the knees.

    Args:
        bodies: Joints (F, V, C).
        layout: Names hips, shoulders and knees.

    Returns:
        The place of the hips' middle, projected on the line from the shoulders' middle (0) to the
        knees' (1); the median over bodies that are not folded, NaN without any.

    Example:
        >>> from skelshot.skeletons.layouts import COCO_17
        >>> body = np.zeros((1, 17, 2))
        >>> body[:, [11, 12], 1], body[:, [13, 14], 1] = 500, 900
        >>> round(hips_from_shoulders_to_knees(body, COCO_17), 2)
        0.56
    """
    pairs = layout.shoulders, layout.hips, _knees(layout)
    if None in pairs:
        return float("nan")
    shoulders, hips, knees = (bodies[:, list(pair)].mean(axis=1) for pair in pairs if pair)
    way, trunk = knees - shoulders, hips - shoulders
    square = (way**2).sum(axis=-1)
    clear = square > _FOLDED**2 * (trunk**2).sum(axis=-1)
    place = (way * trunk).sum(axis=-1)[clear] / square[clear]
    return float(median_over_bodies(place))


@lru_cache(maxsize=64)
def _knees(layout: SkeletonLayout) -> Pair | None:
    """Return the (left, right) knees, however they are spelt."""
    places = {plain_name(joint): place for place, joint in enumerate(layout.joints)}
    left, right = (places.get(f"{side} knee") for side in ("left", "right"))
    return None if left is None or right is None else (left, right)
