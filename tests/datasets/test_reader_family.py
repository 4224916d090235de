"""The family of readers: names, options and what they refuse."""

import pickle

import pytest

from skelshot.datasets.reader_family import READERS, reader_named
from skelshot.datasets.readers import Reader
from skelshot.ground import SkelshotError


@pytest.mark.parametrize("kind", READERS.shipped, ids=lambda kind: kind.name)
def test_every_reader_is_made_by_name_and_pickles(kind: type[Reader]) -> None:
    reader = reader_named(kind.name)
    assert type(pickle.loads(pickle.dumps(reader))) is kind  # noqa: S301 - our own bytes


@pytest.mark.parametrize("kind", READERS.shipped, ids=lambda kind: kind.name)
def test_every_reader_refuses_an_unknown_option(kind: type[Reader]) -> None:
    with pytest.raises(SkelshotError, match=f"reader {kind.name}, options: found the unknown opt"):
        reader_named(kind.name, colour=1)


def test_no_two_readers_take_the_same_files() -> None:
    endings = [ending for kind in READERS.shipped for ending in kind.suffixes]
    assert len(set(endings)) == len(endings)
    assert all(ending == ending.lower() for ending in endings)


def test_options_reach_the_reader() -> None:
    told = reader_named("npz", units="feet", on_missing="reject", layout="coco-17").options()
    assert (told["units"], told["on_missing"], told["layout"]) == ("feet", "reject", "coco-17")
    bodies = reader_named("ntu", legacy=["all"], denoise="none").options()["bodies"]
    assert isinstance(bodies, dict)
    assert (bodies["denoise"], len(bodies["legacy"])) == ("none", 4)


def test_a_name_that_is_none_suggests_one() -> None:
    with pytest.raises(SkelshotError, match=r"format: found 'nwucla', .*did you mean 'nw-ucla'"):
        reader_named("nwucla")
