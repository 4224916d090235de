"""Every hostile input at every door: one line or one rejection, in bounded time and memory."""

import json
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from .cases import Case
from .server import Answer, Server
from .tables import CASES, SHORT

SECONDS, MEGABYTES, CHARACTERS = 10, 1000, 2100


PARAMETERS = [
    pytest.param(case, id=case.identity, marks=() if case.identity in SHORT else pytest.mark.faults)
    for case in CASES
]


@contextmanager
def _case_folder() -> Iterator[Path]:
    """Make a folder that goes with the test, as some inputs are large."""
    with tempfile.TemporaryDirectory() as name:
        for part in ("in", "work"):
            (Path(name) / part).mkdir()
        yield Path(name)


def _listing(*folders: Path) -> dict[str, tuple[int, int, int]]:
    found = {}
    for folder in folders:
        for place, subfolders, names in os.walk(folder):
            for name in (*subfolders, *names):
                state = os.lstat(path := os.path.join(place, name))  # noqa: PTH118
                changed = 0 if os.path.isdir(path) else state.st_mtime_ns  # noqa: PTH112
                found[path] = (state.st_ino, state.st_size if changed else 0, changed)
    return found


def _check_bounds(answer: Answer) -> None:
    assert not answer.orphans
    assert answer.seconds < SECONDS
    assert answer.megabytes < MEGABYTES


def _check_line(answer: Answer, case: Case) -> None:
    assert "Traceback" not in answer.out + answer.err, answer.err[-3000:]
    assert answer.code == 2, answer
    assert answer.err.count("\n") == 1, answer.err
    assert answer.err.endswith("\n")
    assert answer.err[:-1].isprintable()
    assert len(answer.err) <= CHARACTERS
    for piece in case.says:
        assert piece in answer.err


@pytest.mark.parametrize("case", PARAMETERS)
def test_hostile_input(
    call: Server, shared: Path, case: Case, record_property: Callable[[str, object], None]
) -> None:
    with _case_folder() as folder:
        case.write(folder / "in", shared)
        words = [filled(word, folder, shared) for word in case.words]
        before = _listing(folder, shared)
        for _ in range(2 if case.rejected else 1):  # what is rejected stops no later call either
            answer = call(words, folder / "work")
            record_property("seconds", answer.seconds)
            record_property("megabytes", answer.megabytes)
            _check_bounds(answer)
            if case.rejected:
                _check_rejection(answer, folder / "out", case)
            else:
                _check_line(answer, case)
        after = _listing(folder, shared)
        allowed = ("out", *case.leaves) if case.rejected else case.leaves
        written = {
            path for path in before.keys() | after.keys() if before.get(path) != after.get(path)
        }
        check_nothing_escapes(folder)
        beneath = {path.removeprefix(f"{folder}/").split("/")[0] for path in written}
        assert beneath <= set(allowed), written


def check_nothing_escapes(folder: Path) -> None:
    """See that nothing was written where the command was called, or beside its output."""
    assert not list((folder / "work").iterdir())
    assert not list(folder.glob(".*"))


def filled(word: str, folder: Path, shared: Path) -> str:
    """Put the real paths into a word."""
    for name, path in (("in", folder / "in"), ("out", folder / "out"), ("shared", shared)):
        word = word.replace(f"{{{name}}}", str(path))
    return word


def _check_rejection(answer: Answer, store: Path, case: Case) -> None:
    assert "Traceback" not in answer.out + answer.err, answer.err[-3000:]
    assert answer.code == 0, answer
    document = json.loads(answer.out)
    assert document["rejected"] >= 1
    assert document["clips"] >= 1
    reasons = (store / "rejected.csv").read_text(encoding="utf-8")
    for piece in case.says:
        assert piece in reasons
