"""The regression loss of stage 1 (paper, eq. 1)."""

from torch import Tensor
from torch.nn.functional import cosine_similarity


def regression_loss(prediction: Tensor, target: Tensor) -> Tensor:
    """Regress the direction of the target, eq. 1 of the paper.

    L = || q / |q| - z / |z| ||^2 = 2 - 2 cos(q, z), averaged over the batch: 0 when prediction
    and target point the same way, 4 when they point opposite ways. The target is detached
    (stop-gradient): nothing flows back into the teacher's side, so that the teacher's projector
    moves by its moving average alone.

    Args:
        prediction: q(g_s(f_s)) of the skeleton side, (n, D).
        target: g_vl(f_vl) of the teacher side, (n, D).

    Returns:
        Scalar, computed in float32 whatever autocast gave.

    Example:
        >>> import torch
        >>> regression_loss(torch.tensor([[1.0, 0.0]]), torch.tensor([[0.0, 5.0]]))
        tensor(2.)
    """
    cosine = cosine_similarity(prediction.float(), target.detach().float(), dim=-1)
    return (2 - 2 * cosine).mean()
