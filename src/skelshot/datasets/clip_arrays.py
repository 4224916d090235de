"""The arrays of one clip as a raw file holds them, checked and put together."""

from collections.abc import Mapping

import numpy as np

from skelshot.datasets.checks import presence_of
from skelshot.datasets.clips import BadClip
from skelshot.datasets.field_values import described, numbers_of, whole_number_of
from skelshot.datasets.reading_options import ReadingOptions
from skelshot.ground import SkelshotError
from skelshot.skeletons.layouts import SkeletonLayout
from skelshot.skeletons.length_units import METRES
from skelshot.skeletons.sequence import BoolArray, FloatArray, IntArray, SkeletonSequence
from skelshot.skeletons.unseen import confidence_scale

ARRAYS = ("joints", "present", "confidence", "pixels", "frame_index", "picture_size", "rate")
"""What `sequence_from` puts together; only the first is needed."""

AXES = "(persons, frames, joints, coordinates)"
"""The axes of coordinates in every raw file and in every clip."""

MOST_PERSONS = 1000
"""Of more than this, the first axis counts something else than persons."""

LAST_FRAME = 2**53
"""Frame numbers are smaller than this, so that interpolation over them is exact."""

HIGHEST_SCORE = 2.0
"""Pose models go a little over 1; a confidence beyond this is on another scale."""

LOWEST_SCORE = -0.1
"""Peaks of heat maps go a little below 0; less, other than the mark -1, is no share of 1."""


def sequence_from(
    arrays: Mapping[str, object],
    layout: SkeletonLayout,
    reading: ReadingOptions | None = None,
    names: Mapping[str, str] | None = None,
) -> SkeletonSequence:
    """Put the arrays of a clip together and check that they fit.

    Args:
        arrays: `joints` (M, T, V, C) and those of the others of `ARRAYS` there are; for one
            person the first axis may be left out of all of them.
        layout: Names the V joints.
        reading: Units, meaning of the third channel and scale of confidences.
        names: What the file calls an array, where it is not our name for it.

    Returns:
        The clip, with coordinates as float32 and zeros where a person is absent. A confidence that
        is NaN stays NaN, see `skelshot.datasets.prepared_clip.as_told`.

    Raises:
        BadClip: An array is missing, of the wrong kind, or its shape does not fit.
    """
    reading, names = reading or ReadingOptions(), names or {}
    name = {field: names.get(field, field) for field in ARRAYS}
    given = {field: array for field, array in arrays.items() if array is not None}
    joints, confidence = _joints_and_confidence(given, name, layout, reading)
    present = _present(given.get("present"), joints)
    pixels = given.get("pixels")
    size = given.get("picture_size")
    try:
        if present.shape == joints.shape[:2]:
            joints = np.where(present[..., np.newaxis, np.newaxis], joints, np.float32(0))
        return SkeletonSequence(
            joints,
            present,
            layout,
            frame_index=_frame_index(given.get("frame_index")),
            confidence=confidence,
            pixels=None if pixels is None else _persons_first(numbers_of(pixels, "pixels"), 4),
            picture_size=None if size is None else picture_size_of(size, "picture_size"),
            rate=None if given.get("rate") is None else _rate(given["rate"]),
        )
    except BadClip:
        raise
    except SkelshotError as error:
        raise BadClip(str(error)) from error


def picture_size_of(value: object, field: str) -> tuple[int, int]:
    """Return two sides of a picture, in the order in which they are written.

    Args:
        value: Two whole numbers, as a tuple, list or array; a third (an array's colours) may
            follow.
        field: Its name, for the error message.

    Returns:
        The two sides.

    Raises:
        BadClip: It is anything else, or a side is not positive.

    Example:
        >>> picture_size_of(np.array([1080.0, 1920.0]), "img_shape")
        (1080, 1920)
    """
    sides = value
    if isinstance(value, np.ndarray) and value.size in (2, 3):  # MATLAB's rows have two axes
        sides = value.ravel().tolist()
    if not isinstance(sides, (list, tuple)) or len(sides) not in (2, 3):
        raise BadClip(f"{field}: found {described(value)}, expected two numbers of pixels")
    first, second = (whole_number_of(side, field) for side in sides[:2])
    if not first or not second:
        raise BadClip(f"{field}: found {first} x {second} pixels, expected a picture's sides")
    return first, second


def misfit_of_axes(shape: tuple[int, ...], layout: SkeletonLayout) -> str:
    """Say how the shape of coordinates departs from what it should be.

    Args:
        shape: What was found.
        layout: Names the V joints.

    Returns:
        A phrase with the shape, the axes expected, and the axis that looks like the joints.

    Example:
        >>> from skelshot.skeletons.layouts import KINECT_V2
        >>> misfit_of_axes((40, 25, 2, 3), KINECT_V2).partition("; ")[2]
        'axis 1 looks like the joints: bring the axes into the order (persons, frames, joints, \
coordinates)'
    """
    joints = layout.num_joints
    phrase = (
        f"found shape {shape}, expected (persons, frames, {joints}, 2 or 3) for the layout "
        f"{layout.name!r}"
    )
    like_joints = [axis for axis, size in enumerate(shape) if size == joints]
    like_coordinates = [axis for axis, size in enumerate(shape) if size in (2, 3)]
    if shape[-2:] == (joints, 4) or (shape[-2:-1] == (joints,) and not like_coordinates):
        return (
            f"{phrase}; each joint has {shape[-1]} numbers: keep x and y in pixels or x, y and z "
            "in metres, and give how sure they are as the confidence"
        )
    if not like_joints:
        hint = f"no axis has {joints} joints"
        if shape[-1:] in ((2 * joints,), (3 * joints,)):
            hint = "the last axis looks like joints times coordinates: reshape it into two axes"
        return f"{phrase}; {hint}"
    looks = f"axis {like_joints[0]} looks like the joints"
    if len(like_coordinates) == 1:
        looks += f" and axis {like_coordinates[0]} like the coordinates"
    return f"{phrase}; {looks}: bring the axes into the order {AXES}"


def _joints_and_confidence(
    given: Mapping[str, object],
    name: Mapping[str, str],
    layout: SkeletonLayout,
    reading: ReadingOptions,
) -> tuple[FloatArray, FloatArray | None]:
    """Return joints (M, T, V, C) in metres or pixels, and confidences (M, T, V) in [0, 1]."""
    if "joints" not in given:
        raise BadClip(f"{name['joints']}: missing, expected coordinates {AXES}")
    joints = _joints(given["joints"], name["joints"], layout)
    confidence: FloatArray | None = None
    if "confidence" in given:
        confidence = _confidence(given["confidence"], name["confidence"], reading.score_scale)
        if confidence.shape != joints.shape[:3]:
            raise BadClip(
                f"{name['confidence']}: found shape {confidence.shape}, expected {joints.shape[:3]}"
            )
    if reading.third_channel == "score":
        if confidence is not None:
            raise BadClip(
                f"{name['confidence']}: found beside a third channel that was said to be a score; "
                "leave out --third-channel score"
            )
        joints, confidence = _without_score(joints, name["joints"], reading.score_scale)
    _refuse_idle_options(reading, joints.shape[3], confidence is not None)
    if joints.shape[3] == 3:
        joints = joints * np.float32(METRES[reading.units])
    return joints, confidence


def _refuse_idle_options(reading: ReadingOptions, channels: int, has_confidence: bool) -> None:
    """Refuse options that were given and would do nothing to this clip."""
    told = reading.changed()
    if channels == 2 and "units" in told:
        raise BadClip("units: found 2 coordinates, which are pixels; leave out --units")
    for option in ("min_confidence", "score_scale"):
        if option in told and not has_confidence:
            name = option.replace("_", "-")
            raise BadClip(f"confidence: missing, so that --{name} says nothing; leave it out")


def _joints(value: object, name: str, layout: SkeletonLayout) -> FloatArray:
    joints = numbers_of(value, name)
    if joints.ndim not in (3, 4):
        misfit = misfit_of_axes(joints.shape, layout).partition("; ")[2]
        raise BadClip(
            f"{name}: found shape {joints.shape}, expected (M, T, V, C) or (T, V, C), that is "
            f"{AXES}; {misfit}"
        )
    joints = _persons_first(joints, 4)
    if joints.shape[2] != layout.num_joints or joints.shape[3] not in (2, 3):
        raise BadClip(f"{name}: {misfit_of_axes(joints.shape, layout)}")
    if joints.shape[0] > MOST_PERSONS:
        raise BadClip(
            f"{name}: found {joints.shape[0]} persons, expected at most {MOST_PERSONS}; bring the "
            f"axes into the order {AXES}"
        )
    return joints


def _persons_first(array: FloatArray, axes: int) -> FloatArray:
    return array[np.newaxis] if array.ndim == axes - 1 else array


def _confidence(value: object, name: str, scale: float) -> FloatArray:
    """Return confidences (M, T, V) in [0, 1]; NaN, which says nothing of the joint, stays."""
    scores = numbers_of(value, name)
    if scores.ndim in (3, 4) and scores.shape[-1] == 1:
        scores = scores[..., 0]
    return _scaled(_persons_first(scores, 3), name, scale)


def _scaled(scores: FloatArray, name: str, scale: float) -> FloatArray:
    known = scores[np.isfinite(scores) & (scores != -1)]
    lowest, highest = float(known.min(initial=0)), float(known.max(initial=0))
    if lowest / scale < LOWEST_SCORE:
        raise BadClip(
            f"{name}: reaches down to {lowest:.4g}, expected 0 to {scale:.4g}, or -1 for unseen "
            "joints; turn logits into probabilities first"
        )
    if scale == 1 and confidence_scale(known).name == "flags":
        raise BadClip(
            f"{name}: found only whole numbers up to 2, which looks like 0 absent, 1 hidden and 2 "
            "seen, expected 0 to 1; say --score-scale 2 when they are"
        )
    if highest / scale > HIGHEST_SCORE:
        raise BadClip(
            f"{name}: reaches {highest:.4g}, expected 0 to {scale:.4g}; when a certain joint has "
            "another value, such as 100 or 255, give it with --score-scale"
        )
    scaled: FloatArray = np.clip(scores / np.float32(scale), 0, 1)
    return scaled


def _without_score(joints: FloatArray, name: str, scale: float) -> tuple[FloatArray, FloatArray]:
    if joints.shape[3] != 3:
        raise BadClip(
            f"{name}: found {joints.shape[3]} coordinates, so no third channel; leave out "
            "--third-channel score"
        )
    confidence = _scaled(joints[..., 2], name, scale)
    return np.ascontiguousarray(joints[..., :2]), confidence


def _present(value: object, joints: FloatArray) -> BoolArray:
    if value is None:
        return presence_of(joints)
    if not isinstance(value, np.ndarray) or value.dtype.kind not in "biu":
        raise BadClip(f"present: found {described(value)}, expected true and false")
    present = value.astype(bool)
    return present[np.newaxis] if present.ndim == 1 else present


def _rate(value: object) -> float:
    rates = numbers_of(value, "rate")
    if rates.size != 1:
        raise BadClip(f"rate: found {described(value)}, expected one number, frames a second")
    return float(rates.ravel()[0])


def _frame_index(value: object) -> IntArray | None:
    if value is None:
        return None
    expected = "frame_index: expected whole numbers that rise from frame to frame"
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":  # as MATLAB has all numbers
        whole = np.isfinite(value).all() and (value == np.round(value)).all()
        value = value.astype(np.int64) if whole and (abs(value) < LAST_FRAME).all() else value
    if not isinstance(value, np.ndarray) or value.dtype.kind not in "iu" or value.ndim != 1:
        raise BadClip(f"{expected}, found {described(value)}")
    if value.size and not -LAST_FRAME < value.min() <= value.max() < LAST_FRAME:
        raise BadClip(f"{expected}, found {value.min()} to {value.max()}")
    times = value.astype(np.int64)
    if (np.diff(times) <= 0).any():
        raise BadClip(expected)
    return times
