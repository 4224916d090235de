"""Who is who from picture to picture."""

import numpy as np
import pytest

from skelshot.skeletons.person_tracks import PersonTrack, likeness, matches

HERE = np.array([0, 0, 10, 20.0])


@pytest.mark.parametrize(
    ("boxes", "tracks", "expected"),
    [
        ([], [HERE], {}),
        ([HERE], [], {}),
        ([HERE], [HERE + 1], {0: 0}),
        ([HERE + 300], [HERE], {}),
        ([HERE, HERE + 1], [HERE], {0: 0}),
        ([HERE + 4, HERE - 1], [HERE, HERE + 5], {0: 1, 1: 0}),
        ([np.zeros(4)], [np.zeros(4)], {0: 0}),
    ],
)
def test_each_is_matched_at_most_once(
    boxes: list[np.ndarray], tracks: list[np.ndarray], expected: dict[int, int]
) -> None:
    assert matches(boxes, [PersonTrack(n, box) for n, box in enumerate(tracks)]) == expected


def test_a_person_is_expected_where_they_go() -> None:
    """Two who cross are told apart by their motion although their boxes are the same."""
    right, left = PersonTrack(0, HERE - 60), PersonTrack(1, HERE + 60)
    for step in range(1, 7):
        right.seen(HERE - 60 + 10 * step)
        left.seen(HERE + 60 - 10 * step)
    assert matches([HERE - 10, HERE + 10], [right, left]) == {0: 1, 1: 0}


def test_whoever_was_missing_is_expected_farther_on() -> None:
    track = PersonTrack(0, HERE, speed=np.array([3.0, 0]))
    track.missed = 4
    assert track.expected.tolist() == [15, 0, 25, 20]
    track.seen(track.expected)
    assert track.missed == 0
    assert track.speed == pytest.approx([3, 0])


def test_likeness_falls_with_distance() -> None:
    found = [likeness(HERE, HERE + step) for step in (0, 2, 8, 30)]
    assert found == sorted(found, reverse=True)
    assert found[0] == pytest.approx(1.5)
    assert found[-1] == 0
