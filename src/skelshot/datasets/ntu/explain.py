"""Words for what is wrong with an NTU `.skeleton` file."""

import re

from skelshot.datasets.clips import BadClip
from skelshot.datasets.ntu.number_words import number_in
from skelshot.datasets.ntu.scan import (
    BODY,
    BODY_COUNT,
    BODY_FIELDS,
    FRAME_COUNT,
    JOINT,
    JOINT_COUNT,
    JOINT_FIELDS,
    JOINTS,
    MAX_BODIES,
    TWICE,
    Scanned,
)

_DISGUISES: tuple[tuple[bytes, str], ...] = (
    (b"\x1f\x8b", "gzip data: unpack it first"),
    (b"PK\x03\x04", "a zip archive: give it the ending .zip or unpack it"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive: unpack it first"),
    (b"Rar!", "a rar archive: unpack it first"),
    (b"BZh", "bzip2 data: unpack it first"),
    (b"\xfd7zXZ", "xz data: unpack it first"),
    (b"\xef\xbb\xbf", "text with a byte-order mark: save it as plain ASCII"),
    (b"\xff\xfe", "UTF-16 text: save it as plain ASCII"),
    (b"\xfe\xff", "UTF-16 text: save it as plain ASCII"),
    (b"RIFF", "a video or sound file"),
    (b"version https://git-lfs", "a Git LFS pointer: fetch the file itself"),
)


def explain(text: bytes, found: Scanned) -> BadClip:
    """Say why a scan stopped.

    Args:
        text: The file's bytes.
        found: What the scan ended with; not `DONE` and not `FULL`.

    Returns:
        The complaint, with its line.
    """
    if found.code == FRAME_COUNT and (other := disguise_of(text)):
        return BadClip(f"not a .skeleton file but {other}", 1)
    line = _line(text, found.line)
    if line is None:
        found = found._replace(line=text.rstrip(b"\r\n").count(b"\n") + 1)
    place = f"frame {found.frame + 1} of {found.frames}"
    body = f"{place}, body {found.body + 1}"
    counts = {
        FRAME_COUNT: ("first line", "the number of frames, 1 or more"),
        BODY_COUNT: (place, f"the number of bodies, 0 to {MAX_BODIES}"),
        JOINT_COUNT: (body, f"the number of joints, {JOINTS}"),
    }
    if found.code in counts:
        return _count_misfit(line, found.line, *counts[found.code])
    fields = {BODY: (body, BODY_FIELDS), JOINT: (f"{body}, joint {found.joint + 1}", JOINT_FIELDS)}
    if found.code in fields:
        return _fields_misfit(line, found.line, *fields[found.code])
    if found.code == TWICE:
        body_id = (line or b"").split()[0].decode("latin-1")
        return BadClip(f"{place}: the body id {body_id} occurs twice", found.line)
    return BadClip(
        f"found {_shown(line)} after the last of {found.frames} frames, expected the file's end",
        found.line,
    )


def disguise_of(text: bytes) -> str:
    r"""Tell what a file is that is no `.skeleton` file.

    Args:
        text: The file's bytes.

    Returns:
        Words such as `gzip data: unpack it first`; empty if it is nothing known.

    Example:
        >>> disguise_of(b"<!DOCTYPE html><html>")
        'a web page, perhaps an error message of the download site: fetch the file again'
        >>> disguise_of(b"103\n1\n")
        ''
    """
    for start, other in _DISGUISES:
        if text.startswith(start):
            return other
    if text.lstrip()[:1] == b"<":
        return "a web page, perhaps an error message of the download site: fetch the file again"
    if re.match(rb"(?:[0-9]\x00|\x00[0-9])", text):
        return "UTF-16 text: save it as plain ASCII"
    return ""


def _line(text: bytes, number: int) -> bytes | None:
    """Return a line without its end, or None where the file has ended before."""
    lines = text.split(b"\n", number)
    if number > len(lines) or (number == len(lines) and not lines[-1].strip()):
        return None
    return lines[number - 1].removesuffix(b"\r")


def _count_misfit(line: bytes | None, number: int, place: str, wanted: str) -> BadClip:
    if line is None:
        return _cut(number, place, wanted)
    return BadClip(f"{place}: found {_shown(line)}, expected {wanted}", number)


def _fields_misfit(line: bytes | None, number: int, place: str, wanted: int) -> BadClip:
    """Say what is wrong with a line of many fields."""
    kind = f"{wanted} numbers"
    if line is None:
        return _cut(number, place, kind)
    fields = re.findall(rb"[^ \t]+", line)
    if len(fields) != wanted:
        return BadClip(f"{place}: found {len(fields)} fields, expected {kind}", number)
    for column, field in enumerate(fields, 1):
        if number_in(field) is None:
            reason = f"{place}, field {column}: found {_shown(field)}, expected a number"
            return BadClip(reason, number)
    if wanted == BODY_FIELDS:
        reason = f"body id: found {_shown(fields[0])}, expected a whole number below 2**63"
    else:
        reason = f"tracking state: found {_shown(fields[-1])}, expected 0, 1 or 2"
    return BadClip(f"{place}, {reason}", number)


def _cut(number: int, place: str, wanted: str) -> BadClip:
    if number == 1:
        return BadClip(f"the file is empty, expected {wanted}", 1)
    return BadClip(f"{place}: the file ends here, expected {wanted}; fetch it again", number)


def _shown(line: bytes | None) -> str:
    text = (line or b"").decode("latin-1")
    return repr(text if len(text) <= 40 else text[:37] + "...")
