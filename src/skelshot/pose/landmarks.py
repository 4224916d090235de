"""BlazePose's landmark model: a square with one person in, 33 joints in picture and space out."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from skelshot.pose.estimator import BodyPose, Picture
from skelshot.pose.network import TfliteNetwork, sigmoid
from skelshot.pose.region import Region
from skelshot.skeletons.sequence import FloatArray

SIDE = 256
"""Pixels a side of the square that the network takes."""

PRESENCE = 0.5
"""Below this score there is nobody, as in MediaPipe."""

JOINTS = 33
_POINTS = 39
"""The joints, two points that tell the next square, and four of no use here."""

_REACH = 3
"""How many cells of a heat map around a joint are looked at, as in MediaPipe."""

_PEAK = 0.5
"""Below this a heat map says nothing of its joint, as in MediaPipe."""


@dataclass(frozen=True, eq=False)
class Landmarks:
    """One person's joints as the model sees them.

    Args:
        score: How likely it is that there is somebody, 0 to 1.
        world: In metres about the middle of the hips, (33, 3): x right, y down, z away.
        pixels: In the picture, (33, 2).
        confidence: How likely each joint is to be seen, (33,).
        following: The square in which to look in the next picture.
    """

    score: float
    world: FloatArray
    pixels: FloatArray
    confidence: FloatArray
    following: Region

    def as_pose(self, track: int) -> BodyPose:
        """Return the joints as those of one of the people in a picture.

        Args:
            track: Who it is.

        Returns:
            Joints in space and in the picture.
        """
        return BodyPose(track, self.world, self.pixels, self.confidence)


class LandmarkModel:
    """Finds one person's joints in a square.

    Args:
        path: Its `.tflite` file.

    Raises:
        SkelshotError: It cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self._network = TfliteNetwork(path)

    def find(self, picture: Picture, region: Region) -> Landmarks:
        """Find the joints of the person in a square.

        Args:
            picture: RGB (H, W, 3).
            region: The square.

        Returns:
            The joints; with a low score they mean nothing.
        """
        crop = region.cut(picture, SIDE)
        numbers, score, _, heat, world = self._network(crop[np.newaxis])
        points = numbers.reshape(_POINTS, 5)
        inside = refined(points[:, :2] / np.float32(SIDE), heat[0])
        pixels = region.to_picture(inside)
        turned = world.reshape(_POINTS, 3)[:JOINTS].copy()
        turned[:, :2] = turned[:, :2] @ region.axes.T
        return Landmarks(
            score=float(score[0, 0]),
            world=turned.astype(np.float32),
            pixels=pixels[:JOINTS],
            confidence=sigmoid(points[:JOINTS, 3]),
            following=Region.around(pixels[JOINTS], pixels[JOINTS + 1]),
        )


def refined(points: FloatArray, heat: FloatArray) -> FloatArray:
    """Move each point to the middle of its heat map's peak near by, where there is one.

    Args:
        points: Columns and rows as shares of the square, (P, 2).
        heat: Logits (H, W, P).

    Returns:
        The points, (P, 2).

    Example:
        >>> heat = np.full((64, 64, 1), -9.0, np.float32)
        >>> heat[31, 33] = 9
        >>> (64 * refined(np.array([[0.5, 0.5]], np.float32), heat)).round(2).tolist()
        [[33.0, 31.0]]
    """
    height, width = heat.shape[:2]
    steps = np.arange(-_REACH, _REACH + 1)
    finite = np.nan_to_num(points, nan=-1.0, posinf=-1.0, neginf=-1.0)
    columns, rows = (np.clip(finite, -1, 2) * (width, height)).astype(int).T
    x = columns[:, np.newaxis, np.newaxis] + steps  # (P, 1, steps)
    y = rows[:, np.newaxis, np.newaxis] + steps[:, np.newaxis]  # (P, steps, 1)
    inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
    place = np.arange(len(points))[:, np.newaxis, np.newaxis]
    near = heat[np.clip(y, 0, height - 1), np.clip(x, 0, width - 1), place]
    weights = np.where(inside, sigmoid(near), 0)
    total = weights.sum(axis=(1, 2))
    means = np.stack([(weights * x).sum(axis=(1, 2)), (weights * y).sum(axis=(1, 2))], axis=1)
    means /= np.maximum(total, 1e-9)[:, np.newaxis] * (width, height)
    clear = (weights.max(axis=(1, 2)) >= _PEAK) & (columns >= 0) & (columns < width)
    clear &= (rows >= 0) & (rows < height)
    return np.where(clear[:, np.newaxis], means, points).astype(np.float32)
