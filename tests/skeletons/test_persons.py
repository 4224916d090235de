from dataclasses import replace

import numpy as np
import pytest

from skelshot.skeletons import KINECT_V1, SkeletonSequence
from skelshot.skeletons.persons import PersonReport, order_persons

FRAMES = 40


@pytest.fixture
def acts(people) -> np.ndarray:
    return people.person(FRAMES, swing=0.4)


@pytest.fixture
def stands(people) -> np.ndarray:
    return people.person(FRAMES, swing=0, walk=0, seed=1) + np.float32([1, 0, 0])


def together(*persons: np.ndarray, sure: list[float] | None = None) -> SkeletonSequence:
    """A clip of persons (1, T, 20, 3), each as sure as told; zeros are absence."""
    joints = np.concatenate(persons)
    present = (joints != 0).any(axis=(2, 3))
    confidence = None
    if sure is not None:
        confidence = np.array(sure)[:, None, None] * present[..., None] * np.ones(20)
        confidence = confidence.astype(np.float32)
    return SkeletonSequence(joints, present, KINECT_V1, confidence=confidence)


def only(person: np.ndarray, *frames: int) -> np.ndarray:
    """The person in these frames alone."""
    seen = np.zeros_like(person)
    seen[:, list(frames)] = person[:, list(frames)]
    return seen


def leaping(people, every: int) -> np.ndarray:
    """A false detection that jumps about, seen in every nth frame."""
    places = np.random.default_rng(0).normal(0, 3, (1, FRAMES, 1, 3)).astype(np.float32)
    return only(people.person(FRAMES) + places, *range(0, FRAMES, every))


def test_one_person_is_returned_as_it_is(acts) -> None:
    clip = together(acts)
    assert order_persons(clip) == (clip, PersonReport(0, False))


@pytest.mark.parametrize("sure", [None, [0.01, 0.9], [0.9, 0.9]])
def test_a_ghost_of_two_frames_goes(acts, stands, sure) -> None:
    clip, report = order_persons(together(only(stands, 7, 8), acts, sure=sure))
    assert report == PersonReport(1, False)
    np.testing.assert_array_equal(clip.joints, acts)


def test_a_whole_person_of_no_confidence_is_a_ghost(acts, stands) -> None:
    clip, report = order_persons(together(stands, acts, sure=[0.05, 0.9]))
    assert report == PersonReport(1, False)
    np.testing.assert_array_equal(clip.joints, acts)


@pytest.mark.parametrize("every", [2, 3, 8])
@pytest.mark.parametrize("sure", [None, [0.3, 0.9]])
def test_a_flickering_ghost_never_comes_first(people, stands, every: int, sure) -> None:
    clip, report = order_persons(together(leaping(people, every), stands, sure=sure))
    np.testing.assert_array_equal(clip.joints[0], stands[0])
    assert report.dropped or report.reordered


def test_a_bystander_goes_behind_who_acts(acts, stands) -> None:
    clip, report = order_persons(together(stands, acts))
    assert report == PersonReport(0, True)
    np.testing.assert_array_equal(clip.joints, np.concatenate([acts, stands]))


def test_size_does_not_make_motion(people, stands) -> None:
    near = 4 * people.person(FRAMES, swing=0, walk=0)  # large in the picture, and as still
    small = people.person(FRAMES, swing=0.3, walk=0.3) / 4
    clip, _ = order_persons(together(near, small))
    np.testing.assert_array_equal(clip.joints[0], small[0])


@pytest.mark.parametrize(("first", "second"), [(0.4, 0.4), (0.25, 0.4), (0.4, 0.25)])
def test_two_who_act_keep_the_files_order(people, first: float, second: float) -> None:
    one, other = (people.person(FRAMES, swing=swing, seed=9) for swing in (first, second))
    clip = together(one, other + np.float32([1, 0, 0]), sure=[0.8, 0.9])
    ordered, report = order_persons(clip)
    assert ordered is clip
    assert report == PersonReport(0, False)


def test_two_who_stand_still_keep_the_files_order(people, stands) -> None:
    clip = together(stands, people.person(FRAMES, swing=0.01, walk=0))
    assert order_persons(clip)[0] is clip


def test_a_partner_who_comes_late_stays(acts, people) -> None:
    late = only(people.person(FRAMES, seed=5) + np.float32([1, 0, 0]), *range(30, FRAMES))
    clip, report = order_persons(together(acts, late))
    assert clip.persons == 2
    assert report == PersonReport(0, False)
    clip, report = order_persons(together(late, acts))
    assert report == PersonReport(0, True)
    np.testing.assert_array_equal(clip.joints[1], late[0])


def test_empty_places_go_without_being_counted(acts) -> None:
    clip, report = order_persons(together(np.zeros_like(acts), acts, np.zeros_like(acts)))
    assert clip.persons == 1
    assert report == PersonReport(0, False)


def test_a_detection_whose_joints_are_all_unseen_is_counted(acts) -> None:
    clip = together(np.zeros_like(acts), acts, sure=[1, 0.9])
    confidence = clip.confidence.copy()
    confidence[0, :2] = 0.01
    assert order_persons(replace(clip, confidence=confidence))[1] == PersonReport(1, False)


@pytest.mark.parametrize("sure", [None, [0.01, 0.01], [0.0, 0.0]])
def test_the_last_person_always_stays(acts, stands, sure) -> None:
    clip, _ = order_persons(together(only(acts, 3), only(stands, 9, 10), sure=sure))
    assert clip.persons >= 1
    nobody = together(np.zeros_like(acts), np.zeros_like(acts))
    assert order_persons(nobody) == (nobody, PersonReport(0, False))


def test_all_arrays_are_ordered_alike(acts, stands) -> None:
    clip = together(only(stands, 1), stands, acts, sure=[0.5, 0.8, 0.9])
    pixels = clip.joints[..., :2] + 1
    ordered, report = order_persons(replace(clip, pixels=pixels))
    assert report == PersonReport(1, True)
    for field, source in (("joints", clip.joints), ("pixels", pixels), ("present", clip.present)):
        np.testing.assert_array_equal(getattr(ordered, field), source[[2, 1]])
    np.testing.assert_array_equal(ordered.confidence, clip.confidence[[2, 1]])


def test_gaps_do_not_hide_motion(acts, stands) -> None:
    acts[0, ::4, 5:9] = np.nan
    clip, _ = order_persons(together(stands, acts))
    np.testing.assert_array_equal(clip.joints[1], stands[0])


def test_ordering_twice_changes_nothing_more(people) -> None:
    rng = np.random.default_rng(3)
    for _ in range(40):
        persons = []
        for seed in range(int(rng.integers(2, 6))):
            person = people.person(FRAMES, swing=rng.uniform(0, 0.5), walk=rng.uniform(0, 1))
            person = person + np.float32([seed, 0, 0])
            begin, end = np.sort(rng.integers(0, FRAMES + 1, 2))
            persons.append(only(person, *range(begin, end)))
        clip = together(*persons, sure=rng.uniform(0.05, 1, len(persons)).tolist())
        once, _ = order_persons(clip)
        twice, report = order_persons(once)
        assert report == PersonReport(0, False)
        assert twice is once


def test_persons_without_extent_do_not_fail() -> None:
    clip = SkeletonSequence(np.ones((2, 3, 20, 3), np.float32), np.ones((2, 3), bool), KINECT_V1)
    assert order_persons(clip)[0] is clip
