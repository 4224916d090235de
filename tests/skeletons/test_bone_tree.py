import numpy as np
import pytest
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.spatial.distance import cdist

from skelshot.skeletons import COCO_17, KINECT_V1, KINECT_V2, SkeletonLayout
from skelshot.skeletons.bone_tree import asymmetry, median_over_bodies, sample_bodies, tree_ratios


@pytest.mark.parametrize("layout", [KINECT_V1, KINECT_V2, COCO_17], ids=lambda layout: layout.name)
@pytest.mark.parametrize("channels", [2, 3])
def test_the_ratio_is_that_of_scipys_tree(
    layout: SkeletonLayout, channels: int, rng: np.random.Generator
) -> None:
    bodies = rng.normal(size=(5, layout.num_joints, channels))
    for body, ratio in zip(bodies, tree_ratios(bodies, layout), strict=True):
        bones = sum(np.linalg.norm(body[child] - body[parent]) for child, parent in layout.bones)
        assert ratio == pytest.approx(bones / minimum_spanning_tree(cdist(body, body)).sum())


def test_unseen_joints_are_left_out_of_both_trees(rng: np.random.Generator) -> None:
    bodies = rng.normal(size=(1, 20, 3))
    hand, wrist, elbow = (KINECT_V1.index(f"left {name}") for name in ("hand", "wrist", "elbow"))
    bodies[0, wrist] = np.nan
    seen = np.delete(bodies[0], wrist, axis=0)
    bones = np.linalg.norm(bodies[0, hand] - bodies[0, elbow])
    for child, parent in KINECT_V1.bones:
        if wrist not in (child, parent):
            bones += np.linalg.norm(bodies[0, child] - bodies[0, parent])
    expected = bones / minimum_spanning_tree(cdist(seen, seen)).sum()
    assert tree_ratios(bodies, KINECT_V1)[0] == pytest.approx(expected)


def test_any_joints_may_be_unseen(rng: np.random.Generator) -> None:
    bodies = rng.normal(size=(200, 20, 3))
    bodies[rng.random((200, 20)) < 0.4] = np.nan
    ratios = tree_ratios(bodies, KINECT_V1)
    assert (ratios >= 1 - 1e-9).all()


def test_joints_on_one_point_have_no_ratio() -> None:
    bodies = np.ones((2, 20, 3))
    bodies[1, 2:] = np.nan
    assert np.isnan(tree_ratios(bodies, KINECT_V1)).all()


def test_joints_on_one_place_need_no_bone(rng: np.random.Generator) -> None:
    bodies = rng.normal(size=(1, 20, 3))
    hand, wrist = KINECT_V1.index("left hand"), KINECT_V1.index("left wrist")
    bodies[0, hand] = bodies[0, wrist]
    without = bodies.copy()
    without[0, hand] = np.nan
    assert tree_ratios(bodies, KINECT_V1)[0] == pytest.approx(tree_ratios(without, KINECT_V1)[0])


def test_asymmetry_is_the_mean_of_log_ratios() -> None:
    bodies = np.zeros((1, 20, 3))
    for joint in KINECT_V1.outward[1:]:
        bodies[:, joint] = bodies[:, KINECT_V1.parents[joint]] + (1, 0, 0)
    assert asymmetry(bodies, KINECT_V1) == 0
    hand, wrist = KINECT_V1.index("left hand"), KINECT_V1.index("left wrist")
    bodies[:, hand] = bodies[:, wrist] + (2, 0, 0)  # one of eight pairs of bones
    assert asymmetry(bodies, KINECT_V1) == pytest.approx(np.log(2.04 / 1.04) / 8)


def test_bones_that_nobody_measured_do_not_count(people) -> None:
    bodies = people.person()[0].astype(float)
    known = asymmetry(bodies, KINECT_V1)
    wrist, hand = KINECT_V1.index("left wrist"), KINECT_V1.index("left hand")
    bodies[:, hand] = bodies[:, wrist]
    assert abs(asymmetry(bodies, KINECT_V1) - known) < 0.02


def test_a_sample_is_bounded_and_skips_the_absent(people) -> None:
    clip = np.concatenate([people.person(100), people.person(100)])
    clip[1, 10:] = 0
    clip[0, 50, :11] = np.nan
    bodies = sample_bodies([clip] * 100)
    assert bodies.shape == (256, 20, 3)
    assert (bodies != 0).any(axis=(1, 2)).all()
    assert (2 * np.isfinite(bodies).all(axis=-1).sum(axis=1) >= 20).all()


def test_a_clip_without_bodies_gives_none() -> None:
    assert sample_bodies([np.zeros((1, 9, 20, 3), np.float32)]).shape == (0, 20, 3)
    assert len(sample_bodies([])) == 0


def test_clips_of_another_shape_are_passed_over(people) -> None:
    clips = [people.person(), people.coco_pixels(), people.person()]
    assert sample_bodies(clips).shape == (16, 20, 3)


@pytest.mark.parametrize("rows", [1, 2, 5, 8])
def test_the_median_is_that_of_the_numbers_there_are(rows: int, rng: np.random.Generator) -> None:
    values = rng.normal(size=(rows, 40))
    np.testing.assert_array_equal(median_over_bodies(values), np.median(values, axis=0))
    values[rng.random(values.shape) < 0.4] = np.nan
    values[:, 0] = np.nan
    values[0, 1:] = 3.0
    expected = [np.nan, *np.nanmedian(values[:, 1:], axis=0)]
    np.testing.assert_array_equal(median_over_bodies(values), expected)
    assert np.isnan(median_over_bodies(values[:0])).all()
