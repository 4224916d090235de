"""The two images of a clip against loops over their definitions."""

import numpy as np
import pytest
import torch

from skelshot.encoders.skeleton_images import (
    skeleton_images,
    triples_image,
    unit_range,
    xyz_image,
)

CLIPS = torch.randn(2, 3, 6, 5, 2, generator=torch.Generator().manual_seed(0))


def test_xyz_has_a_joint_a_row_a_frame_a_column_and_coordinates_as_colours():
    images = xyz_image(CLIPS)
    assert images.shape == (2, 3, 10, 6)
    for n, c, t, v, m in np.ndindex(*CLIPS.shape):
        assert images[n, c, m * 5 + v, t] == CLIPS[n, c, t, v, m]


def test_triples_is_the_plain_reshape_of_joints_axes_frames():
    """(J, 3, T) read in memory order as (J, T, 3), as its author says."""
    images = triples_image(CLIPS)
    for n in range(2):
        joints = torch.cat([CLIPS[n, ..., 0], CLIPS[n, ..., 1]], dim=2)
        buffer = np.ascontiguousarray(joints.permute(2, 0, 1).numpy())
        expected = np.reshape(buffer, (10, 6, 3))
        np.testing.assert_array_equal(images[n].permute(1, 2, 0), expected)


@pytest.mark.parametrize(("frames", "longer"), [(4, 6), (5, 6), (6, 6), (64, 66)])
def test_no_pixel_of_triples_mixes_two_coordinates(frames, longer):
    ramps = torch.linspace(0, 1, frames)[:, None, None] + torch.tensor([0.0, 10.0, 20.0])
    images = triples_image(ramps.permute(2, 0, 1)[None, ..., None])
    assert images.shape == (1, 3, 1, longer)
    row = images[0, :, 0].T.reshape(3, longer)
    expected = torch.linspace(0, 1, longer) + torch.tensor([[0.0], [10.0], [20.0]])
    torch.testing.assert_close(row, expected)


def test_one_range_for_all_colours_of_an_image():
    images = unit_range(CLIPS)
    for found, clip in zip(images, CLIPS, strict=True):
        expected = (clip - clip.min()) / (clip.max() - clip.min())
        torch.testing.assert_close(found, expected)
    assert not unit_range(torch.full((1, 3, 4, 4), 7.0)).any()


@pytest.mark.parametrize("encoding", ["xyz", "triples"])
def test_images_are_square_and_neither_place_nor_size_of_the_scene_shows(encoding):
    images = skeleton_images(CLIPS, encoding, 32)
    assert images.shape == (2, 3, 32, 32)
    assert images.min() >= 0
    assert images.max() <= 1
    torch.testing.assert_close(skeleton_images(3 * CLIPS + 2, encoding, 32), images)
