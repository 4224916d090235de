"""Contrastive losses between clips and captions (InfoNCE with several positives)."""

import torch
from torch import Tensor
from torch.nn.functional import log_softmax, normalize

LARGEST_SCALE = 100.0
"""Most that cosines are multiplied by, as in CLIP (Radford et al., 2021, section 2.5)."""


def same_action(clips: Tensor, texts: Tensor) -> Tensor:
    """Tell which captions are right for which clips.

    Args:
        clips: Number of each clip's action (V,).
        texts: Number of each caption's action (T,).

    Returns:
        Right answers (V, T), bool. Every caption of the same action is one, not only the clip's
        own.

    Example:
        >>> same_action(torch.tensor([4, 9]), torch.tensor([9, 4, 9])).int().tolist()
        [[0, 1, 0], [1, 0, 1]]
    """
    return clips[:, None] == texts[None, :]


def contrast(logits: Tensor, right: Tensor) -> Tensor:
    """Contrast each row with all columns (InfoNCE with several right answers).

    A row's loss is the mean over its right columns r of -log softmax(logits)_r, as in
    supervised contrastive learning (Khosla et al., 2020, equation 2). Rows without a right
    column do not count.

    Args:
        logits: Scaled cosines (V, T).
        right: Which answers are right (V, T), bool.

    Returns:
        Mean over the rows, a number; 0 where no row counts.

    Example:
        >>> logits = torch.tensor([[0.0, 0.0], [5.0, 5.0]])
        >>> round(float(contrast(logits, torch.eye(2).bool())), 4)  # log 2
        0.6931
    """
    count = right.sum(dim=1)
    each = -(log_softmax(logits.float(), dim=1) * right).sum(dim=1) / count.clamp(min=1)
    return each.sum() / (count > 0).sum().clamp(min=1)


def symmetric_contrast(videos: Tensor, texts: Tensor, scale: Tensor, right: Tensor) -> Tensor:
    """Contrast clips with captions, and captions with clips.

    Args:
        videos: f_v (V, D).
        texts: f_t (T, D); there may be more captions than clips.
        scale: What cosines are multiplied by, a number.
        right: Which caption is right for which clip (V, T), bool.

    Returns:
        The mean of both losses, a number.
    """
    cosines = normalize(videos.float(), dim=-1) @ normalize(texts.float(), dim=-1).T
    logits = scale * cosines
    return (contrast(logits, right) + contrast(logits.T, right.T)) / 2


def prompted_contrast(videos: Tensor, prompted: Tensor, scale: Tensor, right: Tensor) -> Tensor:
    """Contrast each clip with captions that were made to depend on it, as X-CLIP is trained.

    Args:
        videos: f_v (V, D).
        prompted: Prompted f_t (V, T, D).
        scale: What cosines are multiplied by, a number.
        right: Which caption is right for which clip (V, T), bool.

    Returns:
        The loss, a number.
    """
    v, t = normalize(videos.float(), dim=-1), normalize(prompted.float(), dim=-1)
    return contrast(scale * torch.einsum("vd,vtd->vt", v, t), right)


def length_term(vectors: Tensor) -> Tensor:
    """Hold the lengths of vectors near sqrt(D).

    Contrast looks at directions alone and leaves lengths to chance. The sum f_v + f_t, which
    transfer takes, would be the longer of the two; with lengths alike both count.

    Args:
        vectors: f_v or f_t (n, D).

    Returns:
        Mean of (|f| / sqrt(D) - 1)^2, a number.

    Example:
        >>> float(length_term(torch.ones(3, 4)))
        0.0
    """
    lengths = vectors.float().norm(dim=-1) / vectors.shape[-1] ** 0.5
    found: Tensor = (lengths - 1).square().mean()
    return found
