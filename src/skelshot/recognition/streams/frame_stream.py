"""Frames of a stream of lines, of which some may be bad."""

from collections.abc import Iterable, Iterator

from skelshot.ground import SkelshotError
from skelshot.recognition.streams.frame import Frame
from skelshot.recognition.streams.frame_lines import BadHeader, FrameLines
from skelshot.recognition.streams.line_source import Tell
from skelshot.skeletons.layouts import SkeletonLayout

_GIVE_UP = 20
"""Bad lines before the first frame after which a stream is none of frames."""

_TOLD = 3


def frames_of_lines(
    lines: Iterable[bytes], layout: SkeletonLayout | None, tell: Tell, strict: bool = False
) -> Iterator[Frame]:
    """Read frames, and go on past bad lines.

    Args:
        lines: One JSON document each; empty ones are passed over.
        layout: Names the joints, unless the first line does.
        tell: Is told of the first bad lines, and how many there were.
        strict: Whether a bad line ends it all.

    Yields:
        Frames.

    Raises:
        SkelshotError: No line is a frame, the first one names joints or units that are not
            known, or with `strict` a line is bad.
    """
    reader, bad, good = FrameLines(layout), 0, 0
    first: SkelshotError | None = None
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            frame = reader.read(line, number)
        except SkelshotError as error:
            bad += 1
            if strict or isinstance(error, BadHeader) or (not good and bad >= _GIVE_UP):
                raise
            if bad <= _TOLD:
                tell(f"left out: {error}")
            first = first or error
            continue
        if frame is not None:
            good += 1
            yield frame
    if bad > _TOLD:
        tell(f"{bad} lines were left out, {good} read")
    if first is not None and not good:
        raise first
