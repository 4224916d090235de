"""Exemplars: the clips that show an enrolled action."""

import hashlib
import json
from dataclasses import dataclass

import numpy as np

from skelshot.ground import SkelshotError
from skelshot.skeletons.layout_reading import layout_mapping
from skelshot.skeletons.sequence import SkeletonSequence

LONGEST_NAME = 400
"""The most characters that an action or an exemplar may be called by."""

ARRAYS = ("joints", "present", "frame_index", "confidence", "pixels")
"""The arrays of a sequence, in the order in which they are hashed."""


@dataclass(frozen=True, eq=False)
class Exemplar:
    """One clip that shows an action.

    Args:
        action: Its name, as answers give it.
        sequence: Joints (M, T, V, C) and what goes with them, as read: never normalised.
        name: What the clip is called in answers, for example its file's name.
        source: The file it was read from, if any.
        digest: SHA-256 over layout, arrays and rate (see `digest_of`).

    Raises:
        SkelshotError: A name is empty, over 400 characters or not printable, the source is no
            Unicode text, or the digest is none.

    Example:
        >>> from skelshot.skeletons.layouts import KINECT_V1
        >>> still = SkeletonSequence(np.zeros((1, 8, 20, 3), np.float32), np.ones((1, 8), bool),
        ...                          KINECT_V1)
        >>> Exemplar("wave", still, "A.json", None, digest_of(still)).sequence.frames
        8
    """

    action: str
    sequence: SkeletonSequence
    name: str
    source: str | None
    digest: str

    def __post_init__(self) -> None:
        """Check what travels into tables and files."""
        for field in ("action", "name"):
            text = getattr(self, field)
            if not 0 < len(text) <= LONGEST_NAME or not text.isprintable():
                raise SkelshotError(
                    f"{field}: found {text[:60]!r}, expected 1 to {LONGEST_NAME} printable "
                    "characters; name it so"
                )
        if self.source is not None and not _is_storable(self.source):
            raise SkelshotError(
                f"source: found {self.source!a:.200}, expected UTF-8; rename the file"
            )
        if len(self.digest) != 64 or set(self.digest) - set("0123456789abcdef"):
            raise SkelshotError(f"digest: found {self.digest[:80]!r}, expected a SHA-256")


def digest_of(sequence: SkeletonSequence) -> str:
    """Return the SHA-256 of a movement: the same movement has the same digest, whatever its file.

    Args:
        sequence: The clip.

    Returns:
        64 hexadecimal digits, over layout, picture size, rate and the arrays' bytes.
    """
    arrays = {name: getattr(sequence, name) for name in ARRAYS}
    forms = [
        [name, array.dtype.str, list(array.shape)]
        for name, array in arrays.items()
        if array is not None
    ]
    about = [layout_mapping(sequence.layout), sequence.picture_size, sequence.rate, forms]
    digest = hashlib.sha256(json.dumps(about, sort_keys=True).encode())
    for array in arrays.values():
        if array is not None:
            digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def _is_storable(text: str) -> bool:
    """Tell whether every database can hold a text: UTF-8, and no zero byte."""
    try:
        return b"\0" not in text.encode()
    except UnicodeEncodeError:
        return False
