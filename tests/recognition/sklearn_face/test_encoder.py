"""The transformer: the recogniser's vectors, fitted or not."""

from pathlib import Path

import joblib
import numpy as np
import pytest

import skelshot as sk
from skelshot.recognition import MatchOptions


@pytest.fixture(scope="module")
def clips(toy_store: sk.Store) -> list[sk.SkeletonSequence]:
    return [toy_store.sequence(place) for place in range(4)]


@pytest.mark.parametrize(("readout", "width"), [("pooled", 128), ("joints", 2560), ("flat", 15360)])
def test_vectors_are_those_that_the_recogniser_compares(clips, readout: str, width: int) -> None:
    engine = sk.Recognizer(options=MatchOptions(readout=readout)).engine
    encoder = sk.SkeletonEncoder(readout=readout)
    unfitted = encoder.transform(clips)
    np.testing.assert_array_equal(unfitted, engine.encoder.read(clips).numpy())
    np.testing.assert_array_equal(encoder.fit_transform(clips), unfitted)
    assert unfitted.dtype == np.float32
    assert unfitted.shape == (4, width)
    names = encoder.get_feature_names_out()
    assert (len(names), names[0]) == (width, "skeletonencoder0")


def test_the_mirror_image_is_looked_at_where_asked_for(clips) -> None:
    plain, both = (sk.SkeletonEncoder(mirrored=told).transform(clips) for told in (False, True))
    assert plain.shape == both.shape
    assert np.abs(plain - both).max() > 1e-3


def test_a_fitted_transformer_travels_whole(clips, tmp_path: Path) -> None:
    encoder = sk.SkeletonEncoder().fit()
    joblib.dump(encoder, tmp_path / "encoder.joblib")
    again = joblib.load(tmp_path / "encoder.joblib")
    np.testing.assert_array_equal(again.transform(clips), encoder.transform(clips))


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"readout": "max"}, "match, readout: found 'max'"),
        ({"mirrored": "perhaps"}, "match, mirrored: found 'perhaps'"),
        ({"encoder": "nowhere.safetensors"}, "encoder: nowhere.safetensors: no such file"),
    ],
)
def test_wrong_parameters_are_told(clips, settings, told: str) -> None:
    for call in (lambda one: one.fit(clips), lambda one: one.transform(clips)):
        with pytest.raises(sk.SkelshotError, match=told) as raised:
            call(sk.SkeletonEncoder(**settings))
        assert isinstance(raised.value, ValueError)
