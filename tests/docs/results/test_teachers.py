"""Teachers: what they add on synthetic clips."""

import pytest

from .published import accuracies, differences, results, table_in

NTU60 = "docs/research/2026-11-27-what-a-teacher-adds-ntu60.md"
NTU120 = "docs/research/2026-11-27-what-a-teacher-adds-ntu120.md"
TEACHER_ROWS = {
    "none": "none",
    "f_t": "f_t",
    "f_v": "f_v",
    "f_t + f_v": "f_t + f_v",
    "supervised, as many epochs": "supervised",
    "random code a class in place of f_t": "random code",
    "f_t + f_v, f_v shuffled within its class": "shuffled f_v",
    "labels + f_t + f_v": "labels + f_t + f_v",
    "labels + random code": "labels + random code",
}


@pytest.mark.parametrize(
    ("page", "archive", "count"),
    [
        (NTU60, "teachers-synthetic-ntu60", 9),
        (NTU120, "teachers-synthetic-ntu120", 9),
        ("docs/results.md", "teachers-synthetic-ntu60", 9),
    ],
)
def test_what_a_teacher_adds(page: str, archive: str, count: int) -> None:
    found = results(archive)
    header = "synthetic NTU-60, first stage" if page == "docs/results.md" else "first stage"
    printed = table_in(page, header)
    assert printed.keys() == TEACHER_ROWS.keys()
    assert len(printed) == count
    ways = ("cosine",) if page == "docs/results.md" else ("nearest", "linear", "cosine")
    full = "f_t + f_v/cosine"
    for label, row in TEACHER_ROWS.items():
        names = {way: f"{row}/{way}" for way in ways}
        expected = [cells[0] for cells in accuracies(found, names, ("1",)).values()]
        assert printed[label][: len(ways)] == expected
        if len(printed[label]) > len(ways):
            pair = {"": (full, f"{row}/cosine")}
            gain = differences(found, pair, ("1",))[""]
            assert printed[label][len(ways) :] == ([""] if row == "f_t + f_v" else gain)


def test_what_a_teacher_adds_in_pairs() -> None:
    found = results("teachers-synthetic-ntu60")
    printed = table_in(NTU60, "f_t + f_v minus")
    assert len(printed) == 6
    for label, cells in printed.items():
        pairs = {
            way: (f"f_t + f_v/{way}", f"{TEACHER_ROWS[label]}/{way}")
            for way in ("nearest", "linear", "cosine")
        }
        gains = differences(found, pairs, ("1",))
        assert cells == [gain[0] for gain in gains.values()]


def test_what_was_mended() -> None:
    found = results("teachers-synthetic-ntu60")
    printed = list(table_in(NTU60, "transfer").values())
    rows = ("f_t", "f_v", "f_t + f_v", "random code", "shuffled f_v")
    for cells, kind in zip(
        printed, ("first-mini-teacher/", "second-mini-teacher/", ""), strict=True
    ):
        for cell, row in zip(cells, rows, strict=True):
            if cell and cell != "the same":
                name = f"{kind}{row}/cosine"
                assert [cell] == accuracies(found, {name: name}, ("1",))[name]
