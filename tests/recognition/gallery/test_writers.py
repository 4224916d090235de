"""Writers side by side lose nothing, and one that is killed leaves nothing half-enrolled."""

from collections.abc import Callable
from pathlib import Path

import pytest

from skelshot.recognition.gallery import Gallery

Enrol = Callable[..., list[set[int]]]


def check_whole(place: Path | str) -> set[int]:
    """Look that exemplars and features are there by threes and read well; return their numbers."""
    with Gallery.open(place) as gallery:
        found = gallery.by_id()
        features = gallery.features("one")
    assert len(found) % 3 == len(features) % 3 == 0
    for id_, feature in features.items():
        assert found[id_].name.endswith(f" {int(feature[0])}")
    return set(found)


def test_two_writers_lose_nothing(place: Path, enrol: Enrol) -> None:
    """Each enrols 51 exemplars; the gallery itself is made by both at once."""
    one, other = enrol(place, "wave", "sit", times=17)
    assert len(one) == len(other) == 51
    assert not one & other
    for file in (place, place.with_name("moves.gallery.backup")):
        assert check_whole(file) == one | other
        with Gallery.open(file) as gallery:
            assert gallery.actions() == {"wave": 51, "sit": 51}
            assert len(gallery.features("one")) == 102


@pytest.mark.parametrize("kills", [4, pytest.param(100, marks=pytest.mark.faults)])
def test_a_kill_leaves_nothing_half_enrolled(place: Path, enrol: Enrol, kills: int) -> None:
    """Whatever moment it comes at; what was said to be enrolled is."""
    (said,) = enrol(place, "wave", times=1, kills=kills)
    assert said <= check_whole(place)
    left = {path.name for path in place.parent.iterdir()}
    assert left == {"moves.gallery", "moves.gallery.backup"}
