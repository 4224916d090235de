"""PKU-MMD's label files: which action is done from which frame to which."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from skelshot.datasets.clips import BadClip
from skelshot.datasets.plain_text import read_lines
from skelshot.ground import SkelshotError

CLASSES = 51
"""Actions of part I, numbered from 1."""

MOST_LABELS = 10_000
"""The most lines of a label file; real ones have about twenty."""

LabelFrames = Literal["half-open", "inclusive"]
"""What start and end of a label count: `half-open` rows start to end - 1 counted from 0,
`inclusive` rows start to end counted from 1. The data set's authors do not say."""

PastEnd = Literal["reject", "cut"]
"""What becomes of a clip that goes on after its recording's end."""

_FIELDS = ("label", "start", "end", "confidence")
_NUMBER = re.compile(r"-?[0-9]{1,12}")


@dataclass(frozen=True)
class ActionLabel:
    """One line of a label file.

    Args:
        line: Its number, from 1.
        place: Which label of the file it is, from 1; blank lines are not counted.
        action: The action's number; 1 to 51 in a good file.
        start: The number of the first frame, as written.
        end: The number of the last frame, or of the one behind it, as written.
        exchanged: Whether the file has start and end the other way round.
    """

    line: int
    place: int
    action: int
    start: int
    end: int
    exchanged: bool = False

    def rows(self, count: LabelFrames) -> tuple[int, int]:
        """Return the rows of the recording that show the action.

        Args:
            count: What the numbers count.

        Returns:
            The first row and one past the last, counted from 0.

        Example:
            >>> label = ActionLabel(line=1, place=1, action=8, start=100, end=180)
            >>> label.rows("half-open"), label.rows("inclusive")
            ((100, 180), (99, 180))
        """
        return (self.start if count == "half-open" else self.start - 1), self.end


def read_labels(path: Path) -> list[ActionLabel | BadClip]:
    r"""Read a label file: lines of `label,start,end,confidence`.

    Args:
        path: The file; lines end in any way, blank ones are passed over, the confidence is not
            made use of.

    Returns:
        A label a line, or what is wrong with that line.

    Raises:
        SkelshotError: The file cannot be read, is not UTF-8 or has over `MOST_LABELS` lines.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "0002-L.txt"
        >>> _ = path.write_bytes(b"8,100,180,2\r\n3,200\r\n")
        >>> read_labels(path)[0]
        ActionLabel(line=1, place=1, action=8, start=100, end=180, exchanged=False)
        >>> print(read_labels(path)[1])
        found '3,200', expected label,start,end,confidence
    """
    lines = read_lines(path)
    if len(lines) > MOST_LABELS:
        raise SkelshotError(f"{path}: found {len(lines)} lines, expected at most {MOST_LABELS}")
    written = [(number, line) for number, line in enumerate(lines, 1) if line.strip()]
    return [_label(line, number, place) for place, (number, line) in enumerate(written, 1)]


def _label(text: str, line: int, place: int) -> ActionLabel | BadClip:
    cells = [cell.strip() for cell in text.split(",")]
    if len(cells) != len(_FIELDS):
        return BadClip(f"found {text.strip()!r:.60}, expected {','.join(_FIELDS)}", line)
    for field, cell in zip(_FIELDS, cells, strict=True):
        if not _NUMBER.fullmatch(cell):
            return BadClip(f"{field}: found {cell!r:.40}, expected a whole number", line)
    action, start, end = map(int, cells[:3])
    if start > end:
        return ActionLabel(line, place, action, end, start, exchanged=True)
    return ActionLabel(line, place, action, start, end)


def settled_labels(
    labels: Sequence[ActionLabel | BadClip],
    frames: int,
    recording: str,
    count: LabelFrames,
    past_end: PastEnd,
) -> list[ActionLabel | BadClip]:
    """Hold labels to their recording and to each other.

    Of two labels that overlap, the one that begins later is bad.

    Args:
        labels: As `read_labels` gives them.
        frames: Frames of the recording.
        recording: The recording's file, for messages.
        count: What the labels' numbers count.
        past_end: What becomes of a label that ends after the recording.

    Returns:
        In the same order the labels that can be used and what is wrong with the others.

    Example:
        >>> labels = [ActionLabel(1, 1, 8, 0, 60), ActionLabel(2, 2, 52, 70, 90)]
        >>> good, bad = settled_labels(labels, 100, "0002-L.txt", "half-open", "reject")
        >>> good.end, bad.line, str(bad)
        (60, 2, 'unknown label: found 52, expected 1 to 51')
    """
    within = [
        label if isinstance(label, BadClip) else _within(label, frames, recording, count, past_end)
        for label in labels
    ]
    faults = _overlaps([label for label in within if isinstance(label, ActionLabel)], count)
    return [
        faults.get(label.line, label) if isinstance(label, ActionLabel) else label
        for label in within
    ]


def _within(
    label: ActionLabel, frames: int, recording: str, count: LabelFrames, past_end: PastEnd
) -> ActionLabel | BadClip:
    """Return the label if it is of a known class and within its recording."""
    if not 1 <= label.action <= CLASSES:
        return BadClip(f"unknown label: found {label.action}, expected 1 to {CLASSES}", label.line)
    start, stop = label.rows(count)
    found = f"found frames {label.start} to {label.end}"
    if start == stop:
        return BadClip(f"{found}, expected an end after the start", label.line)
    beyond = start < 0 or start >= frames
    if beyond or (stop > frames and past_end == "reject"):
        first = 0 if count == "half-open" else 1
        advice = "" if beyond else ", or cut such clips short with --past-end cut"
        return BadClip(
            f"{found}, expected them within {first} to {frames} as {recording} has; mend the "
            f"label{advice}",
            label.line,
        )
    end = min(label.end, frames)
    return ActionLabel(label.line, label.place, label.action, label.start, end, label.exchanged)


def _overlaps(labels: Sequence[ActionLabel], count: LabelFrames) -> dict[int, BadClip]:
    """Find by their lines the labels that begin before an earlier one has ended."""
    faults: dict[int, BadClip] = {}
    before: ActionLabel | None = None
    for label in sorted(labels, key=lambda label: (label.start, label.line)):
        if before is not None and label.rows(count)[0] < before.rows(count)[1]:
            faults[label.line] = BadClip(
                f"found frames {label.start} to {label.end}, which overlap those of line "
                f"{before.line} ({before.start} to {before.end}), expected one action at a time; "
                "mend the labels",
                label.line,
            )
        else:
            before = label
    return faults
