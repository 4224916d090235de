"""Points on and about a body to which hands go and at which things stay."""

from dataclasses import dataclass

import numpy as np

from skelshot.synthesis.motion.figure import Core, body_height
from skelshot.synthesis.motion.kinematics import turned
from skelshot.synthesis.performance import Array, Performer

SKIN: dict[str, tuple[str, str, tuple[float, float, float]]] = {
    "crown": ("head", "head", (0.0, 0.082, -0.005)),
    "forehead": ("head", "head", (0.0, 0.038, 0.076)),
    "eyes": ("head", "head", (0.0, 0.012, 0.080)),
    "nose": ("head", "head", (0.0, -0.010, 0.092)),
    "mouth": ("head", "head", (0.0, -0.038, 0.084)),
    "chin": ("head", "head", (0.0, -0.064, 0.074)),
    "ear": ("head", "head", (0.063, -0.002, 0.0)),
    "cheek": ("head", "head", (0.045, -0.025, 0.066)),
    "neck": ("neck", "upper", (0.050, 0.020, 0.010)),
    "nape": ("neck", "upper", (0.0, 0.022, -0.062)),
    "shoulder": ("shoulder", "upper", (0.0, 0.045, 0.015)),
    "chest": ("spine shoulder", "upper", (0.0, -0.100, 0.088)),
    "upper-back": ("spine shoulder", "upper", (0.0, -0.080, -0.088)),
    "belly": ("spine mid", "pelvis", (0.0, -0.060, 0.098)),
    "lower-back": ("spine base", "pelvis", (0.0, 0.105, -0.090)),
    "hip": ("spine base", "pelvis", (0.112, 0.040, 0.0)),
    "pocket": ("spine base", "pelvis", (0.100, -0.025, 0.035)),
    "thigh": ("thigh", "heading", (0.0, 0.045, 0.045)),
    "knee": ("knee", "heading", (0.0, 0.015, 0.048)),
    "shin": ("shin", "heading", (0.0, 0.0, 0.042)),
    "foot": ("foot", "heading", (0.0, 0.025, 0.0)),
}
"""Origin, axes and offset (outwards, up, front) of each anchor on the skin, in shares of the
ankle-to-head distance. Offsets told in a program count along the same axes."""

ARM = ("upper-arm", "elbow", "wrist")
FREE = ("centre", "side", "overhead", "ahead")
HEAD = tuple(name for name, (origin, _, _) in SKIN.items() if origin == "head")
PAIRED = frozenset(
    {"ear", "cheek", "neck", "shoulder", "hip", "pocket", "thigh", "knee", "shin", "foot"}
    | {*ARM, "side", "overhead", "ahead"}
)
"""Anchors of which there are two."""


@dataclass(eq=False)
class Arms:
    """Two posed arms, left then right.

    Args:
        elbow: Elbows (2, T, 3).
        wrist: Wrists (2, T, 3).
        hand: Hands (2, T, 3).
        tip: Finger tips (2, T, 3).
        thumb: Thumbs (2, T, 3).
        along: Where the fingers point (2, T, 3), unit vectors.
        thumbward: Direction square to that, towards the thumb (2, T, 3).
    """

    elbow: Array
    wrist: Array
    hand: Array
    tip: Array
    thumb: Array
    along: Array
    thumbward: Array


def reach_of(performer: Performer) -> float:
    """Return the distance from shoulder to hand of a nearly straight arm, in metres."""
    size = performer.proportions
    return 0.97 * (size["upper arm"] + size["forearm"] + size["hand"])


def axes_of(core: Core, anchor: str) -> Array:
    """Return the axes (T, 3, 3) along which an anchor's offsets count."""
    name = SKIN[anchor][1] if anchor in SKIN else "upper"
    return {"head": core.head, "upper": core.upper, "pelvis": core.pelvis}.get(name, core.heading)


def anchor_place(
    performer: Performer, core: Core, arms: Arms | None, anchor: str, side: int, reach: float = 1.0
) -> Array:
    """Return where an anchor is.

    Args:
        performer: Whose body it is.
        core: The posed body.
        arms: Its arms; without them, arms hang.
        anchor: An anchor on or about the body, or `hand`.
        side: 0 left, 1 right; for pairs.
        reach: Factor on the distance of anchors at an arm's length.

    Returns:
        World positions (T, 3).
    """
    unit_length = body_height(performer)
    outward = 2 * side - 1
    points = core.points
    if anchor in SKIN:
        origin, _, (out, up, front) = SKIN[anchor]
        sign = outward if anchor in PAIRED else 0
        offset = np.array([sign * out, up, -front * _thickness(performer, anchor)]) * unit_length
        return _origin(points, origin, side) + turned(axes_of(core, anchor), offset)
    shoulder: Array = points["shoulder"][side]
    if anchor in ("hand", *ARM):
        return _arm_place(performer, core, arms, anchor, side)
    if anchor == "centre":
        away = 0.35 * performer.proportions["metre"] * reach
        chest = anchor_place(performer, core, arms, "chest", side)
        return chest + turned(core.upper, np.array([0.0, 0.0, -away]))
    far = reach_of(performer) * min(reach, 1.0)
    directions = {"side": (outward, 0, 0), "overhead": (0, 1, 0), "ahead": (0, 0, -1)}
    away_from: Array = turned(core.upper, far * np.array(directions[anchor], dtype=float))
    return away_from + shoulder


def hanging(performer: Performer, core: Core, side: int, out: float, front: float) -> Array:
    """Return where a hand at rest is: hanging from the shoulder, or on a seated person's thigh.

    Args:
        performer: The person.
        core: The posed body.
        side: 0 left, 1 right.
        out: Metres outwards from below the shoulder.
        front: Metres to the front.

    Returns:
        World positions (T, 3).
    """
    outward = 2 * side - 1
    drop = np.sqrt(reach_of(performer) ** 2 - out**2 - front**2)
    along_body = turned(core.upper, np.array([0.0, -drop, 0.0]))
    down = 0.3 * along_body + 0.7 * np.array([0.0, -drop, 0.0])
    place = core.points["shoulder"][side] + down
    place = place + turned(core.heading, np.array([outward * out, 0.0, -front]))
    place[:, 1] = np.maximum(place[:, 1], 0.05)
    lap = anchor_place(performer, core, None, "thigh", side)
    rest = core.seated[:, None] * 0.95
    mixed: Array = place + rest * (lap - place)
    return mixed


def _origin(points: dict[str, Array], origin: str, side: int) -> Array:
    found: Array
    if origin == "thigh":
        found = 0.45 * points["hip"][side] + 0.55 * points["knee"][side]
    elif origin == "shin":
        found = 0.5 * points["knee"][side] + 0.5 * points["ankle"][side]
    else:
        found = points[origin]
    return found[side] if found.ndim == 3 else found


def _arm_place(
    performer: Performer, core: Core, arms: Arms | None, anchor: str, side: int
) -> Array:
    shoulder: Array = core.points["shoulder"][side]
    found: Array
    if arms is None:
        share = {"upper-arm": 0.25, "elbow": 0.45, "wrist": 0.85, "hand": 1.0}[anchor]
        bent = np.array([0.0, -0.7, -0.5 * (share > 0.5)]) * reach_of(performer) * share
        found = shoulder + turned(core.upper, bent)
    elif anchor == "upper-arm":
        outward = np.array([(2 * side - 1) * 0.03, 0.0, -0.02]) * body_height(performer)
        found = 0.5 * (shoulder + arms.elbow[side]) + turned(core.upper, outward)
    else:
        found = {"elbow": arms.elbow, "wrist": arms.wrist, "hand": arms.hand}[anchor][side]
    return found


def _thickness(performer: Performer, anchor: str) -> float:
    """Return the factor of girth on an anchor's depth; heads are not thicker."""
    return 1.0 if anchor in HEAD else performer.girth
