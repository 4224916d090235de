"""Test clips are those that `skelshot synth --videos` and `teach` would give."""

from pathlib import Path

import numpy as np

from skelshot.mini_teacher.ntu_clips import VIDEO, film_take, ntu_clips
from skelshot.synthesis.plan import Take
from skelshot.synthesis.recording import Recording


def test_a_take_is_cropped_to_the_person() -> None:
    recording = Recording(Path(), 0, (1, 2, 3), VIDEO)
    take = Take(8, 1, 1)
    clip = film_take(recording, take, 1, frames=3, size=48)
    assert (clip.shape, clip.dtype) == ((3, 48, 48, 3), np.uint8)
    whole = list(recording.pictures(take, 1))
    wanted = np.stack([whole[(2 * i + 1) * len(whole) // 6] for i in range(3)])
    # sitting down changes far more of the crop than of the whole picture
    moving = [np.abs(np.diff(seen.astype(int), axis=0)).max(-1) > 40 for seen in (clip, wanted)]
    assert moving[0].mean() > 2 * moving[1].mean() > 0


def test_classes_take_turns() -> None:
    clips, labels = ntu_clips(2, frames=1, size=24, classes=2)
    assert labels.tolist() == [0, 0, 1, 1]
    assert clips.shape == (4, 1, 24, 24, 3)
    assert len({clip.tobytes() for clip in clips}) == 4
