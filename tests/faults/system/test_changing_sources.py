"""Sources and outputs that change or vanish under a command: it says so, or nothing changed."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Begin = Callable[[str, Path], list[str]]
Wanted = Callable[[str, Path], dict[str, object]]
SHORT = 7
"""How many of the cases are tried always."""
CHANGES = [
    # command, what changes, how, when this comes into being, what is said
    ("prepare", "MADE/raw", "removed", "OUT/store.partial", "cannot be read"),
    ("prepare", "MADE/raw/a09_p01_r00.npz", "deleted", "OUT/store.partial", "1 rejected"),
    ("prepare", "MADE/raw/a09_p01_r00.npz", "halved", "OUT/store.partial", "1 rejected"),
    ("prepare", "OUT/store.partial", "removed", "OUT/store.partial/work/log.jsonl", "OUT/store"),
    ("pretrain", "MADE/store/frames.npy", "halved", "OUT/run/split-01/config.yaml", "cut short"),
    ("pretrain", "MADE/store", "removed", "OUT/run/split-01/config.yaml", ""),
    ("pretrain", "OUT/run", "removed", "OUT/run/split-01/config.yaml", "OUT/run"),
    ("evaluate", "OUT/run", "removed", "OUT/run/results", "OUT/run"),
    ("evaluate", "MADE/store/frames.npy", "emptied", "OUT/run/results", "frames.npy"),
    ("synth", "OUT/raw", "removed", "OUT/raw/synthesis.json", "OUT/raw"),
    (
        "videos",
        "MADE/films/nturgb+d_rgb/S001C001P008R001A002_rgb.avi",
        "deleted",
        "OUT/features.partial/plan.json",
        "1 skipped",
    ),
    (
        "videos",
        "MADE/films/nturgb+d_rgb/S001C001P008R001A002_rgb.avi",
        "halved",
        "OUT/features.partial/plan.json",
        "1 skipped",
    ),
    ("videos", "MADE/films", "removed", "OUT/features.partial/plan.json", "usable frames"),
    ("videos", "OUT/features.partial", "removed", "OUT/features.partial/shards", "OUT/features"),
    ("videos", "MADE/filmed/frames.npy", "emptied", "OUT/features.partial/plan.json", "cut short"),
]


@pytest.mark.parametrize(
    ("name", "what", "kind", "when", "said"),
    [
        *CHANGES[:SHORT],
        *(pytest.param(*case, marks=pytest.mark.faults) for case in CHANGES[SHORT:]),
    ],
)
def test_what_changes_under_a_command(
    machine: Any,
    begin: Begin,
    wanted: Wanted,
    tmp_path: Path,
    name: str,
    what: str,
    kind: str,
    when: str,
    said: str,
) -> None:
    out, copy = tmp_path / "out", tmp_path / "made"
    content = wanted(name, out)
    words = begin(name, out)
    shutil.copytree(machine.made, copy, symlinks=True)

    def real(text: str) -> str:
        return text.replace("MADE", str(copy)).replace("OUT", str(out))

    own = [word.replace(str(machine.made), str(copy)) for word in words]
    change = {"kind": kind, "path": real(what), "when": real(when)}
    answer = machine.run(own, tmp_path / "work", change=change)
    assert not answer.err.count("Traceback"), answer.err
    if answer.code == 0:
        assert said in answer.out
        assert said or machine.contents(out) == content
    else:
        assert answer.code == 2
        assert len(answer.said) == 1, answer.err
        assert real(said) in answer.said[0]
