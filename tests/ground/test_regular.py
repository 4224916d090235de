"""What is no regular file is refused at once, wherever a path is opened or replaced."""

import os
import socket
from pathlib import Path

import pytest

from skelshot.ground import SkelshotError
from skelshot.ground.files import read_json, sha256_of, whole_file, write_json
from skelshot.ground.regular import check_regular, open_regular, read_regular
from skelshot.ground.yaml_text import read_yaml


@pytest.fixture(params=["a folder", "a pipe", "a device", "a socket", "a link to a device"])
def odd(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, str]:
    """Something that is no regular file, and what it is called."""
    path, kind = tmp_path / "odd", str(request.param)
    match kind:
        case "a folder":
            path.mkdir()
        case "a pipe":
            os.mkfifo(path)
        case "a device":
            path = Path("/dev/null")
        case "a socket":
            with socket.socket(socket.AF_UNIX) as made:
                made.bind(str(path))
        case _:
            path.symlink_to("/dev/zero")
            kind = "a device"
    return path, kind


@pytest.mark.parametrize("door", [check_regular, open_regular, read_json, read_yaml, sha256_of])
def test_it_is_never_read(odd: tuple[Path, str], door) -> None:
    path, kind = odd
    with pytest.raises(SkelshotError, match=f"{path}: found {kind}, expected a regular file"):
        door(path)


def test_it_is_never_replaced(odd: tuple[Path, str]) -> None:
    path, kind = odd
    before = os.lstat(path)
    with pytest.raises(SkelshotError, match=f"{path}: found {kind}"):
        write_json(path, {})
    assert os.lstat(path) == before


def test_reading_is_bounded(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"12345")
    assert read_regular(path, 5) == b"12345"
    with pytest.raises(SkelshotError, match="a: found 5 bytes, expected at most 4"):
        read_regular(path, 4)
    with pytest.raises(SkelshotError, match=r"none: cannot be read \(No such file"):
        read_regular(tmp_path / "none", 4)


def test_a_link_to_a_file_and_an_absent_file_are_fine(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    assert read_regular(tmp_path / "b", 9) == b"x"
    check_regular(tmp_path / "absent")
    with whole_file(tmp_path / "new") as partial:
        partial.write_text("x")
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["a", "b", "new"]
