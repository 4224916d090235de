"""Views: turning and mirroring the finished input is turning and mirroring the clip."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
import torch

from skelshot.fewshot.views import View, view_clips
from skelshot.ground import SkelshotError
from skelshot.skeletons import (
    COCO_17,
    KINECT_V1,
    InputSpec,
    SkeletonSequence,
    encode_input,
    mirror,
    rotate,
)

SPEC = InputSpec(
    layout="kinect-v1", frames=12, streams=("joint", "bone", "joint-motion"), align="none"
)

FLAT = InputSpec(
    layout="coco-17", coordinates=2, streams=("joint", "bone", "joint-motion"), align="root"
)


def encoded(sequence: SkeletonSequence) -> torch.Tensor:
    return torch.from_numpy(encode_input(sequence, SPEC))[None]


@pytest.mark.parametrize("degrees", [-28.6, 90.0])
def test_turning_the_input_is_turning_the_joints(
    tiny_sequence: SkeletonSequence, degrees: float
) -> None:
    turned = rotate(tiny_sequence.joints, [0.0, np.radians(degrees), 0.0])
    literal = encoded(replace(tiny_sequence, joints=turned.astype(np.float32)))
    seen = view_clips(encoded(tiny_sequence), View(turn=degrees), SPEC)
    torch.testing.assert_close(seen, literal, atol=1e-5, rtol=1e-5)


def test_mirroring_the_input_is_mirroring_the_joints(tiny_sequence: SkeletonSequence) -> None:
    literal = encoded(replace(tiny_sequence, joints=mirror(tiny_sequence.joints, KINECT_V1)))
    seen = view_clips(encoded(tiny_sequence), View(mirror=True), SPEC)
    torch.testing.assert_close(seen, literal, atol=1e-6, rtol=1e-6)


def test_the_plain_view_transforms_nothing(tiny_sequence: SkeletonSequence) -> None:
    clips = encoded(tiny_sequence)
    assert torch.equal(view_clips(clips, View(), SPEC), clips)


def test_flat_clips_cannot_be_turned() -> None:
    with pytest.raises(SkelshotError, match="2-D clips cannot be turned"):
        view_clips(torch.zeros(1, 6, 4, 17, 1), View(turn=10), FLAT)


def test_mirrored_flat_clips_are_mirrored_stream_by_stream() -> None:
    clips = torch.arange(1.0, 7)[None, :, None, None, None].expand(1, 6, 4, 17, 1)
    seen = view_clips(clips, View(mirror=True), FLAT)
    assert seen[0, :, 0, 0, 0].tolist() == [-1, 2, -3, 4, -5, 6]


@pytest.mark.parametrize("coordinates", [2, 3])
def test_mirroring_and_turning_the_input_with_confidence_is_mirroring_the_clip(
    coordinates: int,
) -> None:
    rng = np.random.default_rng(0)
    joints = rng.normal(size=(2, 12, 17, coordinates)).astype(np.float32)
    sureness = rng.random((2, 12, 17), dtype=np.float32)
    clip = SkeletonSequence(joints, np.ones((2, 12), bool), COCO_17, confidence=sureness)
    spec = InputSpec(
        layout="coco-17",
        frames=12,
        persons=2,
        coordinates=coordinates,
        streams=("joint", "bone"),
        align="none",
        confidence=True,
    )
    view = View(mirror=True, turn=30.0 if coordinates == 3 else 0.0)
    moved = rotate(mirror(joints, COCO_17), [0.0, np.radians(view.turn), 0.0])
    other = replace(
        clip, joints=moved.astype(np.float32), confidence=sureness[..., list(COCO_17.mirror)]
    )
    literal = torch.from_numpy(encode_input(other, spec))[None]
    seen = view_clips(torch.from_numpy(encode_input(clip, spec))[None], view, spec)
    torch.testing.assert_close(seen, literal, atol=1e-5, rtol=1e-5)


def test_clips_of_other_channels_than_the_inputs_are_refused() -> None:
    with pytest.raises(SkelshotError, match="found clips of 9 channels, expected 6"):
        view_clips(torch.zeros(1, 9, 4, 17, 1), View(mirror=True), FLAT)


SOME = [View(turn=turn, mirror=mirror) for turn in (0, 20, -35) for mirror in (False, True)]


@pytest.mark.parametrize(("first", "second"), list(itertools.product(SOME, SOME)))
def test_a_view_after_another_is_one_view(first: View, second: View) -> None:
    clips = torch.randn(2, 9, 4, 20, 1, generator=torch.Generator().manual_seed(0))
    both = view_clips(view_clips(clips, first, SPEC), second, SPEC)
    torch.testing.assert_close(view_clips(clips, second.after(first), SPEC), both)
