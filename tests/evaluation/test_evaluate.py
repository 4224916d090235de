"""Evaluation: all tasks at once give what tasks one by one give."""

import math
from collections.abc import Sequence

import numpy as np
import pytest
import torch

from skelshot.datasets.protocols import ClassSplitProtocol, protocol_named
from skelshot.datasets.protocols.tasks import Split
from skelshot.datasets.store import Store
from skelshot.encoders import GraphNetworkSpec, build_encoder
from skelshot.encoders.readouts import read_out
from skelshot.evaluation import evaluate as room
from skelshot.evaluation.evaluate import evaluate, score_queries
from skelshot.evaluation.options import EvaluateOptions
from skelshot.evaluation.task_batches import batch_tasks
from skelshot.fewshot import CosineClassifier, NearestNeighbour
from skelshot.fewshot.views import View, view_clips
from skelshot.ground import SkelshotError
from skelshot.runs.embedding import encode_clips
from skelshot.skeletons import InputSpec, encode_input

PROTOCOL = protocol_named("toy")
UNEVEN = PROTOCOL.model_copy(update={"exemplars": "same-subjects"})


class Positions:
    """Features without an encoder: a clip's first frames; counts how often it is asked."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.asked: list[int] = []

    def __call__(self, split: Split, indices: Sequence[int]) -> torch.Tensor:
        self.asked.append(split.index)
        spec = InputSpec(layout="kinect-v1", frames=6)
        clips = [encode_input(self.store.sequence(i), spec).ravel() for i in indices]
        return torch.from_numpy(np.stack(clips))


@pytest.mark.parametrize("protocol", [PROTOCOL, UNEVEN], ids=["any clips", "same subjects"])
@pytest.mark.parametrize("shots", [1, 3])
def test_the_batch_gives_what_a_loop_gives(
    toy_store: Store, protocol: ClassSplitProtocol, shots: int
) -> None:
    splits = protocol.split_list(toy_store)
    source = Positions(toy_store)
    (result,) = evaluate(toy_store, protocol, splits, NearestNeighbour(), [shots], source)
    assert source.asked == [0, 1, 2]
    literal = []
    for split in splits:
        hits = []
        for task in protocol.tasks(toy_store, split, shots):
            support = source(split, task.support.ravel().tolist()).view(4, shots, -1)
            queries = source(split, task.queries.tolist())
            nearest = [
                int(torch.cdist(query[None], support.flatten(0, 1)).argmin()) // shots
                for query in queries
            ]
            right = [n == t for n, t in zip(nearest, task.targets, strict=True)]
            hits.append(sum(right) / len(right))
        literal.append(sum(hits) / len(hits))
    assert result.per_split == pytest.approx(literal)
    assert result.interval.mean == pytest.approx(sum(literal) / 3)


def test_features_are_asked_for_once_whatever_the_shots(toy_store: Store) -> None:
    source = Positions(toy_store)
    splits = PROTOCOL.split_list(toy_store)
    results = evaluate(toy_store, PROTOCOL, splits, NearestNeighbour(), [1, 2], source)
    assert source.asked == [0, 1, 2]
    assert [result.shots for result in results] == [1, 2]
    assert results[0].protocol_hash != results[1].protocol_hash


def test_confusion_counts_every_query_of_its_class(toy_store: Store) -> None:
    splits = PROTOCOL.split_list(toy_store)[:1]
    method = NearestNeighbour()
    (result,) = evaluate(toy_store, PROTOCOL, splits, method, [1], Positions(toy_store))
    totals = result.confusion.sum(1)
    assert [label for label in range(10) if totals[label]] == list(splits[0].novel)
    assert set(totals[list(splits[0].novel)].tolist()) == {PROTOCOL.draws * 7}
    per_class = result.per_class(toy_store.class_names)
    right = sum(result.confusion[label, label] for label in splits[0].novel)
    assert sum(per_class.values()) / 4 == pytest.approx(float(right / totals.sum()))
    assert math.isclose(result.interval.mean, float(right / totals.sum()), rel_tol=1e-6)


def test_chunks_of_tasks_change_nothing(toy_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    split = PROTOCOL.split_list(toy_store)[0]
    indices = [i for i, clip in enumerate(toy_store.clips) if clip.label in split.novel]
    bank = Positions(toy_store)(split, indices)
    places = {index: place for place, index in enumerate(indices)}
    tasks = PROTOCOL.tasks(toy_store, split, 2)
    batch = batch_tasks(tasks, [places] * len(tasks))
    whole = score_queries(CosineClassifier(), bank, batch)
    monkeypatch.setattr(room, "FLOATS_AT_ONCE", 1)
    parts = score_queries(CosineClassifier(), bank, batch)
    assert torch.equal(whole.argmax(-1), parts.argmax(-1))
    torch.testing.assert_close(whole, parts)


def test_encoded_clips_are_the_mean_over_views(toy_store: Store) -> None:
    spec = InputSpec(layout="kinect-v1", frames=8)
    encoder = build_encoder(
        GraphNetworkSpec(name="agcn", layout="kinect-v1", frames=8, width=0.125), 0
    )
    views = (View(), View(turn=30, mirror=True))
    options = EvaluateOptions(readout="joints", views=views, batch=3)
    found = encode_clips(encoder, toy_store, spec, range(5), options)
    encoder.eval()
    with torch.no_grad():
        for index in range(5):
            clip = torch.from_numpy(encode_input(toy_store.sequence(index), spec))[None]
            seen = [view_clips(clip, view, spec) for view in views]
            literal = sum(read_out(encoder.feature_map(x), "joints") for x in seen)[0] / 2
            torch.testing.assert_close(found[index], literal, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("keep_map", [False, True])
def test_absent_persons_are_left_out_where_the_encoder_masks_them(
    toy_store: Store, keep_map: bool
) -> None:
    """The toy clips show one person, and the second place is empty."""
    spec = InputSpec(layout="kinect-v1", frames=8, persons=2)
    shape = GraphNetworkSpec(
        name="agcn", layout="kinect-v1", frames=8, width=0.125, persons=2, mask_absent_persons=True
    )
    encoder, options = build_encoder(shape, 0), EvaluateOptions(readout="joints")
    found = encode_clips(encoder, toy_store, spec, range(2), options, keep_map=keep_map)
    with torch.no_grad():
        clips = [torch.from_numpy(encode_input(toy_store.sequence(i), spec)) for i in range(2)]
        first = encoder.feature_map(torch.stack(clips))[:, 0]
    expected = first if keep_map else first.mean(2).flatten(1)
    torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-4)


def test_maps_keep_time_and_joints(toy_store: Store) -> None:
    spec = InputSpec(layout="kinect-v1", frames=8)
    encoder = build_encoder(
        GraphNetworkSpec(name="agcn", layout="kinect-v1", frames=8, width=0.125), 0
    )
    maps = encode_clips(encoder, toy_store, spec, range(2), EvaluateOptions(), keep_map=True)
    assert maps.shape == (2, 32, 2, 20)


def test_an_encoder_that_gives_nan_is_named(toy_store: Store) -> None:
    spec = InputSpec(layout="kinect-v1", frames=8)
    encoder = build_encoder(
        GraphNetworkSpec(name="agcn", layout="kinect-v1", frames=8, width=0.125), 0
    )
    with torch.no_grad():
        next(encoder.parameters()).fill_(float("nan"))
    with pytest.raises(SkelshotError, match="features that are not finite"):
        encode_clips(encoder, toy_store, spec, range(2), EvaluateOptions())
