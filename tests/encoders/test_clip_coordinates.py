"""Which numbers of an input are positions, and whose."""

import pytest
import torch

from skelshot.encoders.clip_coordinates import joint_positions, main_person
from skelshot.ground import SkelshotError
from skelshot.skeletons import InputSpec

FLAT = InputSpec(
    layout="coco-17",
    coordinates=2,
    align="root",
    streams=("bone", "joint-motion", "joint"),
    confidence=True,
)


def test_positions_are_the_joint_stream_wherever_it_stands_and_flat_clips_get_depth_zero():
    clips = torch.randn(2, FLAT.channels, 4, 17, 2)
    flat = joint_positions(clips, FLAT.channels_of("joint"))
    assert torch.equal(flat[:, :2], clips[:, 4:6])
    assert flat.shape == (2, 3, 4, 17, 2)
    assert not flat[:, 2].any()
    whole = InputSpec(layout="kinect-v1", streams=("joint", "bone"))
    clips = torch.randn(2, whole.channels, 4, 20, 1)
    assert torch.equal(joint_positions(clips, whole.channels_of("joint")), clips[:, :3])


def test_an_input_without_the_joint_stream_has_no_positions():
    bones = InputSpec(layout="kinect-v1", streams=("bone",))
    with pytest.raises(SkelshotError, match=r"found bone, expected joint .* input.streams="):
        bones.channels_of("joint")


def test_the_person_of_most_frames_is_chosen_then_the_one_who_moves_more():
    clips = torch.zeros(3, 3, 6, 5, 2)
    clips[0, :, :4, :, 0], clips[0, :, :5, :, 1] = 1.0, 1.0
    clips[1, :, :4, :, 0], clips[1, :, :3, :, 1] = 1.0, torch.arange(1.0, 4)[:, None]
    clips[2] = 1.0
    clips[2, 0, :, 2, 1] = torch.arange(1.0, 7)
    found = main_person(clips)
    for row, person in enumerate((1, 0, 1)):
        assert torch.equal(found[row], clips[row, ..., person].permute(1, 2, 0))
