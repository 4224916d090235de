"""Three Kinect v2 a setup: where they stand, what their two lenses see, whom performers face."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import yaml

from skelshot.ground import SkelshotError
from skelshot.rendering.camera import PinholeCamera, looking_at

CAMERA_ANGLES = {1: 0.0, 2: 45.0, 3: -45.0}
"""Degrees about the world's y axis by camera number; a positive angle stands at negative x.

The middle one is camera 1, as the NTU RGB+D paper's description of the views implies. Which of the
outer two is camera 2 is not published: here camera 2 stands to the right of camera 1, as camera 1
itself sees it (its own right, negative x).
"""

HEADINGS = {1: 45.0, 2: -45.0}
"""Heading in degrees by replication: 1 faces camera 2, 2 faces camera 3.

In the real clips of replication 1, camera 1 sees people turned about 45 degrees towards its own
right (measured), as here; that the outer camera there is number 2 is our choice.
"""

COLOUR_OFFSET = -0.0512
"""The colour lens beside the depth lens, along the depth camera's x, in metres.

Fitted to the eight real samples, with the intrinsics: residual 0.2 pixel (standard deviation).
"""


@dataclass(frozen=True)
class Setup:
    """Positions of the cameras in one setup.

    Args:
        number: 1 to 32.
        height: Of the lens above the floor, metres.
        distance: Along the floor from the lens to the performer's place, metres.
        aim: Height above that place of the point on the optical axis, metres.
    """

    number: int
    height: float
    distance: float
    aim: float


@dataclass(frozen=True, eq=False)
class Kinect:
    """One sensor: two pinhole cameras that look the same way, a hand's breadth apart.

    Args:
        setup: The setup's number.
        camera: The camera's number, 1 to 3.
        depth: The depth camera; its coordinates are the skeleton's.
        colour: The colour camera, in 1920 x 1080 pixels.
    """

    setup: int
    camera: int
    depth: PinholeCamera
    colour: PinholeCamera


@cache
def setups() -> dict[int, Setup]:
    """Return all 32 setups by number, from `setups.yaml`.

    Example:
        >>> setups()[1]
        Setup(number=1, height=1.7, distance=3.5, aim=0.5)
    """
    text = files("skelshot.synthesis.sensing").joinpath("setups.yaml").read_text("utf-8")
    rows = yaml.safe_load(text)["setups"]
    return {number: Setup(number, **row) for number, row in rows.items()}


@cache
def kinect(setup: int, camera: int) -> Kinect:
    """Place a sensor in the world of a `Performance`.

    Args:
        setup: 1 to 32.
        camera: 1 to 3.

    Returns:
        The sensor, which looks at the world's origin raised by the setup's `aim`.

    Raises:
        SkelshotError: There is no such setup or camera.

    Example:
        >>> u, v, z = kinect(1, 1).depth.project(np.array([0.0, 0.5, 0.0]))
        >>> f"{u:.1f} {v:.1f} {z:.2f}"
        '256.3 208.5 3.70'
    """
    if setup not in setups():
        raise SkelshotError(f"setup: found {setup}, expected 1 to {len(setups())}")
    if camera not in CAMERA_ANGLES:
        raise SkelshotError(f"camera: found {camera}, expected 1, 2 or 3")
    place = setups()[setup]
    angle = np.deg2rad(CAMERA_ANGLES[camera])
    across, ahead = -place.distance * np.sin(angle), -place.distance * np.cos(angle)
    position = np.array([across, place.height, ahead])
    orientation = looking_at(position, np.array([0.0, place.aim, 0.0]))
    # The depth camera's numbers were measured on the real samples, too (residual 0.06 pixel).
    depth = PinholeCamera((512, 424), (366.4, 366.4), (256.3, 208.5), position, orientation)
    colour = PinholeCamera((1920, 1080), (1058.6, 1056.6), (960.8, 567.0), position, orientation)
    return Kinect(setup, camera, depth, colour.beside(np.array([COLOUR_OFFSET, 0.0, 0.0])))


def heading_of(replication: int) -> float:
    """Tell which way performers face in a replication: one of the outer cameras.

    Args:
        replication: 1 or 2.

    Returns:
        Heading in degrees about the world's y axis (right-hand rule): 0 faces camera 1, 45 faces
        camera 2 (towards negative x), -45 faces camera 3.

    Raises:
        SkelshotError: There is no such replication.

    Example:
        >>> heading_of(1), heading_of(2)
        (45.0, -45.0)
    """
    if replication not in HEADINGS:
        raise SkelshotError(f"replication: found {replication}, expected 1 or 2")
    return HEADINGS[replication]
