"""A plain figure that the sensor can look at, so that its tests need no motion engine."""

from collections.abc import Callable

import numpy as np
import pytest

from skelshot.synthesis.performance import Array, Performance, Performer

Figure = Callable[..., Array]


def _arm(joints: Array, side: int, lifted: Array) -> None:
    """Place one arm: the wrist goes from the side of the body to the mouth as `lifted` says."""
    shoulder, elbow, wrist, hand, tip, thumb = (
        (4, 5, 6, 7, 21, 22) if side < 0 else (8, 9, 10, 11, 23, 24)
    )
    rest, mouth = np.array([0.2, 0.9, -0.05]), np.array([0.03, 1.42, -0.16])
    goal = rest + (mouth - rest) * lifted[:, None]
    goal[:, 0] *= side
    goal[:, 2] -= 0.12 * np.sin(np.pi * lifted)
    reach = goal - joints[:, shoulder]
    distance = np.linalg.norm(reach, axis=1)
    along = reach / distance[:, None]
    distance = np.minimum(distance, 0.424)
    share = (0.215**2 - 0.21**2 + distance**2) / (2 * distance)
    bent = np.sqrt(np.maximum(0.215**2 - share**2, 0))
    pole = np.array([0.6 * side, -1.0, 0.5])
    pole = pole - along * (along @ pole)[:, None]
    pole /= np.linalg.norm(pole, axis=1, keepdims=True)
    joints[:, elbow] = joints[:, shoulder] + along * share[:, None] + pole * bent[:, None]
    joints[:, wrist] = joints[:, shoulder] + along * distance[:, None]
    fingers = joints[:, wrist] - joints[:, elbow]
    fingers /= np.linalg.norm(fingers, axis=1, keepdims=True)
    joints[:, hand] = joints[:, wrist] + 0.065 * fingers
    joints[:, tip] = joints[:, wrist] + 0.11 * fingers
    joints[:, thumb] = joints[:, wrist] + 0.06 * fingers + [-0.03 * side, 0.0, -0.02]


@pytest.fixture(scope="session")
def figure() -> Figure:
    """Makes world joints (T, 25, 3): somebody lifts the right hand to the mouth and lowers it."""

    def make(
        frames: int = 95,
        heading: float = 45.0,
        place: tuple[float, float] = (0.0, 0.0),
        still: bool = False,
        size: float = 1.0,
    ) -> Array:
        t = np.arange(frames) / 30
        joints = np.zeros((frames, 25, 3))
        spine = {0: 0.86, 1: 1.12, 20: 1.32, 2: 1.385, 3: 1.5}
        for joint, height in spine.items():
            joints[:, joint, 1] = height
        for side, (shoulder, hip) in ((-1, (4, 12)), (1, (8, 16))):
            joints[:, shoulder] = 0.145 * side, 1.29, 0.0
            joints[:, hip : hip + 4] = [
                [0.065 * side, 0.85, 0.0],
                [0.085 * side, 0.49, -0.02],
                [0.095 * side, 0.15, 0.0],
                [0.11 * side, 0.08, -0.07],
            ]

        def smooth(x: Array) -> Array:
            x = np.clip(x, 0, 1)
            result: Array = x**3 * (10 - 15 * x + 6 * x * x)
            return result

        lifted = smooth((t - 0.6) / 0.9) * (1 - smooth((t - 2.0) / 0.9)) * (not still)
        _arm(joints, -1, 0 * t)
        _arm(joints, 1, lifted)
        sway = [0.01 * np.sin(1.9 * t), 0 * t, 0.012 * np.sin(1.4 * t + 1)]
        joints += (np.stack(sway, 1)[:, None] * joints[..., 1:2] / 1.5) * (not still)
        angle = np.deg2rad(heading)
        cos, sin = np.cos(angle), np.sin(angle)
        turned: Array = size * joints @ np.array([[cos, 0, -sin], [0, 1, 0], [sin, 0, cos]])
        return turned + np.array([place[0], 0.0, place[1]])

    return make


@pytest.fixture(scope="session")
def performed() -> Callable[..., Performance]:
    """Makes a performance of one or more figures; the right arm moves with purpose."""

    def make(*bodies: Array) -> Performance:
        joints = np.stack(bodies)
        purpose = np.zeros(joints.shape[:3], bool)
        purpose[0, 18:80, [9, 10, 11, 23, 24]] = True
        people = tuple(
            Performer(number + 1, 1.72, {}, False, 1.0, 1.0, 0.0, 0.0, 1.0, {})
            for number in range(len(joints))
        )
        return Performance(joints, purpose, people)

    return make
