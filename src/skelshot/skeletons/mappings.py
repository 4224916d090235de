"""From one joint layout to another, joint by joint.

A target joint is taken by name where the source has it; else from the first of its `RECIPES`
whose joints the source has, as their mean; else it stays where its parent is, with confidence 0,
so that a model can see that nobody measured it. Spellings do not count: `LShoulder` is the left
shoulder (`skelshot.skeletons.joint_names`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skelshot.ground import SkelshotError
from skelshot.skeletons.joint_names import plain_name
from skelshot.skeletons.layouts import SkeletonLayout
from skelshot.skeletons.mapping_recipes import RECIPES
from skelshot.skeletons.sequence import FloatArray, SkeletonSequence


@dataclass(frozen=True)
class MappingReport:
    """Joints that a mapping keeps, makes and loses, by name.

    Args:
        source: Name of the layout of the data.
        target: Name of the layout wanted.
        measured: Target joints that the source has.
        made: Target joints that are means of related source joints, and of which.
        borrowed: Target joints that stand at their parent with confidence 0: nobody measured them.
        unused: Source joints that no target joint uses.
    """

    source: str
    target: str
    measured: tuple[str, ...]
    made: Mapping[str, tuple[str, ...]]
    borrowed: tuple[str, ...]
    unused: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the report as a JSON document."""
        return {
            "from": self.source,
            "to": self.target,
            "measured": list(self.measured),
            "made": {joint: list(sources) for joint, sources in self.made.items()},
            "lost": list(self.borrowed),
            "unused": list(self.unused),
        }


def mapping_report(source: SkeletonLayout, target: SkeletonLayout) -> MappingReport:
    """Tell what mapping from one layout to another keeps, makes and loses.

    Args:
        source: The layout of the data.
        target: The layout wanted.

    Returns:
        Every target joint is measured, made or borrowed.

    Raises:
        SkelshotError: The root of the target cannot be made from the source.

    Example:
        >>> from skelshot.skeletons.layouts import COCO_17, H36M_17
        >>> report = mapping_report(COCO_17, H36M_17)
        >>> report.made["pelvis"], report.borrowed, report.unused
        (('left hip', 'right hip'), (), ('left eye', 'right eye'))
    """
    weights, known = mapping_matrix(source, target)
    places = _places_in(source)
    by_name = [joint in places or plain_name(joint) in places for joint in target.joints]
    return MappingReport(
        source=source.name,
        target=target.name,
        measured=tuple(joint for joint, named in zip(target.joints, by_name, strict=True) if named),
        made={
            target.joints[joint]: tuple(source.joints[used] for used in np.flatnonzero(row))
            for joint, row in enumerate(weights)
            if known[joint] and not by_name[joint]
        },
        borrowed=tuple(target.joints[joint] for joint in np.flatnonzero(~known)),
        unused=tuple(source.joints[joint] for joint in np.flatnonzero(~weights.any(axis=0))),
    )


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
    places = _places_in(source)
    for joint in target.outward:
        sources = _sources_of(target.joints[joint], places)
        if sources:
            weights[joint] = np.bincount(sources, minlength=source.num_joints) / len(sources)
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
        rate=sequence.rate,
    )


def seen_as(
    joints: FloatArray,
    layout: SkeletonLayout,
    other: SkeletonLayout,
    coordinates: int | None = None,
) -> FloatArray:
    """Show a clip as a sensor with other joints would, had it measured it.

    What is mapped to the other layout and back is what `map_layout` makes of that sensor's clips,
    so an encoder that learns from both meets no new kind of gap.

    Args:
        joints: Coordinates (M, T, V, C).
        layout: Names the V joints.
        other: The other sensor's.
        coordinates: How many of the C are coordinates; what stands behind them is confidence,
            which is 0 where nobody measured. All unless told.

    Returns:
        Joints (M, T, V, C) in the same layout.

    Raises:
        SkelshotError: The root of either cannot be made from the other.

    Example:
        >>> from skelshot.skeletons.layouts import COCO_17, KINECT_V2
        >>> joints = np.random.default_rng(0).normal(size=(1, 5, 25, 3)).astype(np.float32)
        >>> seen = seen_as(joints, KINECT_V2, COCO_17)
        >>> thumb, hand = KINECT_V2.index("left thumb"), KINECT_V2.index("left hand")
        >>> np.array_equal(seen[:, :, thumb], seen[:, :, hand])
        True
    """
    for source, target in ((layout, other), (other, layout)):
        weights, measured = mapping_matrix(source, target)
        points = _mean_joints(joints[..., :coordinates], weights)
        sure = _mean_joints(joints[..., points.shape[-1] :], weights) * measured[:, None]
        joints = np.concatenate([points, sure], axis=-1)
    return joints


def _places_in(source: SkeletonLayout) -> dict[str, int]:
    """Return where the source has its joints, by their own and by their plain names."""
    plain = {plain_name(joint): place for place, joint in reversed([*enumerate(source.joints)])}
    return plain | {joint: place for place, joint in enumerate(source.joints)}


def _sources_of(joint: str, places: dict[str, int]) -> list[int]:
    """Return the source joints to average for one target joint; empty when there are none."""
    plain = plain_name(joint)
    for names in ((joint,), (plain,), *RECIPES.get(plain, ())):
        if all(name in places for name in names):
            return [places[name] for name in names]
    return []


def _mean_joints(points: FloatArray, weights: FloatArray) -> FloatArray:
    """Average points (M, T, V, C) with weights (W, V); a NaN touches only joints made of it."""
    mapped = np.empty((*points.shape[:2], len(weights), points.shape[3]), np.float32)
    for joint, row in enumerate(weights):
        used = np.flatnonzero(row)
        mapped[:, :, joint] = np.einsum("mtvc,v->mtc", points[:, :, used], row[used])
    return mapped
