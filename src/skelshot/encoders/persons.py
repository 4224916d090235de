"""The axis of persons: folded into that of clips, unfolded, and averaged."""

import torch
from torch import Tensor


def fold_persons(x: Tensor) -> Tensor:
    """Put persons beside clips and bring the axes into the encoders' order.

    Args:
        x: Clips (N, C, T, V, M).

    Returns:
        (N M, C, V, T) in channels-last memory, a clip's persons next to each other.

    Example:
        >>> fold_persons(torch.zeros(4, 3, 64, 25, 2)).shape
        torch.Size([8, 3, 25, 64])
    """
    folded = x.permute(0, 4, 1, 3, 2).flatten(0, 1)
    return folded.contiguous(memory_format=torch.channels_last)


def unfold_persons(features: Tensor, persons: int) -> Tensor:
    """Take persons and clips apart again.

    Args:
        features: (N M, D, V, T').
        persons: M.

    Returns:
        (N, M, D, T', V), a view.

    Example:
        >>> unfold_persons(torch.zeros(8, 256, 25, 16), persons=2).shape
        torch.Size([4, 2, 256, 16, 25])
    """
    return features.view(-1, persons, *features.shape[1:]).transpose(3, 4)


def mean_over_persons(features: Tensor, counted: Tensor | None = None) -> Tensor:
    """Average the persons of a clip.

    Args:
        features: Vectors or maps of each person, (N, M, ...).
        counted: Which persons count, (N, M) bool; all by default.

    Returns:
        (N, ...); zeros where nobody counts.

    Example:
        >>> two = torch.tensor([[[2.0], [4.0]]])
        >>> mean_over_persons(two), mean_over_persons(two, torch.tensor([[True, False]]))
        (tensor([[3.]]), tensor([[2.]]))
    """
    if counted is None:
        return features.mean(dim=1)
    weights = counted.to(features.dtype).view(*counted.shape, *[1] * (features.ndim - 2))
    return (features * weights).sum(dim=1) / weights.sum(dim=1).clamp(min=1)


def persons_who_are_there(x: Tensor) -> Tensor:
    """Tell which persons of clips are there: those whose input is not all zero.

    Args:
        x: Clips (N, C, T, V, M).

    Returns:
        (N, M) bool.

    Example:
        >>> persons_who_are_there(torch.tensor([1.0, 0.0]).expand(1, 3, 8, 20, 2))
        tensor([[ True, False]])
    """
    return (x != 0).any(dim=3).any(dim=2).any(dim=1)
