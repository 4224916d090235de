"""A performance before the cameras, which sensor, renderer and ground truth share."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

FRAMES_A_SECOND = 30.0


@dataclass(frozen=True)
class Performer:
    """A person: body, habits and clothes. The same number and seed give the same person.

    Args:
        number: The performer's number, as in file names (P008 is 8).
        stature: Height in metres, 1.38 to 2.0.
        proportions: Bone lengths in metres by name, as `body.py` documents them.
        left_handed: Whether the main hand is the left one.
        tempo: Factor on speed, about 0.75 to 1.3; above 1 is faster.
        amplitude: Factor on the reach of movements, about 0.8 to 1.2.
        stoop: Habitual forward lean of the trunk in degrees.
        hesitation: 0 to 1, how readily they pause between steps.
        girth: Factor on the thickness of limbs and trunk, about 0.85 to 1.25.
        colours: RGB in [0, 1] by name: "skin", "hair", "top", "trousers", "shoes".
    """

    number: int
    stature: float
    proportions: dict[str, float]
    left_handed: bool
    tempo: float
    amplitude: float
    stoop: float
    hesitation: float
    girth: float
    colours: dict[str, tuple[float, float, float]]


@dataclass(frozen=True, eq=False)
class ObjectTrack:
    """A thing and where it is in every frame; the skeleton knows nothing of it.

    Args:
        name: Its name in the motion program.
        kind: What it looks like: a key of `objects.yaml`.
        place: World position of its centre (T, 3), metres.
        turn: Its orientation (T, 3, 3); columns are its own x, y, z axes in the world.
        shown: Whether it is there (T,).
    """

    name: str
    kind: str
    place: Array
    turn: Array
    shown: BoolArray


@dataclass(frozen=True, eq=False)
class Performance:
    """One performance of an action, in the world, at 30 frames a second.

    The world is right-handed, metres, y up, floor at y = 0; the performance is about the
    origin, camera 1 stands at negative z and looks along +z, and x grows to that camera's own
    left. A person with heading 0 faces camera 1 (towards -z) and has their left side at -x.

    Args:
        joints: World positions (M, T, 25, 3) in the order of `KINECT_V2`.
        purpose: Which joint moves with purpose in which frame (M, T, 25): the ground truth
            for explanations. Rest, sway and balance are without purpose.
        performers: The M people.
        objects: Things held, worn, thrown or standing about.
        furniture: Chairs, tables and the like; they do not move.
        gaze: Where each face points (M, T, 3), unit vectors in the world; None if not known. The
            25 joints do not show how a head is turned.
    """

    joints: Array
    purpose: BoolArray
    performers: tuple[Performer, ...]
    objects: tuple[ObjectTrack, ...] = ()
    furniture: tuple[ObjectTrack, ...] = ()
    gaze: Array | None = None

    @property
    def frames(self) -> int:
        """Number of frames T."""
        return int(self.joints.shape[1])
