"""Occlusion of joints from the depth camera: rays against bodies made of capsules."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from skelshot.ground.compiled import compiled
from skelshot.synthesis.performance import Array

IN_VIEW, CLOSE, HIDDEN, BEHIND_OTHER, OUT_OF_PICTURE = range(5)
"""What `exposure` tells of a joint, from best to worst."""

# Capsules by the joints of their ends, with radii in metres for a girth of 1 (ours; a trunk of
# three side by side is wider than deep). Trunk and thighs come first: arms are lost before them.
_ENDS: Final = np.array(
    [
        *((4, 12), (8, 16), (20, 0), (12, 13), (16, 17), (2, 3)),
        *((4, 5), (5, 6), (6, 21), (8, 9), (9, 10), (10, 23), (13, 14), (17, 18)),
    ]
)
_RADII: Final = np.array([0.08, 0.08, 0.1, 0.07, 0.07, 0.09, *(0.04, 0.035, 0.03) * 2, 0.05, 0.05])
_BACKDROPS: Final = 5
_CLOSE: Final = 0.18
"""An arm with trunk or thigh at most so far behind it, in metres, is hard to tell from it."""

_OWN_DEPTH: Final = 0.09
"""How deep joints lie below the skin, in metres: nothing nearer to them than this hides them."""


def _exempt() -> NDArray[np.bool_]:
    """Capsules (25, 14) that a joint is part of or moves against, which never hide it."""
    exempt = np.zeros((25, len(_ENDS)), np.bool_)
    for capsule, ends in enumerate(_ENDS):
        exempt[list(ends), capsule] = True
    exempt[[0, 1, 2, 3, 20], :3] = True  # the spine lies within the trunk
    exempt[[12, 16], :5] = True
    exempt[[4, 8, 3, 2], 5] = True
    for side, arm in ((4, (4, 5, 6, 7, 21, 22)), (8, (8, 9, 10, 11, 23, 24))):
        exempt[side, [0, 1][side == 8]] = True
        first = 6 if side == 4 else 9
        exempt[arm[0], first] = exempt[arm[1], first : first + 2] = True
        exempt[list(arm[2:]), first + 1] = exempt[list(arm[2:]), first + 2] = True
    for knee, shank in ((13, 12), (17, 13)):
        exempt[[knee, knee + 1, knee + 2], shank] = True
    return exempt


_EXEMPT: Final = _exempt()
_ARM: Final = np.isin(np.arange(25), (5, 6, 7, 9, 10, 11, 21, 22, 23, 24))


@compiled
def _squared_gap(
    ax: float, ay: float, az: float, b: Array, c: Array
) -> float:  # pragma: no cover - compiled
    """Squared distance of the segments from 0 to a and from b to c (Ericson 2004, 5.1.9)."""
    ex, ey, ez = c[0] - b[0], c[1] - b[1], c[2] - b[2]
    rx, ry, rz = -b[0], -b[1], -b[2]
    aa = ax * ax + ay * ay + az * az
    ee = ex * ex + ey * ey + ez * ez + 1e-12
    f = ex * rx + ey * ry + ez * rz
    cc = ax * rx + ay * ry + az * rz
    bb = ax * ex + ay * ey + az * ez
    denominator = aa * ee - bb * bb
    s = 0.0
    if denominator > 1e-12:
        s = min(max((bb * f - cc * ee) / denominator, 0.0), 1.0)
    t = (bb * s + f) / ee
    if t < 0.0:
        t = 0.0
        s = min(max(-cc / aa, 0.0), 1.0)
    elif t > 1.0:
        t = 1.0
        s = min(max((bb - cc) / aa, 0.0), 1.0)
    dx = ax * s - b[0] - ex * t
    dy = ay * s - b[1] - ey * t
    dz = az * s - b[2] - ez * t
    squared: float = dx * dx + dy * dy + dz * dz
    return squared


@compiled
def _exposure(
    joints: Array,
    girths: Array,
    ends: NDArray[np.int64],
    radii: Array,
    exempt: NDArray[np.bool_],
    arm: NDArray[np.bool_],
    depths: tuple[float, float],
    result: NDArray[np.uint8],
) -> None:  # pragma: no cover - compiled
    people, frames = joints.shape[:2]
    for m in range(people):
        for t in range(frames):
            for j in range(25):
                x, y, z = joints[m, t, j, 0], joints[m, t, j, 1], joints[m, t, j, 2]
                length = np.sqrt(x * x + y * y + z * z)
                near = max(1.0 - depths[0] / length, 0.0)
                far = 1.0 + depths[1] / length
                seen = 0
                for other in range(people):
                    for k in range(len(radii)):
                        if other == m and exempt[j, k]:
                            continue
                        b, c = joints[other, t, ends[k, 0]], joints[other, t, ends[k, 1]]
                        radius = radii[k] * girths[other]
                        # Rays are nearly parallel to z: skip what is far to the side.
                        reach = radius + 0.05
                        if min(b[2], c[2]) - radius > z * far:
                            continue
                        left, right = min(b[0] / b[2], c[0] / c[2]), max(b[0] / b[2], c[0] / c[2])
                        low, high = min(b[1] / b[2], c[1] / c[2]), max(b[1] / b[2], c[1] / c[2])
                        wide = reach / min(b[2], c[2])
                        if x / z < left - wide or x / z > right + wide:
                            continue
                        if y / z < low - wide or y / z > high + wide:
                            continue
                        square = radius * radius
                        if _squared_gap(x * near, y * near, z * near, b, c) < square:
                            seen = max(seen, 3 if other != m else 2)
                        elif (
                            seen == 0
                            and arm[j]
                            and other == m
                            and k < _BACKDROPS
                            and _squared_gap(x * far, y * far, z * far, b, c) < square
                        ):
                            seen = 1
                result[m, t, j] = seen


def exposure(joints: Array, girths: Array) -> NDArray[np.uint8]:
    """Tell what stands between the lens and each joint; things held or standing about do not.

    Args:
        joints: Camera coordinates (M, T, 25, 3) in metres, all in front of the lens.
        girths: Thickness of the bodies (M,), 1 for an average one.

    Returns:
        For each joint (M, T, 25): 0 in view; 1 an arm joint in view, but less than 18 cm before
        the own trunk or thigh; 2 hidden by the own body; 3 hidden by another body.

    Example:
        >>> two = np.zeros((2, 1, 25, 3)) + [[[[0.0, 0.0, 3.0]]], [[[0.0, 0.0, 2.0]]]]
        >>> exposure(two, np.ones(2))[:, 0, 0].tolist()
        [3, 0]
    """
    result = np.zeros(joints.shape[:3], np.uint8)
    ahead = joints.astype(np.float64)
    ahead[..., 2] = np.maximum(ahead[..., 2], 0.05)
    _exposure(
        ahead, np.asarray(girths, np.float64), _ENDS, _RADII, _EXEMPT, _ARM,
        (_OWN_DEPTH, _CLOSE), result,
    )  # fmt: skip
    return result
