"""Which way bodies stand and face: upright along y, and toes against left and right."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from skelshot.skeletons.layout import SkeletonLayout
from skelshot.skeletons.layout_guess import Bodies

_TOES = (("foot", "ankle"), ("foot index", "heel"), ("big toe", "heel"))
_FACING = 0.2
"""The least volume of the three directions, in their lengths, that tells a side."""


def shares_up(bodies: Bodies, layout: SkeletonLayout) -> NDArray[np.float64]:
    """Return which way bodies stand: the share whose feet, hips and head rise along each axis.

    Args:
        bodies: Joints (F, V, C).
        layout: Names head, hips and feet; without them the shares are 0.

    Returns:
        Shares (C, 2) along each axis upwards and downwards, of the bodies in which all three are
        seen. For axes other than y, a body must reach more than twice as far as along y.

    Example:
        >>> from skelshot.skeletons.layouts import KINECT_V1
        >>> bodies = np.zeros((1, 20, 2))
        >>> bodies[:, [KINECT_V1.index("left ankle"), KINECT_V1.index("right ankle")], 1] = 900
        >>> bodies[:, list(KINECT_V1.hips), 1] = 500
        >>> shares_up(bodies, KINECT_V1).tolist()  # heads are at 0: y points down
        [[0.0, 0.0], [0.0, 1.0]]
    """
    joints = _feet_hips_head(layout)
    if joints is None:
        return np.zeros((bodies.shape[-1], 2))
    chain = np.stack([bodies[:, list(some)].mean(axis=1) for some in joints])
    chain = chain[:, np.isfinite(chain).all(axis=(0, 2))]
    if not chain.shape[1]:
        return np.zeros((bodies.shape[-1], 2))
    steps = np.diff(chain, axis=0)
    rises = np.stack([(steps > 0).all(axis=0), (steps < 0).all(axis=0)], axis=-1)
    span = np.abs(chain[2] - chain[0])
    steep = span > 2 * span[:, 1:2]
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
    hips, shoulders, toes = layout.hips, layout.shoulders, _toes(layout)
    if bodies.shape[-1] != len("xyz") or toes is None or hips is None or shoulders is None:
        return 0.0
    front, back = toes
    forward = (bodies[:, list(front)] - bodies[:, list(back)]).mean(axis=1)
    left = bodies[:, shoulders[0]] - bodies[:, shoulders[1]]
    up = bodies[:, list(shoulders)].mean(axis=1) - bodies[:, list(hips)].mean(axis=1)
    axes = np.stack([forward, left, up], axis=1)
    sizes = np.sqrt((axes**2).sum(axis=-1)).prod(axis=-1)
    volume = np.linalg.det(axes)
    clear = np.abs(volume) > _FACING * sizes  # NaN is not
    return float(np.mean(volume[clear] < 0)) if clear.any() else 0.0


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
