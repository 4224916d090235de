import numpy as np
import pytest

from skelshot.ground import SkelshotError
from skelshot.skeletons import KINECT_V1, LAYOUTS, SkeletonLayout, SkeletonSequence
from skelshot.skeletons.streams import stream


def literal_bones(joints: np.ndarray, layout: SkeletonLayout) -> np.ndarray:
    offsets = np.zeros_like(joints)
    for child, parent in layout.bones:
        offsets[:, :, child] = joints[:, :, child] - joints[:, :, parent]
    return offsets


def literal_motion(values: np.ndarray, present: np.ndarray) -> np.ndarray:
    steps = np.zeros_like(values)
    for person in range(values.shape[0]):
        for frame in range(values.shape[1] - 1):
            if present[person, frame] and present[person, frame + 1]:
                steps[person, frame] = values[person, frame + 1] - values[person, frame]
    return steps


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_streams_equal_their_definition(layout: SkeletonLayout, rng: np.random.Generator) -> None:
    joints = rng.normal(size=(2, 9, layout.num_joints, 3)).astype(np.float32)
    present = np.ones((2, 9), bool)
    present[1, 2:5] = False
    joints[~present] = 0
    bones = literal_bones(joints, layout)
    expected = {
        "joint": joints,
        "bone": bones,
        "joint-motion": literal_motion(joints, present),
        "bone-motion": literal_motion(bones, present),
    }
    for kind, values in expected.items():
        found = stream(joints, present, layout, kind)  # type: ignore[arg-type]
        np.testing.assert_array_equal(found, values)
        assert (found[~present] == 0).all()


def test_absent_frames_are_zero_whatever_stands_there(two_persons: SkeletonSequence) -> None:
    two_persons.joints[1, 0] = np.nan
    for kind in ("joint", "bone", "joint-motion", "bone-motion"):
        values = stream(two_persons.joints, two_persons.present, KINECT_V1, kind)  # type: ignore[arg-type]
        assert (values[~two_persons.present] == 0).all()


def test_one_frame_has_no_motion() -> None:
    joints = np.ones((1, 1, 20, 3), np.float32)
    assert not stream(joints, np.ones((1, 1), bool), KINECT_V1, "joint-motion").any()


def test_unknown_streams_are_refused() -> None:
    with pytest.raises(SkelshotError, match="stream: found 'velocity', expected one of joint, bon"):
        stream(np.ones((1, 1, 20, 3)), np.ones((1, 1), bool), KINECT_V1, "velocity")  # type: ignore[arg-type]
