"""Alignment of two clips in time: which frames of the one go with which of the other."""

import numpy as np
import torch
from numpy.typing import ArrayLike

from skelshot.fewshot.soft_dtw import soft_dtw, squared_euclid
from skelshot.ground import SkelshotError
from skelshot.skeletons import SkeletonSequence, align_view, centre, scale_to_torso
from skelshot.skeletons.normalise import can_align_view
from skelshot.skeletons.sequence import FloatArray, IntArray

_HARD = 1e-4
"""Smoothing as a share of the mean cost, so small that soft-DTW is DTW proper."""


def alignment_path(query: SkeletonSequence, exemplar: SkeletonSequence) -> IntArray:
    """Align two clips by dynamic time warping of their poses.

    Poses are centred, scaled to the trunk and turned to the camera, so that neither the place nor
    the person's size counts. The path is the gradient of soft-DTW where it is hardly soft.

    Args:
        query: A clip of T frames.
        exemplar: A clip of U frames in the same layout.

    Returns:
        Pairs of frames (L, 2) from (0, 0) to (T - 1, U - 1); from one to the next either or both
        rise by one.

    Raises:
        SkelshotError: The layouts differ, or joints are not finite.

    Example:
        >>> from skelshot.skeletons.layouts import KINECT_V1
        >>> joints = np.random.default_rng(0).normal(size=(1, 3, 20, 3)).astype(np.float32)
        >>> slow = np.repeat(joints, 2, axis=1)
        >>> clip = SkeletonSequence(joints, np.ones((1, 3), bool), KINECT_V1)
        >>> other = SkeletonSequence(slow, np.ones((1, 6), bool), KINECT_V1)
        >>> alignment_path(clip, other)[:, 0].tolist()
        [0, 0, 1, 1, 2, 2]
    """
    if query.layout != exemplar.layout or query.channels != exemplar.channels:
        raise SkelshotError(
            f"alignment: found {query.layout.name} in {query.channels} dimensions and "
            f"{exemplar.layout.name} in {exemplar.channels}, expected clips of one layout"
        )
    persons = min(query.persons, exemplar.persons)
    poses = [torch.from_numpy(_poses(clip, persons)).double() for clip in (query, exemplar)]
    cost = squared_euclid(*poses)[None].requires_grad_()
    gamma = max(_HARD * float(cost.detach().mean()), 1e-9)
    (passed,) = torch.autograd.grad(soft_dtw(cost, gamma).sum(), cost)
    return _walk(passed[0].numpy())


def checked_path(path: ArrayLike, frames: int, others: int) -> IntArray:
    """Check an alignment that was found elsewhere.

    Args:
        path: Pairs of frames.
        frames: Frames of the first clip.
        others: Frames of the second clip.

    Returns:
        The pairs (L, 2).

    Raises:
        SkelshotError: It is of another shape, leaves the clips or goes back in time.
    """
    pairs = np.asarray(path)
    if pairs.ndim != 2 or pairs.shape[1] != 2 or not len(pairs) or pairs.dtype.kind not in "iu":
        raise SkelshotError(
            f"alignment: found {pairs.dtype} of shape {pairs.shape}, expected pairs of frame "
            "numbers (L, 2)"
        )
    if (pairs < 0).any() or (pairs >= (frames, others)).any() or (np.diff(pairs, axis=0) < 0).any():
        raise SkelshotError(
            f"alignment: found frames {pairs.min(0).tolist()} to {pairs.max(0).tolist()}, expected "
            f"pairs that never fall, within 0 to {frames - 1} and 0 to {others - 1}; is it of "
            "these clips?"
        )
    return pairs.astype(np.int64)


def _poses(clip: SkeletonSequence, persons: int) -> FloatArray:
    """Return what of each frame is compared, (T, F)."""
    joints = centre(clip.joints, clip.present, clip.layout, every_frame=True)
    joints = scale_to_torso(joints, clip.present, clip.layout)
    if can_align_view(clip.layout, clip.channels):
        joints = align_view(joints, clip.present, clip.layout)
    poses: FloatArray = joints[:persons].swapaxes(0, 1).reshape(clip.frames, -1)
    return poses


def _walk(passed: np.ndarray) -> IntArray:
    """Follow the cells that the alignment passes from the last to the first."""
    row, column = passed.shape[0] - 1, passed.shape[1] - 1
    path = [(row, column)]
    while row or column:
        before = [(row - 1, column - 1), (row - 1, column), (row, column - 1)]
        row, column = max(
            (cell for cell in before if min(cell) >= 0), key=lambda cell: float(passed[cell])
        )
        path.append((row, column))
    return np.array(path[::-1], np.int64)
