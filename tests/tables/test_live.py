"""The live view: counts of cells, a line an event on stderr and in the log."""

import sys
from contextlib import suppress
from pathlib import Path

import pytest

from skelshot.tables.entries import Entry, GridStage
from skelshot.tables.live import Watch, live_view
from skelshot.tables.stage_log import kept_stderr, last_lines

FIRST, SECOND = (GridStage(name, 1, print, "out") for name in ("first", "second"))


def test_cells_are_counted_and_each_event_is_a_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shared = Entry(FIRST, {"a": 1})
    one, two, kept = (Entry(SECOND, {"b": b}, (shared,)) for b in (1, 2, 3))
    log = tmp_path / "new" / "table.log"
    watch = Watch("table T", {"r / one": [one], "r / two": [two], "r / kept": [kept]}, log)
    with live_view(watch, 4, [shared, one, two]) as view:
        view.begun(shared)
        view.ended(shared, "made")
        view.begun(one)
        view.begun(two)
        view.ended(one, "made")
        view.ended(two, "failed: no\x1b[2J reason", failed=True)
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 3
    assert said[0].startswith(f"skelshot: table T, {shared.name} made for r / one and 2 more: ")
    assert "cells 1  of 3  running 0  failed 0" in said[0]
    assert "cells 2  of 3  running 1  failed 0" in said[1]
    assert "cells 2  of 3  running 0  failed 1, 0 s left" in said[2]
    assert "\x1b" not in said[2]
    lines = log.read_text().splitlines()
    assert [line.split()[3] for line in lines] == [
        "begun",
        "made",
        "begun",
        "begun",
        "made",
        "failed:",
    ]
    assert [line.split()[2] for line in lines[:2]] == [shared.name] * 2


def test_what_is_there_counts_as_done(capsys: pytest.CaptureFixture[str]) -> None:
    one, two = Entry(FIRST, {"a": 1}), Entry(FIRST, {"a": 2})
    with live_view(Watch("t", {"one": [one], "two": [two]}), 2, [two]) as view:
        view.ended(two, "kept")
    assert "cells 2  of 2" in capsys.readouterr().err


def test_words_of_a_stage_are_kept_and_silence_leaves_no_file(tmp_path: Path) -> None:
    file = tmp_path / "stderr.txt"
    with kept_stderr(file):
        pass
    assert not file.exists()
    assert last_lines(file) == ""
    with suppress(ZeroDivisionError), kept_stderr(file):
        sys.stderr.writelines(f"line {number}\n" for number in range(5000))
        _ = 1 / 0
    assert last_lines(file) == "line 4997 / line 4998 / line 4999"
