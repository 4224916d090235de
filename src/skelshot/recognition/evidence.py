"""Evidence: how near clips are to each action, by every way of comparing them."""

from dataclasses import dataclass

import torch
from torch import Tensor

from skelshot.evaluation.fusion import FUSIONS


@dataclass(frozen=True, eq=False)
class Evidence:
    """Nearness of Q clips to N actions by S terms.

    Args:
        terms: Larger is nearer, (S, Q, N).
        weights: One a term.
        actions: Which of all actions these are, (N,).
        background: How near a clip and an action's exemplars are to movements of other kinds, the
            mean of both, (S, Q, N); None where nothing was compared with those.
        prototypes: How near clips are to the mean of each action's exemplars, (S, Q, N); None
            where nothing was compared with the background.
    """

    terms: Tensor
    weights: tuple[float, ...]
    actions: Tensor
    background: Tensor | None = None
    prototypes: Tensor | None = None

    @property
    def scores(self) -> Tensor:
        """The terms added up, each standardised over the actions as an evaluation does, (Q, N)."""
        if len(self.weights) == 1:
            return self.terms[0]
        weights = self.terms.new_tensor(self.weights)[:, None, None]
        return (weights * self.standard).sum(0)

    @property
    def standard(self) -> Tensor:
        """Every term standardised over the actions, (S, Q, N)."""
        return FUSIONS["z-scores"](self.terms) if self.terms.numel() else self.terms

    @property
    def best(self) -> Tensor:
        """The place of the best action, (Q,)."""
        return self.scores.argmax(-1)

    @property
    def nearness(self) -> Tensor:
        """Nearness of the best action by every term, (S, Q)."""
        return self._of_best(self.terms)

    @property
    def above_background(self) -> Tensor:
        """Nearness of the best action beyond that of the background, by every term, (S, Q)."""
        if self.background is None:
            return self.nearness
        return self.nearness - self._of_best(self.background)

    @property
    def residuals(self) -> Tensor:
        """Nearness of the best action's nearest exemplar, and of its mean, beyond the background.

        Returns:
            Larger is nearer: the residual between clip and exemplars is short, (2, S, Q).
        """
        above = self.above_background
        if self.prototypes is None:
            return torch.stack([above, above])
        return torch.stack([above, above - self.nearness + self._of_best(self.prototypes)])

    def part(self, clips: Tensor, actions: Tensor) -> "Evidence":
        """Keep some clips and actions.

        Args:
            clips: Places of the clips, (q,).
            actions: Places of the actions, (n,).

        Returns:
            The evidence about those.
        """

        def kept(values: Tensor) -> Tensor:
            return values[:, clips][:, :, actions]

        return Evidence(
            kept(self.terms),
            self.weights,
            self.actions[actions],
            None if self.background is None else kept(self.background),
            None if self.prototypes is None else kept(self.prototypes),
        )

    def weighted(self, values: Tensor) -> Tensor:
        """Add up values of the terms.

        Args:
            values: (S, ...).

        Returns:
            Their weighted mean, (...).
        """
        weights = values.new_tensor(self.weights).view(-1, *[1] * (values.dim() - 1))
        return (values * weights).sum(0) / weights.sum()

    def _of_best(self, values: Tensor) -> Tensor:
        """Keep what values (S, Q, N) say of the best action, (S, Q)."""
        return values.gather(2, self.best.expand(len(values), -1)[..., None])[..., 0]
