"""Views of a clip: turned about the vertical, or mirrored."""

import math
from typing import ClassVar

import torch
from torch import Tensor

from skelshot.ground import SkelshotError
from skelshot.ground.options import Options
from skelshot.skeletons import InputSpec


class View(Options):
    """One view of a clip: first mirrored, then turned.

    Args:
        turn: Degrees about the vertical.
        mirror: Swap left and right.
    """

    described: ClassVar[str] = "view"

    turn: float = 0.0
    mirror: bool = False

    def after(self, other: "View") -> "View":
        """Return this view of another view, as one view.

        Mirroring turns the direction of a turn around: M R(a) = R(-a) M.

        Args:
            other: What is done to the clip first.

        Returns:
            The view that does both.

        Example:
            >>> View(turn=10, mirror=True).after(View(turn=30))
            View(turn=-20.0, mirror=True)
        """
        sign = -1.0 if self.mirror else 1.0
        return View(turn=self.turn + sign * other.turn, mirror=self.mirror != other.mirror)


MIRRORED = View(mirror=True)
"""The clip with left and right swapped."""


def view_clips(clips: Tensor, view: View, inputs: InputSpec) -> Tensor:
    """Show encoder inputs from another view.

    Every stream (joint, bone, motion) is linear in the joints, so turning and mirroring may act
    on the finished input, the coordinates of one stream at a time. The confidence of a joint goes
    to the other side with it.

    Args:
        clips: Encoder input (N, C, T, V, M), centred.
        view: The view.
        inputs: Says which channels are coordinates of which stream, and names the left-right
            pairs.

    Returns:
        Encoder input (N, C, T, V, M).

    Raises:
        SkelshotError: The clips have other channels than `inputs` says, or 2-D input is to be
            turned.

    Example:
        >>> inputs = InputSpec(layout="coco-17", coordinates=2, align="root",
        ...                    streams=("joint", "bone", "joint-motion"))
        >>> clip = torch.arange(1.0, 7)[None, :, None, None, None].expand(1, 6, 4, 17, 1)
        >>> view_clips(clip, MIRRORED, inputs)[0, :, 0, 0, 0].tolist()
        [-1.0, 2.0, -3.0, 4.0, -5.0, 6.0]
    """
    if clips.shape[1] != inputs.channels:
        raise SkelshotError(
            f"view: found clips of {clips.shape[1]} channels, expected {inputs.channels}: "
            f"{inputs.coordinates} coordinates of {', '.join(inputs.streams)}"
            f"{' and the confidence' if inputs.confidence else ''}"
        )
    if view.mirror:
        clips = clips[:, :, :, list(inputs.layout.mirror)].clone()
        clips[:, : inputs.coordinates * len(inputs.streams) : inputs.coordinates] *= -1
    if view.turn:
        if inputs.coordinates != 3:
            raise SkelshotError("view: 2-D clips cannot be turned; set turn to 0")
        joints, beside = clips.tensor_split([3 * len(inputs.streams)], dim=1)
        seen = joints.reshape(len(joints), -1, 3, *joints.shape[2:])
        turned = torch.einsum("ij,nsjtvm->nsitvm", _turn(view.turn).to(seen), seen)
        clips = torch.cat([turned.flatten(1, 2), beside], dim=1)
    return clips


def _turn(degrees: float) -> Tensor:
    """The matrix that turns about the vertical y by the right-hand rule."""
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return torch.tensor([[c, 0.0, s], [0.0, 1.0, 0.0], [-s, 0.0, c]])
