"""The two classifiers that are fine-tuned, with their gradients written out.

The gradients are closed formulas, so fine-tuning needs no automatic differentiation: thousands of
small tasks run several times faster without it. The tests compare them with autograd.
"""

from dataclasses import dataclass
from typing import Protocol, Self

import torch
from torch import Tensor
from torch.nn.functional import normalize

from skelshot.fewshot.formulas import linear_logits


class TaskHead(Protocol):
    """A classifier of B tasks whose parameters are changed in place by fine-tuning."""

    @property
    def weights(self) -> Tensor:
        """W, `(B, N, D)`."""

    def prepare(self, features: Tensor) -> Tensor:
        """Return the features `(B, Q, D)` as the head reads them; done once a task."""

    def logits(self, prepared: Tensor) -> Tensor:
        """Score prepared features `(B, Q, D)`; returns `(B, Q, N)`."""

    def gradients(self, prepared: Tensor, logit_gradients: Tensor) -> list[Tensor]:
        """Carry gradients `(B, Q, N)` of the logits back to `parameters`, in that order."""

    def parameters(self) -> list[Tensor]:
        """Return the tensors that fine-tuning changes."""

    def tasks(self, chosen: slice) -> Self:
        """Return some of the tasks; the parameters are shared."""

    def copied(self) -> Self:
        """Return a copy, detached from any graph, that may be changed in place."""


@dataclass(frozen=True)
class LinearTaskHead:
    """p = softmax(W f + b).

    Args:
        weights: W, `(B, N, D)`.
        biases: b, `(B, N)`.
        unit_features: Whether features are brought to length one first.
    """

    weights: Tensor
    biases: Tensor
    unit_features: bool = False

    def prepare(self, features: Tensor) -> Tensor:
        """Return the features as the head reads them."""
        return normalize(features, dim=-1) if self.unit_features else features

    def logits(self, prepared: Tensor) -> Tensor:
        """Return W f + b, `(B, Q, N)`."""
        return linear_logits(self.weights, prepared, self.biases)

    def gradients(self, prepared: Tensor, logit_gradients: Tensor) -> list[Tensor]:
        """Return the gradients of W (`g^T f`) and b (`sum g`)."""
        return [logit_gradients.transpose(1, 2) @ prepared, logit_gradients.sum(dim=1)]

    def parameters(self) -> list[Tensor]:
        """Return W and b."""
        return [self.weights, self.biases]

    def tasks(self, chosen: slice) -> Self:
        """Return some of the tasks; the parameters are shared."""
        return type(self)(self.weights[chosen], self.biases[chosen], self.unit_features)

    def copied(self) -> Self:
        """Return a copy that may be changed in place."""
        return type(self)(_copy(self.weights), _copy(self.biases), self.unit_features)


@dataclass(frozen=True)
class CosineTaskHead:
    """p = softmax(s cos(w_j, q) + b_j), equation 3 with a scale s.

    Args:
        weights: W, `(B, N, D)`.
        biases: b, `(B, N)`.
        scale: s, `(B,)`.
        learn_scale: Whether fine-tuning changes s as well.
    """

    weights: Tensor
    biases: Tensor
    scale: Tensor
    learn_scale: bool = False

    def prepare(self, features: Tensor) -> Tensor:
        """Return the features at length one."""
        return normalize(features, dim=-1)

    def logits(self, prepared: Tensor) -> Tensor:
        """Return s cos(w_j, q) + b_j, `(B, Q, N)`."""
        cosines = linear_logits(normalize(self.weights, dim=-1), prepared)
        return cosines * self.scale[:, None, None] + self.biases[:, None, :]

    def gradients(self, prepared: Tensor, logit_gradients: Tensor) -> list[Tensor]:
        """Return the gradients of W, b and, when it is learned, s.

        With u = w / |w| and a_j = sum_q g_qj q, that of w_j is s (a_j - (a_j . u_j) u_j) / |w_j|:
        only what is at right angles to w_j can turn it. That of s is sum_j a_j . u_j.
        """
        pulls = logit_gradients.transpose(1, 2) @ prepared
        # A weight of length zero has no direction to turn, so it stays.
        lengths = self.weights.norm(dim=-1, keepdim=True)
        inverse = torch.where(lengths > 0, 1.0 / lengths, 0.0)
        along = (pulls * self.weights).sum(dim=-1, keepdim=True) * inverse
        of_weights = pulls.addcmul_(along * inverse, self.weights, value=-1.0)
        of_weights.mul_(self.scale[:, None, None] * inverse)
        found = [of_weights, logit_gradients.sum(dim=1)]
        return [*found, along.sum(dim=(1, 2))] if self.learn_scale else found

    def parameters(self) -> list[Tensor]:
        """Return W and b, and s when it is learned."""
        fixed = [self.weights, self.biases]
        return [*fixed, self.scale] if self.learn_scale else fixed

    def tasks(self, chosen: slice) -> Self:
        """Return some of the tasks; the parameters are shared."""
        return type(self)(
            self.weights[chosen], self.biases[chosen], self.scale[chosen], self.learn_scale
        )

    def copied(self) -> Self:
        """Return a copy that may be changed in place."""
        return type(self)(
            _copy(self.weights), _copy(self.biases), _copy(self.scale), self.learn_scale
        )


def _copy(parameter: Tensor) -> Tensor:
    """Return a copy that may be changed in place."""
    return parameter.detach().clone(memory_format=torch.contiguous_format)
