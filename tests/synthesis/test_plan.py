"""Which clips are written, and what they are called."""

import pytest

from skelshot.ground import SkelshotError
from skelshot.synthesis.plan import SynthesisPlan, Take, actions_of, performers_of


@pytest.mark.parametrize("performers", [1, 3, 8, 20, 106])
def test_the_official_exemplars_are_always_written(performers: int) -> None:
    plan = SynthesisPlan(actions_of(["120"]), performers_of(performers))
    names = {take.clip_name(camera) for take in plan.takes() for camera in plan.cameras}
    for action in range(1, 121, 6):
        setup = 1 if action <= 60 else 18
        assert f"S{setup:03d}C003P008R001A{action:03d}" in names
    assert len(names) == plan.clips == performers * 120 * 6


def test_setups_keep_to_their_half() -> None:
    for performer in range(1, 107):
        assert 1 <= Take(60, performer, 1).setup <= 17
        assert 18 <= Take(61, performer, 1).setup <= 32


def test_setups_are_used_evenly() -> None:
    setups = [Take(1, performer, 1).setup for performer in range(1, 18)]
    assert sorted(setups) == list(range(1, 18))


def test_a_partner_is_somebody_else() -> None:
    for performer in range(1, 107):
        take = Take(50, performer, 1)
        assert take.partner(0) != performer
        assert take.partner(0) == Take(55, performer, 2).partner(0)


def test_videos_are_counted() -> None:
    plan = SynthesisPlan((1, 2, 3, 4), (1, 8), video_actions=(2, 4, 9))
    assert (plan.clips, plan.videos) == (48, 24)
    assert [plan.has_video(Take(a, 1, 1)) for a in plan.actions] == [False, True, False, True]


@pytest.mark.parametrize("words", [["0"], ["121"], ["3-2"], ["x"], ["1-60", "500"], [""], ["-"]])
def test_impossible_classes_are_refused(words: list[str]) -> None:
    with pytest.raises(SkelshotError, match="classes: found"):
        actions_of(words)


def test_impossible_numbers_are_refused() -> None:
    with pytest.raises(SkelshotError, match="performers: found 107"):
        performers_of(107)
    with pytest.raises(SkelshotError, match="cameras: found 4"):
        SynthesisPlan((1,), (1,), cameras=(4,))
    with pytest.raises(SkelshotError, match="actions: found none"):
        SynthesisPlan((), (1,))
