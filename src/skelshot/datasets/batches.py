"""Batches of encoder input, the same whatever the number of workers."""

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from types import TracebackType
from typing import NamedTuple, TypeVar

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
        time_reversed: Play the clip from its end to its start.
    """

    clip: int
    use: int = 0
    time_reversed: bool = False


def clip_input(
    store: Store,
    item: Item,
    spec: InputSpec,
    augmentation: Augmentation | None = None,
    keys: tuple[object, ...] = (),
) -> Tensor:
    """Turn one use of a clip into an encoder's input.

    Args:
        store: The clips.
        item: Which one, and whether it is played backwards.
        spec: From a sequence to the input.
        augmentation: Random changes, or None for none.
        keys: Seed, stage and epoch; with the clip's name and its `Item` they are all that the
            random changes depend on.

    Returns:
        The input (C, T, V, M).
    """
    sequence = store.sequence(item.clip)
    if item.time_reversed:
        sequence = time_reversed(sequence)
    if augmentation is None:
        return torch.from_numpy(encode_input(sequence, spec))
    name = store.clips[item.clip].name
    rng = rng_for("augment", *keys, item.use, item.time_reversed, name)
    return torch.from_numpy(encode_input(sequence, spec, augmentation, rng))


def time_reversed(sequence: SkeletonSequence) -> SkeletonSequence:
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


Loaded = TypeVar("Loaded")


class _Loaded(Dataset[Loaded]):
    """Data set whose values a function makes of items."""

    def __init__(self, load: Callable[[Item], Loaded]) -> None:
        self._load = load

    def __getitem__(self, item: Item) -> Loaded:
        return self._load(item)


def load_batches(
    load: Callable[[Item], Loaded], batches: Sequence[Sequence[Item]], workers: int = 0
) -> Iterator[Loaded]:
    """Yield batches of what is loaded, in order and the same for every number of workers.

    Args:
        load: Makes a tensor, or tensors by name, of an item.
        batches: What each batch holds.
        workers: Processes that load.

    Yields:
        The tensors of each batch, stacked along a new first axis.

    Example:
        >>> list(load_batches(lambda item: torch.tensor(item.clip), [[Item(3), Item(5)]]))
        [tensor([3, 5])]
    """
    loader = DataLoader(
        _Loaded(load),
        batch_sampler=[list(batch) for batch in batches],
        num_workers=workers,
        worker_init_fn=_begin,
    )
    with ctrl_c_for_parent_only():
        loaded = iter(loader)
    yield from loaded


def _begin(_worker: int) -> None:
    follow_parent()
    sys.excepthook = _unless_cut_off


def _unless_cut_off(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """Print what a thread could not handle, but not that whoever asked for tensors has left."""
    if not issubclass(kind, ConnectionError):
        sys.__excepthook__(kind, error, trace)


def clip_batches(
    store: Store, spec: InputSpec, indices: Sequence[int], size: int
) -> Iterator[Tensor]:
    """Yield the encoder inputs of clips in their own order.

    Args:
        store: The clips.
        spec: From a sequence to the input.
        indices: Which clips.
        size: Clips a batch; the last may hold fewer.

    Yields:
        Tensors (n, C, T, V, M).
    """
    items = [Item(int(index)) for index in indices]
    yield from load_batches(lambda item: clip_input(store, item, spec), cut(items, size))


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
