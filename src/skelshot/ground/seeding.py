"""Randomness keyed by names, so that neither order nor worker count matters."""

import hashlib
from collections.abc import Iterable
from typing import TypeVar

import numpy as np

Item = TypeVar("Item")


def digest_of(*keys: object) -> bytes:
    """Return the SHA-256 digest of the keys.

    Args:
        keys: Anything whose `str` is stable; each key is delimited, so ("a", "bc") and
            ("ab", "c") differ.

    Returns:
        32 bytes.

    Example:
        >>> digest_of("split", 0).hex()[:8]
        'c73205be'
    """
    return hashlib.sha256("\x1f".join(str(key) for key in keys).encode()).digest()


def rng_for(*keys: object) -> np.random.Generator:
    """Return a generator that depends on the keys alone.

    Args:
        keys: For example seed, epoch and clip name.

    Returns:
        A fresh NumPy generator; the same keys give the same numbers on every machine.

    Example:
        >>> bool(rng_for(0, "clip").random() == rng_for(0, "clip").random())
        True
    """
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest_of(*keys)[:16], "little")))


def seed_for(*keys: object) -> int:
    """Return a 63-bit seed that depends on the keys alone.

    Args:
        keys: For example seed and stage.

    Returns:
        A non-negative integer fit for `torch.manual_seed`.

    Example:
        >>> seed_for(0, "encoder") == seed_for(0, "encoder")
        True
    """
    return int.from_bytes(digest_of(*keys)[:8], "little") >> 1


def shuffled_by_hash(items: Iterable[Item], *keys: object) -> list[Item]:
    """Order items by the hash of the keys and the item's own text.

    The order is the same in every version of Python and NumPy, which no seeded shuffle
    promises; protocols draw their splits and exemplars this way.

    Args:
        items: Distinct items whose `str` is stable.
        keys: What the draw is for.

    Returns:
        All items, in hash order.

    Example:
        >>> sorted(shuffled_by_hash("abc", "draw", 1))
        ['a', 'b', 'c']
    """
    return sorted(items, key=lambda item: digest_of(*keys, item))
