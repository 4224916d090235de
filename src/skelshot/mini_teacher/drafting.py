"""One deed of a composed action: its course of steps, its phrases and the parts it is made of."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache

import numpy as np

from skelshot.mini_teacher.parts import BodySpot, Deed, Steps
from skelshot.mini_teacher.step_composition import BoundDeed, bind_deed
from skelshot.mini_teacher.wording import choose
from skelshot.synthesis.motion.goals import Place, read_place
from skelshot.synthesis.motion.program import Program, Step, load_programs

_HANDS = {
    "main": ("one hand", "a hand", "the hand"),
    "other": ("the other hand",),
    "both": ("both hands", "two hands"),
}

_TOLD = re.compile(r"HAND|hand|arms?\b|wrists|elbows|shoulders|oneself")
"""Phrases that tell by themselves what hands do."""

NEUTRAL = frozenset({"rest", "hip", "thigh", "centre", "ahead", "side", "main hand"})
"""Places that say nothing about what a hand does with a thing: it may be anywhere there."""


@dataclass(frozen=True)
class Draft:
    """A deed that is bound to hands, place and thing.

    Args:
        bound: What it does.
        names: The parts it is made of, as `Parts.names` has them.
        phrases: How to say it, in the base form; `HAND` and `THING` stand for what is drawn.
        hands: "main", "other", "both", or "" where no hand does anything.
        beat: Whether one can count how often it is done.
        thing: The kind of thing it is done with; None for none.
        origin: Where the thing is at first.
        words: Names of the thing.
        apart: Metres between two people at the start.
        reply: What the other person does about it.
        behind: Whether the other person's back is turned.
    """

    bound: BoundDeed
    names: tuple[str, ...]
    phrases: tuple[str, ...]
    hands: str = ""
    beat: bool = False
    thing: str | None = None
    origin: str = "main hand"
    words: tuple[str, ...] = ()
    apart: float = 1.2
    reply: Steps = ()
    behind: bool = False

    def say(self, rng: np.random.Generator, *, detail: bool, times: int = 1) -> str:
        """Draw a wording.

        Args:
            rng: Source of randomness.
            detail: Whether to tell with which hand, where the phrase does not.
            times: How often it is done; told if more than once.

        Returns:
            A phrase in the base form.
        """
        phrase = choose(rng, self.phrases)
        told = "THING" in phrase or _TOLD.search(phrase) is not None
        held = choose(rng, self.words) if self.words else ""
        if "THING" not in phrase and held:
            # What is held touches the place: `tap the knee with a book`, `bring a cup to the chin`.
            if "HAND" in phrase:
                phrase = phrase.replace("HAND", held)
            else:
                phrase += f" with {held}"
        phrase = phrase.replace("THING", held)
        hand = choose(rng, _HANDS[self.hands]) if self.hands else ""
        phrase = phrase.replace("HAND", hand)
        if hand and not told and not held and (detail or self.hands == "other"):
            phrase += f" with {hand}"
        count = {1: "", 2: " twice", 3: " three times"}[times]
        return phrase + count

    def with_thing(self, kind: str, words: tuple[str, ...]) -> "Draft":
        """Return the deed done with a thing in the main hand.

        Args:
            kind: The thing's kind.
            words: Its names.
        """
        names = (*self.names, f"things: {kind}")
        return replace(self, thing=kind, words=words, names=names)


def contact(kind: str, name: str, spot: tuple[str, BodySpot], deed: Deed, side: str) -> Draft:
    """Draft what a hand does at a place of the own or the other body.

    Args:
        kind: "contacts" or "partner_contacts".
        name: The contact's name.
        spot: The place's name and the place.
        deed: The contact.
        side: "main", "other" or "both".
    """
    where, place = spot
    places = "places" if kind == "contacts" else "partner_places"
    names = [f"{kind}: {name}", f"{places}: {where}"]
    phrases = [text.replace("PLACE", word) for text in deed.say for word in place.words]
    bound = bind_deed(deed, side, place)
    apart = 0.8 if kind == "partner_contacts" else 1.2
    apart = 0.6 if place.behind else apart
    return Draft(
        bound, tuple(names), tuple(phrases), side, deed.beat, apart=apart, behind=place.behind
    )


def simple(kind: str, name: str, deed: Deed, side: str = "") -> Draft:
    """Draft a deed that needs no place.

    Args:
        kind: The kind of part.
        name: Its name.
        deed: The deed.
        side: Which hands do it, "" for none.
    """
    bound = bind_deed(deed, side or "main")
    return Draft(
        bound,
        (f"{kind}: {name}",),
        deed.say,
        side,
        deed.beat,
        origin=deed.origin,
        apart=deed.apart,
        reply=deed.reply,
    )


def carried(name: str, words: tuple[str, ...]) -> Draft:
    """Draft the carrying of a thing that takes both hands.

    Args:
        name: Its kind.
        words: Its names.
    """
    start = {"both hands": "belly front 0.3 out 0.14", "both fingers": "closed"}
    phrases = ("hold THING with both hands", "carry THING", "have THING in both arms")
    bound = BoundDeed((), ({"hold": 0.8},), start, {})
    return Draft(bound, (f"heavy: {name}",), phrases, "both", False, name, "both hands", words)


@dataclass(frozen=True)
class Uses:
    """Uses of things in NTU's actions, which composed actions avoid.

    Args:
        places: Kinds of things and anchors to which a hand goes while such a thing is about.
        flights: Kinds of things that are thrown or dropped.
    """

    places: frozenset[tuple[str, str]] = field(default_factory=frozenset)
    flights: frozenset[str] = field(default_factory=frozenset)


def uses_of(programs: Mapping[int, Program]) -> Uses:
    """List what programs do with things.

    Args:
        programs: The programs.

    Returns:
        Every kind of thing with every telling place of a hand, and what flies.
    """
    places: set[tuple[str, str]] = set()
    flights: set[str] = set()
    for program in programs.values():
        kinds = {name: thing.kind or name for name, thing in program.objects.items()}
        spots: set[str] = set()
        for role in program.roles:
            for steps in role.all_ways:
                for step in _flat(steps):
                    spots |= _spots(step)
                    flights |= {kinds[name] for name in step.fly}
            spots |= {_anchor(goal) for goal in role.start.values() if isinstance(goal, Place)}
        places |= {(kind, spot) for kind in kinds.values() for spot in spots - NEUTRAL}
    return Uses(frozenset(places), frozenset(flights))


def _flat(steps: tuple[Step, ...]) -> list[Step]:
    return [one for step in steps for one in (step, *_flat(step.do))]


def _spots(step: Step) -> set[str]:
    goals = {
        _anchor(goal)
        for channel, goal in step.channels.items()
        if isinstance(goal, Place) and channel.endswith("hand")
    }
    return goals | {_anchor(place) for place in step.put.values()}


def _anchor(place: Place) -> str:
    return ("partner " if place.partner else "") + place.anchor


@cache
def ntu_uses() -> Uses:
    """Return where NTU's 120 actions take things."""
    return uses_of(load_programs())


def fits(draft: Draft, kind: str) -> bool:
    """Tell whether a deed with a thing is none that NTU's actions do with such a thing.

    Args:
        draft: The deed.
        kind: The kind of thing.
    """
    uses = ntu_uses()
    for step in (*draft.bound.lead, *draft.bound.cycle):
        if "fly" in step and kind in uses.flights:
            return False
        told = [value for key, value in step.items() if key.endswith(("hand", "hands"))]
        told += list(step.get("put", {}).values())
        for value in told:
            if (kind, _anchor(read_place(value))) in uses.places:
                return False
    return not (draft.origin != "main hand" and (kind, draft.origin.split()[0]) in uses.places)


def sides(deed: Deed) -> tuple[str, ...]:
    """Return the hands that may do a deed.

    Args:
        deed: The deed.
    """
    return ("main", "both") if deed.hands == "either" else (deed.hands,)


def moves_hands(deed: Deed) -> bool:
    """Tell whether a deed is one of the hands.

    Args:
        deed: The deed.
    """
    keys = {key for step in (*deed.lead, *deed.do) for key in (*step, *step.get("shake", ()))}
    hands = ("hand", "hands", "hands alternating")
    return deed.at is not None or any(key.endswith(hands) for key in keys)
