"""Trained encoders that come with the package: by name, offline, checked against their cards."""

from importlib import resources
from pathlib import Path
from typing import Any

from skelshot.encoders.base import Encoder
from skelshot.encoders.checkpoint import load_encoder
from skelshot.encoders.packaged.card import WeightsCard, check_card, read_card
from skelshot.ground import SkelshotError
from skelshot.ground.suggestions import did_you_mean


def packaged_names() -> list[str]:
    """List the encoders that come with the package.

    Returns:
        Their names.

    Example:
        >>> packaged_names()
        ['skelshot-2d', 'skelshot-base', 'skelshot-small']
    """
    return sorted(file.stem for file in _folder().glob("*.json"))


def packaged_for(coordinates: int) -> str:
    """Name the weights that come with the package for clips.

    Args:
        coordinates: Coordinates a joint, 3 or 2.

    Returns:
        Their name.

    Example:
        >>> packaged_for(3), packaged_for(2)
        ('skelshot-base', 'skelshot-2d')
    """
    return "skelshot-2d" if coordinates == 2 else "skelshot-base"


def packaged_card(name: str) -> WeightsCard:
    """Read what is told of an encoder that comes with the package.

    Args:
        name: One of `packaged_names`.

    Returns:
        Its card: data, terms, recipe, hash and what it is bad at.

    Raises:
        SkelshotError: There is none of that name, or its card is damaged.

    Example:
        >>> packaged_card("skelshot-base").encoder
        'multi-stream'
    """
    known = packaged_names()
    if name not in known:
        raise SkelshotError(
            f"packaged encoder: found {name!r:.80}, expected one of {', '.join(known) or 'none'}"
            f"{did_you_mean(name, known)}"
        )
    return read_card(_folder() / f"{name}.json")


def packaged_file(name: str) -> Path:
    """Find the weights of an encoder that comes with the package.

    Args:
        name: One of `packaged_names`.

    Returns:
        Their file, which is the one that their card tells of.

    Raises:
        SkelshotError: There is none of that name, or the file is missing or another one.
    """
    packaged_card(name)
    file = _folder() / f"{name}.safetensors"
    if not file.is_file():
        raise SkelshotError(
            f"{file}: no such file, this copy of Skelshot came without its weights; install it "
            "again, or make them with `skelshot train-base --out DIR`"
        )
    check_card(file, "install Skelshot again")
    return file


def load_packaged(name: str) -> tuple[Encoder, dict[str, Any]]:
    """Load an encoder that comes with the package, without a network.

    Args:
        name: One of `packaged_names`.

    Returns:
        The encoder in evaluation mode on the CPU, and the input spec as JSON values.

    Raises:
        SkelshotError: There is none of that name, or its file is not the one of its card.

    Example:
        >>> encoder, inputs = load_packaged("skelshot-base")
        >>> encoder.name, inputs["sides"]
        ('multi-stream', 'matter')
    """
    return load_encoder(packaged_file(name))


def _folder() -> Path:
    return Path(str(resources.files("skelshot.encoders.packaged")))
