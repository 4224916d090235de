"""Encoder inputs: their specification, and how clips become them."""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from skelshot.ground import SkelshotError
from skelshot.ground.options import Options
from skelshot.skeletons.as_picture import as_picture
from skelshot.skeletons.augment import Augmentation, augment
from skelshot.skeletons.layout_field import LayoutField
from skelshot.skeletons.normalise import align_view, centre, scale_to_torso, zero_absent
from skelshot.skeletons.sequence import AXES, UNITS, BoolArray, FloatArray, SkeletonSequence
from skelshot.skeletons.streams import Stream, stream
from skelshot.skeletons.timing import (
    Absent,
    crop_and_resize,
    piece_moments,
    sample_at,
    taken_as_present,
)

Align = Literal["none", "root", "facing"]
"""How far a clip's place and heading are taken out: not, place only, or both."""

_ALIGN_BEFORE = {"centre": "root", "view": "facing"}
"""Today's values by those that `view` had, as `align` was called before."""

Sides = Literal["matter", "ignore"]
"""Whether a clip and its mirror image are different actions (`matter`) or the same one."""

AskedSides = Literal["auto", "matter", "ignore"]
"""What a caller says of sides; `auto` looks for classes that are each other's mirror images."""

SecondPerson = Literal["zero", "copy", "none"]
"""What the second person of a one-person clip is: zeros, the first once more, or not asked for."""


class InputSpec(Options):
    """Specification of an encoder's input, and so of what is done to a clip; checkpoints hold it.

    Args:
        layout: The joint layout, V joints: its name, its definition or the layout itself.
        frames: Frames T after cropping and resizing.
        persons: Persons M; absent ones are zeros, further ones are left out.
        second_person: What stands in the second place when a clip has one person only: "zero"
            zeros; "copy" the first person once more, as in the public CTR-GCN files of NTU-120
            (those of NTU-60 have zeros); "none" says that there is no second place.
        coordinates: Coordinates a joint, 3 (metres) or 2 (pixels). An input of 2 takes clips of 3
            as well, as a camera before the person would see them (`as_picture`); for that it
            needs `align="root"` and `torso_scale=True`.
        streams: The streams side by side on the channel axis, each `coordinates` channels wide.
        confidence: One more channel behind the streams: how sure the source is of each joint,
            1 where it does not say.
        align: "none" leaves coordinates as they are, "root" moves the origin to person 1,
            "facing" also turns person 1 to face the camera (3-D only).
        torso_scale: Scale person 1's trunk to the length 1.
        crop: Share of the valid length kept, from its middle, when nothing is augmented.
        absent: "masked" minds who is there in which frame; "zeros" reproduces the public CTR-GCN
            feeder, which takes an absent person's zeros for a position when it resizes and takes
            frames whose coordinates add up to exactly 0 for missing.
        sides: Whether mirror images are different actions. With "matter", training mirrors no
            clip and evaluation looks at no mirrored view.

    Raises:
        SkelshotError: A value is out of range or unknown, `second_person` does not
            fit `persons` ("none" needs 1, "copy" at least 2), or 2-D clips are to be turned.

    Example:
        >>> InputSpec(layout="kinect-v1", streams=("joint", "bone", "joint-motion")).channels
        9
    """

    described: ClassVar[str] = "input"

    layout: LayoutField
    frames: int = Field(default=64, ge=1, le=10_000)
    persons: int = Field(default=1, ge=1, le=100)
    second_person: SecondPerson = "zero"
    coordinates: Literal[2, 3] = 3
    streams: tuple[Stream, ...] = Field(default=("joint",), min_length=1)
    confidence: bool = False
    align: Align = "facing"
    torso_scale: bool = False
    crop: float = Field(default=1.0, gt=0, le=1)
    absent: Absent = "masked"
    sides: Sides = "ignore"

    @model_validator(mode="before")
    @classmethod
    def _read_earlier(cls, values: Any) -> Any:
        return todays_align(values) if isinstance(values, Mapping) else values

    @model_validator(mode="after")
    def _check_align(self) -> Self:
        if self.coordinates == 2 and self.align == "facing":
            raise ValueError(
                "align: found 'facing' with coordinates=2, expected 'root' or 'none'; 2-D clips "
                "cannot be turned to face the camera"
            )
        return self

    @model_validator(mode="after")
    def _check_second_person(self) -> Self:
        if self.second_person == "none" and self.persons != 1:
            raise ValueError(
                f"second_person: found 'none' with persons={self.persons}, expected persons=1"
            )
        if self.second_person == "copy" and self.persons < 2:
            raise ValueError(
                "second_person: found 'copy' with persons=1, expected persons=2 or more"
            )
        return self

    @property
    def channels(self) -> int:
        """Channels C of the encoder's input: those of the streams, and the confidence."""
        return self.coordinates * len(self.streams) + self.confidence

    @property
    def units(self) -> str:
        """Unit of the clips' coordinates: metres, or pixels."""
        return UNITS[self.coordinates]

    @property
    def axes(self) -> str:
        """Directions of the clips' axes."""
        return AXES[self.coordinates]

    def check_takes(self, coordinates: int) -> None:
        """Refuse clips whose coordinates this input cannot be made of.

        Args:
            coordinates: Coordinates a joint of the clips, 3 or 2.

        Raises:
            SkelshotError: They have fewer than the input; or they are 3-D and would be seen as
                pictures, but size and place are left in the input.

        Example:
            >>> InputSpec(layout="kinect-v1").check_takes(3)
        """
        if coordinates < self.coordinates:
            raise SkelshotError(
                f"coordinates: found {coordinates} a joint in the clip, expected "
                f"{self.coordinates}; set coordinates={coordinates} or read other data"
            )
        if coordinates > self.coordinates and not (self.align == "root" and self.torso_scale):
            raise SkelshotError(
                f"coordinates: found {coordinates} a joint in the clip, expected "
                f"{self.coordinates}; 3-D clips are seen as pictures where align is 'root' and "
                "torso_scale true"
            )

    def channels_of(self, kind: Stream) -> slice:
        """Return which channels of the input hold a stream.

        Args:
            kind: The stream.

        Returns:
            A slice of `coordinates` channels.

        Raises:
            SkelshotError: It is none of the streams.

        Example:
            >>> InputSpec(layout="coco-17", coordinates=2, align="root",
            ...           streams=("joint", "bone")).channels_of("bone")
            slice(2, 4, None)
        """
        if kind not in self.streams:
            raise SkelshotError(
                f"streams: found {', '.join(self.streams)}, expected {kind} among them; set "
                f"input.streams=[{', '.join((kind, *self.streams))}]"
            )
        first = self.streams.index(kind) * self.coordinates
        return slice(first, first + self.coordinates)


def todays_align(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Bring an input specification that was written with `view` into today's form.

    Args:
        inputs: Its values by name, of any version.

    Returns:
        The values with `align` in place of `view`.

    Example:
        >>> todays_align({"frames": 64, "view": "centre"})
        {'frames': 64, 'align': 'root'}
    """
    if "view" not in inputs or "align" in inputs:
        return dict(inputs)
    rest = {name: value for name, value in inputs.items() if name != "view"}
    return rest | {"align": align_of_view(inputs["view"])}


def align_of_view(value: Any) -> Any:
    """Translate a value of `view`, as `align` was called before.

    Args:
        value: The value.

    Returns:
        Today's value; the same where it is none that there was.

    Example:
        >>> align_of_view("view")
        'facing'
    """
    return _ALIGN_BEFORE.get(value, value) if isinstance(value, str) else value


def encode_input(
    sequence: SkeletonSequence,
    spec: InputSpec,
    augmentation: Augmentation | None = None,
    rng: np.random.Generator | None = None,
) -> FloatArray:
    """Turn a clip into an encoder's input.

    In this order: take the first M persons, centre, turn and scale, crop and resize, augment,
    look at 3-D joints with a camera where the input has two coordinates, streams.

    Args:
        sequence: The clip, joints (M', T', V, C').
        spec: What the encoder expects.
        augmentation: Random changes, for training.
        rng: Where their numbers come from; needed with `augmentation`.

    Returns:
        The input (C, T, V, M), float32, contiguous and finite; absent persons are zeros.

    Raises:
        SkelshotError: The clip has another layout than the spec, or coordinates that it cannot
            take, nobody is present in it, a coordinate is not finite, or `rng` is missing.

    Example:
        >>> from skelshot.skeletons.layouts import KINECT_V1
        >>> joints = np.zeros((1, 10, 20, 3), np.float32)
        >>> clip = SkeletonSequence(joints, np.ones((1, 10), bool), KINECT_V1)
        >>> spec = InputSpec(layout="kinect-v1", frames=32, persons=2, streams=("joint", "bone"))
        >>> encode_input(clip, spec).shape
        (6, 32, 20, 2)
    """
    joints, present = _normalised(sequence, spec)
    crop, least = None, None
    if augmentation is not None:
        if rng is None:
            raise SkelshotError("rng: found None, expected a numpy Generator to augment with")
        if crop := augmentation.draw_crop(rng):
            least = augmentation.crop_least_frames
    fraction, start = crop or (spec.crop, 0.5)
    if spec.confidence:  # it goes through time and permutations as one more coordinate
        joints = np.concatenate([joints, _confidence(sequence, present)], axis=3)
    joints, present = crop_and_resize(
        joints, present, spec.frames, fraction, start, spec.absent, least
    )
    if augmentation is not None and rng is not None:
        joints, present = augment(
            joints, present, sequence.layout, augmentation, rng, sequence.channels
        )
    joints, beside = joints[..., : sequence.channels], joints[..., sequence.channels :]
    if sequence.channels > spec.coordinates:
        joints = as_picture(joints, present, sequence.layout)
    streams = [stream(joints, present, sequence.layout, kind) for kind in spec.streams]
    stacked = np.concatenate([*streams, beside], axis=3)
    encoded = np.ascontiguousarray(stacked.transpose(3, 1, 2, 0), dtype=np.float32)
    _check_finite(encoded)  # huge coordinates overflow
    return encoded


def input_moments(
    sequence: SkeletonSequence, spec: InputSpec
) -> tuple[NDArray[np.float64], BoolArray]:
    """Tell which moments of a clip the frames of its encoder's input show.

    Args:
        sequence: The clip, joints (M', T', V, C').
        spec: What the encoder expects.

    Returns:
        Rising moments (T,) in frames of the clip, and who is there at each, (M, T).

    Raises:
        SkelshotError: As `encode_input`.

    Example:
        >>> from skelshot.skeletons.layouts import KINECT_V1
        >>> joints = np.zeros((1, 8, 20, 3), np.float32)
        >>> clip = SkeletonSequence(joints, np.ones((1, 8), bool), KINECT_V1)
        >>> input_moments(clip, InputSpec(layout="kinect-v1", frames=4))[0].tolist()
        [0.5, 2.5, 4.5, 6.5]
    """
    joints, present = _normalised(sequence, spec)
    moments = piece_moments(joints, present, spec.frames, spec.crop, 0.5, spec.absent)
    there = taken_as_present(present, spec.absent)
    return moments, sample_at(joints[:, :, :1, :1], there, moments)[1]


def _normalised(sequence: SkeletonSequence, spec: InputSpec) -> tuple[FloatArray, BoolArray]:
    """Return the persons that are taken, placed, turned and scaled as the spec says."""
    _check_fit(sequence, spec)
    joints, present = _take_persons(sequence, spec)
    _check_finite(joints)
    return _normalise(joints, present, sequence, spec), present


def _check_fit(sequence: SkeletonSequence, spec: InputSpec) -> None:
    if sequence.layout != spec.layout:
        like = "another " if sequence.layout.name == spec.layout.name else ""
        raise SkelshotError(
            f"layout: found a clip of {like}{sequence.layout.name!r}, expected "
            f"{spec.layout.name!r}; read it with an input spec of its own layout, or map "
            "it (map_layout, `skelshot prepare store STORE --layout NAME`)"
        )
    spec.check_takes(sequence.channels)
    if not sequence.present[: spec.persons].any():
        raise SkelshotError(
            f"present: found no frame with one of the first {spec.persons} persons, expected at "
            "least one; leave the clip out"
        )


def _check_finite(joints: FloatArray) -> None:
    if not np.isfinite(joints).all():
        raise SkelshotError(
            "joints: found NaN or infinite coordinates, expected finite ones; fill them with "
            "repair_gaps or leave the clip out"
        )


def _take_persons(sequence: SkeletonSequence, spec: InputSpec) -> tuple[FloatArray, BoolArray]:
    """Return the first persons, with the missing ones filled in as the spec says."""
    joints, present = sequence.joints[: spec.persons], sequence.present[: spec.persons]
    if spec.second_person == "copy" and len(joints) == 1:
        joints, present = np.repeat(joints, 2, axis=0), np.repeat(present, 2, axis=0)
    missing = spec.persons - len(joints)
    if missing:
        joints = np.concatenate([joints, np.zeros((missing, *joints.shape[1:]), joints.dtype)])
        present = np.concatenate([present, np.zeros((missing, present.shape[1]), bool)])
    return zero_absent(joints, present), present


def _confidence(sequence: SkeletonSequence, present: BoolArray) -> FloatArray:
    """Return the confidence of the persons that are taken, (M, T, V, 1), 0 where absent."""
    shape = (*present.shape, sequence.layout.num_joints, 1)
    sure = np.ones(shape, np.float32)
    if sequence.confidence is not None:
        known = sequence.confidence[: len(sure), :, :, None]
        sure[: len(known)] = known
        sure[len(known) :] = known[:1]  # a copied second person
    return zero_absent(sure, present)


def _normalise(
    joints: FloatArray, present: BoolArray, sequence: SkeletonSequence, spec: InputSpec
) -> FloatArray:
    if spec.align != "none":
        joints = centre(joints, present, sequence.layout)
    if spec.align == "facing":
        joints = align_view(joints, present, sequence.layout)
    if spec.torso_scale:
        joints = scale_to_torso(joints, present, sequence.layout)
    return joints
