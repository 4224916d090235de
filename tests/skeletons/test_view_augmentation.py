"""Augmentations of views: what they may ask, and that every step is taken."""

import numpy as np
import pytest

from skelshot.ground import SkelshotError
from skelshot.skeletons import COCO_17, KINECT_V1, SkeletonSequence
from skelshot.skeletons.view_augmentation import ViewAugmentation, augment_view

ALL = ViewAugmentation(
    crop=(0.5, 0.9),
    shift=0.2,
    shear=0.3,
    mirror=0.5,
    scale=(0.8, 1.2),
    rotate_degrees=(10, 20, 10),
    main_axis_degrees=(30, 1),
    jitter=0.01,
    jitter_probability=0.5,
    blur=0.5,
    mask_axis=0.5,
    mask_joints=0.5,
    time_reverse=0.5,
)


def drawn(sequence: SkeletonSequence, seed: int = 0, **amounts: object) -> np.ndarray:
    augmentation = ViewAugmentation.model_validate(amounts)
    generator = np.random.default_rng(seed)
    return augment_view(
        sequence.joints, sequence.present, sequence.layout, augmentation, generator
    )[0]


def test_nothing_asked_nothing_changed(two_persons: SkeletonSequence) -> None:
    np.testing.assert_array_equal(drawn(two_persons), two_persons.joints)


def test_the_same_generator_gives_the_same_view(two_persons: SkeletonSequence) -> None:
    first, again, other = (drawn(two_persons, seed, **ALL.model_dump()) for seed in (3, 3, 4))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("released", [False, True])
def test_absent_persons_stay_zero_under_everything(
    two_persons: SkeletonSequence, released: bool
) -> None:
    before = two_persons.joints.copy()
    augmentation = ALL.model_copy(update={"as_released": released})
    for seed in range(30):
        generator = np.random.default_rng(seed)
        joints, present = augment_view(
            two_persons.joints, two_persons.present, KINECT_V1, augmentation, generator
        )
        assert joints.shape == before.shape
        assert joints.dtype == np.float32
        assert not joints[~present].any()
        assert joints[present].any()
        assert np.isfinite(joints).all()
    np.testing.assert_array_equal(two_persons.joints, before)


@pytest.mark.parametrize(
    "amounts",
    [
        {"crop": (0.5, 0.6)},
        {"shift": 0.5},
        {"shear": 0.5},
        {"mirror": 1},
        {"scale": (2, 3)},
        {"rotate_degrees": (0, 0, 45)},
        {"main_axis_degrees": (30, 1)},
        {"jitter": 0.1},
        {"blur": 1, "blur_sigma": (2, 2)},
        {"mask_axis": 1},
        {"mask_joints": 1},
        {"time_reverse": 1},
    ],
    ids=lambda amounts: next(iter(amounts)),
)
def test_every_amount_has_its_effect(
    two_persons: SkeletonSequence, amounts: dict[str, object]
) -> None:
    assert not np.array_equal(drawn(two_persons, **amounts), two_persons.joints)


def test_probabilities_are_kept(two_persons: SkeletonSequence) -> None:
    hits = sum(
        bool((drawn(two_persons, seed, mask_axis=0.3) != two_persons.joints).any())
        for seed in range(200)
    )
    assert 40 < hits < 80


def test_the_released_code_swaps_without_a_reflection(two_persons: SkeletonSequence) -> None:
    ours = drawn(two_persons, mirror=1)
    released = drawn(two_persons, mirror=1, as_released=True)
    np.testing.assert_array_equal(ours[..., 0], -released[..., 0])
    np.testing.assert_array_equal(ours[..., 1:], released[..., 1:])


def test_the_released_blur_is_not_normalised(two_persons: SkeletonSequence) -> None:
    sizes = [
        np.abs(drawn(two_persons, blur=1, blur_sigma=(2, 2), as_released=released)).mean()
        for released in (False, True)
    ]
    assert sizes[1] > 2 * sizes[0]


def test_flat_clips_have_views_too(rng: np.random.Generator) -> None:
    joints = rng.normal(size=(1, 8, 17, 2)).astype(np.float32)
    view, _ = augment_view(joints, np.ones((1, 8), bool), COCO_17, ALL, rng)
    assert view.shape == joints.shape
    assert np.isfinite(view).all()


@pytest.mark.parametrize(
    "amounts",
    [
        {"crop": (0.9, 0.5)},
        {"scale": (0, 1)},
        {"blur_sigma": (2, 1)},
        {"blur_sigma": (0, 1)},
        {"shift": 1.5},
        {"mirror": -0.1},
        {"most_joints": 0},
        {"twist": 1},
    ],
)
def test_impossible_amounts_are_refused(amounts: dict[str, object]) -> None:
    with pytest.raises(SkelshotError, match=next(iter(amounts))):
        ViewAugmentation.model_validate(amounts)
