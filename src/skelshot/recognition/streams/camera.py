"""A camera as a stream: pictures, the people in them, frames."""

import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from skelshot.ground import SkelshotError
from skelshot.pose import ESTIMATORS, BodyPose, PoseEstimator, estimator_named
from skelshot.pose.estimator import Picture
from skelshot.pose.mirrored import in_camera_axes, true_sides
from skelshot.pose.placing import placed
from skelshot.recognition.streams.frame import Frame
from skelshot.skeletons.layouts import SkeletonLayout

USUAL_RATE = 30.0
"""Pictures a second of a camera that does not say."""

_DRIVERS = {"linux": "v4l2", "darwin": "avfoundation", "win32": "dshow"}


def frames_of_camera(
    number: int, backend: str = "litert", persons: int = 1, mirrored: bool = False
) -> Iterator[Frame]:
    """Follow the people before a camera.

    Args:
        number: Which camera, from 0.
        backend: The pose estimator, a name of `skelshot.pose.ESTIMATORS`.
        persons: The most people to follow.
        mirrored: Whether its pictures are mirror images.

    Yields:
        Frames, with seconds since the first picture.

    Raises:
        SkelshotError: There is no such camera, or the estimator lacks something.
    """
    estimator = estimator_named(backend)
    with ESTIMATORS.telling(estimator.name):
        yield from frames_of_pictures(_pictures(number), estimator, persons, mirrored)


def frames_of_pictures(
    pictures: Iterable[tuple[float, Picture]],
    estimator: PoseEstimator,
    persons: int,
    mirrored: bool,
) -> Iterator[Frame]:
    """Find the people in pictures as they come.

    Args:
        pictures: Moments in seconds, and RGB (H, W, 3).
        estimator: Finds them.
        persons: The most people to follow.
        mirrored: Whether the pictures are mirror images.

    Yields:
        Frames.
    """
    session = estimator.begin(persons, USUAL_RATE)
    for moment, picture in pictures:
        size = (picture.shape[1], picture.shape[0])
        yield _frame(moment, session.see(picture), size, estimator.layout, mirrored)


def _frame(
    moment: float,
    bodies: Sequence[BodyPose],
    size: tuple[int, int],
    layout: SkeletonLayout,
    mirrored: bool,
) -> Frame:
    """Set bodies into the room before the camera, as in a video."""
    joints = np.zeros((len(bodies), layout.num_joints, 3), np.float32)
    sure = np.zeros((len(bodies), layout.num_joints), np.float32)
    for place, body in enumerate(bodies):
        parts = (body.world[None], body.pixels[None], body.confidence[None])
        room = placed(*parts, size, USUAL_RATE)
        joints[place] = true_sides(in_camera_axes(room, mirrored), layout, mirrored)[0]
        sure[place] = true_sides(parts[2], layout, mirrored)[0]
    ids = tuple(str(body.track) for body in bodies)
    return Frame(moment, joints, layout, ids, np.clip(sure, 0, 1))


def _pictures(number: int) -> Iterator[tuple[float, Picture]]:
    """Give the pictures of a camera, each as it is taken."""
    av: Any = _av()
    driver = _DRIVERS.get(sys.platform, "v4l2")
    place = f"/dev/video{number}" if driver == "v4l2" else str(number)
    if driver == "v4l2" and not Path(place).exists():
        there = ", ".join(sorted(str(one) for one in Path("/dev").glob("video*"))) or "none"
        raise SkelshotError(
            f"camera:{number}: found no {place}, expected a camera; there is {there}: plug one in, "
            "or follow a recording"
        )
    try:
        with av.open(place, format=driver) as container:
            began: float | None = None
            for picture in container.decode(video=0):
                now = time.monotonic()
                began = now if began is None else began
                yield now - began, picture.to_ndarray(format="rgb24")
    except (av.FFmpegError, OSError, ValueError) as error:
        raise SkelshotError(
            f"camera:{number}: cannot be read ({error}); another program may hold it"
        ) from error


def _av() -> Any:
    try:
        import av  # noqa: PLC0415 - absent without the `video` extra
    except ImportError as error:
        raise SkelshotError(
            "camera: needs PyAV, which is not installed; "
            'pip install "skelshot[pose]", or follow skeletons'
        ) from error
    return av
