"""How long the rest of a table takes, judged by what was made of it."""

from collections.abc import Callable, Generator, Sequence
from pathlib import Path

import pytest

from skelshot.tables.engine import Attempt, make_entries
from skelshot.tables.entries import Entry, GridStage
from skelshot.tables.live import Watch, live_view
from skelshot.tables.stage_cache import StageCache
from skelshot.tables.time_left import TimeLeft

TRAIN, JUDGE = (GridStage(name, 1, print, "out") for name in ("train", "judge"))


def train(width: int, seed: int = 0) -> Entry:
    return Entry(TRAIN, {"options": {"width": width, "seed": seed}, "split": 3 * seed})


def test_nothing_known_is_no_estimate() -> None:
    assert TimeLeft().of([train(1)]) is None


def test_the_nearest_kind_counts() -> None:
    times = TimeLeft()
    times.learn(train(1), 10)
    times.learn(train(1, seed=2), 20)
    times.learn(train(4), 90)
    times.learn(Entry(JUDGE, {"of": 1}), 2)
    assert times.of([train(1, seed=1)]) == 15  # another seed and split
    assert times.of([train(4, seed=9)]) == 90
    assert times.of([train(2)]) == 40  # its stage
    assert times.of([Entry(JUDGE, {"of": 2})]) == 2
    assert times.of([Entry(GridStage("other", 1, print, "out"), {})]) == 30.5  # all
    assert times.of([train(1), train(4)]) == 105
    assert times.of([]) == 0


def test_the_view_tells_it_by_the_workers_that_there_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    first, second, *more = (train(1, seed) for seed in range(6))
    times = TimeLeft()
    times.learn(train(1, 7), 3600)
    with live_view(Watch("t"), 6, [first, second, *more], times) as view:
        view.begun(first)
        view.begun(second)
        view.ended(first, "made", seconds=1200)
    told = capsys.readouterr().err
    assert "1 h 40 min left" in told  # five of 40 minutes by two


def write(output: Path, call: object, needs: object) -> None:
    output.write_text("x")


def here(
    work: Callable[[Entry], Attempt],
    jobs: Sequence[Entry],
    lost: object,
    begun: Callable[[Entry], None],
) -> Generator[Attempt, None, None]:
    """Do jobs in this process, one after the other."""
    for job in jobs:
        begun(job)
        yield work(job)


def test_what_a_cache_holds_is_known_from_the_start(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stage = GridStage("written", 1, write, "out")
    old, *new = (Entry(stage, {"seed": seed}) for seed in range(3))
    cache = StageCache(tmp_path)
    assert cache.seconds(old) is None
    cache.obtain(old)
    marker = cache.folder(old) / "complete.json"
    assert cache.seconds(old) is not None
    text = marker.read_text()
    took = text.partition('"seconds": ')[2].partition(",")[0]
    marker.write_text(text.replace(f'"seconds": {took}', '"seconds": 7200'))
    capsys.readouterr()
    make_entries([old, *new], cache, here)
    lines = [line for line in capsys.readouterr().err.splitlines() if "made" in line]
    assert "1 h 00 min left" in lines[0]  # the mean of two hours and nothing
    assert lines[1].endswith(", 0 s left")


def test_a_marker_that_cannot_be_read_tells_nothing(tmp_path: Path) -> None:
    stage = GridStage("written", 1, write, "out")
    entry, cache = Entry(stage, {}), StageCache(tmp_path)
    cache.obtain(entry)
    (cache.folder(entry) / "complete.json").write_text("{}")
    assert cache.seconds(entry) is None
    (cache.folder(entry) / "complete.json").write_text("nothing")
    assert cache.seconds(entry) is None
