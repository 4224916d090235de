"""The page docs/skeletons.md says what the code does."""

import re
from pathlib import Path

import pytest

from skelshot.skeletons import LAYOUTS, layout_from_file

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
    rows = dict(re.findall(r"^\| `(\S+)` \| ([^|`]+) \|$", PAGE.read_text(), re.MULTILINE))
    assert {name: tuple(joints.split(", ")) for name, joints in rows.items()} == {
        layout.name: layout.joints for layout in LAYOUTS
    }


def test_the_example_file_is_read_as_the_page_says(tmp_path: Path) -> None:
    [text] = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(), re.DOTALL)
    path = tmp_path / "crane.yaml"
    path.write_text(text)
    layout = layout_from_file(path)
    assert layout.name == "crane"
    assert layout.pairs == ((2, 3),)
