"""What all comparisons share: the words of their commands."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from skelshot.experiments.rows import Row
from skelshot.experiments.sweep_folder import SweepFolder
from skelshot.ground import SkelshotError


@pytest.fixture
def folder(tmp_path: Path) -> SweepFolder:
    return SweepFolder(tmp_path / "store", tmp_path, "toy", "cpu", 1, ("loop.keep_every=9",))


def test_a_row_wins_over_the_changes_of_all(folder: SweepFolder, commands: Any) -> None:
    row = Row(strategy="transfer", episodes="none", teacher="mini", set=("loop.keep_every=3",))
    folder.make_run("mine", "--split", 2, *folder.words_of(row))
    (words,) = commands.of("pretrain")
    assert [word for word in words if word.startswith("loop.")] == [
        "loop.keep_every=9",
        "loop.keep_every=3",
    ]
    assert words[words.index("--features") + 1] == str(folder.out / "features" / "mini")
    assert words[words.index("--out") + 1] == str(folder.out / "runs" / "mine")


def test_results_are_made_once_and_may_be_of_another_protocol(
    folder: SweepFolder, commands: Any
) -> None:
    for _ in range(2):
        folder.make_result("mine/cosine", "--shots", 1)
        folder.make_result("mine/strict", protocol="strict")
    first, second = commands.of("evaluate")
    assert first[first.index("--out") + 1] == str(folder.out / "results" / "mine--cosine.json")
    assert [words[words.index("--protocol") + 1] for words in (first, second)] == ["toy", "strict"]


def test_a_folder_of_other_options_is_refused(folder: SweepFolder) -> None:
    for same in ({"jobs": 2}, {"store": folder.store / "moved"}):
        replace(folder, **same)
    with pytest.raises(SkelshotError, match=r"a comparison of another preset \(found 'cpu', now"):
        replace(folder, preset="gpu")
