"""`skelshot synth` in other formats than NTU's."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]

FEW = ("--performers", 1, "--replications", 1, "--workers", 1)


@pytest.mark.parametrize(
    ("words", "clips", "classes"),
    [
        (("pku-mmd", "--classes", "8", "13-14", "--cameras", 1, 3), 6, 51),
        (("pku-mmd", "--classes", "2"), 6, 51),
        (("msr-action-pairs",), 12, 12),
        (("msr-action-pairs", "--classes", "A5", "A6"), 2, 12),
    ],
)
def test_what_is_written_is_prepared(
    run: Run, tmp_path: Path, words: tuple[Any, ...], clips: int, classes: int
) -> None:
    raw, store = tmp_path / "raw", tmp_path / "store"
    document = run("synth", "--format", *words, *FEW, "--out", raw, "--json").json
    assert (document["clips"], document["videos"]) == (clips, 0)
    prepared = run("prepare", words[0], raw, "--out", store, "--json").json
    assert (prepared["clips"], prepared["rejected"]) == (clips, 0)
    assert len(json.loads((store / "store.json").read_text())["class_names"]) == classes
    assert run("verify", raw, "--json").json["bad"] == []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--format", "pku"), "invalid choice: 'pku'"),
        (("--format", "pku-mmd", "--videos", "base"), "--videos: found base, but pku-mmd has vid"),
        (
            ("--format", "pku-mmd", "--classes", "52"),
            "classes: found '52', expected numbers or ranges within 1 to 51",
        ),
        (("--format", "pku-mmd", "--classes", "x"), "classes: found 'x', expected numbers or ran"),
        (("--format", "msr-action-pairs", "--cameras", 2), "cameras: found 2, expected numbers f"),
        (("--format", "msr-action-pairs", "--performers", 0), "performers: found none, expected"),
        (("--replications", 3), "replications: found 3, expected numbers from 1 to 2"),
        (("--performers", 0), "performers: found 0, expected 1 to 106"),
    ],
)
def test_what_cannot_be_written_is_refused_in_one_line(
    run: Run, tmp_path: Path, words: tuple[Any, ...], told: str
) -> None:
    answer = run("synth", *words, "--out", tmp_path / "raw")
    assert answer.code == 2
    assert told in answer.err
    assert answer.err.count("\n") == 1
    assert not (tmp_path / "raw").exists()
