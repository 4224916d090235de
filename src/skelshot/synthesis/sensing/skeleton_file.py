"""Writes NTU's `.skeleton` text."""

import numpy as np
from numpy.typing import NDArray

from skelshot.ground import SkelshotError
from skelshot.ground.compiled import compiled
from skelshot.synthesis.sensing.number_text import WIDEST, put_integer, put_number
from skelshot.synthesis.sensing.sensed import SensedClip

_BODY_BYTES = 25 * (12 * WIDEST + 12) + 9 * WIDEST + 40


def skeleton_text(sensed: SensedClip) -> bytes:
    """Write a clip as the text of a `.skeleton` file.

    The number of frames; per frame, the number of bodies; per body, a line of ten fields, the
    number of joints, and a line of twelve fields for each joint: x, y, z in metres, its pixel in
    the depth and in the colour picture, its orientation w, x, y, z, and its tracking state.
    Numbers have single precision and up to seven digits, as in the original files; lines end
    with a line feed.

    Args:
        sensed: The clip.

    Returns:
        The file's content, ASCII.

    Raises:
        SkelshotError: A body's frames are not rising or lie outside the clip.
    """
    bodies = sensed.bodies
    for body in bodies:
        index = body.frame_index
        if len(index) and (
            index[0] < 0 or index[-1] >= sensed.frames or (np.diff(index) < 1).any()
        ):
            raise SkelshotError(
                f"body {body.body_id}: found frames that are not rising within 0 to "
                f"{sensed.frames - 1}; give each frame once"
            )
    if not bodies:
        return (f"{sensed.frames}\n" + "0\n" * sensed.frames).encode()
    lengths = [len(body.frame_index) for body in bodies]
    rows = sum(lengths)
    numbers = np.empty((rows, 25, 11), np.float32)
    first = 0
    for body, length in zip(bodies, lengths, strict=True):
        part = numbers[first : first + length]
        part[..., 0:3], part[..., 3:5], part[..., 5:7] = body.joints, body.depth, body.colour
        part[..., 7:11] = body.orientations
        first += length
    frames = np.concatenate([body.frame_index for body in bodies])
    order = np.argsort(frames, kind="stable")
    counts = np.bincount(frames, minlength=sensed.frames)
    text = np.empty(rows * _BODY_BYTES + 12 * (sensed.frames + 1), np.uint8)
    used = _write(
        counts,
        order,
        np.repeat(np.array([body.body_id for body in bodies]), lengths),
        np.concatenate([body.fields for body in bodies]).astype(np.float32),
        numbers,
        np.concatenate([body.states for body in bodies]),
        text,
    )
    return text[:used].tobytes()


@compiled
def _write(
    counts: NDArray[np.int64],
    order: NDArray[np.int64],
    ids: NDArray[np.int64],
    fields: NDArray[np.float32],
    numbers: NDArray[np.float32],
    states: NDArray[np.uint8],
    text: NDArray[np.uint8],
) -> int:  # pragma: no cover - compiled
    space, line = np.uint8(32), np.uint8(10)
    at = put_integer(len(counts), text, 0)
    text[at] = line
    at += 1
    place = 0
    for frame in range(len(counts)):
        at = put_integer(counts[frame], text, at)
        text[at] = line
        at += 1
        for _ in range(counts[frame]):
            row = order[place]
            place += 1
            at = put_integer(ids[row], text, at)
            for field in range(9):
                text[at] = space
                at = put_number(fields[row, field], text, at + 1)
            text[at], text[at + 1], text[at + 2], text[at + 3] = line, 50, 53, line
            at += 4
            for joint in range(25):
                for number in range(11):
                    at = put_number(numbers[row, joint, number], text, at)
                    text[at] = space
                    at += 1
                text[at] = 48 + states[row, joint]
                text[at + 1] = line
                at += 2
    return at
