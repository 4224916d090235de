from pathlib import Path

import pytest

from skelshot.ground import SkelshotError
from skelshot.skeletons.layout_files import read_layout_file

CRANE = """\
name: crane
joints: [base, arm, hook]
bones:
  - [arm, base]
  - [hook, arm]
trunk: [[base], [arm]]
"""


def test_a_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "crane.yaml"
    path.write_text(CRANE)
    reading = read_layout_file(path)
    assert reading.layout.joints == ("base", "arm", "hook")
    assert reading.layout.trunk == ((0,), (1,))
    assert reading.defaulted == ("pairs", "parts", "centre", "hips", "shoulders")
    assert read_layout_file(str(path)) == reading


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "found None, expected the fields name, joints, bones"),
        (b"{", "not valid YAML"),
        (b"\x00\xff\x00", "line 1: not UTF-8 text at byte 1 (found 0xff)"),
        (b"[" * 50_000, "not valid YAML"),
        (b"name: 2001-99-99\n", "joints"),
        (b"name: !!python/object/apply:os.system ['true']\n", "not valid YAML"),
        (b"#" * (1 << 20) + b"\n", "found 1048577 bytes, expected at most 1048576"),
        (CRANE.encode() + b"trunk: [[arm], [hook]]\n", "the key 'trunk' stands twice"),
        (CRANE.encode() + b"parts: {a: [arm], a: [hook]}\n", "the key 'a' stands twice"),
        (
            CRANE.encode() + b"centre: &a [*a]\n",
            "line 7: not valid YAML (an alias of what it stands in)",
        ),
        (CRANE.replace("hook, arm", "hok, arm").encode(), "bones: found 'hok'"),
        (CRANE.replace("base, arm, hook", "base, on, hook").encode(), "joints: found True"),
    ],
)
def test_a_wrong_file_is_refused_in_one_line(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "own.yaml"
    path.write_bytes(content)
    with pytest.raises(SkelshotError) as caught:
        read_layout_file(path)
    text = str(caught.value)
    assert text.startswith(str(path))
    assert message in text
    assert "\n" not in text
    assert len(text) < 600


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.yaml", tmp_path):
        with pytest.raises(SkelshotError, match="expected a layout file"):
            read_layout_file(path)
