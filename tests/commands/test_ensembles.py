"""Files of encoders, and methods without one, as ensembles of `skelshot evaluate`."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from skelshot.datasets.store import Store
from skelshot.encoders import GraphNetworkSpec, build_encoder, save_encoder
from skelshot.skeletons import InputSpec

Run = Callable[..., Any]
TASK = ("--protocol", "toy", "--preset", "smoke", "--shots", 1, "--threads", 1)


@pytest.fixture
def files(toy_store: Store, tmp_path: Path) -> list[Path]:
    files = [tmp_path / f"{seed}.safetensors" for seed in (1, 2)]
    inputs = InputSpec(layout=toy_store.layout, frames=8)
    spec = GraphNetworkSpec(name="agcn", layout=toy_store.layout, frames=8, width=0.125)
    for seed, file in enumerate(files):
        save_encoder(file, build_encoder(spec, seed), inputs=inputs.model_dump(mode="json"))
    return files


def test_files_of_encoders_are_an_ensemble(run: Run, toy_store: Store, files: list[Path]) -> None:
    answer = run("evaluate", toy_store.path, *TASK, "--encoder", *files, "--json")
    members = answer.json["members"]
    assert [member["trained_on"]["data"] for member in members] == [file.name for file in files]


def test_scores_of_a_method_beside_are_added(
    run: Run, toy_store: Store, files: list[Path], tmp_path: Path
) -> None:
    judged = ("evaluate", toy_store.path, *TASK, "--split", 0)
    sum_of = (*judged, "--encoder", files[0], "--beside", "raw-dtw")
    told = run(*sum_of, "--weights", 1, 0.5).out
    assert "cosine and raw-dtw on toy" in told
    assert "alone, weight 0.5: raw-dtw" in told
    assert " on toy, 1 split, " in told
    assert told.count("\nevaluation of the preset ") == 1
    assert told.count("\nevaluation of raw-dtw of the preset ") == 1
    document = run(*sum_of, "--weights", 1e-6, 1, "--json").json
    alone = run(*judged, "--method", "raw-dtw", "--json").json
    assert document["members"][1]["accuracy"]["1"]["mean"] == alone["accuracy"]["1"]["mean"]
    assert document["accuracy"]["1"]["mean"] == alone["accuracy"]["1"]["mean"]
    assert [member["fusion"] for member in document["members"]] == ["z-scores"] * 2


@pytest.mark.parametrize(
    ("beside", "told"),
    [
        (("raw-dtw", "raw-dtw"), "--beside raw-dtw: found twice"),
        (("protonet",), "method protonet: reads an encoder's features"),
        (("raw-dwt",), "--beside: found 'raw-dwt'"),
    ],
)
def test_what_cannot_stand_beside_is_refused(
    run: Run, toy_store: Store, files: list[Path], beside: tuple[str, ...], told: str
) -> None:
    answer = run("evaluate", toy_store.path, *TASK, "--encoder", files[0], "--beside", *beside)
    assert (answer.code, answer.err.count("\n")) == (2, 1)
    assert told in answer.err
