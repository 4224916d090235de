"""Steps of several deeds become one course of steps."""

from skelshot.mini_teacher.parts import BodySpot, Deed
from skelshot.mini_teacher.step_composition import BoundDeed, bind_deed, paced, together


def _deed(*cycle: dict[str, object], lead: tuple[dict[str, object], ...] = ()) -> BoundDeed:
    return BoundDeed(lead, cycle, {}, {})


def test_a_deed_is_bound_to_hands_and_place() -> None:
    deed = Deed(
        say=("tap PLACE",),
        lead=({"take": 1, "hand": "PLACE up 0.1"},),
        do=({"hold": 1, "shake": {"hand": "TAP at 2 hz"}},),
    )
    spot = BodySpot(at="ear out 0.04", words=("the ear",), tap="out 0.07", elbow=45)
    course = bind_deed(deed, "both", spot)
    assert course.lead == ({"take": 1, "both hands": "ear out 0.04 up 0.1", "both elbows": 45},)
    assert course.cycle == ({"hold": 1, "shake": {"both hands": "out 0.07 at 2 hz"}},)
    assert course.limbs() == {"main arm", "other arm"}


def test_limbs_and_travelling() -> None:
    walk = _deed({"take": 1, "walk": "front 1", "head": "up 3"})
    assert walk.limbs() == {"legs", "head"}
    assert walk.travels()
    squat = _deed({"take": 1, "pelvis": "down 0.4", "shake": {"trunk": "lean 3 at 1 hz"}})
    assert squat.limbs() == {"legs", "trunk"}
    assert not squat.travels()


def test_deeds_at_once_share_steps_and_the_slower_sets_the_pace() -> None:
    tap = _deed(
        {"hold": 1.0, "shake": {"main hand": "up 1 at 2 hz"}},
        lead=({"take": 0.5, "main hand": "ear"},),
    )
    step = _deed({"take": 0.7, "walk": "back 0.4"})
    assert together([tap, step], 2) == [
        {"take": 0.7, "main hand": "ear", "walk": "back 0.4"},
        {"hold": 1.0, "shake": {"main hand": "up 1 at 2 hz"}, "take": 0.7, "walk": "back 0.4"},
        {"hold": 1.0, "shake": {"main hand": "up 1 at 2 hz"}, "take": 0.7, "walk": "back 0.4"},
    ]


def test_a_cycle_is_never_left_half_done() -> None:
    lift = _deed({"take": 1, "main foot": "up 0.4"}, {"take": 1, "main foot": "stance"})
    nods = _deed({"take": 1, "head": "down 9"})
    woven = together([nods, lift], 3)
    assert [step.get("main foot") for step in woven] == ["up 0.4", "stance", None]
    assert [step.get("head") for step in woven] == ["down 9"] * 3


def test_slow_steps_take_longer_and_shake_slower_but_jumps_keep_their_time() -> None:
    steps = [
        {"take": 1.0, "hold": 0.5, "shake": {"head": "up 4 at 2 hz"}},
        {"take": 0.7, "jump": 0.2},
    ]
    assert paced(steps, 4.0) == [
        {"take": 4.0, "hold": 2.0, "shake": {"head": "up 4 at 1.00 hz"}},
        {"take": 0.7, "jump": 0.2},
    ]
    assert steps[0]["take"] == 1.0
