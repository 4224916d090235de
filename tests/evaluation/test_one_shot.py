"""The one-shot protocol from a store to a result, through the commands that people call."""

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from skelshot.cli import main
from skelshot.datasets.clips import Clip, Rejected
from skelshot.datasets.npz import NpzReader
from skelshot.datasets.prepare import prepare
from skelshot.datasets.protocols import protocol_named
from skelshot.datasets.protocols.tasks import Split
from skelshot.datasets.readers import Source
from skelshot.datasets.store import Store
from skelshot.encoders import load_encoder
from skelshot.evaluation.evaluate import evaluate
from skelshot.evaluation.metrics import within_unit
from skelshot.evaluation.query_intervals import cluster_interval, wilson_interval
from skelshot.experiments.settings import load_settings
from skelshot.fewshot import NearestNeighbour
from skelshot.ground import SkelshotError
from skelshot.pretraining.pretrain import pretrain
from skelshot.runs.folder import split_folder
from skelshot.skeletons import InputSpec, encode_input

PROTOCOL = protocol_named("ntu60-one-shot")
SMALL = [
    *("--protocol", "ntu60-one-shot", "--preset", "cpu", "--threads", "1"),
]
QUICK = [
    *("--set", "pretrain.input.persons=2"),
    *("--set", "encoder.width=0.0625", "--set", "input.frames=8"),
    *("--set", "strategy.epochs=1", "--set", "episodic.epochs=1"),
    *("--set", "episodic.episode={ways: 5, shots: 1, queries: 2, per_epoch: 2}"),
]


def call(*words: object, capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    main([str(word) for word in words])
    return capsys.readouterr().out


def document(*words: object, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(call(*words, "--json", capsys=capsys))
    return found


COUNTS = {"clips": 240, "base": 200, "exemplars": 10, "queries": 30, "official": "partial"}


def test_pretrain_then_evaluate_with_two_persons_and_both_readouts(
    ntu_like_store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["pretrain", ntu_like_store.path, *SMALL, *QUICK, "--out", tmp_path]
    report = document(*words, "--episodes", "cosine", capsys=capsys)
    assert report["counts"] == COUNTS
    (split,) = report["splits"]
    assert (split["split"], len(split["base"]), split["clips"]) == (0, 50, 200)
    weights = split_folder(tmp_path, 0) / "checkpoints" / "encoder.safetensors"
    assert load_encoder(weights)[0].spec.persons == 2
    words = ["evaluate", ntu_like_store.path, *SMALL, "--run", tmp_path, "--shots", 1, 2]
    for readout in ("pooled", "joints"):
        result = document(*words, "--set", f"readout={readout}", capsys=capsys)
        assert result["counts"] == COUNTS
        assert result["splits"] == [0]
        for shots, queries in (("1", 30), ("2", 20)):
            found = result["accuracy"][shots]
            assert found["queries"] == queries
            assert found["interval"] == "queries"
            assert found["per_split"] == [found["mean"]]
            hits = round(found["mean"] * queries)
            assert found["ci95"] == pytest.approx(wilson_interval(hits, queries).ci95)
            assert found["subjects"] == 2
            assert len(found["per_class"]) == 10
    text = call(*words, capsys=capsys)
    assert "240 clips: 200 base, 10 exemplars, 30 queries (partial: not the official list)" in text
    assert "over 30 queries" in text
    call("evaluate", *words[1:-3], "--method", "raw-nearest", "--shots", 1, capsys=capsys)


def test_the_result_is_what_a_literal_loop_gives(ntu_like_store: Store) -> None:
    class Positions:
        def __call__(self, split: Split, indices: Sequence[int]) -> torch.Tensor:
            spec = InputSpec(layout="kinect-v2", frames=6, persons=2)
            clips = [encode_input(ntu_like_store.sequence(i), spec).ravel() for i in indices]
            return torch.stack([torch.from_numpy(clip) for clip in clips])

    clips = ntu_like_store.clips
    splits = PROTOCOL.split_list(ntu_like_store)
    (result,) = evaluate(ntu_like_store, PROTOCOL, splits, NearestNeighbour(), [1], Positions())
    names = {clip.name: i for i, clip in enumerate(clips)}
    exemplars = [names[f"S001C003P008R001A{number:03d}"] for number in range(1, 61, 6)]
    queries = [i for i, clip in enumerate(clips) if clip.label % 6 == 0 and i not in exemplars]
    shown, asked = Positions()(splits[0], exemplars), Positions()(splits[0], queries)
    hits, subjects = [], []
    for row, query in zip(asked, queries, strict=True):
        nearest = int((shown - row).norm(dim=1).argmin())
        hits.append(nearest * 6 == clips[query].label)
        subjects.append(clips[query].subject)
    assert 0 < sum(hits) < len(hits)
    assert result.interval == wilson_interval(sum(hits), 30)
    assert result.interval_subjects == within_unit(cluster_interval(hits, subjects))
    assert result.queries == len(hits) == int(result.confusion.sum())


class _BaseOnly(NpzReader):
    """Leaves the novel clips out but knows all classes."""

    def read(self, source: Source) -> Iterator[Clip | Rejected]:
        if int(source.name[17:20]) % 6 != 1:
            yield from super().read(source)


def test_novel_clips_leave_no_trace_in_the_weights(
    ntu_like_raw: Path, ntu_like_store: Store, tmp_path: Path
) -> None:
    """Delete every novel clip, the exemplars too: the weights are the same to the last bit."""
    prepare(_BaseOnly(), ntu_like_raw, tmp_path / "lone")
    found = {}
    for name, store in {"all": ntu_like_store, "base": Store.open(tmp_path / "lone")}.items():
        assert len(store) == {"all": 240, "base": 200}[name]
        settings = load_settings(
            "smoke",
            layout="kinect-v2",
            assignments=["input.persons=2", "input.frames=8", "episodes=cosine"],
        )
        splits = PROTOCOL.split_list(store)
        pretrain(store, PROTOCOL, splits, settings.pretrain, tmp_path / name)
        found[name] = load_file(
            split_folder(tmp_path / name, 0) / "checkpoints" / "encoder.safetensors"
        )
    assert found["all"].keys() == found["base"].keys()
    assert all(torch.equal(found["all"][key], found["base"][key]) for key in found["all"])


def test_a_missing_exemplar_stops_before_any_training(
    ntu_like_raw: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    for source in ntu_like_raw.iterdir():
        if source.stem != "S001C003P008R001A013":
            os.link(source, raw / source.name)
    prepare(NpzReader(), raw, tmp_path / "store")
    for command in (["pretrain"], ["evaluate", "--method", "raw-nearest"]):
        with pytest.raises(SystemExit) as leaving:
            main([*command, str(tmp_path / "store"), *SMALL[:4], "--out", str(tmp_path / "run")])
        assert leaving.value.code == 2
        assert "the exemplar S001C003P008R001A013 is not among" in capsys.readouterr().err
        assert not (tmp_path / "run").exists()


def test_a_run_on_fewer_auxiliary_classes_is_not_taken_for_the_whole(
    ntu_like_store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    few = protocol_named("ntu60-one-shot-aux20")
    settings = load_settings("smoke", layout="kinect-v2", assignments=["strategy=none"])
    splits = few.split_list(ntu_like_store)
    report = pretrain(ntu_like_store, few, splits, settings.pretrain, tmp_path)
    assert report.counts is not None
    assert report.counts.base == 80
    words = ["evaluate", ntu_like_store.path, "--run", tmp_path, "--shots", 1]
    result = document(*words, "--protocol", "ntu60-one-shot-aux20", capsys=capsys)
    assert result["protocol"] == "ntu60-one-shot-aux20"
    with pytest.raises(SystemExit):
        main([str(w) for w in (*words, "--protocol", "ntu60-one-shot")])
    assert "evaluate with the store and protocol of the run" in capsys.readouterr().err


def test_a_query_set_larger_than_memory_goes_through_in_parts(
    ntu_like_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []

    class Counting(NearestNeighbour):
        def forward(self, support: torch.Tensor, queries: torch.Tensor) -> torch.Tensor:
            seen.append(queries.shape[1])
            return super().forward(support, queries)

    def features(split: Split, indices: Sequence[int]) -> torch.Tensor:
        rng = torch.Generator().manual_seed(0)
        return torch.randn(len(indices), 8, generator=rng)

    splits = PROTOCOL.split_list(ntu_like_store)

    def run(method: NearestNeighbour) -> torch.Tensor:
        seen.clear()
        return evaluate(ntu_like_store, PROTOCOL, splits, method, [1], features)[0].confusion

    whole = run(Counting())
    assert seen == [30]
    monkeypatch.setattr("skelshot.evaluation.evaluate.FLOATS_AT_ONCE", 8 * (10 + 7))
    assert torch.equal(run(Counting()), whole)
    assert seen == [7, 7, 7, 7, 2]
    looks_at_all = Counting()
    looks_at_all.is_transductive = True
    run(looks_at_all)
    assert seen == [30]


def test_no_clips_are_refused(ntu_like_store: Store) -> None:
    from skelshot.runs.embedding import input_clips

    with pytest.raises(SkelshotError, match="clips: found none"):
        input_clips(ntu_like_store, InputSpec(layout="kinect-v2"), [], 4)
