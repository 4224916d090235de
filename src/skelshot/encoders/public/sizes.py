"""The sizes of a public network, which its weights tell, and the input it is fed."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from torch import Tensor

from skelshot.encoders.graph_spec import BASE_WIDTHS
from skelshot.encoders.public.layouts import PublicLayout
from skelshot.ground import SkelshotError
from skelshot.skeletons import InputSpec, SkeletonLayout
from skelshot.skeletons.layouts import layout_from
from skelshot.skeletons.streams import Stream

BY_JOINTS = {25: "kinect-v2", 20: "kinect-v1", 18: "openpose-18", 17: "coco-17"}
"""The joint layouts that public networks are trained on."""

PICTURES = ("openpose-18", "coco-17")
"""Layouts of places in a picture, whose third channel is how sure they are."""

PERSONS = 2
"""How many persons public networks take where the weights do not tell."""


class Sizes(NamedTuple):
    """The sizes of a network.

    Args:
        layout: The joints.
        channels: Input channels C.
        persons: Persons M.
        width: Of our encoder, 1 for blocks of 64 channels.
    """

    layout: SkeletonLayout
    channels: int
    persons: int
    width: float


def sizes_of(
    path: Path,
    layout: PublicLayout,
    found: Mapping[str, Tensor],
    joints: str | None,
    persons: int | None,
) -> Sizes:
    """Read a network's sizes off its weights.

    Args:
        path: Its file, for messages.
        layout: Whose names the weights have.
        found: The weights.
        joints: The joint layout; by the number of joints unless told.
        persons: Persons; where the weights tell, they must agree.

    Returns:
        The sizes.

    Raises:
        SkelshotError: There is no layout of so many joints, persons do not fit, or a tensor lacks
            axes.
    """
    first, norm, base = (f"{part}.weight" for part in (layout.first, layout.data_norm, layout.base))
    for name, axes in {layout.joints: 1, first: 2, norm: 1, base: 1}.items():
        if found[name].ndim < axes or not found[name].numel():
            raise SkelshotError(
                f"{path}, tensor {name!r}: found shape {tuple(found[name].shape)}, expected at "
                f"least {axes} {'axes' if axes > 1 else 'axis'}, none empty; fetch the file again"
            )
    count = found[layout.joints].shape[-1]
    if joints is None and count not in BY_JOINTS:
        raise SkelshotError(
            f"{path}, tensor {layout.joints!r}: found {count} joints, expected one of "
            f"{', '.join(f'{n} ({name})' for n, name in BY_JOINTS.items())}; name their layout "
            "with --joints"
        )
    skeleton = layout_from(joints or BY_JOINTS[count])
    if skeleton.num_joints != count:
        raise SkelshotError(
            f"{path}, tensor {layout.joints!r}: found {count} joints, {skeleton.name} has "
            f"{skeleton.num_joints}; name another layout with --joints"
        )
    channels, normed = found[first].shape[1], len(found[norm])
    told, rest = divmod(normed, count * channels)
    if rest or not told:
        raise SkelshotError(
            f"{path}, tensor {norm!r}: found {normed} channels, expected "
            f"{count} joints times {channels} channels times persons; the file is damaged"
        )
    per_person = layout.encoder != "st-gcn"
    if not per_person and told != 1:
        raise SkelshotError(
            f"{path}, tensor {norm!r}: found {normed} channels, one for each of "
            f"{told} persons, expected {count * channels}: our st-gcn norms all persons alike"
        )
    if per_person and persons not in (None, told):
        raise SkelshotError(
            f"--persons {persons}: the weights of {path} are for {told}; leave it out"
        )
    if per_person or persons is None:
        persons = told if per_person else PERSONS
    if persons < 1:
        raise SkelshotError(f"--persons: found {persons}, expected at least 1")
    width = len(found[base]) / BASE_WIDTHS[0]
    return Sizes(skeleton, channels, persons, width)


def input_spec(layout: PublicLayout, sizes: Sizes, frames: int | None, stream: Stream) -> InputSpec:
    """Write down the input that comes nearest to what the public code feeds.

    Args:
        layout: Whose network.
        sizes: Its sizes.
        frames: Frames, if told.
        stream: What it was trained on.

    Returns:
        The input specification.

    Raises:
        SkelshotError: It has other channels than the network.
    """
    asked = dict(layout.inputs)
    if sizes.layout.name in PICTURES:
        asked |= {"coordinates": 2, "confidence": True, "align": "root"}
    if frames is not None:
        asked["frames"] = frames
    spec = InputSpec.model_validate(
        {"layout": sizes.layout, "persons": sizes.persons, "streams": (stream,), **asked}
    )
    if spec.channels != sizes.channels:
        raise SkelshotError(
            f"input channels: found {sizes.channels} in the weights, expected {spec.channels} of "
            f"{sizes.layout.name} clips; only networks of a single stream can be read"
        )
    return spec
