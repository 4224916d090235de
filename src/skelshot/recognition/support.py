"""The support set: enrolled exemplars as every term reads them, and what they say of each other."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from skelshot.evaluation.fusion import FUSIONS
from skelshot.recognition.evidence import Evidence
from skelshot.recognition.term import Term


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
    """

    terms: tuple[Term, ...]
    features: tuple[Tensor, ...]
    labels: Tensor
    actions: tuple[str, ...]
    names: tuple[str, ...]
    places: Tensor

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
        )

    def evidence(self, queries: Sequence[Tensor]) -> Evidence:
        """Compare clips with all actions.

        Args:
            queries: What each term reads of Q clips, S tensors (Q, ...).

        Returns:
            The evidence.
        """
        count = len(self.actions)
        terms = [
            term.to_actions(known, self.labels, count, asked)
            for term, known, asked in zip(self.terms, self.features, queries, strict=True)
        ]
        return Evidence(torch.stack(terms), self.weights, torch.arange(count))

    def nearest(self, queries: Sequence[Tensor]) -> Tensor:
        """Tell how near clips are to each exemplar.

        Args:
            queries: What each term reads of Q clips, S tensors (Q, ...).

        Returns:
            The terms added up, each standardised over the exemplars, (Q, E).
        """
        parts = [
            term.weight * FUSIONS["z-scores"](term.to_exemplars(known, asked))
            for term, known, asked in zip(self.terms, self.features, queries, strict=True)
        ]
        return torch.stack(parts).sum(0)

    def without_themselves(self) -> tuple[Evidence, Tensor]:
        """Compare each exemplar with all others, where its action has another.

        Returns:
            The evidence about k exemplars, and their places, (k,).
        """
        places = (self.counts[self.labels] > 1).nonzero()[:, 0]
        every = self.evidence(self.features).terms[:, places]
        for row, place in enumerate(places.tolist()):
            own = self.labels[place]
            others = (self.labels == own).nonzero()[:, 0]
            others = others[others != place]
            for number, (term, known) in enumerate(zip(self.terms, self.features, strict=True)):
                alone = torch.zeros(len(others), dtype=torch.int64)
                again = term.to_actions(known[others], alone, 1, known[place : place + 1])
                every[number, row, own] = again[0, 0]
        return Evidence(every, self.weights, torch.arange(len(self.actions))), places

    def without_their_actions(self) -> tuple[Evidence, ...]:
        """Compare the exemplars of each action with all other actions, as if it were unknown.

        Returns:
            The evidence about each action's exemplars; none where there is one action only.
        """
        if len(self.actions) < 2:
            return ()
        every = self.evidence(self.features).terms
        numbers = torch.arange(len(self.actions))
        found = []
        for own in numbers.tolist():
            others = numbers[numbers != own]
            rows = every[:, self.labels == own][:, :, others]
            found.append(Evidence(rows, self.weights, others))
        return tuple(found)
