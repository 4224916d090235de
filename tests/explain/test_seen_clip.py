"""Clips as encoders see them: the same input, and sums that survive the way back."""

from typing import Any

import numpy as np
import pytest
import torch

from skelshot.explain.seen_clip import SeenClip, encoder_input
from skelshot.skeletons import InputSpec, SkeletonSequence, encode_input
from skelshot.skeletons.layouts import KINECT_V1

EVERY = ("joint", "bone", "joint-motion", "bone-motion")


def two_people(frames: int = 30, gap: bool = True) -> SkeletonSequence:
    rng = np.random.default_rng(0)
    joints = rng.normal(0, 0.5, (2, frames, 20, 3)).cumsum(axis=1).astype(np.float32)
    present = np.ones((2, frames), bool)
    if gap:
        present[1, :9] = False
        present[0, 12:15] = False
    return SkeletonSequence(joints * present[..., None, None], present, KINECT_V1)


@pytest.mark.parametrize("frames", [8, 30, 64])
@pytest.mark.parametrize(
    "changes",
    [
        {"streams": ("joint",), "persons": 2},
        {"streams": EVERY, "persons": 2, "torso_scale": True},
        {"streams": EVERY, "persons": 1, "crop": 0.8},
        {"streams": EVERY, "persons": 2, "align": "none", "absent": "zeros"},
        {"streams": EVERY, "persons": 3, "confidence": True},
    ],
)
def test_the_input_is_the_same(frames: int, changes: dict[str, Any]) -> None:
    spec = InputSpec(layout="kinect-v1", frames=frames, **changes)
    clip = two_people()
    seen = SeenClip.of(clip, spec)
    sure = None if seen.confidence is None else seen.confidence[None]
    found = encoder_input(seen.positions[None], seen.present[None], sure, spec)[0]
    np.testing.assert_allclose(found.numpy(), encode_input(clip, spec), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("frames", [8, 30, 64])
@pytest.mark.parametrize("persons", [1, 2, 3])
def test_sums_survive_the_way_back(frames: int, persons: int) -> None:
    clip = two_people()
    spec = InputSpec(layout="kinect-v1", frames=frames, persons=persons)
    seen = SeenClip.of(clip, spec)
    values = torch.rand(seen.positions.shape) * seen.present[None, :, None]
    own = seen.to_clip(values)
    assert own.shape == (3, 30, 20, 2)
    torch.testing.assert_close(own.sum((1, 3)), values.sum((1, 3)))
    there = torch.from_numpy(clip.present.T)[None, :, None]
    assert not (own * ~there).any(), "nothing is said of persons in frames without them"


def test_a_frame_is_told_what_was_seen_of_it() -> None:
    """One moment goes to the frames of its own share, evenly."""
    seen = SeenClip.of(two_people(gap=False), InputSpec(layout="kinect-v1", frames=10, persons=2))
    values = torch.zeros_like(seen.positions)
    values[0, 4, 7, 1] = 3
    own = seen.to_clip(values)
    assert own.nonzero().tolist() == [[0, frame, 7, 1] for frame in (12, 13, 14)]
    assert own[0, 12, 7, 1].item() == pytest.approx(1)


def test_a_copied_person_gives_back_to_the_first() -> None:
    clip = two_people(gap=False).of_persons([0])
    spec = InputSpec(layout="kinect-v1", frames=30, persons=2, second_person="copy")
    own = SeenClip.of(clip, spec).to_clip(torch.ones(3, 30, 20, 2))
    assert own.shape == (3, 30, 20, 1)
    torch.testing.assert_close(own, torch.full_like(own, 2.0))


def test_what_lies_outside_the_crop_is_not_seen() -> None:
    clip = two_people(gap=False)
    spec = InputSpec(layout="kinect-v1", frames=12, persons=2, crop=0.4)
    own = SeenClip.of(clip, spec).to_clip(torch.ones(3, 12, 20, 2))
    assert own[:, 9:21].all()
    assert not own[:, :9].any()
    assert not own[:, 21:].any()


def test_gradients_reach_every_position() -> None:
    spec = InputSpec(layout="kinect-v1", frames=16, persons=2, streams=EVERY)
    seen = SeenClip.of(two_people(gap=False), spec)
    positions = seen.positions[None].clone().requires_grad_()
    encoder_input(positions, seen.present[None], None, spec).square().sum().backward()
    assert positions.grad is not None
    assert positions.grad.ne(0).float().mean() > 0.99
