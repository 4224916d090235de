"""Skeletons of the people in a video."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from skelshot.ground import SkelshotError
from skelshot.pose.estimator import BodyPose, Picture, PoseEstimator, PoseSession
from skelshot.pose.family import ESTIMATORS, estimator_named
from skelshot.pose.mirrored import (
    AskedMirror,
    Mirroring,
    in_camera_axes,
    mirroring_of,
    true_sides,
)
from skelshot.pose.placing import FOCAL, placed
from skelshot.skeletons.persons import order_persons
from skelshot.skeletons.sequence import SkeletonSequence
from skelshot.videos.decode import VideoFile

MOST_PERSONS = 6
"""The most people of a video that are followed: as many as MoveNet MultiPose finds."""

USUAL_RATE = 30.0
"""Pictures a second where the video does not say."""

_CANDIDATES = 4 * MOST_PERSONS
"""Tracks looked at, those seen longest, when the people of a video are chosen."""

Watch = Callable[[int], None]
"""Told the number of each picture that was looked at."""


@dataclass(frozen=True, eq=False)
class VideoPoses:
    """The skeletons of a video, and what was found and assumed on the way.

    Args:
        sequence: The people, those who act first, in metres before the camera, with their joints
            in the picture and how likely each is to be seen.
        frames: Pictures that were looked at.
        mirroring: Whether the video is a mirror image, and why that is thought.
        remarks: What the user should know.
    """

    sequence: SkeletonSequence
    frames: int
    mirroring: Mirroring
    remarks: tuple[str, ...]


def read_video(
    path: Path | str,
    backend: str = "litert",
    persons: int = 1,
    mirrored: AskedMirror = "auto",
    focal: float = FOCAL,
    **options: object,
) -> SkeletonSequence:
    """Read the skeletons of the people in a video.

    Args:
        path: The video.
        backend: The pose estimator, a name of `skelshot.pose.ESTIMATORS`.
        persons: The most people wanted, 1 to 6.
        mirrored: Whether the video is a mirror image, as Kinect's are; "auto" goes by its name.
        focal: The camera's focal length as a share of the picture's longer side.
        options: Options of the estimator.

    Returns:
        The clip in MediaPipe's 33 joints: (M, T, 33, 3) in metres, y up, x to the camera's own
        left, with positions in the picture, confidence and the video's rate.

    Raises:
        SkelshotError: The video cannot be read, nobody is in it, or the estimator lacks something.
    """
    return video_poses(path, estimator_named(backend, **options), persons, mirrored, focal).sequence


def video_poses(
    path: Path | str,
    estimator: PoseEstimator,
    persons: int = 1,
    mirrored: AskedMirror = "auto",
    focal: float = FOCAL,
    watch: Watch | None = None,
) -> VideoPoses:
    """Find the people of a video, picture by picture.

    Args:
        path: The video.
        estimator: What finds them.
        persons: The most people wanted, 1 to 6.
        mirrored: Whether the video is a mirror image.
        focal: The camera's focal length as a share of the picture's longer side.
        watch: Told the number of each picture that was looked at.

    Returns:
        The skeletons and what was assumed.

    Raises:
        SkelshotError: As for `read_video`.
    """
    check_wishes(persons, focal)
    video, path = VideoFile(path), Path(path)
    rate = video.rate or USUAL_RATE
    seen = _Seen(path, estimator, persons, rate, watch)
    with ESTIMATORS.telling(estimator.name):
        video.visit(range(video.frames), seen.use)
    if not seen.people:
        raise SkelshotError(
            f"{path}: found nobody in {video.frames} pictures, expected a person, seen whole and "
            "not too small"
        )
    mirroring = mirroring_of(path, mirrored)
    sequence = _sequence(seen, video.frames, rate, estimator, mirroring.mirrored, focal)
    sequence, _ = order_persons(sequence)
    remarks = []
    if sequence.persons > persons:
        more = sequence.persons - persons
        remarks.append(
            f"{more} more {'person was' if more == 1 else 'people were'} followed for a while and "
            "left out: somebody who passed, or one of those here after they had been lost"
        )
        sequence = sequence.of_persons(range(persons))
    if video.rate is None:
        remarks.append(f"the video does not tell its rate; {USUAL_RATE:g} a second was taken")
    if seen.session is not None and seen.session.several > persons:
        remarks.append(
            f"up to {seen.session.several} people stand in one picture, {persons} of them "
            f"{'was' if persons == 1 else 'were'} followed; --persons N follows more"
        )
    missing = int((~sequence.present.any(axis=0)).sum())
    if missing:
        remarks.append(f"nobody was found in {missing} of {video.frames} pictures")
    return VideoPoses(sequence, video.frames, mirroring, tuple(remarks))


def check_wishes(persons: int, focal: float) -> None:
    """Refuse a number of people or a focal length that cannot be.

    Args:
        persons: The most people wanted.
        focal: The focal length as a share of the picture's longer side.

    Raises:
        SkelshotError: One is out of range.
    """
    if not 1 <= persons <= MOST_PERSONS:
        raise SkelshotError(f"--persons: found {persons}, expected 1 to {MOST_PERSONS}")
    if not 0.1 <= focal <= 10:
        raise SkelshotError(
            f"--focal: found {focal:g}, expected 0.1 to 10 times the picture's longer side"
        )


class _Seen:
    """The bodies found in the pictures so far, by person."""

    def __init__(
        self, path: Path, estimator: PoseEstimator, persons: int, rate: float, watch: Watch | None
    ) -> None:
        self._path = path
        self._begin = partial(estimator.begin, persons, rate)
        self._joints = estimator.layout.num_joints
        self._watch = watch
        self._last = -1
        self.session: PoseSession | None = None
        self.size = (0, 0)
        self.people: dict[int, dict[int, BodyPose]] = {}

    def use(self, number: int, picture: Picture) -> None:
        """Look at a picture; where all are handed over again, begin anew."""
        if self.session is None or number <= self._last:
            self.session, self.people = self._begin(), {}
        size = (picture.shape[1], picture.shape[0])
        if self.people and size != self.size:
            raise SkelshotError(
                f"{self._path}, picture {number}: found {size[0]} x {size[1]} pixels, expected "
                f"{self.size[0]} x {self.size[1]} as before; convert the video to one size"
            )
        self.size, self._last = size, number
        for body in self.session.see(picture):
            _check(body, self._joints, f"{self._path}, picture {number}")
            self.people.setdefault(body.track, {})[number] = body
        if self._watch is not None:
            self._watch(number)


def _check(body: BodyPose, joints: int, place: str) -> None:
    """Hold an estimator to its contract."""
    arrays = (body.world, body.pixels, body.confidence)
    found = tuple(array.shape for array in arrays)
    if found != ((joints, 3), (joints, 2), (joints,)):
        raise SkelshotError(
            f"{place}: found world, pixels and confidence of shapes {found}, expected "
            f"({joints}, 3), ({joints}, 2) and ({joints},); mend the pose estimator"
        )
    if not all(np.isfinite(array).all() for array in arrays):
        raise SkelshotError(
            f"{place}: found joints that are no numbers, expected finite ones; mend the pose "
            "estimator"
        )


def _sequence(
    seen: _Seen, frames: int, rate: float, estimator: PoseEstimator, mirrored: bool, focal: float
) -> SkeletonSequence:
    """Put those who were seen longest into arrays, in the room before the camera."""
    longest = sorted(seen.people, key=lambda track: (-len(seen.people[track]), track))
    people = [seen.people[track] for track in longest[:_CANDIDATES]]
    layout, shape = estimator.layout, (len(people), frames, estimator.layout.num_joints)
    joints, pixels = np.zeros((*shape, 3), np.float32), np.zeros((*shape, 2), np.float32)
    confidence, present = np.zeros(shape, np.float32), np.zeros(shape[:2], bool)
    for person, bodies in enumerate(people):
        times = np.array(sorted(bodies))
        world, points, sure = (
            np.stack([getattr(bodies[time], part) for time in times.tolist()])
            for part in ("world", "pixels", "confidence")
        )
        room = placed(world, points, sure, seen.size, rate, focal, times)
        joints[person, times] = true_sides(in_camera_axes(room, mirrored), layout, mirrored)
        pixels[person, times] = true_sides(points, layout, mirrored)
        confidence[person, times] = true_sides(sure, layout, mirrored)
        present[person, times] = True
    return SkeletonSequence(
        joints,
        present,
        layout,
        confidence=confidence,
        pixels=pixels,
        picture_size=seen.size,
        rate=rate,
    )
