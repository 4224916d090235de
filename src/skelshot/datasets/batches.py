"""Batches of encoder input, the same whatever the number of workers."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from skelshot.datasets.store import Store
from skelshot.ground.processes import ctrl_c_for_parent_only, follow_parent
from skelshot.ground.seeding import rng_for
from skelshot.skeletons import Augmentation, InputSpec, SkeletonSequence, encode_input

Array = NDArray[np.float32]


class Item(NamedTuple):
    """One use of a clip.

    Args:
        clip: The clip's index in the store.
        use: Tells several uses of one clip within an epoch apart; each is augmented anew.
        backwards: Play the clip from its end to its start.
    """

    clip: int
    use: int = 0
    backwards: bool = False


class _Clips(Dataset[Tensor]):
    """Encoder inputs of a store in one epoch, looked up by `Item`."""

    def __init__(
        self,
        store: Store,
        spec: InputSpec,
        augmentation: Augmentation | None,
        keys: tuple[object, ...],
    ) -> None:
        self._store = store
        self._spec = spec
        self._augmentation = augmentation
        self._keys = keys

    def __getitem__(self, item: Item) -> Tensor:
        sequence = self._store.sequence(item.clip)
        if item.backwards:
            sequence = backwards(sequence)
        if self._augmentation is None:
            return torch.from_numpy(encode_input(sequence, self._spec))
        name = self._store.clips[item.clip].name
        rng = rng_for("augment", *self._keys, item.use, item.backwards, name)
        return torch.from_numpy(encode_input(sequence, self._spec, self._augmentation, rng))


def backwards(sequence: SkeletonSequence) -> SkeletonSequence:
    """Play a clip from its end to its start.

    Args:
        sequence: Joints (M, T, V, C) and what goes with them.

    Returns:
        The same frames in reverse order, numbered from 0.
    """

    def flip(array: Array | None) -> Array | None:
        return None if array is None else np.ascontiguousarray(array[:, ::-1])

    return replace(
        sequence,
        joints=np.ascontiguousarray(sequence.joints[:, ::-1]),
        present=np.ascontiguousarray(sequence.present[:, ::-1]),
        frame_index=None,
        confidence=flip(sequence.confidence),
        pixels=flip(sequence.pixels),
    )


def load_batches(
    store: Store,
    spec: InputSpec,
    batches: Sequence[Sequence[Item]],
    *,
    augmentation: Augmentation | None = None,
    keys: tuple[object, ...] = (),
    workers: int = 0,
) -> Iterator[Tensor]:
    """Yield encoder inputs batch by batch.

    Args:
        store: The clips.
        spec: From a sequence to the encoder's input.
        batches: What each batch holds.
        augmentation: Random changes, or None for none.
        keys: Seed, stage and epoch; with a clip's name and its `Item` number they are all that
            the random changes depend on.
        workers: Processes that prepare batches.

    Yields:
        Tensors (n, C, T, V, M), one a batch, in order.
    """
    loader = DataLoader(
        _Clips(store, spec, augmentation, keys),
        batch_sampler=[list(batch) for batch in batches],
        num_workers=workers,
        collate_fn=torch.stack,
        worker_init_fn=_begin,
    )
    with ctrl_c_for_parent_only():
        loaded = iter(loader)
    yield from loaded


def _begin(_worker: int) -> None:
    follow_parent()


def plain_batches(indices: Sequence[int], size: int) -> list[list[Item]]:
    """Cut clips into batches in their own order.

    Args:
        indices: Clip indices.
        size: Clips a batch; the last may hold fewer.

    Returns:
        Batches of items for `load_batches`.

    Example:
        >>> [[item.clip for item in batch] for batch in plain_batches([4, 5, 6], 2)]
        [[4, 5], [6]]
    """
    return cut([Item(int(index)) for index in indices], size)


def cut(items: Sequence[Item], size: int) -> list[list[Item]]:
    """Cut items into batches in their own order.

    Args:
        items: What to cut.
        size: Items a batch; the last may hold fewer.

    Returns:
        The batches.
    """
    return [list(items[start : start + size]) for start in range(0, len(items), size)]


def shuffled_batches(items: Sequence[Item], size: int, *keys: object) -> list[list[Item]]:
    """Cut items into batches in a random order that depends on the keys.

    Args:
        items: Items in an order that does not depend on other clips of the store.
        size: Items a batch. A last batch of one joins the one before it, because batch
            normalisation cannot take it.
        keys: For example seed, stage and epoch.

    Returns:
        Batches for `load_batches`.

    Example:
        >>> items = [Item(clip) for clip in range(9)]
        >>> [len(batch) for batch in shuffled_batches(items, 4, "seed", 0)]
        [4, 5]
    """
    order = rng_for("shuffle", *keys).permutation(len(items))
    batches = cut([items[int(i)] for i in order], size)
    if len(batches) > 1 and len(batches[-1]) == 1:
        last = batches.pop()
        batches[-1] += last
    return batches
