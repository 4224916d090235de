"""Commands small enough to be failed many times, and the server that runs them."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import skelshot
from skelshot.experiments.toy import write_toy_clips

SERVER = Path(__file__).with_name("server.py")
LIGHTNING = "Using bfloat16 Automatic Mixed Precision (AMP)"
TIMES = {"seconds", "sha256", "seconds_by_part", "environment", "peak_memory_mb"}
SMOKE = "--protocol toy --preset smoke"
COMMANDS = {
    "prepare": "prepare npz MADE/raw --out OUT/store",
    "texts": "teach MADE/store --teacher random-code --out OUT/features",
    "pretrain": f"pretrain MADE/store {SMOKE} --split 1 --episodes feat --out OUT/run",
    "evaluate": f"evaluate MADE/store {SMOKE} --run OUT/run --method cosine --shots 1",
    "evaluate to a file": f"evaluate MADE/store {SMOKE} --method raw-nearest --shots 1 2 "
    "--out OUT/result.json",
    "export": "export pyskl MADE/store --out OUT/store.pkl",
    "draw": "draw MADE/store --moments 1 --most 1 --out OUT/store.png",
    "synth": "synth --classes 1 --performers 1 --cameras 1 --replications 1 --out OUT/raw",
    "synth with videos": "synth --classes 1 --performers 1 --cameras 1 --replications 1 --videos "
    "--video-size 64x36 --out OUT/raw",
    "synth pku-mmd": "synth --format pku-mmd --classes 1-2 --performers 1 --cameras 1 3 "
    "--replications 1 --workers 1 --out OUT/raw",
    "synth msr-action-pairs": "synth --format msr-action-pairs --classes 1-2 --performers 1 "
    "--replications 1 --workers 1 --videos --video-size 64x36 --out OUT/raw",
    "export of ctr-gcn": "export ctr-gcn MADE/filmed --split xsub60 --out OUT/store.npz",
    "crop": "crop MADE/filmed S001C001P008R001A001 --videos MADE/films --out OUT/clip.png",
    "videos": "teach MADE/filmed --teacher mini --videos MADE/films --out OUT/features",
    "layouts": "layouts --json",
    "prepare with workers": "prepare npz MADE/many --workers 2 --out OUT/store",
}
"""By name; MADE stands for what was made before, OUT for the folder that the faults are in."""


@dataclass(frozen=True)
class Answer:
    code: int | None
    out: str
    err: str
    count: int
    seconds: float

    @property
    def said(self) -> list[str]:
        """The lines on standard error, less those that tell no fault: a library's, and progress."""
        lines = [line for line in self.err.splitlines() if line and line != LIGHTNING]
        return [line for line in lines if not re.search(r", epoch \d+ of \d+: ", line)]


class Machine:
    """Runs commands on a machine that fails as it is told."""

    def __init__(self, made: Path) -> None:
        sources = str(Path(skelshot.__file__).parents[1])
        self._process = subprocess.Popen(
            [sys.executable, str(SERVER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": sources, "OMP_NUM_THREADS": "1"},
        )
        self.made = made

    def words(self, name: str, out: Path) -> list[str]:
        words = COMMANDS[name].split()
        return [w.replace("MADE", str(self.made)).replace("OUT", str(out)) for w in words]

    def run(self, words: list[str], cwd: Path, **faults: Any) -> Answer:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        cwd.mkdir(exist_ok=True)
        request = {"words": words, "cwd": str(cwd), "seconds": 120} | faults
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return Answer(**json.loads(self._process.stdout.readline()))

    @staticmethod
    def contents(folder: Path) -> dict[str, object]:
        """Everything below a folder that does not depend on the time or the process."""
        found: dict[str, object] = {}
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder).as_posix()
            if path.is_dir() or "/events/" in f"/{name}":
                continue
            content = path.read_bytes()
            found[name] = _timeless(json.loads(content)) if name.endswith("json") else content
        return found

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()


def _timeless(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _timeless(entry) for key, entry in value.items() if key not in TIMES}
    return [_timeless(entry) for entry in value] if isinstance(value, list) else value


@pytest.fixture(scope="session")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    made = tmp_path_factory.mktemp("made")
    machine = Machine(made)
    write_toy_clips(made / "raw", performers=2, repetitions=2)
    smoke = SMOKE.split()
    for words in (
        ["prepare", "npz", str(made / "raw"), "--out", str(made / "store")],
        ["pretrain", str(made / "store"), *smoke, "--split", "1", "--out", str(made / "run")],
    ):
        answer = machine.run(words, made / "work")
        assert answer.code == 0, answer.err
    yield machine
    machine.close()


@pytest.fixture(scope="session")
def filmed(machine: Machine) -> None:
    """Two clips with videos, and their store."""
    pytest.importorskip("av")
    made = machine.made
    synth = "synth --classes 1-2 --performers 1 --cameras 1 --replications 1 --videos"
    for words in (
        [*synth.split(), "--video-size", "64x36", "--out", str(made / "films")],
        f"prepare ntu {made / 'films'} --missing-list none --out {made / 'filmed'}".split(),
    ):
        answer = machine.run(words, made / "work")
        assert answer.code == 0, answer.err


@pytest.fixture
def begin(machine: Machine, request: pytest.FixtureRequest) -> Callable[[str, Path], list[str]]:
    """Empties a folder but for what a command goes on from, and gives the command's words."""

    def begin(name: str, out: Path) -> list[str]:
        if name in ("export of ctr-gcn", "crop", "videos"):
            request.getfixturevalue("filmed")
        if name == "videos":
            pytest.importorskip("transformers")
        if name == "prepare with workers":
            many = machine.made / "many"
            if not many.exists():
                write_toy_clips(many, performers=40, repetitions=2)
        for path in out.iterdir() if out.exists() else ():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        out.mkdir(exist_ok=True)
        if name == "evaluate":
            shutil.copytree(machine.made / "run", out / "run")
        return machine.words(name, out)

    return begin


@pytest.fixture
def wanted(
    machine: Machine, begin: Callable[[str, Path], list[str]], tmp_path: Path
) -> Callable[[str, Path], dict[str, object]]:
    """What a command leaves in a folder when nothing fails."""

    def wanted(name: str, out: Path) -> dict[str, object]:
        answer = machine.run(begin(name, out), tmp_path / "work")
        assert answer.code == 0, answer.err
        return machine.contents(out)

    return wanted
