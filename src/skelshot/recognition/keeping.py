"""Where exemplars are kept: the contract of a gallery, and one in memory."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from skelshot.recognition.enrolled import Exemplar

Features = dict[int, NDArray[np.float32]]


class Keeping(Protocol):
    """What a recogniser needs of a gallery."""

    @property
    def ids(self) -> list[int]:
        """Numbers of the exemplars, in their order."""

    @property
    def settings(self) -> dict[str, Any]:
        """How the gallery's clips are recognised, as JSON values."""

    @settings.setter
    def settings(self, values: dict[str, Any]) -> None: ...

    def add(self, exemplars: Sequence[Exemplar]) -> list[int]:
        """Keep exemplars, all or none; return their numbers."""

    def forget(self, *, action: str | None = None, ids: Sequence[int] | None = None) -> int:
        """Leave out exemplars; return how many."""

    def exemplars(self) -> list[Exemplar]:
        """Return the exemplars, in the order of their numbers."""

    def keep_features(self, fingerprint: str, features: Mapping[int, NDArray[np.float32]]) -> None:
        """Keep what an encoder says of exemplars; those of another fingerprint go."""

    def features(self, fingerprint: str) -> Features:
        """Return what is kept of that fingerprint, by number."""


class InMemory:
    """Exemplars in memory, until a recogniser is saved."""

    def __init__(self) -> None:
        self._next = 1
        self._exemplars: dict[int, Exemplar] = {}
        self._features: Features = {}
        self._fingerprint: str | None = None
        self.settings: dict[str, Any] = {}

    @property
    def ids(self) -> list[int]:
        """Numbers of the exemplars, in their order."""
        return list(self._exemplars)

    def add(self, exemplars: Sequence[Exemplar]) -> list[int]:
        """Keep exemplars.

        Args:
            exemplars: Any number.

        Returns:
            Their numbers.
        """
        numbers = list(range(self._next, self._next + len(exemplars)))
        self._exemplars.update(zip(numbers, exemplars, strict=True))
        self._next += len(exemplars)
        return numbers

    def forget(self, *, action: str | None = None, ids: Sequence[int] | None = None) -> int:
        """Leave out exemplars.

        Args:
            action: All of this action.
            ids: Those of these numbers.

        Returns:
            How many there were.
        """
        gone = {
            number
            for number, exemplar in self._exemplars.items()
            if exemplar.action == action or number in (ids or ())
        }
        for number in gone:
            del self._exemplars[number]
            self._features.pop(number, None)
        return len(gone)

    def exemplars(self) -> list[Exemplar]:
        """Return the exemplars, in the order of their numbers."""
        return list(self._exemplars.values())

    def keep_features(self, fingerprint: str, features: Mapping[int, NDArray[np.float32]]) -> None:
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
