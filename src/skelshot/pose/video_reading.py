"""Wishes about videos where clips are wanted: read by what, of how many people, on which sides."""

from dataclasses import dataclass
from pathlib import Path

from skelshot.pose.family import estimator_named
from skelshot.pose.mirrored import AskedMirror
from skelshot.pose.video import VideoPoses, video_poses


@dataclass(frozen=True)
class VideoReading:
    """Wishes about the videos among clips.

    Args:
        backend: The pose estimator, a name of `skelshot.pose.ESTIMATORS`.
        persons: The most people wanted of a video, 1 to 6.
        mirrored: Whether the videos are mirror images, as Kinect's are; "auto" goes by their names.
    """

    backend: str = "litert"
    persons: int = 1
    mirrored: AskedMirror = "auto"

    def read(self, path: Path) -> VideoPoses:
        """Find the people of a video.

        Args:
            path: The video.

        Returns:
            The skeletons and what was assumed.

        Raises:
            SkelshotError: The video cannot be read, nobody is in it, the estimator lacks something,
                or a wish cannot be met.
        """
        return video_poses(path, estimator_named(self.backend), self.persons, self.mirrored)


AS_USUAL = VideoReading()
"""One person, whose sides go by the video's name."""
