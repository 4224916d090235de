"""One pass over the bytes of an NTU `.skeleton` file, compiled."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skelshot.datasets.ntu.numbers import (
    at_field_end,
    number,
    pass_blanks,
    pass_line_end,
    pass_number,
    set_aside,
    whole_number,
)
from skelshot.datasets.ntu.text_bytes import byte_at
from skelshot.ground.compiled import compiled
from skelshot.skeletons.sequence import FloatArray, IntArray

JOINTS = 25
BODY_FIELDS = 10
JOINT_FIELDS = 12
KEPT = 5
"""Numbers of a joint that are kept: x, y, z and its position in the colour picture."""

FARTHEST = 100.0
"""Metres; a Kinect v2 sees 8 m far."""

MAX_BODIES = 6
"""How many people a Kinect v2 follows at once."""

BODY_BYTES = (BODY_FIELDS * 2) + len("25\n") + JOINTS * JOINT_FIELDS * 2
"""The fewest bytes in which a body can be written, one digit a field."""

DONE, FRAME_COUNT, BODY_COUNT, BODY, JOINT_COUNT, JOINT, TWICE, EXTRA, FULL = range(9)
"""What a scan ended with: all read; the kind of line that is wrong; an id given twice in one
frame; text after the last frame; no room for more marks."""


class Columns(NamedTuple):
    """What a scan fills, one row a body and frame.

    Args:
        ids: Body ids (n,).
        times: Frame numbers (n,).
        joints: Camera-space coordinates in metres, (n, 25, 3) laid out flat.
        colour: Positions in the colour picture, (n, 25, 2) laid out flat.
        states: Tracking states (n, 25).
        marks: Fields set aside (m, 2), as `set_aside` notes them. Their targets are
            (row * 25 + joint) * 5 + number kept, or -1 for fields that are not kept.
    """

    ids: IntArray
    times: IntArray
    joints: FloatArray
    colour: FloatArray
    states: NDArray[np.uint8]
    marks: IntArray


class Scanned(NamedTuple):
    """How far a scan came.

    Args:
        code: `DONE`, or what is wrong.
        line: The line that was read last, from 1.
        frames: Number of frames announced.
        frame: Frame of that line, from 0.
        body: Body within that frame, from 0.
        joint: Joint within that body, from 0.
        rows: Bodies read, all frames together.
        far: Coordinates beyond `FARTHEST`, those set aside not counted.
    """

    code: int
    line: int
    frames: int
    frame: int
    body: int
    joint: int
    rows: int
    far: int


@compiled
def _count(at: int) -> tuple[int, int]:
    """Read a line of one whole number; the place is -1 where it is not that."""
    at, value = whole_number(pass_blanks(at))
    return (pass_line_end(at) if value >= 0 else -1), value


@compiled
def _pass_fields(at: int, count: int, marks: IntArray) -> int:
    """Pass over numbers that are not kept; -1 if there are fewer."""
    for _ in range(count):
        start = pass_blanks(at)
        at, good = pass_number(start)
        if not (good and at_field_end(at)):
            at = set_aside(start, -1, marks)
            if at < 0:
                return -1
    return at


@compiled
def _body(at: int, marks: IntArray) -> tuple[int, int]:
    """Read a body's line: its id; the place is -1 where the line is not as it should be."""
    at, body_id = whole_number(pass_blanks(at))
    if body_id < 0 or not at_field_end(at):
        return -1, body_id
    at = _pass_fields(at, BODY_FIELDS - 1, marks)
    return (pass_line_end(at) if at >= 0 else -1), body_id


@compiled
def _joint(
    at: int, unit: int, joints: FloatArray, colour: FloatArray, marks: IntArray
) -> tuple[int, int]:
    """Read a joint's line: its state; the place is -1 where the line is not as it should be."""
    for column in range(KEPT):
        if column == 3:  # two columns of the depth picture come between
            at = _pass_fields(at, 2, marks)
            if at < 0:
                return -1, 0
        start = pass_blanks(at)
        at, value, good = number(start)
        if not (good and at_field_end(at)):
            at = set_aside(start, unit * KEPT + column, marks)
            if at < 0:
                return -1, 0
        if column < 3:
            joints[unit * 3 + column] = value
        else:
            colour[unit * 2 + column - 3] = value
    at = _pass_fields(at, 4, marks)
    if at < 0:
        return -1, 0
    at, state = whole_number(pass_blanks(at))
    return (pass_line_end(at) if 0 <= state <= 2 else -1), state


@compiled
def scan(  # noqa: PLR0911, PLR0912 - one loop in one function; each return is one thing wrong
    start: int,
    size: int,
    ids: IntArray,
    times: IntArray,
    joints: FloatArray,
    colour: FloatArray,
    states: NDArray[np.uint8],
    marks: IntArray,
) -> tuple[int, int, int, int, int, int, int, int]:
    """Read a file's numbers.

    Fields that need more care than a fast conversion, or are no decimal numbers (such as
    `nan`), are set aside and left to the caller.

    Args:
        start: The address of the first byte of a text from `padded`, which the caller keeps.
        size: The number of its bytes.
        ids: As in `Columns`; all have room for as many rows as the text can hold.
        times: Likewise.
        joints: Likewise.
        colour: Likewise.
        states: Likewise.
        marks: Likewise; the code is `FULL` if it has too little room.

    Returns:
        The values of `Scanned`.
    """
    end = start + size
    marks[0, 0], marks[0, 1] = 0, start
    row, line, far = 0, 1, 0
    at, frames = _count(start)
    if at < 0 or frames < 1:
        return FRAME_COUNT, line, 0, 0, 0, 0, row, far
    for frame in range(frames):
        line += 1
        at, bodies = _count(at)
        if at < 0 or bodies > MAX_BODIES:
            return BODY_COUNT, line, frames, frame, 0, 0, row, far
        for body in range(bodies):
            line += 1
            at, body_id = _body(at, marks)
            if at < 0:
                return BODY, line, frames, frame, body, 0, row, far
            for other in range(row - body, row):
                if ids[other] == body_id:
                    return TWICE, line, frames, frame, body, 0, row, far
            ids[row], times[row] = body_id, frame
            line += 1
            at, count = _count(at)
            if at < 0 or count != JOINTS:
                return JOINT_COUNT, line, frames, frame, body, 0, row, far
            for joint in range(JOINTS):
                line += 1
                unit = row * JOINTS + joint
                at, state = _joint(at, unit, joints, colour, marks)
                if at < 0:
                    return JOINT, line, frames, frame, body, joint, row, far
                states[row, joint] = state
                for axis in range(3):
                    far += abs(joints[unit * 3 + axis]) > FARTHEST
            row += 1
    line += 1
    while at < end and at_field_end(at):
        line += byte_at(at) == 10
        at += 1
    if at < end:
        return EXTRA, line, frames, frames, 0, 0, row, far
    if marks[0, 0] >= len(marks):
        return FULL, line, frames, frames, 0, 0, row, far
    return DONE, line, frames, frames, 0, 0, row, far
