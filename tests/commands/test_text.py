"""`skelshot prepare text` and `verify --columns`: text files by a column map."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

Run = Callable[..., Any]


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """Four files of a hand's points, a row a point, and a map."""
    (tmp_path / "raw").mkdir()
    rng = np.random.default_rng(0)
    for name in ("open_1", "open_2", "fist_1", "fist_2"):
        rows = rng.normal(size=(1, 21, 3)) + rng.normal(0, 0.01, (9, 21, 3)).cumsum(axis=0)
        np.savetxt(tmp_path / "raw" / f"{name}.txt", rows.reshape(-1, 3), delimiter=";")
    (tmp_path / "map.yaml").write_text(
        "{rows: joint, joints: 1-3, header: false, separator: semicolon, layout: hand-21, "
        "file: '(?P<label>[a-z]+)_(?P<replication>[0-9])[.]txt'}"
    )
    return tmp_path / "raw"


def test_text_is_looked_through_and_prepared(run: Run, raw: Path, tmp_path: Path) -> None:
    columns = ("--columns", tmp_path / "map.yaml")
    assert run("verify", raw, *columns).out.startswith("4 files, 4 in order")
    document = run("prepare", "text", raw, "--out", tmp_path / "store", *columns, "--json").json
    assert (document["clips"], document["classes"], document["rejected"]) == (4, 2, 0)
    again = run("prepare", "text", raw, "--out", tmp_path / "store", *columns, "--json").json
    assert again["already_prepared"]
    (raw / "fist_3.txt").write_text("1;2\n")
    answer = run("verify", raw, *columns)
    assert answer.code == 2
    assert "fist_3.txt: column map, joints: names column 3, but a row has 2" in answer.out


REFUSALS = {
    "no map": (("text",), "reader text: found no column map, expected one"),
    "another format": (("npz", "--columns", "map.yaml"), "--columns: the format is npz, but only"),
    "no file": (("text", "--columns", "none.yaml"), "none.yaml: cannot be read"),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_prepare_refuses_in_one_line(run: Run, raw: Path, tmp_path: Path, case: str) -> None:
    (name, *words), message = REFUSALS[case]
    answer = run("prepare", name, raw, "--out", tmp_path / "store", *words)
    assert answer.code == 2
    assert message in answer.err
    assert answer.err.count("\n") == 1
