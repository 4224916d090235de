from dataclasses import replace

import numpy as np
import pytest

from skelshot.datasets import prepared_clip as module
from skelshot.datasets.clips import BadClip
from skelshot.datasets.prepared_clip import as_told, prepared_clip
from skelshot.datasets.reading_options import ReadingOptions
from skelshot.skeletons.body_check import BodyProblem
from skelshot.skeletons.layouts import COCO_17
from skelshot.skeletons.sequence import SkeletonSequence


@pytest.fixture
def clip():
    """Two persons of 17 joints in pixels, all seen."""
    rng = np.random.default_rng(0)
    joints = rng.normal(300, 60, (2, 1, 17, 2)) + rng.normal(0, 3, (2, 20, 17, 2)).cumsum(axis=1)
    return SkeletonSequence(
        joints.astype(np.float32),
        np.ones((2, 20), bool),
        COCO_17,
        confidence=np.full((2, 20, 17), 0.9, np.float32),
    )


def lost(clip, **marks):
    """The clip with joint 9 of the first person lost in frames 4 to 6."""
    joints, confidence = clip.joints.copy(), clip.confidence.copy()
    joints[0, 4:7, 9] = marks.get("joints", joints[0, 4:7, 9])
    confidence[0, 4:7, 9] = marks.get("confidence", confidence[0, 4:7, 9])
    return replace(clip, joints=joints, confidence=confidence)


@pytest.mark.parametrize("unseen", ["repair", "keep"])
def test_a_joint_of_unknown_confidence_is_kept_and_counts_as_measured(clip, unseen):
    unknown = lost(clip, confidence=np.nan)
    unknown.present[1, 3] = False
    unknown.confidence[1, 3] = np.nan
    found = prepared_clip(unknown, ReadingOptions(unseen=unseen), "repair")
    assert found.repaired == 0
    np.testing.assert_array_equal(found.sequence.joints[0], clip.joints[0])
    assert found.sequence.confidence[0, 4:7, 9].tolist() == [1, 1, 1]
    assert (found.sequence.confidence[1, 3] == 0).all()


@pytest.mark.parametrize(
    "marks",
    [
        {"joints": np.nan, "confidence": 0},
        {"joints": 0, "confidence": 0},
        {"joints": 0},
        {"joints": -1, "confidence": 0},
        {"confidence": 0},
        {"confidence": 0.03},
    ],
)
def test_joints_that_were_not_seen_become_what_nan_becomes(clip, marks):
    wanted = prepared_clip(lost(clip, joints=np.nan, confidence=0), ReadingOptions(), "repair")
    made = prepared_clip(lost(clip, **marks), ReadingOptions(), "repair")
    assert made.repaired == wanted.repaired == 3
    np.testing.assert_array_equal(made.sequence.joints, wanted.sequence.joints)
    np.testing.assert_array_equal(made.sequence.confidence[0, 4:7, 9], 0)


def test_the_options_decide_what_is_unseen(clip):
    made = lost(clip, joints=0, confidence=0.2)
    assert prepared_clip(made, ReadingOptions(unseen="keep"), "repair").repaired == 0
    doubtful = lost(clip, confidence=0.2)
    assert prepared_clip(doubtful, ReadingOptions(), "repair").repaired == 0
    assert prepared_clip(doubtful, ReadingOptions(min_confidence=0.3), "repair").repaired == 3
    with pytest.raises(BadClip, match="3 joints with NaN"):
        prepared_clip(made, ReadingOptions(), "reject")


def test_who_has_no_seen_joint_is_absent(clip):
    confidence = clip.confidence.copy()
    confidence[1, :5] = 0
    made = as_told(replace(clip, confidence=confidence), ReadingOptions())
    assert made.present.sum(axis=1).tolist() == [20, 15]
    assert not made.joints[1, :5].any()


def with_ghost(clip):
    """The clip with a detection of one frame before both persons, and an empty place after."""
    joints = np.concatenate([clip.joints[:1], clip.joints, 0 * clip.joints[:1]])
    present = np.ones((4, 20), bool)
    present[0, 1:] = present[3] = False
    joints[~present] = 0
    confidence = np.concatenate([0.01 * clip.confidence[:1], clip.confidence, clip.confidence[:1]])
    return replace(clip, joints=joints, present=present, confidence=confidence)


def test_ghosts_go_and_actors_stand_first(clip):
    made = prepared_clip(with_ghost(clip), ReadingOptions(), "repair")
    assert (made.ghosts >= 1, made.repaired) == (True, 0)
    np.testing.assert_array_equal(made.sequence.joints, clip.joints)
    kept = prepared_clip(with_ghost(clip), ReadingOptions(persons="file", unseen="keep"), "repair")
    assert (kept.sequence.persons, kept.ghosts, kept.reordered) == (3, 0, False)
    np.testing.assert_array_equal(kept.sequence.joints[1:], clip.joints)


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((1920, 1080), None),
        ((700, 500), None),
        ((100, 800), "picture: found 100% of the joints outside of a picture 100 wide and 800 hi"),
        ((150, 150), "it is not the one the joints belong to"),
        ((700, 50), "700 wide and 50 high, expected most of them inside; it is not"),
    ],
)
def test_joints_lie_within_their_picture(clip, size, expected):
    clip = replace(clip, picture_size=size)
    assert prepared_clip(clip, ReadingOptions(body_check="ignore"), "repair").ghosts == 0
    if expected is None:
        assert prepared_clip(clip, ReadingOptions(), "repair").ghosts == 0
    else:
        with pytest.raises(BadClip, match=expected):
            prepared_clip(clip, ReadingOptions(), "repair")


def test_swapped_sides_of_a_picture_are_named(clip):
    wide = replace(clip, joints=clip.joints + np.float32([900, 0]), picture_size=(720, 1600))
    with pytest.raises(BadClip, match=r"720 wide and 1600 high.*; its sides look swapped"):
        prepared_clip(wide, ReadingOptions(), "repair")


@pytest.mark.parametrize("severity", ["wrong", "suspicious"])
def test_bodies_that_cannot_be_are_refused_unless_told(clip, monkeypatch, severity):
    found = "bodies of 1700, which looks like millimetres"
    problem = BodyProblem("units", severity, found, "metres", "divide by 1000")
    monkeypatch.setattr(module, "body_problems", lambda *_: [problem])
    assert prepared_clip(clip, ReadingOptions(body_check="ignore"), "repair").repaired == 0
    if severity == "suspicious":
        assert prepared_clip(clip, ReadingOptions(), "repair").repaired == 0
        return
    expected = (
        f"units: found {found}, expected metres; divide by 1000, or say --units millimetres; if "
        "they are right as they are, say --body-check ignore"
    )
    with pytest.raises(BadClip, match=expected):
        prepared_clip(clip, ReadingOptions(), "repair")


def test_axes_turn_points_and_leave_who_is_absent_and_what_is_unseen(clip):
    made = with_ghost(lost(clip, joints=0, confidence=0))
    turned = as_told(made, ReadingOptions(axes="x,-y"))
    plain = as_told(made, ReadingOptions())
    np.testing.assert_array_equal(turned.present, plain.present)
    np.testing.assert_array_equal(turned.joints, plain.joints * np.float32([1, -1]))
    assert np.isnan(turned.joints).sum() == np.isnan(plain.joints).sum() == 6
    assert not turned.joints[~turned.present].any()


@pytest.mark.parametrize(
    ("axes", "expected"),
    [("x,-y", [300, 480 - 100]), ("-x,y", [640 - 300, 100]), ("y,-x", [100, 480 - 300])],
)
def test_axes_of_pixels_turn_within_their_picture(clip, axes, expected):
    joints = np.zeros_like(clip.joints) + np.float32([300, 100])
    made = as_told(replace(clip, joints=joints, picture_size=(640, 480)), ReadingOptions(axes=axes))
    np.testing.assert_array_equal(made.joints, np.zeros_like(joints) + np.float32(expected))


def test_as_many_axes_as_coordinates_are_told(clip):
    with pytest.raises(BadClip, match=r"found 2 coordinates, expected the 3 of --axes x,z,-y"):
        prepared_clip(clip, ReadingOptions(axes="x,z,-y"), "repair")
    solid = replace(clip, joints=np.concatenate([clip.joints, clip.joints[..., :1]], axis=-1))
    with pytest.raises(BadClip, match=r"axes: found 3 coordinates, .*; name x, y and z"):
        prepared_clip(solid, ReadingOptions(axes="x,-y"), "repair")
