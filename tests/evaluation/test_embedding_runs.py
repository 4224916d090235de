"""Runs of methods that embed clips themselves: trained, kept, loaded, evaluated."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest
import torch
from safetensors import safe_open

from skelshot.datasets.protocols import protocol_named
from skelshot.datasets.store import Store
from skelshot.evaluation.evaluate import evaluate
from skelshot.evaluation.evaluate_members import evaluate_members
from skelshot.evaluation.member import Member
from skelshot.evaluation.options import EvaluateOptions
from skelshot.experiments.settings import load_settings
from skelshot.fewshot import RawNearest, View, view_clips
from skelshot.fewshot.sl_dml import SLDML
from skelshot.fewshot.tcn_oneshot import TCNOneshot
from skelshot.ground import SkelshotError
from skelshot.pretraining.pretrain import pretrain
from skelshot.runs.embedding import embed_clips, input_clips
from skelshot.runs.encoders import RunEncoders
from skelshot.runs.features import RunFeatures
from skelshot.runs.folder import split_folder
from skelshot.runs.run import Run

PROTOCOL = protocol_named("toy")


@pytest.fixture(scope="module")
def run(toy_store: Store, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two splits of a small TCN, trained for a moment."""
    settings = (
        "strategy=none",
        "episodes=tcn-oneshot",
        "episodic.method_options={width: 16, dilations: [1, 2], stacks: 1}",
    )
    chosen = load_settings("smoke", layout="kinect-v1", assignments=settings).pretrain
    out = tmp_path_factory.mktemp("runs") / "run"
    pretrain(toy_store, PROTOCOL, PROTOCOL.split_list(toy_store)[:2], chosen, out)
    return out


def test_the_run_keeps_the_network_and_what_it_is_for(run: Path) -> None:
    file = split_folder(run, 0) / "checkpoints" / "method.safetensors"
    with safe_open(file, framework="pt") as opened:
        header = opened.metadata()
        names = {name.split(".")[0] for name in opened.keys()}  # noqa: SIM118
    assert header["shape"] == "[9, 16, 20, 1]"
    assert '"layout":"kinect-v1"' in header["options"]
    assert names == {"network"}, "the head of base classes is left behind"


def test_embeddings_are_the_mean_over_views(toy_store: Store, run: Path) -> None:
    split = PROTOCOL.split_list(toy_store)[0]
    views = (View(), View(turn=30, mirror=True))
    options = EvaluateOptions(views=views, batch=2)
    method = Run(run).split(split.index).method(TCNOneshot(), options.readout)
    trained = Run(run).split(split.index)
    found = embed_clips(method, toy_store, trained.inputs, [3, 5, 8], options)
    clips = input_clips(toy_store, trained.inputs, [3, 5, 8], 3)
    seen = [method.embed(view_clips(clips, view, trained.inputs)) for view in views]
    torch.testing.assert_close(found, (seen[0] + seen[1]) / 2)
    source = RunFeatures(toy_store, TCNOneshot(), options, RunEncoders(Run(run)))
    assert torch.equal(source(split, [3, 5, 8]), found)


def test_a_network_gone_wrong_is_named(toy_store: Store, run: Path) -> None:
    split = PROTOCOL.split_list(toy_store)[0]
    method = Run(run).split(split.index).method(TCNOneshot(), EvaluateOptions().readout)
    with torch.no_grad():
        next(method.parameters())[:] = torch.nan
    trained = Run(run).split(split.index)
    with pytest.raises(SkelshotError, match="tcn-oneshot: gives embeddings that are not finite"):
        embed_clips(method, toy_store, trained.inputs, [0], EvaluateOptions())


def test_each_clip_is_embedded_once_whatever_the_tasks_and_kept(
    toy_store: Store, run: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    splits, embedded = PROTOCOL.split_list(toy_store)[:2], []
    plain = TCNOneshot.embed

    def counted(self: TCNOneshot, clips: torch.Tensor) -> torch.Tensor:
        embedded.append(len(clips))
        return plain(self, clips)

    monkeypatch.setattr(TCNOneshot, "embed", counted)
    out = tmp_path / "result.json"
    options = EvaluateOptions(batch=7)
    first = evaluate_members(
        toy_store, PROTOCOL, [Member(Run(run), TCNOneshot(), options)], [1, 3], out=out
    )
    novel = [sum(clip.label in split.novel for clip in toy_store.clips) for split in splits]
    assert sum(embedded) == sum(novel)
    again = evaluate_members(
        toy_store, PROTOCOL, [Member(Run(run), TCNOneshot(), options)], [1, 3], out=out
    )
    assert sum(embedded) == sum(novel)
    assert again["accuracy"] == first["accuracy"]


def test_each_split_is_judged_by_its_own_network(toy_store: Store, run: Path) -> None:
    """Embedded by hand and given to the whole method, clips and all, nothing else comes out."""
    options = EvaluateOptions()
    document = evaluate_members(toy_store, PROTOCOL, [Member(Run(run), TCNOneshot(), options)], [1])
    weights = []
    for number, split in enumerate(PROTOCOL.split_list(toy_store)[:2]):
        method = Run(run).split(split.index).method(TCNOneshot(), options.readout)
        trained = Run(run).split(split.index)

        def clips(_: object, indices: Sequence[int], spec=trained.inputs) -> torch.Tensor:  # type: ignore[no-untyped-def]
            return input_clips(toy_store, spec, indices, 64)

        (alone,) = evaluate(toy_store, PROTOCOL, [split], method, [1], clips)
        assert document["accuracy"]["1"]["per_split"][number] == alone.per_split[0]
        weights.append(next(method.parameters()))
    assert not torch.equal(*weights)


class Weighed(RawNearest):
    """Stands for methods that have weights and read clips, but do not embed them."""

    has_weights = True


def test_clips_for_trained_methods_are_prepared_as_in_training(toy_store: Store, run: Path) -> None:
    split, options = PROTOCOL.split_list(toy_store)[0], EvaluateOptions()
    trained = Run(run).split(split.index)
    found = RunFeatures(toy_store, Weighed(), options, RunEncoders(Run(run)))(split, [3, 5])
    assert torch.equal(found, input_clips(toy_store, trained.inputs, [3, 5], 2))
    plain = RunFeatures(toy_store, RawNearest(), options, RunEncoders(Run(run)))(split, [3, 5])
    assert plain.shape == (2, 3, 64, 20, 1) != found.shape


def test_a_run_of_another_method_is_refused(toy_store: Store, run: Path) -> None:
    with pytest.raises(SkelshotError, match=r"weights of method tcn-oneshot, expected .* sl-dml"):
        evaluate_members(toy_store, PROTOCOL, [Member(Run(run), SLDML(), EvaluateOptions())], [1])


def test_the_record_says_that_the_encoder_was_not_used(run: Path) -> None:
    result = json.loads((split_folder(run, 0) / "result.json").read_text(encoding="utf-8"))
    assert result["encoder_unused_by"] == ["episodic"]


def test_a_run_of_other_classes_is_refused(toy_store: Store, run: Path, tmp_path: Path) -> None:
    shutil.copytree(run, tmp_path / "run")
    file = split_folder(tmp_path / "run", 0) / "config.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace(toy_store.data_hash, "0" * 64), encoding="utf-8")
    with pytest.raises(SkelshotError, match=r"config\.yaml: damaged or not the file"):
        evaluate_members(
            toy_store,
            PROTOCOL,
            [Member(Run(tmp_path / "run"), TCNOneshot(), EvaluateOptions())],
            [1],
        )
    document = evaluate_members(
        toy_store, PROTOCOL, [Member(Run(run), TCNOneshot(), EvaluateOptions())], [1]
    )
    assert document["config"]["run"]["options"]["episodes"] == "tcn-oneshot"
