"""The page docs/skeletons.md says what the code does."""

import re
from pathlib import Path

import pytest

from skelshot.skeletons import LAYOUTS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "skeletons.md"


def test_snippets_run_and_print_what_they_say(capsys: pytest.CaptureFixture[str]) -> None:
    session: dict[str, object] = {}
    promised = []
    for snippet in re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL):
        exec(snippet, session)  # noqa: S102
        promised += re.findall(r"^print\(.*\)  # ([^:\n]+)", snippet, re.MULTILINE)
    printed = capsys.readouterr().out.splitlines()
    assert len(promised) >= 8
    assert [line for line in printed if not line.startswith("[")] == promised


def test_the_joint_table_is_that_of_the_layouts() -> None:
    rows = re.findall(r"^\| (\d+) \| (.*) \|$", PAGE.read_text(), re.MULTILINE)
    assert [int(index) for index, _ in rows] == list(range(33))
    columns = zip(*(row.split(" | ") for _, row in rows), strict=True)
    for layout, column in zip(LAYOUTS, columns, strict=True):
        assert tuple(name.strip() for name in column if name.strip()) == layout.joints
