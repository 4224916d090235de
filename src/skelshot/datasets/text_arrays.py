"""From rows of text to the arrays of one clip, as a column map tells."""

from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skelshot.datasets.clip_arrays import LAST_FRAME
from skelshot.datasets.clips import BadClip
from skelshot.datasets.column_map import ColumnMap
from skelshot.datasets.column_places import ColumnPlaces, JointNames, places_of
from skelshot.datasets.field_values import MAX_NUMBERS, text_of
from skelshot.datasets.text_rows import Row, numbers_of_cells, table_of
from skelshot.ground.printable import printable
from skelshot.ground.suggestions import did_you_mean
from skelshot.skeletons.layouts import SkeletonLayout
from skelshot.skeletons.sequence import IntArray


@dataclass(frozen=True, eq=False)
class TextClip:
    """Content of a text file.

    Args:
        arrays: As `skelshot.datasets.clip_arrays.sequence_from` takes them.
        label: The class as the file writes it; None where no column tells it.
    """

    arrays: dict[str, NDArray[Any]]
    label: str | None


@dataclass(eq=False)
class _Rows:
    """The rows of a file, column by column."""

    values: NDArray[np.float64]
    lines: IntArray
    joints: IntArray | None
    frames: NDArray[np.float64] | None
    persons: IntArray
    people: int


def read_text_clip(
    content: bytes, name: str, columns: ColumnMap, layout: SkeletonLayout
) -> TextClip:
    r"""Read a clip.

    Args:
        content: The bytes of its file.
        name: The file's name, for error messages.
        columns: What the columns mean.
        layout: The V joints.

    Returns:
        Joints (M, T, V, C) and what goes with them. Blank cells, and joints without a row, are
        NaN; a person without a row in a frame is absent there.

    Raises:
        SkelshotError: It is no such text, or the columns are not there.

    Example:
        >>> from skelshot.skeletons.layouts import HAND_21
        >>> told = ColumnMap(joints=(1, 2, 3), rows="joint", header=False, layout="hand-21")
        >>> read_text_clip(b"1,2,3\n" * 42, "a.csv", told, HAND_21).arrays["joints"].shape
        (1, 2, 21, 3)
    """
    names = JointNames(layout, columns)
    header, rows = table_of(content, name, columns)
    places = places_of(columns, names, header)
    read, label = _read(rows, places, names)
    return TextClip(_arrays(read, places, columns, layout), label)


def label_in(content: bytes, name: str, columns: ColumnMap, layout: SkeletonLayout) -> str | None:
    """Read the class of a file from its first row.

    Args:
        content: The bytes of the file.
        name: Its name, for error messages.
        columns: What the columns mean.
        layout: The V joints.

    Returns:
        The label; None where no column tells it, or there is no row.

    Raises:
        SkelshotError: As `read_text_clip`.
    """
    header, rows = table_of(content, name, columns)
    place = places_of(columns, JointNames(layout, columns), header).one.get("label")
    row = next(rows, None)
    return None if place is None or row is None else text_of(row[1][place], "label")


def _read(rows: Iterable[Row], places: ColumnPlaces, names: JointNames) -> tuple[_Rows, str | None]:
    """Read all rows into numbers, and the label that all share."""
    one = places.one
    wanted = places.joints.ravel().tolist()
    wanted += [] if places.confidence is None else places.confidence.tolist()
    clock = one.get("frame", one.get("time"))
    wanted += [] if clock is None else [clock]
    values, lines, joints, persons = array("d"), array("q"), array("q"), array("q")
    people: dict[str, int] = {}
    label: str | None = None
    for line, cells in rows:
        values.extend(numbers_of_cells([cells[place] for place in wanted], line))
        if len(values) > MAX_NUMBERS:
            raise BadClip(f"found more than {MAX_NUMBERS} numbers; cut the recording into clips")
        lines.append(line)
        if "joint" in one:
            joints.append(_joint(cells[one["joint"]].strip(), names, line))
        if "person" in one:
            persons.append(people.setdefault(cells[one["person"]].strip(), len(people)))
        if "label" in one:
            label = _same_label(label, cells[one["label"]], line)
    table = np.array(values, np.float64).reshape(len(lines), len(wanted))
    return _Rows(
        values=table[:, : len(wanted) - (clock is not None)],
        lines=np.array(lines, np.int64),
        joints=np.array(joints, np.int64) if "joint" in one else None,
        frames=None if clock is None else table[:, -1],
        persons=np.array(persons, np.int64) if persons else np.zeros(len(lines), np.int64),
        people=max(1, len(people)),
    ), label


def _same_label(label: str | None, cell: str, line: int) -> str:
    """Return the label of a row, which must be that of the rows before."""
    found = text_of(cell, f"line {line}, label")
    if label not in (None, found):
        raise BadClip(
            f"line {line}: found the label {found!r:.60} below {label!r:.60}, expected one a file; "
            "cut the recording into clips",
            line,
        )
    return found


def _joint(text: str, names: JointNames, line: int) -> int:
    place = names.index(text)
    if place is None:
        near = did_you_mean(text, names.written)
        raise BadClip(
            f"line {line}: found the joint {printable(text)!r}, expected one of "
            f"{names.layout.name}{near}",
            line,
        )
    return place


def _arrays(
    rows: _Rows, places: ColumnPlaces, columns: ColumnMap, layout: SkeletonLayout
) -> dict[str, NDArray[Any]]:
    """Put each row where it belongs: persons, frames and joints."""
    single = columns.rows == "joint"
    frame, numbers = _frames(rows, columns, layout.num_joints if single else 1)
    count, channels = len(numbers), places.joints.shape[1]
    if rows.people * count * layout.num_joints * channels > MAX_NUMBERS:
        raise BadClip(
            f"found {rows.people} persons in {count} frames, expected at most {MAX_NUMBERS} numbers"
        )
    shape = (rows.people, count, layout.num_joints)
    present = np.zeros(shape[:2], bool)
    present[rows.persons, frame] = True
    keys = rows.persons * count + frame
    at: tuple[IntArray, ...] = rows.persons, frame
    if single:
        at = *at, _joints_of_rows(rows, keys, layout)
        keys = keys * layout.num_joints + at[2]
    _refuse_twice(keys, rows.lines)
    size = places.joints.size
    per_row = () if single else (layout.num_joints,)
    joints = np.full((*shape, channels), np.nan, np.float64)
    joints[at] = rows.values[:, :size].reshape(len(frame), *per_row, channels)
    found: dict[str, NDArray[Any]] = {"joints": joints, "present": present}
    if places.confidence is not None:
        scores = np.full(shape, np.nan, np.float64)
        scores[at] = rows.values[:, size:].reshape(len(frame), *per_row)
        found["confidence"] = scores
    if "frame" in places.one:
        found["frame_index"] = numbers
    return found


def _frames(rows: _Rows, columns: ColumnMap, height: int) -> tuple[IntArray, NDArray[np.float64]]:
    """Return the frame of each row, from 0, and what the file calls the frames."""
    if rows.frames is None:
        if len(rows.lines) % height:
            raise BadClip(
                f"found {len(rows.lines)} rows, expected a multiple of {height}, one a joint"
            )
        frames = np.arange(len(rows.lines), dtype=np.int64) // height
        return frames, np.arange(len(rows.lines) // height, dtype=np.float64)
    times = rows.frames
    what = "frame" if columns.frame is not None else "time"
    whole = np.isfinite(times) & (np.abs(times) < LAST_FRAME)
    if what == "frame":
        whole &= times == np.round(times)
    if not whole.all():
        line = int(rows.lines[np.flatnonzero(~whole)[0]])
        expected = "a whole number" if what == "frame" else "a number"
        raise BadClip(f"line {line}, {what}: expected {expected} in every row", line)
    if what == "time" and columns.person is None and columns.rows == "frame":
        fallen = np.flatnonzero(np.diff(times) < 0)  # sensors give a time twice, but not back
        if len(fallen):
            line = int(rows.lines[fallen[0] + 1])
            raise BadClip(f"line {line}, time: found less than in the row before", line)
        return np.arange(len(times), dtype=np.int64), times
    numbers, frames = np.unique(times, return_inverse=True)
    return frames.astype(np.int64), numbers


def _joints_of_rows(rows: _Rows, person_frames: IntArray, layout: SkeletonLayout) -> IntArray:
    """Return the joint of each row: the one it names, or by its place in its frame."""
    if rows.joints is not None:
        return rows.joints
    _, group, counts = np.unique(person_frames, return_inverse=True, return_counts=True)
    wrong = np.flatnonzero(counts[group] != layout.num_joints)
    if len(wrong):
        line = int(rows.lines[wrong[0]])
        raise BadClip(
            f"line {line}: its frame has {counts[group[wrong[0]]]} rows, expected "
            f"{layout.num_joints}, one a joint; name the column of joints, if there is one",
            line,
        )
    joints = np.empty(len(group), np.int64)
    joints[np.argsort(group, kind="stable")] = np.arange(len(group)) % layout.num_joints
    return joints


def _refuse_twice(keys: IntArray, lines: IntArray) -> None:
    """Refuse two rows of one frame, person and joint."""
    order = np.argsort(keys, kind="stable")
    same = np.flatnonzero(np.diff(keys[order]) == 0)
    if len(same):
        first, second = sorted(lines[order[same[0] : same[0] + 2]].tolist())
        raise BadClip(
            f"line {second}: found the frame, person and joint of line {first} again, expected "
            "each once",
            second,
        )
