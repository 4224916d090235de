"""Classes of different sets of which a teacher hears nearly the same: what may be one action."""

from collections.abc import Sequence
from typing import NamedTuple

import torch.nn.functional as F

from skelshot.teachers.cache.read import FeatureCache

LEAST = 0.65
"""From which cosine on two classes are told; see `docs/research/`, the note on several sets."""

MOST = 8
"""How many pairs are told at most."""


class AlikeClasses(NamedTuple):
    """Two classes of different sets.

    Args:
        first: The name of one, with its set.
        second: That of the other.
        cosine: Of their texts' vectors, less the mean of all classes'.
    """

    first: str
    second: str
    cosine: float


def alike_across_sets(cache: FeatureCache, bare_names: Sequence[str]) -> list[AlikeClasses]:
    """List classes of different sets whose texts are near each other.

    Args:
        cache: A teacher's features of a store, text features among them.
        bare_names: The store's class names without the sets, in label order.

    Returns:
        Up to eight pairs, the nearest first; none where the store is of a single set. A class
        that was joined of several sets counts as one of a further set.
    """
    labels = cache.info.text_labels
    names = [cache.class_names[label] for label in labels]
    sets = [name.removesuffix(bare_names[label]) for name, label in zip(names, labels, strict=True)]
    if len(set(sets)) < 2:
        return []
    means = cache.text.double().mean(dim=1)
    vectors = F.normalize(means - means.mean(dim=0), dim=1)
    cosines = vectors @ vectors.T
    pairs = [
        AlikeClasses(names[first], names[second], round(float(cosines[first, second]), 3))
        for first, second in (cosines >= LEAST).triu(diagonal=1).nonzero().tolist()
        if sets[first] != sets[second]
    ]
    return sorted(pairs, key=lambda pair: -pair.cosine)[:MOST]
