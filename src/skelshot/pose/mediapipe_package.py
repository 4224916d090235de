"""The estimator `mediapipe`: Google's own Python package, of whatever version is installed.

Versions from 0.10.22 on carry no model and take one as a `.task` file; those before carry one of
their own, which finds one person.
"""

from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from skelshot.ground import SkelshotError
from skelshot.ground.printable import printable
from skelshot.pose.boxes import Box, box_of
from skelshot.pose.estimator import BodyPose, Picture, PoseEstimator, PoseOptions, PoseSession
from skelshot.pose.tracks import PersonTrack, matches

PATIENCE = 1.0
"""Seconds for which somebody who is lost is waited for."""


class MediaPipeOptions(PoseOptions):
    """The options of the estimator `mediapipe`.

    Args:
        task: A `.task` file with the model; the package's own where it has one.
    """

    task: Path | None = Field(None, description="MediaPipe's .task file with the model")


class MediaPipeEstimator(PoseEstimator):
    """Finds people by the Python package `mediapipe`."""

    name: ClassVar[str] = "mediapipe"
    options_type: ClassVar[type[PoseOptions]] = MediaPipeOptions
    options: MediaPipeOptions

    def begin(self, persons: int, rate: float) -> PoseSession:
        """Import the package and load the model."""
        try:
            import mediapipe  # noqa: PLC0415 - absent unless somebody wants it
        except (ImportError, AttributeError, TypeError) as error:
            raise SkelshotError(
                "pose estimator mediapipe: the package mediapipe cannot be imported "
                f"({printable(str(error), 200)}); pip install mediapipe, or take another with "
                "--backend"
            ) from error
        version = getattr(mediapipe, "__version__", "of unknown version")
        if self.options.task is not None:
            return _TaskSession(mediapipe, self.options.task, persons, rate)
        if not hasattr(mediapipe, "solutions"):
            raise SkelshotError(
                f"pose estimator mediapipe: mediapipe {version} carries no model; name a "
                "pose_landmarker .task file with --task, or take another estimator with --backend"
            )
        if persons > 1:
            raise SkelshotError(
                f"--persons: found {persons}, but the model that mediapipe {version} carries finds "
                "one person; say --persons 1, or name a pose_landmarker .task file with --task"
            )
        return _SolutionSession(mediapipe)


class _SolutionSession(PoseSession):
    """The model that older versions carry."""

    def __init__(self, mediapipe: Any) -> None:
        self._pose = mediapipe.solutions.pose.Pose(model_complexity=1)

    def see(self, picture: Picture) -> list[BodyPose]:
        """Find the person in the next picture."""
        found = self._pose.process(np.ascontiguousarray(picture))
        if found.pose_landmarks is None or found.pose_world_landmarks is None:
            return []
        inside, world = found.pose_landmarks.landmark, found.pose_world_landmarks.landmark
        return [_body(0, inside, world, picture)]


class _TaskSession(PoseSession):
    """A model of a `.task` file."""

    def __init__(self, mediapipe: Any, task: Path, persons: int, rate: float) -> None:
        if not task.is_file():
            raise SkelshotError(f"--task: {task}: no such file, expected a pose_landmarker .task")
        vision = mediapipe.tasks.vision
        options = vision.PoseLandmarkerOptions(
            base_options=mediapipe.tasks.BaseOptions(model_asset_path=str(task)),
            running_mode=vision.RunningMode.VIDEO,
            num_poses=persons,
        )
        try:
            self._landmarker = vision.PoseLandmarker.create_from_options(options)
        except (RuntimeError, ValueError, OSError) as error:
            raise SkelshotError(
                f"--task: {task}: mediapipe cannot read it ({printable(str(error), 200)}), "
                "expected a pose_landmarker .task file"
            ) from error
        self._image, self._form = mediapipe.Image, mediapipe.ImageFormat.SRGB
        self._milliseconds, self._patience = 1000 / rate, round(PATIENCE * rate)
        self._tracks: list[PersonTrack] = []
        self._seen = self._next = 0

    def see(self, picture: Picture) -> list[BodyPose]:
        """Find people in the next picture, and tell who is who."""
        image = self._image(image_format=self._form, data=np.ascontiguousarray(picture))
        found = self._landmarker.detect_for_video(image, round(self._seen * self._milliseconds))
        self._seen += 1
        people = zip(found.pose_landmarks, found.pose_world_landmarks, strict=True)
        bodies = [_body(0, inside, world, picture) for inside, world in people]
        self.several = max(self.several, len(bodies))
        numbers = self._followed([box_of(body.pixels) for body in bodies])
        return [
            BodyPose(number, body.world, body.pixels, body.confidence)
            for number, body in zip(numbers, bodies, strict=True)
        ]

    def _followed(self, boxes: list[Box]) -> list[int]:
        """Return who stands in each box."""
        pairs = matches(boxes, self._tracks)
        for track in self._tracks:
            track.missed += 1
        numbers = []
        for place, box in enumerate(boxes):
            if place in pairs:
                track = self._tracks[pairs[place]]
                track.missed -= 1
                track.seen(box)
            else:
                track = PersonTrack(self._next, box)
                self._tracks.append(track)
                self._next += 1
            numbers.append(track.number)
        self._tracks = [track for track in self._tracks if track.missed <= self._patience]
        return numbers


def _body(track: int, inside: Any, world: Any, picture: Picture) -> BodyPose:
    """Turn MediaPipe's landmarks into arrays."""
    height, width = picture.shape[:2]
    return BodyPose(
        track,
        np.array([(point.x, point.y, point.z) for point in world], np.float32),
        np.array([(point.x * width, point.y * height) for point in inside], np.float32),
        np.clip(np.array([point.visibility for point in inside], np.float32), 0, 1),
    )
