"""Attributions that were saved, a file a clip, brought back as importance."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from skelshot.datasets.npz_files import arrays_in, read_clip_file
from skelshot.ground import SkelshotError
from skelshot.skeletons import SkeletonSequence

VALUES = "values"
"""The array of an attribution, (C, T, V, M)."""


def saved_importance(path: Path, clip: SkeletonSequence) -> NDArray[np.float64]:
    """Read an attribution and sum its absolute values over the coordinates.

    Args:
        path: An `.npz` file with the array `values`, (C, T, V, M), of the clip.
        clip: The clip.

    Returns:
        Importance (T, V, M), at least 0.

    Raises:
        SkelshotError: The file cannot be read, or its values are absent, of another shape, no
            numbers, NaN or infinite.
    """
    try:
        found = read_clip_file(path, (VALUES,))
        there = "" if VALUES in found else arrays_in(path)
    except SkelshotError as error:
        raise SkelshotError(f"{path}: {error}") from error
    if there:
        raise SkelshotError(f"{path}: found {there}, expected the array {VALUES!r} (C, T, V, M)")
    values = found[VALUES]
    expected = (clip.channels, clip.frames, clip.layout.num_joints, clip.persons)
    if values.shape != expected or values.dtype.kind not in "fiu":
        raise SkelshotError(
            f"{path}, {VALUES}: found {values.dtype} of shape {values.shape}, expected numbers of "
            f"shape {expected}: the clip's coordinates, frames, joints and persons"
        )
    if wrong := int((~np.isfinite(values)).sum()):
        raise SkelshotError(
            f"{path}, {VALUES}: found {wrong} of {values.size} that are NaN or infinite, expected "
            "none; take a method without gradients, such as occlusion"
        )
    importance: NDArray[np.float64] = np.abs(values.astype(np.float64)).sum(0)
    return importance
