"""Late fusion: the scores of several classifiers as one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Literal

import torch
from torch import Tensor

from skelshot.evaluation.answers import Answers
from skelshot.ground import SkelshotError
from skelshot.ground.suggestions import did_you_mean

Fusion = Literal["softmax", "logits", "z-scores"]

_LEAST = 1e-6
"""The smallest weight beside 0; its inverse is the largest, so that no sum runs over."""


def _z_scores(logits: Tensor) -> Tensor:
    spread = logits.std(-1, keepdim=True, correction=0)
    return (logits - logits.mean(-1, keepdim=True)) / spread.clamp(min=1e-6)


FUSIONS: Mapping[str, Callable[[Tensor], Tensor]] = MappingProxyType(
    {"softmax": lambda logits: logits.softmax(-1), "logits": Tensor.clone, "z-scores": _z_scores}
)
"""What is added up: probabilities, the logits themselves, or logits standardised over classes."""


def fuse(
    members: Sequence[Answers], weights: Sequence[float | Tensor], fusion: Fusion = "softmax"
) -> Answers:
    """Add up the weighted scores of several classifiers, query by query.

    Args:
        members: Their answers to the same tasks.
        weights: One a member: a number, or one for each of the B tasks, (B,).
        fusion: What is added up, one of `FUSIONS`.

    Returns:
        The answers of all together; those of one alone are kept as they are.

    Example:
        >>> pair = [Answers(1, (), torch.tensor([[scores]])) for scores in ([0.0, 1.0], [3.0, 0.0])]
        >>> [fuse(pair, weights).predicted.item() for weights in ([1, 1], [9, 1])]
        [0, 1]
    """
    first, *others = members
    if not others:
        return first
    scores = [FUSIONS[fusion](member.logits) for member in members]
    weighted = [
        torch.as_tensor(weight).reshape(-1, 1, 1) * each
        for weight, each in zip(weights, scores, strict=True)
    ]
    return replace(first, logits=torch.stack(weighted).sum(0))


def member_fusion(fusion: Fusion | None, members: int) -> Fusion:
    """Check how the scores of an ensemble are added up.

    Args:
        fusion: As asked for; `softmax` unless told.
        members: How many classifiers there are.

    Returns:
        One of `FUSIONS`.

    Raises:
        SkelshotError: There is no such one, or nothing to add up.

    Example:
        >>> member_fusion(None, 2)
        'softmax'
    """
    if fusion is None:
        return "softmax"
    if fusion not in FUSIONS:
        raise SkelshotError(
            f"--fusion: found {fusion!r:.80}, expected one of {', '.join(FUSIONS)}"
            f"{did_you_mean(str(fusion), FUSIONS)}"
        )
    if members == 1:
        raise SkelshotError(
            f"--fusion {fusion}: found one classifier, expected several; name more --run"
        )
    return fusion


def member_weights(weights: Sequence[float] | None, members: int) -> list[float]:
    """Check the weights of an ensemble.

    Args:
        weights: As asked for; all 1 unless told.
        members: How many there must be.

    Returns:
        One weight a member.

    Raises:
        SkelshotError: There are more or fewer, nothing to weigh, one is no number from 1e-6 to
            1e6 or 0, or all are 0.
    """
    chosen = [1.0] * members if weights is None else [float(weight) for weight in weights]
    if len(chosen) != members:
        raise SkelshotError(
            f"--weights: found {len(chosen)}, expected {members}, one for each --run"
        )
    bad = [weight for weight in chosen if weight != 0 and not _LEAST <= weight <= 1 / _LEAST]
    told = " ".join(f"{weight:g}" for weight in chosen)
    if bad or not any(chosen):
        raise SkelshotError(
            f"--weights: found {told}, expected numbers from 0 that are not all 0, else "
            f"{_LEAST:g} to {1 / _LEAST:g}"
        )
    if weights is not None and members == 1:
        raise SkelshotError(
            f"--weights {told}: found one classifier, expected several; name more --run"
        )
    return chosen
