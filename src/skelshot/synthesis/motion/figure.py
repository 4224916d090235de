"""From channels to a body without arms: pelvis, planted legs, trunk and head."""

from dataclasses import dataclass

import numpy as np

from skelshot.synthesis.motion.body import ANKLE_TO_HEAD, habits_of
from skelshot.synthesis.motion.kinematics import (
    bend,
    ease,
    rotation,
    square_to,
    steady,
    turned,
    unit,
    yaw_matrix,
)
from skelshot.synthesis.performance import Array, Performer

SLOPE = -0.15
"""How far shoulders lie below the spine shoulder joint, radians (measured: 0 to 3 cm)."""

LOWEST = 0.1
"""Height of the spine base of somebody who sits or lies on the floor, metres."""

UP = np.array([0.0, 1.0, 0.0])


@dataclass(eq=False)
class Drive:
    """Every channel's value in every frame, on one person's own axes; lengths in metres.

    Args:
        pelvis: From standing (T, 3): right, up, front.
        trunk: Radians (T, 3): forward lean, lean to the right, right shoulder forward.
        head: Radians (T, 3): up, turn to the right, tilt to the right.
        shoulders: Shrug (T,).
        feet: From where they stand (2, T, 3), left then right: right, up, front.
        swivel: How far each elbow is lifted (2, T), radians.
        root: Floor point (T, 2) about which the person stands: world x and z.
        yaw: Heading (T,), radians.
        stand: Ankles on or above the floor (2, T, 3), world.
        toes: Direction of each foot (2, T), radians.
        hop: Height of a jump (T,).
    """

    pelvis: Array
    trunk: Array
    head: Array
    shoulders: Array
    feet: Array
    swivel: Array
    root: Array
    yaw: Array
    stand: Array
    toes: Array
    hop: Array


@dataclass(eq=False)
class Core:
    """A body without arms, in the world.

    Args:
        points: Joints by name, (T, 3) or for pairs (2, T, 3), left then right.
        heading: Axes (T, 3, 3) of the person's heading; columns right, up, back.
        pelvis: Axes of the pelvis.
        upper: Axes of the upper trunk.
        head: Axes of the head.
        seated: How much the person sits or squats (T,), 0 to 1.
    """

    points: dict[str, Array]
    heading: Array
    pelvis: Array
    upper: Array
    head: Array
    seated: Array


def stand_height(performer: Performer) -> float:
    """Return the height of the spine base above the floor when standing, in metres."""
    lengths = performer.proportions
    leg = 0.9955 * (lengths["thigh"] + lengths["shank"])
    aside = habits_of(performer).stance - lengths["hip"]
    return lengths["ankle"] + float(np.sqrt(leg**2 - aside**2))


def body_height(performer: Performer) -> float:
    """Return the ankle-to-head distance, the unit of skin and reach, in metres."""
    return ANKLE_TO_HEAD * performer.stature


def core_of(performer: Performer, drive: Drive) -> Core:
    """Pose everything but the arms.

    The pelvis sinks as far as planted feet demand and moves against the trunk's lean to keep
    the balance; a person half way down to a seat leans forward.

    Args:
        performer: The person.
        drive: Every channel's value.

    Returns:
        The posed body.
    """
    size = performer.proportions
    heading = yaw_matrix(drive.yaw)
    right, front = heading[:, :, 0], -heading[:, :, 2]
    ankles = drive.stand + (
        drive.feet[..., :1] * right + drive.feet[..., 1:2] * UP + drive.feet[..., 2:] * front
    )
    lifted = np.maximum(ankles[..., 1] - size["ankle"], 0.0)
    ankles[..., 1] = size["ankle"] + lifted + drive.hop
    planted = 1 - ease(lifted / 0.06)

    down = -drive.pelvis[:, 1] / body_height(performer)
    seated = ease((down - 0.05) / 0.18)
    lean = drive.trunk[:, 0] + np.radians(performer.stoop) * (1 - 0.5 * seated)
    lean = lean + _rising(drive, seated)
    side, twist = drive.trunk[:, 1], drive.trunk[:, 2]
    base = np.empty_like(ankles[0])
    base[:, 0::2] = drive.root
    base[:, 1] = stand_height(performer) + drive.pelvis[:, 1] + drive.hop
    back = 0.3 * size["trunk"] * np.sin(lean) * (1 - seated)
    aside = drive.pelvis[:, 0] + 0.05 * (planted[1] - planted[0]) * (1 - seated)
    base += aside[:, None] * right + (drive.pelvis[:, 2] - back)[:, None] * front
    pelvis = rotation(drive.yaw + 0.25 * twist, -0.3 * lean, -0.2 * side)
    hips_apart = np.array([[-size["hip"], 0.0, 0.0], [size["hip"], 0.0, 0.0]])
    hips = base + np.stack([turned(pelvis, offset) for offset in hips_apart])
    sunk = _too_high(hips, ankles, planted, 0.9965 * (size["thigh"] + size["shank"]))
    sunk = 0.1 * (1 - np.exp(-sunk / 0.1))  # beyond that a heel leaves the floor
    sunk = np.minimum(sunk, base[:, 1] - LOWEST)
    base[:, 1] -= sunk
    hips[..., 1] -= sunk

    toes = np.stack([-np.sin(drive.toes), 0 * drive.toes, -np.cos(drive.toes)], axis=-1)
    leg = unit(ankles - hips)
    pole = steady(square_to(toes + 0.25 * UP, leg), leg)
    knees, ankles = bend(hips, ankles, size["thigh"], size["shank"], pole, 0.004)
    points = {"hip": hips, "knee": knees, "ankle": ankles, "spine base": base}
    points["foot"] = ankles + size["foot"] * _sole(ankles - knees, toes, planted, drive.hop)

    lower = rotation(drive.yaw, -0.85 * lean, -0.85 * side) @ yaw_matrix(0.5 * twist)
    upper = rotation(drive.yaw, -1.12 * lean, -1.12 * side) @ yaw_matrix(1.05 * twist)
    points["spine mid"] = base + size["spine"] * lower[:, :, 1]
    chest = points["spine mid"] + (size["trunk"] - size["spine"]) * upper[:, :, 1]
    points["spine shoulder"] = chest
    points["neck"] = chest + size["neck"] * upper[:, :, 1]
    head = rotation(
        drive.yaw + 0.8 * twist - drive.head[:, 1],
        drive.head[:, 0] - 0.7 * lean,
        -0.7 * side - drive.head[:, 2],
    )
    points["head"] = points["neck"] + size["head"] * unit(
        0.4 * upper[:, :, 1] + 0.6 * head[:, :, 1]
    )
    slope = SLOPE + drive.shoulders / size["shoulder"]
    flat = np.zeros((2, len(slope), 3))
    flat[0, :, 0], flat[1, :, 0] = -np.cos(slope), np.cos(slope)
    flat[:, :, 1] = np.sin(slope)
    points["shoulder"] = chest + size["shoulder"] * turned(upper, flat)
    return Core(points, heading, pelvis, upper, head, seated)


def _rising(drive: Drive, seated: Array) -> Array:
    """Lean the trunk forward while the pelvis is between standing and a seat behind."""
    behind = np.clip(-drive.pelvis[:, 2] / 0.2, 0.0, 1.0)
    lean: Array = np.radians(22.0) * 4 * seated * (1 - seated) * behind
    return lean


def _too_high(hips: Array, ankles: Array, planted: Array, leg: float) -> Array:
    """Return how far the pelvis must sink (T,) for the planted feet to be reached."""
    apart = hips - ankles
    flat = apart[..., 0] ** 2 + apart[..., 2] ** 2
    highest = np.sqrt(np.maximum(leg**2 - flat, 0.02))
    excess = (apart[..., 1] - highest) * planted
    soft = 0.5 * (excess + np.sqrt(excess**2 + 0.004**2)) * planted
    result: Array = soft.max(axis=0)
    return result


def _sole(shank: Array, toes: Array, planted: Array, hop: Array) -> Array:
    """Return the direction from ankle to foot: flat under a leg that stands, else square to it."""
    flat = unit(toes - 0.55 * UP)
    bone = unit(shank)
    square = np.cross(np.cross(toes, UP), bone) + 0.3 * toes
    free = unit(unit(square) + 0.45 * bone)
    upright = ease((-bone[..., 1] - 0.2) / 0.3)
    upright = upright * (1 - ease((np.einsum("...i,...i->...", bone, toes) - 0.45) / 0.25))
    grounded = (planted * upright * (1 - ease(hop / 0.08)))[..., None]
    return unit(grounded * flat + (1 - grounded) * free)
