"""AimCLR, CrosSCLR and BYOL as stages: what is drawn, lost, trained and refused."""

import copy
import math
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from skelshot.datasets.batches import Item, load_batches
from skelshot.datasets.protocols import protocol_named
from skelshot.datasets.store import Store
from skelshot.encoders import Encoder, GraphNetworkSpec, build_encoder
from skelshot.ground import SkelshotError
from skelshot.pretraining.aimclr import AimClrStage
from skelshot.pretraining.attention_drop import drop_salient
from skelshot.pretraining.byol import ByolStage, other_cameras
from skelshot.pretraining.momentum import cosine_decay
from skelshot.pretraining.stage import BaseSet, Stage, StageData
from skelshot.pretraining.view_options import AimClrOptions, ByolOptions
from skelshot.pretraining.view_stage import ViewStage, collapse_std, pool_map
from skelshot.skeletons import InputSpec

INPUTS = InputSpec(layout="kinect-v1", frames=8, streams=("joint", "bone"))
AIMCLR = AimClrOptions(batch=8, queue=12, embedding=16, decay=0.9, mining="none")
BYOL = ByolOptions(batch=8, hidden=32, embedding=16, decay=0.9, other_camera=0)


@pytest.fixture
def base(toy_store: Store) -> BaseSet:
    return BaseSet.of(toy_store, protocol_named("toy").split_list(toy_store)[0])


@pytest.fixture
def encoder() -> Encoder:
    return new_encoder()


def new_encoder(**changes: Any) -> Encoder:
    spec = {"name": "agcn", "layout": "kinect-v1", "frames": 8, "width": 0.125, "channels": 6}
    return build_encoder(GraphNetworkSpec.model_validate(spec | changes), seed=0)


def loaded(stage: Stage, epoch: int = 0) -> dict[str, Tensor]:
    """The first batch of an epoch as the loop hands it over."""
    items = [stage.load(item, epoch) for item in stage.batches(epoch)[0]]
    return {name: torch.stack([item[name] for item in items]) for name in items[0]}


def aimclr(encoder: Encoder, base: BaseSet, **changes: Any) -> AimClrStage:
    torch.manual_seed(0)
    return AimClrStage(encoder, AIMCLR.model_copy(update=changes), StageData(base, INPUTS))


def byol(encoder: Encoder, base: BaseSet, **changes: Any) -> ByolStage:
    torch.manual_seed(0)
    return ByolStage(encoder, BYOL.model_copy(update=changes), StageData(base, INPUTS))


def test_views_follow_from_seed_epoch_and_clip_alone(encoder: Encoder, base: BaseSet) -> None:
    stage = aimclr(encoder, base)
    items = stage.batches(0)[0]
    batch = loaded(stage)
    assert batch["query 0"].shape == (8, 6, 8, 20, 1)
    assert torch.equal(batch["query 0"][2], stage.load(items[2], 0)["query 0"])
    assert not torch.equal(batch["query 0"], batch["key 0"])
    assert not torch.equal(batch["query 0"][2], stage.load(items[2], 1)["query 0"])
    (workers,) = load_batches(partial(stage.load, epoch=0), [items], workers=2)
    assert all(torch.equal(batch[name], workers[name]) for name in batch)


@pytest.mark.parametrize("make", [aimclr, byol])
def test_each_use_of_a_clip_has_views_of_its_own(
    encoder: Encoder, base: BaseSet, make: Callable[[Encoder, BaseSet], Stage]
) -> None:
    stage = make(encoder, base)
    first, second = (stage.load(Item(int(base.indices[0]), use), 0) for use in (0, 1))
    assert [name for name in first if torch.equal(first[name], second[name])] == (
        ["number"] if make is aimclr else []
    )


def test_streams_are_taken_of_the_same_view(encoder: Encoder, base: BaseSet) -> None:
    batch = loaded(aimclr(encoder, base, further_streams=("bone",)))
    own, bone = batch["query 0"], batch["query 1"]
    joints = own[:, :3]
    torch.testing.assert_close(own[:, 3:], bone)
    parents = list(encoder.spec.layout.parents)
    torch.testing.assert_close(bone, joints - joints[..., parents, :])


def test_labels_are_not_read(base: BaseSet, encoder: Encoder) -> None:
    assert "labels" not in loaded(aimclr(encoder, base))
    assert loaded(byol(encoder, base)).keys() == {"aggressive", "conservative"}
    stage = aimclr(encoder, base)
    assert loaded(stage)["number"].tolist() == [item.clip for item in stage.batches(0)[0]]


def literal_parts(stage: AimClrStage, batch: dict[str, Tensor]) -> dict[str, Tensor]:
    """Queries of the three views, and keys, written out."""
    contrast: Any = stage.contrasts[0]
    views = {name: batch[f"{name} 0"] for name in ("query", "key", "extreme")}
    g = contrast.projector
    extreme = stage.encoder.feature_map(views["extreme"])
    return {
        "q": F.normalize(g(stage.encoder(views["query"]))),
        "q_e": F.normalize(g(extreme.mean((1, 3, 4)))),
        "q_d": F.normalize(g(drop_salient(extreme, 0.7).mean((1, 3, 4)))),
        "k": F.normalize(contrast.key_projector(contrast.key_encoder(views["key"]))),
    }


def test_aimclr_loss_is_that_of_its_paper(encoder: Encoder, base: BaseSet) -> None:
    """L1 + (L2 + L3) / 2, then with mined positives."""
    stage = aimclr(encoder, base).eval()
    batch = loaded(stage)
    found = stage(batch)["loss"].detach()
    parts = literal_parts(stage, batch)
    entries = stage.contrasts[0].queue.entries  # type: ignore[union-attr]
    k = parts.pop("k")
    l_q, l_e, l_d = (
        torch.cat([(q * k).sum(1, keepdim=True), q @ entries.T], 1) / 0.07  # type: ignore[operator]
        for q in parts.values()
    )
    l_q, l_e, l_d = (each.detach() for each in (l_q, l_e, l_d))
    p = l_q.softmax(1)
    strong = sum(-(p * each.log_softmax(1)).sum(1).mean() / 2 for each in (l_e, l_d))
    literal = F.cross_entropy(l_q, torch.zeros(8, dtype=torch.long)) + strong
    torch.testing.assert_close(found, literal)

    stage.options = stage.options.model_copy(update={"mining": "nearest", "mine_from_epoch": 3})
    torch.testing.assert_close(stage(batch)["loss"].detach(), literal)  # epoch 0: not yet
    stage.options = stage.options.model_copy(update={"mine_from_epoch": 0})
    mined = 0.0
    for row in range(8):
        columns = {0} | {1 + int(each[row, 1:].argmax()) for each in (l_q, l_e, l_d)}
        mined -= sum(float(l_q.log_softmax(1)[row, c]) for c in columns) / len(columns) / 8
    found = stage(batch)["loss"].detach()
    assert float(found) == pytest.approx(mined + float(strong), rel=1e-4)


def test_parts_of_aimclr_can_be_left_out(encoder: Encoder, base: BaseSet) -> None:
    stage = aimclr(encoder, base).eval()
    losses = []
    for changes in ({}, {"attention_drop": False}, {"extreme": None}):
        stage.options = AIMCLR.model_copy(update=changes)
        losses.append(float(stage(loaded(stage))["loss"].detach()))
    assert losses[0] > losses[1] > losses[2] > 0


def test_cross_stream_loss_is_that_of_its_paper(base: BaseSet, encoder: Encoder) -> None:
    """CrosSCLR: each stream's mean over its pairs, summed over streams."""
    changes = {
        "mining": "cross-stream",
        "further_streams": ("joint-motion", "bone"),
        "extreme": None,
        "mine_from_epoch": 1,
    }
    stage = aimclr(encoder, base, **changes).eval()
    batch = loaded(stage)
    logits = []
    queries = [batch[f"query {place}"] for place in range(3)]
    keys = [batch[f"key {place}"] for place in range(3)]
    for (each, contrast), x, y in zip(stage._streams(), queries, keys, strict=True):
        q, k = contrast.query(each(x)), contrast.key(y)
        logits.append(torch.cat([(q * k).sum(1, keepdim=True), q @ contrast.queue.entries.T], 1))
    alone = sum(F.cross_entropy(each / 0.07, torch.zeros(8, dtype=torch.long)) for each in logits)
    torch.testing.assert_close(stage(batch)["loss"], alone)

    stage.options = stage.options.model_copy(update={"mine_from_epoch": 0})
    literal = 0.0
    for u in range(3):
        for v in {0, 1, 2} - {u}:
            rows = torch.cat([logits[u], logits[u][:, 1:] * logits[v][:, 1:]], 1) / 0.07
            shares = rows.detach().log_softmax(1)
            for row in range(8):
                best = 1 + int(logits[v][row, 1:].argmax())
                literal -= float(shares[row, [0, best, 12 + best]].sum()) / 3 / 8 / 2
    assert float(stage(batch)["loss"].detach()) == pytest.approx(literal, rel=1e-4)
    stage.options = stage.options.model_copy(update={"context": False})
    assert float(stage(batch)["loss"].detach()) != pytest.approx(literal, rel=1e-2)


def test_keys_join_the_queue_in_training_only(encoder: Encoder, base: BaseSet) -> None:
    stage = aimclr(encoder, base)
    batch = loaded(stage)
    queue: Any = stage.contrasts[0].queue
    stage.eval()(batch)
    assert (queue.clips == -1).all()
    figures = stage.train()(batch)
    figures["loss"].backward()  # the queue was written since, which must not disturb
    assert queue.clips[:8].tolist() == batch["number"].tolist()
    assert int(queue.place) == 8
    assert set(figures) == {"loss", "accuracy", "collapse_std"}


def test_a_clips_own_older_keys_are_no_negatives(encoder: Encoder, base: BaseSet) -> None:
    stage = aimclr(encoder, base, extreme=None).eval()
    batch = loaded(stage)
    contrast: Any = stage.contrasts[0]
    one = {name: part[:1] for name, part in batch.items()}
    before = stage(one)["loss"]
    others = torch.arange(100, 112)
    contrast.queue.push(contrast.queue.entries.clone(), others)
    torch.testing.assert_close(stage(one)["loss"], before)
    contrast.queue.clips[:] = one["number"]
    lonely = stage(one)["loss"].detach()
    assert float(lonely) == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize("make", [aimclr, byol])
def test_only_the_queries_side_learns_and_the_other_follows(
    make: Callable[..., ViewStage], encoder: Encoder, base: BaseSet
) -> None:
    stage = make(encoder, base)
    stage(loaded(stage))["loss"].backward()
    trained = {id(p) for module, _ in stage.trained() for p in module.parameters()}
    for name, parameter in stage.named_parameters():
        follows = any(word in name for word in ("key_", "target_"))
        assert (id(parameter) in trained) is not follows, name
        assert (parameter.grad is None) is follows, name
    before = {name: p.detach().clone() for name, p in stage.named_parameters()}
    with torch.no_grad():
        for module, _ in stage.trained():
            for parameter in module.parameters():
                parameter.add_(1.0)
    stage.after_step()
    decay = cosine_decay(0.9, 0, 100) if make is byol else 0.9
    for name, parameter in stage.named_parameters():
        moved = 1 - decay if any(word in name for word in ("key_", "target_")) else 1.0
        torch.testing.assert_close(parameter.detach(), before[name] + moved)


def test_a_state_holds_no_tensor_twice(encoder: Encoder, base: BaseSet) -> None:
    """Checkpoints refuse tensors that share memory."""
    for stage in (aimclr(encoder, base, further_streams=("bone",)), byol(encoder, base)):
        places = [tensor.data_ptr() for tensor in stage.state_dict().values() if tensor.numel()]
        assert len(set(places)) == len(places)


def test_the_learning_rate_falls_when_it_is_time(encoder: Encoder, base: BaseSet) -> None:
    stage = aimclr(encoder, base, lower_rate_from=2)
    rates = []
    for epoch in (0, 1, 2, 1):
        stage.batches(epoch)
        rates.append(stage.optimizer.lr)
    assert rates == [0.1, 0.1, pytest.approx(0.01), 0.1]


def test_byol_loss_is_the_symmetric_regression(encoder: Encoder, base: BaseSet) -> None:
    """2 - 2 cos both ways, the target's side without gradient."""
    stage = byol(encoder, base).eval()
    with torch.no_grad():  # else target and online network are equal
        for parameter in stage.target_encoder.parameters():
            parameter.mul_(1.1)
    batch = loaded(stage)
    strong, mild = batch["aggressive"], batch["conservative"]

    def one_way(online: Tensor, target: Tensor) -> float:
        q = stage.predictor(stage.projector(stage.encoder(online)))
        z = stage.target_projector(stage.target_encoder(target))
        pairs = zip(q, z, strict=True)
        return sum(2 - 2 * float(a @ b / a.norm() / b.norm()) for a, b in pairs) / len(q)

    with torch.no_grad():
        both = one_way(strong, mild) + one_way(mild, strong)
        assert float(stage(batch)["loss"].detach()) == pytest.approx(both, rel=1e-4)
        stage.options = BYOL.model_copy(update={"symmetric": False})
        found = float(stage(batch)["loss"].detach())
        assert found == pytest.approx(one_way(strong, mild), rel=1e-4)


def test_the_target_stops_at_the_end_of_a_cosine(encoder: Encoder, base: BaseSet) -> None:
    stage = byol(encoder, base, epochs=10)
    stage.epochs = 10
    before = copy.deepcopy(stage.target_projector)
    with torch.no_grad():
        for parameter in stage.projector.parameters():
            parameter.add_(1.0)
    stage.batches(5)
    stage.after_step()
    moved = stage.target_projector[0].bias - before[0].bias  # type: ignore[operator]
    expected = 1 - (1 - (1 - 0.9) * (math.cos(math.pi / 2) + 1) / 2)
    torch.testing.assert_close(moved, torch.full_like(moved, expected))
    stage.options = BYOL.model_copy(update={"decay_schedule": "constant", "decay": 1.0})
    before = copy.deepcopy(stage.target_projector)
    stage.after_step()
    assert torch.equal(before[0].bias, stage.target_projector[0].bias)  # type: ignore[arg-type]


class FilmedStore:
    """A store that says which of its clips show one performance."""

    def __init__(self, store: Store, cameras: int) -> None:
        self._store = store
        records = [copy.copy(clip) for clip in store.clips]
        for place, record in enumerate(records):
            object.__setattr__(record, "subject", place // cameras)
            object.__setattr__(record, "replication", 0)
            object.__setattr__(record, "camera", place % cameras)
        self.clips = records

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


def filmed(base: BaseSet, cameras: int) -> BaseSet:
    store: Any = FilmedStore(base.store, cameras)
    return BaseSet(store, base.split, base.indices, base.rows)


def test_other_cameras_are_those_of_the_same_performance(base: BaseSet) -> None:
    seen = filmed(base, cameras=2)
    others = other_cameras(seen)
    assert sorted(others) == base.indices.tolist()
    for number, (other,) in others.items():
        assert other == number ^ 1
        assert base.store.clips[other].label == base.store.clips[number].label
    assert other_cameras(filmed(base, cameras=1)) == {}


def test_the_second_view_may_be_of_another_camera(encoder: Encoder, base: BaseSet) -> None:
    stage = byol(encoder, filmed(base, cameras=2), other_camera=0.5)
    items = [item for batch in stage.batches(0) for item in batch]
    partners = [(item.clip, stage._partner(item, 0).clip) for item in items]
    assert sorted(one for one, _ in partners) == base.indices.tolist()
    changed = [two == one ^ 1 for one, two in partners]
    assert all(two in (one, one ^ 1) for one, two in partners)
    assert 0.25 < sum(changed) / len(changed) < 0.75
    assert torch.isfinite(stage(loaded(stage))["loss"])
    alone = byol(encoder, filmed(base, 2))  # never asks for another camera
    assert all(alone._partner(item, 0) == item for item in items)


def test_pooling_the_map_is_the_encoders_forward() -> None:
    for absent in (False, True):
        encoder = new_encoder(persons=2, mask_absent_persons=absent).eval()
        clips = torch.randn(3, 6, 8, 20, 2)
        clips[1, ..., 1] = 0
        pooled = pool_map(encoder, clips, encoder.feature_map(clips))
        torch.testing.assert_close(pooled, encoder(clips))


def test_spread_tells_a_collapse() -> None:
    assert collapse_std(torch.ones(6, 5)).item() == pytest.approx(0, abs=1e-6)
    wide = collapse_std(torch.randn(4000, 16)).item()
    assert wide == pytest.approx(1 / 4, abs=0.01)


class VectorsOnly(nn.Module):
    """An encoder without feature maps."""

    def __init__(self, encoder: Encoder) -> None:
        super().__init__()
        self.spec, self.channels, self.embed_dim = encoder.spec, encoder.channels, 4


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"queue": 48}, "strategy.queue: found 48 entries, the base has 48 clips"),
        ({"mining": "cross-stream"}, "found 'cross-stream' and no strategy.further_streams"),
    ],
)
def test_what_cannot_work_is_refused(
    encoder: Encoder, base: BaseSet, changes: dict[str, Any], message: str
) -> None:
    assert len(base.indices) == 48
    with pytest.raises(SkelshotError, match=message):
        aimclr(encoder, base, **changes)


def test_dropping_needs_a_feature_map(encoder: Encoder, base: BaseSet) -> None:
    bare: Any = VectorsOnly(encoder)
    with pytest.raises(
        SkelshotError, match=r"strategy\.attention_drop: .* VectorsOnly gives vectors"
    ):
        aimclr(bare, base)
    assert aimclr(bare, base, attention_drop=False)


def test_an_encoder_for_another_input_is_refused(base: BaseSet) -> None:
    with pytest.raises(SkelshotError, match="takes 3 channels, the input has 6"):
        byol(new_encoder(channels=3), base)


def test_keys_with_running_statistics_carry_no_mark_of_their_batch(
    encoder: Encoder, base: BaseSet
) -> None:
    for key_norm in ("batch", "running"):
        stage = aimclr(encoder, base, key_norm=key_norm).train()
        batch = loaded(stage)
        views = batch["key 0"]
        contrast: Any = stage.contrasts[0]
        alone, together = contrast.key(views[:2]), contrast.key(views)[:2]
        marked = not torch.allclose(alone, together, atol=1e-5)
        assert marked is (key_norm == "batch")


def test_running_statistics_follow(encoder: Encoder, base: BaseSet) -> None:
    stage = aimclr(encoder, base, key_norm="running").train()
    contrast: Any = stage.contrasts[0]
    key, online = contrast.key_encoder.input_norm, stage.encoder.input_norm
    before = key.running_mean.clone()
    stage(loaded(stage))
    assert torch.equal(key.running_mean, before)  # a forward alone changes nothing
    stage.after_step()
    torch.testing.assert_close(key.running_mean, 0.9 * before + 0.1 * online.running_mean)
    assert not torch.equal(key.running_mean, before)


@pytest.mark.parametrize(("stage", "more"), [(AimClrStage, {"queue": 16}), (ByolStage, {})])
def test_a_camera_that_does_not_move_is_told(
    base: BaseSet, stage: type[ViewStage], more: dict[str, int]
) -> None:
    flat = InputSpec(layout="kinect-v1", frames=8, coordinates=2, align="root", torso_scale=True)
    options = stage.options_type.model_validate({"name": stage.name, **more})
    made = stage(new_encoder(channels=2), options, StageData(base, flat))
    assert made.remark is not None
    assert "turns pictures in their plane alone" in made.remark
