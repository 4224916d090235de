"""An NTU `.skeleton` file's text into its tracked bodies, or what is wrong with it and where."""

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skelshot.datasets.clips import BadClip
from skelshot.datasets.ntu.scan import (
    BODY,
    BODY_COUNT,
    BODY_FIELDS,
    DONE,
    FARTHEST,
    FRAME_COUNT,
    JOINT,
    JOINT_COUNT,
    JOINT_FIELDS,
    JOINTS,
    MAX_BODIES,
    MOST_MARKS,
    TWICE,
    Scan,
    scan,
)
from skelshot.skeletons.sequence import FloatArray, IntArray

_FIELD = re.compile(rb"[^ \t\r\n]*")
_DECIMAL = re.compile(rb"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_NAN = re.compile(rb"[+-]?(?:nan(?:\([a-z]*\))?|1\.#(?:qnan|snan|ind)0*)", re.IGNORECASE)
_INFINITE = re.compile(rb"([+-]?)(?:inf(?:inity)?|1\.#inf0*)", re.IGNORECASE)
_OTHER_FILES = {
    rb"\x1f\x8b": "gzip data: unpack it first",
    rb"PK\x03\x04": "a zip archive: give it the ending .zip or unpack it",
    rb"7z\xbc\xaf\x27\x1c": "a 7z archive: unpack it first",
    rb"Rar!": "a rar archive: unpack it first",
    rb"BZh": "bzip2 data: unpack it first",
    rb"\xfd7zXZ": "xz data: unpack it first",
    rb"\xef\xbb\xbf": "text with a byte-order mark: save it as plain ASCII",
    rb"\xff\xfe|\xfe\xff|[0-9]\x00|\x00[0-9]": "UTF-16 text: save it as plain ASCII",
    rb"RIFF": "a video or sound file",
    rb"version https://git-lfs": "a Git LFS pointer: fetch the file itself",
    rb"\s*<": "a web page, perhaps an error message of the download site: fetch the file again",
}


@dataclass(frozen=True, eq=False)
class RawBody:
    """One tracked body: all frames in which its id occurs.

    Args:
        body_id: The sensor's own number of the track, exact (17 to 18 digits).
        frame_index: The file's frame numbers (n,), from 0, strictly rising; a body that goes and
            comes back has a gap here.
        joints: Camera-space coordinates (n, V, 3) in metres.
        colour: Joint positions (n, V, 2) in the 1920 x 1080 colour picture; may be NaN or
            outside it.
        states: Tracking states (n, V): 0 not tracked, 1 inferred, 2 tracked.
    """

    body_id: int
    frame_index: IntArray
    joints: FloatArray
    colour: FloatArray
    states: NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class RawClip:
    """All bodies of one file, before anything is cleaned.

    Args:
        frames: Number of frames T that the file announces and holds, empty ones included.
        bodies: The bodies, in the order in which their ids first occur.
    """

    frames: int
    bodies: tuple[RawBody, ...]


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
    found = scan(text)
    if found.code != DONE:
        raise _explained(text, found)
    if rest := len(text[found.end :].lstrip(b" \t\r\n")):
        number = text.count(b"\n", 0, len(text) - rest) + 1
        line = _shown(_line(text, number) or b"")
        reason = f"found {line} after the last of {found.frames} frames, expected the file's end"
        raise BadClip(reason, number)
    if len(found.marks) > MOST_MARKS:
        raise BadClip(f"found more than {MOST_MARKS} fields that are no plain decimal numbers")
    if not len(found.ids):
        raise BadClip(f"no body in any of {found.frames} frames", 1)
    if len(found.marks):
        _fill_marked(text, found)
    if found.far or len(found.marks):
        _check_near(found)
    return RawClip(found.frames, _bodies(found))


def number_in(field: bytes) -> float | None:
    """Read a number with all the care there is.

    Args:
        field: The number's text.

    Returns:
        The nearest double; NaN and infinity in the spellings of the common C libraries
        (`nan`, `-nan(ind)`, `-1.#IND`, `1.#QNAN`, `inf`, `1.#INF00`); None if it is no number.

    Example:
        >>> number_in(b"-1.#IND"), number_in(b"-inf"), number_in(b"2.5e-3"), number_in(b"1_0")
        (nan, -inf, 0.0025, None)
    """
    if _DECIMAL.fullmatch(field):
        return float(field)
    if _NAN.fullmatch(field):
        return float("nan")
    if match := _INFINITE.fullmatch(field):
        return float("-inf") if match.group(1) == b"-" else float("inf")
    return None


def _fill_marked(text: bytes, found: Scan) -> None:
    """Convert the fields that the scan set aside."""
    targets, places = (memoryview(column) for column in found.marks.T)
    with np.errstate(over="ignore"):  # what float32 cannot hold becomes infinite: a gap
        for target, start in zip(targets, places, strict=True):
            match = _FIELD.match(text, start)
            field = match.group() if match else b""
            value = number_in(field)
            if value is None:
                line = text.count(b"\n", 0, start) + 1
                raise BadClip(f"found {_shown(field[:30])}, expected a number", line)
            if target >= 0:
                found.values[target] = np.float32(value)


def _check_near(found: Scan) -> None:
    """Refuse coordinates that no sensor gives; infinite ones are gaps."""
    far = (np.abs(found.joints) > FARTHEST) & np.isfinite(found.joints)
    if not far.any():
        return
    row, joint, axis = np.argwhere(far)[0].tolist()
    frame, value = int(found.times[row]), float(found.joints[row, joint, axis])
    raise BadClip(
        f"frame {frame + 1}, joint {joint + 1}: {'xyz'[axis]} is {value:.6g} m, "
        f"expected at most {FARTHEST:g} m",
        _line_number(frame, row, JOINT + joint),
    )


def _bodies(found: Scan) -> tuple[RawBody, ...]:
    """Put together the rows of each id, in the order in which the ids first occur."""
    if (found.ids == found.ids[0]).all():
        return (_body(found, slice(None)),)
    rows: dict[int, list[int]] = {}
    for row, body_id in enumerate(found.ids.tolist()):
        rows.setdefault(body_id, []).append(row)
    return tuple(_body(found, own) for own in rows.values())


def _body(found: Scan, rows: list[int] | slice) -> RawBody:
    """Copy a body's rows out of arrays that have room for many more."""
    return RawBody(
        body_id=int(found.ids[rows][0]),
        frame_index=found.times[rows].copy(),
        joints=found.joints[rows].copy(),
        colour=found.colour[rows].copy(),
        states=found.states[rows].copy(),
    )


def _explained(text: bytes, found: Scan) -> BadClip:
    """Say why a scan stopped."""
    if found.code == FRAME_COUNT:
        for start, other in _OTHER_FILES.items():
            if re.match(start, text):
                return BadClip(f"not a .skeleton file but {other}", 1)
    frame = f"frame {found.frame + 1} of {found.frames}"
    body = f"{frame}, body {found.body + 1}"
    step = BODY if found.code == TWICE else found.code + found.joint
    number = _line_number(found.frame, len(found.ids), step)
    line = _line(text, number)
    if line and found.code == TWICE:
        body_id = line.split()[0].decode("latin-1")
        return BadClip(f"{frame}: the body id {body_id} occurs twice", number)
    place, wanted = {
        FRAME_COUNT: ("first line", "the number of frames, 1 or more"),
        BODY_COUNT: (frame, f"the number of bodies, 0 to {MAX_BODIES}"),
        BODY: (body, f"{BODY_FIELDS} numbers"),
        JOINT_COUNT: (body, f"the number of joints, {JOINTS}"),
        JOINT: (f"{body}, joint {found.joint + 1}", f"{JOINT_FIELDS} numbers"),
    }[found.code]
    if line is None:
        number = text.rstrip(b"\r\n").count(b"\n") + 1
        if number == 1:
            return BadClip(f"the file is empty, expected {wanted}", 1)
        return BadClip(f"{place}: the file ends here, expected {wanted}; fetch it again", number)
    if found.code in (BODY, JOINT):
        return BadClip(f"{place}{_misfit(line, found.code)}", number)
    return BadClip(f"{place}: found {_shown(line)}, expected {wanted}", number)


def _misfit(line: bytes, code: int) -> str:
    """Say what is wrong with a line of many fields."""
    fields, wanted = re.findall(rb"[^ \t]+", line), {BODY: BODY_FIELDS, JOINT: JOINT_FIELDS}[code]
    if len(fields) != wanted:
        return f": found {len(fields)} fields, expected {wanted} numbers"
    for column, field in enumerate(fields, 1):
        if number_in(field) is None:
            return f", field {column}: found {_shown(field)}, expected a number"
    if code == BODY:
        return f", body id: found {_shown(fields[0])}, expected a whole number below 2**63"
    return f", tracking state: found {_shown(fields[-1])}, expected 0, 1 or 2"


def _line_number(frame: int, row: int, step: int) -> int:
    """Return the line of a step of `scan`, counted from 1, after so many frames and bodies."""
    return 1 + frame + row * (2 + JOINTS) + step


def _line(text: bytes, number: int) -> bytes | None:
    """Return a line without its end, or None where the file has ended before."""
    lines = text.split(b"\n", number)
    if number > len(lines) or (number == len(lines) and not lines[-1].strip()):
        return None
    return lines[number - 1].removesuffix(b"\r")


def _shown(line: bytes) -> str:
    text = line.decode("latin-1")
    return repr(text if len(text) <= 40 else text[:37] + "...")
