"""What the tests of sweeps share: a stand-in for the commands they call."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from skelshot.experiments import sweep, sweep_folder, teacher_sweep
from skelshot.runs.folder import split_folder


class Commands:
    """Notes the words of each command that makes something, and writes what it would write."""

    def __init__(self) -> None:
        self.words: list[list[str]] = []
        self.document: Callable[[Path], Any] = lambda out: {"name": out.stem}

    def __call__(self, *words: object) -> None:
        texts = [str(word) for word in words]
        out = Path(texts[texts.index("--out") + 1])
        file = out
        if texts[0] == "teach":
            file = out / "features.json"
        if texts[0] == "pretrain":
            split = int(texts[texts.index("--split") + 1]) if "--split" in texts else 0
            file = split_folder(out, split) / "result.json"
        if texts[0] == "pretrain" and file.exists():
            return  # kept, as `pretrain` keeps what is finished
        self.words.append(texts)
        file.parent.mkdir(parents=True, exist_ok=True)
        assert not file.exists(), f"{file} is made a second time"
        file.write_text(json.dumps(self.document(out)))

    def of(self, command: str) -> list[list[str]]:
        return [words for words in self.words if words[0] == command]


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> Commands:
    stand_in = Commands()
    for module in (sweep, sweep_folder, teacher_sweep):
        monkeypatch.setattr(module, "call", stand_in)
    return stand_in
