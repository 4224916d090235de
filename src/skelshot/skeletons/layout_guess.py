"""Which layout clips have: the candidates' bones are held against the body."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from skelshot.ground import SkelshotError
from skelshot.skeletons.bone_tree import MAX_CLIPS, asymmetry, sample_bodies, spread, tree_ratios
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

_REVERSED = 0.1
_MIN_BODIES = 2

Verdict = Literal["right", "unclear", "wrong", "no body"]
Bodies = NDArray[np.float64]
Pair = tuple[int, int]


@dataclass(frozen=True)
class LayoutFit:
    """How a layout fits bodies.

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
    """Hold a layout against bodies: bone lengths, left and right, and the ends of the trunk.

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
    nothing = LayoutFit("no body", float("nan"), "the joints do not show a body clearly")
    if not looks_like_bodies(bodies):
        return nothing
    bodies = bodies[_thickness(bodies) >= THIN[bodies.shape[-1]]]
    if len(bodies) < _MIN_BODIES:
        return nothing
    ratio = float(np.nanmedian(tree_ratios(bodies, layout)))
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
    if len(bodies) < _MIN_BODIES or bodies.shape[-1] not in THICK:
        return False
    return float(np.median(_thickness(bodies))) <= THICK[bodies.shape[-1]]


def guess_layout(
    clips: Sequence[NDArray[np.number]], candidates: Sequence[SkeletonLayout]
) -> LayoutGuess:
    """Choose the layout whose bones follow the body.

    Args:
        clips: Arrays of joints (M, T, V, C); at most 32 of them, evenly chosen, are looked at.
        candidates: Layouts with V joints, the most usual first.

    Returns:
        The layout, confirmed where it surely fits and no other does as well; None when all
        candidates are surely wrong; for data that are no bodies the first candidate, unconfirmed.

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
    sure = fit.verdict == "right" and all(other.verdict != "right" for _, other in possible[1:])
    return LayoutGuess(best, f"by its {best.num_joints} joints and their bones", sure)


def _thickness(bodies: Bodies) -> NDArray[np.float64]:
    """Return the ratio of each body's least to its greatest extent (F,), 1 for a point."""
    if not len(bodies):
        return np.ones(0)
    centred = np.nan_to_num(bodies - np.nanmean(bodies, axis=1, keepdims=True))
    values = np.linalg.svd(centred, compute_uv=False)
    most = values[:, 0]
    return np.where(most > 0, values[:, -1] / np.where(most > 0, most, 1), 1)


def hips_and_shoulders(layout: SkeletonLayout) -> tuple[Pair | None, Pair | None]:
    """Return the (left, right) hips and shoulders of a layout, None for a skeleton without.

    Args:
        layout: The layout.

    Returns:
        Joint indices of the hips, and of the shoulders.

    Example:
        >>> from skelshot.skeletons.layouts import COCO_17
        >>> hips_and_shoulders(COCO_17)
        ((11, 12), (5, 6))
    """
    return layout.hips, layout.shoulders


def _misplaced(bodies: Bodies, layout: SkeletonLayout) -> str | None:
    """Tell what is wrong with the trunk: hips belong to its lower end, shoulders to the upper."""
    lower, upper = (bodies[:, list(end)].mean(axis=1) for end in layout.trunk)
    margin = _REVERSED * np.linalg.norm(upper - lower, axis=-1)
    hips, shoulders = hips_and_shoulders(layout)
    ends = ((hips, lower, upper, "hips"), (shoulders, upper, lower, "shoulders"))
    for pair, near, far, name in ends:
        if pair is None:
            continue
        middle = bodies[:, list(pair)].mean(axis=1)
        excess = np.linalg.norm(middle - near, axis=-1) - np.linalg.norm(middle - far, axis=-1)
        excess = (excess - margin)[np.isfinite(excess)]
        if len(excess) and np.median(excess) > 0:
            return f"its {name} lie at the wrong end of the trunk"
    return None
