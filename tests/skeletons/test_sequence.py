import json

import numpy as np
import pytest

from skelshot.ground import SkelshotError
from skelshot.skeletons import KINECT_V1, SkeletonSequence

GOOD = {"joints": (2, 5, 20, 3), "present": (2, 5)}


@pytest.mark.parametrize(
    ("shapes", "message"),
    [
        ({"joints": (2, 5, 25, 3)}, "joints: found shape (2, 5, 25, 3), expected (persons, fr"),
        ({"joints": (2, 5, 20, 4)}, "20, 2 or 3) for the layout 'kinect-v1'"),
        ({"joints": (5, 20, 3)}, "joints: found shape (5, 20, 3)"),
        ({"present": (2, 6)}, "present: found shape (2, 6), expected (2, 5)"),
        ({"frame_index": (6,)}, "frame_index: found shape (6,), expected (5,)"),
        ({"confidence": (2, 5)}, "confidence: found shape (2, 5), expected (2, 5, 20)"),
        ({"pixels": (2, 5, 20, 3)}, "pixels: found shape (2, 5, 20, 3), expected (2, 5, 20, 2)"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(
    shapes: dict[str, tuple[int, ...]], message: str
) -> None:
    arrays = {name: np.zeros(shape) for name, shape in (GOOD | shapes).items()}
    with pytest.raises(SkelshotError) as caught:
        SkeletonSequence(layout=KINECT_V1, **arrays)
    assert message in str(caught.value)


def test_sizes() -> None:
    clip = SkeletonSequence(np.zeros((2, 5, 20, 2)), np.ones((2, 5), bool), KINECT_V1)
    assert (clip.persons, clip.frames, clip.channels) == (2, 5, 2)


def test_numbers_of_numpy_become_plain_ones() -> None:
    clip = SkeletonSequence(
        np.zeros((1, 5, 20, 2)), np.ones((1, 5), bool), KINECT_V1,
        picture_size=(np.int64(640), np.int64(480)), rate=np.float32(30),
    )  # fmt: skip
    assert json.dumps([clip.picture_size, clip.rate]) == "[[640, 480], 30.0]"
