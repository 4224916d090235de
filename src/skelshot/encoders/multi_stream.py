"""Multi-stream fusion: several networks side by side, each on channels of its own."""

import math
from typing import ClassVar, Literal, cast

import torch
import torch.nn.functional as F
from pydantic import Field
from torch import Tensor, nn

from skelshot.encoders.agcn import AGCN
from skelshot.encoders.ctr_gcn import CTRGCN
from skelshot.encoders.graph_spec import GraphNetworkSpec
from skelshot.encoders.joint_network import JointNetwork, JointNetworkSpec, PersonsEncoder
from skelshot.encoders.skeleton_transformer import SkeletonTransformer, SkeletonTransformerSpec
from skelshot.encoders.spec import EncoderSpec
from skelshot.encoders.st_gcn import STGCN, STGCNSpec
from skelshot.ground.options import Options, read_alone

_KINDS: dict[str, tuple[type[JointNetwork], type[JointNetworkSpec]]] = {
    STGCN.name: (STGCN, STGCNSpec),
    AGCN.name: (AGCN, GraphNetworkSpec),
    CTRGCN.name: (CTRGCN, GraphNetworkSpec),
    SkeletonTransformer.name: (SkeletonTransformer, SkeletonTransformerSpec),
}


class Branch(Options):
    """One network of a multi-stream encoder.

    Args:
        name: The network.
        channels: Which of the input's channels it sees, counted from 0, such as those that
            `InputSpec.channels_of` gives for a stream; all where none are named.
        width: As of the network alone; the whole encoder's unless told.
        keep: Channels of its map that are kept, by a linear map of each joint and moment; 0
            keeps the map as it is.

    Example:
        >>> Branch(name="ctr-gcn", channels=(3, 4, 5)).keep
        0
    """

    described: ClassVar[str] = "branch"

    name: Literal["st-gcn", "agcn", "ctr-gcn", "skeleton-transformer"] = "agcn"
    channels: tuple[int, ...] = ()
    width: float | None = Field(default=None, gt=0, le=16)
    keep: int = Field(default=0, ge=0, le=4096)


class MultiStreamSpec(GraphNetworkSpec):
    """The specification of several networks side by side.

    Args:
        branches: The networks; one that sees all channels unless told.

    Raises:
        SkelshotError: A value is unknown or out of range, such as a channel that the input does
            not have.

    Example:
        >>> spec = MultiStreamSpec(
        ...     name="multi-stream", layout="kinect-v1", channels=6, width=0.25,
        ...     branches=[{"channels": [0, 1, 2]}, {"channels": [3, 4, 5], "width": 0.125}],
        ... )
        >>> [part.width for part in spec.parts]
        [0.25, 0.125]
    """

    branches: tuple[Branch, ...] = Field(default=(Branch(),), min_length=1, max_length=16)

    @property
    def parts(self) -> list[JointNetworkSpec]:
        """The specification of each network by itself."""
        shared = self.model_dump(include={"frames", "persons", "dropout", "mask_absent_persons"})
        return [
            read_alone(
                _KINDS[branch.name][1],
                {
                    **shared,
                    "name": branch.name,
                    "layout": self.layout,
                    "channels": len(self.channels_of(branch)),
                    "width": self.width if branch.width is None else branch.width,
                },
            )
            for branch in self.branches
        ]

    def channels_of(self, branch: Branch) -> tuple[int, ...]:
        """List the channels that a network sees.

        Args:
            branch: One of the networks.

        Returns:
            Their places among the input's channels.

        Raises:
            SkelshotError: The input does not have one of them.
        """
        remedy = "set input.streams or encoder.branches"
        self.check_channels(branch.channels, "branches, channels", remedy)
        return branch.channels or tuple(range(self.channels))


class MultiStream(PersonsEncoder):
    """Several networks, the maps of which stand side by side at equal strength.

    The cosine of two clips' flat maps is then the mean of the networks' own cosines: what is
    called late fusion of streams, in one encoder.

    Args:
        spec: The encoder's shape.
    """

    name: ClassVar[str] = "multi-stream"
    paper: ClassVar[str] = (
        "late fusion as of the streams of Shi et al., Two-Stream Adaptive Graph Convolutional "
        "Networks for Skeleton-Based Action Recognition, CVPR 2019"
    )
    spec_type: ClassVar[type[EncoderSpec]] = MultiStreamSpec
    spec: MultiStreamSpec

    def __init__(self, spec: MultiStreamSpec) -> None:
        super().__init__(spec)
        parts = [_KINDS[part.name][0](part) for part in spec.parts]
        kept = [branch.keep for branch in spec.branches]
        self.parts = nn.ModuleList(parts)
        self.kept = nn.ModuleList(
            nn.Linear(part.embed_dim, keep, bias=False) if keep else nn.Identity()
            for part, keep in zip(parts, kept, strict=True)
        )
        self.embed_dim = sum(keep or part.embed_dim for part, keep in zip(parts, kept, strict=True))

    def feature_map(self, x: Tensor) -> Tensor:
        """Return the maps of all networks, one behind the other, before any mean is taken.

        Args:
            x: Clips (N, C, T, V, M).

        Returns:
            (N, M, D, T', V), float32, or the lower precision of autocast; the mean square of a
            network's part of it, over its channels, adds up to 1 in each clip and person.

        Raises:
            SkelshotError: The shape is not the spec's.
        """
        self.check_clips(x)
        return torch.cat([of_equal_strength(one) for one in self.maps(x)], dim=2)

    def maps(self, x: Tensor) -> list[Tensor]:
        """Return the map of each network as it is.

        Args:
            x: Clips (N, C, T, V, M).

        Returns:
            (N, M, D, T', V) each, D being what is kept of the network's channels.
        """
        seen = [self.spec.channels_of(branch) for branch in self.spec.branches]
        return [
            kept(_map_of(part, x[:, list(channels)]).permute(0, 1, 3, 4, 2)).permute(0, 1, 4, 2, 3)
            for part, kept, channels in zip(self.parts, self.kept, seen, strict=True)
        ]


def of_equal_strength(feature_map: Tensor) -> Tensor:
    """Scale a map so that its vectors of joints and moments have a mean squared length of 1.

    Args:
        feature_map: (N, M, D, T', V).

    Returns:
        The same shape and precision.

    Example:
        >>> of_equal_strength(torch.full((1, 1, 4, 2, 5), 3.0)).square().sum(2).mean()
        tensor(1.)
    """
    whole = feature_map.float()
    places = whole.shape[3] * whole.shape[4]
    flat = F.normalize(whole.flatten(2), dim=2).view_as(whole)
    return flat.mul(math.sqrt(places)).to(feature_map.dtype)


def _map_of(part: nn.Module, x: Tensor) -> Tensor:
    """Return a network's map; a `ModuleList` does not tell what its modules are."""
    return cast("JointNetwork", part).feature_map(x)
