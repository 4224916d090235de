"""An NTU `.skeleton` file's text into bodies, or what is wrong with it and where."""

import re
from collections.abc import Iterator

import numpy as np

from skelshot.datasets.clips import BadClip
from skelshot.datasets.ntu.explain import explain
from skelshot.datasets.ntu.number_words import number_in
from skelshot.datasets.ntu.raw import RawBody, RawClip
from skelshot.datasets.ntu.scan import (
    BODY_BYTES,
    DONE,
    FARTHEST,
    FULL,
    JOINTS,
    KEPT,
    Columns,
    Scanned,
    scan,
)
from skelshot.datasets.ntu.text_bytes import padded
from skelshot.skeletons.sequence import IntArray

_MARKS = 4096
MOST_MARKS = 1 << 20
"""The most fields that are no plain decimal numbers, such as `nan`: 300 frames of six bodies have
540,000 fields."""

_AT_A_TIME = 1 << 16
_FIELD = re.compile(rb"[^ \t\r\n]*")


def parse_skeleton(text: bytes) -> RawClip:
    r"""Read the text of a `.skeleton` file.

    The text is a line with the number of frames; per frame a line with the number of bodies (0
    to 6); per body a line of ten fields that begins with the id, a line with the number of
    joints (25), and a line of twelve fields a joint: x, y, z in metres, the position in the
    depth and in the colour picture, a quaternion and the tracking state (0, 1 or 2). Line ends
    may be those of Windows; blanks and line ends after the last line are passed over. Numbers
    are decimal, or infinite or NaN in any spelling of the common C libraries; each coordinate
    becomes the float32 nearest to the double nearest to what is written.

    Args:
        text: All bytes of the file.

    Returns:
        The bodies with their true frame numbers.

    Raises:
        BadClip: Anything else, with its line. A file that was cut off anywhere is found out,
            because its last field is one digit long; only its last line end may be missing.

    Example:
        >>> joint = b"0.5 0.25 3 1 2 960 540 1 0 0 0 2\n"
        >>> body = b"72057594037931101 0 1 1 1 1 0 0.02 0.05 2\n25\n" + 25 * joint
        >>> clip = parse_skeleton(b"2\n0\n1\n" + body)
        >>> clip.frames, clip.bodies[0].body_id, clip.bodies[0].frame_index.tolist()
        (2, 72057594037931101, [1])
        >>> parse_skeleton(b"2\n0\n")
        Traceback (most recent call last):
        ...
        skelshot.datasets.clips.BadClip: frame 2 of 2: the file ends here, expected ...
    """
    columns, found = _scanned(text)
    if found.code == FULL:
        raise BadClip(f"found more than {MOST_MARKS} fields that are no plain decimal numbers")
    if found.code != DONE:
        raise explain(text, found)
    if found.rows == 0:
        raise BadClip(f"no body in any of {found.frames} frames", 1)
    if columns.marks[0, 0]:
        _fill_marked(text, columns)
    if found.far or columns.marks[0, 0]:
        _check_near(columns, found.rows)
    return RawClip(found.frames, _bodies(columns, found.rows))


def _scanned(text: bytes) -> tuple[Columns, Scanned]:
    """Scan the text into arrays that are large enough."""
    rows = len(text) // BODY_BYTES + 2
    laid_out = padded(text)
    for marks in (_MARKS, min(len(text), MOST_MARKS) + 2):
        columns = Columns(
            ids=np.empty(rows, np.int64),
            times=np.empty(rows, np.int64),
            joints=np.empty(rows * JOINTS * 3, np.float32),
            colour=np.empty(rows * JOINTS * 2, np.float32),
            states=np.empty((rows, JOINTS), np.uint8),
            marks=np.empty((marks, 2), np.int64),
        )
        found = Scanned(*scan(laid_out.ctypes.data, len(laid_out), *columns))
        if found.code != FULL:
            break
    return columns, found


def _fill_marked(text: bytes, columns: Columns) -> None:
    """Convert the fields that the scan set aside."""
    with np.errstate(over="ignore"):  # what float32 cannot hold becomes infinite: a gap
        for target, start in _marked(columns):
            match = _FIELD.match(text, start)
            field = match.group() if match else b""
            value = number_in(field)
            if value is None:
                line = text.count(b"\n", 0, start) + 1
                raise BadClip(f"found {_shown(field)}, expected a number", line)
            unit, column = divmod(target, KEPT)
            if target >= 0 and column < 3:
                columns.joints[unit * 3 + column] = np.float32(value)
            elif target >= 0:
                columns.colour[unit * 2 + column - 3] = np.float32(value)


def _marked(columns: Columns) -> Iterator[tuple[int, int]]:
    """Yield target and place of each field set aside, from few lists at a time."""
    end = int(columns.marks[0, 0]) + 1
    for first in range(1, end, _AT_A_TIME):
        yield from columns.marks[first : min(first + _AT_A_TIME, end)].tolist()


def _shown(field: bytes) -> str:
    return repr(field[:30].decode("latin-1"))


def _check_near(columns: Columns, rows: int) -> None:
    """Refuse coordinates that no sensor gives; infinite ones are gaps."""
    joints = columns.joints[: rows * JOINTS * 3].reshape(rows, JOINTS, 3)
    far = (np.abs(joints) > FARTHEST) & np.isfinite(joints)
    if not far.any():
        return
    row, joint, axis = np.argwhere(far)[0].tolist()
    line = 1 + (columns.times[row] + 1) + row * (2 + JOINTS) + 2 + joint + 1
    value = float(joints[row, joint, axis])
    raise BadClip(
        f"frame {columns.times[row] + 1}, joint {joint + 1}: {'xyz'[axis]} is {value:.6g} m, "
        f"expected at most {FARTHEST:g} m",
        int(line),
    )


def _bodies(columns: Columns, rows: int) -> tuple[RawBody, ...]:
    """Put together the rows of each id, in the order in which the ids first occur."""
    ids = columns.ids[:rows]
    if (ids == ids[0]).all():
        return (_body(columns, slice(rows)),)
    _, first, number, counts = np.unique(
        ids, return_index=True, return_inverse=True, return_counts=True
    )
    grouped = np.split(np.argsort(number, kind="stable"), np.cumsum(counts)[:-1])
    return tuple(_body(columns, grouped[k]) for k in np.argsort(first).tolist())


def _body(columns: Columns, rows: IntArray | slice) -> RawBody:
    """Copy a body's rows out of the columns, which have room for many more."""
    return RawBody(
        body_id=int(columns.ids[rows][0]),
        frame_index=columns.times[rows].copy(),
        joints=columns.joints.reshape(-1, JOINTS, 3)[rows].copy(),
        colour=columns.colour.reshape(-1, JOINTS, 2)[rows].copy(),
        states=columns.states[rows].copy(),
    )
