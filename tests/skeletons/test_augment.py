import numpy as np
import pytest

from skelshot.ground import SkelshotError
from skelshot.skeletons import COCO_17, KINECT_V1, KINECT_V2, SkeletonSequence
from skelshot.skeletons.augment import Augmentation, augment
from skelshot.skeletons.mappings import seen_as

ALL = Augmentation(
    crop=(0.5, 1.0),
    time_jitter=0.5,
    time_reverse=0.5,
    mirror=0.5,
    scale=(0.8, 1.2),
    shear=0.2,
    rotate_degrees=(10, 20, 10),
    jitter=0.01,
    drop_joints=0.1,
)


def test_nothing_asked_nothing_changed(
    two_persons: SkeletonSequence, rng: np.random.Generator
) -> None:
    joints, present = augment(
        two_persons.joints, two_persons.present, KINECT_V1, Augmentation(), rng
    )
    np.testing.assert_array_equal(joints, two_persons.joints)
    assert present is two_persons.present


def test_the_same_generator_gives_the_same_clip(two_persons: SkeletonSequence) -> None:
    first, second = (
        augment(
            two_persons.joints, two_persons.present, KINECT_V1, ALL, np.random.default_rng(seed)
        )[0]
        for seed in (3, 3)
    )
    np.testing.assert_array_equal(first, second)


def test_absent_persons_stay_zero_under_everything(two_persons: SkeletonSequence) -> None:
    before = two_persons.joints.copy()
    for seed in range(20):
        generator = np.random.default_rng(seed)
        joints, present = augment(
            two_persons.joints, two_persons.present, KINECT_V1, ALL, generator
        )
        assert joints.shape == two_persons.joints.shape
        assert joints.dtype == np.float32
        assert (joints[~present] == 0).all()
        assert joints[present].any()
    np.testing.assert_array_equal(two_persons.joints, before)


def test_reversing_plays_presence_backwards_too(
    two_persons: SkeletonSequence, rng: np.random.Generator
) -> None:
    two_persons.present[0, 0] = False
    joints, present = augment(
        two_persons.joints, two_persons.present, KINECT_V1, Augmentation(time_reverse=1), rng
    )
    np.testing.assert_array_equal(present, two_persons.present[:, ::-1])
    np.testing.assert_array_equal(joints[0, :11], two_persons.joints[0, :0:-1])


def test_time_jitter_moves_moments_by_its_bound_at_most(rng: np.random.Generator) -> None:
    joints = np.zeros((1, 50, 20, 3), np.float32)
    joints[0, :, :, 0] = np.arange(50)[:, None]
    moved, _ = augment(joints, np.ones((1, 50), bool), KINECT_V1, Augmentation(time_jitter=2), rng)
    shift = moved[0, :, 0, 0] - np.arange(50)
    assert np.abs(shift).max() <= 2
    assert np.abs(shift).max() > 0.5
    assert (np.diff(moved[0, :, 0, 0]) >= 0).all()


def test_the_crop_is_drawn_within_its_bounds(rng: np.random.Generator) -> None:
    draws = np.array([Augmentation(crop=(0.5, 0.9)).draw_crop(rng) for _ in range(300)])
    assert draws.min(axis=0)[0] >= 0.5
    assert draws.max(axis=0)[0] <= 0.9
    assert draws.min() >= 0
    assert draws.max() <= 1
    assert (np.ptp(draws, axis=0) > [0.35, 0.9]).all()


def test_two_coordinates_can_be_augmented(rng: np.random.Generator) -> None:
    flat = ALL.model_copy(update={"rotate_degrees": (0.0, 0.0, 20.0)})
    joints, _ = augment(
        rng.normal(size=(1, 8, 17, 2)).astype(np.float32), np.ones((1, 8), bool), COCO_17, flat, rng
    )
    assert np.isfinite(joints).all()


def test_clips_are_seen_as_other_sensors_would_as_often_as_asked(
    rng: np.random.Generator,
) -> None:
    joints = rng.normal(size=(1, 4, 25, 3)).astype(np.float32)
    present = np.ones((1, 4), bool)
    others = Augmentation(as_layouts=("coco-17", "kinect-v1"), as_layout=0.5)
    expected = [joints, *(seen_as(joints, KINECT_V2, layout) for layout in (COCO_17, KINECT_V1))]
    counts = [0, 0, 0]
    for _ in range(200):
        found, _ = augment(joints, present, KINECT_V2, others, rng)
        counts[[np.array_equal(found, one) for one in expected].index(True)] += 1
    assert 70 < counts[0] < 130
    assert min(counts[1:]) > 30


def test_layouts_that_are_none_are_refused() -> None:
    with pytest.raises(SkelshotError, match="did you mean 'kinect-v2'"):
        Augmentation.model_validate({"as_layouts": ["kinect-v3"], "as_layout": 0.5})


@pytest.mark.parametrize(
    "options",
    [
        {"as_layout": 0.5},
        {"crop": (0.9, 0.5)},
        {"crop": (0.0, 1.0)},
        {"crop": (0.5, 1.1)},
        {"crop_least_frames": 0},
        {"scale": (1.2, 0.8)},
        {"scale": (0.0, 1.0)},
        {"mirror": 1.5},
        {"jitter": -0.1},
        {"jitter": float("inf")},
        {"rotate_degrees": (1, 2)},
        {"rotation": 3},
    ],
)
def test_impossible_amounts_are_refused(options: dict[str, object]) -> None:
    with pytest.raises(SkelshotError, match=next(iter(options))):
        Augmentation.model_validate(options)
