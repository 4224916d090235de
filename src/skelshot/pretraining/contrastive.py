"""Contrastive losses with a queue of keys: InfoNCE, several positives, distributions.

Logits are (n, 1 + K): the key of the clip itself first, then the K entries of the queue.
"""

import torch
from torch import Tensor


def queue_logits(
    queries: Tensor, keys: Tensor, entries: Tensor, temperature: float, hidden: Tensor | None = None
) -> Tensor:
    """Compare queries with their keys and with a queue: [q.k, q.Q] / T.

    MoCo (He et al., CVPR 2020), as AimCLR and CrosSCLR use it.

    Args:
        queries: q, L2-normalised, (n, D).
        keys: k of the same clips, L2-normalised, (n, D).
        entries: Q, L2-normalised, (K, D).
        temperature: T.
        hidden: Entries that do not count for a query, (n, K) bool; none by default.

    Returns:
        Logits (n, 1 + K), -inf where hidden.

    Example:
        >>> x, y = torch.eye(2)[:1], torch.eye(2)[1:]
        >>> queue_logits(x, x, torch.cat([x, y]), temperature=0.5)
        tensor([[2., 2., 0.]])
    """
    to_entries = queries @ entries.T
    if hidden is not None:
        to_entries = to_entries.masked_fill(hidden, -torch.inf)
    return torch.cat([(queries * keys).sum(1, keepdim=True), to_entries], dim=1) / temperature


def info_nce(logits: Tensor) -> Tensor:
    """Return InfoNCE of the key against the queue: the cross-entropy of column 0.

    L1 = -log(exp(l_0) / sum_j exp(l_j)), averaged (AimCLR, eq. 1).

    Args:
        logits: From `queue_logits`, (n, 1 + K).

    Returns:
        Scalar.

    Example:
        >>> info_nce(torch.zeros(3, 4)).exp()
        tensor(4.)
    """
    return -logits.log_softmax(1)[:, 0].mean()


def several_positives(logits: Tensor, positives: Tensor) -> Tensor:
    """Return the loss with several positives: -(mean over positives of log softmax).

    The loss of AimCLR's nearest-neighbour mining and of CrosSCLR's cross-stream mining; with
    column 0 as the only positive it is InfoNCE.

    Args:
        logits: (n, 1 + K), or (n, 1 + 2K) with CrosSCLR's context.
        positives: Which columns are positives, at least one a row, bool of the same shape.

    Returns:
        Scalar.
    """
    log_shares = logits.log_softmax(1).masked_fill(~positives, 0.0)
    return -(log_shares.sum(1) / positives.sum(1)).mean()


def distribution_loss(logits: Tensor, normal_logits: Tensor) -> Tensor:
    """Match an extreme view's similarities to those of the normal view (AimCLR's D3M loss).

    L = -mean over clips of sum_j p_j log softmax(l)_j with p = softmax(l_normal), which gets no
    gradient: the Kullback-Leibler divergence up to the entropy of p. The released code takes
    the logarithm after the softmax, which can give -inf.

    Args:
        logits: l of the extreme view, (n, 1 + K).
        normal_logits: l of the normal view, (n, 1 + K).

    Returns:
        Scalar.
    """
    shares = normal_logits.detach().softmax(1)
    log_shares = logits.log_softmax(1).masked_fill(shares == 0, 0.0)
    return -(shares * log_shares).sum(1).mean()
