"""Archives of results: what goes in comes out, and nothing else is taken for one."""

import gzip
import itertools
import json
from pathlib import Path

import pytest

from skelshot.experiments import result_archive
from skelshot.experiments.result_archive import append_results, read_results
from skelshot.ground.errors import SkelshotError

RESULT = {"accuracy": {"1": {"mean": 0.1 + 0.2, "per_split": [0.5, 1e-17]}}, "method": "Soft-DTW é"}


def test_every_digit_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "table.jsonl.gz"
    append_results(path, {"b": RESULT})
    append_results(path, {"a": {"shots": (1, 5)}, "b": RESULT})
    assert read_results(path) == {"b": RESULT, "a": {"shots": [1, 5]}}
    assert list(read_results(path)) == ["b", "a"]


def test_equal_results_make_equal_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        append_results(tmp_path / name, {"a": RESULT})
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_folders_of_the_machine_stay_behind(tmp_path: Path) -> None:
    told = {"run": str(tmp_path / "runs" / "a"), "members": [{"file": "/x.json"}], "of": "runs/a"}
    kept = {"run": "runs/a", "members": [{"file": "x.json"}], "of": "runs/a"}
    path = tmp_path / "table.jsonl.gz"
    append_results(path, {"a": told})
    append_results(path, {"a": kept})
    assert read_results(path) == {"a": kept}


def test_a_name_is_one_result(tmp_path: Path) -> None:
    path = tmp_path / "table.jsonl.gz"
    append_results(path, {"a": RESULT})
    before = path.read_bytes()
    with pytest.raises(SkelshotError, match="another result under 'a'"):
        append_results(path, {"b": RESULT, "a": {"method": "other"}})
    assert path.read_bytes() == before


def test_numbers_that_are_none_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "table.jsonl.gz"
    with pytest.raises(ValueError, match="not JSON compliant"):
        append_results(path, {"a": {"mean": float("nan")}})
    assert not path.exists()


LINE = json.dumps({"name": "a", "result": {}}).encode() + b"\n"
PACKED = gzip.compress(LINE)


def packed(content: bytes) -> bytes:
    """Pack without the time, which would name a test anew every second."""
    return gzip.compress(content, mtime=0)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (LINE, "found no gzip file"),
        (b"", "cut or lengthened"),
        (PACKED[:-9], "cut or lengthened"),
        (PACKED + b"x", "cut or lengthened"),
        (PACKED[:-8] + b"\0" * 8, "found no gzip file"),  # the checksum
        (packed(LINE + LINE), "line 2: the name 'a' stands twice"),
        (packed(LINE + b"{}\n"), "line 2: expected an object of 'name'"),
        (packed(b'{"name": 1, "result": {}}\n'), "line 1: expected an object"),
        (packed(b'{"name": "a", "result": {}, "x": 1}\n'), "line 1: expected an object"),
        (packed(b"[[]]\n"), "line 1: expected an object"),
        (packed(b'{"name": "a"\n'), "line 1.*not valid JSON"),
        (packed(b'\xff\xfe"\n'), "line 1.*UTF-8"),
    ],
    ids=itertools.count(),
)
def test_what_is_no_archive_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "table.jsonl.gz"
    path.write_bytes(content)
    with pytest.raises(SkelshotError, match=message):
        read_results(path)


def test_unpacking_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(result_archive, "MOST_BYTES", 1000)
    path = tmp_path / "bomb.jsonl.gz"
    path.write_bytes(gzip.compress(b"\n" * 1_000_000))
    with pytest.raises(SkelshotError, match="unpacks to more than 1000 bytes"):
        read_results(path)
