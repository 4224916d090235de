"""Memory that runs out: one line that says what to lower, and nothing half done counts as whole."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Begin = Callable[[str, Path], list[str]]
Wanted = Callable[[str, Path], dict[str, object]]
LEVELS = (2, 5, 10, 20, 40, 80, 160, 320)
"""MiB beyond what the libraries take that have been imported."""


BY_THE_C_LIBRARY = "cannot allocate memory for thread-local data: ABORT"
"""The C library ends a process that cannot begin a thread; no Python is asked."""

BY_A_LIBRARY = (-signal.SIGSEGV, -signal.SIGABRT)
"""PyTorch's backward pass may end the process where it gets no room; the same command goes on."""


def squeeze(
    machine: Any, begin: Begin, wanted: Wanted, out: Path, name: str, level: int, lower: str
) -> None:
    content = wanted(name, out)
    words = begin(name, out)
    answer = machine.run(words, out.parent / "work", memory=level << 20)
    assert answer.code is not None, "it hangs"
    if BY_THE_C_LIBRARY in answer.err or answer.code in BY_A_LIBRARY:
        assert machine.run(words, out.parent / "work").code == 0
    elif answer.code:
        assert answer.code == 2, answer.err
        assert len(answer.said) == 1, answer.err
        assert "memory is short; free some" in answer.said[0]
        assert lower in answer.said[0]
        assert machine.run(words, out.parent / "work").code == 0
    assert machine.contents(out) == content


@pytest.mark.parametrize(
    ("name", "level", "lower"),
    [("prepare", 2, "--workers"), ("pretrain", 40, "STAGE.batch=N"), ("texts", 2, "--batch")],
)
def test_short_memory(
    machine: Any, begin: Begin, wanted: Wanted, tmp_path: Path, name: str, level: int, lower: str
) -> None:
    squeeze(machine, begin, wanted, tmp_path / "out", name, level, lower)


@pytest.mark.faults
@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize(
    ("name", "lower"),
    [
        ("prepare", "--workers"),
        ("texts", "--batch"),
        ("pretrain", "--set STAGE.batch=N"),
        ("evaluate", "--set batch=N"),
        ("evaluate to a file", "--set batch=N"),
        ("export", "free some"),
        ("draw", "--moments"),
        ("videos", "--decoders"),
    ],
)
def test_short_memory_at_many_levels(
    machine: Any, begin: Begin, wanted: Wanted, tmp_path: Path, name: str, level: int, lower: str
) -> None:
    squeeze(machine, begin, wanted, tmp_path / "out", name, level, lower)


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="processes are found in /proc")
@pytest.mark.faults
def test_a_reading_process_that_the_system_ends(
    machine: Any, begin: Begin, wanted: Wanted, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    content = wanted("prepare with workers", out)
    words = begin("prepare with workers", out)
    process = subprocess.Popen(
        [sys.executable, "-m", "skelshot.cli", *words], stderr=subprocess.PIPE, text=True
    )
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    deadline = time.monotonic() + 60
    workers: list[int] = []
    while process.poll() is None and not workers and time.monotonic() < deadline:
        time.sleep(0.01)
        found = [int(word) for word in children.read_text().split()] if children.exists() else []
        workers = [one for one in found if b"spawn_main" in _command(one)]
    for worker in workers:
        os.kill(worker, signal.SIGKILL)
    said = process.communicate(timeout=60)[1]
    if process.returncode:  # it may have read everything alone by then
        assert process.returncode == 2, said
        assert said.count("\n") == 1, said
        assert "a reading process died" in said
        assert "fewer workers" in said
    assert machine.run(words, tmp_path / "work").code == 0
    assert machine.contents(out) == content


def _command(process: int) -> bytes:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return b""
