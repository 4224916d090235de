"""Whole performances: anatomy, contacts, balance, determinism, and all shipped programs."""

import numpy as np
import pytest

from skelshot.ground import SkelshotError
from skelshot.ground.seeding import rng_for
from skelshot.skeletons.layouts import KINECT_V2
from skelshot.synthesis.motion.body import performer_of
from skelshot.synthesis.motion.figure import body_height
from skelshot.synthesis.motion.perform import perform
from skelshot.synthesis.motion.program import Program, load_programs, read_programs
from skelshot.synthesis.performance import Array, Performance, Performer

J = KINECT_V2.joints.index
BONES = (
    *((0, 1), (1, 20), (20, 2), (2, 3), (20, 4), (4, 5), (5, 6), (6, 7), (7, 21), (7, 22)),
    *((20, 8), (8, 9), (9, 10), (10, 11), (11, 23), (11, 24), (0, 12), (12, 13), (13, 14)),
    *((14, 15), (0, 16), (16, 17), (17, 18), (18, 19)),
)
RIGHT = next(n for n in range(1, 50) if not performer_of(n, 0).left_handed)
LEFT = next(n for n in range(1, 200) if performer_of(n, 0).left_handed)


def _program(text: str, number: int = 5) -> Program:
    return read_programs(f"{number}: {{name: x, {text}}}", "x")[number]


def _people(program: Program, first: int = RIGHT) -> tuple[Performer, ...]:
    return tuple(performer_of(first + place, 0) for place in range(len(program.roles)))


def _performed(text: str, first: int = RIGHT, heading: float = 0.0) -> Performance:
    program = _program(text)
    return perform(program, _people(program, first), rng_for("test"), heading)


def _unit(vectors: Array) -> Array:
    result: Array = vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
    return result


def _handedness(joints: Array) -> Array:
    toes = joints[..., 15, :] - joints[..., 14, :] + joints[..., 19, :] - joints[..., 18, :]
    across = joints[..., 4, :] - joints[..., 8, :]
    up = joints[..., 20, :] - joints[..., 0, :]
    result: Array = np.linalg.det(np.stack([_unit(toes), _unit(across), _unit(up)], axis=-1))
    return result


@pytest.mark.parametrize("number", sorted(load_programs()))
def test_shipped_programs_make_sound_bodies(number: int) -> None:
    program = load_programs()[number]
    for first in (1, 14):
        heading = 45.0 if first == 1 else -45.0
        people = _people(program, first)
        done = perform(program, people, rng_for("all", number, first), heading)
        joints = done.joints
        assert joints.shape == (len(people), done.frames, 25, 3)
        assert done.purpose.shape == joints.shape[:3]
        assert np.isfinite(joints).all()
        assert 30 < done.frames <= 300
        for child, parent in BONES:
            bone = np.linalg.norm(joints[:, :, child] - joints[:, :, parent], axis=-1)
            assert np.ptp(bone, axis=1).max() < 1e-6
        assert _handedness(joints).min() > 0
        assert joints[..., 1].min() > -0.08
        assert np.abs(joints[..., [0, 2]]).max() < 4
        assert np.linalg.norm(np.diff(joints, axis=1), axis=-1).max() < 17 / 30
        for person in range(len(people)):
            assert done.purpose[person].any() or program.partner
            assert not done.purpose[person, [0, -1]].any()
        for track in (*done.objects, *done.furniture):
            assert np.isfinite(track.place).all()
            np.testing.assert_allclose(np.linalg.det(track.turn), 1.0, atol=1e-6)


def test_heading_0_faces_camera_1_with_the_left_side_at_negative_x() -> None:
    done = _performed("do: [{take: 1, head: up 5}]")
    first = done.joints[0, 0]
    assert first[J("left foot"), 2] < first[J("left ankle"), 2]
    assert first[J("left shoulder"), 0] < 0 < first[J("right shoulder"), 0]
    turned = _performed("do: [{take: 1, head: up 5}]", heading=45.0).joints[0, 0]
    toes = turned[J("left foot")] - turned[J("left ankle")]
    toes = toes + turned[J("right foot")] - turned[J("right ankle")]
    assert toes[0] < 0
    assert toes[2] < 0


def test_lengths_of_a_person_of_172_cm_are_kinect_s() -> None:
    people = [performer_of(number, 0) for number in range(1, 107)]
    who = min(people, key=lambda person: abs(person.stature - 1.72))
    done = perform(_program("do: [{take: 1, head: up 1}]"), (who,), rng_for(0))
    first = done.joints[0, 0]
    ankles = 0.5 * (first[J("left ankle")] + first[J("right ankle")])
    assert 1.42 < np.linalg.norm(first[J("head")] - ankles) < 1.47
    hips = np.linalg.norm(first[J("left hip")] - first[J("right hip")])
    assert 0.12 < hips < 0.17

    def bone(one: str, other: str) -> float:
        return float(np.linalg.norm(first[J(one)] - first[J(other)]))

    assert 0.05 < bone("left wrist", "left hand") < 0.08
    assert 0.03 < bone("left hand", "left hand tip") < 0.06
    assert 0.03 < bone("left hand", "left thumb") < 0.05
    assert 0.07 < bone("left ankle", "left foot") < 0.12


def test_everything_hangs_on_rng_and_performer_alone() -> None:
    program = load_programs()[58]
    people = _people(program)
    one = perform(program, people, rng_for("same"))
    two = perform(program, people, rng_for("same"))
    other = perform(program, people, rng_for("different"))
    np.testing.assert_array_equal(one.joints, two.joints)
    np.testing.assert_array_equal(one.purpose, two.purpose)
    assert one.frames != other.frames or not np.allclose(one.joints, other.joints)


def test_main_is_left_for_the_left_handed() -> None:
    text = "after: stay, do: [{take: 1, main hand: overhead, trunk: side 10, head: turn 30}]"
    for first, side, sign in ((RIGHT, "right", 1), (LEFT, "left", -1)):
        last = _performed(text, first).joints[0, -1]
        up = last[J(f"{side} hand"), 1] - last[J("head"), 1]
        assert up > 0.1
        assert sign * (last[J("spine shoulder"), 0] - last[J("spine base"), 0]) > 0.02


def test_hands_reach_own_body_and_floor() -> None:
    done = _performed("after: stay, do: [{take: 1, main hand: mouth front 0.05, hold: 0.5}]")
    last = done.joints[0, -1]
    away = last[J("right hand")] - last[J("head")]
    who = performer_of(RIGHT, 0)
    wanted = 0.084 * body_height(who) + 0.05 * who.proportions["metre"]
    assert abs(away[0]) < 0.05
    assert -away[2] == pytest.approx(wanted, abs=0.04)
    low = _performed(
        "after: stay, do: [{take: 1.2, main hand: floor front 0.2 up 0.05, trunk: lean 60, "
        "pelvis: down 0.35 back 0.1, hold: 0.5}]"
    )
    assert low.joints[0, -1, J("right hand"), 1] < 0.15


def test_feet_stay_planted_when_the_pelvis_sinks_and_knees_bend_forward() -> None:
    done = _performed("after: stay, do: [{take: 1, pelvis: down 0.45 back 0.3, hold: 0.5}]")
    joints = done.joints[0]
    for side in ("left", "right"):
        ankle = joints[:, J(f"{side} ankle")]
        assert np.ptp(ankle, axis=0).max() < 0.012
        knee, hip = joints[-1, J(f"{side} knee")], joints[-1, J(f"{side} hip")]
        assert knee[2] < ankle[-1, 2] - 0.03
        assert knee[2] < hip[2] - 0.1
    assert joints[0, 0, 1] - joints[-1, 0, 1] > 0.25


def test_shakes_keep_their_rate_and_size() -> None:
    done = _performed(
        "amplitude: 0.02, do: [{take: 0.5, main hand: centre}, "
        "{hold: 3, shake: {main hand: out 0.1 at 3 hz}}]"
    )
    across = done.joints[0, :, J("right hand"), 0]
    middle = across[done.frames // 3 : done.frames // 3 + 40]
    turns = np.sum(np.diff(np.sign(np.diff(middle))) != 0)
    assert 6 <= turns <= 10
    assert 0.08 < np.ptp(middle) < 0.25


def test_handshaking_hands_meet_and_both_return() -> None:
    program = load_programs()[58]
    for first in (1, 5, 9):
        done = perform(program, _people(program, first), rng_for("shake", first))
        gaps = []
        for one in ("left hand", "right hand"):
            for other in ("left hand", "right hand"):
                apart = done.joints[0, :, J(one)] - done.joints[1, :, J(other)]
                gaps.append(np.linalg.norm(apart, axis=1).min())
        assert min(gaps) < 0.1
        ends = np.abs(done.joints[:, -1] - done.joints[:, 0]).max()
        assert ends < 0.4


def test_partners_stand_as_told() -> None:
    text = "apart: 1.5, partner: {}, do: [{take: 1, head: up 3}]"
    face = _performed(text).joints[:, 0, 0]
    metre = np.mean([performer_of(n, 0).proportions["metre"] for n in (RIGHT, RIGHT + 1)])
    assert np.linalg.norm((face[0] - face[1])[[0, 2]]) == pytest.approx(1.5 * metre, abs=0.05)
    assert face[1, 2] < face[0, 2]
    beside = _performed(f"facing: side by side, {text}").joints[:, 0, 0]
    assert abs(beside[0, 2] - beside[1, 2]) < 0.05
    same = _performed(f"facing: same way, {text}").joints[:, 0]
    assert np.all(same[:, J("left shoulder"), 0] < same[:, J("right shoulder"), 0])


def test_two_axes_of_an_oscillation_make_an_ellipse_and_one_rate_is_shared() -> None:
    shake = "{main hand: front 0.2 up 0.1 at 1.5 hz, other hand: up 0.1 at 1.5 hz}"
    done = _performed(
        f"do: [{{take: 0.6, both hands: centre out 0.15}}, {{hold: 4, shake: {shake}}}]"
    )
    middle = slice(done.frames // 3, 2 * done.frames // 3)
    near, mate = done.joints[0, middle, J("right hand")], done.joints[0, middle, J("left hand")]
    front, up, other = -near[:, 2], near[:, 1], mate[:, 1]
    front, up, other = ((v - v.mean()) / v.std() for v in (front, up, other))
    assert abs(np.mean(front * up)) < 0.2  # a quarter of a period apart
    assert abs(np.mean(front * other)) > 0.9  # together, or exactly opposite
    area = 0.5 * np.sum(front[:-1] * up[1:] - front[1:] * up[:-1])
    assert abs(area) > 3


@pytest.mark.parametrize("number", [4, 14, 15, 20, 28, 47, 61, 62, 68])
def test_elbows_do_not_jump_where_hands_come_near_shoulder_or_head(number: int) -> None:
    for first in (1, 5, 9):
        program = load_programs()[number]
        joints = perform(program, _people(program, first), rng_for("calm", number, first)).joints
        elbows = joints[0, :, [J("left elbow"), J("right elbow")]]
        assert np.linalg.norm(np.diff(elbows, axis=1), axis=-1).max() < 6 / 30


def test_both_may_walk_up_to_each_other() -> None:
    walk = "[{take: 1.5, walk: to partner 0.6}]"
    done = _performed(f"apart: 2, after: stay, partner: {{after: stay, do: {walk}}}, do: {walk}")
    metre = np.mean([who.proportions["metre"] for who in done.performers])
    last = done.joints[:, -1, 0]
    assert np.linalg.norm((last[0] - last[1])[[0, 2]]) == pytest.approx(0.6 * metre, abs=0.06)


def test_turning_round() -> None:
    last = _performed("after: stay, do: [{take: 1.2, turn: 180}, {hold: 0.3}]").joints[0, -1]
    assert last[J("left foot"), 2] > last[J("left ankle"), 2] + 0.03
    assert last[J("left shoulder"), 0] > last[J("right shoulder"), 0]


def test_purpose_is_that_of_the_channels_and_the_time() -> None:
    done = _performed("do: [{take: 1, main hand: overhead, hold: 0.5}, {take: 1, main hand: rest}]")
    moving = done.purpose[0]
    arm = [J(f"right {name}") for name in ("elbow", "wrist", "hand", "hand tip", "thumb")]
    others = [joint for joint in range(25) if joint not in arm]
    assert not moving[:, others].any()
    assert moving[done.frames // 2, arm].all()
    when = np.flatnonzero(moving[:, arm[0]])
    assert when[0] > 3
    assert when[-1] < done.frames - 3
    assert len(when) == when[-1] - when[0] + 1
    legs = _performed("do: [{take: 1.2, walk: front 0.8}]").purpose[0]
    assert legs.any(axis=0)[J("left knee")]
    assert not legs[:, J("head")].any()


def test_the_number_of_people_must_fit() -> None:
    program = load_programs()[58]
    with pytest.raises(SkelshotError, match="found 1, expected 2 for class 58"):
        perform(program, (performer_of(1, 0),), rng_for(0))
