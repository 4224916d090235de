"""People set into the room before the camera, from joints about the hips and joints in the picture.

Estimators give each body about the middle of its own hips, so that somebody who walks would stand
still. Where the hips are follows from where the joints stand in the picture, if the camera's angle
of view is known.
"""

from typing import cast

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from skelshot.skeletons.sequence import FloatArray

FOCAL = 0.8
"""The focal length as a share of the picture's longer side: a phone's or a webcam's usual one.

Another one changes the distance from the camera in proportion, and nothing else to speak of."""

NEAREST = 0.3
"""No hips are nearer to the camera than this, in metres."""

STEADY = 0.2
"""Seconds over which the distance is averaged: it comes from the body's size in the picture, which
estimators get right within a few per cent only."""


def placed(
    world: FloatArray,
    pixels: FloatArray,
    confidence: FloatArray,
    size: tuple[int, int],
    rate: float,
    focal: float = FOCAL,
    times: NDArray[np.int64] | None = None,
) -> FloatArray:
    """Set one person's joints into the room before the camera.

    The hips' place is that from which a pinhole camera sees the joints nearest to where they stand
    in the picture (weighted least squares of the projection, sure joints first); its distance is
    averaged over a fifth of a second.

    Args:
        world: Joints in metres about the hips, (T, V, 3): x right, y down, z away.
        pixels: Where they stand in the picture, (T, V, 2).
        confidence: How likely they are to be seen, (T, V).
        size: Width and height of the picture.
        rate: Frames a second.
        focal: The camera's focal length as a share of the picture's longer side.
        times: Numbers of the frames (T,), rising; 0..T-1 unless told.

    Returns:
        Joints (T, V, 3) in metres from the camera, in the same directions.

    Example:
        >>> body = np.random.default_rng(0).normal(0, 0.4, (1, 33, 3)).astype(np.float32)
        >>> there = body + np.float32([0.5, 0.2, 3])
        >>> pixels = 800 * there[..., :2] / there[..., 2:] + np.float32([500, 300])
        >>> sure = np.ones((1, 33), np.float32)
        >>> found = placed(body, pixels, sure, (1000, 600), 30)
        >>> bool(np.abs(found - there).max() < 1e-3)
        True
    """
    length = focal * max(size)
    rays = (pixels.astype(np.float64) - np.array(size) / 2) / length
    weights = np.maximum(confidence.astype(np.float64), 1e-3)[..., np.newaxis]
    body = world.astype(np.float64)
    # x + X = r (z + Z) for each joint and axis: x and y by the mean over joints, z by the slope
    offsets = rays * body[..., 2:] - body[..., :2]
    total = weights.sum(axis=1)
    mean_ray, mean_offset = ((weights * each).sum(axis=1) / total for each in (rays, offsets))
    slopes, rises = rays - mean_ray[:, np.newaxis], offsets - mean_offset[:, np.newaxis]
    spread = (weights * slopes**2).sum(axis=(1, 2))
    depth = -(weights * slopes * rises).sum(axis=(1, 2)) / np.maximum(spread, 1e-9)
    depth = _steady(np.maximum(depth, NEAREST), rate, times)
    across = mean_ray * depth[:, np.newaxis] + mean_offset
    hips = np.concatenate([across, depth[:, np.newaxis]], axis=1)
    return cast("FloatArray", (body + hips[:, np.newaxis]).astype(np.float32))


def _steady(
    depth: NDArray[np.float64], rate: float, times: NDArray[np.int64] | None
) -> NDArray[np.float64]:
    """Average distances over time, frames in which the person is missing left out."""
    places = np.arange(len(depth)) if times is None else times - times[0]
    course, there = np.zeros(int(places[-1]) + 1), np.zeros(int(places[-1]) + 1)
    course[places], there[places] = depth, 1
    width = STEADY * rate
    sums = gaussian_filter1d(course, width, mode="constant")
    counts = gaussian_filter1d(there, width, mode="constant")
    return cast("NDArray[np.float64]", sums[places] / counts[places])
