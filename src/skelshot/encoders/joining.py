"""Trained networks joined into one multi-stream encoder."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

import torch
from torch import Tensor

from skelshot.encoders.base import Encoder
from skelshot.encoders.joint_network import JointNetworkSpec
from skelshot.encoders.multi_stream import Branch, MultiStream, MultiStreamSpec, of_equal_strength
from skelshot.encoders.spec import EncoderSpec
from skelshot.ground import SkelshotError

SHARED = ("layout", "frames", "persons", "dropout", "mask_absent_persons")
"""Values of a specification that joined networks have in common."""


@dataclass(frozen=True)
class TrainedNetwork:
    """A trained network that is to be joined with others.

    Args:
        network: The network, one of those that a `Branch` can name.
        channels: Which of the joined encoder's input channels it was trained on.
        keep: Channels of its map that are kept; 0 keeps all.
    """

    network: Encoder
    channels: tuple[int, ...]
    keep: int = 0

    @property
    def branch(self) -> Branch:
        """The network as one of the joined encoder's."""
        spec = self.network.spec
        names = get_args(Branch.model_fields["name"].annotation)
        if not isinstance(spec, JointNetworkSpec) or spec.name not in names:
            raise SkelshotError(
                f"encoders to join: found {spec.name}, expected one of {', '.join(names)}"
            )
        return Branch.model_validate(
            {"name": spec.name, "channels": self.channels, "width": spec.width, "keep": self.keep}
        )


@torch.no_grad()
def join_encoders(parts: Sequence[TrainedNetwork], clips: Tensor) -> MultiStream:
    """Join trained networks; what is kept of their channels are principal directions.

    Args:
        parts: The networks; they see the same joints, frames and persons.
        clips: Clips that the directions are found on, with all channels, (N, C, T, V, M).

    Returns:
        The encoder, in evaluation mode; its map is those of the networks side by side.

    Raises:
        SkelshotError: One is of another kind, has options that a `Branch` cannot tell (such as the
            depth of a transformer), they do not see the same joints, frames or
            persons, or one of them sees a channel that the clips do not have.

    Example:
        >>> from skelshot.encoders import GraphNetworkSpec, build_encoder
        >>> spec = GraphNetworkSpec(name="agcn", layout="kinect-v1", frames=8, width=0.125)
        >>> both = [
        ...     TrainedNetwork(build_encoder(spec, seed=seed), channels, keep=16)
        ...     for seed, channels in enumerate([(0, 1, 2), (3, 4, 5)])
        ... ]
        >>> join_encoders(both, torch.randn(4, 6, 8, 20, 1)).embed_dim
        32
    """
    branches = tuple(part.branch for part in parts)
    shapes = [part.network.spec for part in parts]
    for name in SHARED:
        different = list(dict.fromkeys(f"{getattr(shape, name)}" for shape in shapes))
        if len(different) > 1:
            raise SkelshotError(
                f"encoders to join, {name}: found {different[0]:.80} and {different[1]:.80}, "
                "expected the same"
            )
    spec = MultiStreamSpec.model_validate(
        {
            "name": MultiStream.name,
            "channels": clips.shape[1],
            "branches": branches,
            **{name: getattr(shapes[0], name) for name in SHARED},
        }
    )
    joined = MultiStream(spec).eval()
    for into, shape, kept, part in zip(joined.parts, spec.parts, joined.kept, parts, strict=True):
        _check_same(part.network.spec, shape)
        into.load_state_dict(part.network.state_dict())
        if part.keep:
            seen = clips[:, list(part.channels)]
            directions = _directions(part.network.eval().feature_map(seen), part.keep)
            kept.load_state_dict({"weight": directions})
    return joined


def _check_same(found: EncoderSpec, told: EncoderSpec) -> None:
    """Refuse a network with options that the joined encoder cannot tell."""
    ours, theirs = told.model_dump(), found.model_dump()
    for name, value in theirs.items():
        if ours.get(name) != value:
            raise SkelshotError(
                f"encoders to join, {found.name}, {name}: found {value!s:.80}, expected "
                f"{ours.get(name)!s:.80}; train one with that option"
            )


def _directions(feature_map: Tensor, keep: int) -> Tensor:
    """Find the directions of channels in which maps of equal strength are largest, (keep, D)."""
    channels = of_equal_strength(feature_map).movedim(2, 0).flatten(1)
    vectors: Tensor = torch.linalg.eigh(channels @ channels.T).eigenvectors
    return vectors.flip(1)[:, :keep].T
