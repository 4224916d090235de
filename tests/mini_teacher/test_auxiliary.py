"""The two easier questions: names of parts, and joints in patches."""

import math

import numpy as np
import pytest
import torch

from skelshot.mini_teacher.auxiliary import (
    UNIT,
    AuxiliaryHeads,
    changed_joints,
    found_joints,
    joints_in_patches,
    parts_table,
    place_error,
    summed_cross_entropy,
)
from skelshot.mini_teacher.changing import Changes, pixels_of
from skelshot.mini_teacher.recipe import ModelShape, Recipe
from skelshot.skeletons.layouts import KINECT_V2

PARTS = [["hop", "wave"], ["wave"], ["sit", "wave"]]


def test_helpers_start_at_what_is_usual() -> None:
    helpers = AuxiliaryHeads(ModelShape(), parts_table(PARTS))
    found = helpers.video_parts(torch.randn(5, ModelShape().dim)).sigmoid()
    torch.testing.assert_close(found, torch.tensor([[1 / 3, 1 / 3, 0.999]]).expand(5, 3))
    joints = helpers.joints(torch.randn(2, ModelShape().width)).sigmoid()
    torch.testing.assert_close(joints, torch.full((2, 25), 1 / 64))


def test_joints_are_asked_for_in_frames_and_patches() -> None:
    """Untrained helpers say the middle for each place, and 1 in 64 for each patch."""
    helpers = AuxiliaryHeads(ModelShape(), parts_table(PARTS))
    joints = torch.full((1, 2, 2, 25, 2), torch.nan)
    joints[:, :, 0] = torch.tensor([0.5, 0.7])
    frames, states = torch.randn(1, 2, ModelShape().dim), torch.randn(2, 64, ModelShape().width)
    places, in_patches = found_joints(helpers, frames, states, joints)
    assert float(places) == pytest.approx((0 + 0.2) / 2 / UNIT, rel=1e-5)
    wanted = 25 * (-math.log(1 / 64) - 63 * math.log(63 / 64))
    assert float(in_patches) == pytest.approx(wanted, rel=1e-4)


def test_cross_entropies_are_summed_over_questions() -> None:
    logits, truth = torch.tensor([[0.0, 2.0], [-1.0, 0.5]]), torch.tensor([[1.0, 0], [0, 1]])
    total = 0.0
    for row, answers in zip(logits.tolist(), truth.tolist(), strict=True):
        for logit, answer in zip(row, answers, strict=True):
            yes = 1 / (1 + math.exp(-logit))
            total -= math.log(yes if answer else 1 - yes)
    assert float(summed_cross_entropy(logits, truth)) == pytest.approx(total / 2, rel=1e-5)


def _changes(clips: int, **more: object) -> Changes:
    plain = Changes.draw(Recipe(shift=0, zoom=0, light=0, tint=0, mirror=0), clips, _rng())
    return Changes(**(vars(plain) | more))


def _rng() -> np.random.Generator:
    return np.random.default_rng(0)


def test_a_joint_is_found_in_its_patch_and_nowhere_else() -> None:
    joints = np.full((1, 1, 2, 25, 2), np.nan, np.float16)
    joints[0, 0, 0, 3] = 0.6, 0.1  # head: column 3 of 6, row 0
    joints[0, 0, 1, 3] = 0.99, 0.99  # the partner's: the last patch
    joints[0, 0, 1, 4] = 1.2, 0.5  # off the picture
    found = joints_in_patches(changed_joints(joints, _changes(1)), 6)
    assert found.shape == (1, 36, 25)
    assert found.nonzero().tolist() == [[0, 3, 3], [0, 35, 3]]


def test_mirrored_pictures_have_left_for_right() -> None:
    joints = np.full((1, 1, 2, 25, 2), np.nan, np.float16)
    left = KINECT_V2.joints.index("left hand")
    joints[0, 0, 0, left] = 0.1, 0.5
    found = joints_in_patches(changed_joints(joints, _changes(1, mirrored=np.array([True]))), 6)
    right = KINECT_V2.joints.index("right hand")
    assert found.nonzero().tolist() == [[0, 3 * 6 + 5, right]]


@pytest.mark.parametrize("mirrored", [False, True])
def test_joints_move_with_the_pictures(mirrored: bool) -> None:
    """A white dot is brightest in the patch that its joint is said to be in."""
    rng = _rng()
    clips, size, side = 20, 96, 6
    frames = np.zeros((clips, 1, size, size, 3), np.uint8)
    joints = np.full((clips, 1, 2, 25, 2), np.nan, np.float16)
    for clip, (x, y) in enumerate(rng.integers(20, 76, (clips, 2))):
        frames[clip, 0, y - 2 : y + 3, x - 2 : x + 3] = 255
        joints[clip, 0, 0, 0] = (x + 0.5) / size, (y + 0.5) / size
    recipe = Recipe(shift=0.1, zoom=0.2, light=0, tint=0, mirror=float(mirrored))
    changes = Changes.draw(recipe, clips, rng)
    light = pixels_of(frames, changes).mean(dim=2).view(clips, side, 16, side, 16).sum((2, 4))
    found = joints_in_patches(changed_joints(joints, changes), side)[..., 0]
    same = light.flatten(1).argmax(dim=1) == found.argmax(dim=1)
    assert same.float().mean() >= 0.9  # a dot may lie on the border of two patches


def test_people_stand_in_the_order_of_their_columns() -> None:
    joints = np.full((2, 3, 2, 25, 2), np.nan, np.float16)
    joints[0, :, 0], joints[0, :, 1], joints[1, :, 0] = 0.75, 0.25, 0.5
    moved = changed_joints(joints, _changes(2))
    assert (moved[0, :, 0] == 0.25).all()
    assert (moved[0, :, 1] == 0.75).all()
    assert (moved[1, :, 0] == 0.5).all()
    assert moved[1, :, 1].isnan().all()


def test_places_are_judged_where_somebody_is() -> None:
    joints = torch.full((1, 2, 2, 25, 2), torch.nan)
    joints[:, :, 0] = 0.5
    found = torch.full((2, 100), 0.6)
    assert float(place_error(found, joints)) == pytest.approx(0.1 / UNIT, rel=1e-5)
