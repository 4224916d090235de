"""What things look like, and the paths they take."""

import numpy as np
import pytest

from skelshot.ground.seeding import rng_for
from skelshot.skeletons.layouts import KINECT_V2
from skelshot.synthesis.motion.body import performer_of
from skelshot.synthesis.motion.objects import load_kinds
from skelshot.synthesis.motion.perform import perform
from skelshot.synthesis.motion.program import read_programs
from skelshot.synthesis.performance import Performance

HAND = KINECT_V2.joints.index("right hand")


def _performed(text: str, seed: int = 0) -> Performance:
    program = read_programs(f"5: {{name: x, {text}}}", "x")[5]
    number = next(n for n in range(1, 50) if not performer_of(n, 0).left_handed)
    return perform(program, (performer_of(number, 0),), rng_for("things", seed))


def test_sizes_fit_their_shapes() -> None:
    wanted = {"box": 3, "sphere": 1, "capsule": 2, "disc": 2}
    for name, kind in load_kinds().items():
        for part in kind.parts:
            assert len(part.size) == wanted[part.shape], name
        assert 0.004 <= kind.height < 1.2, name


def test_held_things_follow_the_hand() -> None:
    done = _performed(
        "objects: {cup: {at: main hand}}, do: [{take: 1, main hand: mouth front 0.1}]"
    )
    (cup,) = done.objects
    np.testing.assert_allclose(cup.place, done.joints[0, :, HAND], atol=1e-9)
    np.testing.assert_allclose(cup.turn @ cup.turn.transpose(0, 2, 1), [np.eye(3)] * len(cup.turn),
                               atol=1e-9)  # fmt: skip
    assert np.all(np.linalg.det(cup.turn) > 0.99)


def test_dropped_things_fall_and_stay_on_the_floor() -> None:
    done = _performed(
        "objects: {keys: {at: main hand}}, do: [{take: 0.6, main hand: belly front 0.3}, "
        "{take: 0.1, hold: 1.2, main fingers: open, fly: {keys: }}]"
    )
    height = done.objects[0].place[:, 1]
    assert height.max() > 0.6
    assert height[-1] == pytest.approx(0.025, abs=0.01)
    assert height.min() > 0.0
    falling = np.flatnonzero(np.diff(height) < -0.05)
    assert len(falling) > 4


def test_picked_up_things_lie_on_the_floor_first_and_then_in_the_hand() -> None:
    done = _performed(
        "objects: {box: {at: floor front 0.3, kind: small box}}, after: stay, do: ["
        "{take: 1, main hand: box up 0.05, trunk: lean 50, pelvis: down 0.4 back 0.1}, "
        "{take: 0.2, put: {box: main hand}}, {take: 1, main hand: rest, trunk: upright, "
        "pelvis: standing}]"
    )
    (box,) = done.objects
    assert box.place[0, 1] == pytest.approx(0.04)
    gap = np.linalg.norm(box.place - done.joints[0, :, HAND], axis=1)
    assert gap[0] > 0.4
    assert gap[-1] < 1e-6
    assert np.linalg.norm(np.diff(box.place, axis=0), axis=1).max() < 0.12


def test_a_ball_thrown_up_comes_back_to_the_hand() -> None:
    done = _performed(
        "objects: {ball: {at: main hand}}, after: stay, do: [{take: 0.6, main hand: centre}, "
        "{take: 0.2, hold: 0.5, main hand: centre up 0.1, fly: {ball: up 3}}, "
        "{take: 0.2, main hand: centre, put: {ball: main hand}}]"
    )
    (ball,) = done.objects
    gap = np.linalg.norm(ball.place - done.joints[0, :, HAND], axis=1)
    assert gap.max() > 0.2
    assert gap[-1] < 1e-6
    assert np.linalg.norm(np.diff(ball.place, axis=0), axis=1).max() < 0.25


def test_hiding_and_showing() -> None:
    done = _performed(
        "objects: {phone: {at: main hand}, coin: {at: other hand}}, do: "
        "[{take: 1, main hand: pocket, hide: [phone], show: coin}, {take: 1, main hand: centre}]"
    )
    phone, coin = done.objects
    assert phone.shown[0]
    assert not phone.shown[-1]
    np.testing.assert_array_equal(coin.shown, ~phone.shown)


def test_furniture_stands_still_behind_the_person() -> None:
    done = _performed("furniture: {chair: floor back 0.5}, do: [{take: 1, head: up 3}]")
    (chair,) = done.furniture
    assert np.ptp(chair.place, axis=0).max() == 0
    assert chair.place[0, 1] == 0
    assert 0.3 < chair.place[0, 2] < 0.5
