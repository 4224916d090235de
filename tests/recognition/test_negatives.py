"""Negatives begin as one clip and end as another, without a jump."""

import numpy as np

from skelshot.recognition.negatives import reversed_clips, spliced_clips
from skelshot.skeletons import KINECT_V1, SkeletonSequence
from skelshot.skeletons.layouts import OPENNI_15
from skelshot.skeletons.mappings import map_layout


def clip(seed: int, frames: int = 10) -> SkeletonSequence:
    rng = np.random.default_rng(seed)
    joints = rng.normal(0, 0.4, (2, frames, 20, 3)).astype(np.float32)
    present = np.ones((2, frames), bool)
    present[1, 3:] = False
    joints[1, 3:] = 0
    return SkeletonSequence(joints, present, KINECT_V1)


def test_the_second_half_is_another_actions_and_starts_where_the_first_ends() -> None:
    one, two = clip(0), clip(1, 8)
    made = spliced_clips([one, one, two], [0, 0, 1], KINECT_V1)
    assert len(made) == 3
    joints, root = made[0].joints, KINECT_V1.root
    np.testing.assert_array_equal(joints[0, :5], one.joints[0, :5])
    np.testing.assert_allclose(joints[0, 5, root], joints[0, 4, root], atol=1e-6)
    np.testing.assert_allclose(
        joints[0, 5:] - joints[0, 5:, root : root + 1],
        two.joints[0, 4:] - two.joints[0, 4:, root : root + 1],
        atol=1e-6,
    )


def test_one_action_goes_back_the_way_it_came() -> None:
    (made,) = spliced_clips([clip(0)], [0], KINECT_V1)
    start = clip(0).joints[0, :5] - clip(0).joints[0, :5, :1]
    np.testing.assert_allclose(made.joints[0, 5:] - made.joints[0, 5:, :1], start[::-1], atol=1e-6)


def test_other_joints_are_mapped_and_times_reversed() -> None:
    seen = map_layout(clip(0), OPENNI_15)
    (made,) = spliced_clips([seen], [0], KINECT_V1)
    assert made.layout == KINECT_V1
    np.testing.assert_array_equal(reversed_clips([seen])[0].joints, seen.joints[:, ::-1])


def test_there_are_not_more_than_a_few() -> None:
    many = [clip(0)] * 99
    assert len(spliced_clips(many, [0] * 99, KINECT_V1)) == len(reversed_clips(many)) == 24
