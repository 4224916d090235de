"""The nearest decision boundary: projected gradient over radii, then bisection on the segment."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from skelshot.explain.question import Question
from skelshot.ground import SkelshotError

_TINY = 1e-12

Moved = Callable[[Tensor], Tensor]
"""From coordinates that are searched to changes of clips, (n, C, T, V, M)."""


def unchanged(offsets: Tensor) -> Tensor:
    """Change clips by the coordinates that are searched themselves: Euclidean distance.

    Args:
        offsets: (n, C, T, V, M).

    Returns:
        The same.
    """
    return offsets


@dataclass(frozen=True, eq=False)
class Boundary:
    """Points of a decision boundary.

    Args:
        points: Where the decision changes, just across, (n, C, T, V, M); where no boundary was
            found, the point nearest to a change.
        found: Whether the decision changes there, (n,) bool.
        distances: Euclidean distances from the clips, (n,).
    """

    points: Tensor
    found: Tensor
    distances: Tensor


def nearest_boundary(
    question: Question, steps: int, halvings: int, reach: float, moved: Moved = unchanged
) -> Boundary:
    """Search near each clip for the point at which "is it this class?" gets another answer.

    The search goes down the slope of the margin (up where the class is not the answer), and is
    projected onto a ball about the clip. The ball's radius is the way to the boundary by linear
    extrapolation until the boundary is crossed, then shrinks while it is crossed and grows where
    it is not, by less and less (the fast minimum-norm attack, Pintor et al., NeurIPS 2021). The
    nearest crossing is then bisected on its segment to the clip. Nothing is drawn at random.

    Args:
        question: Clips and classes.
        steps: Gradients of the search.
        halvings: Of the segment.
        reach: Largest distance, as a multiple of the clip's own norm.
        moved: Which changes count as near: what is searched are coordinates u, and the clip is
            changed by `moved(u)`, a linear map that is its own adjoint. Plain Euclidean distance
            unless told.

    Returns:
        The boundary; where none is crossed, the best effort, marked as not found.

    Raises:
        SkelshotError: The answer has no gradient, or one that is not finite.

    Example:
        >>> question = Question(
        ...     torch.tensor([3.0, 4.0]).view(1, 2, 1, 1, 1), torch.ones(1, 1, 1, dtype=torch.bool),
        ...     torch.tensor([0]),
        ...     lambda points, rows: torch.stack([points[:, 0].flatten(), 0 * rows], dim=1),
        ... )
        >>> boundary = nearest_boundary(question, steps=10, halvings=20, reach=2.0)
        >>> round(boundary.distances.item(), 3), boundary.found.item()
        (3.0, True)
    """
    asked = question.aiming("margin")
    start, rows = question.positions, question.rows
    side = _side(asked.values(start, rows))
    crossing, best = _search(asked, side, steps, reach, moved)
    found = crossing.flatten(1).isfinite().all(1)
    ends = start + moved(torch.where(_wide(found, start), crossing, best))
    near, far = start.clone(), ends
    for _ in range(halvings):
        middle = (near + far) / 2
        crossed = _wide(_side(asked.values(middle, rows)) != side, start)
        near, far = torch.where(crossed, near, middle), torch.where(crossed, middle, far)
    points = torch.where(_wide(found, start), far, ends)
    return Boundary(points, found, _norms(points - start))


def _search(
    asked: Question, side: Tensor, steps: int, reach: float, moved: Moved
) -> tuple[Tensor, Tensor]:
    """Return the nearest crossings, NaN where there is none, and the points nearest to one."""
    start, rows = asked.positions, asked.rows
    limits = (reach * _norms(start)).clamp(min=_TINY)
    offset = torch.zeros_like(start)
    crossing = torch.full_like(start, torch.nan)
    nearest = torch.full_like(limits, torch.inf)
    best, least = offset.clone(), torch.full_like(limits, torch.inf)
    radius = limits
    for step in range(steps):
        margin, slope = asked.slopes(start + moved(offset), rows)
        slope = moved(slope)
        length = _norms(slope)
        if step == 0:
            _check_slopes(asked, length)
        away = margin * side  # positive on the clip's own side, zero counts as crossed
        crossed = _side(margin) != side
        norm = _norms(offset)
        closer = crossed & (norm < nearest)
        crossing = torch.where(_wide(closer, start), offset, crossing)
        nearest = torch.where(closer, norm, nearest)
        better = ~crossed & (away < least)
        best, least = (
            torch.where(_wide(better, start), offset, best),
            torch.where(better, away, least),
        )
        share = 1 - step / steps
        guess = norm + away.clamp(min=0) / length.clamp(min=_TINY) * 1.1
        grown = torch.where(
            nearest.isfinite(), torch.minimum(radius * (1 + 0.1 * share), nearest), guess
        )
        radius = torch.where(crossed, torch.minimum(radius, norm) * (1 - 0.1 * share), grown)
        radius = torch.minimum(radius, limits)
        pace = radius * (0.05 + 0.95 * share)
        offset = offset - _wide(side * pace / length.clamp(min=_TINY), start) * slope
        offset = offset * _wide((radius / _norms(offset).clamp(min=_TINY)).clamp(max=1), start)
    return crossing, best


def _check_slopes(asked: Question, lengths: Tensor) -> None:
    """Refuse an answer that no small change of the clip changes."""
    if not bool((lengths > 0).all()):
        row = int((lengths <= 0).nonzero()[0, 0])
        name = asked.names[row] if asked.names else f"number {row}"
        raise SkelshotError(
            f"attribution: the decision about clip {name} has the gradient 0, expected one to "
            "follow to its boundary; choose --attribution occlusion, which needs none"
        )


def _side(margins: Tensor) -> Tensor:
    """Tell the sides of the boundary: 1 where the class is the answer, else -1."""
    return torch.where(margins > 0, 1.0, -1.0)


def _norms(offsets: Tensor) -> Tensor:
    norms: Tensor = torch.linalg.vector_norm(offsets.flatten(1), dim=1)
    return norms


def _wide(values: Tensor, like: Tensor) -> Tensor:
    """Give values (n,) the number of axes of (n, C, T, V, M)."""
    return values.view(-1, *[1] * (like.ndim - 1))
