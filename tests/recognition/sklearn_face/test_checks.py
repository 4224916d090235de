"""scikit-learn's own checks, which feed tables, on estimators that take a row for a clip.

docs/guide/scikit-learn.md says which of them apply.
"""

from typing import Any

import numpy as np
import pytest
from sklearn.datasets import make_blobs
from sklearn.exceptions import SkipTestWarning
from sklearn.utils import estimator_checks
from sklearn.utils.estimator_checks import check_estimator, parametrize_with_checks
from sklearn.utils.validation import check_is_fitted, validate_data

import skelshot as sk

FRAMES = 16
BODY = np.random.default_rng(7).normal(0, 0.4, (20, 3))
WITHOUT_DATA = [
    "check_estimator_cloneable", "check_estimator_tags_renamed", "check_valid_tag_types",
    "check_estimator_repr", "check_no_attributes_set_in_init", "check_mixin_order",
    "check_do_not_raise_errors_in_init_or_set_params", "check_parameters_default_constructible",
    "check_get_params_invariance", "check_set_params",
]  # fmt: skip
"""The checks that need no X, which run on the estimators as they are."""


def clips_of_rows(X: np.ndarray) -> np.ndarray:
    """Let each number of a row push one coordinate of a body, more and more."""
    clips = np.broadcast_to(BODY, (len(X), FRAMES, 20, 3)).reshape(len(X), FRAMES, 60).copy()
    pushes = 0.2 * (0.5 + np.arange(FRAMES) / FRAMES)
    for number in range(X.shape[1]):
        clips[:, :, 7 * number % 60] += X[:, number, None] * pushes
    return clips.reshape(len(X), FRAMES, 20, 3)


class OfRows:
    """An estimator of tables: rows are checked as scikit-learn does, and made clips."""

    def fit(self, X: Any, y: Any = None) -> Any:
        return super().fit(clips_of_rows(validate_data(self, X, dtype=np.float64)), y)

    def _clips(self, X: Any) -> np.ndarray:
        if self.__sklearn_tags__().requires_fit:
            check_is_fitted(self)
        return clips_of_rows(validate_data(self, X, dtype=np.float64, reset=False))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array, tags.input_tags.allow_nan = True, False
        tags.input_tags.one_d_array = tags.input_tags.string = False
        return tags


class ClassifierOfRows(OfRows, sk.FewShotSkeletonClassifier):
    def predict(self, X: Any) -> np.ndarray:
        return super().predict(self._clips(X))

    def predict_proba(self, X: Any) -> np.ndarray:
        return super().predict_proba(self._clips(X))


class EncoderOfRows(OfRows, sk.SkeletonEncoder):
    def transform(self, X: Any) -> np.ndarray:
        return super().transform(self._clips(X))


@pytest.fixture(autouse=True)
def _fewer_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some checks fit 300 rows many times; to read as many clips takes long."""

    def few(n_samples: int, **how: Any) -> Any:
        return make_blobs(min(n_samples, 60), **how)

    monkeypatch.setattr(estimator_checks, "make_blobs", few)


@parametrize_with_checks(
    [
        ClassifierOfRows("skelshot-small", layout="kinect-v1", raw="none"),
        EncoderOfRows("skelshot-small", layout="kinect-v1", readout="pooled"),
    ]
)
def test_every_check_of_tables(estimator: Any, check: Any) -> None:
    check(estimator)


@pytest.mark.parametrize("kind", [sk.FewShotSkeletonClassifier, sk.SkeletonEncoder])
@pytest.mark.parametrize("check", WITHOUT_DATA)
def test_every_check_without_data(kind: Any, check: str) -> None:
    getattr(estimator_checks, check)(kind.__name__, kind())


@pytest.mark.parametrize("kind", [sk.FewShotSkeletonClassifier, sk.SkeletonEncoder])
def test_the_tags_say_that_samples_are_no_rows(kind: Any) -> None:
    with pytest.warns(SkipTestWarning, match="Can't test estimator"):
        check_estimator(kind())
    tags = kind().__sklearn_tags__().input_tags
    assert (tags.two_d_array, tags.one_d_array, tags.string, tags.allow_nan) == (
        False, True, True, True,
    )  # fmt: skip
