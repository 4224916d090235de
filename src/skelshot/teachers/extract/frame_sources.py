"""Sources of a teacher's frames: videos in a folder, or pictures made of the skeletons."""

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, Protocol

import numpy as np

from skelshot.datasets.store.index import ClipRecord
from skelshot.ground import SkelshotError
from skelshot.skeletons.sequence import SkeletonSequence
from skelshot.videos.clip_frames import ClipFrames, VideoOptions, clip_draws
from skelshot.videos.decode import VideoFile
from skelshot.videos.video_folder import VideoFolder

Draws = Sequence[np.random.Generator | None]


class FrameSource(Protocol):
    """Gives the frames of clips; safe to call from several threads."""

    kind: Literal["videos", "rendered"]
    options: VideoOptions
    every: float | None

    def check(self, records: Sequence[ClipRecord]) -> None:
        """Refuse at once when there is nothing for any clip."""
        ...

    def frames(
        self, record: ClipRecord, sequence: SkeletonSequence, draws: Draws
    ) -> list[ClipFrames]:
        """Return the samples of a clip's frames.

        Args:
            record: The clip's row of the index.
            sequence: The clip.
            draws: What draws the frames of each sample; None takes the segments' centres.

        Returns:
            One `ClipFrames` a draw.

        Raises:
            SkelshotError: There are no frames for this clip; other clips may have some.
        """
        ...


class VideoSource:
    """Frames of recorded videos.

    Args:
        folder: Where the videos are.
        options: What of a video to read.
        every: How many frames of a video one frame of its skeleton stands for, where they have
            another rate.
    """

    kind: Literal["videos", "rendered"] = "videos"

    def __init__(
        self, folder: Path | str, options: VideoOptions, every: float | None = None
    ) -> None:
        self.options = options
        self.every = every
        self._folder = VideoFolder(folder)
        self._last = threading.local()

    def check(self, records: Sequence[ClipRecord]) -> None:
        """Refuse a folder that has no video of any clip.

        Args:
            records: The clips.

        Raises:
            SkelshotError: No clip's video is there; the message is that of the first clip.
        """
        first: SkelshotError | None = None
        for record in records:
            try:
                self._folder.find(record.name, record.video_file)
                return
            except SkelshotError as error:
                first = first or error
        raise SkelshotError(f"none of {len(records)} clips has a video there; {first}")

    def frames(
        self, record: ClipRecord, sequence: SkeletonSequence, draws: Draws
    ) -> list[ClipFrames]:
        """Read a clip's frames; the same recording is opened again only by another thread.

        Args:
            record: The clip's row of the index.
            sequence: The clip.
            draws: What draws the frames of each sample.

        Returns:
            One `ClipFrames` a draw.

        Raises:
            SkelshotError: No video, a damaged one, or one that does not fit the skeleton.
        """
        path = self._folder.find(record.name, record.video_file)
        last: VideoFile | None = getattr(self._last, "video", None)
        video = last if last is not None and last.path == path else VideoFile(path)
        self._last.video = video
        within = None
        if record.video_start is not None and record.video_stop is not None:
            within = (record.video_start, record.video_stop)
        return clip_draws(video, sequence, self.options, draws, within, self.every)
