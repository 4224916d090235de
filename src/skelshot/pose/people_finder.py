"""MoveNet MultiPose: up to six people in a whole picture, by 17 joints each."""

from dataclasses import dataclass
from math import ceil
from pathlib import Path

import numpy as np

from skelshot.pose.boxes import Box, box_of
from skelshot.pose.estimator import Picture
from skelshot.pose.network import TfliteNetwork
from skelshot.pose.region import Region
from skelshot.pose.squares import Letterbox
from skelshot.skeletons.layouts import COCO_17
from skelshot.skeletons.sequence import FloatArray

LONGER_SIDE = 256
"""Pixels of the picture's longer side as the network takes it, its makers' advice."""

MOST = 6
"""The most people that it finds."""

SUREST = 0.2
"""People less sure than this are none."""

JOINT = 0.2
"""Joints less sure than this tell nothing of where the person is."""

_STRIDE = 32
_HIPS, _SHOULDERS = list(COCO_17.hips or ()), list(COCO_17.shoulders or ())
_BEYOND = 1.15
"""How far the body reaches beyond its outermost joint: the crown, the toes."""


@dataclass(frozen=True, eq=False)
class FoundPerson:
    """One person in a picture.

    Args:
        box: Around their joints, in pixels.
        region: The square for the landmark model.
    """

    box: Box
    region: Region


class PeopleFinder:
    """Finds several people in whole pictures.

    Args:
        path: Its `.tflite` file.

    Raises:
        SkelshotError: It cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._network: TfliteNetwork | None = None
        self._box: Letterbox | None = None
        self._picture: tuple[int, ...] = ()

    def find(self, picture: Picture) -> list[FoundPerson]:
        """Find people.

        Args:
            picture: RGB (H, W, 3).

        Returns:
            The people, the surest first.
        """
        box, network = self._fit(picture)
        (rows,) = network(box.fitted(picture)[np.newaxis])
        people = rows[0][rows[0, :, 55] >= SUREST]
        joints = people[:, :51].reshape(-1, 17, 3)
        found = []
        for joint in joints[np.argsort(-people[:, 55], kind="stable")]:
            points = box.to_picture(joint[:, 1::-1] * box.size)
            seen = joint[:, 2] >= JOINT
            if seen.sum() >= 3 and (region := _region(points, seen)).side > 1:
                found.append(FoundPerson(box_of(points[seen]), region))
        return found

    def _fit(self, picture: Picture) -> tuple[Letterbox, TfliteNetwork]:
        """Return how pictures of this size are fitted, and the network made for that."""
        if self._network is None or self._box is None or picture.shape != self._picture:
            height, width = picture.shape[:2]
            ratio = LONGER_SIDE / max(width, height)
            sides = [_STRIDE * ceil(side * ratio / _STRIDE) for side in (width, height)]
            self._picture, self._box = picture.shape, Letterbox.of(picture, (sides[0], sides[1]))
            self._network = TfliteNetwork(self._path, (1, sides[1], sides[0], 3))
        return self._box, self._network


def _region(points: FloatArray, seen: np.ndarray) -> Region:
    """Lay the landmark model's square around a person."""
    box = box_of(points[seen])
    hips = points[_HIPS].mean(axis=0) if seen[_HIPS].all() else (box[:2] + box[2:]) / 2
    up = np.array([0.0, -1.0])
    if seen[_HIPS].all() and seen[_SHOULDERS].all():
        along = points[_SHOULDERS].mean(axis=0) - hips
        up = along / max(float(np.hypot(*along)), 1e-6)
    reach = float(np.hypot(*(points[seen] - hips).T).max())
    return Region.around(hips, hips + up * reach * _BEYOND)
