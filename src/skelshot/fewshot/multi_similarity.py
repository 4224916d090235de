"""Metric losses on the pairs of a batch, and the miner that chooses hard ones.

X. Wang et al., "Multi-Similarity Loss with General Pair Weighting for Deep Metric Learning",
CVPR 2019.
"""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import normalize


class Pairs(NamedTuple):
    """The pairs of a batch that take part in a loss.

    Attributes:
        positives: Pairs of one class, anchor by row, (n, n) bool; no clip is paired with itself.
        negatives: Pairs of two classes, (n, n) bool.
    """

    positives: Tensor
    negatives: Tensor


def all_pairs(labels: Tensor) -> Pairs:
    """Pair every member of a batch with every other.

    Args:
        labels: Classes (n,).

    Returns:
        The pairs.

    Example:
        >>> all_pairs(torch.tensor([0, 0, 1])).positives.long().tolist()
        [[0, 1, 0], [1, 0, 0], [0, 0, 0]]
    """
    same = labels[:, None] == labels[None, :]
    itself = torch.eye(len(labels), dtype=torch.bool, device=labels.device)
    return Pairs(same & ~itself, ~same)


def mined_pairs(embeddings: Tensor, labels: Tensor, epsilon: float = 0.1) -> Pairs:
    """Keep the pairs that are hard for their anchor (Wang et al. 2019, equations 9 and 10).

    A positive is kept if it exceeds the most similar negative by less than epsilon,
    S_ip < max S_in + epsilon; a negative if it falls below the least similar positive by less
    than epsilon, S_in > min S_ip - epsilon. S is the cosine.

    Args:
        embeddings: (n, D); their length does not matter.
        labels: Classes (n,).
        epsilon: The margin.

    Returns:
        The pairs that are kept.

    Example:
        >>> embeddings = torch.tensor([[1.0, 0.0], [1.0, 0.1], [0.0, 1.0], [1.0, 0.2]])
        >>> hard = mined_pairs(embeddings, torch.tensor([0, 0, 1, 1]))
        >>> hard.negatives.long()[0].tolist()
        [0, 0, 0, 1]
    """
    positives, negatives = all_pairs(labels)
    unit = normalize(embeddings.detach(), dim=-1)
    similar = unit @ unit.T
    least = similar.masked_fill(~positives, torch.inf).amin(dim=1, keepdim=True)
    most = similar.masked_fill(~negatives, -torch.inf).amax(dim=1, keepdim=True)
    return Pairs(positives & (similar - epsilon < most), negatives & (similar + epsilon > least))


def pair_triplet_loss(embeddings: Tensor, pairs: Pairs, margin: float = 0.2) -> Tensor:
    """Return the triplet margin loss over all triplets that two pairs of one anchor make.

    max(0, d(a, p) - d(a, n) + margin), d the Euclidean distance of embeddings of length one,
    averaged over the triplets that are not yet apart by the margin, as
    pytorch-metric-learning's `TripletMarginLoss` averages.

    Args:
        embeddings: (n, D).
        pairs: Which pairs.
        margin: How much farther negatives must be.

    Returns:
        One number; 0 when there is no such triplet.

    Example:
        >>> line = torch.tensor([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]])
        >>> round(pair_triplet_loss(line, all_pairs(torch.tensor([0, 0, 1]))).item(), 4)
        0.9071
    """
    unit = normalize(embeddings, dim=-1)
    # Written out rather than as a matrix product, which loses the distance of near neighbours.
    distances = torch.cdist(unit, unit, compute_mode="donot_use_mm_for_euclid_dist")
    chosen = pairs.positives[:, :, None] & pairs.negatives[:, None, :]
    anchor, positive, negative = chosen.nonzero(as_tuple=True)
    losses = (distances[anchor, positive] - distances[anchor, negative] + margin).relu()
    return losses.sum() / (losses > 0).sum().clamp(min=1)


def multi_similarity_loss(
    embeddings: Tensor, pairs: Pairs, alpha: float = 2.0, beta: float = 50.0, base: float = 0.5
) -> Tensor:
    """Return the multi-similarity loss (Wang et al. 2019, equation 11).

    The mean over anchors of log(1 + sum_p exp(-alpha (S_ap - base))) / alpha
    + log(1 + sum_n exp(beta (S_an - base))) / beta, S the cosine.

    Args:
        embeddings: (n, D); their length does not matter.
        pairs: Which pairs.
        alpha: Sharpness on positives: the larger, the more the least similar ones dominate.
        beta: Sharpness on negatives: the larger, the more the most similar ones dominate.
        base: lambda, the threshold on similarities.

    Returns:
        One number.

    Example:
        >>> apart = torch.eye(2)[[0, 0, 1]]
        >>> round(multi_similarity_loss(apart, all_pairs(torch.tensor([0, 0, 1]))).item(), 4)
        0.1044
    """
    unit = normalize(embeddings, dim=-1)
    from_base = unit @ unit.T - base
    pull = _log_one_plus(-alpha * from_base, pairs.positives) / alpha
    push = _log_one_plus(beta * from_base, pairs.negatives) / beta
    return (pull + push).mean()


def _log_one_plus(exponents: Tensor, kept: Tensor) -> Tensor:
    """Return log(1 + sum exp) of the kept exponents of each row, (n,)."""
    masked = exponents.masked_fill(~kept, -torch.inf)
    return torch.cat([torch.zeros_like(masked[:, :1]), masked], dim=1).logsumexp(dim=1)
