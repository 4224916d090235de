"""Random augmentation of a clip into a view, as self-supervised training compares views."""

from typing import Annotated, ClassVar, Self

import numpy as np
from pydantic import Field, model_validator

from skelshot.ground.options import Options
from skelshot.skeletons.augment import Amount, Factor, Fraction, Probability
from skelshot.skeletons.layouts import SkeletonLayout
from skelshot.skeletons.normalise import zero_absent
from skelshot.skeletons.sequence import BoolArray, FloatArray
from skelshot.skeletons.timing import crop_and_resize
from skelshot.skeletons.transforms import jitter, mirror, random_rotation, rotate, scale, shear
from skelshot.skeletons.view_transforms import (
    blur_time,
    blur_weights,
    joints_to_root,
    main_axis_angles,
    mask_axis,
    shift_time,
    swap_sides,
)


class ViewAugmentation(Options):
    """Ranges of the random changes from a clip to a view of it; the default changes nothing.

    The steps are taken in the order in which they stand here, which is AimCLR's.

    Args:
        crop: Least and most share of the clip to keep, cut at a random place and resized.
        shift: Share of the clip that is mirrored at each end before a piece of the clip's own
            length is cut at random; a sixth in AimCLR.
        shear: Most that one axis may lean on another.
        mirror: Probability of a reflection.
        scale: Least and most factor of size.
        rotate_degrees: Most that the clip may turn about x, y and z; only z for 2-D joints.
        main_axis_degrees: Most about one axis drawn at random, and most about the others.
        jitter: Standard deviation of noise on every coordinate, in the clip's units.
        jitter_probability: Probability of the noise.
        blur: Probability of a blur along time, 15 frames wide.
        blur_sigma: Least and most standard deviation of the blur, in frames.
        mask_axis: Probability that one coordinate axis is set to 0.
        mask_joints: Probability that some joints are put where the root is.
        most_joints: Most joints that this befalls.
        time_reverse: Probability of playing the clip backwards.
        as_released: Follow AimCLR's released code in three points that its paper does not ask
            for: mirroring swaps the sides without a reflection, turns about the main axis go one
            way only, and the blur also magnifies.

    Raises:
        SkelshotError: An amount is out of range or unknown.

    Example:
        >>> ViewAugmentation(shift=0.25, shear=0.5).mirror
        0.0
    """

    described: ClassVar[str] = "view"

    crop: tuple[Fraction, Fraction] | None = None
    shift: Annotated[float, Field(ge=0, le=1)] = 0.0
    shear: Amount = 0.0
    mirror: Probability = 0.0
    scale: tuple[Factor, Factor] = (1.0, 1.0)
    rotate_degrees: tuple[Amount, Amount, Amount] = (0.0, 0.0, 0.0)
    main_axis_degrees: tuple[Amount, Amount] = (0.0, 0.0)
    jitter: Amount = 0.0
    jitter_probability: Probability = 1.0
    blur: Probability = 0.0
    blur_sigma: tuple[Factor, Factor] = (0.1, 2.0)
    mask_axis: Probability = 0.0
    mask_joints: Probability = 0.0
    most_joints: int = Field(default=5, ge=1)
    time_reverse: Probability = 0.0
    as_released: bool = False

    @model_validator(mode="after")
    def _check_order(self) -> Self:
        bounds = {"crop": self.crop, "scale": self.scale, "blur_sigma": self.blur_sigma}
        for place, pair in bounds.items():
            if pair is not None and pair[0] > pair[1]:
                raise ValueError(f"{place}: found {pair}, expected the least first")
        return self


def augment_view(
    joints: FloatArray,
    present: BoolArray,
    layout: SkeletonLayout,
    augmentation: ViewAugmentation,
    rng: np.random.Generator,
) -> tuple[FloatArray, BoolArray]:
    """Augment a clip at random into one view of it.

    Args:
        joints: Coordinates (M, T, V, C), centred, of the length that the encoder takes.
        present: Who is there, (M, T).
        layout: Names the root and the left-right pairs.
        augmentation: How far.
        rng: Where the numbers come from.

    Returns:
        Joints (M, T, V, C), absent persons zero, and present (M, T).

    Example:
        >>> from skelshot.skeletons.layouts import KINECT_V1
        >>> joints, present = np.ones((1, 8, 20, 3), np.float32), np.ones((1, 8), bool)
        >>> flat = ViewAugmentation(mask_axis=1)
        >>> view, _ = augment_view(joints, present, KINECT_V1, flat, np.random.default_rng(0))
        >>> view.sum((0, 1, 2)).tolist()
        [160.0, 0.0, 160.0]
    """
    joints, present = _in_time(joints, present, augmentation, rng)
    joints = _in_space(joints, layout, augmentation, rng)
    if augmentation.jitter and rng.random() < augmentation.jitter_probability:
        joints = jitter(joints, rng, augmentation.jitter)
    joints = zero_absent(joints, present)
    if augmentation.blur and rng.random() < augmentation.blur:
        weights = blur_weights(rng.uniform(*augmentation.blur_sigma))
        joints = blur_time(joints, present, weights, normalised=not augmentation.as_released)
    if augmentation.mask_axis and rng.random() < augmentation.mask_axis:
        joints = mask_axis(joints, int(rng.integers(joints.shape[-1])))
    if augmentation.mask_joints and rng.random() < augmentation.mask_joints:
        number = int(rng.integers(1, augmentation.most_joints + 1))
        moved = np.zeros(joints.shape[2], bool)
        moved[rng.permutation(len(moved))[:number]] = True
        joints = joints_to_root(joints, moved, layout)
    if augmentation.time_reverse and rng.random() < augmentation.time_reverse:
        joints, present = joints[:, ::-1], present[:, ::-1]
    return zero_absent(joints, present), present


def _in_time(
    joints: FloatArray, present: BoolArray, augmentation: ViewAugmentation, rng: np.random.Generator
) -> tuple[FloatArray, BoolArray]:
    """Crop and shift."""
    frames = joints.shape[1]
    if augmentation.crop is not None:
        fraction, start = float(rng.uniform(*augmentation.crop)), float(rng.random())
        joints, present = crop_and_resize(joints, present, frames, fraction, start)
    if augmentation.shift:
        padding = int(frames * augmentation.shift)
        start_frame = int(rng.integers(2 * padding + 1))
        joints, present = shift_time(joints, present, padding, start_frame)
    return joints, present


def _in_space(
    joints: FloatArray,
    layout: SkeletonLayout,
    augmentation: ViewAugmentation,
    rng: np.random.Generator,
) -> FloatArray:
    """Shear, mirror, scale and turn."""
    axes = joints.shape[-1]
    if augmentation.shear:
        joints = shear(
            joints, rng.uniform(-augmentation.shear, augmentation.shear, axes * (axes - 1))
        )
    if augmentation.mirror and rng.random() < augmentation.mirror:
        joints = swap_sides(joints, layout) if augmentation.as_released else mirror(joints, layout)
    if augmentation.scale != (1.0, 1.0):
        joints = scale(joints, rng.uniform(*augmentation.scale))
    if any(augmentation.rotate_degrees):
        x, y, z = augmentation.rotate_degrees
        joints = rotate(joints, random_rotation(rng, (x, y, z) if axes == 3 else (0, 0, z)))
    if any(augmentation.main_axis_degrees):
        main, others = augmentation.main_axis_degrees
        angles = main_axis_angles(rng, main, others, axes, one_sided=augmentation.as_released)
        joints = rotate(joints, angles)
    return joints
