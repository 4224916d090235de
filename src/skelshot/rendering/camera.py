"""A pinhole camera in the world: what sensor, renderer and cropping agree on."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from skelshot.ground import SkelshotError

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class PinholeCamera:
    """A camera without lens distortion, placed in a world with y up.

    Camera coordinates are Kinect's: metres, x to the camera's own left, y up, z forward,
    right-handed. Pixels are counted from the upper left corner, u to the right and v downwards,
    and u grows with x: pictures are mirror images, as the Kinect's are.

    Args:
        size: Picture width and height in pixels.
        focal: Focal lengths in pixels, along u and along v.
        centre: Pixel (u, v) on the optical axis.
        position: The lens in the world (3,), metres.
        orientation: Rotation (3, 3) whose rows are the camera's x, y and z axes in the world.

    Raises:
        SkelshotError: The size is not positive or the orientation is not a rotation.

    Example:
        >>> camera = PinholeCamera(
        ...     (512, 424), (366.0, 366.0), (256.0, 208.0), np.array([0.0, 1.0, -3.0]), np.eye(3)
        ... )
        >>> u, v, z = camera.project(np.array([0.5, 1.0, 0.0]))
        >>> float(u), float(v), float(z)
        (317.0, 208.0, 3.0)
    """

    size: tuple[int, int]
    focal: tuple[float, float]
    centre: tuple[float, float]
    position: Array
    orientation: Array

    def __post_init__(self) -> None:
        if min(self.size) < 1:
            raise SkelshotError(f"camera size: found {self.size}, expected positive pixels")
        turn = np.asarray(self.orientation, np.float64)
        if turn.shape != (3, 3) or not np.allclose(turn @ turn.T, np.eye(3), atol=1e-6):
            raise SkelshotError("camera orientation: expected a rotation matrix (3, 3)")
        if np.linalg.det(turn) < 0:
            raise SkelshotError("camera orientation: found a reflection, expected a rotation")

    def to_camera(self, points: Array) -> Array:
        """Express world points in camera coordinates.

        Args:
            points: World positions (..., 3), metres.

        Returns:
            Camera coordinates (..., 3), metres.
        """
        seen: Array = (points - self.position) @ self.orientation.T
        return seen

    def to_world(self, points: Array) -> Array:
        """Express camera points in world coordinates; undoes `to_camera`.

        Args:
            points: Camera coordinates (..., 3), metres.

        Returns:
            World positions (..., 3), metres.
        """
        placed: Array = points @ self.orientation + self.position
        return placed

    def project(self, points: Array) -> tuple[Array, Array, Array]:
        """Find the pixels of world points.

        Args:
            points: World positions (..., 3), metres.

        Returns:
            Pixel columns u (...), pixel rows v (...), and depths z (...) in metres along the
            optical axis. Points in no picture (z <= 0) have NaN pixels.
        """
        return self.project_camera(self.to_camera(points))

    def project_camera(self, points: Array) -> tuple[Array, Array, Array]:
        """Find the pixels of points in camera coordinates.

        Args:
            points: Camera coordinates (..., 3), metres.

        Returns:
            As `project`.
        """
        z = points[..., 2]
        ahead = np.where(z > 0, z, np.nan)
        u = self.centre[0] + self.focal[0] * points[..., 0] / ahead
        v = self.centre[1] - self.focal[1] * points[..., 1] / ahead
        return u, v, z

    def sees(self, points: Array, margin: float = 0.0) -> NDArray[np.bool_]:
        """Tell which world points lie within the picture.

        Args:
            points: World positions (..., 3), metres.
            margin: Pixels by which a point may miss the picture; negative to ask for more.

        Returns:
            Whether each lies in the picture (...).
        """
        u, v, z = self.project(points)
        across = (u >= -margin) & (u <= self.size[0] + margin)
        return (z > 0) & across & (v >= -margin) & (v <= self.size[1] + margin)

    def scaled(self, size: tuple[int, int]) -> "PinholeCamera":
        """Return the camera with the same view in another number of pixels.

        Args:
            size: New width and height; the two axes may scale differently.

        Returns:
            A camera whose pixels are this one's times the ratio of the sizes.

        Raises:
            SkelshotError: The size is not positive.
        """
        across, down = size[0] / self.size[0], size[1] / self.size[1]
        return replace(
            self,
            size=size,
            focal=(self.focal[0] * across, self.focal[1] * down),
            centre=(self.centre[0] * across, self.centre[1] * down),
        )

    def beside(self, offset: Array) -> "PinholeCamera":
        """Return the same camera with its lens moved, looking the same way.

        Args:
            offset: The move in camera coordinates (3,), metres.

        Returns:
            The moved camera.
        """
        return replace(self, position=self.to_world(offset))


def looking_at(position: Array, target: Array) -> Array:
    """Return the orientation of a level camera (no roll) at a place that looks at a target.

    Args:
        position: The lens in the world (3,), metres, y up.
        target: The point in the world (3,) to have on the optical axis.

    Returns:
        Rotation (3, 3) whose rows are the camera's x (own left), y (up) and z (forward) axes.

    Raises:
        SkelshotError: The target is at the lens or straight above or below it.

    Example:
        >>> looking_at(np.zeros(3), np.array([0.0, 0.0, 2.0])).tolist()
        [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
    """
    forward = np.asarray(target, np.float64) - position
    length = float(np.linalg.norm(forward))
    level = float(np.hypot(forward[0], forward[2]))
    if level < 1e-9 * max(length, 1.0):
        raise SkelshotError("camera target: found it at, above or below the lens, expected ahead")
    forward = forward / length
    left = np.cross([0.0, 1.0, 0.0], forward)
    left /= np.linalg.norm(left)
    return np.stack([left, np.cross(forward, left), forward])
