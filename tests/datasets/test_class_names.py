import pytest

from skelshot.datasets.class_names import read_class_names
from skelshot.ground import SkelshotError


def read(tmp_path, content):
    path = tmp_path / "names.txt"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_class_names(path)


@pytest.mark.parametrize("text", ["drink\nwave", "\ufeffdrink\r\n wave \r\n\r\n", "drink\rwave\r"])
def test_names_as_editors_write_them(tmp_path, text):
    assert read(tmp_path, text) == ("drink", "wave")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", "found no class name"),
        (" \n\n", "found no class name"),
        ("a\n\nb\n", "line 2: found '', expected a new class name"),
        ("a\nb\na\n", "line 3: found 'a', expected a new class name; line 1 has the same"),
        ("a\nb\x07\n", r"line 2: found 'b\\\\x07'"),
        ("x" * 401, "line 1: found 'xxx"),
        ("wave\n".encode("utf-16"), "class names cannot be read .*save it anew as UTF-8"),
    ],
)
def test_bad_names_are_refused(tmp_path, content, expected):
    with pytest.raises(SkelshotError, match=expected):
        read(tmp_path, content)
