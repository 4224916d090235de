"""The joints' coordinates in an encoder's input, for methods with a network of their own."""

import torch
from torch import Tensor


def coordinates_of(clips: Tensor) -> Tensor:
    """Return the first stream of a clip in three dimensions.

    With the stream `joint` in front, as in all presets, these are joint positions.

    Args:
        clips: Encoder input (n, C, T, V, M), C a multiple of 3, or of 2 where clips are flat.

    Returns:
        x, y, z as (n, 3, T, V, M); z is 0 in flat clips.

    Example:
        >>> coordinates_of(torch.ones(1, 4, 8, 17, 1))[0, :, 0, 0, 0].tolist()
        [1.0, 1.0, 0.0]
    """
    if clips.shape[1] % 3 == 0:
        return clips[:, :3]
    return torch.cat([clips[:, :2], torch.zeros_like(clips[:, :1])], dim=1)


def main_person(coordinates: Tensor) -> Tensor:
    """Choose the person who is there in most frames; of equals the one who moves most.

    Args:
        coordinates: (n, 3, T, V, M); a person is absent where all coordinates are 0.

    Returns:
        (n, T, V, 3).

    Example:
        >>> clip = torch.zeros(1, 3, 4, 20, 2)
        >>> clip[..., 1] = 1.0
        >>> main_person(clip).mean().item()
        1.0
    """
    frames = (coordinates != 0).any(3).any(1).sum(1)
    spread = coordinates.detach().std(2, correction=0).mean((1, 2))
    chosen = (frames + spread / (1 + spread)).argmax(1)
    everyone = coordinates.permute(0, 4, 2, 3, 1)
    return everyone[torch.arange(len(everyone), device=everyone.device), chosen]
