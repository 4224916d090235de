"""Depths and outlines against a literal search along every ray."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from skelshot.rendering.background import Background
from skelshot.rendering.camera import PinholeCamera
from skelshot.rendering.render import render_with_depth
from skelshot.rendering.shapes import Primitive, Shapes, capsule, solid

Array = NDArray[np.float64]

CAMERA = PinholeCamera((28, 24), (40.0, 42.0), (14.3, 11.8), np.zeros(3), np.eye(3))
STEP = 0.006


def depth_of(shapes: Shapes) -> NDArray[np.float32]:
    sky = np.array([0.0, 1.0, 0.0])
    empty = Background(
        np.zeros((24, 28, 3), np.uint8), np.full((24, 28), 9, np.float32), sky, 1.0, np.ones(3)
    )
    return next(render_with_depth(shapes, CAMERA, empty))[1]


def searched(inside: Callable[[Array], NDArray[np.bool_]]) -> Array:
    """The first depth (24, 28) at which the ray through a pixel's middle is inside, or 9."""
    u, v = np.meshgrid(np.arange(28) + 0.5, np.arange(24) + 0.5)
    rays = np.stack([(u - 14.3) / 40, (11.8 - v) / 42, np.ones_like(u)], axis=-1)
    found = np.full(u.shape, 9.0)
    for z in np.arange(2.9, 1.3, -STEP):
        found[inside(rays * z)] = z
    return found


def assert_same_depth(drawn: Array, expected: Array, within: float = 2 * STEP) -> None:
    """Equal where both see it; outlines differ by less than a pixel's half."""
    both = (drawn < 9) & (expected < 9)
    assert both.sum() > 30
    off = np.abs(drawn - expected)[both]
    # Where a surface is seen edge on, half a pixel beside the outline, depth has no meaning.
    assert np.quantile(off, 0.93) < within
    middle = expected.copy()
    for axis in (0, 1):
        for shift in (-1, 1):
            middle = np.maximum(middle, np.roll(expected, shift, axis))
    np.testing.assert_allclose(drawn[middle < 9], expected[middle < 9], atol=1.5 * within)
    assert ((drawn < 9) != (expected < 9)).sum() <= 0.08 * both.sum()


@pytest.mark.parametrize(
    ("start", "end", "radii"),
    [
        ((-0.3, -0.1, 2.0), (0.3, 0.2, 2.1), (0.15, 0.15)),
        ((-0.2, 0.2, 1.8), (0.2, -0.3, 2.4), (0.22, 0.08)),
        ((0.0, 0.0, 1.7), (0.1, 0.05, 2.5), (0.12, 0.25)),
        ((0.05, 0.0, 1.7), (0.05, 0.0, 2.6), (0.2, 0.1)),
        ((0.1, 0.1, 2.0), (0.1, 0.1, 2.0), (0.25, 0.25)),
        ((0.1, 0.1, 2.0), (0.12, 0.1, 2.0), (0.3, 0.1)),
    ],
)
def test_capsules(
    start: tuple[float, ...], end: tuple[float, ...], radii: tuple[float, float]
) -> None:
    def inside(points: Array) -> NDArray[np.bool_]:
        result = np.zeros(points.shape[:2], bool)
        for t in np.linspace(0, 1, 40):
            middle = np.array(start) + t * np.subtract(end, start)
            radius = radii[0] + t * (radii[1] - radii[0])
            result |= ((points - middle) ** 2).sum(-1) < radius**2
        return result

    drawn = depth_of(capsule(np.array([start]), np.array([end]), radii, (1, 1, 1)))
    assert_same_depth(drawn, searched(inside))


@pytest.mark.parametrize("kind", [Primitive.BALL, Primitive.BOX, Primitive.DISC])
def test_solids(kind: Primitive) -> None:
    centre, size = np.array([0.05, -0.04, 2.0]), np.array([0.3, 0.12, 0.2])
    turn = np.linalg.qr(np.random.default_rng(3).normal(size=(3, 3)))[0]
    turn *= np.sign(np.linalg.det(turn))

    def inside(points: Array) -> NDArray[np.bool_]:
        x, y, z = np.moveaxis((points - centre) @ turn / size, -1, 0)
        if kind == Primitive.BALL:
            return np.asarray(x**2 + y**2 + z**2 < 1)
        if kind == Primitive.BOX:
            return np.asarray((abs(x) < 1) & (abs(y) < 1) & (abs(z) < 1))
        return np.asarray((x**2 + z**2 < 1) & (abs(y) < 1))

    half = (float(size[0]), float(size[1]), float(size[2]))
    drawn = depth_of(solid(kind, centre[None], turn, half, (1, 1, 1)))
    # Boxes and discs have the depth of the nearest of four rays a quarter of a pixel aside.
    assert_same_depth(drawn, searched(inside), 2 * STEP if kind == Primitive.BALL else 10 * STEP)


def test_smooth_edges_sum_to_the_area() -> None:
    """A flat-lit ball's blended brightness is its outline's area, better than whole pixels are."""
    sky = np.array([0.0, 1.0, 0.0])
    black = Background(
        np.zeros((180, 320, 3), np.uint8), np.full((180, 320), 9, np.float32), sky, 0, np.zeros(3)
    )
    camera = PinholeCamera((320, 180), (200.0, 200.0), (160.0, 90.0), np.zeros(3), np.eye(3))
    ball = solid(
        Primitive.BALL, np.array([[0.013, 0.007, 4.0]]), np.eye(3), (0.1, 0.1, 0.1), (1, 1, 1)
    )
    white = Background(np.full_like(black.picture, 255), *list(vars(black).values())[1:])
    picture, _ = next(render_with_depth(ball, camera, white))
    area = (255 - picture[..., 0].astype(float)).sum() / 255
    assert area == pytest.approx(np.pi * (0.1 * 200 / 4) ** 2, rel=0.03)


def test_stripes_alternate_along_a_capsule() -> None:
    camera = PinholeCamera((64, 64), (60.0, 60.0), (32.0, 32.0), np.zeros(3), np.eye(3))
    sky = np.array([0.0, 1.0, 0.0])
    empty = Background(
        np.zeros((64, 64, 3), np.uint8), np.full((64, 64), 9, np.float32), sky, 0.9, np.zeros(3)
    )
    arm = capsule(
        np.array([[0, 0.5, 2.0]]),
        np.array([[0, -0.5, 2.0]]),
        0.1,
        (1, 0, 0),
        stripes=(0, 0, 1),
        period=(0.25, 0.0),
    )
    column = next(render_with_depth(arm, camera, empty))[0][:, 32].astype(int)
    blue = column[17:47, 2] > column[17:47, 0]
    assert np.abs(np.diff(blue.astype(int))).sum() == 7  # four periods, each red once, blue once
    assert 0.3 < blue.mean() < 0.55
