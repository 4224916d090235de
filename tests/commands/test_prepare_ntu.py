"""`skelshot prepare ntu`: its options, and their refusal elsewhere."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from skelshot.datasets.store import Store

Run = Callable[..., Any]


@pytest.fixture
def ntu_raw(tmp_path: Path) -> Path:
    """One clip of somebody who moves to the side."""
    folder = tmp_path / "raw"
    folder.mkdir()
    lines = ["4"]
    for frame in range(4):
        lines += ["1", "72057594037931101 0 1 1 1 1 0 0.02 -0.05 2", "25"]
        lines += [f"0.{frame}{joint:02d} 0.1 3 1 2 960 540 1 0 0 0 2" for joint in range(25)]
    (folder / "S001C001P001R001A001.skeleton").write_text("\n".join(lines) + "\n")
    return folder


def test_options_reach_the_store(run: Run, ntu_raw: Path, tmp_path: Path) -> None:
    words = ("prepare", "ntu", ntu_raw, "--out", tmp_path / "store")
    options = ("--denoise", "none", "--legacy", "time-shift", "sum-zero", "--missing-list", "none")
    answer = run(*words, *options, "--json")
    assert answer.code == 0
    assert (answer.json["clips"], answer.json["classes"], answer.json["rejected"]) == (1, 1, 0)
    found = Store.open(tmp_path / "store").document.reader.options
    assert found["bodies"]["denoise"] == "none"
    assert found["bodies"]["legacy"] == ["time-shift", "sum-zero"]
    assert found["missing_list"] == "none"
    again = run(*words, "--legacy", "all")
    assert again.code == 2
    assert "holds a store of another reader.options" in again.err


def test_options_of_ntu_are_refused_elsewhere_and_unknown_ones_named(
    run: Run, ntu_raw: Path, tmp_path: Path
) -> None:
    words = ("prepare", "npz", ntu_raw, "--out", tmp_path / "store", "--missing-list", "none")
    assert "--missing-list: the format is npz, but only ntu has this option" in run(*words).err
    words = ("prepare", "ntu", ntu_raw, "--out", tmp_path / "store", "--legacy", "bugs")
    answer = run(*words)
    assert answer.code == 2
    assert "--legacy: found 'bugs', expected all or some of time-shift, " in answer.err
    assert not (tmp_path / "store").exists()


def test_bad_files_are_shown_with_their_line(run: Run, ntu_raw: Path, tmp_path: Path) -> None:
    bad = ntu_raw / "S001C001P001R001A002.skeleton"
    bad.write_bytes((ntu_raw / "S001C001P001R001A001.skeleton").read_bytes()[:400])
    assert "2 files, 1 in order" in run("verify", ntu_raw).out
    assert f"{bad.name}, line 15: frame 1 of 4, body 1, joint 11: found 2 fields, expected" in (
        run("verify", ntu_raw).out
    )
    words = ("prepare", "ntu", ntu_raw, "--out", tmp_path / "store", "--strict")
    assert run(*words).code == 2
    assert run(*words[:-1]).code == 0
