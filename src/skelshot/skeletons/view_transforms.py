"""Single changes that views for self-supervised training are made of, each told its amount.

They stand beside those of `skelshot.skeletons.transforms`. Joints are (M, T, V, C) and centred;
absent persons, whose joints are zero, stay zero.
"""

import numpy as np
from numpy.typing import NDArray

from skelshot.ground import SkelshotError
from skelshot.skeletons.layouts import SkeletonLayout
from skelshot.skeletons.normalise import zero_absent
from skelshot.skeletons.sequence import BoolArray, FloatArray


def shift_time(
    joints: FloatArray, present: BoolArray, padding: int, start: int
) -> tuple[FloatArray, BoolArray]:
    """Cut a piece of the clip's own length out of the clip with mirrored ends.

    The temporal crop of AimCLR (Guo et al., AAAI 2022), which pads by a sixth of the clip.

    Args:
        joints: Coordinates (M, T, V, C).
        present: Who is there, (M, T).
        padding: Frames that are mirrored at each end, at most T.
        start: First frame of the piece within the padded clip, 0 to 2 `padding`.

    Returns:
        Joints (M, T, V, C) and present (M, T).

    Raises:
        SkelshotError: `padding` or `start` is out of range.

    Example:
        >>> course = np.arange(4.0).reshape(1, 4, 1, 1)
        >>> shift_time(course, np.ones((1, 4), bool), padding=2, start=0)[0].ravel().tolist()
        [1.0, 0.0, 0.0, 1.0]
    """
    frames = joints.shape[1]
    if not 0 <= padding <= frames:
        raise SkelshotError(f"padding: found {padding} frames, expected 0 to {frames}")
    if not 0 <= start <= 2 * padding:
        raise SkelshotError(f"start: found {start}, expected 0 to {2 * padding}")
    every = np.arange(frames)
    padded = np.concatenate([every[:padding][::-1], every, every[frames - padding :][::-1]])
    kept = padded[start : start + frames]
    return joints[:, kept], present[:, kept]


def swap_sides(joints: FloatArray, layout: SkeletonLayout) -> FloatArray:
    """Swap left and right joints without mirroring the room, as AimCLR's released code does.

    The limbs are then crossed, which no body can do; `mirror` is the true reflection.

    Args:
        joints: Coordinates (M, T, V, C).
        layout: Names the left-right pairs.

    Returns:
        Joints (M, T, V, C).
    """
    swapped: FloatArray = joints.take(layout.mirror, axis=2)
    return swapped


def blur_weights(sigma: float, taps: int = 15) -> NDArray[np.float64]:
    """Return the bell curve exp(-t^2 / (2 sigma^2)) around 0; its sum is not 1.

    Args:
        sigma: Standard deviation in frames, above 0.
        taps: Number of frames, odd.

    Returns:
        Weights (taps,), 1 in the middle.

    Raises:
        SkelshotError: `sigma` is not above 0, or `taps` is even.

    Example:
        >>> blur_weights(1.0, taps=3).round(4).tolist()
        [0.6065, 1.0, 0.6065]
    """
    if not sigma > 0:
        raise SkelshotError(f"sigma: found {sigma} frames, expected more than 0")
    if taps < 1 or taps % 2 == 0:
        raise SkelshotError(f"taps: found {taps} frames, expected an odd number")
    frames = np.arange(taps) - taps // 2
    weights: NDArray[np.float64] = np.exp(-(frames**2) / (2 * sigma**2))
    return weights


def blur_time(
    joints: FloatArray, present: BoolArray, weights: NDArray[np.float64], normalised: bool = True
) -> FloatArray:
    """Blur a clip along time.

    Args:
        joints: Coordinates (M, T, V, C), absent persons zero.
        present: Who is there, (M, T).
        weights: From `blur_weights`.
        normalised: Divide by the weights of the frames that are there, so that a body keeps its
            size. Without it the skeleton also grows by the sum of the weights, up to 5 times,
            as in AimCLR's released code.

    Returns:
        Joints (M, T, V, C), absent persons zero.

    Example:
        >>> course, there = np.array([0.0, 3.0, 0.0]).reshape(1, 3, 1, 1), np.ones((1, 3), bool)
        >>> blur_time(course, there, np.array([1.0, 1.0, 1.0])).ravel().tolist()
        [1.5, 1.0, 1.5]
    """
    frames, half = joints.shape[1], len(weights) // 2
    apart = np.arange(frames)[:, None] - np.arange(frames)
    matrix = np.where(abs(apart) <= half, weights[np.clip(apart + half, 0, len(weights) - 1)], 0.0)
    shares = matrix * present[:, None, :]  # (M, T, T'): what frame T' gives to frame T
    if normalised:
        shares = shares / np.maximum(shares.sum(axis=2, keepdims=True), np.finfo(np.float64).tiny)
    flat = joints.reshape(*joints.shape[:2], -1)
    blurred: FloatArray = (shares.astype(joints.dtype) @ flat).reshape(joints.shape)
    return zero_absent(blurred, present)


def mask_axis(joints: FloatArray, axis: int) -> FloatArray:
    """Set one coordinate axis to zero for the whole clip.

    Args:
        joints: Coordinates (M, T, V, C).
        axis: 0 for x, 1 for y, 2 for z.

    Returns:
        Joints (M, T, V, C).
    """
    masked = joints.copy()
    masked[..., axis] = 0
    return masked


def joints_to_root(joints: FloatArray, moved: BoolArray, layout: SkeletonLayout) -> FloatArray:
    """Put joints where the root is, for the whole clip.

    Args:
        joints: Coordinates (M, T, V, C).
        moved: Which joints, (V,).
        layout: Names the root.

    Returns:
        Joints (M, T, V, C).
    """
    return np.where(moved[:, None], joints[:, :, layout.root, None], joints)


def main_axis_angles(
    rng: np.random.Generator,
    main_degrees: float,
    other_degrees: float,
    axes: int = 3,
    one_sided: bool = False,
) -> NDArray[np.float64]:
    """Draw angles for `rotate`: a wide one about one axis, narrow ones about the others.

    The rotation of AimCLR (Guo et al., AAAI 2022): 30 degrees about the main axis, 1 degree about
    the others.

    Args:
        rng: Where the numbers come from.
        main_degrees: Most about the main axis, which is drawn.
        other_degrees: Most about the other axes.
        axes: 3; or 2 coordinates, which can turn about z only.
        one_sided: Turn one way only, clockwise, as AimCLR's released code does.

    Returns:
        Angles (3,) about x, y and z in radians.

    Example:
        >>> rng = np.random.default_rng(0)
        >>> np.degrees(main_axis_angles(rng, 30, 1)).round(1).tolist()
        [-0.5, -0.9, -29.0]
    """
    bounds = np.full(3, other_degrees, np.float64)
    bounds[int(rng.integers(3)) if axes == 3 else 2] = main_degrees
    if axes == 2:
        bounds[:2] = 0
    shares = rng.uniform(-1, 0 if one_sided else 1, 3)
    return np.radians(bounds * shares)
