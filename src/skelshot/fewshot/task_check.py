"""The check that tensors make up few-shot tasks."""

import torch
from torch import Tensor

from skelshot.ground import SkelshotError


def check_task(support: Tensor, queries: Tensor) -> None:
    """Refuse tensors that do not make up few-shot tasks.

    Args:
        support: `(B, N, K, ...)`, at least two classes and one exemplar of each.
        queries: `(B, Q, ...)`, the same B and the same `...`.

    Raises:
        SkelshotError: Shapes that do not fit, too few classes or exemplars, unequal numbers of
            exemplars, an axis of length 0, a wrong dtype, or NaN or infinite values, which are
            counted.

    Example:
        >>> check_task(torch.zeros(1, 5, 1, 8), torch.zeros(1, 3, 16))
        Traceback (most recent call last):
        ...
        skelshot.ground.errors.SkelshotError: queries: found features of shape (16,), expected
        (8,) as in the support set; encode both with the same encoder and input
    """
    if not isinstance(support, Tensor):
        raise SkelshotError(
            f"support: found a {type(support).__name__}, expected one tensor (B, N, K, ...); "
            "classes with unequal numbers of exemplars make no task, take as many of each"
        )
    if support.dim() < 4 or queries.dim() != support.dim() - 1:
        raise SkelshotError(
            f"few-shot task: found support {tuple(support.shape)} and queries "
            f"{tuple(queries.shape)}, expected (B, N, K, ...) and (B, Q, ...)"
        )
    if support.shape[0] != queries.shape[0]:
        raise SkelshotError(
            f"queries: found {queries.shape[0]} tasks, expected {support.shape[0]} as in the "
            "support set"
        )
    if support.shape[3:] != queries.shape[2:]:
        raise SkelshotError(
            f"queries: found features of shape {tuple(queries.shape[2:])}, expected "
            f"{tuple(support.shape[3:])} as in the support set; encode both with the same "
            "encoder and input"
        )
    if support.shape[1] < 2:
        raise SkelshotError(
            f"support: found {support.shape[1]} class(es), expected at least 2; add a class"
        )
    if support.shape[2] < 1:
        raise SkelshotError("support: found 0 exemplars of each class, expected at least 1")
    if 0 in support.shape[3:]:
        raise SkelshotError(
            f"support: found features of shape {tuple(support.shape[3:])}, expected a length of at "
            "least 1 on every axis"
        )
    for place, values in (("support", support), ("queries", queries)):
        if values.dtype not in (torch.float32, torch.float64):
            raise SkelshotError(
                f"{place}: found {values.dtype}, expected torch.float32 or torch.float64; call "
                ".float() first"
            )
        _check_finite(place, values)


def _check_finite(place: str, values: Tensor) -> None:
    """Raise an error that counts the values that are NaN or infinite."""
    # A sum is NaN or infinite when any value is: one pass without a mask as large as the input.
    if torch.isfinite(values.sum()):
        return
    bad = int((~torch.isfinite(values)).sum())
    if bad:
        raise SkelshotError(
            f"{place}: found {bad} of {values.numel()} values that are NaN or infinite, expected "
            "none; repair or reject the clips they come from"
        )
