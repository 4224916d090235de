"""The encoder's networks: each trained by itself on all classes, then joined."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from skelshot.base_encoder.recipe import BaseRecipe
from skelshot.datasets.protocols import NamedProtocol
from skelshot.datasets.store import Store
from skelshot.encoders import Encoder, load_encoder
from skelshot.encoders.joining import TrainedNetwork, join_encoders
from skelshot.front_door import pretrain
from skelshot.skeletons import InputSpec, encode_input

CLIPS = 400
"""The most clips that directions to keep are found on."""


def trained_encoder(
    out: Path, every: Store, names: Sequence[str], recipe: BaseRecipe, device: str
) -> tuple[Encoder, dict[str, Any]]:
    """Train all networks of a recipe, or go on, and join them where there are several.

    Args:
        out: Holds a run for each network.
        every: The clips.
        names: Classes that are trained on.
        recipe: Says which networks, and how they are trained.
        device: Where they are trained.

    Returns:
        The encoder on the CPU, and the input spec as JSON values.

    Raises:
        SkelshotError: A run is one of other clips or settings.
    """
    loaded = [load_encoder(file) for file in _trained(out, every, names, recipe, device)]
    first, inputs = loaded[0]
    if not recipe.beside:
        return first, inputs
    spec = InputSpec(**inputs)
    seen = [spec.streams, *(network.streams for network in recipe.beside)]
    parts = []
    for (network, _), streams in zip(loaded, seen, strict=True):
        channels = tuple(
            channel
            for stream in streams
            for channel in range(spec.channels)[spec.channels_of(stream)]
        )
        parts.append(
            TrainedNetwork(network, channels, max(1, round(recipe.keep * network.embed_dim)))
        )
    return join_encoders(parts, _clips(every, spec)), inputs


def _trained(
    out: Path, every: Store, names: Sequence[str], recipe: BaseRecipe, device: str
) -> Iterator[Path]:
    """Train each network on all classes, and yield its file."""
    protocol = NamedProtocol(name="all-classes", base=tuple(names))
    repeats = [
        f"repeats.{name}={times}" for name, times in recipe.repeats.items() if name in every.splits
    ]
    own = {"run": [f"encoder.width={recipe.width}"]} | {
        network.folder: [
            f"encoder.width={network.width}",
            f"input.streams=[{', '.join(network.streams)}]",
        ]
        for network in recipe.beside
    }
    for folder, changes in own.items():
        run = pretrain(
            every,
            out / folder,
            protocol=protocol,
            preset=recipe.preset,
            strategy=recipe.strategy,
            seed=recipe.seed,
            sides="matter",
            device=device,
            changes=[*changes, *recipe.changes, *repeats],
        )
        yield run.split(0).encoder_file


def _clips(every: Store, spec: InputSpec) -> Tensor:
    """Encode clips from all over the store, (N, C, T, V, M)."""
    step = -(-len(every) // CLIPS)
    return torch.stack(
        [
            torch.from_numpy(encode_input(every.sequence(place), spec))
            for place in range(0, len(every), step)
        ]
    )
