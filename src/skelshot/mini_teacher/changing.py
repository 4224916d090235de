"""Augmentation of a clip's pictures."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import affine_grid, grid_sample

from skelshot.mini_teacher.recipe import Recipe
from skelshot.teachers.models.preprocessing import IMAGENET_MEAN, IMAGENET_STD


@dataclass(frozen=True, eq=False)
class Changes:
    """Random augmentation of B clips; all frames of a clip are changed alike.

    Captions tell left from right nowhere, so half of the clips are mirrored.

    Args:
        move: Shift (B, 2) of columns and rows as a share of the size.
        zoom: Factor (B,) by which people appear larger.
        gain: Factors (B, 3) on red, green and blue.
        contrast: Factors (B,) on the distance from middle grey.
        mirrored: Whether left and right are exchanged (B,).
    """

    move: NDArray[np.float32]
    zoom: NDArray[np.float32]
    gain: NDArray[np.float32]
    contrast: NDArray[np.float32]
    mirrored: NDArray[np.bool_]

    @classmethod
    def draw(cls, recipe: Recipe, clips: int, rng: np.random.Generator) -> "Changes":
        """Draw the changes of a batch.

        Args:
            recipe: How strong they may be.
            clips: Number of clips B.
            rng: Source of randomness.

        Returns:
            The changes.
        """

        def around(centre: float, most: float, *shape: int) -> NDArray[np.float32]:
            return (centre + most * rng.uniform(-1, 1, (clips, *shape))).astype(np.float32)

        light = around(1, recipe.light, 1)
        return cls(
            move=around(0, recipe.shift, 2),
            zoom=around(1, recipe.zoom),
            gain=light * around(1, recipe.tint, 3),
            contrast=around(1, recipe.light),
            mirrored=rng.random(clips) < recipe.mirror,
        )

    def part(self, rows: slice) -> "Changes":
        """Take the changes of some clips.

        Args:
            rows: Which.
        """
        return Changes(
            self.move[rows],
            self.zoom[rows],
            self.gain[rows],
            self.contrast[rows],
            self.mirrored[rows],
        )


def pixels_of(frames: NDArray[np.uint8], changes: Changes | None = None) -> Tensor:
    """Turn stored pictures into what the model takes.

    Args:
        frames: RGB pictures (B, T, S, S, 3), 0 to 255.
        changes: How to change them; None leaves them, as a teacher sees them.

    Returns:
        Normalised float32 tensor (B, T, 3, S, S).
    """
    clips, count, size = frames.shape[:3]
    pictures = torch.from_numpy(np.ascontiguousarray(frames)).permute(0, 1, 4, 2, 3)
    pictures = pictures.reshape(clips, 3 * count, size, size).float().div_(255)
    if changes is not None:
        pictures = _changed(pictures, count, changes)
    pictures = pictures.view(clips, count, 3, size, size)
    mean, std = (torch.tensor(values).view(3, 1, 1) for values in (IMAGENET_MEAN, IMAGENET_STD))
    return pictures.sub_(mean).div_(std)


def _changed(pictures: Tensor, count: int, changes: Changes) -> Tensor:
    """Move, mirror, zoom and light pictures (B, 3 T, S, S) of numbers in [0, 1]."""
    clips = len(pictures)
    theta = torch.zeros(clips, 2, 3)
    theta[:, 0, 0] = theta[:, 1, 1] = 1 / torch.from_numpy(changes.zoom)
    theta[:, 0, 0] *= 1 - 2 * torch.from_numpy(changes.mirrored).float()
    theta[:, :, 2] = 2 * torch.from_numpy(changes.move)
    grid = affine_grid(theta, list(pictures.shape), align_corners=False)
    moved = grid_sample(pictures, grid, mode="bilinear", padding_mode="border", align_corners=False)
    contrast = torch.from_numpy(changes.contrast).view(clips, 1, 1, 1)
    gain = torch.from_numpy(changes.gain).repeat(1, count).view(clips, 3 * count, 1, 1)
    return moved.mul_(gain).sub_(0.5).mul_(contrast).add_(0.5).clamp_(0, 1)
