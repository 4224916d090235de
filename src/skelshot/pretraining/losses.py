"""Losses towards a teacher: the paper's regression (eq. 1), a soft contrast, likenesses."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.functional import cosine_similarity, normalize

from skelshot.pretraining.contrastive import distribution_loss


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


def soft_contrast_loss(
    prediction: Tensor, target: Tensor, *, scale: float = 12.0, temperature: float = 0.1
) -> Tensor:
    """Contrast each clip with the batch's targets, with the teacher's similarities as soft labels.

    L = -mean_i sum_j p_ij log softmax_j(s cos(q_i, z_j)) with p_i = softmax_j(cos(z_i, z_j) / T).
    With T towards 0 and different targets it is InfoNCE of a clip with its own target (van den
    Oord et al., 2018); with T above 0 clips of similar targets share the probability, so that
    clips of one class are no negatives of each other. The paper uses none of this: eq. 1 compares
    a clip with its own target only.

    Args:
        prediction: q(g_s(f_s)) of the skeleton side, (n, D).
        target: g_vl(f_vl) of the teacher side, (n, D); gets no gradient.
        scale: s, factor on the student's cosines.
        temperature: T, of the teacher's cosines.

    Returns:
        Scalar, computed in float32 whatever autocast gave.

    Example:
        >>> q, z = torch.eye(2), torch.eye(2)
        >>> round(float(soft_contrast_loss(q, z, scale=100.0, temperature=0.01)), 6)
        0.0
    """
    q = normalize(prediction.float(), dim=-1)
    z = normalize(target.detach().float(), dim=-1)
    # Float32 under autocast, too: cosines over a small temperature drown in bfloat16.
    with torch.autocast(prediction.device.type, enabled=False):
        return distribution_loss(scale * q @ z.T, z @ z.T / temperature)


def likeness_loss(
    student: Tensor, teachers: Sequence[Tensor], *, temperature: float = 0.1
) -> Tensor:
    """Match how alike a batch's clips are to the student to how alike they are to the teachers.

    L = -mean_i sum_{j != i} p_ij log softmax_j(cos(s_i, s_j) / T), where p_ij is the softmax over
    j != i of the teachers' mean cosine over T (as in Fang et al., SEED, ICLR 2021, with the
    batch's other clips in place of a queue). Only cosines are compared, so that the vectors may
    be of any size.

    Args:
        student: Vectors of the clips, (n, D).
        teachers: Vectors of the same clips by each teacher, (n, D') each; they get no gradient.
        temperature: T.

    Returns:
        Scalar, computed in float32 whatever autocast gave.

    Raises:
        ValueError: There is one clip, which is alike to no other.

    Example:
        >>> x = torch.eye(3)
        >>> likeness_loss(x, [x]).exp()
        tensor(2.)
    """
    if len(student) < 2:
        raise ValueError("student: found one clip, expected two or more")
    with torch.autocast(student.device.type, enabled=False):
        theirs = [_cosines_to_others(one.detach()) for one in teachers]
        mean = torch.stack(theirs).mean(0)
        return distribution_loss(_cosines_to_others(student) / temperature, mean / temperature)


def _cosines_to_others(vectors: Tensor) -> Tensor:
    """Return the cosine of each vector (n, D) with all others, (n, n - 1)."""
    unit = normalize(vectors.float(), dim=-1)
    n = len(unit)
    others = ~torch.eye(n, dtype=torch.bool, device=unit.device)
    return (unit @ unit.T)[others].view(n, n - 1)
