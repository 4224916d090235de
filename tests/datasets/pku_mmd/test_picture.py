"""Joints in the colour picture, against the pixels that NTU's original files tell."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from skelshot.datasets.clips import Clip
from skelshot.datasets.pku_mmd import PkuMmdReader
from skelshot.datasets.pku_mmd.picture import colour_pixels
from skelshot.datasets.store import Store
from skelshot.skeletons.sensor_layouts import KINECT_COLOUR


def test_a_real_kinects_own_pixels_are_found_again(real_clip: Store) -> None:
    clip = real_clip.sequence(0)
    assert clip.pixels is not None
    assert np.abs(colour_pixels(clip.joints, clip.present) - clip.pixels).max() < 1


def test_who_is_absent_or_behind_the_lens_is_no_infinity() -> None:
    joints = np.zeros((1, 2, 25, 3), np.float32)
    joints[0, 1, :, 2] = -1
    pixels = colour_pixels(joints, np.array([[False, True]]))
    assert not pixels[0, 0].any()
    assert np.isfinite(pixels).all()


def test_clips_have_pixels_unless_told(write_recording: Callable[..., Path]) -> None:
    raw = write_recording()
    for told, there in (("projected", True), ("none", False)):
        reader = PkuMmdReader(pixels=told)
        (source,) = reader.sources(raw)
        assert bool(reader.remarks().guessed) == there
        for clip in reader.read(source):
            assert isinstance(clip, Clip)
            sequence = clip.sequence
            assert (sequence.pixels is not None) == there
            assert sequence.picture_size == (KINECT_COLOUR if there else None)
