"""Standard output and error that are full, closed, or read by nobody."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Begin = Callable[[str, Path], list[str]]
FULL = Path("/dev/full")
COMMANDS = [
    "layouts",
    pytest.param("evaluate to a file", marks=pytest.mark.faults),
    pytest.param("prepare", marks=pytest.mark.faults),
    pytest.param("pretrain", marks=pytest.mark.faults),
]


def called(words: list[str], ending: str) -> subprocess.CompletedProcess[str]:
    """Run a command through a shell that does something with its streams."""
    command = [sys.executable, "-m", "skelshot.cli", *words]
    return subprocess.run(
        ["/bin/bash", "-c", f'set -o pipefail; "$@" {ending}', "bash", *command],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.mark.skipif(not FULL.exists(), reason="no device that is always full")
@pytest.mark.parametrize("name", COMMANDS)
def test_a_full_disk_behind_standard_output(
    machine: Any, begin: Begin, tmp_path: Path, name: str
) -> None:
    answer = machine.run(begin(name, tmp_path / "out"), tmp_path / "work", stdout=str(FULL))
    assert answer.code == 2
    assert answer.said == [
        "skelshot: error: standard output: No space left on device; make room, the same command "
        "goes on"
    ]


@pytest.mark.parametrize(
    "ending", ["| head -1", "| true", ">&-", "2>&-", ">&- 2>&- <&-", "2>/dev/full"]
)
@pytest.mark.parametrize("name", COMMANDS)
def test_streams_that_nobody_reads(
    begin: Begin, machine: Any, tmp_path: Path, name: str, ending: str
) -> None:
    done = called(begin(name, tmp_path / "out"), ending)
    assert done.returncode == 0, done.stderr
    assert "rror" not in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("ending", ["2>&-", "2>/dev/full", ">&- 2>&- <&-"])
def test_an_error_that_nobody_reads_is_code_2_all_the_same(ending: str) -> None:
    assert called(["layouts", "absent"], ending).returncode == 2


def test_no_file_takes_the_place_of_a_closed_stream(
    machine: Any, begin: Begin, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    assert called(begin("prepare", out), ">&- 2>&- <&-").returncode == 0
    found = machine.contents(out)
    assert machine.run(begin("prepare", out), tmp_path / "work").code == 0
    assert found == machine.contents(out)
    assert os.listdir(out) == ["store"]  # noqa: PTH208 - hidden ones, too
