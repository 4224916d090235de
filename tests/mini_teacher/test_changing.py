"""Changes of pictures against plain arrays."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from skelshot.mini_teacher.changing import Changes, pixels_of
from skelshot.mini_teacher.recipe import Recipe
from skelshot.teachers.models.preprocessing import IMAGENET_MEAN, IMAGENET_STD, Preprocessing

SIZE = 16


@pytest.fixture
def frames() -> np.ndarray:
    return np.random.default_rng(0).integers(60, 190, (3, 2, SIZE, SIZE, 3), np.uint8)


def _still(clips: int = 3) -> Changes:
    return Changes(
        np.zeros((clips, 2), np.float32),
        np.ones(clips, np.float32),
        np.ones((clips, 3), np.float32),
        np.ones(clips, np.float32),
        np.zeros(clips, bool),
    )


def test_unchanged_pictures_are_those_of_the_teacher(frames: np.ndarray) -> None:
    teacher = Preprocessing(SIZE, SIZE, IMAGENET_MEAN, IMAGENET_STD)
    wanted = torch.stack([teacher(clip) for clip in frames])
    assert torch.allclose(pixels_of(frames), wanted, atol=1e-6)
    assert torch.allclose(pixels_of(frames, _still()), wanted, atol=1e-5)


def test_mirroring_one_clip_mirrors_no_other(frames: np.ndarray) -> None:
    changes = replace(_still(), mirrored=np.array([False, True, False]))
    wanted = frames.copy()
    wanted[1] = wanted[1, :, :, ::-1]
    assert torch.allclose(pixels_of(frames, changes), pixels_of(wanted), atol=1e-4)


def test_moving_shifts_whole_pixels_and_repeats_the_border(frames: np.ndarray) -> None:
    changes = replace(_still(), move=np.float32([[2 / SIZE, 0], [0, 0], [0, -3 / SIZE]]))
    wanted = frames.copy()
    columns = np.minimum(np.arange(SIZE) + 2, SIZE - 1)
    rows = np.maximum(np.arange(SIZE) - 3, 0)
    wanted[0], wanted[2] = wanted[0][:, :, columns], wanted[2][:, rows]
    assert torch.allclose(pixels_of(frames, changes), pixels_of(wanted), atol=1e-4)


def test_light_is_gain_then_contrast(frames: np.ndarray) -> None:
    gain = np.float32([[1, 1, 1], [0.9, 1.1, 1], [1, 1, 1]])
    changes = replace(_still(), gain=gain, contrast=np.float32([1, 0.8, 1]))
    found = pixels_of(frames, changes)[1]
    plain = frames[1] / 255 * gain[1]
    lit = np.clip((plain - 0.5) * 0.8 + 0.5, 0, 1)
    wanted = (lit - np.array(IMAGENET_MEAN)) / np.array(IMAGENET_STD)
    np.testing.assert_allclose(found.numpy(), wanted.transpose(0, 3, 1, 2), atol=1e-4)


def test_draws_stay_in_range_and_parts_belong_together() -> None:
    recipe = Recipe()
    drawn = Changes.draw(recipe, 400, np.random.default_rng(1))
    assert np.abs(drawn.move).max() <= recipe.shift
    assert np.abs(drawn.zoom - 1).max() <= recipe.zoom
    assert np.abs(drawn.contrast - 1).max() <= recipe.light
    assert 0.4 < drawn.mirrored.mean() < 0.6
    part = drawn.part(slice(100, 103))
    np.testing.assert_array_equal(part.gain, drawn.gain[100:103])
    np.testing.assert_array_equal(part.mirrored, drawn.mirrored[100:103])
