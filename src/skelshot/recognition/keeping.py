"""Places of exemplars: the contract of a gallery, and one in memory."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from skelshot.ground import SkelshotError
from skelshot.ground.suggestions import did_you_mean
from skelshot.recognition.enrolled import Exemplar

Features = Mapping[int, NDArray[np.float32]]


class Keeping(Protocol):
    """Gallery as a recogniser needs it."""

    @property
    def settings(self) -> dict[str, Any]:
        """Settings of recognition of the gallery's clips, as JSON values."""

    @settings.setter
    def settings(self, settings: Mapping[str, Any], /) -> None: ...

    @property
    def stamp(self) -> object:
        """Something else whenever the exemplars are others, whoever changed them."""

    @property
    def fingerprint(self) -> str | None:
        """Of the encoder whose features are kept; None where there are none."""

    def add(self, exemplars: Iterable[Exemplar], /) -> list[int]:
        """Keep exemplars, all or none; return their numbers."""

    def forget(self, action: str | None = None, ids: Collection[int] | None = None) -> int:
        """Leave out an action or single exemplars; return how many."""

    def actions(self) -> dict[str, int]:
        """Return how many exemplars each action has."""

    def by_id(self) -> dict[int, Exemplar]:
        """Return the exemplars by number, rising."""

    def keep_features(self, fingerprint: str, features: Features, /) -> None:
        """Keep what an encoder says of exemplars; those of another fingerprint go."""

    def features(self, fingerprint: str, /) -> Features:
        """Return what is kept of that fingerprint, by number."""


class InMemory:
    """Exemplars in memory, until a recogniser is saved."""

    def __init__(self) -> None:
        self._next = 1
        self._exemplars: dict[int, Exemplar] = {}
        self._features: dict[int, NDArray[np.float32]] = {}
        self._fingerprint: str | None = None
        self._settings: dict[str, Any] = {}

    @property
    def settings(self) -> dict[str, Any]:
        """Settings of whoever recognises with it."""
        return self._settings

    @settings.setter
    def settings(self, settings: Mapping[str, Any]) -> None:
        self._settings = dict(settings)

    @property
    def stamp(self) -> tuple[int, int]:
        """Count of the exemplars, and the next one's number, which is never another's."""
        return len(self._exemplars), self._next

    @property
    def fingerprint(self) -> str | None:
        """Of the encoder whose features are kept; None where there are none."""
        return self._fingerprint if self._features else None

    def add(self, exemplars: Iterable[Exemplar]) -> list[int]:
        """Keep exemplars.

        Args:
            exemplars: Of any actions.

        Returns:
            Their numbers.
        """
        new = dict(enumerate(exemplars, start=self._next))
        self._exemplars.update(new)
        self._next += len(new)
        return list(new)

    def forget(self, action: str | None = None, ids: Collection[int] | None = None) -> int:
        """Leave out an action or single exemplars.

        Args:
            action: All exemplars of this action.
            ids: Exemplars by number; of this action alone where both are given.

        Returns:
            How many there were.
        """
        gone = [
            number
            for number, exemplar in self._exemplars.items()
            if action in (None, exemplar.action) and (ids is None or number in ids)
        ]
        for number in gone:
            del self._exemplars[number]
            self._features.pop(number, None)
        return len(gone)

    def actions(self) -> dict[str, int]:
        """Count the exemplars of each action.

        Returns:
            Counts by action, in the order in which they were first enrolled.
        """
        return dict(Counter(exemplar.action for exemplar in self._exemplars.values()))

    def by_id(self) -> dict[int, Exemplar]:
        """Return the exemplars.

        Returns:
            Exemplars by number, rising.
        """
        return dict(self._exemplars)

    def keep_features(self, fingerprint: str, features: Features) -> None:
        """Keep what an encoder says of exemplars.

        Args:
            fingerprint: Of the encoder and the way from clip to feature; features of another go.
            features: By number.
        """
        if fingerprint != self._fingerprint:
            self._features, self._fingerprint = {}, fingerprint
        self._features.update(features)

    def features(self, fingerprint: str) -> Features:
        """Return what is kept of that fingerprint.

        Args:
            fingerprint: Of the encoder and the way from clip to feature.

        Returns:
            Features by number; none of another fingerprint.
        """
        return dict(self._features) if fingerprint == self._fingerprint else {}


def forget_action(keeping: Keeping, name: str) -> int:
    """Leave an action out.

    Args:
        keeping: The gallery.
        name: The action.

    Returns:
        How many clips it had.

    Raises:
        SkelshotError: There is none of that name; the nearest is named.

    Example:
        >>> forget_action(InMemory(), "wave")
        Traceback (most recent call last):
        ...
        skelshot.ground.errors.SkelshotError: forget: found no action 'wave', nothing is enrolled
    """
    known = keeping.actions()
    if name not in known:
        expected = f"expected one of {', '.join(known)}" if known else "nothing is enrolled"
        raise SkelshotError(
            f"forget: found no action {name!r:.80}, {expected}{did_you_mean(name, known)}"
        )
    return keeping.forget(name)
