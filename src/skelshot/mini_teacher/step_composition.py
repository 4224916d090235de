"""Composition of the steps of several deeds, at once or one after the other."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from skelshot.mini_teacher.parts import BodySpot, Deed, Steps
from skelshot.synthesis.motion.vocabulary import channels_named

_HAND_WORDS = frozenset({"hand", "elbow", "fingers", "palm"})
_PLURALS = {"hand": "hands", "elbow": "elbows", "fingers": "fingers", "palm": "palms"}
_LEGS = frozenset({"foot", "pelvis", "walk", "jump", "turn"})
_MEETINGS = frozenset({"put", "fly", "hide", "show"})


@dataclass(frozen=True)
class BoundDeed:
    """A deed's steps in the motion language, bound to a hand and a place.

    Args:
        lead: Steps done once.
        cycle: Steps that may be repeated.
        start: Channels that hold from the first frame.
        furniture: What stands in the room.
    """

    lead: Steps
    cycle: Steps
    start: Mapping[str, Any]
    furniture: Mapping[str, str]

    def limbs(self) -> frozenset[str]:
        """Tell which limbs it moves: two deeds at once may share none."""
        told: list[str] = list(self.start)
        for step in (*self.lead, *self.cycle):
            told += [key for key in step if channels_of(key)] + list(step.get("shake", ()))
        return frozenset(limb for key in told for limb in _limbs(key))

    def travels(self) -> bool:
        """Tell whether it carries the person away from where furniture stands."""
        keys = {key for step in (*self.lead, *self.cycle) for key in step}
        return bool({"walk", "turn", "jump"} & keys)

    def unrolled(self, times: int) -> list[dict[str, Any]]:
        """Return the steps with the cycle done some times.

        Args:
            times: How often.
        """
        return [*self.lead, *(self.cycle * times)]

    def seconds(self) -> float:
        """Return how long one cycle takes, seconds of the language."""
        return float(sum(step.get("take", 0) + step.get("hold", 0) for step in self.cycle))


def channels_of(key: str) -> tuple[str, ...]:
    """Return the channels that a step's key names; none for its other keys.

    Args:
        key: For example `both hands`.

    Example:
        >>> channels_of("both hands"), channels_of("take")
        (('main hand', 'other hand'), ())
    """
    return channels_named(key.removesuffix(" alternating"))


def _limbs(key: str) -> Iterator[str]:
    for channel in channels_of(key):
        side, _, part = channel.rpartition(" ")
        if part in _HAND_WORDS:
            yield f"{side} arm"
        elif part in _LEGS:
            yield "legs"
        elif part in ("head", "gaze"):
            yield "head"
        else:
            yield part


def bind_deed(deed: Deed, side: str, spot: BodySpot | None = None) -> BoundDeed:
    """Bind a deed to a hand and a place.

    Args:
        deed: What is done.
        side: "main", "other" or "both".
        spot: Where, for what is done at a place.

    Returns:
        Its steps, with the channels named in full.
    """

    def channel(key: str) -> str:
        return key if key not in _HAND_WORDS else f"{side} {_named(key, side)}"

    def value(told: Any) -> Any:
        if not isinstance(told, str) or spot is None:
            return told
        return told.replace("PLACE", spot.at).replace("TAP", spot.tap).replace("RUB", spot.rub)

    def bound(step: Mapping[str, Any]) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key, told in step.items():
            if key == "shake":
                result[key] = {channel(own): value(size) for own, size in told.items()}
            else:
                result[channel(key)] = value(told)
        return result

    lead, cycle = [bound(step) for step in deed.lead], [bound(step) for step in deed.do]
    if deed.at is not None:
        lead.append(
            {"take": 0.6, f"{side} hand": deed.at, f"{side} elbow": deed.elbow, **deed.also}
        )
    if spot is not None:
        first = (lead or cycle)[0]
        first.setdefault(channel("elbow"), spot.elbow)
        for key, told in spot.also.items():
            first.setdefault(key, told)
    furniture = {**deed.furniture, **(spot.furniture if spot else {})}
    return BoundDeed(tuple(lead), tuple(cycle), dict(deed.start), furniture)


def _named(key: str, side: str) -> str:
    return _PLURALS[key] if side == "both" else key


def together(deeds: Iterable[BoundDeed], times: int) -> list[dict[str, Any]]:
    """Weave deeds that happen at once: step by step, the slower one sets the pace.

    Args:
        deeds: The deeds, no limb in two of them. The first one is done `times` times, the others
            as often as fits.
        times: At least 1.

    Returns:
        One list of steps.

    Example:
        >>> nod = BoundDeed((), ({"take": 1, "head": "up 9"}, {"take": 1, "head": "level"}), {}, {})
        >>> hold = BoundDeed((), ({"hold": 1, "main hand": "overhead"},), {}, {})
        >>> together([nod, hold], 1)[1]
        {'take': 1, 'head': 'level', 'hold': 1, 'main hand': 'overhead'}
    """
    own = list(deeds)
    rows = [own[0].unrolled(times), *(deed.unrolled(1) for deed in own[1:])]
    length = max(map(len, rows))
    for deed, row in zip(own, rows, strict=True):
        while deed.cycle and len(row) + len(deed.cycle) <= length:
            row.extend(deed.cycle)
    return [_merged([row[at] for row in rows if at < len(row)]) for at in range(length)]


def _merged(steps: list[dict[str, Any]]) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for step in steps:
        for key, told in step.items():
            if key in ("take", "hold"):
                merged[key] = max(merged.get(key, 0), told)
            elif key == "shake" or key in _MEETINGS:
                merged[key] = {**merged.get(key, {}), **told}
            else:
                merged[key] = told
    return merged


def paced(steps: Iterable[Mapping[str, Any]], factor: float) -> list[dict[str, Any]]:
    """Slow steps down or speed them up.

    Args:
        steps: Steps of the language.
        factor: On their seconds; rates of oscillations go the other way, by its root. Jumps keep
            their time, which gravity sets.

    Returns:
        New steps.
    """
    result = []
    for step in steps:
        new = dict(step)
        for key in ("take", "hold"):
            if key in new and "jump" not in new:
                new[key] = round(new[key] * factor, 3)
        if "shake" in new:
            new["shake"] = {key: _rate(told, factor**-0.5) for key, told in new["shake"].items()}
        result.append(new)
    return result


def _rate(told: str, factor: float) -> str:
    size, _, rate = told.partition(" at ")
    return f"{size} at {float(rate.removesuffix(' hz')) * factor:.2f} hz"
