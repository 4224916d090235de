from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skelshot.ground import SkelshotError
from skelshot.skeletons import (
    KINECT_V1,
    OPENNI_15,
    SkeletonSequence,
    count_non_finite,
    repair_gaps,
)


def test_a_whole_clip_is_returned_as_it_is(two_persons: SkeletonSequence) -> None:
    repaired, count = repair_gaps(two_persons)
    assert repaired is two_persons
    assert count == 0


def test_gaps_are_filled_as_numpy_interpolates(two_persons: SkeletonSequence) -> None:
    truth = two_persons.joints.copy()
    two_persons.joints[0, 4:7, 10, 1] = np.nan
    two_persons.joints[0, :2, 3] = np.inf
    two_persons.joints[1, 8, 5, 0] = -np.inf
    assert count_non_finite(two_persons) == 6
    repaired, count = repair_gaps(two_persons)
    assert count == 6
    assert count_non_finite(two_persons) == 6  # the input is left alone
    joints = repaired.joints
    expected = np.interp([4, 5, 6], [3, 7], truth[0, [3, 7], 10, 1])
    np.testing.assert_allclose(joints[0, 4:7, 10, 1], expected, rtol=1e-5)
    np.testing.assert_array_equal(joints[0, :2, 3], truth[0, [2, 2], 3])
    assert joints[1, 8, 5, 0] == truth[1, 7, 5, 0]
    touched = np.isfinite(two_persons.joints)
    np.testing.assert_array_equal(joints[touched], truth[touched])


def test_time_is_the_sources_own() -> None:
    joints = np.zeros((1, 3, 15, 3), np.float32)
    joints[0, :, 5, 2] = 0, np.nan, 10
    index = np.array([0, 9, 10])
    clip = SkeletonSequence(joints, np.ones((1, 3), bool), OPENNI_15, frame_index=index)
    assert repair_gaps(clip)[0].joints[0, 1, 5, 2] == 9


def test_joints_never_seen_take_their_parents_place(two_persons: SkeletonSequence) -> None:
    elbow, wrist, hand = (KINECT_V1.index(f"left {name}") for name in ("elbow", "wrist", "hand"))
    two_persons.joints[0, :, [wrist, hand]] = np.nan
    joints = repair_gaps(two_persons)[0].joints
    for joint in (wrist, hand):
        np.testing.assert_array_equal(joints[0, :, joint], joints[0, :, elbow])


def test_a_root_never_seen_takes_the_first_joint_outward(two_persons: SkeletonSequence) -> None:
    root = KINECT_V1.root
    two_persons.joints[0, :, root] = np.nan
    joints = repair_gaps(two_persons)[0].joints
    np.testing.assert_array_equal(joints[0, :, root], joints[0, :, KINECT_V1.outward[1]])


def test_repaired_joints_lose_their_confidence(two_persons: SkeletonSequence) -> None:
    two_persons.joints[0, 4, 10] = np.nan
    clip = replace(two_persons, confidence=np.ones((2, 12, 20), np.float32))
    confidence = repair_gaps(clip)[0].confidence
    assert confidence is not None
    assert (confidence == 0).sum() == 1
    assert confidence[0, 4, 10] == 0


def test_absent_frames_do_not_count_and_become_zero(two_persons: SkeletonSequence) -> None:
    two_persons.joints[1, 0] = np.nan
    repaired, count = repair_gaps(two_persons)
    assert count == count_non_finite(two_persons) == 0
    assert (repaired.joints[1, 0] == 0).all()


def test_a_person_without_any_finite_joint_is_refused(two_persons: SkeletonSequence) -> None:
    two_persons.joints[1, :, :, 2] = np.nan
    with pytest.raises(SkelshotError, match=r"joints of person 2: found no finite .* 6 frames"):
        repair_gaps(two_persons)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0, 0.95))
def test_whatever_the_gaps_the_result_is_finite_and_within_bounds(seed: int, share: float) -> None:
    rng = np.random.default_rng(seed)
    joints = rng.normal(size=(1, 7, 15, 3)).astype(np.float32)
    low, high = joints.min(), joints.max()
    joints[0][rng.random((7, 15)) < share] = rng.choice([np.nan, np.inf])
    joints[0, 0, 0] = 0
    clip = SkeletonSequence(joints, np.ones((1, 7), bool), OPENNI_15)
    repaired, count = repair_gaps(clip)
    assert count == count_non_finite(clip)
    assert np.isfinite(repaired.joints).all()
    assert repaired.joints.min() >= min(low, 0) - 1e-6
    assert repaired.joints.max() <= max(high, 0) + 1e-6


def _reference(times, values, known, weights):
    """Fill gaps between the nearest seen frames, each by its nearness times its confidence."""
    filled = values.copy()
    for place in np.flatnonzero(~known):
        before = [frame for frame in np.flatnonzero(known) if frame < place][-1:]
        after = [frame for frame in np.flatnonzero(known) if frame > place][:1]
        if before and after:
            first, last = before[0], after[0]
            near = weights[first] * (times[last] - times[place])
            far = weights[last] * (times[place] - times[first])
            filled[place] = (near * values[first] + far * values[last]) / (near + far)
        else:
            filled[place] = values[(before or after)[0]]
    return filled


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_the_surer_neighbour_pulls_the_more(seed: int) -> None:
    rng = np.random.default_rng(seed)
    joints = rng.normal(size=(1, 12, 15, 3)).astype(np.float32)
    times = np.cumsum(rng.integers(1, 4, 12))
    confidence = rng.uniform(0.05, 1, (1, 12, 15)).astype(np.float32)
    lost = rng.random((12, 15)) < 0.5
    lost[rng.integers(12)] = False
    truth = joints.copy()
    joints[0, lost] = np.nan
    clip = SkeletonSequence(joints, np.ones((1, 12), bool), OPENNI_15, times, confidence)
    repaired = repair_gaps(clip)[0]
    for joint in range(15):
        for axis in range(3):
            expected = _reference(
                times,
                truth[0, :, joint, axis].astype(float),
                ~lost[:, joint],
                confidence[0, :, joint].astype(float),
            )
            np.testing.assert_allclose(repaired.joints[0, :, joint, axis], expected, atol=1e-5)


@pytest.mark.parametrize("level", [None, 1.0, 0.9, 0.37, 0.0])
def test_equal_confidences_interpolate_as_without_bit_for_bit(
    two_persons: SkeletonSequence, level: float | None
) -> None:
    rng = np.random.default_rng(0)
    two_persons.joints[0, rng.random((12, 20)) < 0.4] = np.nan
    two_persons.joints[0, 6] = 1
    plain = repair_gaps(two_persons)[0].joints
    scores = None if level is None else np.full((2, 12, 20), level, np.float32)
    weighted = repair_gaps(replace(two_persons, confidence=scores))[0].joints
    np.testing.assert_array_equal(weighted, plain)


def test_a_neighbour_of_no_confidence_does_not_count(two_persons: SkeletonSequence) -> None:
    two_persons.joints[0, 4:6, 10] = np.nan
    confidence = np.ones((2, 12, 20), np.float32)
    confidence[0, 3, 10] = 0
    joints = repair_gaps(replace(two_persons, confidence=confidence))[0].joints
    np.testing.assert_array_equal(joints[0, 4:6, 10], joints[0, [6, 6], 10])
