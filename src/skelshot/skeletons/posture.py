"""Posture of bodies: the axis along which they stand, and left and right against the toes."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from skelshot.skeletons.bone_tree import median_over_bodies
from skelshot.skeletons.coordinate_axes import CoordinateAxes
from skelshot.skeletons.layout import SkeletonLayout
from skelshot.skeletons.layout_guess import Bodies

UP, DOWN = 0, 1

CONSISTENT = 0.9
"""The share of bodies that must stand the wrong way round."""

SEVERAL = 3
"""How many clips must show people standing along z, or heads behind necks, before it counts.

Of 2,140 real and synthetic clips none stood along z, but a single one may show somebody lying."""

_TURNS_OF_PICTURES = {(0, DOWN): "y,x", (0, UP): "y,-x", (1, UP): "x,-y"}
"""The axes that are right where bodies stand another way in a picture: rows before columns, such
rows that count from below, and y up; last, since whoever lies along x may rise along y too."""

_INSIDE = 0.95
"""The share of coordinates that are positive in a picture; people may reach out of it."""

_TOES = (("foot", "ankle"), ("foot index", "heel"), ("big toe", "heel"))
_FACING = 0.2
"""The least volume of the three directions, in their lengths, that tells a side."""

_HEADS = (("nose", "thorax"), ("nose", "neck"), ("head", "neck"), ("head", "thorax"))
_LEANING = 0.1
"""The same for a head before the neck, which stands nearly upright above it.

Of real people's, 3 to 26 % lie behind it in one recording or another."""


def shares_up(bodies: Bodies, layout: SkeletonLayout) -> NDArray[np.float64]:
    """Return which way bodies stand: the share whose feet, hips and head rise along each axis.

    Args:
        bodies: Joints (F, V, C).
        layout: Names head, hips and feet; without them the shares are 0.

    Returns:
        Shares (C, 2) along each axis upwards and downwards, of the bodies in which all three are
        seen. For axes other than y, a body must reach more than twice as far as along y (in
        pixels, farther than along y: less than 1 % of real bodies do in the right axes).

    Example:
        >>> from skelshot.skeletons.layouts import KINECT_V1
        >>> bodies = np.zeros((1, 20, 2))
        >>> bodies[:, [KINECT_V1.index("left ankle"), KINECT_V1.index("right ankle")], 1] = 900
        >>> bodies[:, list(KINECT_V1.hips), 1] = 500
        >>> shares_up(bodies, KINECT_V1).tolist()  # heads are at 0: y points down
        [[0.0, 0.0], [0.0, 1.0]]
    """
    return _shares_along(bodies, _feet_hips_head(layout))


def turn_of_picture(bodies: Bodies, layout: SkeletonLayout) -> CoordinateAxes | None:
    """Return the axes in which pixel bodies stand upright, where they do not.

    Args:
        bodies: Joints (F, V, 2).
        layout: Names head, hips and feet; where these are not seen, its shoulders serve.

    Returns:
        The axes; None where bodies stand as they should, or cannot tell.

    Example:
        >>> from skelshot.skeletons.layouts import KINECT_V1
        >>> bodies = np.zeros((1, 20, 2))
        >>> bodies[:, list(KINECT_V1.hips), 0] = 500  # shoulders are at 0
        >>> print(turn_of_picture(bodies, KINECT_V1))
        y,x
    """
    shares = _shares_in_picture(bodies, layout)
    ways = (axes for way, axes in _TURNS_OF_PICTURES.items() if shares[way] >= CONSISTENT)
    return next(map(CoordinateAxes.named, ways), None)


def looks_like_a_picture(flat: Bodies, layout: SkeletonLayout) -> bool:
    """Tell x and y of a picture, rows before columns included, from those of a room.

    Args:
        flat: Joints (F, V, 2).
        layout: As for `turn_of_picture`.

    Returns:
        Whether they are positive and heads stand at the smaller ones.

    Example:
        >>> from skelshot.skeletons.layouts import KINECT_V1
        >>> looks_like_a_picture(np.ones((4, 20, 2)), KINECT_V1)
        False
    """
    inside = float((flat[np.isfinite(flat)] >= 0).mean()) if np.isfinite(flat).any() else 0.0
    down = _shares_in_picture(flat, layout)[:, DOWN]
    return inside >= _INSIDE and bool(down.max() >= CONSISTENT)


def _shares_in_picture(bodies: Bodies, layout: SkeletonLayout) -> NDArray[np.float64]:
    """Return which way bodies stand, or at least their trunks, as `shares_up` does."""
    shares = shares_up(bodies, layout)
    if shares.any() or layout.hips is None or layout.shoulders is None:
        return shares
    return _shares_along(bodies, (layout.hips, layout.shoulders))


def _shares_along(
    bodies: Bodies, joints: tuple[tuple[int, ...], ...] | None
) -> NDArray[np.float64]:
    """Return the share of bodies whose joints rise one after the other, (C, 2)."""
    channels = bodies.shape[-1]
    if joints is None:
        return np.zeros((channels, 2))
    chain = np.stack([bodies[:, list(some)].mean(axis=1) for some in joints])
    chain = chain[:, np.isfinite(chain).all(axis=(0, 2))]
    if not chain.shape[1]:
        return np.zeros((channels, 2))
    steps = np.diff(chain, axis=0)
    rises = np.stack([(steps > 0).all(axis=0), (steps < 0).all(axis=0)], axis=-1)
    span = np.abs(chain[-1] - chain[0])
    steep = span > (1 if channels == len("xy") else 2) * span[:, 1:2]
    steep[:, 1] = True
    return np.asarray((rises & steep[..., None]).mean(axis=0), np.float64)


@lru_cache(maxsize=64)
def _feet_hips_head(layout: SkeletonLayout) -> tuple[tuple[int, ...], ...] | None:
    """Return the joints that stand one above the other; None when the layout lacks some."""
    names = layout.joints
    head = next((name for name in ("head", "nose") if name in names), None)
    foot = next((name for name in ("ankle", "foot") if f"left {name}" in names), None)
    if head is None or foot is None or layout.hips is None:
        return None
    feet = (layout.index(f"left {foot}"), layout.index(f"right {foot}"))
    return feet, layout.hips, (layout.index(head),)


def share_mirrored(bodies: Bodies, layout: SkeletonLayout) -> float:
    """Return the share of 3-D bodies that are left-handed: forward, left and up.

    Args:
        bodies: Joints (F, V, C).
        layout: Names hips, shoulders, and toes with ankles or heels, or else nose and ears.

    Returns:
        The share, of the bodies in which the directions stand apart; 0 without any, for pixels,
        and for layouts that lack such joints.

    Example:
        >>> from skelshot.skeletons.layouts import KINECT_V1
        >>> share_mirrored(np.ones((4, 20, 3)), KINECT_V1)
        0.0
    """
    return _share_left_handed(bodies, layout, _toes(layout), _FACING)


def share_of_backward_heads(bodies: Bodies, layout: SkeletonLayout) -> float:
    """Return the share of 3-D bodies whose head lies behind the neck, where no toes tell.

    Args:
        bodies: Joints (F, V, C).
        layout: Names hips, shoulders, and a nose or head above a neck or thorax.

    Returns:
        The share, of the bodies in which the directions stand apart; 0 without any, for pixels,
        and for layouts that lack such joints or have toes or ears.

    Example:
        >>> from skelshot.skeletons.layouts import OPENNI_15
        >>> share_of_backward_heads(np.ones((4, 15, 3)), OPENNI_15)
        0.0
    """
    heads = None if _toes(layout) else _head_and_neck(layout)
    return _share_left_handed(bodies, layout, heads, _LEANING)


def extent(bodies: Bodies) -> float:
    """Return the largest side of a body's box.

    Args:
        bodies: Joints (F, V, C), of which each has one that is seen.

    Returns:
        The median over bodies.

    Example:
        >>> extent(np.array([[[0.0, 1.0], [2.0, 7.0]]]))
        6.0
    """
    sides = np.nanmax(bodies, axis=1) - np.nanmin(bodies, axis=1)
    return float(median_over_bodies(sides.max(axis=-1)))


def _share_left_handed(
    bodies: Bodies,
    layout: SkeletonLayout,
    ends: tuple[tuple[int, ...], tuple[int, ...]] | None,
    least: float,
) -> float:
    """Return the share of bodies whose forward, left and up are left-handed."""
    hips, shoulders = layout.hips, layout.shoulders
    if bodies.shape[-1] != len("xyz") or ends is None or hips is None or shoulders is None:
        return 0.0
    front, back = ends
    forward = bodies[:, list(front)].mean(axis=1) - bodies[:, list(back)].mean(axis=1)
    left = bodies[:, shoulders[0]] - bodies[:, shoulders[1]]
    up = bodies[:, list(shoulders)].mean(axis=1) - bodies[:, list(hips)].mean(axis=1)
    axes = np.stack([forward, left, up], axis=1)
    axes = axes[np.isfinite(axes).all(axis=(1, 2))]
    sizes = np.sqrt((axes**2).sum(axis=-1)).prod(axis=-1)
    volume = np.linalg.det(axes)
    clear = np.abs(volume) > least * sizes
    return float(np.mean(volume[clear] < 0)) if clear.any() else 0.0


@lru_cache(maxsize=64)
def _head_and_neck(layout: SkeletonLayout) -> tuple[tuple[int, ...], tuple[int, ...]] | None:
    """Return the foremost joint of a head and that below it; None when the layout lacks them."""
    for head, neck in _HEADS:
        if head in layout.joints and neck in layout.joints:
            return (layout.index(head),), (layout.index(neck),)
    return None


@lru_cache(maxsize=64)
def _toes(layout: SkeletonLayout) -> tuple[tuple[int, ...], tuple[int, ...]] | None:
    """Return joints that point forward, and those from where; None when the layout lacks them."""
    names = layout.joints
    pairs = [
        (f"{side} {front}", f"{side} {back}")
        for front, back in _TOES
        for side in ("left", "right")
        if f"{side} {front}" in names and f"{side} {back}" in names
    ] or [("nose", ear) for ear in ("left ear", "right ear") if {"nose", ear} <= set(names)]
    if not pairs:
        return None
    front, back = zip(*pairs, strict=True)
    return tuple(map(layout.index, front)), tuple(map(layout.index, back))
