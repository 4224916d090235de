"""Pictures of moving shapes: a small software renderer."""

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from skelshot.rendering import rasterise as columns
from skelshot.rendering.background import Background
from skelshot.rendering.camera import PinholeCamera
from skelshot.rendering.rasterise import draw
from skelshot.rendering.shadows import darken_floor, floor_shadows
from skelshot.rendering.shapes import Primitive, Shapes

Array = NDArray[np.float64]
Picture = NDArray[np.uint8]

NEAREST = 0.15
"""Metres before the lens within which nothing is drawn."""


def render(shapes: Shapes, camera: PinholeCamera, background: Background) -> Iterator[Picture]:
    """Draw a clip frame by frame.

    What never moves is drawn once. The same shapes, camera and background give the same bytes.

    Args:
        shapes: S shapes over T frames, in the world.
        camera: Where the picture is taken from; its size is the pictures' size.
        background: The empty room, taken by the same camera.

    Yields:
        T pictures RGB (H, W, 3), each an array of its own.

    Example:
        >>> from skelshot.rendering.background import background_of
        >>> from skelshot.rendering.room import room_for
        >>> from skelshot.rendering.shapes import Primitive, solid
        >>> camera = PinholeCamera(
        ...     (64, 36), (35, 35), (32, 18), np.array([0.0, 1.0, -3.0]), np.eye(3)
        ... )
        >>> ball = solid(Primitive.BALL, np.ones((2, 3)), np.eye(3), (0.2, 0.2, 0.2), (1, 0, 0))
        >>> pictures = list(render(ball, camera, background_of(room_for(0), camera)))
        >>> len(pictures), pictures[0].shape
        (2, (36, 64, 3))
    """
    for picture, _ in _draw_frames(shapes, camera, background):
        yield picture


def render_with_depth(
    shapes: Shapes, camera: PinholeCamera, background: Background
) -> Iterator[tuple[Picture, NDArray[np.float32]]]:
    """Draw a clip as `render` does, and tell how far away each pixel is.

    Args:
        shapes: S shapes over T frames.
        camera: Where the picture is taken from.
        background: The empty room, taken by the same camera.

    Yields:
        Picture RGB (H, W, 3) and depth z (H, W) in metres along the optical axis.
    """
    for picture, depth in _draw_frames(shapes, camera, background):
        yield picture, depth.copy()


def _draw_frames(
    shapes: Shapes, camera: PinholeCamera, background: Background
) -> Iterator[tuple[Picture, NDArray[np.float32]]]:
    """Yield pictures, and depths in one array that the next frame writes over."""
    still = shapes.still()
    lens = np.array([*camera.focal, *camera.centre], np.float64)
    place = np.vstack([camera.orientation, camera.position])
    light = _light(background, camera)
    empty, empty_depth = background.picture.copy(), background.depth.copy()
    shade = np.zeros(empty_depth.shape, np.float32)

    fixed, moving = shapes.pick(still), shapes.pick(~still)
    shadows = floor_shadows(fixed, camera, background.towards_light)
    darken_floor(shadows[0], lens, place, empty, empty_depth, shade)
    rows, order = _rows(fixed, camera), _order(fixed, camera)
    draw(rows[0], order[0], lens, light, empty, empty_depth)

    shadows = floor_shadows(moving, camera, background.towards_light)
    rows, order = _rows(moving, camera), _order(moving, camera)
    depth = empty_depth.copy()
    for t in range(shapes.frames):
        picture = empty.copy()
        np.copyto(depth, empty_depth)
        darken_floor(shadows[t], lens, place, picture, depth, shade)
        draw(rows[t], order[t], lens, light, picture, depth)
        yield picture, depth


def _light(background: Background, camera: PinholeCamera) -> Array:
    """Return the light as `draw` wants it, in camera coordinates."""
    toward = camera.orientation @ background.towards_light
    up = camera.orientation[:, 1]
    return np.array([*toward, *up, background.ambient, *background.lamp])


def _order(shapes: Shapes, camera: PinholeCamera) -> NDArray[np.int64]:
    """Return the shapes of each frame (T, S), the farthest first."""
    middle = camera.to_camera(0.5 * (shapes.start + shapes.end))
    return np.argsort(-middle[..., 2], axis=1, kind="stable")


def _rows(shapes: Shapes, camera: PinholeCamera) -> Array:
    """Return every shape of every frame as a row for `draw` (T, S, columns)."""
    start, end = camera.to_camera(shapes.start), camera.to_camera(shapes.end)
    rows = np.zeros((shapes.frames, shapes.count, columns.COLUMNS))
    size = _visible_sizes(shapes, start[..., 2], camera)
    axes = camera.orientation @ shapes.turn
    into = np.swapaxes(axes, -1, -2) / np.where(size > 0, size, 1.0)[..., None]
    rows[..., columns.KIND] = shapes.kind
    rows[..., columns.START : columns.START + 3] = start
    rows[..., columns.AXIS : columns.AXIS + 3] = end - start
    rows[..., columns.RADII : columns.RADII + 2] = size[..., :2]
    rows[..., columns.INTO : columns.INTO + 9] = into.reshape(*into.shape[:2], 9)
    rows[..., columns.ORIGIN : columns.ORIGIN + 3] = -(into @ start[..., None])[..., 0]
    rows[..., columns.COLOUR : columns.COLOUR + 3] = 255 * shapes.colour
    rows[..., columns.STRIPES : columns.STRIPES + 3] = 255 * shapes.stripes
    rows[..., columns.PERIOD : columns.PERIOD + 2] = shapes.period
    length = np.median(np.linalg.norm(end - start, axis=-1), axis=0)
    rows[..., columns.CORE : columns.CORE + 3] = shapes.core @ camera.orientation.T
    rows[..., columns.EXTENT] = np.where(shapes.kind == Primitive.CAPSULE, length, size[..., 1])
    rows[..., columns.BIAS] = shapes.bias

    capsule = (shapes.kind == Primitive.CAPSULE)[None, :, None]
    # Half sizes along the camera's axes: of the two balls, of the ellipsoid, of the box.
    ball = np.sqrt(((axes * size[..., None, :]) ** 2).sum(-1))
    box = np.abs(axes * size[..., None, :]).sum(-1)
    half = np.where((shapes.kind == Primitive.BALL)[None, :, None], ball, box)
    half_start = np.where(capsule, size[..., :1], half)
    half_end = np.where(capsule, size[..., 1:2], half)
    low, high = _pixels_around(start, half_start, camera)
    low_end, high_end = _pixels_around(end, half_end, camera)
    nearest = np.minimum(start[..., 2] - half_start[..., 2], end[..., 2] - half_end[..., 2])
    with np.errstate(invalid="ignore"):
        seen = shapes.shown & (nearest > NEAREST)
    width, tall = camera.size
    for axis, limit in ((0, width), (1, tall)):
        first = np.clip(np.floor(np.minimum(low, low_end)[..., axis] - 0.5), 0, limit)
        last = np.clip(np.ceil(np.maximum(high, high_end)[..., axis] + 0.5), 0, limit)
        rows[..., columns.BOX + 2 * axis] = np.where(seen, first, 0)
        rows[..., columns.BOX + 2 * axis + 1] = np.where(seen, last, 0)
    return rows


def _visible_sizes(shapes: Shapes, z: Array, camera: PinholeCamera) -> Array:
    """Return half sizes (T, S, 3) that are large enough to be seen at depth z (T, S).

    A shape with a least size is at least that long and at least 0.85 times that thick.
    """
    metres = 0.5 * shapes.least * np.maximum(z, 0) / math.sqrt(math.prod(camera.focal))
    longest = shapes.size == shapes.size.max(axis=1, keepdims=True)
    thick = metres[..., None] * np.where(longest, 1.0, 0.85)
    used = np.where(shapes.kind == Primitive.CAPSULE, [[1], [1], [0]], 1).T
    return np.maximum(shapes.size, thick * used)


def _pixels_around(middle: Array, half: Array, camera: PinholeCamera) -> tuple[Array, Array]:
    """Return the lowest and highest pixels (T, S, 2) of boxes around points (T, S, 3)."""
    near = np.maximum(middle[..., 2:] - half[..., 2:], NEAREST)
    far = np.maximum(middle[..., 2:] + half[..., 2:], NEAREST)
    scale = np.array([camera.focal[0], -camera.focal[1]])
    edges = np.stack([middle[..., :2] - half[..., :2], middle[..., :2] + half[..., :2]])
    pixels = np.concatenate([edges / near, edges / far]) * scale + camera.centre
    return pixels.min(axis=0), pixels.max(axis=0)
