"""Conversions: how a tensor of an encoder is made of tensors with other names."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import torch
from torch import Tensor


class Conversion(NamedTuple):
    """The making of one tensor.

    Args:
        names: The tensors that it is made of.
        make: From these, in that order, to the tensor.
    """

    names: tuple[str, ...]
    make: Callable[[Sequence[Tensor]], Tensor]


Conversions = dict[str, Conversion]
"""Conversions by the encoder's own names."""


def joined(*names: str, dim: int = 0) -> Conversion:
    """Join tensors along an axis.

    Args:
        names: Their names.
        dim: The axis.

    Returns:
        The conversion.

    Example:
        >>> joined("a", "b").make([torch.zeros(2), torch.ones(1)]).tolist()
        [0.0, 0.0, 1.0]
    """
    return Conversion(names, lambda tensors: torch.cat(list(tensors), dim))


def convolution(*names: str, dim: int = 0) -> Conversion:
    """Join convolutions over time and joints, `(O, I, k, 1)`, as ones over joints and time.

    Args:
        names: Their names, without `.weight`.
        dim: 0 side by side, 1 where their sum is wanted.

    Returns:
        The conversion of the weight `(O, I, 1, k)`.
    """
    weights = tuple(f"{name}.weight" for name in names)
    return Conversion(weights, lambda tensors: torch.cat(list(tensors), dim).transpose(2, 3))


def batch_norms(ours: str, parts: Mapping[str, Sequence[str]]) -> Conversions:
    """Join batch norms, and take in the biases of the convolutions before them.

    A bias before a norm only moves the mean that the norm subtracts.

    Args:
        ours: The norm's own name.
        parts: Names of norms, each with the convolutions whose sum it norms.

    Returns:
        Conversions of all tensors of the norm but its counter.
    """
    conversions = {
        f"{ours}.{kind}": joined(*(f"{norm}.{kind}" for norm in parts))
        for kind in ("weight", "bias", "running_var")
    }
    means = tuple(f"{norm}.running_mean" for norm in parts)
    biases = tuple(f"{name}.bias" for before in parts.values() for name in before)
    counts = [len(before) for before in parts.values()]

    def moved(tensors: Sequence[Tensor]) -> Tensor:
        rest, each = iter(tensors[len(means) :]), []
        for mean, count in zip(tensors, counts, strict=False):
            each.append(mean - sum((next(rest) for _ in range(count)), torch.zeros(())))
        return torch.cat(each)

    return conversions | {f"{ours}.running_mean": Conversion(means + biases, moved)}


def shortcut(ours: str, convolved: str, normed: str) -> Conversions:
    """Make the way around a layer: a convolution over single frames and its norm.

    Args:
        ours: The shortcut's own name.
        convolved: The convolution.
        normed: The norm.

    Returns:
        The conversions.
    """
    return {f"{ours}.0.weight": convolution(convolved)} | batch_norms(
        f"{ours}.1", {normed: [convolved]}
    )
