"""PKU-MMD's skeleton files: 150 numbers a line, one line a frame of a long recording."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from skelshot.datasets.clips import BadClip
from skelshot.datasets.plain_text import read_lines
from skelshot.ground import SkelshotError
from skelshot.skeletons.layouts import KINECT_V2
from skelshot.skeletons.sequence import FloatArray

PERSONS = 2
"""Places of persons in a line; who is absent has zeros."""

NUMBERS = PERSONS * KINECT_V2.num_joints * 3
"""Numbers a line: two persons of 25 joints of x, y, z."""

MOST_FRAMES = 100_000
"""The most lines of a file, an hour; real ones have about five thousand."""


@dataclass(frozen=True, eq=False)
class LongRecording:
    """The skeletons of a whole recording.

    Args:
        name: Its file, for messages.
        joints: Coordinates (F, 2, 25, 3) in metres.
        faults: What is wrong with a row, by the row's number from 0; its coordinates are zero.
    """

    name: str
    joints: FloatArray
    faults: Mapping[int, str]

    @property
    def frames(self) -> int:
        """Number of frames F."""
        return len(self.joints)

    def part(self, start: int, stop: int) -> FloatArray:
        """Cut out some frames.

        Args:
            start: The first row.
            stop: One past the last row.

        Returns:
            Coordinates (2, T, 25, 3).

        Raises:
            BadClip: A row among them is faulty; the message names the file and its line.
        """
        bad = next((row for row in range(start, stop) if row in self.faults), None)
        if bad is not None:
            raise BadClip(f"{self.name}, line {bad + 1}: {self.faults[bad]}")
        return np.ascontiguousarray(self.joints[start:stop].transpose(1, 0, 2, 3))


def read_recording(path: Path, name: str) -> LongRecording:
    r"""Read a skeleton file.

    Args:
        path: The file.
        name: What messages call it.

    Returns:
        The recording; lines that are not 150 numbers are its faults.

    Raises:
        SkelshotError: The file cannot be read, is not UTF-8, is empty or has over `MOST_FRAMES`
            lines.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "0002-L.txt"
        >>> _ = path.write_text("0.5 " * 150 + "\n" + "0.5 " * 149 + "\n")
        >>> recording = read_recording(path, path.name)
        >>> recording.frames, recording.faults
        (2, {1: 'found 149 numbers, expected 150'})
    """
    lines = read_lines(path)
    while lines and not lines[-1].strip():
        lines.pop()
    if not 0 < len(lines) <= MOST_FRAMES:
        raise SkelshotError(
            f"{name}: found {len(lines)} lines, expected 1 to {MOST_FRAMES}, one a frame"
        )
    faults: dict[int, str] = {}
    try:
        rows = np.loadtxt(lines, np.float64, comments=None, ndmin=2)
    except ValueError:
        rows = np.empty(0)
    if rows.shape != (len(lines), NUMBERS):  # a line is wrong: it takes longer to say which
        rows, faults = _line_by_line(lines)
    with np.errstate(over="ignore"):  # what float32 cannot hold becomes infinite: a gap
        joints = rows.astype(np.float32)
    return LongRecording(name, joints.reshape(len(lines), PERSONS, KINECT_V2.num_joints, 3), faults)


def _line_by_line(lines: Sequence[str]) -> tuple[NDArray[np.float64], dict[int, str]]:
    """Read the lines that are 150 numbers, and say what is wrong with the others."""
    faults: dict[int, str] = {}
    rows = np.zeros((len(lines), NUMBERS))
    for row, line in enumerate(lines):
        cells = line.split()
        if len(cells) != NUMBERS:
            faults[row] = f"found {len(cells)} numbers, expected {NUMBERS}"
            continue
        numbers = list(map(_number, cells))
        if None in numbers:
            bad = numbers.index(None)
            faults[row] = f"number {bad + 1}: found {cells[bad]!r:.40}, expected a number"
        else:
            rows[row] = numbers
    return rows, faults


def _number(cell: str) -> float | None:
    try:
        return None if "_" in cell else float(cell)
    except ValueError:
        return None
