"""Progress: a bar on a terminal, a line now and then without one."""

import io
import re
import sys
from itertools import pairwise
from types import SimpleNamespace

import pytest

from skelshot.ground import progress
from skelshot.ground.progress import PAUSE, Bar, progress_bar, span_of


class Clock:
    """Time that goes on when it is told to."""

    now = 0.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(progress, "time", SimpleNamespace(monotonic=clock.monotonic))
    return clock


@pytest.mark.parametrize("hours", [1, 10, 240])
def test_long_work_says_a_line_now_and_then(
    clock: Clock, capsys: pytest.CaptureFixture[str], hours: int
) -> None:
    told_at, steps = [], 20_000
    with progress_bar("clips", total=steps) as bar:
        for _ in range(steps):
            clock.now += hours * 3600 / steps
            bar.advance(1, **{"clips/s": 2.5})
            if line := capsys.readouterr().err:
                assert re.fullmatch(
                    r"skelshot: clips, [\d,]+ of 20,000: clips/s 2\.5, .* left\n", line
                )
                told_at.append(clock.now)
    pauses = [later - earlier for earlier, later in pairwise(told_at)]
    assert min(pauses) >= PAUSE
    assert max(pauses) < hours * 3600 / 40 + PAUSE
    assert 50 <= len(told_at) <= 400


def test_the_time_left_is_that_of_the_work_done_here(
    clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    with progress_bar("clips", total=100, done=60) as bar:
        clock.now = 100.0
        bar.advance(10)
    assert capsys.readouterr().err == "skelshot: clips, 70 of 100: 5 min 00 s left\n"


def test_who_knows_more_than_the_share_that_is_done_may_say_so(
    clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    with progress_bar("stages", total=100) as bar:
        clock.now = 100.0
        bar.expect(90)
        clock.now = 130.0
        bar.tell("one made", {}, steps=1)
        clock.now = 300.0
        bar.tell("another made", {}, steps=1)
    told = capsys.readouterr().err.splitlines()
    assert [line.rpartition(": ")[2] for line in told] == ["1 min 00 s left", "4 h 05 min left"]


def test_work_without_an_end_has_no_time_left(
    clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    with progress_bar("clips\n\x1b[1m", total=None) as bar:
        clock.now = PAUSE - 1
        bar.advance(1)
        assert capsys.readouterr().err == ""
        clock.now = PAUSE
        bar.advance(1)
    assert capsys.readouterr().err == "skelshot: clips\\n\\x1b[1m, 2\n"


def test_what_is_told_is_printed_at_once_and_begins_a_pause(
    clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    with progress_bar("supervised", total=80) as bar:
        clock.now = PAUSE - 1
        bar.advance(20)
        bar.tell("epoch 2 of 8", {"loss": 0.51234, "lr": 0.003})
        clock.now = PAUSE + 1
        bar.advance(10)
    told = "skelshot: supervised, epoch 2 of 8: loss 0.5123  lr 0.003, 1 min 27 s left\n"
    assert capsys.readouterr() == ("", told)


def test_a_bar_of_another_process_tells_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    bar = Bar()
    bar.advance(3, loss=0.5)
    bar.tell("epoch 1 of 2", {"loss": 0.5})
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (59.6, "1 min 00 s"),
        (3599, "59 min 59 s"),
        (3600, "1 h 00 min"),
        (86399, "23 h 59 min"),
        (86400, "1 d 00 h"),
    ],
)
def test_spans_of_time(seconds: float, text: str) -> None:
    assert span_of(seconds) == text


def test_bars_are_silent_without_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_bar("work", total=2) as bar:
        bar.advance(2, loss=0.5)
    assert capsys.readouterr() == ("", "")


def test_on_a_terminal_bars_show_figures_and_the_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("COLUMNS", "120")
    with progress_bar("videos", total=4, done=1) as bar:
        bar.advance(2, **{"clips/s": 2.5})
    shown = terminal.getvalue()
    for part in ("videos", "3/4", "clips/s 2.5"):
        assert part in shown
    assert re.search(r"\d:\d\d:\d\d.*(\d:\d\d:\d\d|-:--:--)", shown)
    with progress_bar("stages", total=4) as bar:
        bar.expect(7260)
        bar.tell("one made", {}, steps=1)
    assert re.search(r"1/4.*2 h 01 min left", terminal.getvalue())
