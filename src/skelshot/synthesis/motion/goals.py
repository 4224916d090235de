"""The compact strings of motion programs, read into numbers and names."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from skelshot.synthesis.motion.vocabulary import FINGERS, GAZES, PALMS

Vector = tuple[float, ...]
Words = dict[str, tuple[int, float]]

_OUT: Words = {"out": (0, 1.0), "in": (0, -1.0)}
_MAIN: Words = {"main": (0, 1.0), "other": (0, -1.0)}
_UP: Words = {"up": (1, 1.0), "down": (1, -1.0)}
_FRONT: Words = {"front": (2, 1.0), "back": (2, -1.0)}
_LIMB: Words = _OUT | _UP | _FRONT


@dataclass(frozen=True)
class Place:
    """A point that a hand goes to or a thing lies at.

    Args:
        anchor: One of `ANCHORS`, an object's name, or `rest` (hands only).
        partner: Whether the anchor is on the other person.
        far: Whether it is the one on the other side of a pair.
        both: Whether both hands were told at once.
        offset: Metres (out, up, front) from the anchor.
    """

    anchor: str
    partner: bool = False
    far: bool = False
    both: bool = False
    offset: tuple[float, float, float] = (0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Walk:
    """A walk: by some metres, on the spot, or up to the partner.

    Args:
        by: Metres (to the main side, to the front).
        steps: Steps on the spot, 0 for none.
        to_partner: Distance to end at from the partner, None if not told.
    """

    by: tuple[float, float] = (0.0, 0.0)
    steps: int = 0
    to_partner: float | None = None


@dataclass(frozen=True)
class Shake:
    """An oscillation about a goal.

    Args:
        size: In the channel's own numbers.
        hz: Cycles a second.
        opposite: Whether this side swings against the other one.
        second: The number that lags the others by a quarter of a period, None for none.
    """

    size: Vector
    hz: float
    opposite: bool = False
    second: int | None = None


Goal = Place | Walk | Vector | str

_NUMBERS: dict[str, tuple[Words, str | None, int]] = {
    "pelvis": (_MAIN | _UP | _FRONT, "standing", 3),
    "trunk": ({"lean": (0, 1.0), "side": (1, 1.0), "twist": (2, 1.0)}, "upright", 3),
    "head": ({"up": (0, 1.0), "down": (0, -1.0), "turn": (1, 1.0), "tilt": (2, 1.0)}, "level", 3),
    "shoulders": ({"up": (0, 1.0), "down": (0, -1.0)}, "level", 1),
    "foot": (_LIMB, "stance", 3),
}
_SINGLE = frozenset({"elbow", "turn", "jump"})
DEFAULTS: dict[str, Goal] = {
    **{f"{side} hand": Place("rest") for side in ("main", "other")},
    **{f"{side} elbow": (15.0,) for side in ("main", "other")},
    **{f"{side} fingers": "relaxed" for side in ("main", "other")},
    **{f"{side} palm": "along" for side in ("main", "other")},
    **{f"{side} foot": (0.0, 0.0, 0.0) for side in ("main", "other")},
    **dict.fromkeys(("pelvis", "trunk", "head"), (0.0, 0.0, 0.0)),
    "shoulders": (0.0,),
    "gaze": "ahead",
}
"""Goals of a person who stands at rest; `turn`, `walk` and `jump` have none."""


def read_goal(channel: str, value: object) -> Goal:
    """Read what a channel is told to do.

    Args:
        channel: One of `CHANNELS`.
        value: As it stands in the YAML file.

    Returns:
        A place for hands, numbers for what is measured, a word for fingers, palms and gaze.

    Raises:
        ValueError: It is not in the language; the message says what is.

    Example:
        >>> read_goal("main hand", "far ear out 0.05")
        Place(anchor='ear', partner=False, far=True, both=False, offset=(0.05, 0.0, 0.0))
        >>> read_goal("trunk", "lean 20 twist -10")
        (20.0, 0.0, -10.0)
    """
    part = channel.rpartition(" ")[2]
    if part in _SINGLE:
        return (_number(value),)
    text = _text(value)
    if part in _NUMBERS:
        words, neutral, size = _NUMBERS[part]
        return (0.0,) * size if text == neutral else _offsets(text.split(), words, size)
    return _READERS[part](text)


def read_shake(channel: str, value: object, opposite: bool = False) -> Shake:
    """Read an oscillation such as `out 0.12 at 2.5 hz`.

    Args:
        channel: One of `CHANNELS`.
        value: As it stands in the YAML file.
        opposite: Whether this side swings against the other one.

    Returns:
        The oscillation.

    Raises:
        ValueError: It is not in the language, or the channel cannot oscillate.

    Example:
        >>> read_shake("head", "turn 20 at 2 hz")
        Shake(size=(0.0, 20.0, 0.0), hz=2.0, opposite=False, second=None)
    """
    part = channel.rpartition(" ")[2]
    match = re.fullmatch(r"(.+?) at ([0-9.]+) ?hz", _text(value), re.IGNORECASE)
    if match is None:
        raise ValueError(f"found {value!r}, expected a size and a rate, such as 'up 0.1 at 2 hz'")
    text, hz = match[1], _number(match[2])
    if part == "elbow":
        return Shake((_number(text),), hz, opposite)
    if part != "hand" and part not in _NUMBERS:
        raise ValueError("cannot shake; hands, elbows, feet, pelvis, trunk, head, shoulders can")
    words, size = (_LIMB, 3) if part == "hand" else _NUMBERS[part][::2]
    numbers = _offsets(text.split(), words, size)
    told = list(dict.fromkeys(words[word][0] for word in text.split()[::2]))
    # Feet go up and down on one line: on an ellipse they would slide along the floor.
    ellipse = len(told) > 1 and part != "foot"
    return Shake(numbers, hz, opposite, told[1] if ellipse else None)


def read_place(value: object) -> Place:
    """Read an anchor with offsets.

    Args:
        value: For example `partner far shoulder up 0.1`.

    Returns:
        The place; whether an unknown anchor is an object is for the program to say.

    Raises:
        ValueError: It is not in the language.

    Example:
        >>> read_place("main hand down 0.03").offset
        (0.0, -0.03, 0.0)
    """
    words = _text(value).split()
    partner = words[0] == "partner"
    words = words[partner:]
    far = bool(words) and words[0] == "far"
    words = words[far:]
    end = next((i for i, word in enumerate(words) if word in _LIMB), len(words))
    if end == 0 or any(re.match(r"-?[0-9.]", word) for word in words[:end]):
        raise ValueError(f"found {value!r}, expected an anchor, such as 'mouth front 0.06'")
    right, up, front = _offsets(words[end:], _LIMB, 3)
    return Place(" ".join(words[:end]), partner, far, offset=(right, up, front))


def read_speed(value: object) -> tuple[float, float, float]:
    """Read the speed of a thrown thing.

    Args:
        value: For example `front 6 up 2`; None for a thing that is dropped.

    Returns:
        Metres a second (to the main side, up, front).

    Raises:
        ValueError: It is not in the language.

    Example:
        >>> read_speed("front 6 up 2")
        (0.0, 2.0, 6.0)
    """
    text = "" if value is None else _text(value)
    right, up, front = _offsets(text.split(), _LIMB | _MAIN, 3)
    return right, up, front


def _walk(text: str) -> Walk:
    if match := re.fullmatch(r"in place ([0-9]+)", text):
        return Walk(steps=int(match[1]))
    if match := re.fullmatch(r"to partner ([0-9.]+)", text):
        return Walk(to_partner=_number(match[1]))
    right, _, front = _offsets(text.split(), _MAIN | _FRONT, 3)
    return Walk((right, front))


def _offsets(words: list[str], allowed: Words, size: int) -> Vector:
    result = [0.0] * size
    if len(words) % 2:
        raise ValueError(f"found {' '.join(words)!r}, expected pairs of a word and a number")
    for word, number in zip(words[::2], words[1::2], strict=True):
        if word not in allowed:
            raise ValueError(f"found {word!r}, expected one of {', '.join(allowed)}")
        index, sign = allowed[word]
        result[index] += sign * _number(number)
    return tuple(result)


def _number(value: object) -> float:
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise ValueError(f"found {value!r}, expected a number") from None
    if not abs(number) <= 1000:
        raise ValueError(f"found {value!r}, expected a sensible number")
    return number


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"found {value!r}, expected words")
    return " ".join(value.split())


def _one_of(text: str, known: tuple[str, ...]) -> str:
    if text not in known:
        raise ValueError(f"found {text!r}, expected one of {', '.join(known)}")
    return text


def _hand(text: str) -> Place:
    return Place("rest") if text == "rest" else read_place(text)


def _gaze(text: str) -> Place | str:
    if text == "partner":
        return Place("eyes", partner=True)
    return text if text in GAZES else read_place(text)


_READERS: dict[str, Callable[[str], Goal]] = {
    "hand": _hand,
    "fingers": lambda text: _one_of(text, FINGERS),
    "palm": lambda text: _one_of(text, PALMS),
    "gaze": _gaze,
    "walk": _walk,
}
