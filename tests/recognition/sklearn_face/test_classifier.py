"""The classifier: the recogniser's answers, and scikit-learn's ways around them."""

import inspect
import shutil
from functools import partial
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import (
    GridSearchCV,
    StratifiedKFold,
    cross_val_predict,
    cross_val_score,
)
from sklearn.pipeline import make_pipeline

import skelshot as sk
from skelshot.encoders import packaged_file
from skelshot.recognition import MatchOptions
from skelshot.recognition.settings import RecognizerSettings

Sequences = list[sk.SkeletonSequence]
SHOTS = 3
few_shot = partial(sk.FewShotSkeletonClassifier, "skelshot-small")
"""By the small encoder, for speed."""


@pytest.fixture(scope="module")
def shown(toy_store: sk.Store) -> tuple[Sequences, list[str]]:
    """Three clips of each of three actions, in the store's order, which is not the sorted one."""
    return clips(toy_store, range(3), slice(0, SHOTS))


@pytest.fixture(scope="module")
def asked(toy_store: sk.Store) -> tuple[Sequences, list[str]]:
    """Further clips of those actions, and of two others."""
    return clips(toy_store, range(5), slice(SHOTS, SHOTS + 2))


def clips(store: sk.Store, labels: range, which: slice) -> tuple[Sequences, list[str]]:
    places = [at for one in labels for at in np.flatnonzero(store.labels == one)[which].tolist()]
    places = places[::-1]
    return [store.sequence(at) for at in places], [str(store.class_of(at)) for at in places]


def recognizer(X: Sequences, y: list[str], **settings: Any) -> sk.Recognizer:
    made = sk.Recognizer("skelshot-small", **settings)
    for action in sorted(set(y)):  # negatives are spliced of each action and the next
        made.enroll(action, [one for one, label in zip(X, y, strict=True) if label == action])
    return made


@pytest.mark.parametrize(
    ("match", "settings"),
    [
        ({}, {}),
        ({"to": "mean", "distance": "euclid", "readout": "joints"}, {"unknown": "leave-one-out"}),
        ({"raw": "none", "mirrored": True}, {"unknown": "negatives", "threshold": 0.7}),
        ({"encoder_weight": 0.0}, {"conformal": 0.4}),
    ],
)
def test_answers_are_those_of_the_recogniser(
    shown: Any, asked: Any, match: dict[str, Any], settings: dict[str, Any]
) -> None:
    answers = recognizer(*shown, options=MatchOptions(**match), **settings).predict_many(asked[0])
    few = few_shot(unknown_label="none", **match, **settings).fit(*shown)
    assert few.classes_.tolist() == sorted(set(shown[1]))
    scores = np.array([[one.scores[name] for name in few.classes_] for one in answers])
    shares = np.exp(scores) / np.exp(scores).sum(1, keepdims=True)
    np.testing.assert_allclose(few.predict_proba(asked[0]), shares, atol=1e-5)
    known = [one.known for one in answers]
    np.testing.assert_allclose(few.predict_known(asked[0]), known, atol=1e-4)
    assert few.predict(asked[0]).tolist() == [one.label or "none" for one in answers]


def test_without_a_label_for_unknown_the_nearest_action_is_named(shown: Any, asked: Any) -> None:
    few = few_shot().fit(*shown)
    best = few.classes_[few.predict_proba(asked[0]).argmax(1)]
    assert few.predict(asked[0]).tolist() == best.tolist()
    assert not hasattr(few, "predict_known")
    assert few.score(*shown) == 1.0


def test_parameters_and_their_defaults_are_the_recognisers() -> None:
    told = inspect.signature(sk.FewShotSkeletonClassifier).parameters
    settings, match = RecognizerSettings(), MatchOptions()
    wanted = {name: getattr(settings, name) for name in RecognizerSettings.model_fields}
    wanted |= {name: getattr(match, name) for name in MatchOptions.model_fields}
    del wanted["match"]
    wanted["encoder"] = None  # the clips choose, as they do there
    assert {name: one.default for name, one in told.items()} == wanted | {
        "unknown_label": None, "layout": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("labels", "unknown"),
    [
        (np.array([7, 7, 7, -2, -2, -2, 5, 5, 5]), -1),
        (np.array([0.0, 0, 0, 1, 1, 1, 2, 2, 2]), -1),
        (np.array(["b"] * 3 + ["a"] * 3 + ["c"] * 3), "nothing of these"),
        (np.array(["b"] * 3 + ["a"] * 3 + ["c"] * 3, dtype=object), "?"),
    ],
)
def test_labels_are_names_or_numbers(
    shown: Any, asked: Any, labels: np.ndarray, unknown: Any
) -> None:
    few = few_shot(unknown_label=unknown, threshold=0.99).fit(shown[0], labels)
    assert few.classes_.tolist() == sorted(set(labels.tolist()))
    told = few.predict([*shown[0], *asked[0]]).tolist()
    assert unknown in told
    assert set(told) <= {*labels.tolist(), unknown}


def test_clips_that_are_labelled_unknown_are_left_out(shown: Any, asked: Any) -> None:
    """So that a search over clips of known and other actions can choose the threshold."""
    others = [one for one, label in zip(*asked, strict=True) if label not in shown[1]]
    X, y = [*others, *shown[0]], ["none"] * len(others) + shown[1]
    few = few_shot(unknown_label="none")
    alone = few.fit(*shown).predict_proba(asked[0])
    np.testing.assert_array_equal(few.fit(X, y).predict_proba(asked[0]), alone)
    search = GridSearchCV(few, {"threshold": [0.001, 0.5]}, cv=StratifiedKFold(2)).fit(X, y)
    assert "none" not in search.best_estimator_.classes_
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


def test_one_action_is_always_named(shown: Any, asked: Any) -> None:
    few = few_shot().fit(shown[0][:2], ["wave"] * 2)
    assert set(few.predict(asked[0])) == {"wave"}
    assert few.predict_proba(asked[0]).tolist() == [[1.0]] * len(asked[0])


def test_cross_validation_and_search(shown: Any) -> None:
    few = few_shot(raw="none")
    assert cross_val_score(few, *shown, cv=3).mean() > 0.6
    shares = cross_val_predict(few, *shown, cv=3, method="predict_proba")
    np.testing.assert_allclose(shares.sum(1), 1)
    grid = {"to": ["exemplar", "mean"], "raw": ["none", "raw-nearest"], "mirrored": [False]}
    search = GridSearchCV(few, grid, cv=3).fit(*shown)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    assert search.score(*shown) == 1.0


@pytest.mark.slow
def test_processes_side_by_side_give_what_one_gives(shown: Any) -> None:
    few = few_shot(raw="none")
    alone = cross_val_score(few, *shown, cv=3)
    assert cross_val_score(few, *shown, cv=3, n_jobs=2).tolist() == alone.tolist()


def test_pipeline_of_encoder_and_classifier(shown: Any) -> None:
    pipe = make_pipeline(sk.SkeletonEncoder("skelshot-small"), LogisticRegression(max_iter=1000))
    grid = {"skeletonencoder__readout": ["pooled", "joints"]}
    search = GridSearchCV(pipe, grid, cv=3).fit(*shown)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    assert search.score(*shown) == 1.0


@pytest.mark.parametrize("unknown", ["nearest-distance", "negatives"])
def test_a_fitted_classifier_travels_whole(
    shown: Any, asked: Any, tmp_path: Path, unknown: str
) -> None:
    """The encoder with it, whatever becomes of its file."""
    shutil.copy(packaged_file("skelshot-small"), tmp_path / "mine.safetensors")
    few = sk.FewShotSkeletonClassifier(
        tmp_path / "mine.safetensors", unknown_label="none", unknown=unknown
    ).fit(*shown)
    joblib.dump(few, tmp_path / "few.joblib")
    (tmp_path / "mine.safetensors").unlink()
    again = joblib.load(tmp_path / "few.joblib")
    assert again.predict(asked[0]).tolist() == few.predict(asked[0]).tolist()
    assert again.predict_known(asked[0]).tolist() == few.predict_known(asked[0]).tolist()
    with pytest.raises(sk.SkelshotError, match=r"encoder: .*mine.safetensors: no such file"):
        again.fit(*shown)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"readout": "flatt"}, "match, readout: found 'flatt'"),
        ({"raw": "none", "encoder_weight": 0}, "match: expected encoder_weight or raw_weight"),
        ({"threshold": 2}, "recogniser, threshold: found 2"),
        ({"encoder": "skelshot-bass"}, "encoder: .* did you mean 'skelshot-base'"),
        ({"encoder": 3}, "encoder: found int, expected the name"),
        ({"unknown": "nearest", "unknown_label": "none"}, "--unknown: found 'nearest'"),
        ({"conformal": 0.01, "unknown_label": "none"}, "expected at least 99"),
        ({"unknown_label": -1}, "unknown_label: found -1, expected a name, which y holds"),
        ({"unknown_label": ["none"]}, "unknown_label: found .'none'., expected a name"),
    ],
)
def test_wrong_parameters_are_told_by_fit(shown: Any, settings: dict[str, Any], told: str) -> None:
    with pytest.raises(sk.SkelshotError, match=told) as raised:
        sk.FewShotSkeletonClassifier(**settings).fit(*shown)
    assert isinstance(raised.value, ValueError)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("y", "told"),
    [
        (None, "y: "),
        (["a"] * 8, "y: found 8 labels, expected one a clip of X, 9"),
        ([0.1, 0.2, 0.3] * 3, "y: Unknown label type: continuous"),
        ([1.0, np.nan, 2.0] * 3, "y: Input y contains NaN"),
        ([["a", "b"]] * 9, "y: y should be a 1d array"),
        (np.array(["a", 1, 2] * 3, dtype=object), "y: "),
    ],
)
def test_wrong_labels_are_refused(shown: Any, y: Any, told: str) -> None:
    with pytest.raises(sk.SkelshotError, match=told) as raised:
        sk.FewShotSkeletonClassifier().fit(shown[0], y)
    assert isinstance(raised.value, ValueError)


def test_what_comes_too_early_or_too_late_is_said(shown: Any) -> None:
    few = few_shot()
    with pytest.raises(NotFittedError):
        few.predict(shown[0])
    with pytest.raises(ValueError, match="y: found no label but unknown_label='a', expected one"):
        sk.FewShotSkeletonClassifier(unknown_label="a").fit(shown[0], ["a"] * 9)
    few.fit(*shown).set_params(unknown_label="none")
    with pytest.raises(ValueError, match="unknown_label: was None in fit, expected a label"):
        few.predict_known(shown[0])
