"""The commands in a row: synthetic videos, teacher, transfer, accuracy; and under torchrun."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from skelshot.teachers import FeatureCache

pytest.importorskip("av")
pytest.importorskip("transformers")

Run = Callable[..., Any]

PROTOCOL = """
name: four-classes
auxiliary: [2, 3]
auxiliary_classes: 2
exemplars: {1: S001C001P008R001A001, 4: S001C001P008R001A004}
alike: 'S(\\d{3})C(\\d{3})P\\d{3}R(\\d{3})A\\d{3}'
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One person does four of NTU's actions, with videos; raw data and a store."""
    from skelshot.cli import main

    folder = tmp_path_factory.mktemp("made")
    few = "--classes 1-4 --performers 1 --cameras 1 --replications 1 2 --video-size 160x90"
    main(["synth", *few.split(), "--videos", "--workers", "1", "--out", str(folder / "raw")])
    store = ["--missing-list", "none", "--out", str(folder / "store")]
    main(["prepare", "ntu", str(folder / "raw"), *store])
    (folder / "protocol.yaml").write_text(PROTOCOL)
    return folder


def test_from_videos_to_accuracy(run: Run, made: Path, tmp_path: Path) -> None:
    store, protocol = made / "store", ("--protocol", made / "protocol.yaml")
    words = ("--teacher", "mini", "--videos", made / "raw", "--prompts", "time-reversed", *protocol)
    answer = run("teach", store, *words, "--out", tmp_path / "features", "--json")
    assert answer.code == 0, answer.err
    assert (answer.json["clips"], answer.json["skipped"], answer.json["fallbacks"]) == (4, 0, 0)
    common = (*protocol, "--preset", "smoke")
    transfer = ("--features", tmp_path / "features", "--set", "strategy.batch=4")
    both = ("--set", "strategy.representation=video+text")
    out = ("--out", tmp_path / "run", "--json")
    answer = run("pretrain", store, *common, *transfer, *both, *out)
    assert answer.code == 0, answer.err
    assert answer.json["splits"][0]["clips"] == 4
    test = ("--run", tmp_path / "run", "--method", "cosine", "--shots", 1, "--json")
    answer = run("evaluate", store, *common, *test)
    assert answer.code == 0, answer.err
    assert answer.json["accuracy"]["1"]["queries"] == 2
    assert 0 <= answer.json["accuracy"]["1"]["mean"] <= 1


@pytest.mark.slow
def test_two_processes_of_torchrun_share_the_work(made: Path, tmp_path: Path) -> None:
    words = [str(made / "store"), "--teacher", "mini", "--videos", str(made / "raw"), "--json"]
    outs = {}
    for name, several in (("alone", 1), ("shared", 2)):
        launch = ["-m", "torch.distributed.run", f"--nproc-per-node={several}", "--standalone"]
        outs[name] = tmp_path / name
        command = [sys.executable, *launch, "-m", "skelshot.cli", "teach", *words]
        done = subprocess.run(
            [*command, "--threads", "1", "--out", str(outs[name])],
            env={**os.environ, "OMP_NUM_THREADS": "1"},
            capture_output=True,
            text=True,
            timeout=300,
            check=True,
        )
        assert len(_documents(done.stdout)) == several
    alone, shared = (FeatureCache.open(outs[name]).video for name in ("alone", "shared"))
    assert alone is not None
    assert shared is not None
    assert alone.clips == shared.clips
    np.testing.assert_allclose(alone.video, shared.video, atol=1e-5)


def _documents(text: str) -> list[dict[str, Any]]:
    """Read the JSON documents that several processes print, whatever their order."""
    decoder, at = json.JSONDecoder(), 0
    found: list[dict[str, Any]] = []
    while (start := text.find("{", at)) >= 0:
        document, at = decoder.raw_decode(text, start)
        found.append(document)
    return found
