import os

import pytest

from skelshot.datasets.plain_text import read_lines
from skelshot.ground import SkelshotError


def written(tmp_path, content):
    path = tmp_path / "x.txt"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (b"", []),
        (b"\xef\xbb\xbfa\r\nb\r\n", ["a", "b"]),
        (b"a\rb", ["a", "b"]),
        (b"a\n\nb\n\n", ["a", "", "b", ""]),
        ("é\u2028x\x0by\n".encode(), ["é\u2028x\x0by"]),
    ],
)
def test_lines_end_as_editors_end_them(tmp_path, content, lines):
    assert read_lines(written(tmp_path, content)) == lines


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("wave\n".encode("utf-16"), "found UTF-16, UTF-32 or no text"),
        ("wave\n".encode("utf-16-be"), "found UTF-16, UTF-32 or no text"),
        ("wave\n".encode("utf-32"), "expected UTF-8; save it anew as UTF-8"),
        (
            "a\nbücken\n".encode("latin-1"),
            r"line 2: not UTF-8 .* \(found 0xfc\); save it anew",
        ),
    ],
)
def test_other_encodings_are_refused(tmp_path, content, expected):
    with pytest.raises(SkelshotError, match=expected):
        read_lines(written(tmp_path, content))


def test_what_is_no_file_or_too_large_is_refused(tmp_path, monkeypatch):
    with pytest.raises(SkelshotError, match="cannot be read"):
        read_lines(tmp_path / "absent")
    os.mkfifo(tmp_path / "pipe")
    for name, kind in (("pipe", "a pipe"), (".", "a folder")):
        with pytest.raises(SkelshotError, match=f"found {kind}, expected a regular file"):
            read_lines(tmp_path / name)
    monkeypatch.setattr("skelshot.datasets.plain_text.MAX_BYTES", 3)
    with pytest.raises(SkelshotError, match="found 4 bytes, expected at most 3"):
        read_lines(written(tmp_path, b"abcd"))
