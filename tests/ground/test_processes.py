"""Work spread over processes."""

import os
import posixpath

import pytest

from skelshot.ground import SkelshotError
from skelshot.ground.processes import done_by_processes


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
