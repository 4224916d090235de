"""The room behind the people: what stands where, in which colours and light."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skelshot.ground.seeding import rng_for

Array = NDArray[np.float64]

_FLOORS = (
    ("wood", (0.62, 0.47, 0.33)),
    ("wood", (0.48, 0.36, 0.27)),
    ("tiles", (0.66, 0.66, 0.63)),
    ("tiles", (0.55, 0.58, 0.60)),
    ("carpet", (0.38, 0.42, 0.50)),
    ("carpet", (0.50, 0.46, 0.42)),
    ("carpet", (0.45, 0.50, 0.44)),
)
_WALLS = (
    (0.86, 0.85, 0.80),
    (0.80, 0.84, 0.87),
    (0.87, 0.82, 0.74),
    (0.76, 0.82, 0.77),
    (0.83, 0.78, 0.80),
    (0.72, 0.75, 0.80),
)
_PATTERNS = {"carpet": 0.0, "wood": 1.0, "tiles": 2.0}
_PANELS = (  # bottom, height, width in metres; colour: door, window, whiteboard, poster, cupboard
    (0.0, 2.05, 0.92, (0.50, 0.38, 0.28)),
    (0.95, 1.15, 1.30, (0.80, 0.90, 0.98)),
    (0.85, 1.05, 1.80, (0.94, 0.95, 0.95)),
    (1.20, 0.85, 0.60, (0.30, 0.48, 0.62)),
    (0.0, 1.25, 1.10, (0.64, 0.58, 0.50)),
)


@dataclass(frozen=True, eq=False)
class Room:
    """A room about the origin of a world with y up and its floor at y = 0.

    Args:
        yaw: How far it is turned about the origin, radians.
        walls: Distances (4,) of the walls from the origin, metres: own +x, +z, -x, -z.
        paint: Colours of the walls RGB (4, 3) in [0, 1].
        floor: Colour of the floor RGB (3,).
        pattern: What the floor looks like: 0 carpet, 1 wooden planks, 2 tiles.
        panels: Doors, windows and the like on the walls (N, 8): wall, left, right, bottom, top
            in metres, RGB.
        towards_light: Unit vector (3,) to the light in the world.
        ambient: Light from everywhere.
        lamp: Strength of the light for red, green and blue (3,).
        seed: Of the textures.
    """

    yaw: float
    walls: Array
    paint: Array
    floor: Array
    pattern: float
    panels: Array
    towards_light: Array
    ambient: float
    lamp: Array
    seed: int


def room_for(*keys: object) -> Room:
    """Furnish a room; the same keys give the same room.

    Args:
        keys: For example a seed and the number of the setup.

    Returns:
        The room, large enough for people within 2 m of the origin.

    Example:
        >>> room_for(0, "setup", 1).yaw == room_for(0, "setup", 1).yaw
        True
    """
    rng = rng_for("room", *keys)
    kind, floor = _FLOORS[rng.integers(len(_FLOORS))]
    wall = np.array(_WALLS[rng.integers(len(_WALLS))])
    walls = rng.uniform(2.6, 4.4, 4)
    panels = []
    for side in range(4):
        for place in (-1.5, 0.0, 1.5):
            if rng.random() < 0.5:
                bottom, height, width, colour = _PANELS[rng.integers(len(_PANELS))]
                left = place + rng.uniform(-0.15, 0.15) - width / 2
                tint = np.clip(np.array(colour) + rng.normal(0, 0.04, 3), 0, 1)
                panels.append([side, left, left + width, bottom, bottom + height, *tint])
    turn, tilt = rng.uniform(0, 2 * math.pi), math.radians(rng.uniform(20, 42))
    warm = rng.uniform(-0.05, 0.05)
    return Room(
        yaw=float(rng.uniform(-0.7, 0.7)),
        walls=walls,
        paint=np.clip(wall * rng.uniform(0.9, 1.04, (4, 1)), 0, 1),
        floor=np.clip(np.array(floor) * rng.uniform(0.88, 1.1), 0, 1),
        pattern=_PATTERNS[kind],
        panels=np.array(panels).reshape(-1, 8),
        towards_light=np.array(
            [math.sin(tilt) * math.cos(turn), math.cos(tilt), math.sin(tilt) * math.sin(turn)]
        ),
        ambient=float(rng.uniform(0.5, 0.62)),
        lamp=rng.uniform(0.5, 0.62) * np.array([1 + warm, 1.0, 1 - warm]),
        seed=int(rng.integers(2**31)),
    )
