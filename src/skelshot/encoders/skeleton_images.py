"""Skeleton clips as images: joints by time, with coordinates as colours."""

from typing import Literal

import torch
from torch import Tensor
from torch.nn.functional import interpolate

ImageEncoding = Literal["xyz", "triples"]
"""`xyz`: a pixel holds x, y, z of a joint in a frame (SL-DML). `triples`: it holds three frames
in a row of one coordinate; x, y and z stand side by side (Skeleton-DML)."""


def xyz_image(coordinates: Tensor) -> Tensor:
    """Draw joints as rows, frames as columns and x, y, z as the three colours.

    Memmesheimer et al., "SL-DML: Signal Level Deep Metric Learning for Multimodal One-Shot
    Action Recognition", ICPR 2020. The rows of a second person stand below those of the first.

    Args:
        coordinates: (n, 3, T, V, M).

    Returns:
        (n, 3, M V, T): colour c, row m V + v, column t is coordinate c of joint v of person m
        in frame t.

    Example:
        >>> xyz_image(torch.zeros(1, 3, 24, 20, 2)).shape
        torch.Size([1, 3, 40, 24])
    """
    return coordinates.permute(0, 1, 4, 3, 2).flatten(2, 3)


def triples_image(coordinates: Tensor) -> Tensor:
    """Cut each joint's row x_1 ... x_T, y_1 ... y_T, z_1 ... z_T into triples, one a pixel.

    Memmesheimer et al., "Skeleton-DML: Deep Metric Learning for Skeleton-Based One-Shot Action
    Recognition", WACV 2022. The first third of the columns shows x, then come y and z. Where 3
    does not divide T, frames are interpolated up to the next multiple, so that no pixel mixes
    two coordinates.

    Args:
        coordinates: (n, 3, T, V, M).

    Returns:
        (n, 3, M V, T'), T' the next multiple of 3: colour k, row m V + v, column c T'/3 + i is
        coordinate c of joint v of person m in frame 3 i + k.

    Example:
        >>> row = torch.arange(18.0).view(1, 3, 6, 1, 1)
        >>> triples_image(row)[0, :, 0].T.tolist()
        [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0], [6.0, 7.0, 8.0],
         [9.0, 10.0, 11.0], [12.0, 13.0, 14.0], [15.0, 16.0, 17.0]]
    """
    n, _, frames = coordinates.shape[:3]
    rows = coordinates.permute(0, 4, 3, 1, 2).flatten(1, 2)
    if frames % 3:
        longer = frames + 3 - frames % 3
        rows = interpolate(rows.flatten(1, 2), longer, mode="linear", align_corners=True)
        rows = rows.view(n, -1, 3, longer)
    return rows.reshape(n, rows.shape[1], -1, 3).permute(0, 3, 1, 2)


def unit_range(images: Tensor) -> Tensor:
    """Bring each image to the range 0 to 1 with one minimum and one maximum of all its values.

    Args:
        images: (n, ...).

    Returns:
        The same shape; 0 where all values of an image are equal.

    Example:
        >>> unit_range(torch.tensor([[-1.0, 0.0, 3.0], [5.0, 5.0, 5.0]])).tolist()
        [[0.0, 0.25, 1.0], [0.0, 0.0, 0.0]]
    """
    flat = images.flatten(1)
    low, high = flat.amin(1, keepdim=True), flat.amax(1, keepdim=True)
    extent = torch.where(high > low, high - low, torch.ones_like(high))
    return ((flat - low) / extent).view_as(images)


def skeleton_images(clips: Tensor, encoding: ImageEncoding, size: int) -> Tensor:
    """Draw clips as square images.

    Args:
        clips: Joint positions (n, 3, T, V, M).
        encoding: Which image.
        size: Pixels a side, by bilinear interpolation.

    Returns:
        (n, 3, size, size), values in 0 to 1.

    Example:
        >>> skeleton_images(torch.randn(2, 3, 24, 20, 1), "triples", 64).shape
        torch.Size([2, 3, 64, 64])
    """
    draw = xyz_image if encoding == "xyz" else triples_image
    images = unit_range(draw(clips))
    return interpolate(images, (size, size), mode="bilinear", align_corners=False)
