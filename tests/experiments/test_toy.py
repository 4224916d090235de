"""The toy clips: whole, different, and moving where their action moves."""

import numpy as np

from skelshot.datasets.store import Store
from skelshot.experiments.toy import toy_actions, toy_clip
from skelshot.skeletons import KINECT_V1


def test_the_store_holds_every_action_and_performer(toy_store: Store) -> None:
    assert len(toy_store) == 80
    assert set(toy_store.class_names) == set(toy_actions())
    assert {clip.subject for clip in toy_store.clips} == {0, 1, 2, 3}


def test_the_limb_that_is_named_moves_most() -> None:
    for name, joint in {
        "raise the left hand": "left hand",
        "kick with the right leg": "right ankle",
        "bow": "head",
    }.items():
        clip = toy_clip(toy_actions()[name], np.random.default_rng(0))[0]
        travel = np.ptp(clip, axis=0).sum(1)
        quiet = "right hand" if "left" in name else "left ankle"
        assert travel[KINECT_V1.index(joint)] > 2 * travel[KINECT_V1.index(quiet)]


def test_two_performances_differ_and_a_seed_repeats() -> None:
    action = toy_actions()["clap"]
    first, again = (toy_clip(action, np.random.default_rng(1)) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    other = toy_clip(action, np.random.default_rng(2))
    assert first.shape != other.shape or not np.array_equal(first, other)


def test_people_are_right_handed_with_y_up() -> None:
    """Toe direction, left minus right shoulder, up: a positive determinant (kinematics)."""
    clip = toy_clip(toy_actions()["clap"], np.random.default_rng(0))[0, 0]
    at = KINECT_V1.index
    toe = clip[at("left foot")] - clip[at("left ankle")]
    side = clip[at("left shoulder")] - clip[at("right shoulder")]
    up = clip[at("head")] - clip[at("hip centre")]
    assert np.linalg.det(np.stack([toe, side, up])) > 0
