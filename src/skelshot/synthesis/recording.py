"""One take, recorded: what every camera writes of one performance."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from skelshot.ground.files import whole_file
from skelshot.ground.seeding import rng_for
from skelshot.rendering.background import Background, background_of
from skelshot.rendering.render import render
from skelshot.rendering.room import room_for
from skelshot.rendering.shapes import Shapes
from skelshot.synthesis.drawing import scene_of
from skelshot.synthesis.motion.body import performer_of
from skelshot.synthesis.motion.perform import perform
from skelshot.synthesis.motion.program import load_program
from skelshot.synthesis.performance import FRAMES_A_SECOND, Performance
from skelshot.synthesis.plan import Take
from skelshot.synthesis.sensing.cameras import heading_of, kinect
from skelshot.synthesis.sensing.sensor import sense
from skelshot.synthesis.sensing.skeleton_file import skeleton_text
from skelshot.synthesis.truth import truth_of, truth_path, write_truth
from skelshot.videos.encode import write_video

SKELETONS, VIDEOS = "nturgb+d_skeletons", "nturgb+d_rgb"
"""The folders that NTU's own archives unpack to."""


@dataclass(frozen=True)
class Recording:
    """Settings of the recording of each take.

    Args:
        raw: The data set's folder.
        seed: The data set's seed; performers and performances follow from it.
        cameras: Which cameras record.
        size: Width and height of the videos in pixels.
    """

    raw: Path
    seed: int
    cameras: tuple[int, ...]
    size: tuple[int, int]

    def skeleton_path(self, take: Take, camera: int) -> Path:
        """Tell where a clip's skeletons go.

        Args:
            take: The take.
            camera: Which camera.
        """
        return self.raw / SKELETONS / f"{take.clip_name(camera)}.skeleton"

    def video_path(self, take: Take, camera: int) -> Path:
        """Tell where a clip's video goes.

        Args:
            take: The take.
            camera: Which camera.
        """
        return self.raw / VIDEOS / f"{take.clip_name(camera)}_rgb.avi"

    def is_done(self, take: Take, filmed: bool) -> bool:
        """Tell whether every file of a take is there.

        Args:
            take: The take.
            filmed: Whether videos belong to it.
        """
        for camera in self.cameras:
            skeleton = self.skeleton_path(take, camera)
            wanted = [skeleton, truth_path(skeleton)]
            if filmed:
                wanted.append(self.video_path(take, camera))
            if not all(_holds_something(path) for path in wanted):
                return False
        return True

    def performance(self, take: Take) -> Performance:
        """Perform a take; every camera sees the same performance.

        Args:
            take: The take.

        Returns:
            The performance, the same whenever it is asked for.
        """
        program = load_program(take.action)
        numbers = [take.performer, take.partner(self.seed)][: len(program.roles)]
        people = tuple(performer_of(number, self.seed) for number in numbers)
        rng = rng_for("take", self.seed, take.action, take.performer, take.replication)
        return perform(program, people, rng, heading_of(take.replication))

    def record(self, take: Take, filmed: bool) -> None:
        """Write all files of a take, each whole or not at all.

        Args:
            take: The take.
            filmed: Whether to write videos, too.

        Raises:
            SkelshotError: Videos are asked for and PyAV is missing.
        """
        performance = self.performance(take)
        shapes = scene_of(performance) if filmed else None
        for camera in self.cameras:
            name = take.clip_name(camera)
            sensed = sense(
                performance,
                kinect(take.setup, camera),
                rng_for("sensor", self.seed, name),
            )
            skeleton = self.skeleton_path(take, camera)
            if shapes is not None:
                pictures = self._film(shapes, take.setup, camera)
                write_video(self.video_path(take, camera), pictures, round(FRAMES_A_SECOND))
            write_truth(truth_path(skeleton), truth_of(name, performance, sensed))
            with whole_file(skeleton, durable=False) as partial:
                partial.write_bytes(skeleton_text(sensed))

    def pictures(self, take: Take, camera: int) -> Iterator[NDArray[np.uint8]]:
        """Render a take as one colour camera sees it.

        Args:
            take: The take.
            camera: Which camera.

        Yields:
            Pictures RGB (H, W, 3), one a frame.
        """
        return self._film(scene_of(self.performance(take)), take.setup, camera)

    def _film(self, shapes: Shapes, setup: int, camera: int) -> Iterator[NDArray[np.uint8]]:
        view = kinect(setup, camera).colour.scaled(self.size)
        return render(shapes, view, _background(self.seed, setup, camera, self.size))


@cache
def _background(seed: int, setup: int, camera: int, size: tuple[int, int]) -> Background:
    """Take the empty room's picture once for all clips of a camera."""
    return background_of(room_for("room", seed, setup), kinect(setup, camera).colour.scaled(size))


def _holds_something(path: Path) -> bool:
    try:
        return path.stat().st_size > 0
    except OSError:
        return False
