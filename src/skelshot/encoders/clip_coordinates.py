"""The joints' positions in an encoder's input, for methods with a network of their own."""

import torch
from torch import Tensor


def joint_positions(clips: Tensor, channels: slice) -> Tensor:
    """Return the joints of a clip in three dimensions.

    Args:
        clips: Encoder input (n, C, T, V, M).
        channels: Which channels hold the stream `joint`, see `InputSpec.channels_of`.

    Returns:
        x, y, z as (n, 3, T, V, M); z is 0 in 2-D clips.

    Example:
        >>> joint_positions(torch.ones(1, 6, 8, 17, 1), slice(2, 4))[0, :, 0, 0, 0].tolist()
        [1.0, 1.0, 0.0]
    """
    positions = clips[:, channels]
    flat = 3 - positions.shape[1]
    return torch.nn.functional.pad(positions, (0,) * 7 + (flat,)) if flat else positions


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
