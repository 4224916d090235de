"""The transformer: from clips to vectors, by a trained encoder."""

from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin

from skelshot.recognition.engine import Engine
from skelshot.recognition.match_options import MatchOptions
from skelshot.recognition.sklearn_face.clips_in import engine_of, sequences_for, takes_clips
from skelshot.recognition.sklearn_face.estimator_error import told_as_values

_MATCH = MatchOptions()


class SkeletonEncoder(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """Transformer from clips to what a trained encoder says of them, for any classifier.

    The vectors are those that `Recognizer` compares. Nothing is learnt in `fit`, which loads the
    encoder; a fitted transformer carries it along when it is pickled.

    Args:
        encoder: Packaged weights, an encoder's file, a run or a split of it.
        readout: As in `MatchOptions`: `flat` keeps time and joints, `joints` joints, `pooled`
            neither.
        mirrored: Whether the encoder looks at a clip's mirror image as well.
        layout: Names the joints of arrays; files and sequences know theirs. The only shipped
            layout of as many joints unless told, which is said.

    Attributes:
        engine_: What reads clips.

    Raises:
        EstimatorError: By `fit` and `transform`: a value is wrong, or a clip cannot be read; it is
            a `SkelshotError` and a `ValueError`.

    Example:
        >>> clips = np.random.default_rng(0).normal(size=(2, 30, 20, 3))
        >>> SkeletonEncoder(readout="pooled", layout="kinect-v1").fit_transform(clips).shape
        (2, 128)
    """

    def __init__(
        self,
        encoder: Path | str = "skelshot-base",
        *,
        readout: str = _MATCH.readout,
        mirrored: bool = _MATCH.mirrored,
        layout: object = None,
    ) -> None:
        self.encoder = encoder
        self.readout = readout
        self.mirrored = mirrored
        self.layout = layout

    def fit(self, X: Any = None, y: Any = None) -> Self:
        """Load the encoder.

        Args:
            X: Clips, which are not looked at.
            y: Not looked at.

        Returns:
            The transformer itself.

        Raises:
            EstimatorError: There is no such encoder, or a parameter is wrong.
        """
        del X, y
        self.engine_ = self._engine()
        [term] = self.engine_.terms([])
        self._n_features_out = term.shape[0]
        return self

    @told_as_values()
    def transform(self, X: Any) -> NDArray[np.float32]:
        """Turn clips into vectors.

        Args:
            X: n clips: files, `SkeletonSequence`s, arrays (M, T, V, C) or (T, V, C), in a list or
                stacked.

        Returns:
            (n, D), float32.

        Raises:
            EstimatorError: A clip cannot be read.
        """
        engine = self.engine_ if hasattr(self, "engine_") else self._engine()
        [term] = engine.terms([])
        vectors: NDArray[np.float32] = term.read(sequences_for(engine, X, self.layout)).numpy()
        return vectors

    @told_as_values()
    def _engine(self) -> Engine:
        asked = {"readout": self.readout, "mirrored": self.mirrored, "raw": "none"}
        return engine_of(self.encoder, MatchOptions.model_validate(asked))

    def __sklearn_tags__(self) -> Any:
        tags = takes_clips(super().__sklearn_tags__())
        tags.requires_fit = False
        tags.transformer_tags.preserves_dtype = []
        return tags
