"""Strips of moments from synthetic takes, for looking at."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from skelshot.rendering.sheets import contact_sheet
from skelshot.synthesis.plan import Take
from skelshot.synthesis.recording import Recording


def filmstrips(
    recording: Recording, takes: Sequence[Take], camera: int, moments: int = 6
) -> NDArray[np.uint8]:
    """Render a few moments of each take as its video shows them.

    Args:
        recording: The data set.
        takes: Which takes, one a row.
        camera: Which camera.
        moments: Pictures of each take, evenly spaced over its middle nine tenths.

    Returns:
        One picture RGB (H, W, 3).
    """
    pictures = []
    for take in takes:
        frames = list(recording.pictures(take, camera))
        count = len(frames)
        wanted = np.linspace(0.05 * count, 0.95 * (count - 1), moments).astype(int).tolist()
        pictures += [frame for i, frame in enumerate(frames) if i in wanted]
    return contact_sheet(pictures, columns=moments)
