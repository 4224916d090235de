"""Distillation: what an encoder takes from trained ones, and which it may take from."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

import skelshot as sk
from skelshot.datasets.batches import clip_input
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
from skelshot.skeletons import KINECT_V1, Augmentation, InputSpec
from skelshot.skeletons.as_picture import as_picture

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


FOREIGN = {
    "frames": {"frames": 16},
    "streams": {"streams": ("joint-motion",)},
    "align": {"align": "root"},
    "persons": {"persons": 2},
    "joints": {"layout": "openni-15"},
}


@pytest.mark.parametrize("change", FOREIGN.values(), ids=FOREIGN)
def test_an_encoder_that_reads_clips_in_another_way_sees_them_so(
    toy_store: Store, base: BaseSet, tmp_path: Path, change: dict[str, Any]
) -> None:
    spec = InputSpec.model_validate(INPUTS.model_dump() | change)
    teacher = build_encoder(
        GraphNetworkSpec(
            name="agcn",
            layout=spec.layout,
            frames=spec.frames,
            persons=spec.persons,
            channels=spec.channels,
            width=0.125,
        ),
        seed=1,
    )
    file = tmp_path / "other.safetensors"
    save_encoder(file, teacher, inputs=spec.model_dump(mode="json"))
    data = StageData(base, INPUTS, Augmentation(rotate_degrees=(0, 90, 0), scale=(0.5, 2)))
    stage = DistillStage(network(6), DistillOptions(encoders=(str(file),)), data).eval()
    items = stage.batches(0)[0][:3]
    loaded = [stage.load(item, 0) for item in items]
    store = toy_store if spec.layout == toy_store.layout else toy_store.in_layout(spec.layout)
    for item, one in zip(items, loaded, strict=True):
        keys = (data.seed, "distill", 0)
        assert torch.equal(
            one["clips"], clip_input(toy_store, item, INPUTS, data.augmentation, keys)
        )
        own = clip_input(store, item, spec, data.augmentation, keys)
        assert torch.equal(one["clips_0"], own)
    batch = torch.utils.data.default_collate(loaded)
    with torch.no_grad():
        figures = stage(batch)
        theirs_flat = read_out(teacher.eval().feature_map(batch["clips_0"]), "flat")
        own_flat = read_out(stage.encoder.feature_map(batch["clips"]), "flat")
    torch.testing.assert_close(
        figures["likeness_loss"], likeness_loss(own_flat, [theirs_flat], temperature=0.05)
    )
    assert ("openni-15" in str(stage.remark)) == ("layout" in change)


def test_both_see_a_clip_turned_and_scaled_alike(base: BaseSet, tmp_path: Path) -> None:
    """Though the other reads fifteen of the twenty joints: those that both have coincide."""
    other = InputSpec(layout="openni-15", frames=8, streams=("joint",))
    spec = GraphNetworkSpec(name="agcn", layout="openni-15", frames=8, width=0.125)
    file = tmp_path / "other.safetensors"
    save_encoder(file, build_encoder(spec), inputs=other.model_dump(mode="json"))
    changes = Augmentation(crop=(0.5, 1), rotate_degrees=(20, 90, 20), scale=(0.5, 2), mirror=0.5)
    data = StageData(base, INPUTS, changes)
    stage = DistillStage(network(6), DistillOptions(encoders=(str(file),)), data)
    for item in stage.batches(0)[0][:4]:
        clips = stage.load(item, 0)
        ours, theirs = (
            x[:3, :, layout.index("left elbow")] - x[:3, :, layout.index("left shoulder")]
            for x, layout in ((clips["clips"], INPUTS.layout), (clips["clips_0"], other.layout))
        )
        assert ours.abs().max() > 0
        torch.testing.assert_close(theirs, ours, rtol=1e-4, atol=1e-4)


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


def test_an_encoder_of_other_coordinates_is_refused(base: BaseSet, tmp_path: Path) -> None:
    flat = InputSpec(layout="kinect-v1", frames=8, coordinates=2, align="root")
    file = tmp_path / "flat.safetensors"
    save_encoder(file, network(2), inputs=flat.model_dump(mode="json"))
    options = DistillOptions(encoders=(str(file),))
    with pytest.raises(SkelshotError, match=r"flat.safetensors: coordinates: found 3 a joint"):
        DistillStage(network(6), options, StageData(base, INPUTS))


def test_pixels_cannot_be_shown_to_an_encoder_of_depth(toy_store: Store, tmp_path: Path) -> None:
    pixels = sk.prepare("store", toy_store.path, tmp_path / "pixels", coordinates="pixels")
    told = "strategy.encoders skelshot-base: coordinates: .*; name another, such as skelshot-2d"
    with pytest.raises(SkelshotError, match=told):
        sk.pretrain(pixels, tmp_path / "run", strategy="distill", **TASK)
    assert not (tmp_path / "run").exists()


def test_pixels_learn_from_an_encoder_that_sees_depth(base: BaseSet, tmp_path: Path) -> None:
    """Both see one clip under one random change: the one its joints, the other their picture."""
    solid = InputSpec(layout="kinect-v1", frames=8, align="root", torso_scale=True)
    flat = solid.model_copy(update={"coordinates": 2})
    file = tmp_path / "solid.safetensors"
    save_encoder(file, network(3), inputs=solid.model_dump(mode="json"))
    turned = Augmentation(rotate_degrees=(0, 60, 0))
    data = StageData(base, flat, augmentation=turned)
    stage = DistillStage(network(2), DistillOptions(encoders=(str(file),)), data)
    loaded = stage.load(stage.batches(0)[0][0], 0)
    joints = loaded["clips_0"].permute(3, 1, 2, 0).numpy()
    seen = as_picture(joints, np.ones(joints.shape[:2], np.bool_), KINECT_V1)
    np.testing.assert_allclose(loaded["clips"].permute(3, 1, 2, 0), seen, atol=1e-5)
    batch = {name: torch.stack([value, value]) for name, value in loaded.items()}
    assert torch.isfinite(stage(batch)["loss"])


def test_a_run_of_other_classes_is_refused(toy_store: Store, tmp_path: Path) -> None:
    other = sk.pretrain(toy_store, tmp_path / "a", changes=SMALL, **TASK | {"splits": [1]})
    folder = other.path / "split-01"
    folder.rename(other.path / "split-00")
    changes = [*SMALL, f"strategy.encoders=[{other.path}]"]
    with pytest.raises(SkelshotError, match=r"encoders .*an encoder of another base"):
        sk.pretrain(toy_store, tmp_path / "b", strategy="distill", changes=changes, **TASK)
