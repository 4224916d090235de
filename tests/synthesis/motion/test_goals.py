"""The compact strings, each against what the language page says."""

import pytest

from skelshot.synthesis.motion.goals import (
    Place,
    Shake,
    Walk,
    read_goal,
    read_place,
    read_shake,
    read_speed,
)
from skelshot.synthesis.motion.vocabulary import channels_named


def test_hands_go_to_anchors_with_offsets() -> None:
    goal = read_goal("main hand", "partner far shoulder up 0.1 in 0.02 back 0.3")
    assert goal == Place("shoulder", partner=True, far=True, offset=(-0.02, 0.1, -0.3))
    assert read_goal("other hand", "rest") == Place("rest")
    assert read_place("main hand down 0.03") == Place("main hand", offset=(0.0, -0.03, 0.0))
    assert read_place("nail cutter up 0.02").anchor == "nail cutter"


def test_numbers_have_the_channel_s_own_words() -> None:
    assert read_goal("pelvis", "down 0.45 back 0.2 other 0.1") == (-0.1, -0.45, -0.2)
    assert read_goal("trunk", "twist -10 lean 20") == (20.0, 0.0, -10.0)
    assert read_goal("head", "down 5 tilt 3 turn -2") == (-5.0, -2.0, 3.0)
    assert read_goal("head", "level") == (0.0, 0.0, 0.0)
    assert read_goal("main foot", "out 0.2 up 0.1") == (0.2, 0.1, 0.0)
    assert read_goal("main elbow", 25) == (25.0,)


def test_eyes_rest_on_partner_things_and_floor() -> None:
    assert read_goal("gaze", "partner") == Place("eyes", partner=True)
    assert read_goal("gaze", "floor") == "floor"
    assert read_goal("gaze", "partner main hand") == Place("main hand", partner=True)


def test_walks() -> None:
    assert read_goal("walk", "main 0.3 back 1") == Walk((0.3, -1.0))
    assert read_goal("walk", "in place 6") == Walk(steps=6)
    assert read_goal("walk", "to partner 0.4") == Walk(to_partner=0.4)


def test_oscillations_and_speeds() -> None:
    assert read_shake("main hand", "out 0.12 at 2.5 hz") == Shake((0.12, 0.0, 0.0), 2.5)
    assert read_shake("main elbow", "20 at 2 hz", opposite=True) == Shake((20.0,), 2.0, True)
    assert read_speed(None) == (0.0, 0.0, 0.0)
    assert read_speed("front 6 down 2") == (0.0, -2.0, 6.0)


def test_both_names_two_channels() -> None:
    assert channels_named("both elbows") == ("main elbow", "other elbow")
    assert channels_named("both fingers") == ("main fingers", "other fingers")
    assert channels_named("left hand") == ()


@pytest.mark.parametrize(
    ("channel", "value", "message"),
    [
        ("main hand", "mouth infront 0.1", "expected"),
        ("main hand", "mouth front", "pairs"),
        ("main hand", "up 0.1", "anchor"),
        ("trunk", "bend 20", "lean"),
        ("main fingers", "shut", "open, closed"),
        ("main elbow", "high", "a number"),
        ("pelvis", 3, "words"),
        ("walk", "up 1", "main"),
    ],
)
def test_strings_outside_the_language_are_told(channel: str, value: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_goal(channel, value)


def test_only_what_has_a_size_can_shake() -> None:
    with pytest.raises(ValueError, match="cannot shake"):
        read_shake("main fingers", "closed at 2 hz")
    with pytest.raises(ValueError, match="a size and a rate"):
        read_shake("head", "up 4")
