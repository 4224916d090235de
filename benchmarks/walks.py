"""Count the modules that the package's main walks enter, and how often a walk turns back.

python benchmarks/walks.py --raw DATA/nw-ucla --out runs/walks

The walks: NW-UCLA JSON to accuracy (prepare, pretrain, evaluate; preset smoke, one split), class
names to f_t, videos to f_v (the mini teacher, four synthetic actions), one task to cosine logits.
Counted are calls of functions; what runs while a module is imported or words are parsed is not.
To measure another version, set PYTHONPATH to its `src`.
"""

import argparse
import sys
import tempfile
import threading
import tomllib
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import torch

import skelshot
from skelshot.cli import build_parser
from skelshot.fewshot import CosineClassifier

PACKAGE = "skelshot."
Call = tuple[str, str]


class Walk:
    """The calls from module to module while it is entered.

    Attributes:
        modules: The modules of the package in which a function was called.
        calls: Pairs of the nearest calling module of the package and the one called.
    """

    def __init__(self) -> None:
        self.modules: set[str] = set()
        self.calls: set[Call] = set()
        self._importing = 0

    def __enter__(self) -> "Walk":
        threading.setprofile(self._see)
        sys.setprofile(self._see)
        return self

    def __exit__(self, *_: object) -> None:
        sys.setprofile(None)
        threading.setprofile(None)  # type: ignore[arg-type]

    def __or__(self, other: "Walk") -> "Walk":
        both = Walk()
        both.modules, both.calls = self.modules | other.modules, self.calls | other.calls
        return both

    @property
    def above_ground(self) -> int:
        """Modules entered, without the room of files, locks, bars and faults."""
        return sum(_room(module) != f"{PACKAGE}ground" for module in self.modules)

    @property
    def turns(self) -> int:
        """Pairs of modules of which each calls the other."""
        return sum((called, caller) in self.calls for caller, called in self.calls) // 2

    def climbs(self, rooms: list[str]) -> list[Call]:
        """Calls from a room into one above it: through an object that was handed down."""
        height = {room: -place for place, room in enumerate(rooms)}
        return [
            (caller, called)
            for caller, called in sorted(self.calls)
            if height.get(_room(caller), 1) < height.get(_room(called), 1)
        ]

    def _see(self, frame: FrameType, event: str, _: object) -> None:
        if frame.f_code.co_name == "<module>":
            self._importing += (event == "call") - (event == "return")
        if event != "call" or self._importing > 0:
            return
        module = frame.f_globals.get("__name__", "")
        if not module.startswith(PACKAGE):
            return
        self.modules.add(module)
        caller = _nearest(frame.f_back)
        if caller and caller != module:
            self.calls.add((caller, module))


def _nearest(frame: FrameType | None) -> str | None:
    while frame is not None:
        name: str = frame.f_globals.get("__name__", "")
        if name.startswith(PACKAGE):
            return name
        frame = frame.f_back
    return None


def _room(module: str) -> str:
    return ".".join(module.split(".")[:2])


def layers() -> list[str]:
    """Return the rooms of the package that is measured, from the top down."""
    settings = Path(skelshot.__file__).parents[2] / "pyproject.toml"
    contract = tomllib.loads(settings.read_text())["tool"]["importlinter"]["contracts"][0]
    return [str(room) for room in contract["layers"]]


def command(*words: object) -> Walk:
    """Walk through a command, without the parsing of its words."""
    parsed = build_parser().parse_args([str(word) for word in words])
    with Walk() as walk:
        parsed.run(parsed)
    return walk


def walked(do: Callable[[], object]) -> Walk:
    """Walk through a call."""
    with Walk() as walk:
        do()
    return walk


def main() -> None:
    """Walk, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--raw", type=Path, required=True, help="NW-UCLA's JSON files")
    parser.add_argument("--out", type=Path, help="an empty folder (default: a temporary one)")
    parsed = parser.parse_args()
    out: Path = parsed.out or Path(tempfile.mkdtemp())
    store, run, films = out / "store", out / "run", out / "films.store"
    whole = ("--protocol", "nw-ucla", "--split", "0")
    steps = {
        "prepare": command("prepare", "nw-ucla", parsed.raw, "--out", store),
        "pretrain": command("pretrain", store, *whole, "--preset", "smoke", "--out", run),
        "evaluate": command("evaluate", store, *whole, "--run", run, "--shots", 1),
    }
    filming = ("--classes", 4, "--performers", 1, "--cameras", 1, "--replications", 1, "--videos")
    command("synth", *filming, "--out", out / "filmed")
    command("prepare", "ntu", out / "filmed", "--missing-list", "none", "--out", films)
    teach = ("teach", films, "--teacher", "mini")
    task = torch.randn(1, 5, 1, 64), torch.randn(1, 10, 64)
    method = CosineClassifier()
    walks = {
        "NW-UCLA JSON to accuracy": steps["prepare"] | steps["pretrain"] | steps["evaluate"],
        **steps,
        "class names to f_t": command(*teach, "--out", out / "f_t"),
        "videos to f_v": command(*teach, "--videos", out / "filmed", "--out", out / "f_v"),
        "a task to cosine logits": walked(lambda: method(*task)),
    }
    print("| walk | modules entered | above ground | calls between modules | turns | climbs |")
    print("|---|---|---|---|---|---|")
    for name, walk in walks.items():
        counts = (
            *(len(walk.modules), walk.above_ground, len(walk.calls)),
            *(walk.turns, len(walk.climbs(layers()))),
        )
        print(f"| {name} | {' | '.join(map(str, counts))} |")
    print()
    climbs = {climb for walk in walks.values() for climb in walk.climbs(layers())}
    for caller, called in sorted(climbs):
        print(f"climbs: {caller} -> {called}")


if __name__ == "__main__":
    main()
