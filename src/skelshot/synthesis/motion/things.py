"""Things in hands, on bodies, in flight and on the floor."""

import numpy as np

from skelshot.synthesis.motion.anchors import Arms
from skelshot.synthesis.motion.direction import Event
from skelshot.synthesis.motion.figure import UP, Core
from skelshot.synthesis.motion.gait import GRAVITY
from skelshot.synthesis.motion.hands import spot_place
from skelshot.synthesis.motion.kinematics import ease, square_to, turned, unit, yaw_matrix
from skelshot.synthesis.motion.objects import kind_of
from skelshot.synthesis.motion.scene import Scene, Spot
from skelshot.synthesis.performance import (
    FRAMES_A_SECOND,
    Array,
    BoolArray,
    ObjectTrack,
    Performer,
)

SETTLE = 0.15
"""Seconds in which a thing closes the gap to the hand that takes it."""


def thing_track(
    name: str,
    kind: str,
    events: list[Event],
    scene: Scene,
    times: Array,
    cores: list[Core],
    arms: list[Arms | None],
) -> ObjectTrack:
    """Follow a thing through what happens to it.

    Args:
        name: Its name in the program.
        kind: What it looks like.
        events: What happens to it, in order; the first one says where it is at first.
        scene: Who stands where.
        times: Moments (T,) in the program's time.
        cores: Everybody's body.
        arms: Everybody's arms.

    Returns:
        Where it is; thrown things fall, bounce and stay on the floor.
    """
    frames = len(times)
    half = kind_of(kind).height / 2
    place = np.zeros((frames, 3))
    turn = np.zeros((frames, 3, 3))
    shown = np.ones(frames, dtype=bool)
    first = next((event.what for event in events if event.what in ("hide", "show")), "hide")
    shown[:] = first == "hide"
    moves = [event for event in events if event.what in ("put", "fly")]
    for index, event in enumerate(moves):
        begin = int(np.searchsorted(times, event.time)) if event.time > 0 else 0
        if begin >= frames:
            break
        last = max(begin - 1, 0)
        if event.what == "fly":
            core = cores[event.person]
            right, up, front = event.speed
            main = 1.0 if scene.main_side(event.person) else -1.0
            speed = core.heading[last] @ np.array([main * right, up, -front])
            place[begin:] = _flight(place[last], speed, frames - begin, kind_of(kind).bounce, half)
            turn[begin:] = turn[last]
            continue
        spot = event.spot or Spot(0, "room", 0)
        target = _spot_track(spot, event.surface, half, scene.performers, cores, arms)
        axes = _axes(spot, scene, cores, arms, frames)
        if index and moves[index - 1].what == "fly":
            _bring_back(place, target, begin, int(np.searchsorted(times, moves[index - 1].time)))
        gap = place[last] - target[last] if index else np.zeros(3)
        if np.linalg.norm(gap) > 0.8:
            gap = np.zeros(3)
        seconds = np.arange(frames - begin) / FRAMES_A_SECOND
        place[begin:] = target[begin:] + (1 - ease(seconds / SETTLE))[:, None] * gap
        turn[begin:] = axes[begin:]
    _show(shown, events, times)
    place[:, 1] = np.maximum(place[:, 1], min(half, 0.02))
    return ObjectTrack(name, kind, place, turn, shown)


def furniture_track(name: str, spot: Spot, scene: Scene, frames: int) -> ObjectTrack:
    """Return a piece of furniture: it stands on the floor, turned as the person at first."""
    point = np.array([spot.offset[0], 0.0, spot.offset[2]])
    turn = yaw_matrix(np.array([scene.poses[spot.owner].yaw]))
    return ObjectTrack(
        name,
        name,
        np.repeat(point[None], frames, axis=0),
        np.repeat(turn, frames, axis=0),
        np.ones(frames, dtype=bool),
    )


def _show(shown: BoolArray, events: list[Event], times: Array) -> None:
    for event in events:
        if event.what in ("hide", "show"):
            shown[times >= event.time] = event.what == "show"


def _spot_track(
    spot: Spot,
    surface: float | None,
    half: float,
    cast: tuple[Performer, ...],
    cores: list[Core],
    arms: list[Arms | None],
) -> Array:
    base, axes = spot_place(spot, cast, cores, arms)
    place: Array = base + turned(axes, np.array(spot.offset))
    if surface is not None:
        place[:, 1] = np.maximum(place[:, 1], surface + half)
    return place


def _axes(
    spot: Spot, scene: Scene, cores: list[Core], arms: list[Arms | None], frames: int
) -> Array:
    """Return how a thing is turned: along the fingers, across two hands, or as its anchor is."""
    known = arms[spot.owner]
    if spot.anchor == "room":
        return np.repeat(yaw_matrix(np.array([scene.poses[spot.owner].yaw])), frames, axis=0)
    if spot.anchor == "hands" and known is not None:
        across = unit(known.hand[1] - known.hand[0] + 1e-6 * cores[spot.owner].heading[:, :, 0])
        upright = square_to(UP + 1e-6 * cores[spot.owner].heading[:, :, 2], across)
        return np.stack([across, upright, np.cross(across, upright)], axis=-1)
    if spot.anchor == "hand" and known is not None:
        back = -known.along[spot.side]
        upright = known.thumbward[spot.side]
        return np.stack([np.cross(upright, back), upright, back], axis=-1)
    return spot_place(spot, scene.performers, cores, arms)[1]


def _flight(start: Array, speed: Array, frames: int, bounce: float, half: float) -> Array:
    """Let a thing fall: a parabola, bounces, and rest on the floor (frames, 3)."""
    place = np.empty((frames, 3))
    x, y, z = (float(value) for value in start)
    u, v, w = (float(value) for value in speed)
    step = 1 / FRAMES_A_SECOND
    for frame in range(frames):
        x, z = x + u * step, z + w * step
        y, v = y + v * step - 0.5 * GRAVITY * step**2, v - GRAVITY * step
        if y <= half:
            y = half
            v = -bounce * v if abs(v) > 0.6 else 0.0
            u, w = 0.75 * u, 0.75 * w
        place[frame] = x, y, z
    return place


def _bring_back(place: Array, target: Array, end: int, begin: int) -> None:
    """Bend a flight so that it ends where the thing is caught, in place."""
    frames = end - begin
    if frames < 1 or frames > 1.2 * FRAMES_A_SECOND:
        return
    miss = target[end] - place[min(end, len(place) - 1)]
    share = np.arange(1, frames + 1) / (frames + 1)
    place[begin:end] += (share**2)[:, None] * miss
