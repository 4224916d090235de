"""Further positives out of the queue: nearest neighbours, in the same or in another stream.

Logits and positives are (n, 1 + K) as in `skelshot.pretraining.contrastive`; column 0 is the
clip's own key and always a positive.
"""

from collections.abc import Sequence

import torch
from torch import Tensor


def nearest_entries(logits: Tensor, top_k: int) -> Tensor:
    """Mark the queue's entries that are nearest to each clip.

    Args:
        logits: From `queue_logits`, (n, 1 + K), -inf for entries that do not count.
        top_k: How many.

    Returns:
        Bool (n, K); fewer than `top_k` in a row where fewer entries count.

    Example:
        >>> nearest_entries(torch.tensor([[9.0, 1.0, 3.0, 2.0]]), top_k=2)
        tensor([[False,  True,  True]])
    """
    to_entries = logits[:, 1:]
    best = to_entries.topk(min(top_k, to_entries.shape[1]), dim=1).indices
    marked = torch.zeros_like(to_entries, dtype=torch.bool).scatter(1, best, value=True)
    return marked & to_entries.isfinite()


def nearest_positives(views: Sequence[Tensor], top_k: int) -> Tensor:
    """Mark as positives the key and whatever is nearest to any view of the clip.

    AimCLR's nearest-neighbour mining: the union over the normal, the extreme and the dropped
    view (Guo et al., AAAI 2022).

    Args:
        views: The logits of each view, each (n, 1 + K).
        top_k: Entries that each view marks.

    Returns:
        Positives (n, 1 + K), bool.
    """
    found = torch.stack([nearest_entries(logits, top_k) for logits in views]).any(0)
    return torch.cat([torch.ones_like(found[:, :1]), found], dim=1)


def context_logits(logits: Tensor, other: Tensor, temperature: float) -> Tensor:
    """Put products of two streams' similarities beside one stream's logits.

    CrosSCLR's [q_u.k_u, s_u, s_u * s_v] / T with s the similarities to each stream's own queue
    (Li et al., CVPR 2021).

    Args:
        logits: l_u = [q_u.k_u, s_u] / T, (n, 1 + K).
        other: l_v of the other stream, (n, 1 + K); gradients reach it, too.
        temperature: T.

    Returns:
        Logits (n, 1 + 2K), -inf where an entry does not count.
    """
    hidden = logits[:, 1:].isinf()
    both = logits[:, 1:].masked_fill(hidden, 0) * other[:, 1:].masked_fill(hidden, 0)
    products = (both * temperature).masked_fill(hidden, -torch.inf)
    return torch.cat([logits, products], dim=1)


def cross_stream_positives(other: Tensor, top_k: int, context: bool) -> Tensor:
    """Mark as positives the key and what is nearest in another stream.

    CrosSCLR: stream u learns that the clips nearest in stream v are alike. Queues are aligned:
    an entry stands at the same place in every stream.

    Args:
        other: l_v of the other stream, (n, 1 + K).
        top_k: How many entries.
        context: Mark them among the products of `context_logits`, too.

    Returns:
        Positives (n, 1 + K), or (n, 1 + 2K) with `context`; bool.

    Example:
        >>> cross_stream_positives(torch.tensor([[9.0, 1.0, 3.0]]), top_k=1, context=True)
        tensor([[ True, False,  True, False,  True]])
    """
    found = nearest_entries(other, top_k)
    blocks = [torch.ones_like(found[:, :1]), found] + ([found] if context else [])
    return torch.cat(blocks, dim=1)
