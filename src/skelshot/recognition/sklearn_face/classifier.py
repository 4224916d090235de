"""The classifier: fitted with a few clips of each action, by the way of `Recognizer`."""

import warnings
from pathlib import Path
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, column_or_1d

from skelshot.encoders import packaged_for
from skelshot.ground.errors import Notice
from skelshot.recognition.enrolled import Exemplar, digest_of
from skelshot.recognition.judge import Judge
from skelshot.recognition.judging import judge_of
from skelshot.recognition.keeping import InMemory
from skelshot.recognition.match_options import MatchOptions
from skelshot.recognition.settings import RecognizerSettings
from skelshot.recognition.sklearn_face.clips_in import (
    clips_of,
    engine_of,
    readable,
    sequences_for,
    takes_clips,
)
from skelshot.recognition.sklearn_face.estimator_error import EstimatorError, told_as_values

Labels = NDArray[Any]

_SETTINGS = RecognizerSettings()
_MATCH = _SETTINGS.match


def _tells_unknown(self: "FewShotSkeletonClassifier") -> bool:
    return self.unknown_label is not None


class FewShotSkeletonClassifier(ClassifierMixin, BaseEstimator):
    """Classifier of clips that is shown each action a few times: `Recognizer` for scikit-learn.

    Clips go the one way from clip to answer (docs/guide/recognise.md), so scores, and labels where
    unknown clips are told, are those of a `Recognizer` with the same settings and exemplars,
    enrolled in the order of `classes_`.

    Args:
        encoder: Packaged weights, an encoder's file, a run or a split of it. Unless told, the clips
            that `fit` sees decide: `skelshot-base` for 3-D joints, `skelshot-2d` for pixels.
        readout: As all of these to `mirrored` in `MatchOptions`: how the encoder is read out.
        distance: Compare what the encoder says of two clips by `cosine` or by `euclid`.
        to: Compare with the nearest `exemplar` of an action, or with their `mean`.
        encoder_weight: Weight of the encoder's scores; 0 leaves the encoder out.
        raw: The method that compares positions of joints beside it, or `none`.
        raw_weight: Weight of its scores.
        mirrored: Whether the encoder looks at a clip's mirror image as well.
        unknown_label: What `predict` gives a clip that shows none of the actions; None always
            gives the nearest action. Clips of this label are left out by `fit`, so that a search
            over open sets can score them.
        unknown: How unknown clips are told, one of `UNKNOWNS`.
        threshold: How sure it must be that a clip is known, from 0 to 1.
        conformal: How often a known clip may be refused, in place of the threshold.
        layout: Names the joints of arrays; files and sequences know theirs. The only shipped
            layout of as many joints unless told, which is said.

    Attributes:
        classes_: The labels of the actions, sorted, (N,).
        engine_: What reads clips.
        support_: The exemplars as they are read.

    Raises:
        EstimatorError: By `fit` and its likes: a value is wrong, or a clip cannot be read; it is a
            `SkelshotError` and a `ValueError`.

    Example:
        >>> rng = np.random.default_rng(0)
        >>> body = rng.normal(0, 0.4, (20, 3))
        >>> def clip(axis: int) -> NDArray[Any]:
        ...     joints = body + rng.normal(0, 0.01, (30, 20, 3))
        ...     joints[:, 11, axis] += np.sin(np.arange(30) / 3)
        ...     return joints
        >>> few = FewShotSkeletonClassifier(layout="kinect-v1")
        >>> few = few.fit([clip(0), clip(1), clip(0), clip(1)], ["bow", "wave", "bow", "wave"])
        >>> few.predict([clip(1), clip(0)]).tolist(), few.classes_.tolist()
        (['wave', 'bow'], ['bow', 'wave'])
    """

    def __init__(
        self,
        encoder: Path | str | None = None,
        *,
        readout: str = _MATCH.readout,
        distance: str = _MATCH.distance,
        to: str = _MATCH.to,
        encoder_weight: float = _MATCH.encoder_weight,
        raw: str = _MATCH.raw,
        raw_weight: float = _MATCH.raw_weight,
        mirrored: bool = _MATCH.mirrored,
        unknown_label: Any = None,
        unknown: str = _SETTINGS.unknown,
        threshold: float = _SETTINGS.threshold,
        conformal: float | None = _SETTINGS.conformal,
        layout: object = None,
    ) -> None:
        self.encoder = encoder
        self.readout = readout
        self.distance = distance
        self.to = to
        self.encoder_weight = encoder_weight
        self.raw = raw
        self.raw_weight = raw_weight
        self.mirrored = mirrored
        self.unknown_label = unknown_label
        self.unknown = unknown
        self.threshold = threshold
        self.conformal = conformal
        self.layout = layout

    @told_as_values()
    def fit(self, X: Any, y: Any) -> Self:
        """Read the exemplars.

        Args:
            X: n clips: files, `SkeletonSequence`s, arrays (M, T, V, C) or (T, V, C), in a list or
                stacked.
            y: Their labels, names or numbers, (n,).

        Returns:
            The classifier itself.

        Raises:
            EstimatorError: A clip cannot be read, X and y are not of one length, labels are none,
                or a parameter is wrong.
        """
        labels = _labels(y)
        known = np.flatnonzero(_is_known(labels, self.unknown_label))
        clips = clips_of(X, self.layout)
        encoder = self.encoder
        if encoder is None:
            encoder = packaged_for(min(one.sequence.channels for one in clips))
            if encoder != packaged_for(3):
                told = f"compared by {encoder}, since X holds pixels; encoder= names another"
                warnings.warn(told, Notice, stacklevel=2)
        self.unknown_label_, self.settings_ = self.unknown_label, self._settings(encoder)
        self.engine_ = engine_of(encoder, self.settings_.match)
        sequences = readable(self.engine_, clips)
        if len(sequences) != len(labels):
            raise EstimatorError(
                f"y: found {len(labels)} labels, expected one a clip of X, {len(sequences)}"
            )
        self.classes_, actions = np.unique(labels[known], return_inverse=True)
        order = np.argsort(actions, kind="stable")  # so that actions are counted as classes_ are
        shown = [sequences[place] for place in known[order].tolist()]
        self._exemplars = {
            place: Exemplar(str(action), one, f"exemplar {place}", None, digest_of(one))
            for place, (action, one) in enumerate(zip(actions[order].tolist(), shown, strict=True))
        }
        self.support_ = self.engine_.support(InMemory(), self._exemplars)
        self._judge = self._judged()
        return self

    @told_as_values()
    def predict(self, X: Any) -> Labels:
        """Name the action that each clip shows.

        Args:
            X: As for `fit`.

        Returns:
            Labels, (n,); `unknown_label`, where one is told, for a clip that shows none of them.

        Raises:
            EstimatorError: A clip cannot be read.
        """
        read = self._read(X)
        best: Labels = self.classes_[self.support_.evidence(read).best.numpy()]
        if self._judge is None:
            return best
        known = [answer.label is not None for answer in self._judge.answers(read)]
        return np.where(known, best, self.unknown_label_)

    @told_as_values()
    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """Tell how the actions share each clip, given that it shows one of them.

        Args:
            X: As for `fit`.

        Returns:
            The softmax of the scores, in the order of `classes_`, (n, N).

        Raises:
            EstimatorError: A clip cannot be read.
        """
        scores = self.support_.evidence(self._read(X)).scores
        shares: NDArray[np.float64] = scores.double().softmax(-1).numpy()
        return shares

    @available_if(_tells_unknown)
    @told_as_values()
    def predict_known(self, X: Any) -> NDArray[np.float64]:
        """Tell how sure it is that each clip shows one of the actions; with `unknown_label` only.

        Args:
            X: As for `fit`.

        Returns:
            From 0 to 1, (n,); `predict` names an action above the threshold.

        Raises:
            EstimatorError: A clip cannot be read, or `unknown_label` was told after `fit`.
        """
        read = self._read(X)
        if self._judge is None:
            raise EstimatorError("unknown_label: was None in fit, expected a label; fit again")
        known: NDArray[np.float64] = self._judge.known(read).double().numpy()
        return known

    def _read(self, X: Any) -> list[torch.Tensor]:
        check_is_fitted(self)
        if not hasattr(self, "_judge"):  # read from a file
            self._judge = self._judged()
        sequences = sequences_for(self.engine_, X, self.layout)
        return [term.read(sequences) for term in self.support_.terms]

    def _settings(self, encoder: Path | str) -> RecognizerSettings:
        match = {name: getattr(self, name) for name in MatchOptions.model_fields}
        return RecognizerSettings(
            encoder=str(encoder),
            match=MatchOptions.model_validate(match),
            unknown=self.unknown,
            threshold=self.threshold,
            conformal=self.conformal,
        )

    def _judged(self) -> Judge | None:
        """Learn what is known, where that is asked for."""
        if self.unknown_label_ is None:
            return None
        told, sequences = self.settings_, [one.sequence for one in self._exemplars.values()]
        return judge_of(self.engine_, self.support_, sequences, told, told.conformal)

    def __getstate__(self) -> dict[str, Any]:
        """Leave the judge out, which is made of functions; it is learnt again."""
        return {name: part for name, part in super().__getstate__().items() if name != "_judge"}

    def __sklearn_tags__(self) -> Any:
        return takes_clips(super().__sklearn_tags__())


def _labels(y: Any) -> Labels:
    """Check labels, one a clip."""
    with told_as_values("y"):
        labels: Labels = column_or_1d(y, warn=True)
        check_classification_targets(labels)
        np.unique(labels)  # which refuses a mixture of names and numbers
    return labels


def _is_known(labels: Labels, unknown_label: Any) -> NDArray[np.bool_]:
    """Tell clips of actions from those that are labelled unknown."""
    if unknown_label is None:
        return np.ones(len(labels), bool)
    named = len(labels) and isinstance(labels[0], str)
    if np.ndim(unknown_label) or isinstance(unknown_label, str) != bool(named):
        kind = "name" if named else "number"
        raise EstimatorError(
            f"unknown_label: found {unknown_label!r:.80}, expected a {kind}, which y holds"
        )
    known: NDArray[np.bool_] = labels != unknown_label
    if not known.any():
        raise EstimatorError(
            f"y: found no label but unknown_label={unknown_label!r:.80}, expected one"
        )
    return known
