"""Composed actions: captions and motion programs from parts that no class of NTU joins."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from skelshot.ground import SkelshotError
from skelshot.ground.seeding import digest_of, rng_for
from skelshot.mini_teacher.drafting import Draft
from skelshot.mini_teacher.parts import Parts, parts
from skelshot.mini_teacher.planning import CaptionPlan, Planner
from skelshot.mini_teacher.step_composition import BoundDeed, paced, together
from skelshot.mini_teacher.wording import choose, joined, mirrored, paired
from skelshot.synthesis.motion.program import Program

CAPTIONS = 8
"""Wordings of an action that are drawn; what comes out twice counts once."""

HELD_OUT = 0.02
"""Share of the pairs of parts that never meet in training; every twelfth action has one."""

_SPEEDS = {"": 1.0, "slowly": 1.5, "quickly": 0.7}
_LONGEST = 8.0
"""Seconds of the language within which an action must be done."""

_SHORT = 0.75
"""Deeds that take fewer seconds are done twice: once would be between two frames of a clip."""


@dataclass(frozen=True, eq=False)
class ComposedAction:
    """An action with words for it.

    Args:
        captions: Several wordings; none says left or right, since the side depends on the person.
        program: What is done.
        parts: What it is composed of, as `Parts.names` has them.
        held_out: Whether two of its parts never meet in a training action.
    """

    captions: tuple[str, ...]
    program: Program
    parts: tuple[str, ...]
    held_out: bool


def compose(seed: int, count: int) -> tuple[ComposedAction, ...]:
    """Compose actions; fewer of the same seed are the first ones of more.

    Args:
        seed: What is drawn follows from it.
        count: How many actions.

    Returns:
        The actions, no two of the same parts done alike.

    Raises:
        SkelshotError: `count` is not positive.

    Example:
        >>> action = compose(0, 1)[0]
        >>> len(action.parts) >= 2, len(action.captions) >= 3
        (True, True)
    """
    if count < 1:
        raise SkelshotError(f"actions: found {count}, expected at least 1")
    table, rng = parts(), rng_for("mini teacher", "compose", seed)
    planner = Planner(table, rng)
    seen: set[tuple[object, ...]] = set()
    actions: list[ComposedAction] = []
    while len(actions) < count:
        plan = planner.plan()
        document = None if plan is None else _program(plan)
        if plan is None or document is None:
            continue
        names = plan.names()
        key = (frozenset(names), plan.at_once, plan.mirrored)
        if len(names) < 2 or key in seen:
            continue
        seen.add(key)
        held_out = any(held_out_pair(*pair) for pair in combinations(names, 2))
        if not held_out:
            planner.note(names)
        captions = _captions(plan, table, rng)
        # The language knows numbers up to 999; here they only choose between ways, of which
        # composed programs have one.
        document |= {"number": 1 + len(actions) % 999, "name": captions[0]}
        program = Program.model_validate(document)
        actions.append(ComposedAction(captions, program, names, held_out))
    return tuple(actions)


def held_out_pair(one: str, two: str) -> bool:
    """Tell whether two parts never meet in training, by the hash of their names.

    Args:
        one: A part.
        two: Another part.
    """
    digest = digest_of("held out", *sorted((one, two)))
    return int.from_bytes(digest[:4], "little") < HELD_OUT * 2**32


def _program(plan: CaptionPlan) -> dict[str, Any] | None:
    """Write the plan as a motion program; None where it would be too long or cannot be done."""
    drafts = [*plan.deeds, *plan.partner]
    furniture = {name: at for draft in drafts for name, at in draft.bound.furniture.items()}
    if furniture and (plan.mirrored or any(draft.bound.travels() for draft in drafts)):
        return None
    steps = _steps(plan.deeds, plan, plan.times)
    if sum(step.get("take", 0) + step.get("hold", 0) for step in steps) > _LONGEST:
        return None
    stays = any(draft.names[0] in ("legs: sit", "legs: get up") for draft in drafts)
    document: dict[str, Any] = {"start": _start(plan.deeds), "do": steps, "furniture": furniture}
    document |= {"objects": _objects(plan), "amplitude": 0.08, "after": "stay" if stays else "rest"}
    if plan.held:
        document["start"] |= {"main fingers": "closed"}
    reply = next((draft.reply for draft in plan.deeds if draft.reply), ())
    if not plan.partner and not reply:
        return document
    moves = []
    if plan.partner:
        moves = _steps(plan.partner, plan, plan.times if plan.mirrored else 1)
    if reply:
        limbs = {limb for draft in plan.partner for limb in draft.bound.limbs()}
        if {"main arm", "other arm", "head", "legs"} & limbs:
            return None
        moves = together([BoundDeed(tuple(rows), (), {}, {}) for rows in (reply, moves)], 1)
    document["partner"] = {"start": _start(plan.partner), "do": moves or [{"hold": 0.5}]}
    document["apart"] = max(draft.apart for draft in plan.deeds)
    document["facing"] = "same way" if any(draft.behind for draft in plan.deeds) else "each other"
    if plan.mirrored:
        document |= {"apart": 1.5, "facing": "side by side"}
    return document


def _start(deeds: Sequence[Draft]) -> dict[str, Any]:
    return {key: at for draft in deeds for key, at in draft.bound.start.items()}


def _objects(plan: CaptionPlan) -> dict[str, Any]:
    """Return the things that are about, as a program has them."""
    objects: dict[str, Any] = {}
    for draft in plan.deeds:
        if draft.thing:
            objects["thing"] = {"at": draft.origin, "kind": draft.thing}
    if plan.held:
        objects["thing"] = {"at": "main hand", "kind": plan.held}
    if plan.worn:
        objects["worn"] = {"at": parts().worn[plan.worn].at, "kind": plan.worn}
    return objects


def _steps(deeds: Sequence[Draft], plan: CaptionPlan, times: int) -> list[dict[str, Any]]:
    """Weave one person's deeds."""
    if deeds[0].beat and deeds[0].bound.seconds() < _SHORT:
        times = max(times, 2)
    if plan.at_once:
        steps = together([draft.bound for draft in deeds], times)
    else:
        steps = together([deeds[0].bound], times)
        for draft in deeds[1:]:
            steps += together([draft.bound], 1)
    return paced(steps, _SPEEDS[plan.speed])


def _captions(plan: CaptionPlan, table: Parts, rng: np.random.Generator) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for turn in range(CAPTIONS):
        detail = turn % 2 == 0
        speed = plan.speed if detail or rng.random() < 0.3 else ""

        def said(draft: Draft, first: bool, detail: bool = detail) -> str:
            return draft.say(rng, detail=detail, times=plan.times if first and detail else 1)

        deeds = [said(draft, at == 0) for at, draft in enumerate(plan.deeds)]
        ending = ""
        if plan.held:
            held = choose(rng, table.things[plan.held])
            ending = choose(
                rng, [f"holding {held}", f"with {held} in one hand", f"carrying {held}"]
            )
        elif plan.worn:
            ending = choose(rng, table.worn[plan.worn].say)
        if plan.mirrored:
            caption = mirrored(deeds, rng)
        elif plan.partner:
            other = [said(draft, False) for draft in plan.partner]
            caption = paired(deeds, other, rng, ending)
        else:
            caption = joined(deeds, rng, at_once=plan.at_once, ending=ending, speed=speed)
        found[caption] = None
    return tuple(found)
