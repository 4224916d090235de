"""The residual between clips and the prototypes of actions, from nearness between clips alone."""

import torch
from torch import Tensor


def to_prototypes(nearness: Tensor, among: Tensor, labels: Tensor, actions: int) -> Tensor:
    """Compare clips with the mean of each action's exemplars, whatever nearness is made of.

    The squared length of a clip less a mean is the mean of the squared distances to what was
    averaged, less half of the mean of those among that. A cosine is such a distance up to sign,
    scale and zero, and the cost of a warping path is taken for one.

    Args:
        nearness: To the exemplars, larger is nearer, (Q, E); minus infinity where an exemplar is
            left out for a clip.
        among: Of the exemplars to each other and to themselves, (E, E).
        labels: The action of each exemplar, (E,).
        actions: Number of actions N.

    Returns:
        Nearness, (Q, N), in the unit of `nearness`; minus infinity for an action without
        exemplars. Of one exemplar it is the nearness to it, less a constant.

    Example:
        >>> cosines = torch.tensor([[0.6, 0.8]])
        >>> to_prototypes(cosines, torch.eye(2), torch.tensor([0, 0]), 2)
        tensor([[0.4500,   -inf]])
    """
    there = nearness > -torch.inf
    found = nearness.new_full((len(nearness), actions), -torch.inf)
    for action in sorted({*labels.tolist()}):
        own = (labels == action).nonzero()[:, 0]
        here = there[:, own].to(nearness)
        counts = here.sum(1, keepdim=True)
        share = here / counts.clamp(min=1)
        mean = (nearness[:, own].masked_fill(~there[:, own], 0) * share).sum(1)
        inside = (share @ among[own][:, own] * share).sum(1)
        found[:, action] = (mean - inside / 2).masked_fill(counts[:, 0] == 0, -torch.inf)
    return found
