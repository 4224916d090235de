"""One writer at a time, with real processes; a kill leaves no lock and no litter."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from skelshot.ground import SkelshotError
from skelshot.ground.files import whole_file
from skelshot.ground.locks import lock_file, only_writer

_HOLD = """
import sys, time
from pathlib import Path
from skelshot.ground.files import whole_file
from skelshot.ground.locks import only_writer
out = Path(sys.argv[1])
with only_writer(out, "test"), whole_file(out) as partial:
    partial.write_text("half")
    print("held", flush=True)
    time.sleep(60)
"""


@contextmanager
def another_process(out: Path) -> Iterator["subprocess.Popen[str]"]:
    """Another process that holds an output and writes half of it, until it is killed."""
    words = [sys.executable, "-c", _HOLD, str(out)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_a_second_process_is_refused_and_a_killed_one_is_no_lock(tmp_path: Path) -> None:
    out = tmp_path / "run"
    with (
        another_process(out),
        pytest.raises(SkelshotError, match="run: another pretrain is writing it; wait for that"),
        only_writer(out, "pretrain"),
    ):
        pass
    left = sorted(entry.name for entry in tmp_path.iterdir())
    assert left[0].startswith(".run.")
    assert left[0].endswith(".partial")
    assert left[1:] == [".run.lock"]
    with only_writer(out, "pretrain"), whole_file(out) as partial:
        partial.write_text("whole")
    assert [entry.name for entry in tmp_path.iterdir()] == ["run"]


def test_what_a_living_process_writes_is_let_be(tmp_path: Path) -> None:
    with another_process(tmp_path / "a"):
        with whole_file(tmp_path / "a") as partial:
            partial.write_text("mine")
        assert len(list(tmp_path.glob(".a.*.partial"))) == 1


def test_files_of_the_user_are_no_leftovers(tmp_path: Path) -> None:
    kept = [tmp_path / name for name in ("a.1.partial", ".b.1.partial", ".a.1.partially")]
    for path in kept:
        path.write_text("mine")
    with whole_file(tmp_path / "a") as partial:
        partial.write_text("whole")
    assert all(path.exists() for path in kept)


def test_a_lock_that_is_removed_and_made_again_is_still_one_lock(tmp_path: Path) -> None:
    for _ in range(3):
        with only_writer(tmp_path / "a", "test"):
            assert lock_file(tmp_path / "a").exists()
    assert not list(tmp_path.iterdir())


def test_a_lock_file_that_is_no_file_is_refused(tmp_path: Path) -> None:
    lock_file(tmp_path / "a").mkdir()
    with (
        pytest.raises(SkelshotError, match=r"\.a\.lock: found a folder"),
        only_writer(tmp_path / "a", "test"),
    ):
        pass
