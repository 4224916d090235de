"""Spotting: of many overlapping windows the events that explain them best."""

from itertools import pairwise

import pytest

from skelshot.recognition.streams import ActionEvent, StreamOptions
from skelshot.recognition.streams.spotting import Candidate, Chain, Spotter

HOP = 0.2
LENGTHS = (1.5, 2.0, 2.7)


def window(start: float, end: float, likeness: float, label: str | None = "wave") -> Candidate:
    return Candidate(start, end, label, likeness, likeness / 2, "wave 1")


def overlap(start: float, end: float, other: tuple[float, float]) -> float:
    shared = min(end, other[1]) - max(start, other[0])
    return max(0.0, shared) / (max(end, other[1]) - min(start, other[0]))


def events_of(
    done: list[tuple[float, float]], until: float, holds: bool = False, **options: object
) -> list[ActionEvent]:
    """Spot what was done: a window is as like the action as it overlaps one movement.

    Where it `holds`, every window within the movement is as like it as a window can be.
    """
    spotter = Spotter("1", StreamOptions.model_validate(options), LENGTHS[-1])
    events: list[ActionEvent] = []
    for hop in range(1, round(until / HOP)):
        now = hop * HOP
        told = []
        for seconds in LENGTHS:
            start = now - seconds
            like = max((overlap(start, now, one) for one in done), default=0.0)
            if holds and any(one[0] <= start and now <= one[1] for one in done):
                like = 1.0
            told.append(window(start, now, like, "wave" if like > 0.5 else None))
        events += spotter.hear(now, told)
    return events + list(spotter.end(until))


def test_a_whole_movement_beats_its_parts() -> None:
    chain = Chain(0.5, 0.1)
    for one in (window(0, 1, 0.95), window(1, 2, 0.95), window(0, 2, 1.0), window(0.5, 2.5, 0.8)):
        chain.add(one)
    assert [(one.start, one.end) for one in chain.best()] == [(0, 2)]


def test_two_movements_beat_a_window_across_both() -> None:
    chain = Chain(0.5, 0.1)
    for one in (window(0, 2, 0.9), window(1, 3, 0.95), window(0, 4, 0.65), window(2, 4, 0.9)):
        chain.add(one)
    assert [(one.start, one.end) for one in chain.best()] == [(0, 2), (2, 4)]


@pytest.mark.parametrize("start", [0.0, 0.4, 0.7])
def test_repetitions_are_counted(start: float) -> None:
    done = [(start + 2 * number, start + 2 * number + 2) for number in range(5)]
    events = events_of(done, 14)
    assert [(event.start, event.end) for event in events] == [
        (pytest.approx(one[0], abs=0.4), pytest.approx(one[1], abs=0.4)) for one in done
    ]
    assert all(one.end <= other.start for one, other in pairwise(events))


def test_what_goes_on_is_one_event_unless_told() -> None:
    (event,) = events_of([(1.0, 9.0)], 14, holds=True)
    assert event.start == pytest.approx(1.0, abs=0.5)
    assert event.end == pytest.approx(9.0, abs=0.8)
    assert len(events_of([(1.0, 9.0)], 14, holds=True, merge=0)) == 1
    assert len(events_of([(1.0, 4.0), (6.0, 9.0)], 14, holds=True)) == 2


def test_an_event_needs_a_window_that_is_alike_enough_and_others_that_agree() -> None:
    done = [(1.0, 3.0)]
    assert len(events_of(done, 6)) == 1
    assert events_of(done, 6, enter=1.1) == []
    assert events_of(done, 6, agree=30) == []


def test_an_event_is_told_soon_after_it() -> None:
    (event,) = events_of([(1.0, 3.0)], 10)
    assert event.told - event.end <= 1.2
