"""Episodes: the N-way K-shot tasks that training is cut into."""

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from skelshot.ground import SkelshotError
from skelshot.ground.options import Options
from skelshot.ground.seeding import rng_for


class EpisodeSpec(Options):
    """The shape of an episode.

    Args:
        ways: Classes an episode, N.
        shots: Exemplars a class, K.
        queries: Queries a class, Q / N.
        per_epoch: Episodes an epoch.
    """

    described: ClassVar[str] = "episode"

    ways: int = Field(5, ge=2)
    shots: int = Field(1, ge=1)
    queries: int = Field(5, ge=1)
    per_epoch: int = Field(100, ge=1)


class EpisodeSampler:
    """Draws episodes of clips; impossible ones are refused when it is made.

    Args:
        spec: The shape of an episode.
        labels: Label of each clip (n,).
        seed: Episodes depend on the seed, the epoch and their number alone.

    Raises:
        SkelshotError: There are fewer classes than ways, or a class has fewer clips than one
            episode takes.

    Example:
        >>> spec = EpisodeSpec(ways=2, shots=1, queries=1, per_epoch=1)
        >>> EpisodeSampler(spec, [0, 0, 1, 1, 2], seed=0)
        Traceback (most recent call last):
        ...
        skelshot.ground.errors.SkelshotError: episodes: class 2 has 1 clips, ...
    """

    def __init__(self, spec: EpisodeSpec, labels: Sequence[int], seed: int) -> None:
        self.spec = spec
        self.seed = seed
        numbers = np.asarray(labels, np.int64)
        self._members = {int(label): np.flatnonzero(numbers == label) for label in set(labels)}
        if len(self._members) < spec.ways:
            raise SkelshotError(
                f"episodes: {spec.ways} ways are asked for, the base has {len(self._members)} "
                "classes; lower episodic.episode.ways"
            )
        for label, members in sorted(self._members.items()):
            if len(members) < spec.shots + spec.queries:
                raise SkelshotError(
                    f"episodes: class {label} has {len(members)} clips, {spec.shots} shots and "
                    f"{spec.queries} queries need {spec.shots + spec.queries}; lower "
                    "episodic.episode.shots or .queries"
                )

    def episode(self, epoch: int, number: int) -> NDArray[np.int64]:
        """Draw one episode.

        Args:
            epoch: The epoch.
            number: The episode's number in the epoch.

        Returns:
            Clip positions (N, K + Q / N): the first K of each row are exemplars, the rest
            queries.
        """
        rng = rng_for(self.seed, "episode", epoch, number)
        classes = rng.choice(sorted(self._members), self.spec.ways, replace=False)
        size = self.spec.shots + self.spec.queries
        return np.stack([rng.choice(self._members[int(c)], size, replace=False) for c in classes])
