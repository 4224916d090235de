"""`skelshot import-checkpoint`, and what an evaluation makes of the file."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from skelshot.datasets.store import Store
from skelshot.encoders.public import LAYOUTS

from ..encoders.public.networks import network

Run = Callable[..., Any]
TASK = ("--protocol", "toy", "--preset", "smoke", "--shots", 1, "--threads", 1)


@pytest.fixture
def public(tmp_path: Path) -> Path:
    torch.save({"state_dict": network("ctr-gcn", classes=7).weights}, tmp_path / "public.pt")
    return tmp_path / "public.pt"


def test_a_public_checkpoint_recognises_clips_of_a_store(
    run: Run, toy_store: Store, public: Path, tmp_path: Path
) -> None:
    words = ("--layout-of", "ctr-gcn", "--frames", 8, "--out", tmp_path / "encoder.safetensors")
    told = run("import-checkpoint", public, *words).out
    assert "the classifier of 7 classes" in told
    assert "ctr-gcn, kinect-v2, 2 persons, 8 frames, joint" in told
    judged = ("--encoder", tmp_path / "encoder.safetensors", "--json")
    answer = run("evaluate", toy_store.path, *TASK, *judged)
    assert not answer.err
    document = answer.json
    assert document["trained_on"]["data"] == "ctr-gcn"
    assert document["mapped"]["to"] == "kinect-v2"
    assert len(document["accuracy"]["1"]["per_split"]) == 3
    assert Path(document["file"]).parent == tmp_path / "encoder" / "results"
    assert "trained on ctr-gcn" in run("evaluate", toy_store.path, *TASK, *judged[:2]).out


@pytest.mark.parametrize("name", ["none.safetensors", "public.pt"])
def test_what_is_no_encoder_is_refused(run: Run, toy_store: Store, public: Path, name: str) -> None:
    answer = run("evaluate", toy_store.path, *TASK, "--encoder", public.with_name(name))
    assert answer.code == 2
    assert name in answer.err
    assert answer.err.count("\n") == 1


def test_a_checkpoint_of_another_network_is_one_line(run: Run, public: Path) -> None:
    words = ("--layout-of", "st-gcn", "--out", public.with_name("encoder.safetensors"))
    answer = run("import-checkpoint", public, *words)
    assert (answer.code, answer.err.count("\n")) == (2, 1)
    assert "--layout-of ctr-gcn" in answer.err


def test_the_help_names_every_public_code(run: Run) -> None:
    told = "".join(run("import-checkpoint", "--help").out.split())  # whatever its lines are
    assert [layout.name for layout in LAYOUTS if layout.name not in told] == []
    assert "pyskl(itsST-GCN)orpyskl-ctr-gcn" in told
