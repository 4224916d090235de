"""The files of a run, damaged: one line that names the file, never another exception."""

import os
from pathlib import Path

import pytest
import torch

from skelshot.ground import SkelshotError
from skelshot.pretraining.logs import MetricsLog
from skelshot.pretraining.run_options import read_options
from skelshot.runs.folder import RunFolder, read_config
from skelshot.runs.results import read_result
from skelshot.runs.stage_states import clear_states, read_state

CONFIG = {"protocol": "toy", "options": {"seed": 1}}


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    folder = RunFolder(tmp_path / "split-00")
    folder.settle_config(CONFIG)
    return folder


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "found NoneType, expected the configuration of a run"),
        (b"[]", "found list, expected the configuration of a run"),
        (b"a: \xe9", "line 1: not UTF-8 text at byte 3"),
        (b"[" * 3000, "line 1: not valid YAML .nested more than 64 deep"),
        (b"a: 1", "holds a run of another a .found 1, now asked for None"),
    ],
)
def test_a_damaged_configuration(folder: RunFolder, content: bytes, message: str) -> None:
    assert read_config(folder.path) == CONFIG
    (folder.path / "config.yaml").write_bytes(content)
    with pytest.raises(SkelshotError, match=rf"config\.yaml.*{message}"):
        folder.settle_config(CONFIG)


@pytest.mark.parametrize(
    ("options", "place"),
    [("", "options: "), ("options: []", "options: "), ("options: {seed: 1}", "options.input: ")],
)
def test_damaged_options(folder: RunFolder, options: str, place: str) -> None:
    (folder.path / "config.yaml").write_text(f"protocol: toy\n{options}\n")
    with pytest.raises(SkelshotError, match=rf"config\.yaml, {place}.*pretrain again"):
        read_options(folder.path)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"split": 0}', "[" * 3000])
def test_a_damaged_result(folder: RunFolder, content: str) -> None:
    folder.result_file.write_text(content)
    with pytest.raises(SkelshotError, match=r"result\.json"):
        read_result(folder.path)


@pytest.mark.parametrize("line", ["{", "[]", "{}", '{"stage": "a"}', "9" * 5000])
def test_damaged_metrics(folder: RunFolder, line: str) -> None:
    (folder.path / "metrics.jsonl").write_text(line + "\n")
    with pytest.raises(SkelshotError, match=r"metrics\.jsonl"):
        MetricsLog(folder.path, "a", done=1)


def test_a_pipe_in_place_of_a_state(folder: RunFolder) -> None:
    folder.save_stage("a", 1, {"x": torch.ones(1)}, {"state": {}})
    state = folder.checkpoints / "a-00001.optimiser"
    state.unlink()
    os.mkfifo(state)
    with pytest.raises(SkelshotError, match=r"a-00001\.optimiser: found a pipe"):
        read_state(folder.checkpoints, "a")


@pytest.mark.parametrize("content", [b"", b"garbage", b"hello\n" * 40, "half", "no optimiser"])
def test_a_damaged_state(folder: RunFolder, content: bytes | str) -> None:
    weights = torch.nn.Linear(2, 2)
    optimiser = torch.optim.Adam(weights.parameters())
    folder.save_stage("supervised", 1, weights.state_dict(), optimiser.state_dict())
    file = folder.checkpoints / "supervised-00001.optimiser"
    if content == "no optimiser":
        file.unlink()
    else:
        whole = file.read_bytes()
        file.write_bytes(content if isinstance(content, bytes) else whole[: len(whole) // 2])
    with pytest.raises(SkelshotError, match=r"supervised-00001.* is corrupt .*; delete supervised"):
        read_state(folder.checkpoints, "supervised")


def test_states_are_removed_and_nothing_else(folder: RunFolder) -> None:
    folder.save_stage("a", 1, {"x": torch.ones(1)}, {"state": {}})
    (folder.checkpoints / "encoder.safetensors").write_bytes(b"")
    for _ in range(2):  # again, as a call does that finds a finished split
        clear_states(folder.checkpoints)
    assert [file.name for file in folder.checkpoints.iterdir()] == ["encoder.safetensors"]
