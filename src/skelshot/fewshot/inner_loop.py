"""Gradient steps on the exemplars of B tasks at once, each task with weights of its own.

The gradients are closed formulas; the tests compare them with autograd. They carry no graph of
their own, which is what first-order MAML leaves out (Finn et al., ICML 2017, section 5.2).
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import one_hot


@dataclass(frozen=True)
class Learner:
    """A layer on the tokens of a clip, a mean, and a linear head: one of each a task.

    A clip is G groups of L tokens. z = relu(x + W x) of each token, f = the means of the groups
    side by side at length one, logits = s (A f + b).

    Args:
        layer: W, `(B, D, D)`; None leaves tokens as they are.
        head: A, `(B, N, G D)`.
        biases: b, `(B, N)`.
        scale: s.
    """

    layer: Tensor | None
    head: Tensor
    biases: Tensor
    scale: float

    def logits(self, tokens: Tensor) -> Tensor:
        """Score clips.

        Args:
            tokens: `(B, n, G, L, D)`.

        Returns:
            `(B, n, N)`.
        """
        return self._scores(unit(pooled(activated(tokens, self.layer))))

    def changes(self, tokens: Tensor, labels: Tensor) -> "Learner":
        """Return the gradient of the mean cross-entropy by every weight.

        Args:
            tokens: The exemplars, `(B, n, G, L, D)`.
            labels: Their classes, `(n,)`, the same in every task.

        Returns:
            The gradients, in the places of the weights.
        """
        z = activated(tokens, self.layer)
        raw = pooled(z)
        features = unit(raw)
        truth = one_hot(labels, self.head.shape[1]).to(raw)
        residual = (self._scores(features).softmax(-1) - truth) * (self.scale / len(labels))
        of_head, of_biases = residual.transpose(1, 2) @ features, residual.sum(1)
        if self.layer is None:
            return Learner(None, of_head, of_biases, self.scale)
        pull = residual @ self.head
        # Of a vector brought to length one only what is at right angles to it can move.
        across = pull - (pull * features).sum(-1, keepdim=True) * features
        across = across / _lengths(raw) / z.shape[3]
        of_groups = across.view(*across.shape[:2], z.shape[2], 1, -1)
        of_tokens = of_groups * (z > 0)
        rows, columns = of_tokens.flatten(1, 3), tokens.flatten(1, 3)
        return Learner(rows.transpose(1, 2) @ columns, of_head, of_biases, self.scale)

    def moved(self, by: "Learner", rate: float) -> "Learner":
        """Return these weights plus `rate` times others, such as gradients.

        Args:
            by: Gradients or changes of all weights.
            rate: Their factor.

        Returns:
            The learner there, with gradients to whatever this one has gradients to.
        """
        layer = self.layer
        if layer is not None and by.layer is not None:
            layer = layer + rate * by.layer
        return Learner(
            layer, self.head + rate * by.head, self.biases + rate * by.biases, self.scale
        )

    def detached(self) -> "Learner":
        """Return the same weights without gradients."""
        layer = None if self.layer is None else self.layer.detach()
        return Learner(layer, self.head.detach(), self.biases.detach(), self.scale)

    def _scores(self, features: Tensor) -> Tensor:
        """Return s (A f + b), (B, n, N)."""
        return self.scale * (features @ self.head.transpose(1, 2) + self.biases[:, None])


def adapted(start: Learner, exemplars: Tensor, labels: Tensor, steps: int, rate: float) -> Learner:
    """Take gradient steps on the exemplars, through which no gradient passes.

    Args:
        start: The weights before.
        exemplars: `(B, n, G, L, D)`.
        labels: `(n,)`.
        steps: How many.
        rate: Learning rate.

    Returns:
        start + a constant: gradients of what comes after reach `start` as if it were the result
        (first order).
    """
    with torch.no_grad():
        fixed, seen = start.detached(), exemplars.detach()
        at = fixed
        for _ in range(steps):
            at = at.moved(at.changes(seen, labels), -rate)
        change = at.moved(fixed, -1.0)
    return start.moved(change, 1.0)


def activated(tokens: Tensor, layer: Tensor | None) -> Tensor:
    """Return relu(x + W x) of every token, with the W of its task.

    Args:
        tokens: x, `(B, n, G, L, D)`.
        layer: W, `(B, D, D)`; None returns the tokens.

    Returns:
        `(B, n, G, L, D)`.
    """
    if layer is None:
        return tokens
    flat = tokens.flatten(1, 3)
    mixed = torch.baddbmm(flat, flat, layer.transpose(1, 2)).relu_()
    return mixed.view_as(tokens)


def pooled(tokens: Tensor) -> Tensor:
    """Average the tokens of each group and put the groups side by side.

    Args:
        tokens: `(B, n, G, L, D)`.

    Returns:
        `(B, n, G D)`.
    """
    return tokens.mean(3).flatten(2)


def unit(vectors: Tensor) -> Tensor:
    """Bring vectors to length one; a zero vector stays.

    Args:
        vectors: `(..., F)`.

    Returns:
        `(..., F)`.
    """
    return vectors / _lengths(vectors)


def _lengths(vectors: Tensor) -> Tensor:
    """Return the lengths, (..., 1), none below 1e-12."""
    lengths: Tensor = torch.linalg.vector_norm(vectors, dim=-1, keepdim=True)
    return lengths.clamp(min=1e-12)
