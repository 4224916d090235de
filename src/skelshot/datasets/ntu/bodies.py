"""From the tracked bodies of an NTU RGB+D file to the persons of a clip."""

import numpy as np

from skelshot.datasets.checks import presence_of
from skelshot.datasets.clips import BadClip
from skelshot.datasets.ntu.actors import Part, share_out
from skelshot.datasets.ntu.body_options import EVERY_LEGACY, BodyOptions, Denoise, Legacy
from skelshot.datasets.ntu.denoise import denoise
from skelshot.datasets.ntu.raw import RawBody, RawClip
from skelshot.skeletons.layouts import KINECT_V2
from skelshot.skeletons.sensor_layouts import KINECT_COLOUR
from skelshot.skeletons.sequence import BoolArray, IntArray, SkeletonSequence

__all__ = ["EVERY_LEGACY", "BodyOptions", "Denoise", "Legacy", "assemble"]

_SURENESS = (np.arange(256) / np.float32(2)).clip(0, 1).astype(np.float32)
"""Confidence of each tracking state: not tracked, inferred, tracked."""


def assemble(raw: RawClip, options: BodyOptions) -> SkeletonSequence:
    """Turn what a file says into a clip: filter its tracks and join them into persons.

    Persons are ordered by motion. Coordinates stay as read (metres, camera space). A person is
    present in the frames in which one of their tracks is listed with any coordinate that is not
    zero. Frames with nobody are left out, and `frame_index` keeps the file's numbers.

    Args:
        raw: All bodies of a file, with the frames in which they occur.
        options: What is filtered, how tracks are joined, and which old flaws are reproduced.

    Returns:
        The clip: joints (M, T, 25, 3), M from 1 to `options.persons`; `pixels` (M, T, 25, 2)
        from the colour columns, zero for absent persons and NaN where the file has NaN;
        `confidence` (M, T, 25): 1 for tracked joints, 0.5 for inferred ones, 0 for others.

    Raises:
        BadClip: No body is listed in any frame, or all coordinates are zero.

    Example:
        >>> body = RawBody(
        ...     7, np.array([0, 1, 3]), np.ones((3, 25, 3), np.float32),
        ...     np.ones((3, 25, 2), np.float32), np.full((3, 25), 2, np.uint8),
        ... )
        >>> clip = assemble(RawClip(5, (body,)), BodyOptions())
        >>> clip.joints.shape, clip.frame_index.tolist()
        ((1, 3, 25, 3), [0, 1, 3])
    """
    if not raw.bodies:
        raise BadClip(f"found no body in any of {raw.frames} frames, expected at least one")
    if len(raw.bodies) == 1:
        clip = _alone(raw.bodies[0], "sum-zero" in options.legacy)
    else:
        clip = _together(raw, options)
    if not clip.present.any():
        raise BadClip("all coordinates are zero: no skeleton was recorded")
    return clip


def _alone(body: RawBody, as_listed: bool) -> SkeletonSequence:
    """Return the clip of a file with one track, which nothing filters."""
    seen = _seen(body)
    joints, colour, states = body.joints, body.colour, body.states
    frame_index = body.frame_index
    if not as_listed and not seen.all():
        joints, colour, states = joints[seen], colour[seen], states[seen]
        frame_index = frame_index[seen]
    return SkeletonSequence(
        joints[np.newaxis],
        np.ones((1, len(frame_index)), bool),
        KINECT_V2,
        frame_index,
        _SURENESS[states][np.newaxis],
        colour[np.newaxis],
        KINECT_COLOUR,
    )


def _together(raw: RawClip, options: BodyOptions) -> SkeletonSequence:
    """Return the clip of a file with several tracks."""
    listed = _listed_frames(raw)
    shifted = "time-shift" in options.legacy
    parts = [Part(body, _rows(body, listed, shifted)) for body in denoise(raw.bodies, options)]
    if options.denoise == "none":
        persons = [[part] for part in parts[: options.persons]]
    else:
        persons = share_out(parts, options.persons, "second-hull" in options.legacy)
    count = len(persons)
    if "empty-second" in options.legacy and len(parts) > 1:
        count = options.persons
    sum_zero = "sum-zero" in options.legacy
    return _laid_down(persons, (count, len(listed)), listed, sum_zero)


def _laid_down(
    persons: list[list[Part]], shape: tuple[int, int], listed: IntArray, sum_zero: bool
) -> SkeletonSequence:
    """Lay the tracks into arrays of `shape` (M, T) and leave out the frames with nobody."""
    joints = np.zeros((*shape, KINECT_V2.num_joints, 3), np.float32)
    colour = np.zeros((*shape, KINECT_V2.num_joints, 2), np.float32)
    sureness = np.zeros((*shape, KINECT_V2.num_joints), np.float32)
    present = np.zeros(shape, bool)
    written = np.zeros(shape, bool)
    for person, parts in enumerate(persons):
        for part in parts:
            body, rows = part.body, part.rows
            joints[person, rows] = body.joints
            colour[person, rows] = body.colour
            sureness[person, rows] = _SURENESS[body.states]
            present[person, rows] = _seen(body)
            written[person, rows] = True
    if sum_zero:
        flat = joints.reshape(*shape, -1)
        present = np.not_equal(flat.sum(axis=2), 0)
        kept = np.not_equal(np.hstack(list(flat)).sum(axis=1), 0)
    else:
        kept = present.any(axis=0)
    absent = written & ~present
    if absent.any():
        for array in (joints, colour, sureness):
            array[absent] = 0
    if not kept.all():
        listed = listed[kept]
        joints, colour, sureness = joints[:, kept], colour[:, kept], sureness[:, kept]
        present = present[:, kept]
    return SkeletonSequence(joints, present, KINECT_V2, listed, sureness, colour, KINECT_COLOUR)


def _listed_frames(raw: RawClip) -> IntArray:
    """Return the frames in which any body is listed: the clip's rows before cleaning."""
    listed = np.zeros(raw.frames, bool)
    for body in raw.bodies:
        listed[body.frame_index] = True
    return np.flatnonzero(listed)


def _rows(body: RawBody, listed: IntArray, shifted: bool) -> IntArray:
    """Return the rows (n,) that a track fills: its own, or closed up to be without gaps."""
    if shifted:
        first = int(np.searchsorted(listed, body.frame_index[0]))
        return np.arange(first, first + len(body.frame_index))
    return np.searchsorted(listed, body.frame_index)


def _seen(body: RawBody) -> BoolArray:
    """Tell the frames (n,) of a track in which any coordinate is not zero."""
    root = body.joints[:, KINECT_V2.root, 0]
    if root.all():  # no need to look at the others
        return np.ones(len(root), bool)
    seen: BoolArray = presence_of(body.joints[np.newaxis])[0]
    return seen
