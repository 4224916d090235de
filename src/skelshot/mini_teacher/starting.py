"""Initialisation of the image encoder: whitening filters, positions, sharper attention.

As transformers begins an X-CLIP, a patch's state is its brightness above all (60 % of the variance
of the bank's patches lies in one direction, 91 % in ten), places are a 25th of that, and attention
is so even and weak that what moves within a clip changes a frame's vector by a 50th. Training of a
few thousand steps hardly gets out of there. Here it starts with

- filters that whiten the patches, as the first layer of fast image classifiers does (Jordan, 2024,
  "94% on CIFAR-10 in 3.29 seconds on a single GPU");
- places as sines and cosines as large as the patches (Chen et al., 2021, "An empirical study of
  training self-supervised vision transformers", have them fixed and small);
- weights of attention without CLIP's factor for depth, which is meant for deeper towers.

Movement within a clip then changes a frame's vector nine times as much (0.17 of its length).
"""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from skelshot.mini_teacher.changing import pixels_of

SAMPLE = 384
"""Clips whose patches the filters are made of."""

FLOOR = 0.002
"""What is added to each direction's variance, as a share of the largest: noise stays small."""

PLACE = 0.7
"""Amplitude of the waves that tell places and frames apart; patches have a deviation near 1."""

SHARPER = 2**0.5
"""What queries and keys are multiplied by besides, so that attention is not even at first."""


def start_well(model: Any, frames: NDArray[np.uint8]) -> None:
    """Set filters, places and attention of an untrained model.

    Args:
        model: An `XCLIPModel`; changed in place.
        frames: Clips to learn the filters from, RGB pictures (n, T, S, S, 3).
    """
    seen = model.vision_model.embeddings
    width, _, patch, _ = seen.patch_embedding.weight.shape
    filters = whitening(patches_of(frames, patch), width)
    rows = int(model.config.vision_config.image_size) // patch
    with torch.no_grad():
        seen.patch_embedding.weight[: len(filters)] = filters.view(-1, 3, patch, patch)
        seen.position_embedding.weight[1:] = PLACE * place_waves(rows, width)
        positions = model.mit.position_embedding
        positions[0] = PLACE * waves(torch.arange(positions.shape[1]), positions.shape[2])
        for tower in (model.vision_model.encoder, model.mit.encoder):
            _open_up(tower.layers)


def _open_up(layers: Any) -> None:
    """Undo the factor (2 layers)^-1/2 with which transformers shrinks some weights."""
    shrunk = (2 * len(layers)) ** 0.5
    for layer in layers:
        layer.mlp.fc2.weight *= shrunk
        for attention in (layer.self_attn, getattr(layer, "message_attn", None)):
            if attention is None:
                continue
            attention.v_proj.weight *= shrunk
            attention.q_proj.weight *= shrunk * SHARPER
            attention.k_proj.weight *= shrunk * SHARPER


def patches_of(frames: NDArray[np.uint8], patch: int) -> Tensor:
    """Cut clips into patches, as the model does.

    Args:
        frames: RGB pictures (n, T, S, S, 3).
        patch: Side of a patch in pixels.

    Returns:
        Patches (m, 3 x patch x patch), of one frame of each clip.
    """
    pixels = pixels_of(np.array(frames[:, frames.shape[1] // 2, None]))[:, 0]
    cut = torch.nn.functional.unfold(pixels, patch, stride=patch)
    return cut.transpose(1, 2).reshape(-1, cut.shape[1])


def whitening(patches: Tensor, count: int) -> Tensor:
    """Make filters whose answers to patches have no correlation and nearly equal variance.

    Filter i is v_i / sqrt(l_i + e), where v_i and l_i are the i-th direction and variance of the
    patches' covariance, largest first, and e is `FLOOR` times the largest.

    Args:
        patches: Patches (m, d).
        count: Most filters.

    Returns:
        Filters (min(count, d), d).
    """
    centred = patches.double() - patches.double().mean(dim=0)
    variances, directions = torch.linalg.eigh(centred.T @ centred / len(patches))
    variances, directions = variances.flip(0)[:count], directions.flip(1)[:, :count]
    # which way a direction points is chance in every library: the largest entry points up
    largest = directions.abs().argmax(dim=0, keepdim=True)
    directions = directions * directions.gather(0, largest).sign()
    scale = (variances.clamp(min=0) + FLOOR * variances[0]).rsqrt()
    filters: Tensor = (directions * scale).T.float()
    return filters


def waves(places: Tensor, width: int) -> Tensor:
    """Tell places apart by sines and cosines, from one wave over all places to one over two.

    Args:
        places: Numbers 0 to n - 1 (m,).
        width: Even number of columns.

    Returns:
        Columns (m, width): sines, then cosines, of wave lengths in geometric order.
    """
    longest, shortest = 4.0 * (int(places.max()) + 1), 4.0
    lengths = torch.logspace(np.log10(longest), np.log10(shortest), width // 2)
    angles = 2 * torch.pi * places.float()[:, None] / lengths
    return torch.cat([angles.sin(), angles.cos()], dim=1)


def place_waves(rows: int, width: int) -> Tensor:
    """Tell the patches of a square picture apart: half of the columns by row, half by column.

    Args:
        rows: Patches along each side.
        width: Number of columns, a multiple of 4.

    Returns:
        Places (rows x rows, width), row by row.
    """
    one = waves(torch.arange(rows), width // 2)
    down = one[:, None].expand(rows, rows, -1)
    along = one[None].expand(rows, rows, -1)
    return torch.cat([down, along], dim=-1).reshape(rows * rows, -1)
