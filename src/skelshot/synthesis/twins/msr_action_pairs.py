"""The synthetic twin of MSR Action Pairs: one camera, 20 joints, frames of 0, 40 or 80 rows."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from skelshot.ground.seeding import rng_for
from skelshot.skeletons.layouts import KINECT_V1, KINECT_V2
from skelshot.skeletons.mappings import mapping_matrix
from skelshot.synthesis.motion.body import performer_of
from skelshot.synthesis.performance import Performance
from skelshot.synthesis.sensing.cameras import kinect
from skelshot.synthesis.sensing.sensed import SensedBody, SensedClip
from skelshot.synthesis.sensing.sensor import sense
from skelshot.synthesis.twins.twin import SETUP, Twin, write_text

SKELETONS, VIDEOS = "Skeleton", "RGB"
CAMERA = 1
ROWS = 2 * KINECT_V1.num_joints


@dataclass(frozen=True, order=True)
class PairTake:
    """One clip.

    Args:
        action: The class's number, from 1.
        subject: Who acts.
        execution: Which of their executions, from 1.
    """

    action: int
    subject: int
    execution: int

    @property
    def clip_name(self) -> str:
        """The clip's name, such as `a01_s02_e03`."""
        return f"a{self.action:02d}_s{self.subject:02d}_e{self.execution:02d}"


@dataclass(frozen=True)
class MsrActionPairsTwin(Twin[PairTake]):
    """The twin of MSR Action Pairs; the second of a pair is the first backwards where that fits."""

    name: ClassVar[str] = "msr-action-pairs"
    most_replications: ClassVar[int] = 3
    most_cameras: ClassVar[int] = 1
    usual_performers: ClassVar[int] = 10

    def takes(self) -> list[PairTake]:
        """List the clips, action by action within each person, so that a part is balanced."""
        return [
            PairTake(action, subject, execution)
            for subject in self.performers
            for execution in self.replications
            for action in self.actions
        ]

    def clips_of(self, take: PairTake) -> int:
        """Count one clip."""
        return 1

    def videos(self) -> int:
        """Count the clips that a video shows."""
        return len(self.takes()) if self.filmed else 0

    def files_of(self, take: PairTake) -> list[Path]:
        """List the skeleton file and the video."""
        files = [self.raw / SKELETONS / f"{take.clip_name}_skeleton.txt"]
        return [*files, self._video(take)] if self.filmed else files

    def _video(self, take: PairTake) -> Path:
        return self.raw / VIDEOS / f"{take.clip_name}_rgb.avi"

    def performance(self, take: PairTake) -> Performance:
        """Perform a clip.

        Args:
            take: The clip.

        Returns:
            The performance, the same whenever it is asked for.
        """
        chance = rng_for(self.name, self.seed, take.subject, take.execution, take.action)
        return self.act(take.action).perform((performer_of(take.subject, self.seed),), chance)

    def record(self, take: PairTake) -> None:
        """Write the skeleton file and, if asked for, the video."""
        performance = self.performance(take)
        chance = rng_for("sensor", self.name, self.seed, take.clip_name)
        sensed = sense(performance, kinect(SETUP, CAMERA), chance)
        if self.filmed:
            self.film(self._video(take), performance, CAMERA)
        write_text(self.files_of(take)[0], clip_text(sensed))


def clip_text(sensed: SensedClip) -> str:
    """Write a clip as the text of a skeleton file, with the joints of the first Kinect.

    Args:
        sensed: What the sensor saw.

    Returns:
        The file's content; a false body beside the person makes a frame of 80 rows.
    """
    rows: list[list[str]] = [[] for _ in range(sensed.frames)]
    for body in sorted(sensed.bodies, key=lambda body: body.person is None):
        for frame, text in zip(body.frame_index.tolist(), _skeletons(body), strict=True):
            if len(rows[frame]) < 2:
                rows[frame].append(text)
    frames = (f"{ROWS * len(texts)}\n{''.join(texts)}" for texts in rows)
    return f"{sensed.frames} {KINECT_V1.num_joints}\n{''.join(frames)}"


def _skeletons(body: SensedBody) -> list[str]:
    """Write the rows of a body, frame by frame."""
    weights, _ = mapping_matrix(KINECT_V2, KINECT_V1)
    places = np.einsum("wv,tvc->twc", weights, body.joints)
    pixels = np.einsum("wv,tvc->twc", weights, body.depth) / kinect(SETUP, CAMERA).depth.size
    return [_rows(*pair) for pair in zip(places, pixels, strict=True)]


def _rows(places: NDArray[np.float64], pixels: NDArray[np.float64]) -> str:
    return "".join(
        f"{x:.6f} {y:.6f} {z:.6f} 1\n{u:.6f} {v:.6f} {z:.6f} 1\n"
        for (x, y, z), (u, v) in zip(places.tolist(), pixels.tolist(), strict=True)
    )
