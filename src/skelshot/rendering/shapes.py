"""Things to draw: capsules, balls, boxes and discs that move from frame to frame."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skelshot.ground import SkelshotError

Array = NDArray[np.float64]

_OVER_FRAMES = frozenset({"start", "end", "turn", "shown", "core"})


class Primitive(IntEnum):
    """Forms of a shape; `Shapes.size` means something else for each."""

    CAPSULE = 0
    BALL = 1
    BOX = 2
    DISC = 3


@dataclass(frozen=True, eq=False)
class Shapes:
    """S shapes over T frames, in a world with y up, in metres.

    Args:
        kind: What each is (S,), a `Primitive`.
        start: One end of a capsule, the centre of the others (T, S, 3).
        end: The other end of a capsule, `start` again for the others (T, S, 3).
        turn: Orientation (T, S, 3, 3), columns are the shape's own x, y, z axes in the world;
            not used by capsules.
        size: Half sizes (S, 3): radii at start and end of a capsule and 0; half the size along
            the own axes of the others. A disc is a cylinder along its own y.
        shown: Whether it is there (T, S).
        core: How far the capsule's axis is from the axis about which it is shaded (T, S, 3):
            with it, capsules side by side look like one broad body; zeros for others.
        colour: RGB (S, 3) in [0, 1].
        stripes: Second colour (S, 3), seen where the stripe period is not 0.
        period: Stripe period (S, 2) in metres along a capsule (of its median length) or the own y
            axis, 0 for none, and where in metres the first stripe begins.
        least: Pixels (S,) that every size has at least when drawn; 0 for true sizes.
        bias: Metres (S,) by which it is nearer to the camera than it is when hidden surfaces are
            removed; what a hand holds must not vanish inside the hand.
        shadow: Darkness (S,) in [0, 1] of the shadow it throws on the floor.

    Raises:
        SkelshotError: An array's shape does not fit the others.
    """

    kind: NDArray[np.int64]
    start: Array
    end: Array
    turn: Array
    size: Array
    shown: NDArray[np.bool_]
    core: Array
    colour: Array
    stripes: Array
    period: Array
    least: Array
    bias: Array
    shadow: Array

    def __post_init__(self) -> None:
        """Check that the arrays fit each other."""
        T, S = self.shown.shape
        wanted = {
            "kind": (S,),
            "start": (T, S, 3),
            "end": (T, S, 3),
            "turn": (T, S, 3, 3),
            "core": (T, S, 3),
            "size": (S, 3),
            "colour": (S, 3),
            "stripes": (S, 3),
            "period": (S, 2),
            "least": (S,),
            "bias": (S,),
            "shadow": (S,),
        }
        for name, shape in wanted.items():
            if (found := getattr(self, name).shape) != shape:
                raise SkelshotError(f"shapes, {name}: found shape {found}, expected {shape}")

    @property
    def frames(self) -> int:
        """Number of frames T."""
        return int(self.shown.shape[0])

    @property
    def count(self) -> int:
        """Number of shapes S."""
        return int(self.shown.shape[1])

    def pick(self, chosen: NDArray[np.bool_] | NDArray[np.int64]) -> "Shapes":
        """Return some of the shapes.

        Args:
            chosen: A mask (S,) or indices.

        Returns:
            Those shapes, all frames.
        """
        return Shapes(
            **{
                field.name: getattr(self, field.name)[
                    (slice(None), chosen) if field.name in _OVER_FRAMES else chosen
                ]
                for field in fields(self)
            }
        )

    def still(self) -> NDArray[np.bool_]:
        """Tell which shapes are the same in every frame (S,): they need drawing only once."""
        same = (self.shown == self.shown[:1]).all(axis=0)
        for course in (self.start, self.end, self.turn):
            same &= (course == course[:1]).reshape(self.frames, self.count, -1).all(axis=(0, 2))
        return np.asarray(same)


def capsule(
    start: ArrayLike,
    end: ArrayLike,
    radii: float | tuple[float, float],
    colour: ArrayLike,
    *,
    shown: ArrayLike = True,
    stripes: ArrayLike | None = None,
    period: tuple[float, float] = (0.0, 0.0),
    shadow: float = 0.0,
    core: ArrayLike | None = None,
) -> Shapes:
    """Return one capsule: the hull of two balls, thinner at one end if the radii differ.

    Args:
        start: One end (T, 3).
        end: The other end (T, 3).
        radii: Radius at start and end, or one for both, metres.
        colour: RGB in [0, 1].
        shown: Whether it is there (T,), or for all frames.
        stripes: The second colour.
        period: Stripe period and offset in metres from `start`.
        shadow: Darkness of its shadow.
        core: How far its axis is from the axis about which it is shaded (T, 3).

    Returns:
        Shapes with S = 1.

    Example:
        >>> arm = capsule(np.zeros((5, 3)), np.ones((5, 3)), (0.05, 0.03), (0.9, 0.7, 0.6))
        >>> arm.frames, arm.count
        (5, 1)
    """
    first, last = radii if isinstance(radii, tuple) else (radii, radii)
    start = np.asarray(start, np.float64)
    turn = np.broadcast_to(np.eye(3), (len(start), 3, 3))
    look = (colour, stripes, period, shadow)
    made = _one(Primitive.CAPSULE, start, end, turn, (first, last, 0.0), shown, *look)
    if core is not None:
        made.core[:, 0] = core
    return made


def solid(
    kind: Primitive,
    centre: ArrayLike,
    turn: ArrayLike,
    size: tuple[float, float, float],
    colour: ArrayLike,
    *,
    shown: ArrayLike = True,
    stripes: ArrayLike | None = None,
    period: tuple[float, float] = (0.0, 0.0),
    shadow: float = 0.0,
) -> Shapes:
    """Return one ball (or ellipsoid), box or disc.

    Args:
        kind: Which of them.
        centre: Its centre (T, 3).
        turn: Its own axes as columns (T, 3, 3), or (3, 3) for all frames.
        size: Half its sizes along its own axes, metres.
        colour: RGB in [0, 1].
        shown: Whether it is there (T,), or for all frames.
        stripes: The second colour.
        period: Stripe period and offset in metres along its own y.
        shadow: Darkness of its shadow.

    Returns:
        Shapes with S = 1.

    Example:
        >>> solid(Primitive.BOX, np.zeros((2, 3)), np.eye(3), (0.1, 0.2, 0.1), (1, 0, 0)).count
        1
    """
    centre = np.asarray(centre, np.float64)
    turns = np.broadcast_to(np.asarray(turn, np.float64), (len(centre), 3, 3))
    return _one(kind, centre, centre, turns, size, shown, colour, stripes, period, shadow)


def join(groups: Sequence[Shapes]) -> Shapes:
    """Put shapes together.

    Args:
        groups: At least one, all with the same number of frames.

    Returns:
        All of them, in order.

    Raises:
        SkelshotError: There is none, or the frames differ.
    """
    if len(lengths := {group.frames for group in groups}) != 1:
        raise SkelshotError(f"shapes: found clips of {sorted(lengths)} frames, expected one length")
    return Shapes(
        **{
            field.name: np.concatenate(
                [getattr(group, field.name) for group in groups],
                axis=1 if field.name in _OVER_FRAMES else 0,
            )
            for field in fields(Shapes)
        }
    )


def _one(
    kind: Primitive,
    start: Array,
    end: ArrayLike,
    turn: Array,
    size: tuple[float, float, float],
    shown: ArrayLike,
    colour: ArrayLike,
    stripes: ArrayLike | None,
    period: tuple[float, float],
    shadow: float,
) -> Shapes:
    rgb = np.asarray(colour, np.float64)
    return Shapes(
        kind=np.array([kind], np.int64),
        start=start[:, None],
        end=np.asarray(end, np.float64)[:, None],
        turn=turn[:, None],
        size=np.array([size], np.float64),
        shown=np.broadcast_to(np.asarray(shown, bool), len(start))[:, None],
        core=np.zeros((len(start), 1, 3)),
        colour=rgb[None],
        stripes=(rgb if stripes is None else np.asarray(stripes, np.float64))[None],
        period=np.array([period], np.float64),
        least=np.zeros(1),
        bias=np.zeros(1),
        shadow=np.array([shadow], np.float64),
    )
