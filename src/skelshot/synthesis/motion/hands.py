"""Targets of hands and gaze in every frame."""

import numpy as np

from skelshot.synthesis.motion.anchors import (
    ARM,
    Arms,
    anchor_place,
    axes_of,
    hanging,
    reach_of,
)
from skelshot.synthesis.motion.body import habits_of
from skelshot.synthesis.motion.channels import shares_of, swing_of
from skelshot.synthesis.motion.direction import Score
from skelshot.synthesis.motion.figure import UP, Core, Drive
from skelshot.synthesis.motion.kinematics import calm, dot, ease, length, turned
from skelshot.synthesis.motion.scene import Spot
from skelshot.synthesis.performance import Array, Performer

HELPED = 9
"""Frames over which trunk and pelvis come to help a hand: bodies are slower than hands."""

NEAR = 0.45
"""Metres from the shoulder within which hands pass it as widely as farther out, so that the arm's
axis does not turn within a few frames."""

Cast = tuple[Performer, ...]
Cores = list[Core]
ArmsSoFar = list[Arms | None]


def spot_place(
    spot: Spot, cast: Cast, cores: Cores, arms: ArmsSoFar, gain: float = 1.0
) -> tuple[Array, Array]:
    """Find a spot.

    Args:
        spot: Any but `rest`; its own offset is left out, for the room too.
        cast: Everybody.
        cores: Their bodies.
        arms: Their arms, where they are known yet.
        gain: Factor on the distance of free anchors.

    Returns:
        World positions (T, 3) and the axes (T, 3, 3) along which its offset counts.
    """
    core, who, known = cores[spot.owner], cast[spot.owner], arms[spot.owner]
    frames = len(core.heading)
    if spot.anchor == "room":
        return np.zeros((frames, 3)), np.broadcast_to(np.eye(3), (frames, 3, 3))
    if spot.anchor == "hands":
        both = [anchor_place(who, core, known, "hand", side) for side in (0, 1)]
        return 0.5 * (both[0] + both[1]), core.heading
    place = anchor_place(who, core, known, spot.anchor, spot.side, gain)
    if spot.anchor == "hand":
        return place, core.heading
    return place, axes_of(core, spot.anchor)


class HandGoals:
    """A person's hand goals, gathered by what they hang on.

    Args:
        person: Who it is.
        score: What they are to do.
        profiles: How far each beat has come (beats, T).
        idle: Idle movement of each hand (2, 3, T), metres.
        gain: Factor on the distance of free anchors.
    """

    def __init__(
        self, person: int, score: Score, profiles: Array, idle: Array, gain: float
    ) -> None:
        self._person = person
        self._gain = gain
        self._idle = idle
        self._shares: list[dict[tuple[int, str, int], tuple[Array, Array]]] = []
        self._swings = score.swings
        for hand in (0, 1):
            told = score.hands[hand]
            groups: dict[tuple[int, str, int], tuple[Array, Array]] = {}
            shares = shares_of([beat for beat, _ in told], profiles)
            for (_, spot), share in zip(told, shares, strict=True):
                key = (spot.owner, spot.anchor, spot.side)
                weight, offset = groups.get(key, (0.0, 0.0))
                groups[key] = (weight + share, offset + np.outer(share, spot.offset))
            self._shares.append(groups)

    @property
    def needs_arms(self) -> bool:
        """True if some goal hangs on a hand or an arm, so that arms must be posed twice."""
        linked = ("hand", "hands", *ARM)
        return any(anchor in linked for groups in self._shares for _, anchor, _ in groups)

    @property
    def needs_help(self) -> bool:
        """True if some goal is far from the own trunk, which may have to lean towards it."""
        return any(
            self._is_far(owner, anchor) for groups in self._shares for owner, anchor, _ in groups
        )

    def _is_far(self, owner: int, anchor: str) -> bool:
        return owner != self._person or anchor in ("room", "foot", "shin", "knee")

    def targets(
        self, cast: Cast, cores: Cores, arms: ArmsSoFar, drive: Drive
    ) -> tuple[Array, Array]:
        """Return where the hands should be.

        Between goals hands move on arcs about the shoulder rather than through the body.

        Args:
            cast: Everybody.
            cores: Their bodies.
            arms: Their arms, where they are known yet.
            drive: The person's channels, for the swing of walking arms.

        Returns:
            Goals (2, T, 3) in the world, left then right, and how far each is beyond reach
            (2, T, 3), counting goals far from the trunk only.
        """
        core, who = cores[self._person], cast[self._person]
        found, beyond = [], []
        walking = _counter_swing(who, core, drive)
        for hand in (0, 1):
            shoulder = core.points["shoulder"][hand]
            place = np.zeros_like(shoulder)
            radius = np.zeros(len(place))
            outside = np.zeros(len(place))
            for (owner, anchor, side), (weight, offset) in self._shares[hand].items():
                if anchor == "rest":
                    out, front = habits_of(who).rest[hand]
                    base = hanging(who, core, hand, out, front) + walking[hand]
                    goal = weight[:, None] * base + turned(core.heading, offset)
                else:
                    spot = Spot(owner, anchor, side)
                    base, axes = spot_place(spot, cast, cores, arms, self._gain)
                    goal = weight[:, None] * base + turned(axes, offset)
                    if owner != self._person and anchor == "hand" and arms[owner] is None:
                        goal = weight[:, None] * _between(cast, cores)
                if self._is_far(owner, anchor):
                    outside += weight
                place += goal
                safe = np.maximum(weight, 1e-6)[:, None]
                radius += weight * length(goal / safe - shoulder)
            if len(self._shares[hand]) > 1:
                around = -0.85 * core.upper[:, :, 2] + 0.5 * (2 * hand - 1) * core.upper[:, :, 0]
                place = _on_arc(shoulder, place, radius, around)
            place[1:-1] = 0.25 * (place[:-2] + 2 * place[1:-1] + place[2:])
            idle = self._idle[hand].T
            place = place + turned(core.heading, idle)
            place = place + self._swing(who, core, hand)
            found.append(place)
            away = place - shoulder
            far = length(away)
            excess = np.maximum(far - reach_of(who), 0.0) * outside
            beyond.append(away * (excess / far)[:, None])
        return np.stack(found), np.stack(beyond)

    def _swing(self, who: Performer, core: Core, hand: int) -> Array:
        is_main = (hand == 0) == who.left_handed
        channel = "main hand" if is_main else "other hand"
        if not any(swing.channel == channel for swing in self._swings):
            return np.zeros(3)
        size = swing_of(self._swings, channel, 3, len(core.heading)) * who.proportions["metre"]
        outward = 2 * hand - 1
        local = (size * np.array([[outward], [1.0], [-1.0]])).T
        return turned(core.upper, local)


def helped(who: Performer, drive: Drive, core: Core, beyond: Array) -> None:
    """Lean and sink a little towards goals just out of reach, in place.

    Args:
        who: The person.
        drive: Their channels; pelvis and trunk change.
        core: The body before.
        beyond: How far goals are out of reach (2, T, 3).
    """
    right, front = core.heading[:, :, 0], -core.heading[:, :, 2]
    free = 1 - core.seated * ease((-drive.pelvis[:, 2] - 0.15) / 0.1)  # a seat carries
    drop = np.minimum(np.maximum(-beyond[..., 1], 0.0).max(axis=0), 0.25)
    rise = np.minimum(np.maximum(beyond[..., 1], 0.0).max(axis=0), 0.04)
    ahead = np.clip(dot(beyond, front).max(axis=0), 0.0, 0.18)
    aside = np.clip(dot(beyond, right).sum(axis=0), -0.12, 0.12)
    drop, rise, ahead, aside = calm(np.stack([drop, rise, ahead, aside]), HELPED)
    drive.pelvis[:, 1] += (rise - drop) * free
    drive.pelvis[:, 2] += 0.3 * ahead * free
    tall = who.proportions["trunk"]
    drive.trunk[:, 0] += np.arcsin(np.minimum(0.9 * ahead / tall, 0.5))
    drive.trunk[:, 1] += np.arcsin(0.8 * aside / tall)


def look(
    score: Score, profiles: Array, places: dict[str, Array], cast: Cast, cores: Cores,
    arms: ArmsSoFar, person: int, drive: Drive
) -> None:  # fmt: skip
    """Turn the head two thirds of the way towards what the eyes are on, in place.

    Args:
        score: What the person is to do.
        profiles: How far each beat has come (beats, T).
        places: Where things are, by name (T, 3).
        cast: Everybody.
        cores: Their bodies.
        arms: Their arms, where they are known yet.
        person: Who looks.
        drive: Their channels; the head changes.
    """
    core = cores[person]
    eyes = core.points["head"]
    turn, pitch = np.zeros(len(eyes)), np.zeros(len(eyes))
    straight = drive.yaw + 0.8 * drive.trunk[:, 2]
    shares = shares_of([beat for beat, _ in score.gazes], profiles)
    for (_, goal), share in zip(score.gazes, shares, strict=True):
        if goal == "ahead":
            continue
        if isinstance(goal, Spot):
            base, axes = spot_place(goal, cast, cores, arms)
            target = base + turned(axes, np.array(goal.offset))
        elif goal == "floor":
            target = eyes - 0.9 * core.heading[:, :, 2]
            target[:, 1] = 0.0
        else:
            target = places[goal.removeprefix("thing ")]
        away = target - eyes
        far = length(away)
        bearing = np.arctan2(-away[:, 0], -away[:, 2]) - straight
        bearing = (bearing + np.pi) % (2 * np.pi) - np.pi
        level = np.hypot(away[:, 0], away[:, 2])
        bearing = np.clip(bearing, -1.2, 1.2) * ease(level / 0.2)
        rise = np.arcsin(np.clip(away[:, 1] / far, -1, 1)) + 0.7 * drive.trunk[:, 0]
        near = share * ease((far - 0.12) / 0.25) * 0.67
        turn += near * (-bearing - drive.head[:, 1])
        pitch += near * (np.clip(rise, -0.9, 0.6) - drive.head[:, 0])
    drive.head[:, 1] += turn
    drive.head[:, 0] += pitch


def _on_arc(shoulder: Array, place: Array, radius: Array, around: Array) -> Array:
    """Bend a straight way into an arc about the shoulder: a parabola, highest half way.

    Args:
        shoulder: Centre (T, 3).
        place: The mixed goals (T, 3).
        radius: Their mixed distance from the shoulder (T,).
        around: Direction (T, 3) by which hands pass a shoulder that is in their way.

    Returns:
        Places (T, 3) that pass the shoulder at a distance.
    """
    away = place - shoulder
    nearer = np.minimum(length(away) / np.maximum(radius, 0.01), 1.0)
    bulge = 0.7 * np.maximum(radius, NEAR) * (1 - nearer**2)
    bent: Array = place + bulge[:, None] * around
    return bent


def _counter_swing(who: Performer, core: Core, drive: Drive) -> Array:
    """Return how resting hands swing against the feet of a walker (2, T, 3)."""
    front = -core.heading[:, :, 2]
    centre = np.zeros_like(drive.stand[0])
    centre[:, 0::2] = drive.root
    ahead = dot(drive.stand - centre, front)
    ahead = ahead - np.array([[-1.0], [1.0]]) * habits_of(who).stagger / 2
    lift = np.maximum(drive.stand[..., 1] - who.proportions["ankle"], 0.0)
    swing = 0.55 * ahead[::-1] + 0.8 * (lift[::-1] - lift)
    swing = np.clip(swing, -0.3, 0.3)
    moved: Array = swing[..., None] * front + (0.9 * swing**2)[..., None] * UP
    return moved


def _between(cast: Cast, cores: Cores) -> Array:
    """Return a point between two people where their hands may meet, before either is known."""
    low = -0.14 * np.mean([who.proportions["metre"] for who in cast])
    chests = 0.5 * (cores[0].points["spine shoulder"] + cores[1].points["spine shoulder"])
    middle: Array = chests + np.array([0.0, low, 0.0])
    return middle
