"""The machine and the commit that a result came from."""

import subprocess
from typing import Any

import pytest

from skelshot.ground.environment import git_commit


def test_asking_git_takes_no_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kill would leave the lock, and the user's next git command would be refused."""
    asked: list[list[str]] = []

    def run(words: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
        asked.append(words)
        return subprocess.CompletedProcess(words, 0, "abc\n")

    monkeypatch.setattr(subprocess, "run", run)
    assert git_commit() == "abc+"
    assert [words[:2] for words in asked] == [["git", "--no-optional-locks"]] * 2
