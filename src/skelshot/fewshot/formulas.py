"""The formulas of section IV.C: initial weights, logits, entropy and the loss."""

import torch
from torch import Tensor
from torch.nn.functional import normalize


def support_weights(support: Tensor, normalised: bool = False) -> Tensor:
    """Return one weight vector a class: the mean of its exemplars' features.

    Section IV.C prints W = [E(x_1), ..., E(x_N)] for one exemplar a class. With `normalised`
    this is weight imprinting: normalise each feature, average, normalise again (Qi et al. 2018;
    Gidaris and Komodakis 2018).

    Args:
        support: Features of the exemplars, `(B, N, K, D)`.
        normalised: Whether features and weights are brought to length one.

    Returns:
        W, `(B, N, D)`.

    Example:
        >>> support_weights(torch.tensor([[[[3.0, 0.0], [0.0, 1.0]]]])).tolist()
        [[[1.5, 0.5]]]
    """
    if not normalised:
        return support.mean(dim=2)
    return normalize(normalize(support, dim=-1).mean(dim=2), dim=-1)


def linear_logits(weights: Tensor, features: Tensor, biases: Tensor | None = None) -> Tensor:
    """Return W f + b, the scores of a linear classifier (section IV.C).

    Args:
        weights: W, `(B, N, D)`.
        features: f, `(B, Q, D)`.
        biases: b, `(B, N)`; zero when None.

    Returns:
        Logits `(B, Q, N)`.
    """
    products = features @ weights.transpose(1, 2)
    return products if biases is None else products + biases[:, None, :]


def cosine_logits(
    weights: Tensor,
    features: Tensor,
    biases: Tensor | None = None,
    scale: Tensor | float = 1.0,
) -> Tensor:
    """Return scale * cos(w_j, q) + b_j, the scores inside the softmax of equation 3.

    Args:
        weights: W, `(B, N, D)`; their length does not matter.
        features: q, `(B, Q, D)`; their length does not matter.
        biases: b, `(B, N)`; zero when None.
        scale: One number, or one a task, `(B,)`. Equation 3 prints no scale, that is 1.

    Returns:
        Logits `(B, Q, N)`.

    Example:
        >>> w, q = torch.eye(2)[None], torch.tensor([[[5.0, 0.0]]])
        >>> cosine_logits(w, q, scale=10.0).tolist()
        [[[10.0, 0.0]]]
    """
    cosines = linear_logits(normalize(weights, dim=-1), normalize(features, dim=-1))
    factor = scale[:, None, None] if isinstance(scale, Tensor) and scale.dim() else scale
    return cosines * factor if biases is None else cosines * factor + biases[:, None, :]


def entropy(logits: Tensor) -> Tensor:
    """Return H(p) = -sum_j p_j log p_j in nats, with p = softmax(logits).

    Args:
        logits: `(..., N)`.

    Returns:
        `(...)`, between 0 and log N.

    Example:
        >>> round(entropy(torch.zeros(4)).item(), 4)
        1.3863
    """
    log_p = logits.log_softmax(dim=-1)
    return -(log_p.exp() * log_p).sum(dim=-1)


def entropy_regularised_loss(logits: Tensor, labels: Tensor, entropy_weight: float = 1.0) -> Tensor:
    """Return L = L_CE + weight * H(p), each a mean over the samples (equation 4).

    Args:
        logits: `(B, Q, N)`.
        labels: The true classes, `(Q,)` or `(B, Q)` int64.
        entropy_weight: 1 as printed; a negative one rewards unsure predictions.

    Returns:
        One loss a task, `(B,)`.
    """
    labels = labels.expand(logits.shape[:2])
    right = logits.log_softmax(dim=-1).gather(-1, labels[..., None])[..., 0]
    return -right.mean(dim=1) + entropy_weight * entropy(logits).mean(dim=1)


def loss_gradient(logits: Tensor, targets: Tensor, entropy_weight: float = 1.0) -> Tensor:
    """Return the gradient of `entropy_regularised_loss` with respect to the logits.

    Per sample it is p - y + weight * dH/dz, with dH/dz_j = -p_j (log p_j + H); the mean over the
    samples divides it by Q.

    Args:
        logits: z, `(B, Q, N)`.
        targets: y, one-hot, `(Q, N)`.
        entropy_weight: 1 as printed.

    Returns:
        `(B, Q, N)`.
    """
    log_p = _log_softmax(logits)
    p = log_p.exp()
    gradient = p - targets
    if entropy_weight:
        gradient.add_(_entropy_slope(p, log_p), alpha=entropy_weight)
    return gradient.div_(logits.shape[1])


def entropy_gradient(logits: Tensor) -> Tensor:
    """Return the gradient of the mean entropy with respect to the logits.

    Args:
        logits: `(B, Q, N)`.

    Returns:
        `(B, Q, N)`.
    """
    log_p = _log_softmax(logits)
    return _entropy_slope(log_p.exp(), log_p).div_(logits.shape[1])


def _log_softmax(logits: Tensor) -> Tensor:
    """Return log p, `(B, Q, N)`; with few classes, classes first in memory is five times faster."""
    return logits.transpose(1, 2).contiguous().log_softmax(dim=1).transpose(1, 2)


def _entropy_slope(p: Tensor, log_p: Tensor) -> Tensor:
    """Return dH/dz_j = -p_j (log p_j + H) of each sample, `(..., N)`."""
    negative_entropy = (p * log_p).sum(dim=-1, keepdim=True)
    return p * (negative_entropy - log_p)


def rotation_degrees(before: Tensor, after: Tensor) -> Tensor:
    """Return the angles between pairs of vectors, exact for tiny angles too.

    Args:
        before: `(..., D)`.
        after: `(..., D)`.

    Returns:
        `(...)`, degrees from 0 to 180.

    Example:
        >>> rotation_degrees(torch.tensor([1.0, 0.0]), torch.tensor([0.0, 3.0])).item()
        90.0
    """
    chord = (normalize(before, dim=-1) - normalize(after, dim=-1)).norm(dim=-1)
    return torch.rad2deg(2.0 * torch.asin((chord / 2.0).clamp(max=1.0)))
