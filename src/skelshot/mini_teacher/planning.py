"""Plans of composed actions: parts are drawn together, unless they cannot be."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from skelshot.mini_teacher.drafting import (
    Draft,
    carried,
    contact,
    fits,
    moves_hands,
    sides,
    simple,
)
from skelshot.mini_teacher.parts import Deed, Parts
from skelshot.mini_teacher.wording import choose

PAIRS_OF_PEOPLE = 0.27
"""Share of the plans that are for two people, and about that of the actions."""


@dataclass
class CaptionPlan:
    """The parts of a composed action, before it becomes a program.

    Args:
        deeds: What the first person does, the main deed first.
        at_once: Whether at the same time, or in this order.
        partner: What the other person does, always at once; empty for nobody or nothing.
        mirrored: Whether two people do the same.
        held: The kind of a thing that is only held; None for none.
        worn: The kind of a thing that is worn; None for none.
        times: How often the main deed is done.
        speed: "slowly", "quickly" or "".
    """

    deeds: list[Draft]
    at_once: bool = True
    partner: list[Draft] = field(default_factory=list)
    mirrored: bool = False
    held: str | None = None
    worn: str | None = None
    times: int = 1
    speed: str = ""

    def names(self) -> tuple[str, ...]:
        """Return the parts, each once."""
        found = [name for draft in (*self.deeds, *self.partner) for name in draft.names]
        found += [f"things: {self.held}"] if self.held else []
        found += [f"worn: {self.worn}"] if self.worn else []
        return tuple(dict.fromkeys(found))


class Planner:
    """Draws actions one after the other, rarely used parts first.

    Args:
        table: The parts.
        rng: Source of randomness.
    """

    def __init__(self, table: Parts, rng: np.random.Generator) -> None:
        self.table = table
        self.rng = rng
        self.used: Counter[str] = Counter()

    def plan(self) -> CaptionPlan | None:
        """Draw a plan; None where the parts that came up do not go together."""
        return self._pair() if self.rng.random() < PAIRS_OF_PEOPLE else self._solo()

    def note(self, names: Sequence[str]) -> None:
        """Count parts as used.

        Args:
            names: The parts of an action that training sees.
        """
        self.used.update(names)

    def _pick(self, kind: str, allowed: Callable[[str], bool] = lambda _: True) -> str:
        """Draw a part: of three, the one used least so far."""
        names: list[str] = [name for name in getattr(self.table, kind) if allowed(name)]
        drawn = [names[int(self.rng.integers(len(names)))] for _ in range(3)]
        return min(drawn, key=lambda name: self.used[f"{kind}: {name}"])

    def _deed(self, kind: str, side: str | None = None) -> Draft:
        name = self._pick(kind)
        deed: Deed = getattr(self.table, kind)[name]
        chosen = side if side is not None else choose(self.rng, sides(deed))
        chosen = chosen if moves_hands(deed) else ""
        return simple(kind, name, deed, chosen)

    def _contact(self, side: str | None = None) -> Draft:
        where = self._pick("places")
        name = self._pick("contacts", lambda one: where not in self.table.contacts[one].never)
        chosen = side or ("both" if self.rng.random() < 0.25 else "main")
        if chosen == "both" and where in ("upper arm", "elbow", "wrist"):
            chosen = "main"
        spot = (where, self.table.places[where])
        return contact("contacts", name, spot, self.table.contacts[name], chosen)

    def _handling(self, kind: str) -> Draft | None:
        draft = self._deed(kind)
        thing = self._pick("things")
        return draft.with_thing(thing, self.table.things[thing]) if fits(draft, thing) else None

    def _main_deed(self) -> Draft | None:
        draw = self.rng.random()
        if draw < 0.42:
            draft = self._contact()
            if draft.hands == "main" and self.rng.random() < 0.4:
                thing = self._pick("things")
                if fits(draft, thing):
                    draft = draft.with_thing(thing, self.table.things[thing])
            return draft
        if draw < 0.68:
            return self._deed("arms")
        if draw < 0.88:
            return self._handling("handling")
        if draw < 0.93:
            name = self._pick("heavy")
            return carried(name, self.table.heavy[name])
        return self._deed("legs")

    def _side_deed(self) -> Draft:
        draw = self.rng.random()
        if draw < 0.45:
            return self._deed("legs")
        if draw < 0.7:
            return self._deed("trunk")
        if draw < 0.82:
            return self._deed("postures")
        if draw < 0.92:
            return self._deed("other", "other")
        return self._contact("other")

    def _solo(self) -> CaptionPlan | None:
        main = self._main_deed()
        if main is None:
            return None
        if self.rng.random() < 0.25:
            second = self._contact() if self.rng.random() < 0.3 else self._deed(self._kind())
            plan = CaptionPlan([main, second], at_once=False)
        else:
            plan = CaptionPlan([main, self._side_deed()])
            if self.rng.random() < 0.25:
                plan.deeds.append(self._side_deed())
            if not _free(plan.deeds):
                return None
        self._extras(plan)
        return plan

    def _kind(self) -> str:
        return choose(self.rng, ["arms", "legs", "legs", "trunk"])

    def _pair(self) -> CaptionPlan | None:
        draw = self.rng.random()
        if draw < 0.2:
            plan = self._solo()
            if plan is None or any(
                draft.thing or draft.names[0].startswith("postures") for draft in plan.deeds
            ):
                return None
            plan.partner, plan.mirrored = plan.deeds, True
            plan.held = plan.worn = None
            return plan
        first = self._towards(draw)
        if first is None:
            return None
        deeds = [first]
        if self.rng.random() < 0.25:
            deeds.append(self._side_deed())
        reply = [] if first.reply and self.rng.random() < 0.5 else [self._reaction()]
        if first.reply and not reply and len(deeds) < 2:
            deeds.append(self._deed("trunk" if self.rng.random() < 0.5 else "legs"))
        if not _free(deeds) or any(draft.bound.furniture for draft in (*deeds, *reply)):
            return None
        plan = CaptionPlan(deeds, partner=reply)
        self._extras(plan)
        return plan

    def _towards(self, draw: float) -> Draft | None:
        if draw < 0.6:
            where = self._pick("partner_places")
            table = self.table.partner_contacts
            name = self._pick("partner_contacts", lambda one: where not in table[one].never)
            side = "both" if self.rng.random() < 0.2 and where != "hand" else "main"
            spot = (where, self.table.partner_places[where])
            return contact("partner_contacts", name, spot, table[name], side)
        if draw < 0.8:
            return self._deed("towards")
        return self._handling("giving")

    def _reaction(self) -> Draft:
        draw = self.rng.random()
        if draw < 0.35:
            return self._deed("trunk")
        if draw < 0.6:
            return self._deed("legs")
        return self._deed("arms") if draw < 0.8 else self._contact()

    def _extras(self, plan: CaptionPlan) -> None:
        """Draw what is held and worn, how often and how fast."""
        hands = {draft.hands for draft in plan.deeds}
        busy = any("main arm" in draft.bound.limbs() for draft in plan.deeds)
        if not busy and "both" not in hands and self.rng.random() < 0.6:
            plan.held = self._pick("things")
        if self.rng.random() < 0.08 and plan.held is None and not any(d.thing for d in plan.deeds):
            plan.worn = self._pick("worn")
        if plan.deeds[0].beat and self.rng.random() < 0.35:
            plan.times = 2 + int(self.rng.random() < 0.35)
        if self.rng.random() < 0.2:
            plan.speed = choose(self.rng, ["slowly", "quickly"])


def _free(deeds: Sequence[Draft]) -> bool:
    """Tell whether deeds can be done at once: no limb in two, nobody walks off the furniture."""
    taken: set[str] = set()
    for draft in deeds:
        limbs = draft.bound.limbs() | ({"main arm"} if draft.thing else set())
        if taken & limbs:
            return False
        taken |= limbs
    furnished = any(draft.bound.furniture for draft in deeds)
    return not (furnished and any(draft.bound.travels() for draft in deeds))
