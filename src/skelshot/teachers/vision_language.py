"""The vision-language representation f_vl that the skeleton encoder learns from."""

from collections.abc import Sequence
from typing import Literal

from torch import Tensor
from torch.nn.functional import normalize

from skelshot.ground import SkelshotError

Representation = Literal["text", "video", "video+text"]
"""What stage 1 regresses: f_t, f_v, or their sum."""


def combine(f_v: Tensor | None, f_t: Tensor | None, normalise: bool = True) -> Tensor:
    """Add video and text features, f_vl = f_v + f_t (paper, section IV.A).

    The paper does not say whether the two are brought to unit length before the sum. Raw video
    and text features differ in length, so that without it the longer one decides.

    Args:
        f_v: Video features (..., D), or None.
        f_t: Text features (..., D), or None.
        normalise: Bring each given part to unit length first.

    Returns:
        f_vl (..., D); with one part given, that part (at unit length when `normalise`).

    Raises:
        SkelshotError: Neither part is given, or their lengths D differ.

    Example:
        >>> import torch
        >>> combine(torch.tensor([[0.0, 2.0]]), torch.tensor([[3.0, 0.0]]))
        tensor([[1., 1.]])
    """
    parts = [part for part in (f_v, f_t) if part is not None]
    if not parts:
        raise SkelshotError("combine: neither video nor text features given, expected at least one")
    if len({part.shape[-1] for part in parts}) > 1:
        raise SkelshotError(
            f"combine: video features have {parts[0].shape[-1]} dimensions and text features "
            f"{parts[1].shape[-1]}; f_v + f_t needs both from one vision-language model"
        )
    if normalise:
        parts = [normalize(part, dim=-1) for part in parts]
    return parts[0] if len(parts) == 1 else parts[0] + parts[1]


def mean_text(text: Tensor, normalise: bool = True) -> Tensor:
    """Average the prompts of each class into one f_t.

    Args:
        text: Text features (..., R, D), R prompts a class.
        normalise: Bring each prompt to unit length before the mean, and the mean after it.

    Returns:
        f_t (..., D).

    Example:
        >>> import torch
        >>> mean_text(torch.tensor([[[0.0, 2.0], [1.0, 0.0]]]))
        tensor([[0.7071, 0.7071]])
    """
    if not normalise:
        return text.mean(dim=-2)
    return normalize(normalize(text, dim=-1).mean(dim=-2), dim=-1)


def directions_of(texts: Sequence[str]) -> tuple[list[int], list[int]]:
    """Tell which prompts are for clips played forwards and which for clips played backwards.

    Args:
        texts: The prompts of one class.

    Returns:
        Their places: forwards, and those that say "backwards".

    Example:
        >>> directions_of(["throw", "throw played backwards"])
        ([0], [1])
    """
    back = [place for place, text in enumerate(texts) if "backwards" in text]
    return [place for place in range(len(texts)) if place not in back], back
