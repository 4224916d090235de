"""The output of readers: clips, and sources that gave none."""

from dataclasses import dataclass

from skelshot.ground import SkelshotError
from skelshot.skeletons.sequence import SkeletonSequence

UNLABELLED = -1
"""The label of a clip whose class is not known, which is a query and never learnt from."""


class BadClip(SkelshotError):  # noqa: N818 - named for what it is, as `Rejected` is
    """A clip that cannot be used; readers turn it into `Rejected`.

    Args:
        reason: What was found, what was expected.
        line: Line of the source file, where that is known.
    """

    def __init__(self, reason: str, line: int | None = None) -> None:
        super().__init__(reason)
        self.line = line


@dataclass(frozen=True, eq=False)
class Clip:
    """One clip as a reader gives it.

    Args:
        name: Unique within a store; protocols and randomness are keyed by it.
        label: Class number, from 0, or `UNLABELLED`.
        sequence: Joints (M, T, V, C) and what goes with them.
        subject: Who acts, if known.
        camera: Which camera or view, if known.
        setup: Which arrangement of the cameras, if known.
        replication: Which repetition by the same subject, if known.
        source_file: The file it came from, relative to the raw folder.
        video_file: The colour video that shows it, if known; empty where none can, since a
            camera took the clip that never was.
        frame_range: First frame and one past the last frame in that video, if known.
        repaired: How many (person, frame, joint) triples were filled by interpolation.
        ghosts: How many persons were left out because they are hardly there.
        reordered: Whether the persons were put into another order than the file's.

    Raises:
        BadClip: The name is empty, over 400 characters or not printable, a number is negative,
            or a path is not Unicode.

    Example:
        >>> from skelshot.skeletons.layouts import KINECT_V1
        >>> import numpy as np
        >>> moving = SkeletonSequence(
        ...     np.zeros((1, 8, 20, 3), np.float32), np.ones((1, 8), bool), KINECT_V1
        ... )
        >>> Clip("wave_01", 0, moving, subject=3).sequence.frames
        8
    """

    name: str
    label: int
    sequence: SkeletonSequence
    subject: int | None = None
    camera: int | None = None
    setup: int | None = None
    replication: int | None = None
    source_file: str = ""
    video_file: str | None = None
    frame_range: tuple[int, int] | None = None
    repaired: int = 0
    ghosts: int = 0
    reordered: bool = False

    def __post_init__(self) -> None:
        """Check name and numbers."""
        if not self.name or len(self.name) > 400 or not self.name.isprintable():
            raise BadClip(f"name: found {self.name[:60]!r}, expected 1 to 400 printable characters")
        if self.label < UNLABELLED:
            raise BadClip(
                f"label: found {self.label}, expected 0 or more, or {UNLABELLED} for none"
            )
        for field in ("subject", "camera", "setup", "replication"):
            number = getattr(self, field)
            if number is not None and not 0 <= number < 2**31:
                raise BadClip(f"{field}: found {number}, expected 0 or more")
        for path in (self.source_file, self.video_file or ""):
            try:
                path.encode()  # the store's index is UTF-8
            except UnicodeEncodeError as error:
                raise BadClip(
                    f"found the path {path!a:.200}, expected UTF-8; rename the file or its folder"
                ) from error


@dataclass(frozen=True)
class Rejected:
    """A source, or a clip within one, that gave nothing usable.

    Args:
        source: The file, relative to the raw folder (`file#clip` where a file holds many).
        reason: What was found and what was expected, in one line.
        line: Line of that file, where that is known.
    """

    source: str
    reason: str
    line: int | None = None
