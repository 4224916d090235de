"""Steps in time, and the clock."""

import numpy as np
import pytest

from skelshot.synthesis.motion.program import Role, read_programs
from skelshot.synthesis.motion.timeline import LONGEST, beats_of, clock_of, profiles_of

RNG = np.random.default_rng


def _role(text: str) -> Role:
    return read_programs(f"1: {{name: x, {text}}}", "x")[1]


def test_steps_follow_one_another_and_go_back_to_rest() -> None:
    role = _role("do: [{take: 1, hold: 0.5, head: up 5}, {hold: 1}, {take: 0, trunk: lean 3}]")
    beats = beats_of(role, 0, RNG(0))
    assert [(beat.begin, beat.take, beat.end) for beat in beats] == [
        (0.0, 1.0, 1.5),
        (1.5, 0.0, 2.5),
        (2.5, 0.1, 2.6),
        (2.6, 0.8, pytest.approx(3.4)),
    ]
    assert beats[-1].step.channels == {"head": (0.0, 0.0, 0.0), "trunk": (0.0, 0.0, 0.0)}
    small = _role("do: [{take: 1, both hands: rest, main fingers: open, main elbow: 30}]")
    last = beats_of(small, 0, RNG(0))[-1]
    assert (last.take, set(last.step.channels)) == (0.4, {"main fingers", "main elbow"})
    stays = _role("after: stay, do: [{take: 1, head: up 5}]")
    assert len(beats_of(stays, 0, RNG(0))) == 1
    back = _role("do: [{take: 1, head: up 5}, {take: 1, head: level}]")
    assert len(beats_of(back, 0, RNG(0))) == 2


def test_repetitions_are_drawn_within_bounds() -> None:
    role = _role("do: [{repeat: [2, 4], do: [{take: 0.5}]}]")
    counts = {len(beats_of(role, 0, RNG(seed))) for seed in range(30)}
    assert counts == {2, 3, 4}


def test_clock_rises_rests_and_keeps_to_the_tempo() -> None:
    beats = beats_of(_role("do: [{take: 2, hold: 2, head: up 5}]"), 0, RNG(0))
    clock = clock_of(beats, beats[-1].end, 1.0, 0.0, RNG(1))
    times = clock.times()
    assert np.all(np.diff(times) >= 0)
    assert 5 <= np.sum(times < 1e-9) <= 20
    assert np.isclose(times[-1], beats[-1].end, atol=1e-3)
    assert clock.moment(2.0) == pytest.approx(np.interp(2.0, clock.told, clock.real))
    quick = clock_of(beats, beats[-1].end, 1.3, 0.0, RNG(1))
    assert quick.frames < clock.frames
    moving = clock.moment(2.0) - clock.moment(0.0)
    waiting = clock.moment(4.0) - clock.moment(2.0)
    assert moving / waiting == pytest.approx(1.6 / 1.2)


def test_long_programs_are_cut_to_ntu_s_longest() -> None:
    beats = beats_of(_role("do: [{hold: 19}, {hold: 19}]"), 0, RNG(0))
    assert clock_of(beats, beats[-1].end, 0.8, 1.0, RNG(0)).frames == LONGEST


def test_profiles_run_from_0_to_1_during_the_take() -> None:
    beats = beats_of(_role("do: [{take: 2, hold: 1, head: up 5}]"), 0, RNG(0))
    profiles = profiles_of(beats, np.array([0.0, 1.0, 2.0, 3.0, 3.4, 3.8]))
    np.testing.assert_allclose(profiles[0], [0, 0.5, 1, 1, 1, 1])
    np.testing.assert_allclose(profiles[1], [0, 0, 0, 0, 0.5, 1], atol=1e-9)
