"""Which numbers of an input are positions, and whose."""

import torch

from skelshot.fewshot.clip_coordinates import coordinates_of, main_person


def test_the_first_stream_is_taken_and_flat_clips_get_depth_zero():
    clips = torch.randn(2, 9, 4, 5, 2)
    assert torch.equal(coordinates_of(clips), clips[:, :3])
    flat = coordinates_of(clips[:, :4])
    assert torch.equal(flat[:, :2], clips[:, :2])
    assert not flat[:, 2].any()


def test_the_person_of_most_frames_is_chosen_then_the_one_who_moves_more():
    clips = torch.zeros(3, 3, 6, 5, 2)
    clips[0, :, :4, :, 0], clips[0, :, :5, :, 1] = 1.0, 1.0
    clips[1, :, :4, :, 0], clips[1, :, :3, :, 1] = 1.0, torch.arange(1.0, 4)[:, None]
    clips[2] = 1.0
    clips[2, 0, :, 2, 1] = torch.arange(1.0, 7)
    found = main_person(clips)
    for row, person in enumerate((1, 0, 1)):
        assert torch.equal(found[row], clips[row, ..., person].permute(1, 2, 0))
