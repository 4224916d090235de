"""The engine on a toy grid: each entry once, whatever fails, is killed or damaged.

Other processes import this module from its folder, and note each call of a stage in a file.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from skelshot.ground import SkelshotError
from skelshot.ground.files import read_json, write_json
from skelshot.ground.locks import only_writer
from skelshot.tables import engine
from skelshot.tables.engine import Attempt, Made, make_entries
from skelshot.tables.entries import Entry, GridStage
from skelshot.tables.stage_cache import MARKER, StageCache


def make_sum(output: Path, call: Mapping[str, Any], needs: Sequence[Path]) -> None:
    """Write the sum of an own number and of what is needed."""
    with Path(call["calls"]).open("a", encoding="utf-8") as calls:
        calls.write(f"{call['name']}\n")
    if call.get("fails"):
        raise SkelshotError(f"{call['name']}: found a toy that fails")
    if call.get("breaks"):
        raise ZeroDivisionError("by no mistake of the caller's")
    if call.get("dies") and Path(call["dies"]).exists():
        os.write(2, b"the last words\n")
        os.kill(os.getpid(), signal.SIGKILL)
    kill = Path(call["kill"]) if call.get("kill") else None
    if kill and not kill.exists():
        kill.touch()
        output.write_text("{", encoding="utf-8")  # half of it
        os.kill(os.getpid(), signal.SIGKILL)
    if call.get("waits"):
        output.write_text("{", encoding="utf-8")
        while Path(call["waits"]).exists():
            time.sleep(0.05)
    write_json(output, call["own"] + sum(read_json(path) for path in needs))


FIRST = GridStage("first", 1, make_sum, "sum.json")
SECOND = GridStage("second", 1, make_sum, "sum.json")


def entry(stage: GridStage, name: str, calls: Path, *needs: Entry, **further: Any) -> Entry:
    """Return an entry whose number is the length of its name."""
    call = {"calls": str(calls), "name": name, "own": len(name), **further}
    return Entry(stage, {"name": name}, needs, call)


@pytest.fixture
def calls(tmp_path: Path) -> Path:
    return tmp_path / "calls.txt"


@pytest.fixture
def cache(tmp_path: Path) -> StageCache:
    return StageCache(tmp_path / "cache")


def toy_grid(calls: Path) -> list[Entry]:
    """Two ways to evaluate one first stage, and one of another."""
    shared, other = entry(FIRST, "shared", calls), entry(FIRST, "other", calls)
    return [
        entry(SECOND, "a", calls, shared),
        entry(SECOND, "bb", calls, shared),
        entry(SECOND, "ccc", calls, other),
    ]


def in_this_process(
    work: Callable[[Entry], Attempt], jobs: Sequence[Entry], lost: object, begun: object
) -> Generator[Attempt, None, None]:
    yield from map(work, jobs)


def done(grid: list[Entry], cache: StageCache) -> Made:
    return make_entries(grid, cache, in_this_process)


def test_what_rows_share_is_made_once_and_kept(calls: Path, cache: StageCache) -> None:
    grid = toy_grid(calls)
    assert len(done(grid, cache).made) == 5
    assert sorted(calls.read_text().split()) == ["a", "bb", "ccc", "other", "shared"]
    assert [read_json(cache.output(each)) for each in grid] == [7, 8, 8]
    assert done(toy_grid(calls), cache) == Made({}, (), ())
    assert len(calls.read_text().split()) == 5


@pytest.mark.parametrize("change", ["version", "config", "needs"])
def test_what_decides_an_entry_makes_it_anew(calls: Path, cache: StageCache, change: str) -> None:
    grid = toy_grid(calls)
    done(grid, cache)
    first = grid[0]
    changed = {
        "version": replace(first, stage=replace(SECOND, version=2)),
        "config": replace(first, config={"name": "a", "seed": 1}),
        "needs": replace(first, needs=grid[2].needs),
    }[change]
    assert done([changed, *grid[1:]], cache).made == (changed.key,)


def test_what_only_the_call_says_decides_nothing(calls: Path, cache: StageCache) -> None:
    one = entry(FIRST, "a", calls)
    assert one.key == entry(FIRST, "a", calls, threads=4).key


def test_an_entry_that_is_there_needs_nothing_else(calls: Path, cache: StageCache) -> None:
    grid = toy_grid(calls)[:1]
    done(grid, cache)
    (cache.folder(grid[0].needs[0]) / MARKER).unlink()
    assert done(grid, cache).made == ()


def test_a_failed_entry_is_explained_and_the_rest_goes_on(calls: Path, cache: StageCache) -> None:
    bad = entry(FIRST, "bad", calls, fails=True)
    worse = entry(FIRST, "worse", calls, breaks=True)
    grid = [*toy_grid(calls), entry(SECOND, "x", calls, bad), entry(SECOND, "y", calls, worse)]
    made = done(grid, cache)
    assert len(made.made) == 5
    assert made.errors[grid[3].key] == made.errors[bad.key] == "bad: found a toy that fails"
    assert made.errors[grid[4].key] == "ZeroDivisionError: by no mistake of the caller's"
    assert "x" not in calls.read_text().split()
    assert len(done(grid, cache).errors) == 4  # tried again


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda folder: (folder / "sum.json").write_text("9"), "has other bytes"),
        (lambda folder: (folder / "sum.json").unlink(), "is missing"),
        (lambda folder: (folder / MARKER).write_text('{"files":'), "not valid JSON"),
        (lambda folder: (folder / MARKER).write_bytes(b""), "damaged"),
        (lambda folder: (folder / MARKER).write_text("[]"), "expected a JSON mapping"),
        (lambda folder: (folder / MARKER).write_text("{}"), "lists no files"),
    ],
)
def test_a_damaged_entry_is_made_anew_and_told(
    calls: Path, cache: StageCache, damage: Callable[[Path], object], told: str
) -> None:
    grid = toy_grid(calls)
    done(grid, cache)
    damage(cache.folder(grid[1]))
    made = done(grid, cache)
    assert made.made == (grid[1].key,)
    assert "made anew" in made.remarks[0]
    assert told in made.remarks[0]
    assert read_json(cache.output(grid[1])) == 8


def started(program: str, *words: object) -> subprocess.Popen[str]:
    """Run a program that knows what this module does in a process of its own."""
    head = (
        "import sys; from pathlib import Path; from test_engine import *\n"
        "from skelshot.tables.engine import local_executor\n"
    )
    return subprocess.Popen(
        [sys.executable, "-c", head + program, *map(str, words)],
        cwd=Path(__file__).parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_killed_call_goes_on_and_makes_only_what_is_missing(
    tmp_path: Path, calls: Path, cache: StageCache
) -> None:
    program = (
        "calls, root, kill = map(Path, sys.argv[1:])\n"
        "shared = entry(FIRST, 'shared', calls)\n"
        "grid = [entry(SECOND, 'a', calls, shared), entry(SECOND, 'b', calls, shared, kill=kill)]\n"
        "made = done(grid, StageCache(root))\n"
        "print(len(made.made), *made.remarks)"
    )
    words = (program, calls, cache.root, tmp_path / "killed")
    first = started(*words)
    first.communicate(timeout=120)
    assert first.returncode == -signal.SIGKILL
    second = started(*words)
    out, err = second.communicate(timeout=120)
    assert second.returncode == 0, err
    assert out.startswith("1 cache entry second/")
    assert "left half-written" in out
    assert calls.read_text().split() == ["shared", "a", "b", "b"]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_processes_end_with_a_stopped_call_which_goes_on(
    tmp_path: Path, calls: Path, cache: StageCache, number: int
) -> None:
    program = (
        "calls, root, waits = map(Path, sys.argv[1:])\n"
        "shared = entry(FIRST, 'shared', calls)\n"
        "grid = [entry(SECOND, 'a', calls, shared), entry(SECOND, 'b', calls, shared, "
        "waits=str(waits))]\n"
        "made = make_entries(grid, StageCache(root), local_executor(1))\n"
        "print(len(made.made), *made.remarks)"
    )
    waits = tmp_path / "waits"
    waits.touch()
    first = started(program, calls, cache.root, waits)
    deadline = time.monotonic() + 240
    while not calls.exists() or calls.read_text().split() != ["shared", "a", "b"]:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    first.send_signal(number)
    first.communicate(timeout=120)  # both pipes are closed: the process that worked is gone, too
    waits.unlink()
    out, err = started(program, calls, cache.root, waits).communicate(timeout=240)
    assert out.startswith("1 cache entry second/"), err
    assert "left half-written" in out
    assert calls.read_text().split() == ["shared", "a", "b", "b"]


def test_a_process_that_dies_fails_its_cells_alone_and_is_explained(
    tmp_path: Path, calls: Path, cache: StageCache
) -> None:
    program = (
        "calls, root, dies = map(Path, sys.argv[1:])\n"
        "bad = entry(FIRST, 'bad', calls, dies=str(dies))\n"
        "grid = [*toy_grid(calls), entry(SECOND, 'x', calls, bad)]\n"
        "made = make_entries(grid, StageCache(root), local_executor(1))\n"
        "print(len(made.made), *made.errors.values(), sep='\\n')"
    )
    words = (program, calls, cache.root, tmp_path / "dies")
    (tmp_path / "dies").touch()
    out, err = started(*words).communicate(timeout=240)
    many, *errors = out.splitlines()
    assert many == "5", err
    assert len(errors) == 2  # of the stage and of what needs it
    folder = cache.folder(entry(FIRST, "bad", calls))
    assert errors[0].startswith(f"the process of {folder} was killed by SIGKILL, out of memory")
    assert errors[0].endswith("it last said: the last words")
    (tmp_path / "dies").unlink()
    out, err = started(*words).communicate(timeout=240)
    assert out.split() == ["2"], err
    assert sorted(calls.read_text().split())[-3:] == ["other", "shared", "x"]


def test_two_runners_of_two_processes_each_make_each_entry_once(
    calls: Path, cache: StageCache
) -> None:
    program = (
        "made = make_entries(toy_grid(Path(sys.argv[1])), StageCache(Path(sys.argv[2])), "
        "local_executor(2))\n"
        "print(len(made.made), made.errors)"
    )
    runners = [started(program, calls, cache.root) for _ in range(2)]
    said = [runner.communicate(timeout=240) for runner in runners]
    assert sum(int(out.split()[0]) for out, _ in said) == 5, said
    assert sorted(calls.read_text().split()) == ["a", "bb", "ccc", "other", "shared"]
    assert [read_json(cache.output(each)) for each in toy_grid(calls)] == [7, 8, 8]


def test_what_another_runner_makes_is_waited_for(
    calls: Path, cache: StageCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "PAUSE", 0.05)
    grid = toy_grid(calls)
    shared = grid[0].needs[0]
    found: list[Made] = []
    with only_writer(cache.folder(shared), "table"):
        waiting = Thread(target=lambda: found.append(done(grid, cache)), daemon=True)
        waiting.start()
        waiting.join(0.5)
        assert waiting.is_alive()
        assert calls.read_text().split() == ["other"]  # the rest of the wave goes on
    waiting.join(30)
    assert len(found[0].made) == 5
