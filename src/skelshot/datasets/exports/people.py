"""People of each frame, in any order, brought into the arrays of one clip."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skelshot.datasets.clip_arrays import LAST_FRAME
from skelshot.datasets.clips import BadClip
from skelshot.datasets.field_values import MAX_NUMBERS
from skelshot.skeletons.boxes import box_of
from skelshot.skeletons.person_tracks import PersonFollower

PATIENCE = 30
"""Frames for which somebody who is lost is waited for, a second at the usual rate."""

MOST_PEOPLE = 24
"""Of more people than this those seen longest are kept, before the actors are chosen."""

MOST_IN_FRAME = 200
"""The most people of one frame; who is who is found by comparing each with each."""


@dataclass(frozen=True, eq=False)
class FramePerson:
    """One person of one frame.

    Args:
        joints: (V, C).
        confidence: (V,), if it is told; NaN where it is not.
        pixels: (V, 2), if they are told beside joints in space.
    """

    joints: NDArray[np.float32]
    confidence: NDArray[np.float32] | None = None
    pixels: NDArray[np.float32] | None = None

    @property
    def in_picture(self) -> bool:
        """True where the person's places in the picture are told."""
        return self.pixels is not None or self.joints.shape[1] == 2

    @property
    def places(self) -> NDArray[np.float32]:
        """Places in the picture of the joints that were seen, (n, 2)."""
        points = self.joints[:, :2] if self.pixels is None else self.pixels
        seen = np.isfinite(points).all(axis=1) & (points != 0).any(axis=1)
        return points[seen] if seen.any() else points[:1] * 0


def arrays_of_people(
    frames: Sequence[Sequence[FramePerson]], numbers: Sequence[int] | None = None
) -> dict[str, NDArray[Any]]:
    """Bring people of each frame into arrays, the same person in the same place.

    Who is who goes by where they stand in the picture from frame to frame; where nothing tells
    that, by their order. One person a frame at most is one person throughout.

    Args:
        frames: The people of each frame, in any order.
        numbers: The frames' own numbers.

    Returns:
        Arrays as `skelshot.datasets.clip_arrays.sequence_from` takes them; a confidence that no
        frame tells is NaN.

    Raises:
        BadClip: There is nobody, or too much, or a frame's number is beyond all counting.
    """
    first = next((person for people in frames for person in people), None)
    if first is None:
        raise BadClip(f"found nobody in {len(frames)} frames, expected a person")
    most = max(map(len, frames))
    _refuse_too_much(most, numbers or ())
    seen: dict[int, dict[int, FramePerson]] = {}
    follower = PersonFollower(PATIENCE)
    in_order = most == 1 or not first.in_picture
    for frame, people in enumerate(frames):
        boxes = [] if in_order else [box_of(person.places) for person in people]
        who = range(len(people)) if in_order else follower.follow(boxes)
        for number, person in zip(who, people, strict=True):
            seen.setdefault(number, {})[frame] = person
    longest = sorted(seen, key=lambda number: (-len(seen[number]), number))[:MOST_PEOPLE]
    shape = (len(longest), len(frames), *first.joints.shape)
    if np.prod(shape, dtype=float) > MAX_NUMBERS:
        raise BadClip(f"found more than {MAX_NUMBERS} numbers; cut the recording into clips")
    arrays: dict[str, NDArray[Any]] = {
        "joints": np.zeros(shape, np.float32),
        "present": np.zeros(shape[:2], bool),
    }
    if any(person.confidence is not None for people in frames for person in people):
        arrays["confidence"] = np.full(shape[:3], np.nan, np.float32)
    if first.pixels is not None:
        arrays["pixels"] = np.zeros((*shape[:3], 2), np.float32)
    for place, number in enumerate(longest):
        for frame, person in seen[number].items():
            arrays["present"][place, frame] = True
            for field in ("joints", "confidence", "pixels"):
                value = getattr(person, field)
                if value is not None and field in arrays:
                    arrays[field][place, frame] = value
    if numbers is not None:
        arrays["frame_index"] = np.array(numbers, np.int64)
    return arrays


def _refuse_too_much(most: int, numbers: Sequence[int]) -> None:
    """Refuse a crowd before its people are followed, and frame numbers that no array holds."""
    if most > MOST_IN_FRAME:
        raise BadClip(f"found {most} people in a frame, expected at most {MOST_IN_FRAME}")
    far = next((number for number in numbers if abs(number) >= LAST_FRAME), None)
    if far is not None:
        raise BadClip(f"frame_index: found {far}, expected whole numbers below {LAST_FRAME}")
