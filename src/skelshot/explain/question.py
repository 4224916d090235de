"""Questions about decisions: which clips, which class, and the function that scores them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

import torch
from torch import Tensor

from skelshot.ground import SkelshotError

Scores = Callable[[Tensor, Tensor], Tensor]
"""From points (k, ...) and the rows (k,) of the clips that they belong to, to logits (k, N)."""

Target = Literal["logit", "margin"]
"""What is shared out: the class's own logit, or that less the best of the others."""

POINTS_AT_ONCE = 32


class NoGradientError(SkelshotError):
    """Told where an answer does not change with the positions of joints by any gradient."""


@dataclass(frozen=True, eq=False)
class Question:
    """Clips, the class asked about in each, and how clips are scored.

    A method of attribution knows nothing else of encoder, few-shot method or task.

    Args:
        positions: Joints of n clips as they are seen, (n, C, T, V, M).
        present: Who is there at each moment, (n, T, M).
        labels: The class asked about, (n,), an index into the logits.
        scores: From points (k, C, T, V, M) and the rows (k,) of their clips to logits (k, N).
        target: What is shared out.
        names: The clips' names, for messages.

    Example:
        >>> weights = torch.tensor([[1.0, 2.0], [0.0, 0.0]])
        >>> question = Question(
        ...     torch.ones(1, 2, 1, 1, 1), torch.ones(1, 1, 1, dtype=torch.bool),
        ...     torch.tensor([0]), lambda points, rows: points.flatten(1) @ weights.T
        ... )
        >>> value, slope = question.slopes(question.positions, torch.tensor([0]))
        >>> value.tolist(), slope.flatten().tolist()
        ([3.0], [1.0, 2.0])
    """

    positions: Tensor
    present: Tensor
    labels: Tensor
    scores: Scores
    target: Target = "logit"
    names: tuple[str, ...] = ()

    def __len__(self) -> int:
        """Return the number of clips."""
        return len(self.positions)

    @property
    def rows(self) -> Tensor:
        """The clips' own numbers, (n,)."""
        return torch.arange(len(self), device=self.positions.device)

    def aiming(self, target: Target) -> "Question":
        """Ask for another target.

        Args:
            target: What is shared out.

        Returns:
            The question.
        """
        return replace(self, target=target)

    @torch.no_grad()
    def values(self, points: Tensor, rows: Tensor) -> Tensor:
        """Give the target at points.

        Args:
            points: (k, C, T, V, M).
            rows: Their clips, (k,).

        Returns:
            The target (k,).
        """
        parts = [self._aimed(points[cut], rows[cut]) for cut in _cuts(len(points))]
        return torch.cat(parts)

    def slopes(self, points: Tensor, rows: Tensor) -> tuple[Tensor, Tensor]:
        """Give the target at points and its gradient.

        Args:
            points: (k, C, T, V, M).
            rows: Their clips, (k,).

        Returns:
            The target (k,) and its gradient (k, C, T, V, M).

        Raises:
            NoGradientError: The answer has no gradient.
            SkelshotError: The gradient is not finite.
        """
        values, slopes = [], []
        for cut in _cuts(len(points)):
            with torch.enable_grad():
                here = points[cut].detach().requires_grad_()
                value = self._aimed(here, rows[cut])
            if not value.requires_grad:
                raise NoGradientError(
                    "attribution: the answer of this few-shot method has no gradient; choose "
                    "--attribution occlusion, which needs none"
                )
            slopes.append(torch.autograd.grad(value.sum(), here)[0])
            values.append(value.detach())
        slope = torch.cat(slopes)
        self._check_finite(slope, rows)
        return torch.cat(values), slope

    def _aimed(self, points: Tensor, rows: Tensor) -> Tensor:
        logits = self.scores(points, rows)
        own = self.labels[rows][:, None]
        value = logits.gather(1, own)[:, 0]
        if self.target == "logit":
            return value
        return value - logits.scatter(1, own, -torch.inf).amax(1)

    def _check_finite(self, slope: Tensor, rows: Tensor) -> None:
        fine = slope.flatten(1).isfinite().all(1)
        if bool(fine.all()):
            return
        row = int(rows[~fine][0])
        name = self.names[row] if self.names else f"number {row}"
        raise SkelshotError(
            f"attribution: the gradient of clip {name} is not finite; choose --attribution "
            "occlusion, which needs none, or train the encoder again with a lower learning rate"
        )


def _cuts(count: int) -> Iterator[slice]:
    for first in range(0, count, POINTS_AT_ONCE):
        yield slice(first, first + POINTS_AT_ONCE)
