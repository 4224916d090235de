"""Episodes of methods that read clips with weights of their own: the encoder stands aside."""

from pathlib import Path
from typing import Any, ClassVar

import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor, nn

import skelshot as sk
from skelshot.datasets.protocols import protocol_named
from skelshot.datasets.protocols.episodes import EpisodeSpec
from skelshot.datasets.store import Store
from skelshot.encoders import Encoder, GraphNetworkSpec, build_encoder
from skelshot.experiments.settings import load_settings
from skelshot.fewshot import FewShotMethod, RawNearest
from skelshot.fewshot.base import WeightedOptions
from skelshot.fewshot.tcn_oneshot import TCNOneshot
from skelshot.ground import SkelshotError
from skelshot.pretraining.episodic import EpisodicOptions, EpisodicStage
from skelshot.pretraining.optimizers import build_optimizer
from skelshot.pretraining.pretrain import build_stages
from skelshot.pretraining.stage import BaseSet, StageData
from skelshot.skeletons import InputSpec

INPUTS = InputSpec(layout="kinect-v1", frames=8)
OPTIONS = EpisodicOptions(episode=EpisodeSpec(ways=3, shots=1, queries=2, per_epoch=4), batch=2)


@pytest.fixture
def base(toy_store: Store) -> BaseSet:
    return BaseSet.of(toy_store, protocol_named("toy").split_list(toy_store)[0])


@pytest.fixture
def encoder() -> Encoder:
    spec = GraphNetworkSpec(name="agcn", layout="kinect-v1", frames=8, width=0.125)
    return build_encoder(spec, seed=0)


@pytest.fixture
def clips() -> Tensor:
    return torch.randn(18, 3, 8, 20, 1, generator=torch.Generator().manual_seed(0))


def tcn(**options: Any) -> TCNOneshot:
    return TCNOneshot.from_options({"width": 8, "dilations": [1], **options})


LABELS = torch.tensor([0, 0, 0, 3, 3, 3, 1, 1, 1, 3, 3, 3, 2, 2, 2, 0, 0, 0])


def test_all_clips_of_a_step_are_one_batch_with_base_classes(
    base: BaseSet, encoder: Encoder, clips: Tensor
) -> None:
    method = tcn(metric_weight=0.3, class_weight=0.6)
    stage = EpisodicStage(encoder, OPTIONS, StageData(base, INPUTS), method).eval()
    assert method.options.layout == "kinect-v1"
    assert stage.method_shape == (3, 8, 20, 1)
    with torch.no_grad():
        figures = stage({"clips": clips, "labels": LABELS})
        embedded = method.embed(clips)
        expected = method.embedding_loss(embedded, LABELS, stage.head(embedded))
        tasks = embedded.view(2, 3, 3, 8)
        logits = method.matcher(tasks[:, :, :1], tasks[:, :, 1:].flatten(1, 2))
    torch.testing.assert_close(figures["loss"], expected)
    truth = torch.tensor([0, 0, 1, 1, 2, 2])
    assert figures["accuracy"] == (logits.argmax(-1) == truth).float().mean()


@pytest.mark.parametrize(("time_reversed", "classes"), [(False, 6), (True, 12)])
def test_the_head_has_a_row_for_each_base_class(
    base: BaseSet, encoder: Encoder, time_reversed: bool, classes: int
) -> None:
    options = OPTIONS.model_copy(update={"time_reversed": time_reversed})
    stage = EpisodicStage(encoder, options, StageData(base, INPUTS), tcn())
    assert len(base.split.base) == 6
    assert stage.head is not None
    assert stage.head.weight.shape == (classes, 8)
    labels = {base.label(item) for batch in stage.batches(0) for item in batch}
    assert max(labels) < classes
    assert (max(labels) >= 6) == time_reversed
    assert (
        EpisodicStage(encoder, options, StageData(base, INPUTS), tcn(class_weight=0)).head is None
    )


def test_method_and_head_are_trained_and_the_encoder_is_not(
    base: BaseSet, encoder: Encoder, clips: Tensor
) -> None:
    method = tcn(lr_factor=3.0)
    stage = EpisodicStage(encoder, OPTIONS, StageData(base, INPUTS), method)
    assert all(p.requires_grad for p in encoder.parameters()), "an earlier stage may train it"
    assert not stage.trains_encoder
    groups = stage.trained()
    assert groups == [(method, 3.0), (stage.head, 1.0)]
    before = {name: tensor.clone() for name, tensor in encoder.state_dict().items()}
    optimiser = build_optimizer(OPTIONS.optimizer, groups)
    stage.train()({"clips": clips, "labels": LABELS})["loss"].backward()
    optimiser.step()
    assert all(p.grad is not None for module, _ in groups for p in module.parameters())
    assert not any(p.requires_grad for p in encoder.parameters())
    assert all(torch.equal(before[name], t) for name, t in encoder.state_dict().items())


def test_mixed_precision_hands_clips_over_in_bfloat16(
    base: BaseSet, encoder: Encoder, clips: Tensor
) -> None:
    stage = EpisodicStage(encoder, OPTIONS, StageData(base, INPUTS), tcn())
    with torch.autocast("cpu", torch.bfloat16):
        loss = stage({"clips": clips.bfloat16(), "labels": LABELS})["loss"]
    assert loss.dtype == torch.float32
    loss.backward()


class Weighed(FewShotMethod):
    """A clip method with weights and no embedding: nearest exemplar after weighing joints."""

    name: ClassVar[str] = "weighed"
    reads: ClassVar[Any] = "clip"
    options_type: ClassVar[Any] = WeightedOptions
    has_weights = True

    def make_weights(self, shape: tuple[int, ...]) -> None:
        self.weights = nn.Parameter(torch.ones(shape[2], 1))

    def forward(self, support: Tensor, queries: Tensor) -> Tensor:
        self.check_inputs(support, queries)
        exemplars = (support * self.weights).mean(2).flatten(2)
        return -torch.cdist((queries * self.weights).flatten(2), exemplars)


def test_any_method_with_weights_may_read_clips(
    base: BaseSet, encoder: Encoder, clips: Tensor
) -> None:
    method = Weighed()
    stage = EpisodicStage(encoder, OPTIONS, StageData(base, INPUTS), method)
    loss = stage({"clips": clips, "labels": LABELS})["loss"]
    tasks = clips.view(2, 3, 3, 3, 8, 20, 1)
    logits = method(tasks[:, :, :1], tasks[:, :, 1:].flatten(1, 2))
    truth = torch.tensor([0, 0, 1, 1, 2, 2]).repeat(2)
    torch.testing.assert_close(loss, torch.nn.functional.cross_entropy(logits.flatten(0, 1), truth))
    assert stage.trained() == [(method, 1.0)]


def test_clip_methods_without_weights_have_nothing_to_train(
    base: BaseSet, encoder: Encoder
) -> None:
    with pytest.raises(SkelshotError, match="--episodes raw-nearest: this method reads clips"):
        EpisodicStage(encoder, OPTIONS, StageData(base, INPUTS), RawNearest())


def test_public_weights_that_are_missing_are_refused_before_training(
    toy_store: Store, tmp_path: Path
) -> None:
    settings = (
        "strategy=none",
        "episodes=sl-dml",
        f"episodic.method_options={{imagenet: {tmp_path / 'resnet18.pth'}}}",
    )
    chosen = load_settings("smoke", layout="kinect-v1", assignments=settings).pretrain
    split = protocol_named("toy").split_list(toy_store)[0]
    with pytest.raises(SkelshotError, match=r"resnet18.pth: no such file"):
        build_stages(toy_store, split, chosen, None)


@pytest.mark.parametrize("at_once", [True, False], ids=["stages of one run", "an earlier run"])
def test_episodes_go_on_from_what_the_encoder_has_learned(
    toy_store: Store, tmp_path: Path, at_once: bool
) -> None:
    """Not from the weights that it had when the stages were made, before any was trained."""
    changes = [
        "encoder.image_size=32", "strategies.supervised.epochs=1", "episodic.epochs=1",
        "episodic.episode={ways: 3, shots: 1, queries: 2, per_epoch: 1}",
        "episodic.optimizer.lr=1e-9", "episodic.method_options={image_size: 32, embedding: 8}",
    ]  # fmt: skip
    words: dict[str, Any] = {"protocol": "toy", "splits": [0], "preset": "smoke"}
    words |= {"encoder": "skeleton-image", "changes": changes}
    if at_once:
        run = sk.pretrain(
            toy_store, tmp_path / "run", strategy="supervised", episodes="skeleton-dml", **words
        )
    else:
        first = sk.pretrain(toy_store, tmp_path / "a", strategy="supervised", **words)
        run = sk.pretrain(
            toy_store, tmp_path / "run", start=first.path, episodes="skeleton-dml", **words
        )
    folder = run.path / "split-00" / "checkpoints"
    learned = load_file(folder / "encoder.safetensors")
    method = load_file(folder / "method.safetensors")
    for name, weight in learned.items():
        if name.endswith("conv1.weight"):
            torch.testing.assert_close(method[f"network.{name}"], weight, rtol=0, atol=1e-6)
