from dataclasses import replace

import numpy as np
import pytest

from skelshot.datasets.checks import clip_or_rejected, on_missing_named, presence_of, validate_clip
from skelshot.datasets.clips import BadClip, Clip, Rejected
from skelshot.ground import SkelshotError


def changed(sequence, change):
    joints = sequence.joints.copy()
    change(joints)
    return replace(sequence, joints=joints, present=presence_of(joints))


def test_a_good_clip_passes_untouched(tiny_sequence):
    found, repaired = validate_clip(tiny_sequence, "reject")
    assert found is tiny_sequence
    assert repaired == 0


def test_gaps_are_counted_and_interpolated(tiny_sequence):
    def break_two(joints):
        joints[0, 3, 7, 1] = np.nan
        joints[0, 4, 9, 0] = np.inf

    found, repaired = validate_clip(changed(tiny_sequence, break_two), "repair")
    assert repaired == 2
    wanted = (tiny_sequence.joints[0, 2, 7, 1] + tiny_sequence.joints[0, 4, 7, 1]) / 2
    assert found.joints[0, 3, 7, 1] == pytest.approx(wanted)


def cut(frames):
    return lambda sequence: replace(
        sequence, joints=sequence.joints[:, :frames], present=sequence.present[:, :frames]
    )


def set_all(value, frames=slice(None)):
    def change(joints):
        joints[:, frames] = value

    return lambda sequence: changed(sequence, change)


def one_gap(sequence):
    return set_all(np.nan, slice(2, 3))(sequence)


@pytest.mark.parametrize(
    ("change", "on_missing", "reason"),
    [
        (cut(0), "repair", "no frame"),
        (cut(1), "repair", "^one frame: no movement to learn from$"),
        (set_all(0.0), "repair", "all coordinates are zero"),
        (set_all(0.0, slice(1, None)), "repair", "present in fewer than two frames"),
        (set_all(np.nan), "repair", "no finite joint"),
        (one_gap, "reject", "20 joints with NaN or infinite coordinates"),
        (set_all(1e30), "repair", r"coordinates reach 1e\+30"),
    ],
)
def test_unusable_clips_are_refused_with_the_reason(tiny_sequence, change, on_missing, reason):
    with pytest.raises(BadClip, match=reason):
        validate_clip(change(tiny_sequence), on_missing)


def test_nan_is_a_gap_and_not_an_absence():
    joints = np.zeros((2, 3, 5, 2), np.float32)
    joints[0, 1, 4, 1] = np.nan
    joints[1, 2, 0, 0] = -1
    assert presence_of(joints).tolist() == [[False, True, False], [False, False, True]]


def test_other_ways_to_treat_gaps_are_refused():
    assert on_missing_named("reject") == "reject"
    with pytest.raises(SkelshotError, match="on_missing: found 'drop', expected 'repair' or"):
        on_missing_named("drop")


def test_a_complaint_becomes_a_rejection(tiny_sequence):
    def complain() -> Clip:
        raise BadClip("broken", line=7)

    assert clip_or_rejected("a.json", complain) == Rejected("a.json", "broken", 7)
    clip = Clip("a", 0, tiny_sequence)
    assert clip_or_rejected("a.json", lambda: clip) is clip
