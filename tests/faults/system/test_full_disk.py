"""Disks that are full, over quota, broken or read-only: one line, and the same command goes on."""

import errno
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

Begin = Callable[[str, Path], list[str]]
Wanted = Callable[[str, Path], dict[str, object]]
QUICK = ("prepare", "texts", "pretrain", "evaluate", "export")
EVERY = (
    *QUICK,
    "evaluate to a file",
    "draw",
    "synth",
    "synth with videos",
    "synth pku-mmd",
    "synth msr-action-pairs",
    "export of ctr-gcn",
    "crop",
    "videos",
)
SIZES = 16
"""How many sizes of a disk are tried."""


def check_told(answer: Any, out: Path, code: int) -> None:
    """One line that names a file the caller knows and the cause."""
    assert answer.code == 2, answer.err
    assert len(answer.said) == 1, answer.err
    line = answer.said[0]
    assert line.startswith("skelshot: error: "), line
    assert str(out) in line
    assert not re.search(r"/\.[^/]*\.partial", line), line
    assert os.strerror(code) in line or (code == errno.ENOSPC and "the disk is full" in line), line


def check_goes_on(machine: Any, words: list[str], out: Path, wanted: dict[str, object]) -> None:
    """What is there is whole, and the same command ends in the same content."""
    there = machine.contents(out)
    for name, content in there.items():
        if name in wanted and ".partial" not in name and not name.endswith(("jsonl", "yaml")):
            assert content == wanted[name], f"{name} is not whole"
    answer = machine.run(words, out.parent / "work")
    assert answer.code == 0, answer.err
    assert machine.contents(out) == wanted


def fail_at(
    machine: Any, begin: Begin, wanted: Wanted, out: Path, name: str, code: int, most: int | None
) -> None:
    """Let a command fail at its operations, all of them or a few spread over all."""
    content, work = wanted(name, out), out.parent / "work"
    counted = {"under": str(out), "after": 0, "code": None}
    count = machine.run(begin(name, out), work, fault=counted).count
    assert count > 4
    for after in range(0, count, 1 if most is None else -(-count // most)):
        words = begin(name, out)
        answer = machine.run(words, work, fault=counted | {"after": after, "code": code})
        if answer.code:
            check_told(answer, out, code)
        else:  # all was done: what failed was the lock that is let go, or nothing this time
            assert machine.contents(out) == content
        check_goes_on(machine, words, out, content)


@pytest.mark.parametrize("name", QUICK)
def test_a_disk_that_is_full_at_some_moments(
    machine: Any, begin: Begin, wanted: Wanted, tmp_path: Path, name: str
) -> None:
    fail_at(machine, begin, wanted, tmp_path / "out", name, errno.ENOSPC, 3)


@pytest.mark.faults
@pytest.mark.parametrize("name", EVERY)
def test_a_disk_that_is_full_at_every_moment(
    machine: Any, begin: Begin, wanted: Wanted, tmp_path: Path, name: str
) -> None:
    fail_at(machine, begin, wanted, tmp_path / "out", name, errno.ENOSPC, None)


@pytest.mark.faults
@pytest.mark.parametrize("code", [errno.EDQUOT, errno.EIO, errno.EROFS])
@pytest.mark.parametrize("name", EVERY)
def test_a_disk_that_fails_otherwise(
    machine: Any, begin: Begin, wanted: Wanted, tmp_path: Path, name: str, code: int
) -> None:
    fail_at(machine, begin, wanted, tmp_path / "out", name, code, 6)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """Mounts a small file system of its own, or mounts it anew with other options."""
    place, mounted = tmp_path / "disk", False
    place.mkdir()

    def mount(options: str) -> Path:
        nonlocal mounted
        again = "remount," if mounted else ""
        words = ["mount", "-t", "tmpfs", "-o", again + options, "tmpfs", str(place)]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"file systems cannot be mounted here: {done.stderr.strip()}")
        mounted = True
        return place

    yield mount
    if mounted:
        subprocess.run([shutil.which("umount") or "umount", "-l", str(place)], check=True)


def used_by(place: Path) -> int:
    """Bytes of a file system that are taken."""
    there = os.statvfs(place)
    return (there.f_blocks - there.f_bfree) * there.f_frsize


def fill(
    machine: Any, begin: Begin, wanted: Wanted, disk: Callable[[str], Path], name: str, sizes: int
) -> None:
    """Run a command on disks of several sizes, all too small."""
    out = disk("size=20m") / "out"
    content, full = wanted(name, out), used_by(out)
    begin(name, out)
    empty = used_by(out)
    page = os.sysconf("SC_PAGE_SIZE")
    told = 0
    for size in {empty + (full - empty) * part // sizes for part in range(sizes)}:
        words = begin(name, out)
        disk(f"size={max(page, size // page * page)}")
        answer = machine.run(words, out.parents[1] / "work")
        disk("size=20m")
        if answer.code:
            told += 1
            check_told(answer, out, errno.ENOSPC)
        check_goes_on(machine, words, out, content)
    assert told


@pytest.mark.parametrize("name", ["prepare", "evaluate"])
def test_a_small_disk(
    machine: Any, begin: Begin, wanted: Wanted, disk: Callable[[str], Path], name: str
) -> None:
    fill(machine, begin, wanted, disk, name, 2)


@pytest.mark.faults
@pytest.mark.parametrize("name", EVERY)
def test_disks_of_many_sizes(
    machine: Any, begin: Begin, wanted: Wanted, disk: Callable[[str], Path], name: str
) -> None:
    fill(machine, begin, wanted, disk, name, SIZES)


@pytest.mark.parametrize(
    "name", [*QUICK[:3], *(pytest.param(n, marks=pytest.mark.faults) for n in EVERY[3:])]
)
def test_a_disk_that_is_read_only(
    machine: Any, begin: Begin, tmp_path: Path, disk: Callable[[str], Path], name: str
) -> None:
    out = disk("size=20m,rw") / "out"
    words = begin(name, out)
    before = machine.contents(out)
    disk("ro")
    answer = machine.run(words, tmp_path / "work")
    check_told(answer, out, errno.EROFS)
    assert machine.contents(out) == before
    disk("rw")
    assert machine.run(words, tmp_path / "work").code == 0
