"""Files of a figure: a name after the other, never in the place of one that is there."""

from pathlib import Path

import pytest

from skelshot.experiments.paper_figures import new_files
from skelshot.ground import SkelshotError


def test_files_are_named_and_their_folder_made(tmp_path: Path) -> None:
    files = new_files(tmp_path / "a" / "b", ("one", "two"), ("png", "svg"))
    assert [file.name for file in files] == ["one.png", "one.svg", "two.png", "two.svg"]
    assert not any(file.exists() for file in files)
    assert (tmp_path / "a" / "b").is_dir()


def test_what_is_there_stays(tmp_path: Path) -> None:
    (tmp_path / "two.svg").write_text("mine")
    with pytest.raises(SkelshotError, match=r"two\.svg: found a file, expected none; delete it"):
        new_files(tmp_path, ("one", "two"))
    with pytest.raises(SkelshotError, match="found a file, expected a folder"):
        new_files(tmp_path / "two.svg", ("one",))
    assert [file.read_text() for file in tmp_path.iterdir()] == ["mine"]
