"""The picture of an empty room: floor, walls and what hangs on them."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skelshot.ground.compiled import compiled
from skelshot.ground.seeding import rng_for
from skelshot.rendering.camera import PinholeCamera
from skelshot.rendering.room import Room

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Background:
    """A picture of an empty room.

    Args:
        picture: RGB (H, W, 3).
        depth: Depth z (H, W) of what each pixel shows, metres along the optical axis.
        towards_light: Unit vector (3,) to the light in the world.
        ambient: Light from everywhere.
        lamp: Strength of the light for red, green and blue (3,).
    """

    picture: NDArray[np.uint8]
    depth: NDArray[np.float32]
    towards_light: Array
    ambient: float
    lamp: Array


def background_of(room: Room, camera: PinholeCamera) -> Background:
    """Take the picture of an empty room. It is drawn once a clip, or once for many clips.

    Args:
        room: The room.
        camera: Where from, and how many pixels.

    Returns:
        Picture and depth.
    """
    width, height = camera.size
    picture = np.empty((height, width, 3), np.uint8)
    depth = np.empty((height, width), np.float32)
    _paint(
        np.array([*camera.focal, *camera.centre]),
        np.vstack([camera.orientation, camera.position]),
        np.array([math.cos(room.yaw), math.sin(room.yaw), *room.walls]),
        np.vstack([room.paint, room.floor, room.panels[:, 5:]]) * 255,
        room.pattern,
        room.panels[:, :5],
        _noise(room.seed),
        room.towards_light,
        picture,
        depth,
    )
    return Background(picture, depth, room.towards_light, room.ambient, room.lamp)


def _noise(seed: int) -> Array:
    """Return random numbers in [-1, 1] on a grid (65, 65) whose edges fit together."""
    grid = np.empty((65, 65))
    grid[:64, :64] = rng_for("texture", seed).uniform(-1, 1, (64, 64))
    grid[64], grid[:, 64] = grid[0], grid[:, 0]
    grid[64, 64] = grid[0, 0]
    return grid


@compiled
def _smooth(noise: Array, x: float, y: float) -> float:
    """Read the noise between its grid points."""
    i, j = math.floor(x), math.floor(y)
    fx, fy = x - i, y - j
    i, j = int(i) % 64, int(j) % 64
    low = noise[j, i] * (1 - fx) + noise[j, i + 1] * fx
    high = noise[j + 1, i] * (1 - fx) + noise[j + 1, i + 1] * fx
    return float(low * (1 - fy) + high * fy)


@compiled
def _floor_tone(noise: Array, pattern: float, x: float, z: float, pixel: float) -> float:
    """Return how bright the floor is at a place; what is finer than a pixel fades away."""
    tone = 1 + 0.05 * _smooth(noise, 0.8 * x + 7, 0.8 * z)
    fine = max(0.0, 1 - 18 * pixel)
    if pattern == 0:
        return tone + 0.05 * fine * _smooth(noise, 23 * x, 23 * z)
    if pattern == 1:
        plank = math.floor(x / 0.14)
        tone += 0.07 * max(0.0, 1 - 9 * pixel) * _smooth(noise, plank * 3.3, 0.45 * z + plank * 7.7)
        tone += 0.04 * fine * _smooth(noise, 30 * x, 1.5 * z)
        line = abs(x / 0.14 - plank - 0.5)
        return tone * (1 - 0.22 * min(1.0, 0.006 / pixel) * (line > 0.5 - max(0.02, pixel / 0.28)))
    column, row = math.floor(x / 0.42), math.floor(z / 0.42)
    tone += 0.035 * _smooth(noise, column * 5.3, row * 4.7)
    line = max(abs(x / 0.42 - column - 0.5), abs(z / 0.42 - row - 0.5))
    return tone * (1 - 0.2 * min(1.0, 0.008 / pixel) * (line > 0.5 - max(0.008, pixel / 0.84)))


@compiled
def _cast(
    lens: Array,
    place: Array,
    shape: Array,
    colours: Array,
    pattern: float,
    panels: Array,
    noise: Array,
    light: Array,
    column: float,
    row: float,
) -> tuple[float, float, float, float, int]:
    """Return red, green, blue (0 to 255), depth and the surface that a ray meets."""
    dx, dy = (column - lens[2]) / lens[0], (lens[3] - row) / lens[1]
    wx = place[0, 0] * dx + place[1, 0] * dy + place[2, 0]
    wy = place[0, 1] * dx + place[1, 1] * dy + place[2, 1]
    wz = place[0, 2] * dx + place[1, 2] * dy + place[2, 2]
    # In the room's own axes a wall is a sign and a distance.
    cos, sin = shape[0], shape[1]
    rx, rz = cos * wx - sin * wz, sin * wx + cos * wz
    ox = cos * place[3, 0] - sin * place[3, 2]
    oz = sin * place[3, 0] + cos * place[3, 2]
    z, side = 40.0, -1
    if wy < -1e-6 and 0 < -place[3, 1] / wy < z:
        z, side = -place[3, 1] / wy, 4
    for wall in range(4):
        o, r = (ox, rx) if wall % 2 == 0 else (oz, rz)
        sign = 1.0 if wall < 2 else -1.0
        if sign * r > 1e-6 and 0 < (shape[2 + wall] - sign * o) / (sign * r) < z:
            z, side = (shape[2 + wall] - sign * o) / (sign * r), wall
    px, py, pz = ox + z * rx, place[3, 1] + z * wy, oz + z * rz
    surface, paint = side, max(side, 0)
    if side == 4:
        tone = _floor_tone(noise, pattern, px, pz, z / lens[1] / max(0.12, -wy))
        # Corners get less light.
        aside = min(shape[2] - px, shape[4] + px, shape[3] - pz, shape[5] + pz)
        tone *= 1.02 - 0.22 * math.exp(-max(0.0, aside) / 0.35)
        far = px * px + pz * pz
    else:
        across = pz if side % 2 == 0 else px
        tone = 1 + 0.025 * _smooth(noise, 0.7 * across + 11 * side, 0.9 * py)
        for n in range(len(panels)):
            if panels[n, 0] == side and panels[n, 1] < across < panels[n, 2]:
                frame = min(across - panels[n, 1], panels[n, 2] - across)
                frame = min(frame, py - panels[n, 3], panels[n, 4] - py)
                if frame > 0:
                    paint, surface = 5 + n, 10 + 2 * n + (frame < 0.05)
                    tone = 0.72 if frame < 0.05 else 0.96 + 0.05 * (py - panels[n, 3])
        if py < 0.09:
            tone *= 0.72
            surface += 5
        tone *= 1 - 0.15 * math.exp(-max(0.0, py) / 0.3)
        # Walls that face the light are brighter.
        lx, lz = cos * light[0] - sin * light[2], sin * light[0] + cos * light[2]
        toward = (lx if side % 2 == 0 else lz) * (-1.0 if side < 2 else 1.0)
        tone *= 0.93 + 0.14 * toward
        far = across * across + 6.0
    tone *= 1.06 - 0.014 * min(far, 22.0)
    return (
        min(255.0, colours[paint, 0] * tone),
        min(255.0, colours[paint, 1] * tone),
        min(255.0, colours[paint, 2] * tone),
        z,
        surface,
    )


@compiled
def _paint(
    lens: Array,
    place: Array,
    shape: Array,
    colours: Array,
    pattern: float,
    panels: Array,
    noise: Array,
    light: Array,
    picture: NDArray[np.uint8],
    depth: NDArray[np.float32],
) -> None:
    """Cast one ray a pixel, and four more where two surfaces meet."""
    height, width = depth.shape
    room = (lens, place, shape, colours, pattern, panels, noise, light)
    surfaces = np.empty((height, width), np.int64)
    for y in range(height):
        for x in range(width):
            red, green, blue, z, surfaces[y, x] = _cast(*room, x + 0.5, y + 0.5)
            picture[y, x, 0], picture[y, x, 1] = int(red + 0.5), int(green + 0.5)
            picture[y, x, 2], depth[y, x] = int(blue + 0.5), z
    for y in range(height):
        for x in range(width):
            here = surfaces[y, x]
            if (
                here == surfaces[y, max(x - 1, 0)]
                and here == surfaces[y, min(x + 1, width - 1)]
                and here == surfaces[max(y - 1, 0), x]
                and here == surfaces[min(y + 1, height - 1), x]
            ):
                continue
            red = green = blue = 0.5
            for corner in range(4):
                column, row = x + 0.25 + 0.5 * (corner % 2), y + 0.25 + 0.5 * (corner // 2)
                r, g, b, _, _ = _cast(*room, column, row)
                red, green, blue = red + r / 4, green + g / 4, blue + b / 4
            picture[y, x, 0], picture[y, x, 1] = int(red), int(green)
            picture[y, x, 2] = int(blue)
