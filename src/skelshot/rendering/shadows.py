"""Soft shadows on the floor: blobs under limbs, thrown along the light."""

import math

import numpy as np
from numpy.typing import NDArray

from skelshot.ground.compiled import compiled
from skelshot.rendering.camera import PinholeCamera
from skelshot.rendering.shapes import Primitive, Shapes

Array = NDArray[np.float64]

COLUMNS = 10
"""Floor x and z of both ends, radius, darkness, and the box of pixels: columns, rows."""


def floor_shadows(shapes: Shapes, camera: PinholeCamera, light: Array) -> Array:
    """Say which blobs of shadow the shapes throw on the floor y = 0.

    A shadow is a capsule on the floor. The higher the shape is, the wider and paler its shadow.

    Args:
        shapes: S shapes over T frames; those with `shadow` 0 throw none.
        camera: Where the picture is taken from.
        light: Direction to the light in the world (3,).

    Returns:
        Rows (T, N, COLUMNS) for the N shapes that throw one; those not shown have an empty box.
    """
    shapes = shapes.pick(shapes.shadow > 0)
    start, end, radius = _segments(shapes)
    height = np.maximum(0.5 * (start[..., 1] + end[..., 1]), 0.0)
    rows = np.zeros((shapes.frames, shapes.count, COLUMNS))
    slope = light[[0, 2]] / max(float(light[1]), 0.2)
    for column, point in ((0, start), (2, end)):
        rows[..., column : column + 2] = point[..., [0, 2]] - slope * point[..., 1:2]
    rows[..., 4] = 1.35 * radius + 0.03 + 0.16 * height
    rows[..., 5] = shapes.shadow / (1 + 1.3 * height)
    low = np.minimum(rows[..., 0:2], rows[..., 2:4]) - rows[..., 4:5]
    high = np.maximum(rows[..., 0:2], rows[..., 2:4]) + rows[..., 4:5]
    corners = np.zeros((*rows.shape[:2], 4, 3))
    corners[..., 0] = np.stack([low[..., 0], low[..., 0], high[..., 0], high[..., 0]], -1)
    corners[..., 2] = np.stack([low[..., 1], high[..., 1], low[..., 1], high[..., 1]], -1)
    with np.errstate(invalid="ignore"):
        u, v, z = camera.project(corners)
        width, tall = camera.size
        for column, pixel, limit in ((6, u, width), (8, v, tall)):
            rows[..., column] = np.clip(np.floor(pixel.min(-1)), 0, limit)
            rows[..., column + 1] = np.clip(np.ceil(pixel.max(-1)), 0, limit)
        gone = ~shapes.shown | (z.min(-1) < 0.1) | ~np.isfinite(rows).all(-1)
    rows[gone] = 0
    return rows


def _segments(shapes: Shapes) -> tuple[Array, Array, Array]:
    """Return the capsules (start, end (T, S, 3), radius (S,)) that shadows are thrown of."""
    start, end = shapes.start.copy(), shapes.end.copy()
    radius = shapes.size[:, :2].max(axis=1)
    for s in np.flatnonzero(shapes.kind != Primitive.CAPSULE):
        longest = int(shapes.size[s].argmax())
        others = np.delete(shapes.size[s], longest)
        radius[s] = others.max()
        reach = shapes.turn[:, s, :, longest] * (shapes.size[s, longest] - radius[s])
        start[:, s] -= reach
        end[:, s] += reach
    return start, end, radius


@compiled
def darken_floor(
    rows: Array,
    lens: Array,
    place: Array,
    picture: NDArray[np.uint8],
    depth: NDArray[np.float32],
    shade: NDArray[np.float32],
) -> None:
    """Darken the floor of a picture by the shadows of one frame.

    Where shadows overlap the darkest counts.

    Args:
        rows: Shadows (N, COLUMNS).
        lens: Focal lengths and centre in pixels (4,).
        place: The camera's orientation (rows are its axes) and position (4, 3).
        picture: RGB (H, W, 3), changed in place.
        depth: Depth (H, W) of the scene; only pixels that show the floor darken.
        shade: Zeros (H, W), changed and set back to zeros.
    """
    top, bottom, left, right = shade.shape[0], 0, shade.shape[1], 0
    for n in range(len(rows)):
        ax, az, bx, bz, radius, dark = rows[n, :6]
        x0, x1, y0, y1 = int(rows[n, 6]), int(rows[n, 7]), int(rows[n, 8]), int(rows[n, 9])
        if x0 >= x1 or y0 >= y1:
            continue
        top, bottom = min(top, y0), max(bottom, y1)
        left, right = min(left, x0), max(right, x1)
        length = (bx - ax) ** 2 + (bz - az) ** 2 + 1e-12
        for y in range(y0, y1):
            dy = (lens[3] - y - 0.5) / lens[1]
            for x in range(x0, x1):
                dx = (x + 0.5 - lens[2]) / lens[0]
                sink = place[0, 1] * dx + place[1, 1] * dy + place[2, 1]
                if sink > -1e-3:
                    continue
                z = -place[3, 1] / sink
                if abs(z - depth[y, x]) > 1e-4 * z:
                    continue
                px = place[3, 0] + z * (place[0, 0] * dx + place[1, 0] * dy + place[2, 0]) - ax
                pz = place[3, 2] + z * (place[0, 2] * dx + place[1, 2] * dy + place[2, 2]) - az
                t = min(1.0, max(0.0, (px * (bx - ax) + pz * (bz - az)) / length))
                aside = (px - t * (bx - ax)) ** 2 + (pz - t * (bz - az)) ** 2
                fade = 1 - aside / (radius * radius)
                if fade > 0:
                    shade[y, x] = max(shade[y, x], dark * fade * math.sqrt(fade))
    for y in range(top, bottom):
        for x in range(left, right):
            if shade[y, x] > 0:
                for channel in range(3):
                    picture[y, x, channel] = int(picture[y, x, channel] * (1 - shade[y, x]) + 0.5)
                shade[y, x] = 0
