"""Work spread over processes."""

import os
import posixpath
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from skelshot.ground import SkelshotError
from skelshot.ground.processes import (
    ctrl_c_for_parent_only,
    done_by_processes,
    one_line_for_the_dead,
)


def test_one_worker_does_it_here_in_order() -> None:
    assert list(done_by_processes(lambda job: (job, os.getpid()), "ab", workers=1)) == [
        ("a", os.getpid()),
        ("b", os.getpid()),
    ]


def test_several_processes_do_all_of_it_elsewhere() -> None:
    assert sorted(done_by_processes(abs, [-1, 2, -3], workers=2)) == [1, 2, 3]
    # the same link leads each process to its own folder
    found = set(done_by_processes(posixpath.realpath, ["/proc/self"] * 4, workers=2))
    if posixpath.exists("/proc/self"):
        assert posixpath.realpath("/proc/self") not in found


def test_a_process_that_dies_is_told_in_one_line() -> None:
    with pytest.raises(SkelshotError, match=r"process died.*fewer workers"):
        list(done_by_processes(os._exit, [1, 2], workers=2))


def test_workers_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    code = (
        "import os, sys\n"
        "from skelshot.ground.processes import done_by_processes\n"
        "import tests_of_workers\n"
        "if __name__ == '__main__':\n"
        "    list(done_by_processes(tests_of_workers.sleep, [sys.argv[1]] * 2, 2))\n"
    )
    (tmp_path / "tests_of_workers.py").write_text(
        "import os, time\nfrom pathlib import Path\n"
        "def sleep(folder):\n"
        "    (Path(folder) / f'{os.getpid()}.worker').touch()\n    time.sleep(60)\n"
    )
    (tmp_path / "main.py").write_text(code)
    paths = os.pathsep.join([str(tmp_path), *sys.path])
    parent = subprocess.Popen(
        [sys.executable, str(tmp_path / "main.py"), str(tmp_path)],
        env={**os.environ, "PYTHONPATH": paths},
    )
    assert _soon(lambda: len(list(tmp_path.glob("*.worker"))) == 2)
    workers = [int(path.stem) for path in tmp_path.glob("*.worker")]
    parent.kill()
    parent.wait()
    assert _soon(lambda: not any(map(_runs, workers)))


def _soon(done: Callable[[], bool]) -> bool:
    """Wait until something holds, 20 seconds at most."""
    deadline = time.monotonic() + 20
    while not done() and time.monotonic() < deadline:
        time.sleep(0.05)
    return done()


def _runs(pid: int) -> bool:
    """Tell whether a process runs; one that has ended but was not waited for does not."""
    try:
        return " Z " not in f" {Path(f'/proc/{pid}/stat').read_text().rpartition(')')[2][:3]} "
    except OSError:
        return False


def test_ctrl_c_never_reaches_processes_that_start() -> None:
    with ctrl_c_for_parent_only():
        code = "import signal; print(signal.SIGINT in signal.pthread_sigmask(0, []))"
        found = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert found.stdout == b"True\n"
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, [])


def test_the_loaders_handler_of_dead_processes_does_not_stay() -> None:
    before = signal.getsignal(signal.SIGCHLD)
    with ctrl_c_for_parent_only():
        signal.signal(signal.SIGCHLD, lambda number, frame: pytest.fail("raised where it stands"))
        subprocess.run([sys.executable, "-c", ""], check=True)
    assert signal.getsignal(signal.SIGCHLD) == before
    assert signal.SIGCHLD not in signal.pthread_sigmask(signal.SIG_BLOCK, [])


def test_a_worker_of_the_data_loader_that_dies_is_told_in_one_line() -> None:
    with (
        pytest.raises(SkelshotError, match=r"process died.*fewer workers"),
        one_line_for_the_dead(),
    ):
        raise RuntimeError("DataLoader worker (pid 7) is killed by signal: Killed. ")
    with pytest.raises(RuntimeError, match="another"), one_line_for_the_dead():
        raise RuntimeError("another")
