"""A camera: pictures to frames, and none there."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from skelshot.ground import SkelshotError
from skelshot.pose import BodyPose, PoseEstimator, PoseSession
from skelshot.recognition.streams.camera import frames_of_pictures
from skelshot.recognition.streams.sources import Asked, open_source


class Standing(PoseEstimator):
    """Sees one person, two metres away, whose left wrist is to the picture's right."""

    name = "standing"

    def begin(self, persons: int, rate: float) -> PoseSession:
        class Session(PoseSession):
            def see(self, picture: Any) -> list[BodyPose]:
                world = np.random.default_rng(0).normal(0, 0.3, (33, 3)).astype(np.float32)
                world[15, 0], world[16, 0] = 0.5, -0.5
                there = world + np.float32([0.2, 0.1, 2.0])
                pixels = 0.8 * 640 * there[:, :2] / there[:, 2:] + np.float32([320, 240])
                return [BodyPose(4, world, pixels, np.ones(33, np.float32))]

        return Session()


@pytest.mark.parametrize("mirrored", [False, True])
def test_bodies_stand_in_the_room_on_their_own_sides(mirrored: bool) -> None:
    def pictures() -> Iterator[tuple[float, Any]]:
        for n in range(3):
            yield n / 30, np.zeros((480, 640, 3), np.uint8)

    frames = list(frames_of_pictures(pictures(), Standing(), 1, mirrored))
    assert [frame.time for frame in frames] == [0.0, 1 / 30, 2 / 30]
    assert frames[0].ids == ("4",)
    joints = frames[0].joints[0]
    left, right = (joints[frames[0].layout.index(f"{side} wrist")] for side in ("left", "right"))
    assert right[0] - left[0] == pytest.approx(1.0, abs=0.01)
    assert np.median(joints[:, 2]) == pytest.approx(2.0, abs=0.3)


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("camera:97", "camera:97: found no /dev/video97, expected a camera"),
        ("camera:front", "camera:front: expected a camera's number"),
        ("nowhere.json", "nowhere.json: no such file, expected a recording"),
    ],
)
def test_what_is_not_there_is_told(
    monkeypatch: pytest.MonkeyPatch, place: str, expected: str
) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setattr(
        "skelshot.recognition.streams.camera.estimator_named", lambda name: Standing()
    )
    with pytest.raises(SkelshotError, match=expected):
        list(open_source(place, Asked(), print))
