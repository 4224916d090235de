"""Which way bodies stand and face: upright along y, and toes against left and right."""

import numpy as np
from numpy.typing import NDArray

from skelshot.skeletons.layout import SkeletonLayout
from skelshot.skeletons.layout_guess import Bodies, hips_and_shoulders

_TOES = (("foot", "ankle"), ("foot index", "heel"), ("big toe", "heel"))
_FACING = 0.2
"""The least volume of the three directions, in their lengths, that tells a side."""


def share_upright(bodies: Bodies, layout: SkeletonLayout, sign: int, steep: bool = False) -> float:
    """Return the share of bodies whose heads, hips and feet rise along y times sign.

    Args:
        bodies: Joints (F, V, C), of which y counts.
        layout: Names head, hips and feet; without them the share is 0.
        sign: 1 counts feet that lie higher in y than hips, and hips than heads; -1 the reverse.
        steep: Count only bodies with more than twice as much along y as along the first axis.

    Returns:
        The share, of the bodies in which all three are seen.

    Example:
        >>> from skelshot.skeletons.layouts import KINECT_V1
        >>> bodies = np.zeros((1, 20, 2))
        >>> bodies[:, [KINECT_V1.index("left ankle"), KINECT_V1.index("right ankle")], 1] = 900
        >>> bodies[:, list(KINECT_V1.hips), 1] = 500
        >>> share_upright(bodies, KINECT_V1, 1)
        1.0
    """
    head = next((name for name in ("head", "nose") if name in layout.joints), None)
    foot = next((name for name in ("ankle", "foot") if f"left {name}" in layout.joints), None)
    hips, _ = hips_and_shoulders(layout)
    if head is None or foot is None or hips is None:
        return 0.0
    feet = [layout.index(f"{side} {foot}") for side in ("left", "right")]
    top = bodies[:, layout.index(head)]
    middle, bottom = (bodies[:, list(pair)].mean(axis=1) for pair in (hips, feet))
    chain = np.stack([top, middle, bottom])
    known = np.isfinite(chain).all(axis=(0, 2))
    if not known.any():
        return 0.0
    chain = chain[:, known]
    rises = (sign * np.diff(chain[..., 1], axis=0) > 0).all(axis=0)
    if steep:
        span = np.abs(chain[2] - chain[0])
        rises &= span[:, 1] > 2 * span[:, 0]
    return float(np.mean(rises))


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
    forward = _forward(bodies, layout)
    hips, shoulders = hips_and_shoulders(layout)
    if bodies.shape[-1] != len("xyz") or forward is None or hips is None or shoulders is None:
        return 0.0
    left = bodies[:, shoulders[0]] - bodies[:, shoulders[1]]
    up = bodies[:, list(shoulders)].mean(axis=1) - bodies[:, list(hips)].mean(axis=1)
    volume = np.einsum("fc,fc->f", forward, np.cross(left, up))
    sizes = np.prod([np.linalg.norm(axis, axis=-1) for axis in (forward, left, up)], axis=0)
    clear = np.abs(volume) > _FACING * sizes  # NaN is not
    return float(np.mean(volume[clear] < 0)) if clear.any() else 0.0


def _forward(bodies: Bodies, layout: SkeletonLayout) -> NDArray[np.float64] | None:
    """Return where the toes point (F, C), or else the nose; None when the layout cannot tell."""
    names = layout.joints
    pairs = [
        (f"{side} {front}", f"{side} {back}")
        for front, back in _TOES
        for side in ("left", "right")
        if f"{side} {front}" in names and f"{side} {back}" in names
    ] or [("nose", ear) for ear in ("left ear", "right ear") if {"nose", ear} <= set(names)]
    if not pairs:
        return None
    steps = [
        bodies[:, layout.index(front)] - bodies[:, layout.index(back)] for front, back in pairs
    ]
    return np.asarray(np.mean(steps, axis=0), np.float64)
