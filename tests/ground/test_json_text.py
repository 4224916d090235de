"""JSON of hostile make: one line that names the place, never another exception."""

import json
import math
import time

import pytest

from skelshot.ground.documents import MOST_DEPTH, BadDocument
from skelshot.ground.json_text import MOST_VALUES, parse_json, readable_json


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", r"x, line 1, column 1: not valid JSON"),
        (b'{"a":\n [1,', r"x, line 2, column 5: not valid JSON"),
        (b"[" * 100_000, r"x: not usable JSON \(nested too deeply\)"),
        (b"[" * 70 + b"]" * 70, r"x: nested more than 64 deep"),
        (b'{"a":' * 70 + b"1" + b"}" * 70, r"x: nested more than 64 deep"),
        (b"1" * 5000, r"x: not usable JSON \(a number of thousands of digits"),
        (b"[1" + b"0" * 400 + b"]", "x: found a whole number beyond 64 bits"),
        ("é".encode("latin-1"), "x, line 1: not UTF-8 text at byte 0 .found 0xe9"),
        ('{"a": "é"}'.encode("utf-16"), "not UTF-8 text at byte 0"),
        (b'{"b": {"a": 1, "a": 2}}', "x: the key 'a' stands twice"),
        (b"[" + b"[]," * MOST_VALUES + b"[]]", "x: found more than 4000000 values"),
    ],
)
def test_hostile_json_is_one_line(content: bytes, message: str) -> None:
    began = time.perf_counter()
    with pytest.raises(BadDocument, match=message) as caught:
        parse_json(content, "x")
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300
    assert time.perf_counter() - began < 5


@pytest.mark.parametrize(
    "document",
    [None, 2**64 - 1, -(2**63), 1.5, "\ud800", {"a": [1, {"b": [True, "é"]}]}, [[]] * 1000],
)
def test_what_is_written_is_read(document: object) -> None:
    assert parse_json(json.dumps(document), "x") == document
    assert parse_json(json.dumps(document).encode("utf-8-sig"), "x") == document


def test_depth_is_counted_to_the_last_level() -> None:
    assert parse_json("[" * MOST_DEPTH + "]" * MOST_DEPTH, "x")
    assert math.isnan(parse_json("[NaN]", "x")[0])  # clips of NW-UCLA have them


@pytest.mark.parametrize(
    ("document", "text"),
    [
        ([1, -2.5e-7, None, True], "[1, -2.5e-07, null, true]"),
        ([], "[]"),
        ({"a": [[], [1]]}, '{\n  "a": [\n    [],\n    [1]\n  ]\n}'),
        (["1", 2], '[\n  "1",\n  2\n]'),
        ("[\n 1,\n 2\n]", '"[\\n 1,\\n 2\\n]"'),
    ],
)
def test_lists_of_numbers_stand_on_one_line(document: object, text: str) -> None:
    assert readable_json(document) == text
    assert json.loads(text) == document


def test_a_large_confusion_is_written_fast() -> None:
    began, confusion = time.perf_counter(), [list(range(1000)) for _ in range(1000)]
    text = readable_json({"confusion": confusion})
    assert time.perf_counter() - began < 20
    assert text.count("\n") == 1004 - 1
    assert json.loads(text)["confusion"] == confusion
    with pytest.raises(ValueError, match="not JSON compliant"):
        readable_json([math.nan])
