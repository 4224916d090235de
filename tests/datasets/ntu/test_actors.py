import numpy as np
import pytest

from skelshot.datasets.ntu.actors import Part, share_out
from skelshot.datasets.ntu.raw import RawBody

Span = tuple[int, int]


def shared(*spans: Span, persons: int = 2, from_zero: bool = False) -> list[list[Span]]:
    """Share out tracks from a first to a last row each, and tell who got which."""
    parts = []
    for first, last in spans:
        count = last - first + 1
        body = RawBody(
            first,
            np.arange(first, last + 1),
            np.zeros((count, 25, 3), np.float32),
            np.zeros((count, 25, 2), np.float32),
            np.zeros((count, 25), np.uint8),
        )
        parts.append(Part(body, body.frame_index))
    owned = share_out(parts, persons, from_zero)
    return [[(part.first, part.last) for part in own] for own in owned]


@pytest.mark.parametrize(
    ("spans", "wanted"),
    [
        ([(0, 50), (0, 50)], [[(0, 50)], [(0, 50)]]),  # two people
        ([(30, 50), (0, 20)], [[(30, 50), (0, 20)]]),  # one, twice
        ([(0, 20), (20, 50)], [[(0, 20), (20, 50)]]),  # one shared row is none
        ([(0, 20), (19, 50)], [[(0, 20)], [(19, 50)]]),
        ([(30, 50), (0, 10), (15, 25)], [[(30, 50), (0, 10)], [(15, 25)]]),  # the gap is taken
        ([(0, 50), (0, 50), (10, 20)], [[(0, 50)], [(0, 50)]]),  # no room for a third
        ([(0, 90), (60, 90), (5, 50)], [[(0, 90)], [(60, 90), (5, 50)]]),
    ],
)
def test_tracks_go_to_the_first_person_with_time(
    spans: list[Span], wanted: list[list[Span]]
) -> None:
    assert shared(*spans) == wanted


def test_the_public_rule_takes_the_time_before_a_second_person() -> None:
    spans = [(0, 90), (60, 90), (5, 50)]
    assert shared(*spans, from_zero=True) == [[(0, 90)], [(60, 90)]]
    assert shared((30, 90), (0, 20), from_zero=True) == [[(30, 90), (0, 20)]]


def test_any_number_of_persons() -> None:
    spans = [(0, 50)] * 4
    assert len(shared(*spans, persons=1)) == 1
    assert len(shared(*spans, persons=3)) == 3
    assert len(shared(*spans, persons=6)) == 4
