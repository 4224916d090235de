"""Views of a clip: turned about the vertical, or mirrored."""

import math

import torch
from pydantic import BaseModel, ConfigDict
from torch import Tensor

from skelshot.ground import SkelshotError
from skelshot.skeletons import SkeletonLayout


class View(BaseModel):
    """One view of a clip: first mirrored, then turned.

    Args:
        turn: Degrees about the vertical.
        mirror: Swap left and right.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

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


def view_clips(clips: Tensor, view: View, layout: SkeletonLayout) -> Tensor:
    """Show encoder inputs from another view.

    Every stream (joint, bone, motion) is linear in the joints, so turning and mirroring may act
    on the finished input, one x, y, z triple of channels at a time.

    Args:
        clips: Encoder input (N, C, T, V, M), C a multiple of 3, centred.
        view: The view.
        layout: Names the left-right pairs.

    Returns:
        Encoder input (N, C, T, V, M).

    Raises:
        SkelshotError: 2-D input is to be turned.

    Example:
        >>> from skelshot.skeletons import KINECT_V1
        >>> clip = torch.randn(1, 9, 4, 20, 1)
        >>> twice = view_clips(view_clips(clip, MIRRORED, KINECT_V1), MIRRORED, KINECT_V1)
        >>> torch.equal(twice, clip)
        True
    """
    coordinates = 3 if clips.shape[1] % 3 == 0 else 2
    N, C = clips.shape[:2]
    seen = clips.view(N, C // coordinates, coordinates, *clips.shape[2:])
    if view.mirror:
        seen = seen[..., list(layout.mirror), :].clone()
        seen[:, :, 0] *= -1
    if view.turn:
        if coordinates != 3:
            raise SkelshotError("view: 2-D clips cannot be turned; set turn to 0")
        seen = torch.einsum("ij,nsjtvm->nsitvm", _turn(view.turn).to(seen), seen)
    return seen.reshape(clips.shape)


def _turn(degrees: float) -> Tensor:
    """The matrix that turns about the vertical y by the right-hand rule."""
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return torch.tensor([[c, 0.0, s], [0.0, 1.0, 0.0], [-s, 0.0, c]])
