"""The ground: errors of one line, whole files, seeds by name."""

import json
from pathlib import Path

import pytest

from skelshot.ground import SkelshotError
from skelshot.ground.environment import environment, peak_memory_mb
from skelshot.ground.files import read_json, sha256_of, whole_file, write_json
from skelshot.ground.seeding import digest_of, rng_for, seed_for, shuffled_by_hash


def test_errors_are_one_line() -> None:
    assert str(SkelshotError("a:\n  b\n\n c")) == "a: b c"


def test_a_file_is_whole_or_absent(tmp_path: Path) -> None:
    def write_half(path: Path) -> None:
        with whole_file(path) as partial:
            partial.write_text("half")
            raise RuntimeError

    target = tmp_path / "a.txt"
    with pytest.raises(RuntimeError):
        write_half(target)
    assert not list(tmp_path.iterdir())
    target.write_text("before")
    with pytest.raises(RuntimeError):
        write_half(target)
    assert target.read_text() == "before"


def test_a_full_disk_names_the_file(tmp_path: Path) -> None:
    with (
        pytest.raises(OSError, match=r"No space left on device: '.*a\.txt'"),
        whole_file(tmp_path / "a.txt"),
    ):
        raise OSError(28, "No space left on device")


def test_json_comes_back_and_nan_is_refused(tmp_path: Path) -> None:
    write_json(tmp_path / "a.json", {"a": [1, 2.5, "ü"]})
    assert read_json(tmp_path / "a.json") == {"a": [1, 2.5, "ü"]}
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(tmp_path / "b.json", {"a": float("nan")})
    assert not (tmp_path / "b.json").exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [(b'{"a": [1,', "line 1, column 10: not valid JSON"), (b"\xff", "not UTF-8 text at byte 0")],
)
def test_bad_json_is_named(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "a.json").write_bytes(content)
    with pytest.raises(SkelshotError, match=message):
        read_json(tmp_path / "a.json")
    with pytest.raises(SkelshotError, match="cannot be read"):
        read_json(tmp_path / "absent.json")


def test_seeds_follow_from_names_alone() -> None:
    assert rng_for("a", 1).random() == rng_for("a", 1).random()
    assert rng_for("a", 1).random() != rng_for("a", 2).random()
    assert digest_of("ab", "c") != digest_of("a", "bc")
    assert 0 <= seed_for("x") < 2**63
    assert shuffled_by_hash(range(9), "k") == shuffled_by_hash(reversed(range(9)), "k")
    assert shuffled_by_hash(range(9), "k") != shuffled_by_hash(range(9), "l")


def test_the_environment_is_json_and_names_versions() -> None:
    document = json.loads(json.dumps(environment()))
    assert document["packages"]["torch"]
    assert document["cores"] >= 1
    assert peak_memory_mb() > 1
    assert len(sha256_of(Path(__file__))) == 64
