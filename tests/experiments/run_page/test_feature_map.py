"""The plane in which features differ most."""

import numpy as np
import pytest

from skelshot.experiments.run_page.feature_map import principal_plane


def test_the_plane_is_that_of_the_singular_vectors() -> None:
    features = np.random.default_rng(0).normal(size=(40, 7)).astype(np.float32)
    places, shares = principal_plane(features)
    unit = features / np.linalg.norm(features, axis=1, keepdims=True)
    _, sizes, rows = np.linalg.svd(unit - unit.mean(0))
    expected = (unit - unit.mean(0)) @ rows[:2].T
    np.testing.assert_allclose(np.abs(places), np.abs(expected), atol=1e-5)
    assert shares == pytest.approx((sizes**2 / (sizes**2).sum())[:2].tolist(), rel=1e-4)


def test_length_says_nothing_and_signs_are_settled() -> None:
    features = np.random.default_rng(1).normal(size=(9, 30)).astype(np.float32)
    places, _ = principal_plane(features)
    scaled, _ = principal_plane(features * np.arange(1, 10, dtype=np.float32)[:, None])
    np.testing.assert_allclose(places, scaled, atol=1e-5)
    assert (places[np.abs(places).argmax(0), [0, 1]] > 0).all()


def test_features_that_are_all_the_same_stand_in_one_place() -> None:
    places, shares = principal_plane(np.ones((5, 3), np.float32))
    np.testing.assert_allclose(places, 0, atol=1e-6)
    assert shares == pytest.approx([0, 0], abs=1e-3)
