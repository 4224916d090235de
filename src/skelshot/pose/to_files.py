"""Videos into `.npz` files of one clip each, as `prepare npz` and the recogniser read them."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from skelshot.datasets.npz_files import write_npz_clip
from skelshot.ground import SkelshotError
from skelshot.ground.printable import printable
from skelshot.ground.progress import progress_bar
from skelshot.pose.drawing import Drawn, draw_poses
from skelshot.pose.estimator import PoseEstimator
from skelshot.pose.mirrored import AskedMirror
from skelshot.pose.placing import FOCAL
from skelshot.pose.video import USUAL_RATE, VideoPoses, check_wishes, video_poses
from skelshot.videos.decode import VideoFile


@dataclass(frozen=True, eq=False)
class PosedVideo:
    """A video whose skeletons were written.

    Args:
        video: The video.
        file: What was written.
        poses: The skeletons.
        seconds: Time that it took.
        picture: What they were drawn into, if they were.
    """

    video: Path
    file: Path
    poses: VideoPoses
    seconds: float
    picture: Path | None = None

    def as_json(self) -> dict[str, Any]:
        """Return what was found as a JSON document."""
        sequence = self.poses.sequence
        return {
            "video": str(self.video),
            "file": str(self.file),
            "picture": None if self.picture is None else str(self.picture),
            "persons": sequence.persons,
            "frames": sequence.frames,
            "present": int(sequence.present.any(axis=0).sum()),
            "rate": sequence.rate,
            "layout": sequence.layout.name,
            "mirrored": self.poses.mirroring.mirrored,
            "mirrored_because": self.poses.mirroring.reason,
            "milliseconds": 1000 * self.seconds / sequence.frames,
            "remarks": list(self.poses.remarks),
        }


@dataclass(frozen=True)
class NoPose:
    """A video that gave no skeleton.

    Args:
        video: The video.
        reason: Why, in one line that names it.
    """

    video: str
    reason: str


@dataclass(frozen=True, eq=False)
class PoseReport:
    """The videos that were written, and those that gave nothing.

    Args:
        written: Those whose skeletons were written.
        rejected: The others.
    """

    written: tuple[PosedVideo, ...]
    rejected: tuple[NoPose, ...]


def pose_files(
    videos: Sequence[Path],
    out: Path,
    estimator: PoseEstimator,
    *,
    persons: int = 1,
    mirrored: AskedMirror = "auto",
    focal: float = FOCAL,
    label: str | None = None,
    drawn: Drawn | None = None,
) -> PoseReport:
    """Write the skeletons of videos, with progress on stderr.

    Args:
        videos: The videos.
        out: The file of one video, ending in `.npz`, or the folder of one file a video, called as
            the video is.
        estimator: What finds people.
        persons: The most people wanted of a video.
        mirrored: Whether the videos are mirror images.
        focal: The camera's focal length as a share of the picture's longer side.
        label: The class of all videos, if it is known.
        drawn: Draw the skeletons over the video as well, beside its file: `NAME-skeletons.mp4` or
            `.png`.

    Returns:
        What was written, and the videos that gave nothing.

    Raises:
        SkelshotError: Two videos would have one file, a file cannot be written, or the estimator
            lacks something.
    """
    check_wishes(persons, focal)
    files = _files_of(videos, out)
    estimator.begin(persons, USUAL_RATE)  # what it lacks is said once, before any work
    for folder in {file.parent for file in files}:
        folder.mkdir(parents=True, exist_ok=True)
    written: list[PosedVideo] = []
    rejected: list[NoPose] = []
    for video, file in zip(videos, files, strict=True):
        began = time.monotonic()
        try:
            poses = _watched(video, estimator, persons, mirrored, focal)
        except SkelshotError as error:
            rejected.append(NoPose(str(video), printable(str(error), 2000)))
            continue
        seconds = time.monotonic() - began
        write_poses(file, poses, video.name, label)
        picture = None
        if drawn is not None:
            picture = file.with_name(f"{file.stem}-skeletons.{drawn}")
            draw_poses(video, poses.sequence, picture)
        written.append(PosedVideo(video, file, poses, seconds, picture))
    return PoseReport(tuple(written), tuple(rejected))


def _watched(
    video: Path, estimator: PoseEstimator, persons: int, mirrored: AskedMirror, focal: float
) -> VideoPoses:
    with progress_bar(video.name, VideoFile(video).frames) as bar:
        return video_poses(video, estimator, persons, mirrored, focal, lambda _: bar.advance())


def write_poses(file: Path, poses: VideoPoses, video: str, label: str | None = None) -> None:
    """Write the skeletons of one video as the `npz` reader takes them.

    Args:
        file: The file, ending in `.npz`.
        poses: The skeletons.
        video: The video's name.
        label: The class's name, if it is known.
    """
    sequence = poses.sequence
    write_npz_clip(
        file,
        sequence.joints,
        label=label,
        layout=sequence.layout,
        present=sequence.present,
        confidence=sequence.confidence,
        pixels=sequence.pixels,
        picture_size=sequence.picture_size,
        rate=sequence.rate,
        video=video,
    )


def _files_of(videos: Sequence[Path], out: Path) -> list[Path]:
    """Name the file of each video."""
    if out.suffix.lower() == ".npz" and not out.is_dir():
        if len(videos) > 1:
            raise SkelshotError(
                f"--out: found the file {out} for {len(videos)} videos, expected a folder"
            )
        return [out]
    if out.exists() and not out.is_dir():
        raise SkelshotError(f"--out: found the file {out}, expected a folder, or a name in .npz")
    files = [out / f"{video.stem}.npz" for video in videos]
    twice = next((file for place, file in enumerate(files) if file in files[:place]), None)
    if twice is not None:
        raise SkelshotError(f"--out: two videos would be written to {twice}; name them apart")
    return files
