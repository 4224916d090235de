"""Single changes to a clip's joints, each told its amount.

Joints are (M, T, V, C) and centred: turning, scaling, shearing and mirroring are about the
origin, so absent persons, whose joints are zero, stay zero.
"""

from math import cos, radians, sin

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skelshot.ground import SkelshotError
from skelshot.skeletons.layouts import SkeletonLayout
from skelshot.skeletons.sequence import BoolArray, FloatArray


def mirror(joints: FloatArray, layout: SkeletonLayout) -> FloatArray:
    """Mirror a clip: swap left and right joints and negate x.

    Args:
        joints: Coordinates (M, T, V, C), centred.
        layout: Names the left-right pairs.

    Returns:
        Joints (M, T, V, C).

    Example:
        >>> from skelshot.skeletons.layouts import KINECT_V1
        >>> joints = np.zeros((1, 1, 20, 3), np.float32)
        >>> joints[0, 0, KINECT_V1.index("left hand"), 0] = 0.5
        >>> mirror(joints, KINECT_V1)[0, 0, KINECT_V1.index("right hand"), 0].item()
        -0.5
    """
    mirrored: FloatArray = joints.take(layout.mirror, axis=2)
    mirrored[..., 0] *= -1
    return mirrored


def scale(joints: FloatArray, factor: float) -> FloatArray:
    """Scale a clip about the origin.

    Args:
        joints: Coordinates (M, T, V, C).
        factor: New size over old size.

    Returns:
        Joints (M, T, V, C).
    """
    return joints * joints.dtype.type(factor)


def shear(joints: FloatArray, leans: ArrayLike) -> FloatArray:
    """Shear a clip: add to each axis a share of the other axes.

    Args:
        joints: Coordinates (M, T, V, C).
        leans: The C * (C - 1) entries beside the diagonal of the matrix, row by row.

    Returns:
        Joints (M, T, V, C).

    Example:
        >>> point = np.array([1.0, 2.0, 3.0]).reshape(1, 1, 1, 3)
        >>> shear(point, [0.5, 0, 0, 0, 0, 0]).ravel().tolist()
        [2.0, 2.0, 3.0]
    """
    matrix = np.eye(joints.shape[-1])
    matrix[~np.eye(joints.shape[-1], dtype=bool)] = leans
    return _linear(joints, matrix)


def rotate(joints: FloatArray, angles: ArrayLike) -> FloatArray:
    """Rotate a clip about the origin by R = Rz Ry Rx.

    Angles follow the right-hand rule. CTR-GCN (Chen et al., ICCV 2021) composes the three turns
    in the same order with each taken clockwise, so its angles are these with the sign changed.

    Args:
        joints: Coordinates (M, T, V, C).
        angles: About x, y and z, in radians.

    Returns:
        Joints (M, T, V, C).

    Raises:
        SkelshotError: 2-D joints are to turn about x or y.

    Example:
        >>> point = np.array([1.0, 0.0, 0.0]).reshape(1, 1, 1, 3)
        >>> rotate(point, [0.0, 0.0, np.pi / 2]).round(6).ravel().tolist()
        [0.0, 1.0, 0.0]
    """
    x, y, z = (float(angle) for angle in np.asarray(angles))
    channels = joints.shape[-1]
    if channels == 2 and (x or y):
        raise SkelshotError(
            "rotation: found an angle about x or y for 2-D joints, expected one about z only"
        )
    return _linear(joints, rotation_matrix(x, y, z)[:channels, :channels])


def rotation_matrix(x: float, y: float, z: float) -> NDArray[np.float64]:
    """Return R = Rz Ry Rx, the turn about x first, then y, then z.

    Args:
        x: Angle about x in radians, right-hand rule.
        y: Angle about y.
        z: Angle about z.

    Returns:
        The matrix (3, 3).

    Example:
        >>> bool(np.allclose(rotation_matrix(0, 0, 0), np.eye(3)))
        True
    """
    cx, cy, cz, sx, sy, sz = cos(x), cos(y), cos(z), sin(x), sin(y), sin(z)
    return np.array(
        [
            [cz * cy, cz * sy * sx - sz * cx, cz * sy * cx + sz * sx],
            [sz * cy, sz * sy * sx + cz * cx, sz * sy * cx - cz * sx],
            [-sy, cy * sx, cy * cx],
        ]
    )


def random_rotation(
    rng: np.random.Generator, max_degrees: tuple[float, float, float]
) -> NDArray[np.float64]:
    """Draw angles for `rotate`, each uniform between minus and plus its bound.

    Args:
        rng: Where the numbers come from.
        max_degrees: Bounds about x, y and z, in degrees.

    Returns:
        Angles (3,) in radians.

    Example:
        >>> random_rotation(np.random.default_rng(0), (0, 90, 0)).round(2).tolist()
        [0.0, -0.72, -0.0]
    """
    bounds = np.array([radians(bound) for bound in max_degrees])
    angles: NDArray[np.float64] = rng.uniform(-1, 1, 3) * bounds
    return angles


def jitter(joints: FloatArray, rng: np.random.Generator, std: float) -> FloatArray:
    """Add normal noise to every coordinate of every frame.

    Args:
        joints: Coordinates (M, T, V, C).
        rng: Where the numbers come from.
        std: Standard deviation in the clip's units.

    Returns:
        Joints (M, T, V, C).
    """
    noise = rng.standard_normal(joints.shape, dtype=np.float32)
    return joints + noise.astype(joints.dtype, copy=False) * joints.dtype.type(std)


def drop_joints(joints: FloatArray, dropped: BoolArray) -> FloatArray:
    """Set joints to the origin for the whole clip.

    Args:
        joints: Coordinates (M, T, V, C).
        dropped: Which joints, (V,).

    Returns:
        Joints (M, T, V, C).
    """
    return joints * ~dropped[:, None]


def _linear(joints: FloatArray, matrix: NDArray[np.float64]) -> FloatArray:
    """Apply a matrix (C, C) to each point of joints (M, T, V, C)."""
    points = joints.reshape(-1, joints.shape[-1])
    moved: FloatArray = (points @ matrix.T.astype(joints.dtype)).reshape(joints.shape)
    return moved
