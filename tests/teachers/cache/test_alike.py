"""Classes of several sets that a teacher hears as nearly the same."""

from pathlib import Path

import numpy as np
import pytest

from skelshot.teachers import FeatureCache, write_features
from skelshot.teachers.cache.alike import MOST, alike_across_sets

NAMES = ("ntu/jump up", "ntu/eat meal/snack", "gator/jump", "gator/bow", "raise hand")
BARE = ("jump up", "eat meal/snack", "jump", "bow", "raise hand")


def cache_of(folder: Path, vectors: np.ndarray, names: tuple[str, ...]) -> FeatureCache:
    return write_features(
        folder / "features",
        text=vectors[:, None],
        teacher="mine",
        fingerprint="v1",
        data_hash="0a1b",
        class_names=names,
    )


def test_pairs_of_different_sets_are_told_the_nearest_first(tmp_path: Path) -> None:
    vectors = np.eye(5, 6) + 3.0  # what all have in common says nothing
    vectors[2] = vectors[0] + 0.1 * np.eye(6)[5]
    vectors[4] = vectors[3] + 0.4 * np.eye(6)[5]
    found = alike_across_sets(cache_of(tmp_path, vectors, NAMES), BARE)
    centred = vectors - vectors.mean(0)
    cosine = [
        centred[a] @ centred[b] / np.linalg.norm(centred[a]) / np.linalg.norm(centred[b])
        for a, b in ((0, 2), (3, 4))
    ]
    assert [(pair.first, pair.second) for pair in found] == [
        ("ntu/jump up", "gator/jump"),
        ("gator/bow", "raise hand"),
    ]
    assert [pair.cosine for pair in found] == pytest.approx(cosine, abs=5e-4)


def test_classes_of_one_set_are_never_told(tmp_path: Path) -> None:
    vectors = np.eye(5, 6)
    vectors[1] = vectors[0] + 1e-3
    assert alike_across_sets(cache_of(tmp_path, vectors, NAMES), BARE) == []
    alone = FeatureCache.open(tmp_path / "features")
    assert alike_across_sets(alone, NAMES) == []


def test_no_more_than_a_few_are_told(tmp_path: Path) -> None:
    names = tuple(f"{part}/{number}" for number in range(20) for part in ("one", "two"))
    vectors = np.repeat(np.eye(20), 2, axis=0)
    vectors[::2, 0] += 1e-3
    bare = tuple(name.partition("/")[2] for name in names)
    assert len(alike_across_sets(cache_of(tmp_path, vectors, names), bare)) == MOST
