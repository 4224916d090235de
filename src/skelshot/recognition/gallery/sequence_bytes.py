"""Whole sequences as bytes: safetensors whose header holds layout, picture size and rate."""

import json
from functools import lru_cache
from typing import Any

import numpy as np
import safetensors
from numpy.typing import NDArray
from safetensors.numpy import load, save

from skelshot.ground import SkelshotError
from skelshot.ground.json_text import parse_json
from skelshot.skeletons.layout import SkeletonLayout
from skelshot.skeletons.layout_reading import layout_mapping, read_layout
from skelshot.skeletons.sequence import SkeletonSequence

MOST_BYTES = 64 << 20
"""The largest clip that is kept: two hours of one person's 25 joints."""

_TYPES = {
    "joints": np.dtype(np.float32),
    "present": np.dtype(np.bool_),
    "frame_index": np.dtype(np.int64),
    "confidence": np.dtype(np.float32),
    "pixels": np.dtype(np.float32),
}
_NEEDED = ("joints", "present")
_NOTE = "clip"
_LENGTH_BYTES = 8
_LONGEST_HEADER = 1 << 20


def sequence_to_bytes(sequence: SkeletonSequence) -> bytes:
    """Write a clip as bytes that any safetensors reader opens.

    Args:
        sequence: The clip; its layout travels whole.

    Returns:
        The bytes; equal clips give equal ones.

    Raises:
        SkelshotError: The clip is too large, an array has another type of number, or the layout
            could not be read again.

    Example:
        >>> from skelshot.skeletons.layouts import KINECT_V1
        >>> clip = SkeletonSequence(np.ones((1, 8, 20, 3), np.float32), np.ones((1, 8), bool),
        ...                         KINECT_V1)
        >>> again = sequence_from_bytes(sequence_to_bytes(clip), "clip")
        >>> again.layout.name, again.joints.shape
        ('kinect-v1', (1, 8, 20, 3))
    """
    arrays = _arrays_of(sequence)
    size = sum(array.nbytes for array in arrays.values())
    if size > MOST_BYTES - _LONGEST_HEADER:
        raise SkelshotError(
            f"clip: found {sequence.frames} frames of {size} bytes, expected at most "
            f"{MOST_BYTES - _LONGEST_HEADER} bytes; cut the clip to the action"
        )
    layout = json.dumps(layout_mapping(sequence.layout), ensure_ascii=False)
    if _layout_in(layout) != sequence.layout:
        raise SkelshotError(f"layout {sequence.layout.name!r}: cannot be written and read again")
    about = {
        "layout": layout,
        "picture_size": sequence.picture_size,
        "rate": sequence.rate,
    }
    content: bytes = save(arrays, {_NOTE: json.dumps(about, ensure_ascii=False, allow_nan=False)})
    _header_of(content, "clip")
    return content


def sequence_from_bytes(content: bytes, place: str) -> SkeletonSequence:
    """Read what `sequence_to_bytes` wrote; nothing in it is ever executed.

    Args:
        content: The bytes.
        place: Where they come from, for messages.

    Returns:
        The clip, bit for bit.

    Raises:
        SkelshotError: They are none of these.
    """
    about = _about_in(content, place)
    try:
        arrays = load(content)
    except (safetensors.SafetensorError, ValueError, KeyError, TypeError) as error:
        raise SkelshotError(f"{place}: damaged or no clip ({error}); fetch it again") from error
    for name, array in arrays.items():
        if name not in _TYPES or _TYPES[name] != array.dtype:
            raise SkelshotError(f"{place}: found the array {name!r:.80} of {array.dtype}, unknown")
    if missing := [name for name in _NEEDED if name not in arrays]:
        raise SkelshotError(f"{place}: found no array {missing[0]!r}, expected a clip")
    try:
        return SkeletonSequence(**{**about, "layout": _layout_in(about["layout"])}, **arrays)
    except SkelshotError as error:
        raise SkelshotError(f"{place}: {error}") from error


def _arrays_of(sequence: SkeletonSequence) -> dict[str, NDArray[Any]]:
    """Return the arrays that a clip has, each of the one type that it may have."""
    found: dict[str, NDArray[Any]] = {}
    for name, dtype in _TYPES.items():
        array = getattr(sequence, name)
        if array is None:
            continue
        if array.dtype != dtype:
            raise SkelshotError(f"{name}: found numbers of {array.dtype}, expected {dtype}")
        found[name] = np.ascontiguousarray(array)
    return found


def _header_of(content: bytes, place: str) -> bytes:
    """Return the header, whose length nobody else has looked at."""
    length = int.from_bytes(content[:_LENGTH_BYTES], "little")
    if not 0 < length <= min(_LONGEST_HEADER, len(content) - _LENGTH_BYTES):
        raise SkelshotError(
            f"{place}: found a header of {length} bytes, expected at most {_LONGEST_HEADER}"
        )
    return content[_LENGTH_BYTES : _LENGTH_BYTES + length]


def _about_in(content: bytes, place: str) -> dict[str, Any]:
    """Return layout (as text), picture size and rate."""
    header = parse_json(_header_of(content, place), place)
    notes = header.get("__metadata__") if isinstance(header, dict) else None
    text = notes.get(_NOTE) if isinstance(notes, dict) else None
    about = parse_json(text, place) if isinstance(text, str) else None
    if not isinstance(about, dict) or about.keys() != {"layout", "picture_size", "rate"}:
        raise SkelshotError(f"{place}: found no clip, expected its layout in the header")
    size, rate = about["picture_size"], about["rate"]
    if not isinstance(about["layout"], str):
        raise SkelshotError(f"{place}, layout: found no text, expected a layout's JSON")
    if size is not None and not (isinstance(size, list) and list(map(type, size)) == [int, int]):
        raise SkelshotError(f"{place}, picture_size: found {size!r:.80}, expected two numbers")
    if rate is not None and type(rate) not in (int, float):
        raise SkelshotError(f"{place}, rate: found {rate!r:.80}, expected frames a second")
    return {**about, "picture_size": None if size is None else tuple(size)}


@lru_cache(maxsize=64)
def _layout_in(text: str) -> SkeletonLayout:
    """Read a layout; a gallery's clips have few, which it would take long to read each time."""
    return read_layout(parse_json(text, "layout")).layout
