"""From one joint layout to another, joint by joint.

A target joint is taken by name where the source has it; else from the first of its `RECIPES`
whose joints the source has, as their mean; else it stays where its parent is, with confidence 0,
so that a model can see that nobody measured it.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from skelshot.ground import SkelshotError
from skelshot.skeletons.layouts import SkeletonLayout
from skelshot.skeletons.sequence import FloatArray, SkeletonSequence

_HIPS = ("left hip", "right hip")
_SHOULDERS = ("left shoulder", "right shoulder")
_EARS = ("left ear", "right ear")

_MIDLINE: dict[str, tuple[tuple[str, ...], ...]] = {
    "spine base": (("hip centre",), _HIPS),
    "hip centre": (("spine base",), _HIPS),
    "spine mid": (("spine",), ("torso",), (*_HIPS, *_SHOULDERS)),
    "spine": (("spine mid",), ("torso",), (*_HIPS, *_SHOULDERS)),
    "torso": (("spine mid",), ("spine",), (*_HIPS, *_SHOULDERS)),
    "spine shoulder": (("shoulder centre",), _SHOULDERS),
    "shoulder centre": (("spine shoulder",), _SHOULDERS),
    "neck": (("shoulder centre",), _SHOULDERS),
    "head": (_EARS, ("nose",)),
    "nose": (("head",),),
}

_ONE_SIDE: dict[str, tuple[tuple[str, ...], ...]] = {
    "wrist": (("hand",),),
    "hand": (("wrist", "index", "pinky"), ("wrist",)),
    "hand tip": (("index", "pinky"),),
    "index": (("hand tip",), ("hand",)),
    "ankle": (("foot",),),
    "foot": (("ankle", "foot index"), ("ankle",)),
    "foot index": (("foot",),),
}

RECIPES: dict[str, tuple[tuple[str, ...], ...]] = _MIDLINE | {
    f"{side} {joint}": tuple(tuple(f"{side} {name}" for name in names) for names in recipes)
    for side in ("left", "right")
    for joint, recipes in _ONE_SIDE.items()
}
"""For each target joint the groups of source joints to average, best first."""


@lru_cache(maxsize=64)
def mapping_matrix(
    source: SkeletonLayout, target: SkeletonLayout
) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Return the weights that make target joints from source joints.

    Args:
        source: The layout of the data, V joints.
        target: The layout wanted, W joints.

    Returns:
        Weights (W, V) whose rows sum to 1, and which target joints are measured (W,): False
        where a joint only borrows its parent's place.

    Raises:
        SkelshotError: The root of the target cannot be made from the source.

    Example:
        >>> from skelshot.skeletons.layouts import COCO_17, KINECT_V1
        >>> weights, measured = mapping_matrix(COCO_17, KINECT_V1)
        >>> weights[KINECT_V1.index("hip centre"), COCO_17.index("left hip")].item()
        0.5
    """
    weights = np.zeros((target.num_joints, source.num_joints), np.float32)
    measured = np.zeros(target.num_joints, bool)
    for joint in target.outward:
        names = _sources_of(target.joints[joint], source)
        if names:
            weights[joint, [source.index(name) for name in names]] = 1 / len(names)
            measured[joint] = True
        elif joint == target.root:
            raise SkelshotError(
                f"joint {target.joints[joint]!r}: the root of the layout {target.name!r} cannot be "
                f"made from {source.name!r}; name a joint of the source like it"
            )
        else:
            weights[joint] = weights[target.parents[joint]]
    weights.flags.writeable = measured.flags.writeable = False
    return weights, measured


def map_layout(sequence: SkeletonSequence, target: SkeletonLayout) -> SkeletonSequence:
    """Express a clip in another joint layout.

    Joints, pixels and confidence are all mapped with the weights of `mapping_matrix`, so left
    stays left. Axes and units do not change: 2-D pixels stay 2-D pixels.

    Args:
        sequence: The clip, joints (M, T, V, C).
        target: The layout wanted, W joints.

    Returns:
        The clip with joints (M, T, W, C); the same object when it has that layout already.
        Joints that the source cannot give stand at their parent with confidence 0, and then
        the clip has `confidence` even if the source had none (1 for measured joints).

    Raises:
        SkelshotError: The root of the target cannot be made from the source's joints.

    Example:
        >>> from skelshot.skeletons.layouts import COCO_17, KINECT_V2
        >>> joints = np.ones((1, 5, 17, 2), np.float32)
        >>> clip = SkeletonSequence(joints, np.ones((1, 5), bool), COCO_17)
        >>> mapped = map_layout(clip, KINECT_V2)
        >>> mapped.joints.shape, mapped.confidence[0, 0, KINECT_V2.index("left thumb")].item()
        ((1, 5, 25, 2), 0.0)
    """
    if sequence.layout == target:
        return sequence
    weights, measured = mapping_matrix(sequence.layout, target)
    confidence = None
    if sequence.confidence is not None:
        confidence = (sequence.confidence @ weights.T) * measured
    elif not measured.all():
        shape = (*sequence.joints.shape[:2], target.num_joints)
        confidence = np.broadcast_to(measured, shape).astype(np.float32)
    return SkeletonSequence(
        joints=_mean_joints(sequence.joints, weights),
        present=sequence.present,
        layout=target,
        frame_index=sequence.frame_index,
        confidence=confidence,
        pixels=None if sequence.pixels is None else _mean_joints(sequence.pixels, weights),
        picture_size=sequence.picture_size,
    )


def _sources_of(joint: str, source: SkeletonLayout) -> tuple[str, ...]:
    """Return the source joints to average for one target joint; empty when there are none."""
    for names in ((joint,), *RECIPES.get(joint, ())):
        if all(name in source.joints for name in names):
            return names
    return ()


def _mean_joints(points: FloatArray, weights: FloatArray) -> FloatArray:
    """Average points (M, T, V, C) with weights (W, V); a NaN touches only joints made of it."""
    mapped = np.empty((*points.shape[:2], len(weights), points.shape[3]), np.float32)
    for joint, row in enumerate(weights):
        used = np.flatnonzero(row)
        mapped[:, :, joint] = points[:, :, used].mean(axis=2)
    return mapped
