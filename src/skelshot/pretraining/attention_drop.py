"""Energy-based attention-guided drop of AimCLR (Guo et al., AAAI 2022): no weights of its own."""

import torch
from torch import Tensor


def energy(features: Tensor) -> Tensor:
    """Return the energy of each feature: its deviation from the mean of its channel.

    E = sigmoid((x - mu)^2 / (4 (sum (x - mu)^2 / (T' V - 1) + 1e-4)) + 0.5), with mean and sum
    over the frames and joints of one person and channel (SimAM's energy, Yang et al., ICML
    2021).

    Args:
        features: x, (N, M, D, T', V).

    Returns:
        E of the same shape, float32, from 0.62 (at the mean) to 1.
    """
    x = features.float()
    squares = (x - x.mean(dim=(3, 4), keepdim=True)).square()
    freedom = max(1, x.shape[3] * x.shape[4] - 1)
    variance = squares.sum(dim=(3, 4), keepdim=True) / freedom
    return (squares / (4 * (variance + 1e-4)) + 0.5).sigmoid()


@torch.no_grad()
def kept_features(features: Tensor, threshold: float = 0.7) -> Tensor:
    """Drop the most salient joints, and the most salient single features.

    A joint is dropped where its mean energy over channels and frames reaches the threshold, a
    feature where its own does: at 0.7 that is 1.18 standard deviations from the mean. Each of the
    two masks is scaled by elements over kept elements of the whole batch, as dropout is.

    Args:
        features: x, (N, M, D, T', V).
        threshold: Energy, 0.62 to 1, from which on things are dropped.

    Returns:
        Factors to multiply the features by, of the same shape, without gradient.
    """
    energies = energy(features)
    joints = (energies.mean(dim=(2, 3), keepdim=True) < threshold).float()
    single = (energies < threshold).float()
    return _scaled(joints) * _scaled(single)


def drop_salient(features: Tensor, threshold: float = 0.7) -> Tensor:
    """Return features without the most salient ones.

    Args:
        features: x, (N, M, D, T', V).
        threshold: Energy, 0.62 to 1, from which on things are dropped.

    Returns:
        Features of the same shape, float32; gradients pass where they are kept.

    Example:
        >>> features = torch.zeros(1, 1, 1, 1, 8)
        >>> features[..., 7] = 7.0
        >>> drop_salient(features + 1)[..., 7].item()
        0.0
    """
    return features.float() * kept_features(features, threshold)


def _scaled(mask: Tensor) -> Tensor:
    """Divide a mask by the share that it keeps, so that the mean stays what it was."""
    return mask * (mask.numel() / mask.sum().clamp(min=1))
