"""Columns of a column map found in a table: by name, by number, or by a pattern."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from skelshot.datasets.clips import BadClip
from skelshot.datasets.column_map import Column, ColumnMap
from skelshot.ground.printable import printable
from skelshot.ground.suggestions import did_you_mean
from skelshot.skeletons.joint_names import plain_name
from skelshot.skeletons.layouts import SkeletonLayout
from skelshot.skeletons.sequence import IntArray

_AXES = "xyz"


@dataclass(frozen=True)
class ColumnPlaces:
    """Places of everything in a row, from 0.

    Args:
        joints: Coordinates (V, C); (1, C) with one row a joint.
        confidence: How sure they are (V,), or (1,); None where nothing tells.
        one: Places of the single columns that the map tells, by field.
    """

    joints: IntArray
    confidence: IntArray | None
    one: dict[str, int]


class JointNames:
    """Joints of a layout by the names or numbers that files have for them.

    Args:
        layout: The layout.
        columns: Tells names of its own and where numbers begin.

    Raises:
        BadClip: The map names a joint that the layout does not have.

    Example:
        >>> from skelshot.skeletons.layouts import KINECT_V1
        >>> names = JointNames(KINECT_V1, ColumnMap(joints="{joint}{axis}", layout="kinect-v1"))
        >>> names.index("ShoulderLeft"), names.index("4"), names.index("tail")
        (4, 4, None)
    """

    def __init__(self, layout: SkeletonLayout, columns: ColumnMap) -> None:
        self.layout = layout
        self._first = columns.first_joint
        self._names = {plain_name(joint): place for place, joint in enumerate(layout.joints)}
        self._own: dict[str, int] = {}
        self.written = list(layout.joints)
        for joint, written in columns.names.items():
            if joint not in layout.joints:
                near = did_you_mean(joint, layout.joints)
                raise BadClip(f"column map, names: {layout.name} has no joint {joint!r:.60}{near}")
            self._own[written] = layout.index(joint)
            self.written[layout.index(joint)] = written

    def index(self, text: str) -> int | None:
        """Return the joint that is meant.

        Args:
            text: What stands in a header or a cell.

        Returns:
            Its index; None where there is no such joint.
        """
        if text in self._own:
            return self._own[text]
        if text.isdecimal() and len(text) < 6:
            number = int(text) - self._first
            return number if 0 <= number < self.layout.num_joints else None
        return self._names.get(plain_name(text))


def places_of(columns: ColumnMap, names: JointNames, header: Sequence[str]) -> ColumnPlaces:
    """Find the columns of a map in a table.

    Args:
        columns: The map.
        names: The joints of its layout.
        header: Names of the columns; a blank for each where there is no header.

    Returns:
        Their places.

    Raises:
        BadClip: A column is not there, is there twice, or joints lack one; names the nearest.
    """
    finder = _Finder(columns, names, [name.strip() for name in header])
    single = ("frame", "time", "person", "joint", "label")
    told = {field: getattr(columns, field) for field in single}
    return ColumnPlaces(
        finder.joints(),
        finder.confidence(),
        {field: finder.place(field, one) for field, one in told.items() if one is not None},
    )


class _Finder:
    def __init__(self, columns: ColumnMap, names: JointNames, header: list[str]) -> None:
        self._columns, self._names, self._header = columns, names, header
        self._count = names.layout.num_joints if columns.rows == "frame" else 1

    def place(self, field: str, column: Column) -> int:
        """Return the place of one column."""
        if isinstance(column, int):
            if column > len(self._header):
                raise BadClip(
                    f"column map, {field}: names column {column}, but a row has {len(self._header)}"
                )
            return column - 1
        found = [place for place, name in enumerate(self._header) if name == column]
        if len(found) == 1:
            return found[0]
        if found:
            raise BadClip(
                f"column map, {field}: the header has the column {printable(column)!r} "
                f"{len(found)} times, expected once; tell it by its number"
            )
        raise self._missing(field, column)

    def joints(self) -> IntArray:
        """Return the places (V, C) of the coordinates."""
        told = self._columns.joints
        if isinstance(told, str):
            return self._by_pattern("joints", told)
        if isinstance(told, dict):
            rows = [told.get(joint) for joint in self._names.layout.joints]
            others = [joint for joint in told if joint not in self._names.layout.joints]
            if others or None in rows or len({len(row or ()) for row in rows}) != 1:
                raise self._misfit(others)
            flat: list[Column] = [column for row in rows for column in row or ()]
        else:
            flat = list(told)
        if len(flat) not in (2 * self._count, 3 * self._count):
            raise BadClip(
                f"column map, joints: found {len(flat)} columns, expected 2 or 3 for each of "
                f"{self._count} joints"
            )
        places = [self.place("joints", column) for column in flat]
        return np.array(places, np.int64).reshape(self._count, -1)

    def confidence(self) -> IntArray | None:
        """Return the places (V,) of the confidences."""
        told = self._columns.confidence
        if told is None:
            return None
        if isinstance(told, str):
            if "{joint}" in told:
                return self._by_pattern("confidence", told)[:, 0]
            told = (told,)
        if len(told) != self._count:
            raise BadClip(
                f"column map, confidence: found {len(told)} columns, expected {self._count}"
            )
        return np.array([self.place("confidence", column) for column in told], np.int64)

    def _misfit(self, others: list[str]) -> BadClip:
        layout = self._names.layout
        if others:
            near = did_you_mean(others[0], layout.joints)
            return BadClip(
                f"column map, joints: {layout.name} has no joint {others[0]!r:.60}{near}"
            )
        return BadClip(
            f"column map, joints: expected as many columns for each joint of {layout.name}: "
            f"{', '.join(layout.joints)}"
        )

    def _missing(self, field: str, column: str, used: Collection[int] = ()) -> BadClip:
        free = [name for place, name in enumerate(self._header) if place not in used]
        near = did_you_mean(column, free)
        hint = near or f"; it has {', '.join(map(printable, self._header[:6]))}"
        return BadClip(f"column map, {field}: the header has no column {printable(column)!r}{hint}")

    def _by_pattern(self, field: str, pattern: str) -> IntArray:
        """Find the columns (V, C) that a pattern describes, C = 1 without `{axis}`."""
        axes = _AXES if "{axis}" in pattern else "x"
        joints = self._columns.rows == "frame"
        if pattern.count("{joint}") != joints or pattern.count("{axis}") > 1:
            expected = "{joint} once" if joints else "no {joint}, as a row is a joint"
            raise BadClip(f"column map, {field}: found {pattern!r:.60}, expected {expected}")
        expression = re.escape(pattern).replace(r"\{joint\}", "(?P<joint>.+)")
        shape = re.compile(expression.replace(r"\{axis\}", "(?P<axis>[xyzXYZ])"), re.DOTALL)
        found: dict[tuple[int, str], int] = {}
        for place, name in enumerate(self._header):
            if (match := shape.fullmatch(name)) is None:
                continue
            groups = match.groupdict()
            joint = self._names.index(groups["joint"]) if joints else 0
            if joint is None:
                continue  # a column of something else
            key = joint, groups.get("axis", "x").lower()
            if key in found:
                raise BadClip(
                    f"column map, {field}: the header has {printable(self._header[found[key]])!r} "
                    f"and {printable(name)!r} for one coordinate; tell the columns one by one"
                )
            found[key] = place
        flat = field == "joints" and not any(axis == "z" for _, axis in found)
        wanted = axes[:2] if flat else axes
        for joint in range(self._count):
            for axis in wanted:
                if (joint, axis) not in found:
                    column = self._written(pattern, joint, axis)
                    raise self._missing(field, column, found.values())
        return np.array([[found[v, axis] for axis in wanted] for v in range(self._count)], np.int64)

    def _written(self, pattern: str, joint: int, axis: str) -> str:
        written = pattern.replace("{joint}", self._names.written[joint])
        return written.replace("{axis}", axis)
