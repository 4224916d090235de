"""Features of a few clips at a time, as they are made, put on disk and written into a cache."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self

import numpy as np
from numpy.typing import NDArray

from skelshot.ground import SkelshotError
from skelshot.teachers.cache.video import FloatArray


@dataclass(frozen=True)
class ClipNote:
    """Provenance of a clip's features.

    Args:
        name: The clip's name.
        key: Digest of all that decides them: name, frames, box, pixels, options, teacher.
        frames: Frame numbers in the video, a tuple a sample; empty when not known.
        box: Left, top, width and height of what was cut out; empty when not known.
        fallback: Why the whole frame was taken in place of the crop, if it was.
        clamped: How many frames stand beyond the video's end.
        remark: What was assumed or looks odd, if anything.
    """

    name: str
    key: str = ""
    frames: tuple[tuple[int, ...], ...] = ()
    box: tuple[int, ...] = ()
    fallback: str | None = None
    clamped: int = 0
    remark: str | None = None


@dataclass(frozen=True)
class SkippedClip:
    """A clip without features.

    Args:
        name: The clip's name.
        reason: Why, in one line.
    """

    name: str
    reason: str


@dataclass(frozen=True, eq=False)
class Chunk:
    """Features of some clips.

    Args:
        notes: The clips.
        video: f_v (clips, directions, samples, D).
        prompted: Prompted texts (clips, directions, samples, R, D), or None.
        skipped: Clips that have none.
    """

    notes: Sequence[ClipNote]
    video: FloatArray
    prompted: FloatArray | None = None
    skipped: Sequence[SkippedClip] = field(default_factory=tuple)

    @classmethod
    def of_array(
        cls, video: NDArray[np.floating], clips: Sequence[str], dim: int | None = None
    ) -> Self:
        """Take an array of the user's own.

        Args:
            video: f_v (clips, D), or (clips, samples, D) with several samples of each clip's
                frames.
            clips: Names of the clips, as the store has them.
            dim: Length D that the texts have, if there are texts.

        Returns:
            All of it as one chunk.

        Raises:
            SkelshotError: The array does not fit the names or the texts.
        """
        array = np.asarray(video, np.float32)
        if array.ndim == 2:
            array = array[:, None]
        if array.ndim != 3 or len(array) != len(clips) or 0 in array.shape:
            raise SkelshotError(
                f"video: found shape {np.shape(video)}, expected ({len(clips)} clips, dimensions) "
                f"or ({len(clips)} clips, samples, dimensions)"
            )
        if dim is not None and array.shape[2] != dim:
            raise SkelshotError(
                f"video: found {array.shape[2]} dimensions, the texts have {dim}; f_v + f_t needs "
                "both of one length"
            )
        if len(set(clips)) < len(clips):
            twice = next(name for name in clips if list(clips).count(name) > 1)
            raise SkelshotError(f"clips: names {twice!r} twice")
        return cls([ClipNote(str(name)) for name in clips], array[:, None])
