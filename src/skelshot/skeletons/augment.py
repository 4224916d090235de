"""Random changes that leave the action what it is.

`augment` draws amounts within the bounds of an `Augmentation` and applies the changes of
`skelshot.skeletons.transforms`.
"""

from typing import Annotated, ClassVar, Self

import numpy as np
from pydantic import Field, model_validator

from skelshot.ground.options import Options
from skelshot.skeletons.layout_field import LayoutField
from skelshot.skeletons.layouts import SkeletonLayout
from skelshot.skeletons.mappings import seen_as
from skelshot.skeletons.normalise import zero_absent
from skelshot.skeletons.sequence import BoolArray, FloatArray
from skelshot.skeletons.timing import sample_at
from skelshot.skeletons.transforms import (
    drop_joints,
    jitter,
    mirror,
    random_rotation,
    rotate,
    scale,
    shear,
)

Probability = Annotated[float, Field(ge=0, le=1)]
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Factor = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Fraction = Annotated[float, Field(gt=0, le=1)]


class Augmentation(Options):
    """Ranges of the random changes of a clip in training; the default changes nothing.

    Args:
        crop: Least and most share of the valid length to keep, cut at a random place before
            the clip is resized; None keeps the test-time crop of the `InputSpec`.
        crop_least_frames: Fewest frames that the crop keeps (all of a shorter clip), then rounded
            and placed as in the public CTR-GCN feeder, which keeps 64; None has no such bound.
        time_jitter: How far each frame's moment may move, in frames of the resized clip.
        time_reverse: Probability of playing the clip backwards.
        mirror: Probability of swapping left and right.
        scale: Least and most factor of size.
        shear: Most that one axis may lean on another (Rao et al., 2021).
        rotate_degrees: Most that the clip may turn about x, y and z. Only z for 2-D joints.
        jitter: Standard deviation of noise on every coordinate, in the clip's units (metres).
        drop_joints: Probability that a joint is set to the origin for the whole clip.
        as_layouts: Layouts of other sensors.
        as_layout: Probability that the clip is seen as one of them would have measured it: joints
            that it lacks are made of those that it has, see `seen_as`.

    Raises:
        SkelshotError: An amount is out of range or unknown, or there is no such layout.

    Example:
        >>> Augmentation(rotate_degrees=(0, 30, 0), scale=(0.9, 1.1)).mirror
        0.0
    """

    described: ClassVar[str] = "augmentation"

    crop: tuple[Fraction, Fraction] | None = None
    crop_least_frames: int | None = Field(None, ge=1, le=10_000)
    time_jitter: Amount = 0.0
    time_reverse: Probability = 0.0
    mirror: Probability = 0.0
    scale: tuple[Factor, Factor] = (1.0, 1.0)
    shear: Amount = 0.0
    rotate_degrees: tuple[Amount, Amount, Amount] = (0.0, 0.0, 0.0)
    jitter: Amount = 0.0
    drop_joints: Probability = 0.0
    as_layouts: tuple[LayoutField, ...] = ()
    as_layout: Probability = 0.0

    @model_validator(mode="after")
    def _check_layouts(self) -> Self:
        if self.as_layout and not self.as_layouts:
            raise ValueError(f"as_layout: found {self.as_layout:g}, expected 0 without as_layouts")
        return self

    @model_validator(mode="after")
    def _check_order(self) -> Self:
        for place, bounds in (("crop", self.crop), ("scale", self.scale)):
            if bounds is not None and bounds[0] > bounds[1]:
                raise ValueError(f"{place}: found {bounds}, expected the least first")
        return self

    def draw_crop(self, rng: np.random.Generator) -> tuple[float, float] | None:
        """Draw the fraction and start for `crop_and_resize`.

        Args:
            rng: Where the numbers come from.

        Returns:
            (fraction, start), or None when there is no crop.

        Example:
            >>> Augmentation().draw_crop(np.random.default_rng(0)) is None
            True
        """
        if self.crop is None:
            return None
        return float(rng.uniform(*self.crop)), float(rng.random())


def augment(
    joints: FloatArray,
    present: BoolArray,
    layout: SkeletonLayout,
    augmentation: Augmentation,
    rng: np.random.Generator,
    coordinates: int | None = None,
) -> tuple[FloatArray, BoolArray]:
    """Change a clip at random: time first, then space. The crop is not done here.

    Args:
        joints: Coordinates (M, T, V, C), centred.
        present: Who is there, (M, T).
        layout: Names the left-right pairs.
        augmentation: How far.
        rng: Where the numbers come from.
        coordinates: How many of the C are coordinates; what stands behind them (confidence)
            follows its joint and frame and is not moved in space. All unless told.

    Returns:
        Joints (M, T, V, C), absent persons zero, and present (M, T).

    Raises:
        SkelshotError: 2-D joints are to turn about x or y.

    Example:
        >>> from skelshot.skeletons.layouts import KINECT_V1
        >>> joints, present = np.ones((1, 8, 20, 3), np.float32), np.ones((1, 8), bool)
        >>> bigger = Augmentation(scale=(2, 2))
        >>> rng = np.random.default_rng(0)
        >>> augment(joints, present, KINECT_V1, bigger, rng)[0].max().item()
        2.0
    """
    if augmentation.time_jitter:
        frames = np.arange(joints.shape[1])
        shift = rng.uniform(-augmentation.time_jitter, augmentation.time_jitter, len(frames))
        moments = np.clip(np.sort(frames + shift), 0, len(frames) - 1)
        joints, present = sample_at(joints, present, moments)
    if augmentation.time_reverse and rng.random() < augmentation.time_reverse:
        joints, present = joints[:, ::-1], present[:, ::-1]
    if augmentation.mirror and rng.random() < augmentation.mirror:
        joints = mirror(joints, layout)
    moved = _in_space(joints[..., :coordinates], augmentation, rng)
    beside = joints[..., moved.shape[-1] :]
    joints = np.concatenate([moved, beside], axis=-1) if beside.shape[-1] else moved
    if augmentation.drop_joints:
        lots = rng.random((joints.shape[2],))
        joints = drop_joints(joints, lots < augmentation.drop_joints)
    if augmentation.as_layout and rng.random() < augmentation.as_layout:
        other = augmentation.as_layouts[rng.integers(len(augmentation.as_layouts))]
        joints = seen_as(joints, layout, other, coordinates)
    return zero_absent(joints, present), present


def _in_space(
    joints: FloatArray, augmentation: Augmentation, rng: np.random.Generator
) -> FloatArray:
    """Scale, shear, turn and jitter."""
    if augmentation.scale != (1.0, 1.0):
        joints = scale(joints, rng.uniform(*augmentation.scale))
    if augmentation.shear:
        leans = joints.shape[-1] * (joints.shape[-1] - 1)
        joints = shear(joints, rng.uniform(-augmentation.shear, augmentation.shear, leans))
    if any(augmentation.rotate_degrees):
        joints = rotate(joints, random_rotation(rng, augmentation.rotate_degrees))
    if augmentation.jitter:
        joints = jitter(joints, rng, augmentation.jitter)
    return joints
