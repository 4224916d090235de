"""Episodes of methods that have weights, views or a loss of their own."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from skelshot.datasets.protocols import protocol_named
from skelshot.datasets.protocols.episodes import EpisodeSpec
from skelshot.datasets.store import Store
from skelshot.encoders import Encoder, GraphNetworkSpec, build_encoder
from skelshot.experiments.settings import load_settings
from skelshot.fewshot import Feat, Rfs, Subspace, TextEncoders, View, view_clips
from skelshot.fewshot.class_names import NamedClassMethod
from skelshot.ground import SkelshotError
from skelshot.pretraining.episodic import EpisodicOptions, EpisodicStage
from skelshot.pretraining.optimizers import build_optimizer, set_learning_rate
from skelshot.pretraining.pretrain import pretrain
from skelshot.pretraining.stage import BaseSet, StageData
from skelshot.runs.folder import RunFolder, split_folder
from skelshot.skeletons import InputSpec, SkeletonLayout

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
def clips() -> torch.Tensor:
    return torch.randn(18, 3, 8, 20, 1, generator=torch.Generator().manual_seed(0))


def test_weights_are_made_for_the_encoder_and_trained_at_their_own_rate(
    base: BaseSet, encoder: Encoder, clips: torch.Tensor
) -> None:
    method = Feat.from_options({"lr_factor": 7.0})
    options = OPTIONS.model_copy(update={"readout": "joints"})
    stage = EpisodicStage(encoder, options, StageData(base, INPUTS), method)
    assert stage.method_shape == (640,)
    assert {name.split(".")[0] for name in stage.state_dict()} == {"encoder", "method"}
    groups = stage.trained()
    assert groups == [(encoder, 1.0), (method, 7.0)]
    optimiser = build_optimizer(options.optimizer, groups)
    set_learning_rate(optimiser, 0.5)
    assert [group["lr"] for group in optimiser.param_groups] == [0.5, 3.5]
    stage({"clips": clips, "labels": torch.zeros(18)})["loss"].backward()
    assert all(p.grad is not None for module, _ in groups for p in module.parameters())


def test_the_methods_own_loss_is_minimised(
    base: BaseSet, encoder: Encoder, clips: torch.Tensor
) -> None:
    method = Feat.from_options({"balance": 2.0})
    stage = EpisodicStage(encoder, OPTIONS, StageData(base, INPUTS), method).eval()
    with torch.no_grad():
        loss = stage({"clips": clips, "labels": torch.zeros(18)})["loss"]
        features = encoder(clips).view(2, 3, 3, -1)
        support, queries = features[:, :, :1], features[:, :, 1:].flatten(1, 2)
        targets = torch.tensor([0, 0, 1, 1, 2, 2]).expand(2, 6)
        logits = method(support, queries)
        expected = method.episode_loss(logits, targets, support, queries)
        plain = torch.nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten())
    torch.testing.assert_close(loss, expected)
    assert abs(float(loss - plain)) > 0.1


def test_views_reach_the_method(base: BaseSet, encoder: Encoder, clips: torch.Tensor) -> None:
    method = Subspace.from_options({"overlap_weight": 0})
    stage = EpisodicStage(encoder, OPTIONS, StageData(base, INPUTS), method).eval()
    with torch.no_grad():
        loss = stage({"clips": clips, "labels": torch.zeros(18)})["loss"]
        twins = view_clips(clips, View(mirror=True), INPUTS)
        both = torch.stack([encoder(clips), encoder(twins)], 1).view(2, 3, 3, 2, -1)
        logits = method(both[:, :, :1], both[:, :, 1:].flatten(1, 2))
    targets = torch.tensor([0, 0, 1, 1, 2, 2]).repeat(2)
    expected = torch.nn.functional.cross_entropy(logits.flatten(0, 1), targets)
    torch.testing.assert_close(loss, expected, atol=1e-5, rtol=1e-5)


def test_methods_compute_in_float32_under_autocast(
    base: BaseSet, encoder: Encoder, clips: torch.Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    method = Feat()
    stage = EpisodicStage(encoder, OPTIONS, StageData(base, INPUTS), method)
    seen = []
    monkeypatch.setattr(
        method.attention.value,
        "forward",
        lambda x: seen.append((x @ x.transpose(-1, -2)).dtype) or x,
    )
    with torch.autocast("cpu", torch.bfloat16):
        stage({"clips": clips, "labels": torch.zeros(18)})
    assert set(seen) == {torch.float32}


def test_what_cannot_be_trained_is_refused(base: BaseSet, encoder: Encoder) -> None:
    with pytest.raises(SkelshotError, match="--episodes rfs: this method fits features that do"):
        EpisodicStage(encoder, OPTIONS, StageData(base, INPUTS), Rfs())
    lonely = Subspace.from_options({"mirror": "never"})
    with pytest.raises(SkelshotError, match="found 1 exemplar a class and mirror=never"):
        EpisodicStage(encoder, OPTIONS, StageData(base, INPUTS), lonely)


class KilledError(Exception):
    """Stands for what ends a run at any moment."""


def test_a_run_that_was_ended_goes_on_to_the_same_method(
    toy_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Weights, optimiser and the random numbers of dropout go on where they were."""
    small = ("strategy=none", "episodes=feat", "input.frames=8", "episodic.epochs=3")
    chosen = load_settings("smoke", layout="kinect-v1", assignments=small).pretrain
    protocol = protocol_named("toy")
    splits = protocol.split_list(toy_store)[:1]
    whole = RunFolder.save_stage

    def dying(self: RunFolder, stage: str, epoch: int, *state: Any) -> None:
        whole(self, stage, epoch, *state)
        if epoch == 1:
            raise KilledError

    with monkeypatch.context() as patched:
        patched.setattr(RunFolder, "save_stage", dying)
        with pytest.raises(KilledError):
            pretrain(toy_store, protocol, splits, chosen, tmp_path / "ended")
    states = []
    for out in ("ended", "whole"):
        torch.manual_seed(len(out))
        pretrain(toy_store, protocol, splits, chosen, tmp_path / out)
        folder = split_folder(tmp_path / out, 0) / "checkpoints"
        names = sorted(file.name for file in folder.iterdir())
        assert names == ["encoder.safetensors", "method.safetensors"]
        states.append(
            load_file(folder / "encoder.safetensors") | load_file(folder / "method.safetensors")
        )
    ended, uninterrupted = states
    assert ended.keys() == uninterrupted.keys()
    assert all(torch.equal(ended[name], uninterrupted[name]) for name in ended)


class _Listener(NamedClassMethod):
    """Prototypes that note which classes they were told."""

    name = "listener"

    def __init__(self) -> None:
        super().__init__()
        self.names: tuple[str, ...] = ()
        self.told: list[torch.Tensor] = []

    def meet_classes(
        self, class_names: Sequence[str], layout: SkeletonLayout, text_encoders: TextEncoders
    ) -> None:
        self.names = tuple(class_names)

    def forward(
        self, support: torch.Tensor, queries: torch.Tensor, labels: torch.Tensor | None = None
    ) -> torch.Tensor:
        assert labels is not None
        self.told.append(labels)
        return queries @ support.mean(2).transpose(1, 2)


def test_a_method_that_reads_names_is_told_the_classes_of_each_episode(
    base: BaseSet, encoder: Encoder
) -> None:
    method = _Listener()
    options = OPTIONS.model_copy(update={"time_reversed": True})
    stage = EpisodicStage(encoder, options, StageData(base, INPUTS), method)
    assert method.names == base.store.class_names
    batch = stage.batches(0)[0]
    clips = torch.randn(len(batch), 3, 8, 20, 1)
    stage({"clips": clips, "labels": torch.tensor([base.label(item) for item in batch])})
    (told,) = method.told
    true = torch.tensor([base.store.clips[item.clip].label for item in batch]).view(2, 3, 3)
    assert torch.equal(told, true[:, :, 0])
