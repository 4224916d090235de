"""A head that shows where it looks: hair at the back, a face in front."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skelshot.ground.seeding import rng_for
from skelshot.rendering.shapes import Primitive, Shapes, solid

Array = NDArray[np.float64]
Colour = tuple[float, float, float]

_SKINS: tuple[Colour, ...] = (
    (0.94, 0.78, 0.66),
    (0.88, 0.68, 0.53),
    (0.78, 0.57, 0.42),
    (0.58, 0.40, 0.28),
    (0.42, 0.28, 0.20),
)
_HAIRS: tuple[Colour, ...] = (
    (0.10, 0.08, 0.07),
    (0.20, 0.13, 0.09),
    (0.36, 0.23, 0.13),
    (0.72, 0.56, 0.32),
    (0.55, 0.53, 0.52),
)
_CLOTHES: tuple[Colour, ...] = (
    (0.80, 0.22, 0.20),
    (0.20, 0.38, 0.72),
    (0.24, 0.55, 0.34),
    (0.90, 0.88, 0.84),
    (0.16, 0.17, 0.20),
    (0.90, 0.68, 0.22),
    (0.52, 0.30, 0.56),
    (0.30, 0.58, 0.62),
    (0.88, 0.52, 0.34),
)
_TROUSERS: tuple[Colour, ...] = (
    (0.20, 0.25, 0.38),
    (0.15, 0.15, 0.17),
    (0.46, 0.40, 0.32),
    (0.36, 0.38, 0.42),
    (0.30, 0.24, 0.20),
)
_SHOES: tuple[Colour, ...] = ((0.12, 0.12, 0.13), (0.85, 0.85, 0.84), (0.40, 0.24, 0.16))


@dataclass(frozen=True)
class Outfit:
    """Clothes and looks of a person; colours are RGB in [0, 1].

    Args:
        skin: Face and hands, and arms and legs as far as they are bare.
        hair: Hair and eyes.
        top: Shirt or pullover.
        trousers: Trousers.
        shoes: Shoes.
        stripes: Second colour of the top, or nothing for a plain one.
        long_sleeves: Whether the forearms are covered.
        shorts: Whether the shanks are bare.
        long_hair: Whether the hair covers the nape.
    """

    skin: Colour
    hair: Colour
    top: Colour
    trousers: Colour
    shoes: Colour
    stripes: Colour | None = None
    long_sleeves: bool = True
    shorts: bool = False
    long_hair: bool = False


def outfit_for(*keys: object, colours: dict[str, Colour] | None = None) -> Outfit:
    """Dress a person; the same keys give the same clothes.

    Args:
        keys: For example a seed and the performer's number.
        colours: Colours that are known: "skin", "hair", "top", "trousers", "shoes".

    Returns:
        Clothes and hair.

    Example:
        >>> outfit_for(0, 8, colours={"top": (1.0, 0.0, 0.0)}).top
        (1.0, 0.0, 0.0)
    """
    rng = rng_for("outfit", *keys)
    drawn = {
        name: choices[rng.integers(len(choices))]
        for name, choices in (
            ("skin", _SKINS),
            ("hair", _HAIRS),
            ("top", _CLOTHES),
            ("trousers", _TROUSERS),
            ("shoes", _SHOES),
        )
    }
    chosen = drawn | (colours or {})
    second = _CLOTHES[rng.integers(len(_CLOTHES))]
    contrast = float(np.abs(np.subtract(second, chosen["top"])).sum())
    return Outfit(
        skin=chosen["skin"],
        hair=chosen["hair"],
        top=chosen["top"],
        trousers=chosen["trousers"],
        shoes=chosen["shoes"],
        stripes=second if rng.random() < 0.35 and contrast > 0.5 else None,
        long_sleeves=bool(rng.random() < 0.5),
        shorts=bool(rng.random() < 0.15),
        long_hair=bool(rng.random() < 0.4),
    )


def head_shapes(
    centre: Array, axes: Array, size: float, outfit: Outfit, shown: NDArray[np.bool_]
) -> list[Shapes]:
    """Return skull, hair, eyes, nose and mouth.

    Args:
        centre: Middle of the head (T, 3).
        axes: Orientation (T, 3, 3); columns are the head's own left, up and front.
        size: Factor on an adult's head.
        outfit: Colours and length of the hair.
        shown: Whether the person is there (T,).

    Returns:
        Shapes over T frames.
    """
    skin, hair = np.array(outfit.skin), np.array(outfit.hair)
    dark = 0.25 * hair + 0.05
    parts = [  # place and half sizes: left, up, front; colour; least size in pixels
        ((0.0, 0.0, 0.0), (0.078, 0.118, 0.097), skin, 0.0),
        ((0.0, 0.026, -0.024), (0.085, 0.110, 0.099), hair, 0.0),
        ((0.0, -0.020, 0.100), (0.014, 0.022, 0.016), 0.9 * skin, 0.0),
        ((0.033, 0.012, 0.084), (0.013, 0.011, 0.010), dark, 1.7),
        ((-0.033, 0.012, 0.084), (0.013, 0.011, 0.010), dark, 1.7),
        ((0.0, -0.062, 0.080), (0.024, 0.007, 0.010), 0.6 * skin + [0.08, 0.0, 0.0], 1.2),
    ]
    if outfit.long_hair:
        parts.append(((0.0, -0.065, -0.062), (0.084, 0.150, 0.052), hair, 0.0))
    shapes = []
    for place, half, colour, least in parts:
        middle = centre + axes @ (size * np.array(place))
        left, up, front = (size * length for length in half)
        ball = solid(Primitive.BALL, middle, axes, (left, up, front), colour, shown=shown)
        ball.least[:] = least
        shapes.append(ball)
    shapes[0].shadow[:] = 0.25
    return shapes
