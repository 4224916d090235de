"""The nearest valid name."""

import time

import pytest

from skelshot.ground.suggestions import did_you_mean, nearest

NAMES = ("agcn", "st-gcn", "ctr-gcn", "NW-UCLA")


@pytest.mark.parametrize(
    ("found", "near"),
    [
        ("agnc", "agcn"),
        ("AGCN", "agcn"),
        ("nw_ucla", "NW-UCLA"),
        ("stgcn", "st-gcn"),
        ("ctr gcn", "ctr-gcn"),
        ("", None),
        ("transformer", None),
        ("\x1b[31m", None),
    ],
)
def test_the_nearest_name(found: str, near: str | None) -> None:
    assert nearest(found, NAMES) == near
    assert did_you_mean(found, NAMES) == (f"; did you mean {near!r}?" if near else "")


def test_of_nothing_nothing_is_near() -> None:
    assert nearest("agcn", ()) is None


def test_how_much_must_agree_can_be_told() -> None:
    assert nearest("chst", ("chest",), alike=0.95) is None
    assert nearest("chst", ("chest",), alike=0.5) == "chest"


def test_among_many_names_the_nearest_is_found_soon() -> None:
    names = [
        f"S{setup:03}P{person:03}R{take:03}A{action:03}"
        for setup in range(1, 33)
        for person in range(1, 31)
        for take in (1, 2)
        for action in range(1, 61)
    ]
    assert len(names) == 115_200
    began = time.process_time()
    assert nearest("S001P008R001A1O1", [*names, "other"]) == "S001P008R001A011"
    assert nearest("S017P008R001A0311", names) == "S017P008R001A031"
    assert nearest("ohter", [*names, "other"]) == "other"
    assert time.process_time() - began < 5


def test_long_words_take_no_time() -> None:
    began = time.perf_counter()
    assert nearest("agcn" * 100_000, NAMES) is None
    assert time.perf_counter() - began < 1
