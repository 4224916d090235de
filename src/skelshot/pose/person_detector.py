"""BlazePose's person detector: where in a picture somebody is, and how they are turned."""

from functools import cache
from pathlib import Path

import numpy as np

from skelshot.pose.boxes import overlap
from skelshot.pose.estimator import Picture
from skelshot.pose.network import TfliteNetwork, sigmoid
from skelshot.pose.region import Region
from skelshot.pose.squares import Letterbox
from skelshot.skeletons.sequence import FloatArray

SIDE = 224
"""Pixels a side of the picture that the network takes."""

SUREST = 0.5
"""People less sure than this are none, as in MediaPipe."""

OVERLAP = 0.3
"""Boxes that overlap more are of one person, as in MediaPipe."""

_GRIDS = ((8, 2), (16, 2), (32, 6))
"""Stride in pixels, and boxes for each of its cells."""


class PersonDetector:
    """Finds people in whole pictures.

    Args:
        path: Its `.tflite` file.

    Raises:
        SkelshotError: It cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self._network = TfliteNetwork(path)

    def find(self, picture: Picture) -> list[Region]:
        """Find people.

        Args:
            picture: RGB (H, W, 3).

        Returns:
            The squares for the landmark model, the surest first.
        """
        box = Letterbox.of(picture, (SIDE, SIDE))
        tensor = box.fitted(picture).astype(np.float32) / 127.5 - 1
        raw, logits = self._network(tensor[np.newaxis])
        scores = sigmoid(logits[0, :, 0])
        candidates = np.flatnonzero(scores >= SUREST)
        candidates = candidates[np.argsort(-scores[candidates], kind="stable")]
        numbers = raw[0, candidates]
        centres = cell_centres()[candidates]
        middles, sizes = numbers[:, :2] / SIDE + centres, numbers[:, 2:4] / SIDE
        corners = np.concatenate([middles - sizes / 2, middles + sizes / 2], axis=1)
        points = numbers[:, 4:8].reshape(-1, 2, 2) / SIDE + centres[:, np.newaxis]
        return [Region.around(*box.to_picture(points[kept] * SIDE)) for kept in _apart(corners)]


@cache
def cell_centres() -> FloatArray:
    """Return the middles of the cells to which the network's numbers belong.

    Returns:
        (2254, 2), as shares of the picture.

    Example:
        >>> cell_centres().shape, cell_centres()[0].tolist()
        ((2254, 2), [0.01785714365541935, 0.01785714365541935])
    """
    found = []
    for stride, boxes in _GRIDS:
        cells = SIDE // stride
        places = (np.arange(cells) + 0.5) / cells
        grid = np.stack(np.meshgrid(places, places), axis=-1).reshape(-1, 2)
        found.append(np.repeat(grid, boxes, axis=0))
    return np.concatenate(found).astype(np.float32)


def _apart(corners: FloatArray) -> list[int]:
    """Choose boxes, the surest first, that do not overlap those chosen before."""
    kept: list[int] = []
    for place in range(len(corners)):
        if all(overlap(corners[place], corners[other]) <= OVERLAP for other in kept):
            kept.append(place)
    return kept
