"""The support set: enrolled exemplars as every term reads them, and what they say of each other."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import torch
from torch import Tensor

from skelshot.evaluation.fusion import FUSIONS
from skelshot.recognition.cohort import Cohort, levels_of
from skelshot.recognition.evidence import Evidence
from skelshot.recognition.prototypes import to_prototypes
from skelshot.recognition.term import Term, best_of_actions


@dataclass(frozen=True, eq=False)
class Support:
    """E exemplars of N actions as S terms read them.

    Args:
        terms: The ways of comparing.
        features: What each term reads of the exemplars, S tensors (E, ...).
        labels: The action of each exemplar, (E,).
        actions: Names of the actions.
        names: Names of the exemplars.
        places: Where each stands among all exemplars, (E,).
        background: Movements of other kinds, where clips and exemplars are compared with such.
    """

    terms: tuple[Term, ...]
    features: tuple[Tensor, ...]
    labels: Tensor
    actions: tuple[str, ...]
    names: tuple[str, ...]
    places: Tensor
    background: Cohort | None = None

    @property
    def weights(self) -> tuple[float, ...]:
        """One a term."""
        return tuple(term.weight for term in self.terms)

    @property
    def counts(self) -> Tensor:
        """Exemplars of each action, (N,)."""
        return torch.bincount(self.labels, minlength=len(self.actions))

    def part(self, chosen: Tensor) -> "Support":
        """Keep some exemplars.

        Args:
            chosen: Their places, (e,).

        Returns:
            The support set of those; actions keep their numbers.
        """
        return replace(
            self,
            features=tuple(feature[chosen] for feature in self.features),
            labels=self.labels[chosen],
            names=tuple(self.names[place] for place in chosen.tolist()),
            places=self.places[chosen],
            background=self.background and self.background.of_exemplars(chosen),
        )

    def against(self, features: Sequence[Tensor]) -> "Support":
        """Compare with a background too, and by what sets the encoder's features off from it.

        Args:
            features: What each term reads of B movements of other kinds, S tensors (B, ...).

        Returns:
            The same exemplars; the encoder's term is centred on the background's mean.
        """
        terms = tuple(
            replace(term, centre=None if term.path.encoder is None else feature.mean(0))
            for term, feature in zip(self.terms, features, strict=True)
        )
        centred = replace(self, terms=terms, background=None)
        levels = levels_of(terms, features, self.features)
        return replace(centred, background=Cohort(tuple(features), levels, centred.among))

    def nearness(self, queries: Sequence[Tensor]) -> tuple[Tensor, ...]:
        """Compare clips with all exemplars.

        Args:
            queries: What each term reads of Q clips, S tensors (Q, ...).

        Returns:
            How near they are by each term, S tensors (Q, E).
        """
        return tuple(
            term.to_exemplars(known, asked)
            for term, known, asked in zip(self.terms, self.features, queries, strict=True)
        )

    def combined(self, nearness: Sequence[Tensor]) -> Tensor:
        """Add up how near clips are to exemplars, each term standardised over the exemplars.

        Args:
            nearness: By each term, S tensors (Q, E).

        Returns:
            (Q, E).
        """
        parts = zip(self.weights, nearness, strict=True)
        return torch.stack([weight * FUSIONS["z-scores"](near) for weight, near in parts]).sum(0)

    def evidence(
        self, queries: Sequence[Tensor], nearness: Sequence[Tensor] | None = None
    ) -> Evidence:
        """Compare clips with all actions.

        Args:
            queries: What each term reads of Q clips, S tensors (Q, ...).
            nearness: To the exemplars, where it is known already.

        Returns:
            The evidence.
        """
        count = len(self.actions)
        near = self.nearness(queries) if nearness is None else nearness
        terms = [
            term.to_actions(self.features[number], self.labels, count, queries[number])
            if term.by_action
            else self.best_of_actions(near[number])
            for number, term in enumerate(self.terms)
        ]
        told = Evidence(torch.stack(terms), self.weights, torch.arange(count))
        if self.background is None:
            return told
        levels = levels_of(self.terms, self.background.features, queries)
        own = self.background.of_actions(self.labels, count)
        means = [
            to_prototypes(each, among, self.labels, count)
            for each, among in zip(near, self.background.among, strict=True)
        ]
        return replace(
            told,
            background=(levels[..., None] + own[:, None]) / 2,
            prototypes=torch.stack(means),
        )

    def best_of_actions(self, nearness: Tensor) -> Tensor:
        """Keep the nearest exemplar of each action.

        Args:
            nearness: One value an exemplar, (Q, E).

        Returns:
            (Q, N).
        """
        return best_of_actions(nearness, self.labels, len(self.actions))

    @cached_property
    def among(self) -> tuple[Tensor, ...]:
        """Nearness of the exemplars to each other by each term, S tensors (E, E)."""
        known = self.background and self.background.among
        return known or self.nearness(self.features)

    def without_themselves(self) -> tuple[Evidence, Tensor]:
        """Compare each exemplar with all others, where its action has another.

        Returns:
            The evidence about k exemplars, and their places, (k,).
        """
        places = (self.counts[self.labels] > 1).nonzero()[:, 0]
        itself = torch.eye(len(self.labels), dtype=torch.bool)
        near = [each.masked_fill(itself, -torch.inf) for each in self.among]
        every = self.evidence(self.features, near).part(places, torch.arange(len(self.actions)))
        for number, term in enumerate(self.terms):
            if term.by_action:
                every.terms[number] = self._means_without(number, places, every.terms[number])
        return every, places

    def without_their_actions(self) -> tuple[Evidence, ...]:
        """Compare the exemplars of each action with all other actions, as if it were unknown.

        Returns:
            The evidence about each action's exemplars; none where there is one action only.
        """
        if len(self.actions) < 2:
            return ()
        every = self.evidence(self.features, self.among)
        numbers = torch.arange(len(self.actions))
        return tuple(
            every.part((self.labels == own).nonzero()[:, 0], numbers[numbers != own])
            for own in numbers.tolist()
        )

    def _means_without(self, number: int, places: Tensor, scores: Tensor) -> Tensor:
        """Compare exemplars with the means of their actions that they are left out of."""
        term, known = self.terms[number], self.features[number]
        for row, place in enumerate(places.tolist()):
            own = int(self.labels[place])
            others = (self.labels == own).nonzero()[:, 0]
            others = others[others != place]
            alone = torch.zeros(len(others), dtype=torch.int64)
            scores[row, own] = term.to_actions(known[others], alone, 1, known[place][None])[0, 0]
        return scores
