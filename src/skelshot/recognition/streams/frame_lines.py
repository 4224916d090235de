"""Frames as lines of JSON: what a stream on standard input or in a growing file is made of."""

import json
from typing import Any

import numpy as np

from skelshot.ground import SkelshotError
from skelshot.ground.documents import BadDocument
from skelshot.ground.json_text import parse_json
from skelshot.recognition.streams.frame import Frame
from skelshot.skeletons.layouts import SkeletonLayout, layout_as_data, layout_from, layouts_with
from skelshot.skeletons.length_units import METRES, Units
from skelshot.skeletons.sequence import FloatArray

LONGEST_LINE = 1 << 20
"""The most bytes of a line."""


class BadHeader(SkelshotError):  # noqa: N818 - named for what it is
    """A first line that cannot be used, so that no frame behind it can."""


_HEADER = {"layout", "units"}
_FRAME = {"time", "persons"}
_PERSON = {"joints", "id", "confidence"}
_LARGEST = 10.0


class FrameLines:
    """Reads frames, one JSON line each.

    `{"time": 12.03, "persons": [{"id": "7", "joints": [[x, y, z], ...], "confidence": [...]}]}`:
    seconds; metres with y up, or pixels with two numbers a joint; null for a joint that is not
    seen. Ids and confidence may be left out, by all people. A line
    `{"layout": "kinect-v2", "units": "millimetres"}` before the first frame says what else they
    are.

    Args:
        layout: Names the joints; as the first line says, else the only layout of so many.

    Example:
        >>> lines = FrameLines()
        >>> lines.read('{"layout": "kinect-v1"}', 1)
        >>> people = [{"joints": [[1, 2, 3]] * 20}]
        >>> frame = lines.read(json.dumps({"time": 0, "persons": people}), 2)
        >>> frame.time, frame.joints.shape
        (0.0, (1, 20, 3))
    """

    def __init__(self, layout: SkeletonLayout | None = None) -> None:
        self._layout = layout
        self._told = layout is not None
        self._units: Units = "metres"
        self._coordinates: int | None = None

    def read(self, line: str | bytes, number: int) -> Frame | None:
        """Read a line.

        Args:
            line: The text, or its bytes in UTF-8.
            number: The how-manieth it is, for messages.

        Returns:
            The frame; None of a line that says what the frames are.

        Raises:
            SkelshotError: The line is no frame; one line that names what is wrong.
        """
        place = f"line {number}"
        if len(line) > LONGEST_LINE:
            raise SkelshotError(
                f"{place}: found {len(line)} bytes, expected at most {LONGEST_LINE}"
            )
        try:
            document = parse_json(line, place)
        except BadDocument as error:
            raise SkelshotError(f"{place}: {error.reason}") from error
        if not isinstance(document, dict):
            raise SkelshotError(
                f"{place}: found {type(document).__name__}, expected a frame as {{}}"
            )
        if "time" not in document and document.keys() & _HEADER:
            self._read_header(document, place)
            return None
        try:
            return self._frame(document)
        except SkelshotError as error:
            raise SkelshotError(f"{place}: {error}") from error

    def _read_header(self, document: dict[str, Any], place: str) -> None:
        _refuse_others(document, _HEADER, place)
        units = document.get("units", "metres")
        if units not in METRES:
            raise BadHeader(
                f"{place}: units: found {units!r:.40}, expected one of {', '.join(METRES)}"
            )
        self._units = units
        if "layout" in document:
            try:
                layout = layout_from(document["layout"])
            except SkelshotError as error:
                raise BadHeader(f"{place}: {error}") from error
            self._layout = self._layout if self._told else layout
            self._told = True

    def _frame(self, document: dict[str, Any]) -> Frame:
        _refuse_others(document, _FRAME, "frame")
        time, persons = document.get("time"), document.get("persons")
        if isinstance(time, bool) or not isinstance(time, int | float):
            raise SkelshotError(f"time: found {time!r:.40}, expected seconds")
        if not isinstance(persons, list) or not all(isinstance(one, dict) for one in persons):
            raise SkelshotError("persons: expected a list of {}, empty where nobody is seen")
        for one in persons:
            _refuse_others(one, _PERSON, "person")
        each = _one_width([_numbers(one.get("joints"), "joints", 2) for one in persons])
        layout = self._layout_of(each)
        joints = np.stack(each) if each else np.zeros((0, layout.num_joints, 3), np.float32)
        if joints.shape[-1] == 3:
            joints = joints * np.float32(METRES[self._units])
            _check_size(joints)
        frame = Frame(float(time), joints, layout, _ids(persons), _confidence(persons))
        self._coordinates = frame.check_coordinates(self._coordinates)
        return frame

    def _layout_of(self, each: list[FloatArray]) -> SkeletonLayout:
        shapes = {one.shape for one in each}
        if len(shapes) > 1:
            raise SkelshotError(f"joints: found shapes {sorted(shapes)}, expected one and the same")
        if self._layout is None:
            count = shapes.pop()[0] if shapes else 0
            known = layouts_with(count)
            if len(known) != 1:
                told = ", ".join(one.name for one in known) or "none"
                raise SkelshotError(
                    f"joints: found {count}, which {told} has; say which joints they are with "
                    '--layout, or in a first line {"layout": "NAME"}'
                )
            self._layout = known[0]
        return self._layout


def frame_line(frame: Frame) -> str:
    """Write a frame as a line of JSON, from which the same frame is read.

    Args:
        frame: The frame.

    Returns:
        The line, with its end.
    """
    persons = []
    for person in range(frame.persons):
        joints = [row if np.isfinite(row).all() else None for row in frame.joints[person].tolist()]
        if not any(joints):  # nulls alone would not say how many coordinates there are
            joints = [[None] * frame.joints.shape[2]] * len(joints)
        one: dict[str, Any] = {"joints": joints}
        if frame.ids is not None:
            one = {"id": frame.ids[person], **one}
        if frame.confidence is not None:
            one["confidence"] = frame.confidence[person].tolist()
        persons.append(one)
    return json.dumps({"time": frame.time, "persons": persons}, allow_nan=False) + "\n"


def header_line(layout: SkeletonLayout) -> str:
    """Write the line that says what the joints of frames are.

    Args:
        layout: Names them.

    Returns:
        The line, with its end.
    """
    return json.dumps({"layout": layout_as_data(layout)}) + "\n"


def _refuse_others(document: dict[str, Any], known: set[str], place: str) -> None:
    if others := sorted(document.keys() - known):
        raise SkelshotError(
            f"{place}: found the unknown field {others[0]!r:.40}, expected "
            f"{', '.join(sorted(known))}"
        )


def _numbers(value: object, name: str, axes: int) -> FloatArray:
    """Return numbers of one axis or two; null, of a number or of a whole row, is NaN."""
    if not isinstance(value, list) or not value:
        raise SkelshotError(f"{name}: found {value!r:.40}, expected a list of numbers")
    if axes == 2:
        width = next((len(row) for row in value if isinstance(row, list)), 0)
        value = [[None] * (width or 3) if row is None else row for row in value]
    try:
        array = np.array(value, np.float64)  # None becomes NaN
    except (TypeError, ValueError) as error:
        raise SkelshotError(f"{name}: expected numbers, as many for each joint") from error
    if array.ndim != axes or (axes == 2 and array.shape[1] not in (2, 3)):
        raise SkelshotError(f"{name}: found shape {array.shape}, expected (joints, 2 or 3)")
    array[~np.isfinite(array)] = np.nan
    if axes == 2:
        array[np.isnan(array).any(axis=1)] = np.nan
    return array.astype(np.float32)


def _one_width(each: list[FloatArray]) -> list[FloatArray]:
    """Give whoever is not seen at all as many coordinates as the others have."""
    seen = [one for one in each if np.isfinite(one).any()] or each
    return [
        one if np.isfinite(one).any() else np.full((len(one), seen[0].shape[1]), np.nan, np.float32)
        for one in each
    ]


def _ids(persons: list[dict[str, Any]]) -> tuple[str, ...] | None:
    ids = [one.get("id") for one in persons]
    if all(one is None for one in ids):
        return None
    for one in ids:
        if isinstance(one, bool) or not isinstance(one, int | str) or not str(one).isprintable():
            raise SkelshotError(f"id: found {one!r:.40}, expected text or a number for each person")
    return tuple(str(one)[:80] for one in ids)


def _confidence(persons: list[dict[str, Any]]) -> FloatArray | None:
    given = [one.get("confidence") for one in persons]
    if not persons or all(one is None for one in given):
        return None
    sure = [_numbers(one, "confidence", 1) for one in given]
    if len({len(one) for one in sure}) > 1:
        raise SkelshotError("confidence: expected one number for each joint of each person")
    return np.clip(np.nan_to_num(np.stack(sure)), 0, 1)


def _check_size(joints: FloatArray) -> None:
    """Refuse bodies in metres that are no people: most are millimetres."""
    for one in joints:
        seen = one[np.isfinite(one).all(axis=1)]
        extent = float(np.ptp(seen, axis=0).max()) if len(seen) else 0.0
        if extent > _LARGEST:
            raise SkelshotError(
                f"joints: found a body {extent:.4g} m large, expected at most {_LARGEST:g}; "
                'say what the numbers count in a first line {"units": "millimetres"}'
            )
