"""The contract of pose estimators: pictures of a video in, people's joints out."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from skelshot.ground.options import Options
from skelshot.ground.parts import NamedPart
from skelshot.skeletons.layouts import MEDIAPIPE_33, SkeletonLayout
from skelshot.skeletons.sequence import FloatArray

Picture = NDArray[np.uint8]


class PoseOptions(Options):
    """The options of all pose estimators; this base has none."""

    described: ClassVar[str] = "pose estimator"


@dataclass(frozen=True, eq=False)
class BodyPose:
    """One person in one picture, as the picture shows them: a mirrored picture is not told.

    Args:
        track: The person's number, the same from picture to picture.
        world: Joints in metres about the middle of the hips, (V, 3): x to the picture's right, y
            down, z away from the camera.
        pixels: Where each joint stands in the picture, (V, 2): columns and rows.
        confidence: How likely each joint is to be seen, (V,) in [0, 1].
    """

    track: int
    world: FloatArray
    pixels: FloatArray
    confidence: FloatArray


class PoseSession(ABC):
    """A pose estimator at work on one video or camera, whose pictures it sees in order."""

    several: int = 1
    """The most people that stood in one picture and that the estimator noticed."""

    @abstractmethod
    def see(self, picture: Picture) -> list[BodyPose]:
        """Find people in the next picture.

        Args:
            picture: RGB (H, W, 3).

        Returns:
            The people, each with their own `track`.

        Raises:
            SkelshotError: The picture cannot be used.
        """


class PoseEstimator(NamedPart, ABC):
    """A model that finds people's joints in pictures.

    Attributes:
        name: The name users type.
        layout: The joints that it finds.
        options_type: The model of its options.

    Args:
        options: Options of the estimator; its defaults when None.
    """

    part_of: ClassVar[str] = "pose estimator"
    layout: ClassVar[SkeletonLayout] = MEDIAPIPE_33
    options_type: ClassVar[type[PoseOptions]] = PoseOptions
    options: PoseOptions

    def __init__(self, options: PoseOptions | None = None) -> None:
        self.options = self.options_type() if options is None else options

    @abstractmethod
    def begin(self, persons: int, rate: float) -> PoseSession:
        """Make ready for a video.

        Args:
            persons: The most people to follow.
            rate: Pictures a second.

        Returns:
            What sees its pictures, one after the other.

        Raises:
            SkelshotError: What it needs is missing: a package, a model file.
        """
