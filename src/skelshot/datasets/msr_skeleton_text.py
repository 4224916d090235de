"""The skeleton text of the MSR data sets of the first Kinect: frames of 0, 40 or 80 rows."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from skelshot.datasets.clips import BadClip
from skelshot.datasets.plain_text import read_lines
from skelshot.skeletons.layouts import KINECT_V1
from skelshot.skeletons.sequence import FloatArray

ROWS = 2 * KINECT_V1.num_joints
"""Rows a skeleton: of each joint its place in metres, then its place in the picture."""

MOST_FRAMES = 10_000
"""The most frames of a clip; real ones have a few hundred."""

_FIELDS = 4  # x, y, z or u, v, depth, and a confidence
_WHOLE = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, eq=False)
class MsrText:
    """Content of a file.

    Args:
        joints: Coordinates (T, 20, 3) of the first skeleton; zeros in frames without any.
        crowded: In how many frames there is a second skeleton, which is left out.
    """

    joints: FloatArray
    crowded: int


def read_msr_text(path: Path) -> MsrText:
    r"""Read a file: a header, then frame by frame a number of rows, and the rows.

    Args:
        path: The file. Its header has the numbers of frames and joints; rows are
            `x y z confidence` in metres and `u v depth confidence` in turn. The picture's and
            all confidences are not made use of.

    Returns:
        The first skeleton of each frame.

    Raises:
        SkelshotError: The file cannot be read or is not UTF-8; as `BadClip` with the line, it has
            another number of joints, rows, fields or frames than it should.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "a01_s01_e01_skeleton.txt"
        >>> _ = path.write_text("2 20\n0\n40\n" + "0.1 0.5 2.6 1\n0.5 0.4 9000 1\n" * 20)
        >>> read_msr_text(path).joints[:, 0].round(1).tolist()
        [[0.0, 0.0, 0.0], [0.10000000149011612, 0.5, 2.5999999046325684]]
    """
    return _Rows([line.split() for line in read_lines(path)]).whole()


class _Rows:
    """The lines of a file as lists of fields, read from the front; blank lines are passed over.

    Args:
        lines: The lines.
    """

    def __init__(self, lines: Sequence[list[str]]) -> None:
        self._lines = [(number, cells) for number, cells in enumerate(lines, 1) if cells]
        self._at = 0

    def whole(self) -> MsrText:
        """Read everything."""
        frames = self._header()
        joints = np.zeros((frames, KINECT_V1.num_joints, 3))
        crowded = 0
        for frame in range(frames):
            place = f"frame {frame + 1} of {frames}"
            rows = self._row_count(place)
            block = [self._row(f"{place}, row {row + 1} of {rows}") for row in range(rows)]
            if block:
                joints[frame] = np.array(block[:ROWS:2])[:, :3]
            crowded += rows > ROWS
        if self._at < len(self._lines):
            line, _ = self._lines[self._at]
            raise BadClip(
                f"found {len(self._lines) - self._at} more lines behind frame {frames}, expected "
                "the end of the file",
                line,
            )
        with np.errstate(over="ignore"):  # what float32 cannot hold becomes infinite: a gap
            return MsrText(joints.astype(np.float32), crowded)

    def _header(self) -> int:
        line, cells = self._next("the header")
        if len(cells) != 2 or not all(map(_WHOLE.fullmatch, cells)):
            raise BadClip(
                f"found {' '.join(cells)!r:.60}, expected the numbers of frames and joints, such "
                f"as 120 {KINECT_V1.num_joints}",
                line,
            )
        frames, joints = map(int, cells)
        if joints != KINECT_V1.num_joints:
            raise BadClip(f"found {joints} joints, expected {KINECT_V1.num_joints}", line)
        if frames > MOST_FRAMES:
            raise BadClip(f"found {frames} frames, expected at most {MOST_FRAMES} a clip", line)
        return frames

    def _row_count(self, place: str) -> int:
        line, cells = self._next(place)
        counts = (0, ROWS, 2 * ROWS)
        known = {str(count): count for count in counts}
        if len(cells) != 1 or cells[0] not in known:
            raise BadClip(
                f"{place}: found {' '.join(cells)!r:.60}, expected a number of rows: "
                f"{counts[0]}, {counts[1]} or {counts[2]}",
                line,
            )
        return known[cells[0]]

    def _row(self, place: str) -> list[float]:
        line, cells = self._next(place)
        if len(cells) != _FIELDS:
            raise BadClip(
                f"{place}: found {len(cells)} numbers, expected {_FIELDS}: a place and its "
                "confidence",
                line,
            )
        try:
            return list(map(float, cells))
        except ValueError as error:
            raise BadClip(
                f"{place}: found {' '.join(cells)!r:.60}, expected {_FIELDS} numbers", line
            ) from error

    def _next(self, wanted: str) -> tuple[int, list[str]]:
        if self._at == len(self._lines):
            last = self._lines[-1][0] if self._lines else 1
            raise BadClip(f"the file ends before {wanted}: it is not whole", last)
        self._at += 1
        return self._lines[self._at - 1]
