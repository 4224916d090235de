"""Batches: every clip once, and nothing that depends on order or workers."""

import os
import signal

import numpy as np
import pytest
import torch
from torch.utils.data import dataloader

from skelshot.datasets.batches import (
    Item,
    clip_batches,
    clip_input,
    load_batches,
    shuffled_batches,
    time_reversed,
)
from skelshot.datasets.store import Store
from skelshot.skeletons import Augmentation, InputSpec, SkeletonSequence, encode_input

SPEC = InputSpec(layout="kinect-v1", frames=12, streams=("joint", "joint-motion"))
STRONG = Augmentation(crop=(0.5, 1.0), rotate_degrees=(10, 60, 10), jitter=0.01, mirror=0.5)


def test_clip_batches_give_the_encoder_inputs_in_order(toy_store: Store) -> None:
    batches = list(clip_batches(toy_store, SPEC, range(7), 3))
    assert [len(batch) for batch in batches] == [3, 3, 1]
    expected = [encode_input(toy_store.sequence(index), SPEC) for index in range(7)]
    np.testing.assert_array_equal(torch.cat(batches).numpy(), np.stack(expected))


def test_augmentation_follows_from_keys_name_and_use_alone(toy_store: Store) -> None:
    def load(items: list[Item], keys: tuple[object, ...], workers: int = 0) -> torch.Tensor:
        def one(item: Item) -> torch.Tensor:
            return clip_input(toy_store, item, SPEC, STRONG, keys)

        return next(load_batches(one, [items], workers))

    items = [Item(0), Item(1), Item(0, use=1), Item(0, time_reversed=True)]
    first = load(items, ("seed", 0))
    assert torch.equal(first, load(items[::-1], ("seed", 0)).flip(0))
    assert torch.equal(first, load(items, ("seed", 0), workers=2))
    assert not torch.equal(first, load(items, ("seed", 1)))
    different = [(0, 2), (0, 3), (2, 3)]
    assert all(not torch.equal(first[a], first[b]) for a, b in different)


def test_shuffled_batches_hold_every_item_once() -> None:
    items = [Item(clip) for clip in range(41)]
    batches = shuffled_batches(items, 8, "seed", 3)
    assert sorted(item for batch in batches for item in batch) == items
    assert min(len(batch) for batch in batches) > 1
    assert batches == shuffled_batches(items, 8, "seed", 3)
    assert batches != shuffled_batches(items, 8, "seed", 4)


def test_time_reversed_turns_time_round(tiny_sequence: SkeletonSequence) -> None:
    turned = time_reversed(tiny_sequence)
    np.testing.assert_array_equal(turned.joints[:, 0], tiny_sequence.joints[:, -1])
    np.testing.assert_array_equal(time_reversed(turned).joints, tiny_sequence.joints)


def test_a_worker_that_dies_is_noticed_by_asking(monkeypatch: pytest.MonkeyPatch) -> None:
    asking = dataloader._MultiProcessingDataLoaderIter._try_get_data
    monkeypatch.setattr(asking, "__defaults__", (0.2,))  # in place of five seconds

    def die(item: Item) -> torch.Tensor:
        os.kill(os.getpid(), signal.SIGKILL)
        return torch.zeros(1)

    with pytest.raises(RuntimeError, match="DataLoader worker") as told:
        list(load_batches(die, [[Item(0)]] * 3, workers=2))
    assert "exited unexpectedly" in str(told.value)
