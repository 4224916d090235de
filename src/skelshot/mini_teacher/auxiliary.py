"""Auxiliary losses used only in training: part labels and joint positions.

Contrast alone needs pictures and texts that can be told apart before it teaches anything: in a
few thousand steps from nothing it does not begin to fall. So the same vectors also name an
action's parts, the pictures' patches also tell which joints are in them, and each frame's vector
tells where they are; the renderer knows all that. The linear layers that answer are not part of
the teacher.
"""

import math
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits

from skelshot.mini_teacher.changing import Changes
from skelshot.mini_teacher.filming import PEOPLE
from skelshot.mini_teacher.recipe import ModelShape
from skelshot.skeletons.layouts import KINECT_V2

RAREST = 1e-3
"""Least share of actions that a part is expected in at the start."""


UNIT = 0.05
"""Share of a picture's side by which joints' places may well be wrong: 5 of 96 pixels."""


class AuxiliaryHeads(nn.Module):
    """Linear layers from the towers to parts and joints.

    Args:
        shape: The model's sizes.
        parts: Which parts each action has (actions, parts), 0 or 1.
    """

    parts: Tensor

    def __init__(self, shape: ModelShape, parts: Tensor) -> None:
        super().__init__()
        self.register_buffer("parts", parts, persistent=False)
        self.video_parts = nn.Linear(shape.dim, parts.shape[1])
        self.text_parts = nn.Linear(shape.dim, parts.shape[1])
        self.frame_parts = nn.Linear(shape.dim, parts.shape[1])
        self.joints = nn.Linear(shape.width, len(KINECT_V2.joints))
        self.places = nn.Linear(shape.dim, PEOPLE * len(KINECT_V2.joints) * 2)
        usual = torch.logit(parts.mean(dim=0).clamp(RAREST, 1 - RAREST))
        patches = (shape.size // shape.patch) ** 2
        with torch.no_grad():
            for layer, bias in (
                (self.video_parts, usual),
                (self.text_parts, usual),
                (self.frame_parts, usual),
                (self.joints, torch.logit(torch.tensor(1 / patches))),
                (self.places, torch.tensor(0.5)),
            ):
                layer.weight.zero_()
                layer.bias.copy_(bias)


def parts_table(parts: Sequence[Sequence[str]]) -> Tensor:
    """Table of the parts of each action.

    Args:
        parts: Names of each action's parts.

    Returns:
        Table (actions, parts) of 0 and 1, the parts in alphabetical order.

    Example:
        >>> parts_table([["wave", "hop"], ["hop"]]).tolist()
        [[1.0, 1.0], [1.0, 0.0]]
    """
    names = sorted({name for own in parts for name in own})
    return torch.tensor([[float(name in own) for name in names] for own in map(set, parts)])


def summed_cross_entropy(logits: Tensor, truth: Tensor) -> Tensor:
    """Binary cross-entropies summed over the labels.

    Args:
        logits: Of yes (n, questions).
        truth: 1 for yes, 0 for no.

    Returns:
        The cross-entropies summed over the questions, their mean over n, a number.
    """
    each = binary_cross_entropy_with_logits(logits.float(), truth, reduction="none")
    return each.sum(dim=1).mean()


def changed_joints(joints: NDArray[np.float16], changes: Changes) -> Tensor:
    """Joint positions after the pictures' augmentation.

    Args:
        joints: Columns and rows as shares of the side, before the changes (B, T, 2, 25, 2).
        changes: How the pictures are moved, zoomed and mirrored.

    Returns:
        The same in the changed pictures, float32; people stand in the order of their columns,
        those who are not there last. In mirrored pictures left joints are called right ones.
    """
    factor = np.repeat(changes.zoom[:, None], 2, axis=1)
    factor[:, 0] *= np.where(changes.mirrored, -1, 1)
    about = 2 * joints.astype(np.float32) - 1 - 2 * changes.move[:, None, None, None]
    moved = (factor[:, None, None, None] * about + 1) / 2
    moved[changes.mirrored] = moved[changes.mirrored][..., list(KINECT_V2.mirror), :]
    first, second = moved[:, :, 0, :, 0].mean(axis=(1, 2)), moved[:, :, 1, :, 0].mean(axis=(1, 2))
    swapped = second < first  # never where there is no second one, whose mean is NaN
    moved[swapped] = moved[swapped][:, :, ::-1]
    return torch.from_numpy(moved)


def joints_in_patches(joints: Tensor, side: int) -> Tensor:
    """Occupancy of patches by joints of anybody.

    Args:
        joints: Columns and rows as shares of the picture's side (B, T, 2, 25, 2).
        side: Patches along a side.

    Returns:
        1 where a joint is in a patch, else 0 (B T, side x side, 25).
    """
    flat = joints.flatten(0, 1)
    cells = (flat * side).floor()
    inside = ((cells >= 0) & (cells < side)).all(dim=-1)  # NaN is not
    found = torch.zeros(len(flat), side * side, flat.shape[2])
    picture, person, joint = inside.nonzero(as_tuple=True)
    column, row = cells[picture, person, joint].long().unbind(dim=-1)
    found[picture, row * side + column, joint] = 1
    return found


def found_joints(
    heads: AuxiliaryHeads, frames: Tensor, states: Tensor, joints: Tensor
) -> tuple[Tensor, Tensor]:
    """Auxiliary losses of joint positions.

    Args:
        heads: The layers that answer.
        frames: The frames' vectors (B, T, D).
        states: Their patches' states (B T, P, W), the patches of a square picture.
        joints: The truth, columns and rows as shares of the side (B, T, 2, 25, 2).

    Returns:
        The error of their places, and the cross-entropy of who is in which patch; two numbers.
    """
    cells = joints_in_patches(joints, math.isqrt(states.shape[1]))
    in_patches = summed_cross_entropy(heads.joints(states.float()).flatten(1), cells.flatten(1))
    return place_error(heads.places(frames.float()).flatten(0, 1), joints), in_patches


def place_error(found: Tensor, joints: Tensor) -> Tensor:
    """Mean absolute error of predicted joint positions.

    Args:
        found: Columns and rows as shares of the side (B T, 2 x 25 x 2).
        joints: The truth (B, T, 2, 25, 2); NaN does not count.

    Returns:
        Mean absolute error in units of `UNIT`, a number.
    """
    truth = joints.flatten(0, 1).flatten(1)
    known = truth.isfinite()
    return (found.float()[known] - truth[known]).abs().mean() / UNIT
