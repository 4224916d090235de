"""Views: turning and mirroring the finished input is turning and mirroring the clip."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
import torch

from skelshot.fewshot.views import View, view_clips
from skelshot.ground import SkelshotError
from skelshot.skeletons import KINECT_V1, InputSpec, SkeletonSequence, encode_input, mirror, rotate

SPEC = InputSpec(
    layout="kinect-v1", frames=12, streams=("joint", "bone", "joint-motion"), view="none"
)


def encoded(sequence: SkeletonSequence) -> torch.Tensor:
    return torch.from_numpy(encode_input(sequence, SPEC))[None]


@pytest.mark.parametrize("degrees", [-28.6, 90.0])
def test_turning_the_input_is_turning_the_joints(
    tiny_sequence: SkeletonSequence, degrees: float
) -> None:
    turned = rotate(tiny_sequence.joints, [0.0, np.radians(degrees), 0.0])
    literal = encoded(replace(tiny_sequence, joints=turned.astype(np.float32)))
    seen = view_clips(encoded(tiny_sequence), View(turn=degrees), KINECT_V1)
    torch.testing.assert_close(seen, literal, atol=1e-5, rtol=1e-5)


def test_mirroring_the_input_is_mirroring_the_joints(tiny_sequence: SkeletonSequence) -> None:
    literal = encoded(replace(tiny_sequence, joints=mirror(tiny_sequence.joints, KINECT_V1)))
    seen = view_clips(encoded(tiny_sequence), View(mirror=True), KINECT_V1)
    torch.testing.assert_close(seen, literal, atol=1e-6, rtol=1e-6)


def test_the_plain_view_changes_nothing(tiny_sequence: SkeletonSequence) -> None:
    clips = encoded(tiny_sequence)
    assert torch.equal(view_clips(clips, View(), KINECT_V1), clips)


def test_flat_clips_cannot_be_turned() -> None:
    with pytest.raises(SkelshotError, match="2-D clips cannot be turned"):
        view_clips(torch.zeros(1, 2, 4, 20, 1), View(turn=10), KINECT_V1)


SOME = [View(turn=turn, mirror=mirror) for turn in (0, 20, -35) for mirror in (False, True)]


@pytest.mark.parametrize(("first", "second"), list(itertools.product(SOME, SOME)))
def test_a_view_after_another_is_one_view(first: View, second: View) -> None:
    clips = torch.randn(2, 6, 4, 20, 1, generator=torch.Generator().manual_seed(0))
    both = view_clips(view_clips(clips, first, KINECT_V1), second, KINECT_V1)
    torch.testing.assert_close(view_clips(clips, second.after(first), KINECT_V1), both)
