"""Looks of things: shapes, sizes and colours as data."""

from functools import cache
from importlib.resources import files
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

from skelshot.ground import SkelshotError

_STRICT = ConfigDict(extra="forbid", frozen=True)
_Vector = tuple[float, float, float]
_Share = Annotated[float, Field(ge=0, le=1)]


class ObjectPart(BaseModel):
    """One part of a thing.

    `size` is in metres: of a `box`, its width (x), height (y) and depth (z); of a `sphere`, its
    diameter; of a `capsule`, the diameter and the length over all along `axis`; of a `disc`, the
    diameter and the thickness along `axis`.
    """

    model_config = _STRICT

    shape: Literal["box", "sphere", "capsule", "disc"]
    size: tuple[float, ...]
    at: _Vector = (0.0, 0.0, 0.0)
    axis: Literal["x", "y", "z"] = "y"
    colour: tuple[_Share, _Share, _Share]

    @property
    def extent(self) -> float:
        """Its height along y, metres."""
        if self.shape == "box":
            return self.size[1]
        if self.shape == "sphere":
            return self.size[0]
        return self.size[1] if self.axis == "y" else self.size[0]


class ObjectKind(BaseModel):
    """Looks and bounce of a kind of thing.

    A thing's own axes: x to the right, y up, z to the back. Held in a hand, -z lies along the
    fingers and y towards the thumb; between two hands, x leads from the left one to the right
    one; worn, they are those of the body part. Furniture has its origin on the floor.
    """

    model_config = _STRICT

    parts: tuple[ObjectPart, ...] = Field(min_length=1)
    bounce: _Share = 0.15

    @property
    def height(self) -> float:
        """Height from its lowest to its highest point, metres."""
        tops = [part.at[1] + part.extent / 2 for part in self.parts]
        bottoms = [part.at[1] - part.extent / 2 for part in self.parts]
        return max(tops) - min(bottoms)


@cache
def load_kinds() -> dict[str, ObjectKind]:
    """Load `objects.yaml`.

    Returns:
        What things look like, by kind.
    """
    text = files("skelshot.synthesis.motion").joinpath("objects.yaml").read_text("utf-8")
    return {name: ObjectKind.model_validate(kind) for name, kind in yaml.safe_load(text).items()}


def kind_of(name: str) -> ObjectKind:
    """Return what a kind looks like.

    Args:
        name: A kind, as programs name it.

    Returns:
        Its looks.

    Raises:
        SkelshotError: There is no such kind.

    Example:
        >>> kind_of("cup").parts[0].shape
        'disc'
    """
    kinds = load_kinds()
    if name not in kinds:
        raise SkelshotError(
            f"objects.yaml: found no kind {name!r}, expected one of {', '.join(kinds)}"
        )
    return kinds[name]
