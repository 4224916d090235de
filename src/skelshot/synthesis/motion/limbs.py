"""Arms: from where the hands should be to elbows, wrists, hands, finger tips and thumbs."""

import numpy as np

from skelshot.synthesis.motion.anchors import Arms
from skelshot.synthesis.motion.figure import UP, Core, body_height
from skelshot.synthesis.motion.kinematics import bend, calm, dot, square_to, steady, turned, unit
from skelshot.synthesis.performance import Array, Performer

WRIST = np.cos(np.radians(75.0))
"""Cosine of the largest angle between hand and forearm."""

FINGER_SHAPES: dict[str, tuple[float, tuple[float, float, float], float]] = {
    "open": (0.0, (0.25, 0.95, 0.0), 0.0),
    "closed": (80.0, (0.5, 0.25, 0.8), 0.0),
    "point": (4.0, (0.45, 0.25, 0.8), 0.0),
    "thumb up": (80.0, (0.0, 0.0, 0.0), 1.0),
    "thumb down": (80.0, (0.0, 0.0, 0.0), -1.0),
    "relaxed": (28.0, (0.6, 0.7, 0.25), 0.0),
}
"""How finger tips bend towards the palm (degrees), where the thumb points (along the fingers,
away from them, towards the palm), and how much it points upwards in the room."""

_SIGNS = np.array([-1.0, 1.0])[:, None, None]


def arms_of(
    performer: Performer, core: Core, target: Array, swivel: Array, palms: Array, fingers: Array
) -> Arms:
    """Pose both arms.

    Args:
        performer: The person.
        core: The body that carries them.
        target: Where the hands should be (2, T, 3), left then right.
        swivel: How far each elbow is lifted outwards (2, T), radians.
        palms: Weights (2, T, 6) of the directions in `vocabulary.PALMS`.
        fingers: Weights (2, T, 6) of the shapes in `vocabulary.FINGERS`.

    Returns:
        The arms; unreachable hands are as near as they get.
    """
    size = performer.proportions
    shoulder = core.points["shoulder"]
    target = clear_of_body(performer, core, target)
    axis = unit(target - shoulder)
    field = steady(_field(core, axis), axis)
    pole = _swung(field, axis, swivel)
    elbow, hand = bend(shoulder, target, size["upper arm"], size["forearm"] + size["hand"], pole)
    inside = calm(_inside_trunk(performer, core, elbow))
    if np.any(inside > 0):
        pole = _swung(field, axis, swivel + np.radians(70.0) * inside)
        elbow, hand = bend(
            shoulder, target, size["upper arm"], size["forearm"] + size["hand"], pole
        )
    forearm = unit(hand - elbow)
    along = forearm
    wrist = hand - size["hand"] * along
    if np.any(palms[..., 0] < 0.999):
        along = _pointing(core, forearm, palms)
        elbow, wrist = bend(
            shoulder, hand - size["hand"] * along, size["upper arm"], size["forearm"], pole
        )
        along = _limited(along, unit(wrist - elbow))
        hand = wrist + size["hand"] * along
    return _with_fingers(performer, core, (elbow, wrist, hand, along), fingers)


def clear_of_body(performer: Performer, core: Core, target: Array) -> Array:
    """Move hand goals out of trunk, head and floor.

    Args:
        performer: The person.
        core: The body.
        target: Goals (2, T, 3).

    Returns:
        Goals outside an elliptic trunk and a round head, and above the floor.
    """
    unit_length = body_height(performer)
    chest, base = core.points["spine shoulder"], core.points["spine base"]
    spine = unit(chest - base)
    from_base = target - base
    height = dot(from_base, spine)
    tall = performer.proportions["trunk"]
    right = core.upper[:, :, 0]
    right = square_to(right, spine)
    back = np.cross(right, spine)
    wide, deep = 0.102 * unit_length, 0.078 * unit_length * performer.girth
    x, z = dot(from_base, right), dot(from_base, back)
    inside = np.sqrt((x / wide) ** 2 + (z / deep) ** 2 + 1e-6)
    slack = 0.05 * unit_length
    ends = np.clip((height + 2 * slack) / slack, 0, 1) * np.clip((tall - height) / slack, 0, 1)
    grow = np.maximum(1 / inside - 1, 0.0) * ends
    grow = np.minimum(grow, 12.0)
    target = target + (grow * x)[..., None] * right + (grow * z)[..., None] * back
    from_head = target - core.points["head"]
    away = np.sqrt(dot(from_head, from_head) + 1e-9)
    push = np.maximum(0.07 * unit_length / away - 1, 0.0)
    target = target + push[..., None] * from_head
    target[..., 1] = np.maximum(target[..., 1], 0.03)
    return target


def _field(core: Core, axis: Array) -> Array:
    """Return where elbows point before they are lifted (2, T, 3), square to the arms' axes.

    They point down when the arm is level, back when it hangs, outwards and forward when
    it is raised, and outwards when it reaches behind the body: a smooth field without a
    direction, among those that arms take, in which it vanishes.
    """
    right, up, back = core.upper[:, :, 0], core.upper[:, :, 1], core.upper[:, :, 2]
    raised, behind = dot(axis, up)[..., None], np.maximum(dot(axis, back), 0.0)[..., None]
    outwards = _SIGNS * right
    field = (0.5 * behind - 0.7) * up + (0.3 - 0.7 * raised) * back
    return square_to(field + (0.12 + 0.9 * behind) * outwards, axis)


def _swung(field: Array, axis: Array, swivel: Array) -> Array:
    """Swing elbow directions outwards about the arm by the swivel."""
    aside = _SIGNS * np.cross(field, axis)
    return np.cos(swivel)[..., None] * field + np.sin(swivel)[..., None] * aside


def _inside_trunk(performer: Performer, core: Core, elbow: Array) -> Array:
    """Return how deep elbows are within the trunk (2, T), 0 outside to 1 on its axis."""
    unit_length = body_height(performer)
    local = turned(core.upper.transpose(0, 2, 1), elbow - core.points["spine shoulder"])
    wide, deep = 0.1 * unit_length, 0.08 * unit_length * performer.girth
    within = 1 - (local[..., 0] / wide) ** 2 - (local[..., 2] / deep) ** 2
    below = np.clip(-local[..., 1] / (0.08 * unit_length), 0.0, 1.0)
    result: Array = np.maximum(within, 0.0) * below
    return result


def _pointing(core: Core, forearm: Array, palms: Array) -> Array:
    right, front = core.upper[:, :, 0], -core.upper[:, :, 2]
    weights = palms[..., None]
    outwards = _SIGNS * right
    along = weights[..., 0, :] * forearm + (weights[..., 1, :] - weights[..., 2, :]) * UP
    along = along + weights[..., 3, :] * front
    along = along + (weights[..., 5, :] - weights[..., 4, :]) * outwards
    return _limited(unit(along + 1e-3 * forearm), forearm)


def _limited(along: Array, forearm: Array) -> Array:
    """Keep a hand's direction within the wrist's reach of the forearm's."""
    cosine = dot(along, forearm)[..., None]
    if np.all(cosine >= WRIST):
        return along
    aside = square_to(along + 1e-6 * UP, forearm)
    bent = WRIST * forearm + np.sqrt(1 - WRIST**2) * aside
    return np.where(cosine >= WRIST, along, bent)


def _with_fingers(
    performer: Performer, core: Core, arm: tuple[Array, Array, Array, Array], fingers: Array
) -> Arms:
    elbow, wrist, hand, along = arm
    size = performer.proportions
    right, front = core.upper[:, :, 0], -core.upper[:, :, 2]
    thumbward = square_to(UP + 0.6 * front - 0.5 * _SIGNS * right, along)
    palmward = _SIGNS * np.cross(thumbward, along)
    table = np.array([[np.radians(bent), *thumb, up] for bent, thumb, up in FINGER_SHAPES.values()])
    shape = fingers @ table
    bent = shape[..., 0:1]
    tip = hand + size["tip"] * (np.cos(bent) * along + np.sin(bent) * palmward)
    thumb = unit(
        shape[..., 1:2] * along
        + shape[..., 2:3] * thumbward
        + shape[..., 3:4] * palmward
        + shape[..., 4:5] * UP
        + 1e-6 * front
    )
    return Arms(elbow, wrist, hand, tip, hand + size["thumb"] * thumb, along, thumbward)
