"""A clip of moving skeletons in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skelshot.ground import SkelshotError
from skelshot.skeletons.layouts import SkeletonLayout

FloatArray = NDArray[np.float32]
BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]

UNITS: Mapping[int, str] = MappingProxyType({3: "metres", 2: "pixels"})
"""What coordinates count, by their number."""

AXES: Mapping[int, str] = MappingProxyType(
    {
        3: "camera: x towards the sensor's own left, y up, z away from it, right-handed",
        2: "picture: x right, y down",
    }
)
"""Where the axes of coordinates point, by their number."""

LARGEST_PICTURE = 1 << 16
"""The most pixels that a side of a picture may have."""

FASTEST = 100_000
"""The most frames a second that any camera takes."""


@dataclass(frozen=True, eq=False)
class SkeletonSequence:
    """The joints of M persons over T frames.

    Args:
        joints: Coordinates (M, T, V, C), float32; C is 3 (metres, y up, right-handed: x grows
            to the sensor's own left) or 2 (pixels, y down).
        present: Which person is there in which frame, (M, T).
        layout: Names the V joints.
        frame_index: The source's own frame numbers (T,), strictly rising; 0..T-1 unless told.
        confidence: How sure the source is of each joint, (M, T, V) in [0, 1], if known.
        pixels: Where each joint stands in the colour picture, (M, T, V, 2), if known.
        picture_size: Width and height of the picture to which `pixels` belong, or the joints
            themselves where they are pixels, if known.
        rate: Frames a second, if known.

    Raises:
        SkelshotError: An array's shape does not fit the layout or the other arrays, the picture
            has no size, or the rate is none.

    Example:
        >>> from skelshot.skeletons.layouts import KINECT_V1
        >>> joints = np.zeros((1, 8, 20, 3), np.float32)
        >>> clip = SkeletonSequence(joints, np.ones((1, 8), bool), KINECT_V1)
        >>> clip.persons, clip.frames, clip.channels
        (1, 8, 3)
    """

    joints: FloatArray
    present: BoolArray
    layout: SkeletonLayout
    frame_index: IntArray | None = None
    confidence: FloatArray | None = None
    pixels: FloatArray | None = None
    picture_size: tuple[int, int] | None = None
    rate: float | None = None

    def __post_init__(self) -> None:
        """Check that the arrays fit the layout and each other."""
        shape = self.joints.shape
        if self.joints.ndim != 4 or shape[2] != self.layout.num_joints or shape[3] not in (2, 3):
            raise SkelshotError(
                f"joints: found shape {shape}, expected (persons, frames, "
                f"{self.layout.num_joints}, 2 or 3) for the layout {self.layout.name!r}"
            )
        expected = {
            "present": shape[:2],
            "frame_index": shape[1:2],
            "confidence": shape[:3],
            "pixels": (*shape[:3], 2),
        }
        for field, wanted in expected.items():
            array = getattr(self, field)
            if array is not None and array.shape != wanted:
                raise SkelshotError(f"{field}: found shape {array.shape}, expected {wanted}")
        # JSON holds no numbers of NumPy's
        if self.picture_size is not None:
            object.__setattr__(self, "picture_size", tuple(map(_plain, self.picture_size)))
        object.__setattr__(self, "rate", _plain(self.rate))
        if self.picture_size is not None and not all(
            1 <= side <= LARGEST_PICTURE for side in self.picture_size
        ):
            width, height = self.picture_size
            raise SkelshotError(
                f"picture_size: found {width} x {height} pixels, expected 1 to {LARGEST_PICTURE} "
                "each way"
            )
        if self.rate is not None and not 0 < self.rate <= FASTEST:
            raise SkelshotError(
                f"rate: found {self.rate:g} frames a second, expected more than 0 and at most "
                f"{FASTEST}"
            )

    def of_persons(self, chosen: Sequence[int]) -> "SkeletonSequence":
        """Return the clip with some of its persons, in the order given.

        Args:
            chosen: Places along the person axis.

        Returns:
            The clip; all that is kept person by person goes with them.

        Example:
            >>> from skelshot.skeletons.layouts import KINECT_V1
            >>> clip = SkeletonSequence(np.zeros((3, 8, 20, 3), np.float32), np.eye(3, 8) > 0,
            ...                         KINECT_V1)
            >>> clip.of_persons([2, 0]).present.argmax(axis=1).tolist()
            [2, 0]
        """
        persons = list(chosen)
        return replace(
            self,
            joints=self.joints[persons],
            present=self.present[persons],
            confidence=None if self.confidence is None else self.confidence[persons],
            pixels=None if self.pixels is None else self.pixels[persons],
        )

    @property
    def persons(self) -> int:
        """Number of persons M."""
        return int(self.joints.shape[0])

    @property
    def frames(self) -> int:
        """Number of frames T."""
        return int(self.joints.shape[1])

    @property
    def channels(self) -> int:
        """Number of coordinates C: 3 for metres, 2 for pixels."""
        return int(self.joints.shape[3])


def _plain(number: Any) -> Any:
    return number.item() if isinstance(number, np.generic) else number
