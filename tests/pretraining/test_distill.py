"""Distillation: what an encoder takes from trained ones, and which it may take from."""

from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

import skelshot as sk
from skelshot.datasets.protocols import protocol_named
from skelshot.datasets.store import Store
from skelshot.encoders import (
    Encoder,
    GraphNetworkSpec,
    build_encoder,
    load_encoder,
    packaged_card,
    save_encoder,
)
from skelshot.encoders.readouts import read_out
from skelshot.ground import SkelshotError
from skelshot.pretraining.class_head import class_figures
from skelshot.pretraining.distill import DistillOptions, DistillStage
from skelshot.pretraining.losses import likeness_loss
from skelshot.pretraining.stage import BaseSet, StageData
from skelshot.runs import Run
from skelshot.skeletons import InputSpec

STREAMS = ("joint", "bone")
INPUTS = InputSpec(layout="kinect-v1", frames=8, streams=STREAMS)
SMALL = ["input.frames=8", "encoder.width=0.125", "loop.precision=float32"]
TASK: dict[str, Any] = {"protocol": "toy", "preset": "smoke", "splits": [0]}


@pytest.fixture
def base(toy_store: Store) -> BaseSet:
    return BaseSet.of(toy_store, protocol_named("toy").split_list(toy_store)[0])


def network(channels: int, seed: int = 0, width: float = 0.125) -> Encoder:
    spec = GraphNetworkSpec(
        name="agcn", layout="kinect-v1", frames=8, width=width, channels=channels
    )
    return build_encoder(spec, seed=seed)


@pytest.fixture
def trained(tmp_path: Path) -> tuple[str, str]:
    """Two encoders' files: one of bones, and a wider one of both streams in another order."""
    files = []
    for name, streams in {"bone": ["bone"], "both": ["bone", "joint"]}.items():
        read = INPUTS.model_copy(update={"streams": tuple(streams)}).model_dump(mode="json")
        file = tmp_path / f"{name}.safetensors"
        wide = network(3 * len(streams), seed=1, width=0.125 * len(streams))
        save_encoder(file, wide, inputs=read)
        files.append(str(file))
    return files[0], files[1]


def clips(count: int) -> torch.Tensor:
    return torch.randn(count, 6, 8, 20, 1, generator=torch.Generator().manual_seed(0))


def test_the_loss_compares_with_each_encoder_on_the_channels_that_it_sees(
    base: BaseSet, trained: tuple[str, str]
) -> None:
    options = DistillOptions(encoders=trained, temperature=0.2, ce_weight=0.5)
    stage = DistillStage(network(6), options, StageData(base, INPUTS)).eval()
    x, labels = clips(4), torch.tensor([0, 1, 2, 3])
    bone, both = (load_encoder(file)[0].eval() for file in trained)
    with torch.no_grad():
        figures = stage({"clips": x, "labels": labels})
        theirs = [
            read_out(bone.feature_map(x[:, 3:]), "flat"),
            read_out(both.feature_map(torch.cat([x[:, 3:], x[:, :3]], 1)), "flat"),
        ]
        own = read_out(stage.encoder.feature_map(x), "flat")
        like = likeness_loss(own, theirs, temperature=0.2)
        assert stage.head is not None
        classes = class_figures(stage.head(stage.encoder(x)), labels, options.ce_head)
    torch.testing.assert_close(figures["likeness_loss"], like)
    torch.testing.assert_close(figures["label_loss"], classes["loss"])
    torch.testing.assert_close(figures["loss"], like + 0.5 * classes["loss"])


@pytest.mark.parametrize("ce_weight", [0.0, 1.0])
def test_those_it_learns_from_stay_as_they_are(
    base: BaseSet, trained: tuple[str, str], ce_weight: float
) -> None:
    options = DistillOptions(encoders=trained, ce_weight=ce_weight)
    stage = DistillStage(network(6), options, StageData(base, INPUTS)).train()
    before = {name: each.clone() for name, each in stage.trained_views.state_dict().items()}
    optimiser = stage.make_optimizer()
    for _ in range(2):
        stage({"clips": clips(4), "labels": torch.tensor([0, 1, 2, 3])})["loss"].backward()
        optimiser.step()
    after = stage.trained_views.state_dict()
    assert all(torch.equal(after[name], each) for name, each in before.items())
    assert not any(p.requires_grad for p in stage.trained_views.parameters())
    assert all(p.grad is not None for p in stage.encoder.parameters())
    assert (stage.head is None) == (ce_weight == 0)


def test_packaged_weights_are_learnt_from_and_told(toy_store: Store, tmp_path: Path) -> None:
    changes = ["encoder.width=0.125", "input.frames=24", "input.torso_scale=true"]
    run = sk.pretrain(toy_store, tmp_path / "run", strategy="distill", changes=changes, **TASK)
    told = run.split(0).config["learns_from"]
    assert [one["encoder"] for one in told] == [packaged_card("skelshot-base").sha256]
    assert run.split(0).encoder().spec.width == 0.125
    result = sk.evaluate(toy_store, protocol="toy", run=run, method="nearest")
    assert result["trained_on"]["learnt_from"] == ["skelshot-base (ntu, rehab, gator)"]
    alone = sk.evaluate(
        toy_store, protocol="toy", run="skelshot-base", method="nearest", splits=[0], beside=[]
    )
    assert set(alone["seen_classes"]) <= set(result["seen_classes"])


def test_runs_of_the_same_split_are_learnt_from_as_one(toy_store: Store, tmp_path: Path) -> None:
    runs = [
        sk.pretrain(
            toy_store, tmp_path / stream, changes=[*SMALL, f"input.streams=[{stream}]"], **TASK
        ).path
        for stream in STREAMS
    ]
    changes = [
        *SMALL,
        f"input.streams=[{', '.join(STREAMS)}]",
        f"strategy.encoders=[{', '.join(map(str, runs))}]",
    ]
    out = tmp_path / "one"
    one = sk.pretrain(toy_store, out, strategy="distill", changes=changes, **TASK)
    first = load_file(one.split(0).encoder_file)
    assert len(one.split(0).config["learns_from"]) == 2
    with pytest.raises(SkelshotError, match=r"strategy.encoders .*: found no encoder of split 1"):
        sk.pretrain(toy_store, out, strategy="distill", changes=changes, **TASK | {"splits": [1]})
    again = sk.pretrain(toy_store, out, strategy="distill", changes=changes, **TASK)
    assert load_file(again.split(0).encoder_file).keys() == first.keys()


def test_classes_that_were_met_two_steps_before_are_known(toy_store: Store, tmp_path: Path) -> None:
    changes = ["encoder.width=0.125", "input.frames=24", "input.torso_scale=true"]
    first = sk.pretrain(toy_store, tmp_path / "a", strategy="distill", changes=changes, **TASK)
    later = sk.pretrain(
        toy_store, tmp_path / "b", start=first.path, changes=changes, strategy="none", **TASK
    )
    met = Run(later.path).split(0).config["start"]["classes"]
    assert met == first.split(0).config["learns_from"][0]["classes"]


REFUSED = {
    "none": ("strategy.encoders=[]", "encoders"),
    "misspelt": ("strategy.encoders=[skelshot-bas]", "did you mean 'skelshot-base'"),
    "no file": ("strategy.encoders=[mine.safetensors]", r"mine.safetensors.*no such file"),
    "no run": ("strategy.encoders=[nowhere]", r"encoders nowhere: found no encoder of split 0"),
    "other frames": ("input.frames=8", r"encoders skelshot-base, input: holds an encoder of anoth"),
    "other streams": (
        "input.streams=[joint]",
        r"skelshot-base, input, streams: found joint, expected bone among them; set input.streams",
    ),
}


@pytest.mark.parametrize(("change", "told"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_learnt_from_is_refused(
    toy_store: Store, tmp_path: Path, change: str, told: str
) -> None:
    fits = ["input.frames=24", "input.torso_scale=true"]
    with pytest.raises(SkelshotError, match=told):
        sk.pretrain(
            toy_store, tmp_path / "run", strategy="distill", changes=[*fits, change], **TASK
        )
    assert not (tmp_path / "run").exists()


def test_a_run_of_other_classes_is_refused(toy_store: Store, tmp_path: Path) -> None:
    other = sk.pretrain(toy_store, tmp_path / "a", changes=SMALL, **TASK | {"splits": [1]})
    folder = other.path / "split-01"
    folder.rename(other.path / "split-00")
    changes = [*SMALL, f"strategy.encoders=[{other.path}]"]
    with pytest.raises(SkelshotError, match=r"encoders .*an encoder of another base"):
        sk.pretrain(toy_store, tmp_path / "b", strategy="distill", changes=changes, **TASK)
