"""YAML of hostile make: counted before it is built, one line that names the place."""

import time
from pathlib import Path

import pytest
import yaml

from skelshot.ground import SkelshotError
from skelshot.ground.options import OptionError
from skelshot.ground.yaml_text import line_of, parse_yaml, place_of, read_yaml

_BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{name}: &{name} [{','.join([f'*{before}'] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
_MERGES = "a: &a {k: 1}\n" + "".join(
    f"{name}: &{name} {{<<: [{','.join([f'*{before}'] * 9)}]}}\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
_STAIRS = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 300))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [1", "x, line 1: not valid YAML"),
        ("a: 1\nb: }", "x, line 2: not valid YAML"),
        ("[" * 3000, "x, line 1: not valid YAML .nested more than 64 deep"),
        ("- " * 3000 + "x", "nested more than 64 deep"),
        (_BOMB, "x, line 6: not valid YAML .more than 100000 values"),
        (_MERGES, "not valid YAML .more than 100000 values"),
        (_STAIRS, "x: nested more than 64 deep"),
        ("a: &a [*a]", "x, line 1: not valid YAML .an alias of what it stands in"),
        ("a: *b", "found undefined alias"),
        ("a: " + "9" * 5000, "a number of 5000 characters"),
        ("a: 0x" + "f" * 5000, "a number of 5002 characters"),
        ("a: 1" + ":1" * 100_000, "a number of 200001 characters"),
        ("a: " + "9" * 60, "x: found a whole number beyond 64 bits"),
        ("a: 1\nb: 2\na: 3", "x, line 3: not valid YAML .the key 'a' stands twice"),
        ("a: !!timestamp 2001-99-99", "not valid YAML"),
        ("a: !!timestamp 2001-01-01", "found date, expected text or numbers"),
        ("a: !!binary aGk=", "found bytes, expected text or numbers"),
        ("a: !!set {b}", "found set, expected text or numbers"),
        ("a: !!python/object/apply:os.system [x]", "could not determine a constructor"),
        ("a: \x00", "x, line 1: not valid YAML .special characters"),
        ("? [a]\n: 1", "found unhashable key"),
        ("a: 1\n---\nb: 2", "x, line 2: not valid YAML .but found another document"),
    ],
)
def test_hostile_yaml_is_one_line(text: str, message: str) -> None:
    began = time.perf_counter()
    with pytest.raises(SkelshotError, match=message) as caught:
        parse_yaml(text, "x")
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400
    assert time.perf_counter() - began < 5


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        ((), 1),
        (("a",), 1),
        (("a", "b c"), 2),
        (("a", "b c", 1), 4),
        (("a", "b c", 1, "e"), 5),
        (("a", "b c", 7), 2),
        (("f", "a"), 6),
        (("gone", "f"), 6),
        (("f", "h"), 7),
    ],
)
def test_the_line_of_an_entry(keys: tuple[str | int, ...], line: int) -> None:
    text = "a:\n  b c:\n  - 1\n  - d: 2\n    e: 3\nf: {g: 4,\n  h: 5}\n"
    assert line_of(text, keys) == line


@pytest.mark.parametrize(
    ("fault", "place"),
    [
        (OptionError("x", ("a", "b c", 1, "e")), "own.yaml, line 5"),
        (OptionError("x", (7, 1)), "own.yaml, line 8"),
        (OptionError("x", ("a", "gone")), "own.yaml, line 1"),
        (OptionError("x", ("gone", "a")), "own.yaml"),
        (OptionError("x"), "own.yaml"),
        (SkelshotError("x"), "own.yaml"),
    ],
)
def test_the_place_of_a_fault(fault: SkelshotError, place: str) -> None:
    text = "a:\n  b c:\n  - 1\n  - d: 2\n    e: 3\nf: {g: 4,\n  h: 5}\n7: [1, 2]\n"
    assert place_of("own.yaml", text, fault) == place
    assert place_of("own.yaml", "a: [", SkelshotError("x")) == "own.yaml"


def test_dates_are_text_and_all_else_is_as_in_yaml() -> None:
    assert parse_yaml("{a: 2001-99-99, b: 2001-01-01}", "x") == {
        "a": "2001-99-99",
        "b": "2001-01-01",
    }
    text = "a: &a {b: [1, 2.5, yes, ~, 'x']}\nc: *a\nd: {<<: *a, e: 0x1f}\n"
    assert parse_yaml(text, "x") == yaml.safe_load(text)


def test_files_are_bounded_and_utf8(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes("a: é\n".encode("utf-8-sig"))
    assert read_yaml(path) == {"a": "é"}
    path.write_bytes("a: 1\nb: é".encode("latin-1"))
    with pytest.raises(SkelshotError, match=r"a\.yaml, line 2: not UTF-8 text at byte 8"):
        read_yaml(path)
    path.write_bytes(b"#" * ((1 << 20) + 1))
    with pytest.raises(SkelshotError, match="found 1048577 bytes, expected at most 1048576"):
        read_yaml(path)
