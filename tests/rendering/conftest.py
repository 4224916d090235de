"""A person who stands and lifts the right hand, and a camera before them."""

import numpy as np
import pytest
from numpy.typing import NDArray

from skelshot.rendering.camera import PinholeCamera, looking_at


@pytest.fixture
def camera() -> PinholeCamera:
    """The Kinect's colour camera 1.7 m high and 3 m away, in 320 x 180 pixels."""
    position = np.array([0.0, 1.7, -3.0])
    turn = looking_at(position, np.array([0.0, 0.8, 0.0]))
    kinect = PinholeCamera((1920, 1080), (1052, 1056), (976, 567), position, turn)
    return kinect.scaled((320, 180))


@pytest.fixture
def standing() -> NDArray[np.float64]:
    """Joints (6, 25, 3) of Kinect v2, facing the camera, the person's left at negative x."""
    joints = np.zeros((25, 3))
    joints[[0, 1, 20, 2, 3], 1] = 0.92, 1.18, 1.40, 1.46, 1.58
    for side, arm, leg, tip in ((-1, 4, 12, 21), (1, 8, 16, 23)):
        joints[arm : arm + 4] = [
            [side * 0.155, 1.36, 0],
            [side * 0.22, 1.10, 0.02],
            [side * 0.25, 0.87, -0.03],
            [side * 0.25, 0.80, -0.05],
        ]
        joints[tip : tip + 2] = [side * 0.25, 0.74, -0.06], [side * 0.23, 0.79, -0.09]
        joints[leg : leg + 4] = [
            [side * 0.065, 0.90, 0],
            [side * 0.10, 0.50, -0.02],
            [side * 0.10, 0.09, 0],
            [side * 0.12, 0.03, -0.11],
        ]
    moving = np.repeat(joints[None], 6, axis=0)
    lift = np.linspace(0, 0.5, 6)[:, None] * [0.2, 1.0, -0.3]
    moving[:, [10, 11, 23, 24]] += lift[:, None]
    return moving
