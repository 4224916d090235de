"""Importance of joints in frames, checked against its clip and brought to 0 to 1."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skelshot.ground import SkelshotError
from skelshot.skeletons import SkeletonSequence

Shares = NDArray[np.float64]


def importance_shares(
    importance: ArrayLike, clip: SkeletonSequence, name: str = "importance"
) -> Shares:
    """Divide importance by its largest value where people are there.

    Args:
        importance: At least 0, (T, V, M), in the clip's own frames, joints and persons.
        clip: The clip.
        name: Whose it is, for messages.

    Returns:
        Shares from 0 to 1, (T, V, M); NaN where a person is absent.

    Raises:
        SkelshotError: It is of another shape than the clip, holds NaN, infinite or negative values
            or zeros alone, or nobody is in the clip.

    Example:
        >>> from skelshot.skeletons.layouts import KINECT_V1
        >>> joints, present = np.zeros((1, 2, 20, 3), np.float32), np.array([[True, False]])
        >>> clip = SkeletonSequence(joints, present, KINECT_V1)
        >>> importance_shares(np.full((2, 20, 1), 0.5), clip)[:, 0, 0].tolist()
        [1.0, nan]
    """
    values = np.array(importance, np.float64)
    expected = (clip.frames, clip.layout.num_joints, clip.persons)
    if values.shape != expected:
        raise SkelshotError(
            f"{name}: found shape {values.shape}, expected {expected}, the clip's frames, joints "
            "and persons; it is of another clip, or not brought back to the clip's own frames"
        )
    if wrong := int((~np.isfinite(values)).sum()):
        raise SkelshotError(
            f"{name}: found {wrong} of {values.size} values that are NaN or infinite, expected "
            "none; take a method without gradients, such as occlusion"
        )
    if (least := float(values.min(initial=0))) < 0:
        raise SkelshotError(
            f"{name}: found {least:.3g}, expected at least 0; sum absolute values over coordinates"
        )
    if not clip.present.any():
        raise SkelshotError(
            f"{name}: found nobody in the clip's {clip.frames} frames, expected somebody to draw; "
            "choose another clip"
        )
    values[~clip.present.T[:, None].repeat(expected[1], axis=1)] = np.nan
    if (most := float(np.nanmax(values))) == 0:
        raise SkelshotError(
            f"{name}: found zeros alone, expected a joint that matters in some frame; take another "
            "method, such as occlusion"
        )
    shares: Shares = values / most
    return shares
