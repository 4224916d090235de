"""Unseen joints: those that a pose estimator marks as not found become gaps (NaN).

OpenPose and YOLO write (0, 0) for a joint they did not find, others -1, and nearly all give it a
confidence of 0. Read as they stand such joints jump to the picture's corner.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from skelshot.skeletons.sequence import BoolArray, FloatArray

MIN_CONFIDENCE = 0.05
"""The confidence below which a joint counts as unseen: OpenPose's own threshold, the lowest in use.

Others are far higher and fit one estimator alone (0.3 in MMPose and AlphaPose, 0.5 in YOLO), and
the position of an occluded joint with a score of 0.1 still says more than an interpolation."""

OVERSHOOT = 1.5
"""The largest score still taken for one of [0, 1]: peaks of heat maps go a little over 1."""

REPEATED = 3
"""How often one and the same point, far from the body, must come to be a fill value; once is
enough where all its coordinates are the same number."""

_SIGNED_SHARE = 0.1
_EMPTY = np.float32(np.inf)

Scale = Literal["none", "unit", "flags", "percent", "bytes", "raw", "logits"]


@dataclass(frozen=True)
class ConfidenceScale:
    """The range that confidences look to be in.

    Args:
        name: "unit" for [0, 1]; "none" when no value is above 0, so that they say nothing;
            "flags" for COCO's visibility (0 absent, 1 occluded, 2 visible); "percent" for 0 to
            100; "bytes" for 0 to 255; "raw" for scores above 1 without a known bound; "logits"
            for values of both signs.
        largest: The largest finite value, 0 without any.
        unit: The value that stands for certainty; divide by it to come to [0, 1]. None where
            that would say nothing true.

    Example:
        >>> ConfidenceScale("percent", 96.5, 100.0).unit
        100.0
    """

    name: Scale
    largest: float
    unit: float | None


def confidence_scale(confidence: ArrayLike) -> ConfidenceScale:
    """Tell which scale confidences are on, by their smallest and largest value.

    Args:
        confidence: Any numbers, best those of many clips; -1 and NaN stand for none.

    Returns:
        The scale.

    Example:
        >>> confidence_scale([0.0, 0.4, 1.02]).name, confidence_scale([0, 87, 100]).name
        ('unit', 'percent')
        >>> confidence_scale([0.0, 0.0]).name, confidence_scale([-3.1, 4.2]).name
        ('none', 'logits')
    """
    values = np.asarray(confidence, np.float64).ravel()
    values = values[np.isfinite(values) & (values != -1)]
    largest = float(values.max(initial=0.0))
    if values.min(initial=0.0) < 0:
        return ConfidenceScale("logits", largest, None)
    if largest <= 0:
        return ConfidenceScale("none", largest, None)
    whole = bool((values == np.round(values)).all())
    scales: tuple[tuple[Scale, bool, float | None], ...] = (
        ("flags", whole and largest == 2, 2.0),
        ("unit", largest <= OVERSHOOT, 1.0),
        ("percent", 20 < largest <= 100, 100.0),
        ("bytes", whole and 100 < largest <= 255, 255.0),
        ("raw", True, None),
    )
    name, _, unit = next(scale for scale in scales if scale[1])
    return ConfidenceScale(name, largest, unit)


def mark_unseen(
    joints: ArrayLike, confidence: ArrayLike | None, min_confidence: float = MIN_CONFIDENCE
) -> FloatArray:
    """Set joints that the pose estimator marks as unseen to NaN, and persons without any to 0.

    A joint is unseen when all its coordinates are exactly 0, all are exactly -1, or its confidence
    is 0, -1 or below `min_confidence`. So are joints that stand at one and the same other point,
    farther from the body than its size: -9999, or the 0 of a cut-out picture. Centred data have
    true zeros: a joint at the origin (or at -1) is kept where that point lies within the bounding
    box of the person's other seen joints of the frame, or where the joint stays there in every
    frame of coordinates of both signs, as a root does. A person with no seen joint is absent in
    that frame, not a gap; a frame that is NaN as a whole stays one.

    Args:
        joints: Coordinates (M, T, V, C) of any number type.
        confidence: (M, T, V) in [0, 1], if known; see `confidence_scale` for other ranges. It is
            passed over where no value is above 0 or some are logits, and where it is NaN.
        min_confidence: The lowest confidence of a seen joint.

    Returns:
        Joints (M, T, V, C), float32, always a copy.

    Example:
        >>> joints = np.full((1, 2, 4, 2), 50.0) + np.arange(4)[:, None]
        >>> joints[0, 0, 3] = 0  # not found
        >>> joints[0, 1] = 0  # nobody there
        >>> mark_unseen(joints, None)[0, :, :, 0].tolist()
        [[50.0, 51.0, 52.0, nan], [0.0, 0.0, 0.0, 0.0]]
    """
    with np.errstate(over="ignore"):  # what float32 cannot hold becomes infinite: a gap
        points = np.array(joints, np.float32)
    zero, minus = (points == 0).all(axis=-1), (points == -1).all(axis=-1)
    doubted = _doubted(confidence, min_confidence, zero)
    finite = np.isfinite(points).all(axis=-1)
    sure = finite & ~zero & ~minus & ~doubted
    filled = _filled(points, sure)
    if not (zero.any() or minus.any() or doubted.any() or filled.any()):
        return points
    sure &= ~filled
    low, high = _box(points, sure)
    unseen = doubted | filled
    for mark, value in ((zero, 0.0), (minus, -1.0)):
        if mark.any():
            unseen |= mark & ~_true_positions(points, mark, sure, low - value, high - value, value)
    absent = unseen.any(axis=-1) & ~(finite & ~unseen).any(axis=-1)
    points[unseen] = np.nan
    points[absent] = 0
    return points


def _doubted(confidence: ArrayLike | None, least: float, like: BoolArray) -> BoolArray:
    """Return which joints are unseen by their confidence, (M, T, V)."""
    if confidence is None:
        return np.zeros_like(like)
    scores = np.asarray(confidence, np.float32)
    if confidence_scale(scores).name in ("none", "logits"):
        return np.zeros_like(like)
    doubted: BoolArray = (scores <= 0) | (scores < least)  # NaN is neither
    return doubted


def _filled(points: FloatArray, sure: BoolArray) -> BoolArray:
    """Return the joints (M, T, V) at one point far from every body: one of the clip's extremes."""
    filled = np.zeros_like(sure)
    if not sure.any():
        return filled
    seen = np.asfortranarray(points[sure])
    extremes = np.unique(np.concatenate([seen.argmin(axis=0), seen.argmax(axis=0)]))
    for point in np.unique(seen[extremes], axis=0):
        least = 1 if (point == point[0]).all() else REPEATED
        if np.count_nonzero(seen[:, 0] == point[0]) < least:
            continue
        mark = sure & (points == point).all(axis=-1)
        if np.count_nonzero(mark) < least:
            continue
        low, high = _box(points, sure & ~mark)
        there = mark.any(axis=-1) & (low <= high).all(axis=-1)
        away = np.maximum(low - point, point - high).max(axis=-1)[there]
        size = (high - low).max(axis=-1, initial=0, where=there[..., None])[there]
        if len(away) and (away > size).all():
            filled |= mark
    return filled


def _box(points: FloatArray, sure: BoolArray) -> tuple[FloatArray, FloatArray]:
    """Return the corners (M, T, C) of the sure joints' box, inside out without any."""
    low = np.where(sure[..., None], points, _EMPTY).min(axis=2, initial=_EMPTY)
    high = np.where(sure[..., None], points, -_EMPTY).max(axis=2, initial=-_EMPTY)
    return low, high


def _true_positions(
    points: FloatArray,
    mark: BoolArray,
    sure: BoolArray,
    low: FloatArray,
    high: FloatArray,
    value: float,
) -> BoolArray:
    """Return where a marked joint is truly at that point, the boxes told from there."""
    inside: BoolArray = np.asarray(((low <= 0) & (high >= 0)).all(axis=-1))
    true: BoolArray = inside[..., None] & mark
    there: BoolArray = np.asarray(sure.any(axis=-1))
    held: BoolArray = np.asarray((mark | ~there[..., None]).all(axis=(0, 1)))
    signed = np.count_nonzero((points < value).any(axis=-1) & sure)
    if held.any() and signed > _SIGNED_SHARE * np.count_nonzero(sure):  # a root, as of a hand
        with np.errstate(invalid="ignore"):
            near = np.asarray(((low <= high - low) & (high >= low - high)).all(axis=-1))
        true |= near[..., None] & mark & held
    return true
