"""Saved tables are read back as they were; damaged, foreign and old ones are told by name."""

import json
import zlib
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

from skelshot.ground import SkelshotError
from skelshot.tables.page import write_pages
from skelshot.tables.saved import read_saved_table

SAVED = Path(__file__).parent / "saved" / "table-XI.json"
CELL = {"row": "NN", "column": "A"}


def changed(**changes: Any) -> dict[str, Any]:
    plain = {"version": 2, "table": "XI", "title": "t", "preset": "cpu", "seeds": 1}
    return {**plain, "rows": ["NN"], "columns": ["A"], "cells": [CELL], **changes}


def hits(text: bytes, number: int = 8) -> dict[str, Any]:
    return {**CELL, "hits": f"{number}:{b64encode(text).decode()}"}


WRONG = {
    "no JSON": ("{", "not valid JSON"),
    "no mapping": ("[]", "expected a JSON mapping"),
    "another document": ('{"accuracy": {}}', "expected a table that `skelshot table` saved"),
    "of before": (json.dumps(changed(version=1)), "found version 1 of saved tables, expected 2"),
    "without a version": ('{"table": "XI", "cells": []}', "found version 1 of saved tables"),
    "of later": (json.dumps(changed(version=3)), "update Skelshot"),
    "a version that is none": (json.dumps(changed(version=[])), "found version []"),
    "a row twice": (json.dumps(changed(rows=["NN", "NN"])), "one of the rows stands twice"),
    "a cell twice": (json.dumps(changed(cells=[CELL, CELL])), "a cell stands twice"),
    "a cell of no row": (json.dumps(changed(rows=["CC"])), "NN / A is in no row"),
    "an accuracy of percent": (json.dumps(changed(cells=[CELL | {"ours": 66.7}])), "cells.0.ours"),
    "no number": (json.dumps(changed(cells=[CELL | {"ours": "0.5"}])), "cells.0.ours"),
    "NaN": (json.dumps(changed(cells=[CELL | {"ours": float("nan")}])), "found nan"),
    "half an interval": (json.dumps(changed(cells=[CELL | {"ci95": [0.5]}])), "cells.0.ci95"),
    "an unknown entry": (json.dumps(changed(cels=[])), "did you mean 'cells'?"),
    "a number that is a path": (json.dumps(changed(table="../XI")), "expected the number"),
    "against no row": (json.dumps(changed(against="LC")), "expected one of the rows"),
    "a stage not told": (json.dumps(changed(cells=[CELL | {"stages": ["x"]}])), "the stage 'x'"),
    "hits of nothing": (json.dumps(changed(cells=[CELL | {"hits": "7"}])), "cells.0"),
    "hits cut": (json.dumps(changed(cells=[hits(zlib.compress(b"a")[:-2])])), "expected hits"),
    "hits too few": (json.dumps(changed(cells=[hits(zlib.compress(b"a"), 9)])), "expected hits"),
    "hits too many": (json.dumps(changed(cells=[hits(b"", 9_999_999)])), "expected hits"),
    "a bomb": (json.dumps(changed(cells=[hits(zlib.compress(bytes(1 << 22)))])), "expected hits"),
}


@pytest.mark.parametrize(("text", "told"), WRONG.values(), ids=WRONG)
def test_what_is_no_saved_table_is_refused_in_one_line(
    text: str, told: str, tmp_path: Path
) -> None:
    file = tmp_path / "table-XI.json"
    file.write_text(text)
    with pytest.raises(SkelshotError) as fault:
        read_saved_table(file)
    assert str(fault.value).startswith(str(file))
    assert told in str(fault.value)
    assert "\n" not in str(fault.value)


def test_a_table_is_saved_as_it_was_read(tmp_path: Path) -> None:
    write_pages(tmp_path, read_saved_table(SAVED))
    assert (tmp_path / "table-XI.json").read_bytes() == SAVED.read_bytes()


def test_a_saved_table_has_what_its_numbers_are_made_of() -> None:
    table = read_saved_table(SAVED)
    cell = table.cell("CC", "NTU-60")
    assert [table.stages[name].stage for name in cell.stages] == [
        "features",
        "pretrain",
        "pretrain",
        "evaluate",
    ]
    assert table.stages[cell.stages[1]].settings["options.seed"] == 0
    assert all(text in table.texts for text in _texts(table.stages.values()))
    assert table.command == "skelshot table XI --preset smoke"
    assert table.cell("CC", "PKU-MMD").ours is None


def _texts(stages: Any) -> list[str]:
    values = [value for stage in stages for value in stage.settings.values()]
    return [value for value in values if isinstance(value, str) and value.startswith("text ")]
