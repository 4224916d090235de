"""Soft-DTW on joint positions: the exemplar that moves most alike, at whatever pace."""

from typing import ClassVar, Literal, NamedTuple

import torch
from pydantic import Field
from torch import Tensor

from skelshot.fewshot.base import MethodOptions
from skelshot.fewshot.map_alignment import FrameCost, alignment_distances
from skelshot.fewshot.nearest import best_of_class
from skelshot.fewshot.raw_clips import RawMethod, RawOptions
from skelshot.fewshot.soft_dtw import cosine_cost
from skelshot.fewshot.soft_dtw_method import mean_square


class RawDTWOptions(RawOptions):
    """Options of soft-DTW on joint positions.

    Attributes:
        frames: Frames a clip is resized to before it is aligned.
        persons: Persons compared; those who are absent are zeros, and frames without anybody
            are left out.
        torso_scale: Scale person 1's trunk to the length 1.
        distance: Of two frames: 1 - `cosine` of all coordinates, or squared `euclid` averaged
            over them.
        gamma: Smoothing, in units of the cost.

    Example:
        >>> RawDTWOptions(frames=16).distance
        'cosine'
    """

    frames: int = Field(24, ge=1, le=1000)
    persons: int = Field(2, ge=1, le=100)
    torso_scale: bool = True
    distance: Literal["cosine", "euclid"] = "cosine"
    gamma: float = Field(0.01, ge=1e-9)


class RawDTW(RawMethod):
    """Nearest exemplar by the mean cost of a frame along the best alignments of joint positions.

    It reads view-normalised joint positions (`inputs` says so to the evaluation) and is the
    baseline that every trained encoder should beat.

    Args:
        options: Options of the method.

    Example:
        >>> moves = torch.randn(1, 2, 1, 3, 8, 20, 1)                     # (B, N, K, C, T, V, M)
        >>> slower = moves[:, :, 0].repeat_interleave(2, dim=3)[:, :, :, :8]
        >>> RawDTW()(moves, slower).argmax(dim=-1).tolist()
        [[0, 1]]
    """

    name: ClassVar[str] = "raw-dtw"
    options_type: ClassVar[type[MethodOptions]] = RawDTWOptions
    options: RawDTWOptions

    def forward(self, support: Tensor, queries: Tensor) -> Tensor:
        """Score each class by minus the distance to its nearest exemplar.

        Args:
            support: Clips, `(B, N, K, C, T, V, M)`.
            queries: Clips, `(B, Q, C, T, V, M)`.

        Returns:
            Logits `(B, Q, N)`.

        Raises:
            SkelshotError: The two do not make up a task, or are no clips.
        """
        self.check_inputs(support, queries)
        distances = self.distances(queries, support.flatten(1, 2))
        return best_of_class(-distances, classes=support.shape[1])

    def distances(self, clips: Tensor, others: Tensor) -> Tensor:
        """Return the mean cost of a frame along the best alignments of clips with others.

        Args:
            clips: `(B, n, C, T, V, M)`.
            others: `(B, m, C, T, V, M)`.

        Returns:
            Distances `(B, n, m)`; by the smoothing a clip may be nearer than 0 to its like.
        """
        asked, known = _poses(clips), _poses(others)
        cost: FrameCost = cosine_cost if self.options.distance == "cosine" else mean_square
        apart = alignment_distances(
            asked.maps,
            known.maps,
            cost,
            self.options.gamma,
            divergence=False,
            lengths=(asked.lengths, known.lengths),
        )
        frames = (asked.lengths[:, :, None] + known.lengths[:, None]) / 2
        return apart / frames


class _Poses(NamedTuple):
    """Clips as sequences of poses.

    Attributes:
        maps: `(B, n, C, T, V M)`, frames with anybody in front.
        lengths: How many these are, at least 1, `(B, n)`.
    """

    maps: Tensor
    lengths: Tensor


def _poses(clips: Tensor) -> _Poses:
    """Put the persons of clips (B, n, C, T, V, M) beside each other, and empty frames behind."""
    maps = clips.flatten(-2)
    there = (maps != 0).any(-1).any(2)
    order = torch.sort(~there, dim=-1, stable=True).indices
    maps = maps.gather(3, order[:, :, None, :, None].expand_as(maps))
    return _Poses(maps, there.sum(-1).clamp(min=1))
