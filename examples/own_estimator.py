"""A pose estimator of one's own in one file: a standing body wherever the picture moves.

python examples/own_estimator.py

To use it with `skelshot pose VIDEO --backend box --option least=0.2`, put this file into a package
of yours and register it there, in pyproject.toml:

    [project.entry-points."skelshot.pose_estimators"]
    box = "my_package.own_estimator:BoxEstimator"
"""

import tempfile
from pathlib import Path
from typing import ClassVar

import numpy as np
from pydantic import Field

from skelshot.pose import BodyPose, PoseEstimator, PoseOptions, PoseSession, video_poses
from skelshot.pose.estimator import Picture
from skelshot.skeletons import COCO_17
from skelshot.videos.encode import write_video

TALL = 1.7
"""Metres; one camera cannot tell a tall body from a near one."""

BODY = {
    "nose": (0.0, 0.08), "eye": (0.02, 0.06), "ear": (0.04, 0.07), "shoulder": (0.11, 0.18),
    "elbow": (0.13, 0.36), "wrist": (0.14, 0.52), "hip": (0.06, 0.52), "knee": (0.06, 0.74),
    "ankle": (0.06, 0.96),
}  # fmt: skip
"""Shares of the body's height: outwards from its middle, and down from its top."""


class BoxOptions(PoseOptions):
    """Options of the estimator.

    Args:
        least: How much a pixel must differ from the first picture, as a share of white.
    """

    least: float = Field(0.1, gt=0, le=1)


class BoxSession(PoseSession):
    """One video. Whoever moves faces the camera, so that their left is to the picture's right.

    Args:
        least: As in the options, in levels of 255.
    """

    def __init__(self, least: float) -> None:
        self.least = least
        self.first: np.ndarray | None = None

    def see(self, picture: Picture) -> list[BodyPose]:
        """Find the box of what has changed; nobody where nothing has."""
        grey = picture.mean(axis=2)
        if self.first is None:
            self.first = grey
        rows, columns = np.nonzero(np.abs(grey - self.first) > self.least)
        if not len(rows):
            return []
        top, height, middle = rows.min(), np.ptp(rows) + 1, (columns.min() + columns.max()) / 2
        sides = [joint.startswith("left") - joint.startswith("right") for joint in COCO_17.joints]
        parts = np.array([BODY[joint.split()[-1]] for joint in COCO_17.joints], np.float32)
        shares = parts * np.stack([sides, np.ones(len(sides))], axis=1).astype(np.float32)
        pixels = shares * height + np.array([middle, top], np.float32)
        world = np.pad((shares - [0, BODY["hip"][1]]) * TALL, ((0, 0), (0, 1)))
        sure = np.ones(len(sides), np.float32)
        return [BodyPose(0, world.astype(np.float32), pixels.astype(np.float32), sure)]


class BoxEstimator(PoseEstimator):
    """Puts a standing body into the box of what moves."""

    name: ClassVar[str] = "box"
    layout = COCO_17
    options_type: ClassVar[type[PoseOptions]] = BoxOptions
    options: BoxOptions

    def begin(self, persons: int, rate: float) -> BoxSession:
        """Make ready for a video."""
        return BoxSession(255 * self.options.least)


def main() -> None:
    """Let a bright post walk across a picture, and say where its body is."""
    pictures = np.zeros((30, 120, 160, 3), np.uint8)
    for number, picture in enumerate(pictures[1:]):
        picture[20:110, 20 + 3 * number : 40 + 3 * number] = 255
    video = Path(tempfile.mkdtemp()) / "post.mp4"
    write_video(video, pictures, fps=10)

    found = video_poses(video, BoxEstimator.from_options({"least": 0.3}))
    hips = found.sequence.joints[0, :, list(COCO_17.centre)].mean(axis=0)
    print(f"{found.sequence.persons} person in {found.sequence.frames} pictures")
    print(f"{TALL} m tall, hips from x = {hips[1][0]:.1f} to {hips[-1][0]:.1f} m")
    print(*found.remarks, sep="\n")


if __name__ == "__main__":
    main()
