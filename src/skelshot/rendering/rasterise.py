"""Compiled loops that colour pixels: shapes by ray intersection, shadows on the floor.

Rays start at the lens (the origin of camera coordinates) and are written (dx, dy, 1), so that the
parameter along a ray is the depth z. Edges are smoothed by how much of the pixel the shape covers,
which costs one ray a pixel; boxes and discs, whose outlines have corners, take four.
"""

import math

import numpy as np
from numpy.typing import NDArray

from skelshot.ground.compiled import compiled

Array = NDArray[np.float64]
Picture = NDArray[np.uint8]
Depth = NDArray[np.float32]

# Columns of a row, which is one shape in one frame, in camera coordinates.
KIND = 0
START = 1  # to 3: capsule's first end
AXIS = 4  # to 6: capsule's last end minus its first
RADII = 7  # to 8
INTO = 9  # to 17: matrix (3, 3) into the space where the solid has half sizes 1
ORIGIN = 18  # to 20: the lens in that space
COLOUR = 21  # to 23, RGB in 0..255
STRIPES = 24  # to 26
PERIOD = 27  # and the offset
EXTENT = 29  # metres that 1 is in the coordinate that stripes count along
BIAS = 30
BOX = 31  # to 34: first and last column, first and last row of pixels
CORE = 35  # to 37: capsule's axis minus the axis about which it is shaded
COLUMNS = 38


@compiled
def draw(
    rows: Array, order: NDArray[np.int64], lens: Array, light: Array, picture: Picture, depth: Depth
) -> None:
    """Draw shapes into a picture, nearer ones in front.

    Args:
        rows: One row a shape (S, COLUMNS), see the constants of this module.
        order: Which shapes to draw, the farthest first, so that smooth edges lie on what is
            behind them.
        lens: Focal lengths and centre in pixels (4,).
        light: Direction to the light, direction up (camera coordinates), ambient light, strength
            of the light for red, green and blue (10,).
        picture: RGB (H, W, 3), changed in place.
        depth: Depth z of every pixel (H, W), changed in place.
    """
    for place in range(len(order)):
        row = rows[order[place]]
        if row[KIND] == 0:
            _draw_capsule(row, lens, light, picture, depth)
        elif row[KIND] == 1:
            _draw_ball(row, lens, light, picture, depth)
        else:
            _draw_faceted(row, lens, light, picture, depth)


@compiled
def _put(
    row: Array,
    light: Array,
    picture: Picture,
    depth: Depth,
    at: tuple[int, int],
    cover: float,
    ray: tuple[float, float, float],
    normal: tuple[float, float, float],
    along: float,
) -> None:
    """Shade a surface point and blend it into its pixel; `ray` is (dx, dy, z)."""
    y, x = at
    dx, dy, z = ray
    nx, ny, nz = normal
    size = math.sqrt(nx * nx + ny * ny + nz * nz) + 1e-12
    nx, ny, nz = nx / size, ny / size, nz / size
    facing = -(nx * dx + ny * dy + nz) / math.sqrt(dx * dx + dy * dy + 1)
    lit = nx * light[0] + ny * light[1] + nz * light[2]
    up = nx * light[3] + ny * light[4] + nz * light[5]
    # A light as wide as a window reaches a little around the corner.
    lit = max(0.0, (lit + 0.25) / 1.25)
    # Darker where the surface turns away: limbs stand out before a trunk of the same colour.
    edge = 0.58 + 0.42 * min(1.0, max(0.0, 1.6 * facing))
    first = COLOUR
    if row[PERIOD] > 0 and (along * row[EXTENT] + row[PERIOD + 1]) % row[PERIOD] < (
        0.42 * row[PERIOD]
    ):
        first = STRIPES
    for channel in range(3):
        shade = edge * (light[6] * (0.8 + 0.2 * up) + light[7 + channel] * lit)
        value = min(255.0, row[first + channel] * shade)
        under = picture[y, x, channel]
        picture[y, x, channel] = int(under + cover * (value - under) + 0.5)
    if cover >= 0.5:
        depth[y, x] = z - row[BIAS]


@compiled
def _draw_capsule(row: Array, lens: Array, light: Array, picture: Picture, depth: Depth) -> None:
    """Draw a cone with round ends; formulas as Quilez, "intersectors", rounded cone."""
    fx, fy, cx, cy = lens[0], lens[1], lens[2], lens[3]
    focal = math.sqrt(fx * fy)
    ax, ay, az = row[START], row[START + 1], row[START + 2]
    bx, by, bz = row[AXIS], row[AXIS + 1], row[AXIS + 2]
    ra, rb = row[RADII], row[RADII + 1]
    ox, oy, oz = row[CORE], row[CORE + 1], row[CORE + 2]
    thinner = ra - rb
    m0 = bx * bx + by * by + bz * bz + 1e-12
    m1 = -(bx * ax + by * ay + bz * az)
    m5 = ax * ax + ay * ay + az * az
    ex, ey, ez = ax + bx, ay + by, az + bz
    m7 = ex * ex + ey * ey + ez * ez
    steep = thinner * thinner > 0.1 * m0
    for y in range(int(row[BOX + 2]), int(row[BOX + 3])):
        dy = (cy - y - 0.5) / fy
        for x in range(int(row[BOX]), int(row[BOX + 1])):
            dx = (x + 0.5 - cx) / fx
            dd = dx * dx + dy * dy + 1
            m2 = bx * dx + by * dy + bz
            m3 = -(ax * dx + ay * dy + az)
            m6 = -(ex * dx + ey * dy + ez)
            # The point of the axis that is nearest to the ray, and how far inside the ray is.
            slant = m0 * dd - m2 * m2
            t = min(1.0, max(0.0, (m1 * dd - m2 * m3) / slant if slant > 1e-12 else 0.5))
            toward = t * m2 - m3
            square = m5 - 2 * t * m1 + t * t * m0 - toward * toward / dd
            radius = ra - t * thinner
            gap = math.sqrt(max(square, 0.0))
            near = toward / dd
            cover = 0.5 + (radius - gap) * focal / max(near, 1e-6)
            if steep or slant < 0.3 * m0 * dd:  # either ball may stand out behind the other
                for end in range(2):
                    m, k, r = (m5, m3, ra) if end == 0 else (m7, m6, rb)
                    aside = math.sqrt(max(m - k * k / dd, 0.0))
                    other = 0.5 + (r - aside) * focal / max(-k / dd, 1e-6)
                    if other > cover:
                        cover, gap, t, near = other, aside, float(end), -k / dd
            if cover <= 0:
                continue
            # Where the ray misses but the pixel does not, the outline stands for the surface.
            z, at_hit = _meet_cone((m0, m1, m2, m3, m5, m6, m7), ra, rb, dd)
            if z < 1e29:
                t = at_hit
            else:
                z = near
            if 0 < z < depth[y, x] + row[BIAS]:
                normal = (
                    z * dx - ax - t * bx + ox,
                    z * dy - ay - t * by + oy,
                    z - az - t * bz + oz,
                )
                ray = (dx, dy, z)
                _put(row, light, picture, depth, (y, x), min(cover, 1.0), ray, normal, t)


@compiled
def _meet_cone(products: tuple[float, ...], ra: float, rb: float, dd: float) -> tuple[float, float]:
    """Return where a ray meets a rounded cone, its depth and place on the axis; 1e30 for not.

    With a and e from the ends to the lens, b from end to end and d the ray: m0 = b.b, m1 = b.a,
    m2 = b.d, m3 = a.d, m5 = a.a, m6 = e.d, m7 = e.e, dd = d.d; ra and rb are the radii.
    """
    m0, m1, m2, m3, m5, m6, m7 = products
    thinner = ra - rb
    d2 = m0 - thinner * thinner
    k2 = d2 * dd - m2 * m2
    k1 = d2 * m3 - m1 * m2 + m2 * thinner * ra
    k0 = d2 * m5 - m1 * m1 + 2 * m1 * thinner * ra - m0 * ra * ra
    h = k1 * k1 - k0 * k2
    if h >= 0 and d2 > 0 and abs(k2) > 1e-12:
        z = (-math.sqrt(h) - k1) / k2
        v = m1 - ra * thinner + z * m2
        if 0 < v < d2:
            return z, v / d2
    z, t = 1e30, 0.0
    h1 = m3 * m3 - dd * (m5 - ra * ra)
    h2 = m6 * m6 - dd * (m7 - rb * rb)
    if h1 > 0:
        z = (-m3 - math.sqrt(h1)) / dd
    if h2 > 0 and (-m6 - math.sqrt(h2)) / dd < z:
        z, t = (-m6 - math.sqrt(h2)) / dd, 1.0
    return z, t


@compiled
def _draw_ball(row: Array, lens: Array, light: Array, picture: Picture, depth: Depth) -> None:
    """Draw an ellipsoid: a unit ball in its own space."""
    fx, fy, cx, cy = lens[0], lens[1], lens[2], lens[3]
    focal = math.sqrt(fx * fy)
    m = row[INTO : INTO + 9]
    ox, oy, oz = row[ORIGIN], row[ORIGIN + 1], row[ORIGIN + 2]
    oo = ox * ox + oy * oy + oz * oz
    for y in range(int(row[BOX + 2]), int(row[BOX + 3])):
        dy = (cy - y - 0.5) / fy
        for x in range(int(row[BOX]), int(row[BOX + 1])):
            dx = (x + 0.5 - cx) / fx
            ux = m[0] * dx + m[1] * dy + m[2]
            uy = m[3] * dx + m[4] * dy + m[5]
            uz = m[6] * dx + m[7] * dy + m[8]
            dd = ux * ux + uy * uy + uz * uz
            od = ox * ux + oy * uy + oz * uz
            z = -od / dd
            wx, wy, wz = ox + z * ux, oy + z * uy, oz + z * uz
            gap = math.sqrt(wx * wx + wy * wy + wz * wz) + 1e-9
            # How fast the distance grows in the own space per metre in the camera's.
            gx = (m[0] * wx + m[3] * wy + m[6] * wz) / gap
            gy = (m[1] * wx + m[4] * wy + m[7] * wz) / gap
            grows = math.sqrt(gx * gx + gy * gy) + 1e-9
            cover = 0.5 + (1 - gap) / grows * focal / max(z, 1e-6)
            if cover <= 0 or z <= 0:
                continue
            h = od * od - dd * (oo - 1)
            if h > 0:
                z = (-od - math.sqrt(h)) / dd
                wx, wy, wz = ox + z * ux, oy + z * uy, oz + z * uz
            if 0 < z < depth[y, x] + row[BIAS]:
                normal = (
                    m[0] * wx + m[3] * wy + m[6] * wz,
                    m[1] * wx + m[4] * wy + m[7] * wz,
                    m[2] * wx + m[5] * wy + m[8] * wz,
                )
                ray = (dx, dy, z)
                _put(row, light, picture, depth, (y, x), min(cover, 1.0), ray, normal, wy)


@compiled
def _meet_faceted(
    box: bool, ox: float, oy: float, oz: float, ux: float, uy: float, uz: float
) -> tuple[float, int]:
    """Return where the ray o + z u enters the unit box or disc, and the side; -1 for nowhere."""
    side = 1
    steep = uy if abs(uy) > 1e-12 else 1e-12
    enter, leave = (-1 - oy) / steep, (1 - oy) / steep
    if enter > leave:
        enter, leave = leave, enter
    if box:
        for axis in range(0, 3, 2):
            o, u = (ox, ux) if axis == 0 else (oz, uz)
            steep = u if abs(u) > 1e-12 else 1e-12
            first, last = (-1 - o) / steep, (1 - o) / steep
            if first > last:
                first, last = last, first
            if first > enter:
                enter, side = first, axis
            leave = min(leave, last)
    else:
        dd = ux * ux + uz * uz + 1e-12
        od = ox * ux + oz * uz
        h = od * od - dd * (ox * ox + oz * oz - 1)
        if h <= 0:
            return 0.0, -1
        if (-od - math.sqrt(h)) / dd > enter:
            enter, side = (-od - math.sqrt(h)) / dd, 3
        leave = min(leave, (-od + math.sqrt(h)) / dd)
    return (enter, side) if 0 < enter < leave else (0.0, -1)


@compiled
def _draw_faceted(row: Array, lens: Array, light: Array, picture: Picture, depth: Depth) -> None:
    """Draw a box or a disc with four rays a pixel."""
    fx, fy, cx, cy = lens[0], lens[1], lens[2], lens[3]
    m = row[INTO : INTO + 9]
    ox, oy, oz = row[ORIGIN], row[ORIGIN + 1], row[ORIGIN + 2]
    for y in range(int(row[BOX + 2]), int(row[BOX + 3])):
        for x in range(int(row[BOX]), int(row[BOX + 1])):
            hits = 0
            best = 1e30
            nx = ny = nz = along = bestx = besty = 0.0
            for corner in range(4):
                dx = (x + 0.25 + 0.5 * (corner % 2) - cx) / fx
                dy = (cy - y - 0.25 - 0.5 * (corner // 2)) / fy
                ux = m[0] * dx + m[1] * dy + m[2]
                uy = m[3] * dx + m[4] * dy + m[5]
                uz = m[6] * dx + m[7] * dy + m[8]
                enter, side = _meet_faceted(row[KIND] == 2, ox, oy, oz, ux, uy, uz)
                if side < 0:
                    continue
                hits += 1
                if enter < best:
                    best, bestx, besty = enter, dx, dy
                    wx, wy, wz = ox + enter * ux, oy + enter * uy, oz + enter * uz
                    along = wy
                    wx = wx if side in (0, 3) else 0.0
                    wy = wy if side == 1 else 0.0
                    wz = wz if side in (2, 3) else 0.0
                    nx = m[0] * wx + m[3] * wy + m[6] * wz
                    ny = m[1] * wx + m[4] * wy + m[7] * wz
                    nz = m[2] * wx + m[5] * wy + m[8] * wz
            if hits > 0 and best - row[BIAS] < depth[y, x]:
                ray, normal = (bestx, besty, best), (nx, ny, nz)
                _put(row, light, picture, depth, (y, x), hits / 4, ray, normal, along)
