"""What the transfer regresses: f_t, f_v, f_t + f_v, against their literal formulas."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from skelshot.datasets.batches import Item
from skelshot.datasets.protocols import protocol_named
from skelshot.datasets.store import Store
from skelshot.encoders import GraphNetworkSpec, build_encoder
from skelshot.experiments.settings import load_settings
from skelshot.ground import SkelshotError
from skelshot.ground.seeding import rng_for
from skelshot.pretraining.stage import BaseSet, StageData
from skelshot.pretraining.teacher_targets import TeacherTargets
from skelshot.pretraining.transfer import TransferStage
from skelshot.pretraining.transfer_options import TransferOptions
from skelshot.skeletons import InputSpec
from skelshot.teachers import FeatureCache, write_features
from skelshot.teachers.cache.chunks import Chunk, ClipNote
from skelshot.teachers.cache.conflict import existing_or_conflict
from skelshot.teachers.cache.info import FeatureInfo, VideoInfo
from skelshot.teachers.cache.write import fresh_partial, write_whole

DIM = 6
INPUTS = InputSpec(layout="kinect-v1", frames=8)


@pytest.fixture
def base(toy_store: Store) -> BaseSet:
    return BaseSet.of(toy_store, protocol_named("toy").split_list(toy_store)[0])


def written(
    store: Store, path: Path, *, directions: Any = 1, samples: int = 3, lacking: Sequence[str] = ()
) -> FeatureCache:
    """Write random features: texts of one rendering a direction, videos, prompted texts."""
    rng = np.random.default_rng(5)
    text = torch.from_numpy(rng.normal(2, 1, (10, directions, DIM)).astype(np.float32))
    texts = [[name, f"{name} backwards"][:directions] for name in store.class_names]
    names = [clip.name for clip in store.clips if clip.name not in lacking]
    shape = (len(names), directions, samples)
    video = rng.normal(3, 2, (*shape, DIM)).astype(np.float32)
    prompted = rng.normal(-1, 2, (*shape, 1, DIM)).astype(np.float32)
    features = FeatureInfo(
        teacher="random",
        fingerprint="r",
        dim=DIM,
        data_hash=store.data_hash,
        class_names=store.class_names,
        text_labels=tuple(range(10)),
        texts=tuple(tuple(row) for row in texts),
        video=VideoInfo(
            key="k", clips=len(names), directions=directions, samples=samples, prompts=1
        ),
    )
    assert existing_or_conflict(path, features, text) is None
    chunk = Chunk([ClipNote(name) for name in names], video, prompted)
    return write_whole(path, fresh_partial(path), features, text, [chunk])


@pytest.fixture
def cache(toy_store: Store, tmp_path: Path) -> FeatureCache:
    return written(toy_store, tmp_path / "features")


def parts(cache: FeatureCache, base: BaseSet, item: Item, seed: int) -> tuple[torch.Tensor, ...]:
    """Return f_v, f_t and prompted f_t of one use of a clip, as cached."""
    record = base.store.clips[item.clip]
    assert cache.video is not None
    assert cache.video.prompted is not None
    row = cache.video.clips.index(record.name)
    sample = int(rng_for(seed, "sample", item.use, record.name).integers(3))
    way = int(item.time_reversed)
    return (
        torch.from_numpy(np.array(cache.video.video[row, way, sample])),
        cache.text[record.label, way],
        torch.from_numpy(np.array(cache.video.prompted[row, way, sample, 0])),
    )


@pytest.mark.parametrize("normalise", [True, False])
@pytest.mark.parametrize("prompted", [True, False])
@pytest.mark.parametrize("representation", ["text", "video", "video+text"])
def test_targets_are_what_the_options_say(
    base: BaseSet, cache: FeatureCache, representation: Any, prompted: bool, normalise: bool
) -> None:
    options = TransferOptions(representation=representation, prompted=prompted, normalise=normalise)
    targets = TeacherTargets(base, cache, options, seed=4)
    items = [item._replace(use=7) for item in base.items[:12]]
    for item, found in zip(items, targets(items), strict=True):
        f_v, plain, of_video = parts(cache, base, item, seed=4)
        f_t = of_video if prompted else plain
        if normalise:
            f_v, f_t = f_v / f_v.norm(), f_t / f_t.norm()
        expected = {"text": f_t, "video": f_v, "video+text": f_v + f_t}[representation]
        torch.testing.assert_close(found, expected)


def test_every_sample_is_drawn_and_the_epoch_decides(base: BaseSet, cache: FeatureCache) -> None:
    options = TransferOptions(representation="video", normalise=False)
    targets = TeacherTargets(base, cache, options, seed=0)
    item = base.items[0]
    assert cache.video is not None
    (cached,) = cache.video.video_for([base.store.clips[item.clip].name])
    drawn = targets([item._replace(use=epoch) for epoch in range(30)])
    seen = {int((cached[0] == row).all(1).nonzero()) for row in drawn}
    assert seen == {0, 1, 2}
    torch.testing.assert_close(drawn, targets([item._replace(use=e) for e in range(30)]))


def test_each_part_is_centred_before_the_sum(base: BaseSet, cache: FeatureCache) -> None:
    options = TransferOptions(representation="video+text", centre=True)
    targets = TeacherTargets(base, cache, options, seed=0)
    assert cache.video is not None
    names = [base.store.clips[int(i)].name for i in base.indices]
    videos = F.normalize(cache.video.video_for(names), dim=-1)
    mean = videos.flatten(0, 2).mean(0)
    texts = F.normalize(cache.text[list(base.split.base), 0], dim=-1)
    for item, found in zip(base.items[:9], targets(base.items[:9]), strict=True):
        f_v, f_t, _ = parts(cache, base, item, seed=0)
        f_v = F.normalize(F.normalize(f_v, dim=0) - mean, dim=0)
        f_t = F.normalize(F.normalize(f_t, dim=0) - texts.mean(0), dim=0)
        torch.testing.assert_close(found, f_v + f_t, rtol=1e-4, atol=1e-5)


def test_backwards_clips_have_videos_shown_backwards(
    base: BaseSet, toy_store: Store, tmp_path: Path
) -> None:
    both = written(toy_store, tmp_path / "both", directions=2)
    options = TransferOptions(representation="video+text", normalise=False, batch=8)
    targets = TeacherTargets(base, both, options, seed=0)
    assert targets.time_reversed
    items = [item._replace(time_reversed=True) for item in base.items[:5]]
    for item, found in zip(items, targets(items), strict=True):
        f_v, f_t, _ = parts(both, base, item, seed=0)
        torch.testing.assert_close(found, f_v + f_t)


def test_without_videos_backwards_no_clip_is_played_backwards(
    base: BaseSet, cache: FeatureCache
) -> None:
    options = TransferOptions(representation="video+text")
    assert not TeacherTargets(base, cache, options, seed=0).time_reversed
    asked = options.model_copy(update={"time_reversed": True})
    with pytest.raises(SkelshotError, match="has no videos played backwards; teach with --prompts"):
        TeacherTargets(base, cache, asked, seed=0)


def test_clips_without_videos(base: BaseSet, toy_store: Store, tmp_path: Path) -> None:
    names = [base.store.clips[int(i)].name for i in base.indices[:3]]
    cache = written(toy_store, tmp_path / "some", lacking=names)
    options = TransferOptions(representation="video+text", normalise=False)
    with pytest.raises(SkelshotError, match=f"3 of {len(base.indices)} base clips have no video"):
        TeacherTargets(base, cache, options, seed=0)
    for representation in ("video", "video+text"):
        change: dict[str, Any] = {"representation": representation, "missing_video": "text"}
        targets = TeacherTargets(base, cache, options.model_copy(update=change), seed=0)
        assert len(targets.items) == len(base.indices)
        found = targets(base.items[:4])
        labels = [base.store.clips[item.clip].label for item in base.items[:3]]
        torch.testing.assert_close(found[:3], cache.text[labels, 0])
        f_v, f_t, _ = parts(cache, base, base.items[3], seed=0)
        torch.testing.assert_close(found[3], f_v if representation == "video" else f_v + f_t)
        assert targets.remark == (
            f"3 of {len(base.indices)} base clips have no video features and are trained towards "
            "f_t alone"
        )
    dropped = options.model_copy(update={"missing_video": "drop", "batch": 8})
    targets = TeacherTargets(base, cache, dropped, seed=0)
    kept = {base.store.clips[item.clip].name for item in targets.items}
    assert kept == {base.store.clips[int(i)].name for i in base.indices} - set(names)
    encoder = build_encoder(
        GraphNetworkSpec(name="agcn", layout="kinect-v1", frames=8, width=0.125), seed=0
    )
    stage = TransferStage(encoder, dropped, StageData(base, INPUTS, teacher=cache))
    assert stage.remark is not None
    assert stage.remark.endswith("base clips have no video features and are left out")
    drawn = [item.clip for batch in stage.batches(0) for item in batch]
    assert sorted(drawn) == sorted(item.clip for item in targets.items)


def test_with_all_videos_there_is_nothing_to_remark(base: BaseSet, cache: FeatureCache) -> None:
    for representation in ("text", "video", "video+text"):
        options = TransferOptions.model_validate({"representation": representation})
        assert TeacherTargets(base, cache, options, seed=0).remark is None


def test_the_paper_preset_regresses_the_sum_of_both(base: BaseSet, cache: FeatureCache) -> None:
    options = load_settings("paper", layout="kinect-v1").pretrain.strategy
    assert isinstance(options, TransferOptions)
    targets = TeacherTargets(base, cache, options, seed=0)
    assert not targets.time_reversed
    for item in base.items[:3]:
        f_v, f_t, _ = parts(cache, base, item, seed=0)
        expected = F.normalize(f_v, dim=-1) + F.normalize(f_t, dim=-1)
        torch.testing.assert_close(targets([item])[0], expected)


def test_features_of_reversed_clips_are_not_used_by_the_paper_preset(
    base: BaseSet, toy_store: Store, tmp_path: Path
) -> None:
    both_ways = written(toy_store, tmp_path / "both", directions=2)
    options = load_settings("paper", layout="kinect-v1").pretrain.strategy
    assert isinstance(options, TransferOptions)
    assert not TeacherTargets(base, both_ways, options, seed=0).time_reversed
    usual = options.model_copy(update={"time_reversed": "auto"})
    assert TeacherTargets(base, both_ways, usual, seed=0).time_reversed


def test_shuffled_videos_stay_in_their_class_and_never_with_their_clip(
    base: BaseSet, cache: FeatureCache
) -> None:
    assert cache.video is not None
    options = TransferOptions(representation="video", normalise=False, shuffle_video="within-class")
    found = {}
    for seed in (0, 1):
        targets = TeacherTargets(base, cache, options, seed=seed)
        rows = []
        for item in base.items:
            (target,) = targets([item])
            match = (torch.from_numpy(np.array(cache.video.video[:, 0])) == target).all(-1)
            row = int(match.any(1).nonzero())
            taken = base.store.index_of(cache.video.clips[row])
            assert taken != item.clip
            assert base.store.clips[taken].label == base.store.clips[item.clip].label
            rows.append(row)
        assert len(set(rows)) == len(rows)
        found[seed] = rows
    assert found[0] != found[1]


def test_videos_alone_need_no_texts(base: BaseSet, toy_store: Store, tmp_path: Path) -> None:
    names = [clip.name for clip in toy_store.clips]
    vectors = np.random.default_rng(0).normal(size=(len(names), 2, DIM))
    cache = write_features(
        tmp_path / "mine",
        video=vectors,
        clips=names,
        teacher="mine",
        fingerprint="v1",
        data_hash=toy_store.data_hash,
        class_names=toy_store.class_names,
    )
    options = TransferOptions(representation="video", normalise=False)
    item = base.items[0]
    (target,) = TeacherTargets(base, cache, options, seed=0)([item])
    cached = torch.from_numpy(vectors[item.clip].astype(np.float32))
    assert (cached == target).all(1).any()
    both = TransferOptions(representation="video+text")
    with pytest.raises(SkelshotError, match="lacks the text features of 6 classes"):
        TeacherTargets(base, cache, both, seed=0)
    prompted = TransferOptions(representation="text", prompted=True)
    with pytest.raises(SkelshotError, match="lacks the text features"):
        TeacherTargets(base, cache, prompted, seed=0)


def test_prompted_texts_that_are_not_there(
    base: BaseSet, toy_store: Store, toy_features: FeatureCache, tmp_path: Path
) -> None:
    options = TransferOptions(prompted=True)
    with pytest.raises(SkelshotError, match=r"strategy.prompted: found true, .* hold text only"):
        TeacherTargets(base, toy_features, options, seed=0)
    names = [clip.name for clip in toy_store.clips]
    cache = write_features(
        tmp_path / "plain",
        text=np.arange(10.0 * DIM).reshape(10, 1, DIM),
        video=np.ones((len(names), DIM)),
        clips=names,
        teacher="mine",
        fingerprint="v1",
        data_hash=toy_store.data_hash,
        class_names=toy_store.class_names,
    )
    with pytest.raises(SkelshotError, match="hold no prompted texts; teach with --prompted"):
        TeacherTargets(base, cache, options, seed=0)


@pytest.mark.parametrize("representation", ["video", "video+text"])
def test_labels_stand_beside_the_features_of_every_clip_and_way(
    toy_store: Store, base: BaseSet, tmp_path: Path, representation: str
) -> None:
    """The class goes with each, also where clips are dropped or played backwards."""
    gone = [base.store.clips[int(i)].name for i in base.indices[:2]]
    cache = written(toy_store, tmp_path / "features", directions=2, lacking=gone)
    chosen = {"representation": representation, "missing_video": "drop", "batch": 8}
    options = TransferOptions.model_validate(chosen | {"ce_weight": 1})
    spec = GraphNetworkSpec(name="agcn", layout="kinect-v1", frames=8, width=0.125)
    encoder = build_encoder(spec, seed=0)
    stage = TransferStage(encoder, options, StageData(base, INPUTS, teacher=cache))
    items = [item for batch in stage.batches(0) for item in batch]
    assert len(items) == 2 * (len(base.indices) - 2)
    loaded = [stage.load(item, 0) for item in items]
    labels = torch.stack([each["labels"] for each in loaded])
    targets = TeacherTargets(base, cache, options, seed=0)
    assert torch.equal(torch.stack([each["targets"] for each in loaded]), targets(items))
    assert labels.tolist() == [base.label(item) for item in items]
    assert set(labels.tolist()) == set(range(2 * len(base.split.base)))
