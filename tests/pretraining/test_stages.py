"""The stages: what they draw, what they minimise, what they train."""

from collections import Counter
from collections.abc import Sequence
from copy import copy
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from skelshot.datasets.batches import Item
from skelshot.datasets.protocols import protocol_named
from skelshot.datasets.protocols.episodes import EpisodeSpec
from skelshot.datasets.protocols.tasks import Split
from skelshot.datasets.store import Store
from skelshot.encoders import Encoder, GraphNetworkSpec, build_encoder
from skelshot.fewshot import CosineClassifier, RawNearest
from skelshot.ground import SkelshotError
from skelshot.pretraining.class_head import CosineHead
from skelshot.pretraining.episodic import EpisodicOptions, EpisodicStage
from skelshot.pretraining.losses import regression_loss, soft_contrast_loss
from skelshot.pretraining.stage import BaseSet, Stage, StageData
from skelshot.pretraining.strategies import STRATEGIES
from skelshot.pretraining.supervised import SupervisedOptions, SupervisedStage
from skelshot.pretraining.transfer import TransferStage
from skelshot.pretraining.transfer_options import TransferOptions
from skelshot.skeletons import Augmentation, InputSpec
from skelshot.teachers import FeatureCache, extract_text, load_templates, teacher_named

TRANSFER = TransferOptions(hidden=32, embedding=16, batch=8)
INPUTS = InputSpec(layout="kinect-v1", frames=8)


@pytest.fixture
def base(toy_store: Store) -> BaseSet:
    return BaseSet.of(toy_store, protocol_named("toy").split_list(toy_store)[0])


@pytest.fixture
def encoder() -> Encoder:
    spec = GraphNetworkSpec(name="agcn", layout="kinect-v1", frames=8, width=0.125)
    return build_encoder(spec, seed=0)


def clips(count: int) -> torch.Tensor:
    return torch.randn(count, 3, 8, 20, 1, generator=torch.Generator().manual_seed(0))


def transfer(encoder: Encoder, base: BaseSet, options: Any, teacher: FeatureCache) -> TransferStage:
    return TransferStage(encoder, options, StageData(base, INPUTS, teacher=teacher))


def loaded(stage: Stage, items: Sequence[Item], name: str) -> torch.Tensor:
    """What the loop hands over of some items."""
    return torch.stack([stage.load(item, 0)[name] for item in items])


def rows_of(base: BaseSet, items: Sequence[Item]) -> torch.Tensor:
    return torch.tensor([base.label(item) for item in items])


def test_the_base_set_holds_the_base_classes_alone(base: BaseSet, toy_store: Store) -> None:
    labels = {int(toy_store.labels[i]) for i in base.indices}
    assert labels == set(base.split.base)
    rows = rows_of(base, base.items)
    assert [base.split.base[row] for row in rows] == [
        toy_store.clips[i].label for i in base.indices
    ]
    turned = [item._replace(time_reversed=True) for item in base.items]
    assert torch.equal(rows_of(base, turned), rows + len(base.split.base))


def test_clips_of_a_split_are_shown_as_often_as_told(
    base: BaseSet, toy_store: Store, encoder: Encoder
) -> None:
    names = [toy_store.clips[i].name for i in base.indices]
    kept = {"few": tuple(names[:3]), "one": (names[0],)}
    told = copy(toy_store)
    told.splits = kept  # type: ignore[misc]
    repeated = BaseSet.of(told, base.split, {"few": 3, "one": 2})
    uses = Counter(item.clip for item in repeated.shown)
    expected = [6, 3, 3] + [1] * (len(names) - 3)
    assert [uses[int(i)] for i in base.indices] == expected
    assert len(set(repeated.shown)) == sum(expected)
    assert repeated.items == base.items == base.shown
    stage = SupervisedStage(encoder, SupervisedOptions(batch=8), StageData(repeated, INPUTS))
    assert sorted(chain(*stage.batches(0))) == sorted(repeated.shown)
    with pytest.raises(SkelshotError, match=r"repeats: .* has no split 'fw'; did you mean 'few'"):
        BaseSet.of(told, base.split, {"fw": 3})


def test_each_use_of_a_clip_is_changed_anew_in_the_transfer(
    base: BaseSet, encoder: Encoder, toy_features: FeatureCache
) -> None:
    twice = replace(base, uses=np.full(len(base.indices), 2))
    changed = Augmentation(rotate_degrees=(20, 20, 20))
    once, again = (
        TransferStage(encoder, TRANSFER, StageData(shown, INPUTS, changed, 0, toy_features))
        for shown in (base, twice)
    )
    for epoch in (0, 1):
        before = {item.clip: item for item in chain(*once.batches(epoch))}
        items = [item for item in chain(*again.batches(epoch)) if item.clip == base.indices[0]]
        assert before[items[0].clip] in items  # the first use is what it has always been
        one, other = (again.load(item, epoch)["clips"] for item in items)
        assert not torch.equal(one, other)


ONE_CLIP = r"found 1 clip to train on, expected at least 2 for the batch norms of its heads; take"


def test_a_single_clip_is_too_few_for_a_batch_norm(
    base: BaseSet, encoder: Encoder, toy_features: FeatureCache
) -> None:
    single = replace(base, indices=base.indices[:1], rows=base.rows[:1])
    no_norm = {"projector": "linear", "predictor": False, "embedding_norm": "none"}
    with pytest.raises(SkelshotError, match=ONE_CLIP):
        transfer(encoder, single, TRANSFER, toy_features)
    for key, value in {"predictor": True, "embedding_norm": "batch"}.items():
        changed = TRANSFER.model_copy(update={**no_norm, key: value})
        with pytest.raises(SkelshotError, match=ONE_CLIP):
            transfer(encoder, single, changed, toy_features)
    transfer(encoder, single, TRANSFER.model_copy(update=no_norm), toy_features)
    twice = replace(single, uses=np.array([2]))
    transfer(encoder, twice, TRANSFER, toy_features)


def test_supervised_loss_is_the_cross_entropy(base: BaseSet, encoder: Encoder) -> None:
    options = SupervisedOptions(head="linear", label_smoothing=0.1)
    stage = SupervisedStage(encoder, options, StageData(base, INPUTS)).eval()
    targets = torch.tensor([0, 3, 5])
    figures = stage({"clips": clips(3), "labels": targets})
    logits = stage.head(encoder(clips(3)))
    smooth = F.one_hot(targets, 6) * 0.9 + 0.1 / 6
    literal = -(smooth * logits.log_softmax(1)).sum(1).mean()
    torch.testing.assert_close(figures["loss"], literal)
    assert figures["accuracy"] == (logits.argmax(1) == targets).float().mean()


def test_time_reversed_double_head_and_batches(base: BaseSet, encoder: Encoder) -> None:
    options = SupervisedOptions(head="cosine", time_reversed=True, batch=8)
    stage = SupervisedStage(encoder, options, StageData(base, INPUTS))
    items = [item for batch in stage.batches(0) for item in batch]
    assert len(items) == 2 * len(base.indices)
    assert int(loaded(stage, items, "labels").max()) == 11
    assert isinstance(stage.head, CosineHead)
    assert stage.head.weight.shape == (12, 32)


def test_transfer_loss_goes_one_way(
    base: BaseSet, encoder: Encoder, toy_features: FeatureCache
) -> None:
    """Eq. 1: 2 - 2 cos(q(g_s(f_s)), g_vl(f_vl)); only the skeleton side has a gradient."""
    stage = transfer(encoder, base, TRANSFER, toy_features).eval()
    targets = loaded(stage, base.items[:6], "targets")
    figures = stage({"clips": clips(6), "targets": targets})
    with torch.no_grad():
        p = stage.predictor(stage.projector(stage.adapter(encoder(clips(6)))))
        z = stage.teacher_projector(targets)
    literal = sum(
        2 - 2 * float(a @ b) / float(a.norm() * b.norm()) for a, b in zip(p, z, strict=True)
    )
    assert float(figures["loss"].detach()) == pytest.approx(literal / 6, abs=1e-5)
    figures["loss"].backward()
    trained = {id(p) for module, _ in stage.trained() for p in module.parameters()}
    for name, parameter in stage.named_parameters():
        is_teacher = name.startswith("teacher_projector")
        assert (id(parameter) in trained) is not is_teacher
        assert (parameter.grad is None) is is_teacher, name


def test_the_teacher_projector_follows_slowly(
    base: BaseSet, encoder: Encoder, toy_features: FeatureCache
) -> None:
    """Eq. 2: xi <- d xi + (1 - d) theta."""
    stage = transfer(encoder, base, TRANSFER, toy_features)
    before = [p.clone() for p in stage.teacher_projector.parameters()]
    with torch.no_grad():
        for parameter in stage.projector.parameters():
            parameter.add_(1.0)
    stage.after_step()
    online = stage.projector.parameters()
    for old, theta, xi in zip(before, online, stage.teacher_projector.parameters(), strict=True):
        torch.testing.assert_close(xi, 0.99 * old + 0.01 * theta)


@pytest.mark.parametrize("loss", ["regression", "contrast"])
def test_transfer_can_compare_linear_projections(
    base: BaseSet, encoder: Encoder, toy_features: FeatureCache, loss: str
) -> None:
    options = TransferOptions.model_validate(
        {"projector": "linear", "predictor": False, "loss": loss, "embedding": 16}
    )
    stage = transfer(encoder, base, options, toy_features).eval()
    assert [type(layer) for layer in stage.projector] == [torch.nn.Linear]
    targets = torch.randn(3, toy_features.dim, generator=torch.Generator().manual_seed(1))
    q = stage.projector(stage.adapter(encoder(clips(3))))
    z = stage.teacher_projector(targets)
    literal = regression_loss(q, z) if loss == "regression" else soft_contrast_loss(q, z)
    torch.testing.assert_close(stage({"clips": clips(3), "targets": targets})["loss"], literal)


def test_transfer_can_learn_the_labels_beside_the_teacher(
    base: BaseSet, encoder: Encoder, toy_features: FeatureCache
) -> None:
    head = {"head": "cosine", "scale": 12, "label_smoothing": 0.1}
    labels = {"ce_weight": 0.5, "ce_head": head}
    options = TransferOptions.model_validate(TRANSFER.model_dump() | labels)
    stage = transfer(encoder, base, options, toy_features).eval()
    alone = transfer(encoder, base, TRANSFER, toy_features).eval()
    alone.load_state_dict(stage.state_dict(), strict=False)
    items = base.items[:9:2]
    targets, rows = loaded(stage, items, "targets"), loaded(stage, items, "labels")
    assert torch.equal(rows, rows_of(base, items))
    batch = {"clips": clips(5), "targets": targets, "labels": rows}
    figures = stage(batch)
    assert stage.class_head is not None
    logits = stage.class_head(encoder(clips(5)))
    entropy = F.cross_entropy(logits, rows, label_smoothing=0.1)
    literal = alone(batch)["loss"] + 0.5 * entropy
    torch.testing.assert_close(figures["loss"], literal)
    torch.testing.assert_close(figures["accuracy"], (logits.argmax(1) == rows).float().mean())
    figures["loss"].backward()
    assert stage.class_head.weight.grad is not None
    trained = {id(p) for module, _ in stage.trained() for p in module.parameters()}
    assert id(stage.class_head.weight) in trained
    torch.testing.assert_close(figures["teacher_loss"] + 0.5 * figures["label_loss"], literal)
    assert "accuracy" not in alone(batch)


def test_clips_played_backwards_are_labels_of_their_own(
    base: BaseSet, encoder: Encoder, toy_store: Store, tmp_path: Path
) -> None:
    extract_text(
        toy_store, teacher_named("random-code"), load_templates("time-reversed"), tmp_path / "both"
    )
    options = TransferOptions.model_validate(TRANSFER.model_dump() | {"ce_weight": 1})
    stage = transfer(encoder, base, options, FeatureCache.open(tmp_path / "both"))
    items = [item for batch in stage.batches(0) for item in batch]
    assert isinstance(stage.class_head, torch.nn.Linear)
    assert stage.class_head.out_features == 12
    assert set(loaded(stage, items, "labels").tolist()) == set(range(12))


def test_transfer_targets_are_the_classes_texts(
    base: BaseSet, encoder: Encoder, toy_features: FeatureCache
) -> None:
    stage = transfer(encoder, base, TRANSFER, toy_features)
    items = stage.batches(0)[0]
    labels = [base.store.clips[item.clip].label for item in items]
    expected = F.normalize(toy_features.text[labels, 0], dim=-1)
    torch.testing.assert_close(loaded(stage, items, "targets"), expected)


def test_backwards_clips_regress_backwards_texts(
    base: BaseSet, encoder: Encoder, toy_store: Store, tmp_path: Path
) -> None:
    extract_text(
        toy_store, teacher_named("random-code"), load_templates("time-reversed"), tmp_path / "both"
    )
    teacher = FeatureCache.open(tmp_path / "both")
    stage = transfer(encoder, base, TRANSFER, teacher)
    items = [item for batch in stage.batches(0) for item in batch]
    assert sum(item.time_reversed for item in items) == len(items) / 2 == len(base.indices)
    for item, target in zip(items[:9], loaded(stage, items[:9], "targets"), strict=True):
        label = toy_store.clips[item.clip].label
        torch.testing.assert_close(target, teacher.text[label, int(item.time_reversed)])
    forwards = TRANSFER.model_copy(update={"time_reversed": False})
    stage = transfer(encoder, base, forwards, teacher)
    items = [item for batch in stage.batches(0) for item in batch]
    assert not any(item.time_reversed for item in items)
    labels = [toy_store.clips[item.clip].label for item in items]
    torch.testing.assert_close(loaded(stage, items, "targets"), teacher.text[labels, 0])


def test_backwards_texts_that_are_not_there_are_named(
    base: BaseSet, encoder: Encoder, toy_features: FeatureCache
) -> None:
    options = TRANSFER.model_copy(update={"time_reversed": True})
    with pytest.raises(SkelshotError, match="1 prompts a class forwards and 0 backwards"):
        transfer(encoder, base, options, toy_features)


def test_centred_targets_have_no_common_part(
    base: BaseSet, encoder: Encoder, toy_features: FeatureCache
) -> None:
    options = TRANSFER.model_copy(update={"centre": True, "normalise": False})
    stage = transfer(encoder, base, options, toy_features)
    texts = toy_features.text[list(base.split.base), 0]
    items = base.items
    literal = (texts - texts.mean(0))[rows_of(base, items)]
    torch.testing.assert_close(loaded(stage, items, "targets"), literal)


def test_transfer_refuses_a_representation_that_is_not_cached(
    base: BaseSet, encoder: Encoder, toy_features: FeatureCache
) -> None:
    options = TRANSFER.model_copy(update={"representation": "video+text"})
    with pytest.raises(SkelshotError, match=r"found 'video\+text', the features in .* hold text"):
        transfer(encoder, base, options, toy_features)


def test_episodes_have_the_loss_of_the_paper(base: BaseSet, encoder: Encoder) -> None:
    """Softmax over cosines to the support features, true class first by place."""
    spec = EpisodeSpec(ways=3, shots=2, queries=2, per_epoch=4)
    options = EpisodicOptions(episode=spec, batch=2)
    method = CosineClassifier.from_options({"init_normalised": False, "scale": 4.0})
    stage = EpisodicStage(encoder, options, StageData(base, INPUTS), method).eval()
    batches = stage.batches(0)
    assert [len(batch) for batch in batches] == [24, 24]
    loss = float(
        stage({"clips": clips(24), "labels": loaded(stage, batches[0], "labels")})["loss"].detach()
    )
    with torch.no_grad():
        features = encoder(clips(24)).view(2, 3, 4, -1)
    literal = []
    for episode in features:
        weights = [rows[:2].mean(0) for rows in episode]
        for row in range(3):
            for query in episode[row, 2:]:
                cosines = [4 * F.cosine_similarity(w, query, dim=0) for w in weights]
                literal.append(-torch.stack(cosines).log_softmax(0)[row])
    assert loss == pytest.approx(float(torch.stack(literal).mean()), abs=1e-5)


def test_episodes_refuse_a_method_that_reads_clips(base: BaseSet, encoder: Encoder) -> None:
    with pytest.raises(SkelshotError, match="raw-nearest: this method reads clips"):
        EpisodicStage(encoder, EpisodicOptions(), StageData(base, INPUTS), RawNearest())


def test_episodes_refuse_more_ways_than_base_classes(base: BaseSet, encoder: Encoder) -> None:
    options = EpisodicOptions(episode=EpisodeSpec(ways=7))
    with pytest.raises(SkelshotError, match="7 ways are asked for, the base has 6"):
        EpisodicStage(encoder, options, StageData(base, INPUTS), CosineClassifier())


def test_a_cache_without_a_base_class_is_refused(
    base: BaseSet, encoder: Encoder, toy_features: FeatureCache, tmp_path: Path
) -> None:
    from skelshot.teachers import write_features

    kept = [label for label in range(10) if label != base.split.base[0]]
    write_features(
        tmp_path / "some",
        text=toy_features.text[kept],
        text_labels=kept,
        teacher="t",
        fingerprint="f",
        data_hash=base.store.data_hash,
        class_names=base.store.class_names,
    )
    with pytest.raises(SkelshotError, match=base.store.class_names[base.split.base[0]]):
        transfer(encoder, base, TRANSFER, FeatureCache.open(tmp_path / "some"))


@pytest.mark.parametrize("name", [s.name for s in STRATEGIES.every()[0] if s.fewest_clips > 1])
def test_stages_that_compare_clips_refuse_a_single_one(
    base: BaseSet, encoder: Encoder, name: str
) -> None:
    one = replace(base, indices=base.indices[:1], rows=base.rows[:1])
    stage = STRATEGIES.named(name)
    with pytest.raises(SkelshotError, match=f"strategy {name}: found 1 base clip, expected at"):
        stage(encoder, stage.options_type.model_validate({"name": name}), StageData(one, INPUTS))


def test_one_label_alone_is_refused(base: BaseSet, encoder: Encoder) -> None:
    only = replace(base, split=replace(base.split, base=base.split.base[:1]))
    name = base.store.class_names[base.split.base[0]]
    with pytest.raises(SkelshotError, match=f"found one base class, '{name}', expected two"):
        SupervisedStage(encoder, SupervisedOptions(), StageData(only, INPUTS))
    SupervisedStage(encoder, SupervisedOptions(time_reversed=True), StageData(only, INPUTS))


def test_overlap_never_reaches_training(toy_store: Store) -> None:
    with pytest.raises(SkelshotError, match="both base and novel"):
        BaseSet.of(toy_store, Split(0, (0, 1), (1, 2)))
