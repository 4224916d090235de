"""People: drawn by number and seed, with Kinect's proportions."""

import numpy as np
import pytest

from skelshot.synthesis.motion.body import favourite_of, habits_of, performer_of


def test_the_same_number_and_seed_give_the_same_person() -> None:
    performer_of.cache_clear()
    one = performer_of(8, 3)
    performer_of.cache_clear()
    assert performer_of(8, 3) == one
    assert performer_of(8, 4) != one
    assert habits_of(one) == habits_of(performer_of(8, 3))
    assert habits_of(one) != habits_of(performer_of(9, 3))


def test_people_of_106_are_of_both_hands_all_sizes_and_within_bounds() -> None:
    people = [performer_of(number, 0) for number in range(1, 107)]
    statures = np.array([person.stature for person in people])
    assert 1.38 <= statures.min() < 1.5
    assert 1.8 < statures.max() <= 2.0
    assert 1.58 < statures.mean() < 1.72
    assert 2 < sum(person.left_handed for person in people) < 25
    for person in people:
        assert 0.75 <= person.tempo <= 1.3
        assert 0.8 <= person.amplitude <= 1.2
        assert 0.85 <= person.girth <= 1.25
        assert all(0 <= value <= 1 for rgb in person.colours.values() for value in rgb)


def test_proportions_are_kinect_s() -> None:
    for number in range(1, 40):
        person = performer_of(number, 1)
        size, height = person.proportions, 0.84 * person.stature
        stack = sum(size[name] for name in ("shank", "thigh", "trunk", "neck", "head"))
        assert stack == pytest.approx(1.011 * height)
        assert size["trunk"] / height == pytest.approx(0.36, rel=0.09)
        assert size["hip"] / height == pytest.approx(0.05, rel=0.09)
        assert size["metre"] == pytest.approx(0.84 * person.stature / 1.61)


def test_favourites_differ_between_people_but_not_between_days() -> None:
    people = [performer_of(number, 0) for number in range(1, 40)]
    found = [favourite_of(person, 1, 3) for person in people]
    assert set(found) == {0, 1, 2}
    assert found == [favourite_of(person, 1, 3) for person in people]
