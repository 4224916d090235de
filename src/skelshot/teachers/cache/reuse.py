"""Reuse of clips' features from an earlier cache, found by what the teacher was shown."""

from pathlib import Path

import numpy as np

from skelshot.ground import SkelshotError
from skelshot.teachers.cache.read import FeatureCache
from skelshot.teachers.cache.video import FloatArray

Known = tuple[FloatArray, FloatArray | None]
"""f_v (directions, samples, D) of a clip, and prompted texts (directions, samples, R, D) if any."""


class ReusedFeatures:
    """The clips of an earlier cache by their keys.

    A key is a digest of everything that decides a clip's features (its name, frames, crop and
    pixels, the teacher, the prompted texts), so that the cache may be of another store, other
    classes or an older state of the videos: what is the same is found, all else is not.

    Args:
        path: The cache's folder.

    Raises:
        SkelshotError: It is no cache, or holds no video features with keys.
    """

    def __init__(self, path: Path | str) -> None:
        video = FeatureCache.open(Path(path)).video
        rows = {} if video is None else {note["key"]: n for n, note in enumerate(video.notes())}
        rows.pop("", None)
        if video is None or not rows:
            raise SkelshotError(
                f"{path}: found no video features that `teach` made, expected a cache of videos; "
                "leave --reuse out"
            )
        self._video = video
        self._rows = rows

    def find(self, key: str) -> Known | None:
        """Look a clip up.

        Args:
            key: Digest of what the teacher would be shown.

        Returns:
            Its features, or None.
        """
        row = self._rows.get(key)
        if row is None:
            return None
        prompted = self._video.prompted
        return (
            np.array(self._video.video[row]),
            None if prompted is None else np.array(prompted[row]),
        )
