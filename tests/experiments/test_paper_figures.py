"""Files of a figure: a name after the other, never in the place of one that is there."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from skelshot.experiments.paper_figures import _explained, new_files
from skelshot.ground import SkelshotError
from skelshot.ground.tensor_files import write_tensors
from skelshot.skeletons.sequence import SkeletonSequence


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


def test_a_best_effort_is_said_in_front_of_the_title(
    tiny_sequence: SkeletonSequence, tmp_path: Path
) -> None:
    store: Any = SimpleNamespace(
        index_of=lambda name: 0, sequence=lambda index: tiny_sequence, class_of=lambda index: "wave"
    )
    for method, found in (("ours", "false"), ("DASTM", "true")):
        (tmp_path / method).mkdir()
        notes = {"explanation": f'{{"boundary_found": {found}}}'}
        values = {"values": torch.ones(3, 12, 20, 1)}
        write_tensors(tmp_path / method / "a.safetensors", values, notes)
    folders = {method: tmp_path / method for method in ("DASTM", "ours")}
    row = _explained(store, "a", folders)
    assert row.title == "best effort, no boundary found: ours; wave (a)"
    assert list(row.maps) == ["DASTM", "ours"]
    assert _explained(store, "a", {"DASTM": folders["DASTM"]}).title == "wave (a)"
