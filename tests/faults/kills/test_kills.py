"""Commands that are killed, interrupted or meet another: the same command ends as if alone."""

import json
import random
import shutil
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

Serve = Callable[..., list[dict[str, Any]]]
ONE = "--performers 1 --cameras 1 --replications 1"
TIMES = {"seconds", "sha256", "seconds_by_part", "peak_memory_mb"}
"""Fields of JSON files that differ from call to call."""
FEW = "INPUTS/store --protocol INPUTS/protocol.yaml --preset smoke"


@dataclass(frozen=True)
class Command:
    """A command whose `OUT` is to be the same however often it was stopped.

    Args:
        words: The call.
        follows: A call that reads `OUT`.
        workers: Whether it starts processes.
        slow: Whether `make faults` alone calls it.
        begins: What of the inputs lies at `OUT` before.
        other: Words that another process on the same `OUT` adds.
    """

    words: str
    follows: str
    workers: bool = False
    slow: bool = False
    begins: str = ""
    other: str = ""


COMMANDS = {
    "synth": Command(
        f"synth --classes 1 {ONE} --workers 1 --videos --video-size 32x18 --out OUT",
        "prepare ntu OUT/nturgb+d_skeletons --out NEXT",
        slow=True,
        other="--seed 1",
    ),
    "synth by workers": Command(
        f"synth --classes 1-24 {ONE} --workers 2 --out OUT",
        "prepare ntu OUT/nturgb+d_skeletons --out NEXT",
        workers=True,
        slow=True,
        other="--seed 1",
    ),
    "synth pku-mmd": Command(
        f"synth --format pku-mmd --classes 1-2 {ONE.replace('cameras 1', 'cameras 1 3')} "
        "--workers 1 --out OUT",
        "prepare pku-mmd OUT --out NEXT",
        slow=True,
        other="--seed 1",
    ),
    "synth msr-action-pairs": Command(
        f"synth --format msr-action-pairs --classes 1-2 {ONE} --workers 1 --out OUT",
        "prepare msr-action-pairs OUT --out NEXT",
        slow=True,
        other="--seed 1",
    ),
    "prepare npz": Command(
        "prepare npz INPUTS/raw --workers 1 --out OUT", "verify OUT", other="--sides matter"
    ),
    "prepare npz by workers": Command(
        "prepare npz INPUTS/raw --workers 2 --out OUT", "verify OUT", workers=True
    ),
    "prepare ntu": Command(
        "prepare ntu INPUTS/ntu/nturgb+d_skeletons --workers 1 --out OUT",
        "verify OUT",
        other="--denoise none",
    ),
    "prepare store": Command(
        "prepare store INPUTS/store --workers 1 --out OUT", "verify OUT", slow=True
    ),
    "teach texts": Command(
        "teach INPUTS/store --teacher random-code --out OUT",
        f"pretrain {FEW} --features OUT --out NEXT",
        other="--seed 1",
    ),
    "teach videos": Command(
        "teach INPUTS/store --teacher mini --videos rendered --out OUT",
        f"pretrain {FEW} --features OUT --set strategy.representation=video --out NEXT",
        slow=True,
        other="--draws 1",
    ),
    "pretrain supervised": Command(
        f"pretrain {FEW} --set strategy.epochs=2 --out OUT",
        f"evaluate {FEW} --run OUT --shots 1",
        other="--seed 1",
    ),
    "pretrain by workers": Command(
        f"pretrain {FEW} --set strategy.batch=4 --set loop.workers=2 --out OUT",
        f"evaluate {FEW} --run OUT --shots 1",
        workers=True,
        slow=True,
    ),
    "pretrain transfer": Command(
        f"pretrain {FEW} --features INPUTS/codes --out OUT",
        f"evaluate {FEW} --run OUT --shots 1",
        slow=True,
    ),
    "evaluate": Command(
        f"evaluate {FEW} --run OUT --shots 1",
        f"evaluate {FEW} --run OUT --shots 1 --method protonet",
        begins="run",
    ),
    "export pyskl": Command(
        "export pyskl INPUTS/ntu-store --out OUT.pkl", "prepare pyskl OUT.pkl --out NEXT"
    ),
    "export ctr-gcn": Command(
        "export ctr-gcn INPUTS/ntu-store --split xsub60 --out OUT.npz", "verify INPUTS/ntu-store"
    ),
}


@dataclass
class Place:
    """Where one command works: what it needs, what it makes, and how it is called.

    Args:
        command: The command.
        serve: Calls it.
        inputs: What it reads; nobody may change it.
        folder: Holds `OUT` and nothing else.
    """

    command: Command
    serve: Serve
    inputs: Path
    folder: Path

    def fresh(self) -> None:
        """Begin again from nothing."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()
        if self.command.begins:
            shutil.copytree(self.inputs / self.command.begins, self.folder / "out")

    def call(self, more: str = "", words: str = "", **how: Any) -> dict[str, Any]:
        """Describe a call for the server."""
        real = {"OUT": self.folder / "out", "INPUTS": self.inputs, "NEXT": self.folder / "next"}
        text = f"{words or self.command.words} {more}"
        for name, path in real.items():
            text = text.replace(name, str(path))
        return {"words": text.split(), "root": str(self.folder), **how}

    def content(self) -> dict[str, Any]:
        """Read everything that lies there, without what varies from run to run."""
        found = sorted(self.folder.rglob("*"))
        return {
            str(path.relative_to(self.folder)): self._read(path)
            for path in found
            if "events" not in path.parent.parts  # TensorBoard names files after time and process
        }

    def _read(self, path: Path) -> Any:
        if path.is_dir():
            return "a folder"
        if path.suffix == ".json":
            document = json.loads(path.read_text())
            return {name: value for name, value in document.items() if name not in TIMES}
        return path.read_bytes()

    def check(self, whole: dict[str, Any], when: float) -> None:
        """Call the command again and compare everything with an undisturbed call's."""
        (end,) = self.serve(self.call())
        assert (end["code"], end["said"], end["orphans"]) == (0, "", []), when
        found = self.content()
        assert found.keys() == whole.keys(), when
        assert [
            _difference(name, whole, found) for name in whole if found[name] != whole[name]
        ] == [], when


def _difference(name: str, whole: dict[str, Any], found: dict[str, Any]) -> tuple[str, ...]:
    """Tell where two files differ: the entries of documents by name."""
    one, two = whole[name], found[name]
    if not isinstance(one, dict) or not isinstance(two, dict):
        return (name,)
    return (
        name,
        *(f"{key}: {one.get(key)} {two.get(key)}" for key in one if one[key] != two.get(key)),
    )


def _facts(folder: Path) -> list[tuple[str, int, int]]:
    return [(str(p), p.stat().st_size, p.stat().st_mtime_ns) for p in sorted(folder.rglob("*"))]


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(name, marks=pytest.mark.faults if command.slow else ())
        for name, command in COMMANDS.items()
    ],
)
def place(request, serve: Serve, inputs: Path, tmp_path_factory) -> Any:
    folder = tmp_path_factory.mktemp("place") / "place"
    before = _facts(inputs)
    yield Place(COMMANDS[request.param], serve, inputs, folder)
    assert _facts(inputs) == before


@pytest.fixture(scope="module")
def whole(place: Place) -> tuple[dict[str, Any], int, float]:
    """What an undisturbed call leaves, its number of file operations and its seconds."""
    place.fresh()
    place.serve(place.call())  # what is compiled or read once
    place.fresh()
    (end,) = place.serve(place.call())
    assert (end["code"], end["orphans"]) == (0, []), end["said"]
    return place.content(), end["operations"], end["seconds"]


MANY = pytest.mark.parametrize("many", [False, pytest.param(True, marks=pytest.mark.faults)])
ENDS = {
    "parent killed": (signal.SIGKILL, "parent"),
    "all killed": (signal.SIGKILL, "group"),
    "a worker killed": (signal.SIGKILL, "worker"),
    "asked to end": (signal.SIGTERM, "parent"),
    "all asked to end": (signal.SIGTERM, "group"),
    "Ctrl-C": (signal.SIGINT, "group"),
    "Ctrl-C for the parent": (signal.SIGINT, "parent"),
}


@MANY
def test_killed_before_a_file_operation(place: Place, whole, many: bool) -> None:
    content, operations, _ = whole
    points = range(1, operations + 1)
    for at in points if many else random.Random(0).sample(points, 1):
        place.fresh()
        (end,) = place.serve(place.call(at=at))
        if end["code"] == 0:  # a slower call before had written its journal more often
            assert end["operations"] < at
            continue
        assert (end["code"], end["orphans"]) == (-signal.SIGKILL, []), (at, end["said"])
        place.check(content, at)
    (end,) = place.serve(place.call(words=place.command.follows))
    assert end["code"] == 0, end["said"]


@MANY
@pytest.mark.parametrize("how", ENDS)
def test_ended_at_some_moment(place: Place, whole, how: str, many: bool) -> None:
    (number, to), (content, _, seconds) = ENDS[how], whole
    if to != "parent" and not place.command.workers:
        pytest.skip("it starts no processes")
    moments = random.Random(how)
    for _ in range(12 if many else 1):
        place.fresh()
        after = moments.uniform(0, seconds)
        (end,) = place.serve(place.call(signal=number, to=to, after=after))
        expected = {signal.SIGINT: 130}.get(number, -number) if to != "worker" else 2
        assert end["code"] in (0, expected), (after, end)
        assert end["orphans"] == [], (after, end)
        assert "Traceback" not in end["said"], after
        if end["code"] > 0:
            assert end["said"].count("\n") == 1
        place.check(content, after)


@MANY
def test_two_at_once(place: Place, whole, many: bool) -> None:
    """The same words twice, or with others that make something else, which never mixes in."""
    for more in ("", place.command.other) * (3 if many else 1):
        contents = [whole[0]]
        if more:
            place.fresh()
            place.serve(place.call(more))
            contents.append(place.content())
        place.fresh()
        ends = place.serve(place.call(), place.call(more))
        assert sorted(end["code"] for end in ends) in ([0, 0], [0, 2]), ends
        assert [end for end in ends if end["orphans"] or "Traceback" in end["said"]] == []
        assert all(end["said"].count("\n") == 1 for end in ends if end["code"])
        assert place.content() in contents
