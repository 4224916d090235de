"""Foot placement: walking, turning, steps on the spot and jumps."""

from dataclasses import dataclass

import numpy as np

from skelshot.synthesis.motion.body import habits_of
from skelshot.synthesis.motion.kinematics import ease
from skelshot.synthesis.performance import Array, Performer

GRAVITY = 9.81
SWING = (0.86, 1.3)
"""Shares of a step's time for which its foot is in the air, walking and hurrying."""

STRIDE = 1.1
"""Metres that a foot covers in one swing at most."""

HURRY = 0.33
"""Seconds of a step below which people run."""


@dataclass(frozen=True)
class Pose:
    """Position and heading of a person: floor point (world x, z) in metres, heading in radians."""

    x: float
    z: float
    yaw: float

    def moved(self, right: float, front: float, turn: float = 0.0) -> "Pose":
        """Return the pose after a turn to the left and a walk along the new axes."""
        yaw = self.yaw + turn
        sin, cos = np.sin(yaw), np.cos(yaw)
        x = self.x + right * cos - front * sin
        return Pose(float(x), float(self.z - right * sin - front * cos), yaw)


@dataclass(frozen=True)
class Travel:
    """A change of place or heading, or steps on the spot.

    Args:
        begin: Seconds in the program's time.
        take: Seconds it takes.
        start: Where it begins.
        goal: Where it ends.
        spot: Steps on the spot.
        glide: Whether it happens in a jump, without steps.
        first: The foot that moves first, 0 left, 1 right.
    """

    begin: float
    take: float
    start: Pose
    goal: Pose
    spot: int = 0
    glide: bool = False
    first: int = 1

    @property
    def end(self) -> float:
        """Second at which it is over."""
        return self.begin + self.take


@dataclass(eq=False)
class Ground:
    """Root, heading and feet in every frame, as `figure.Drive` has them.

    Args:
        root: (T, 2), world x and z.
        yaw: (T,), radians.
        stand: Ankles (2, T, 3), left then right.
        toes: Directions of the feet (2, T), radians.
        stepping: Whether the person is on the move (T,).
    """

    root: Array
    yaw: Array
    stand: Array
    toes: Array
    stepping: Array


def ground_of(performer: Performer, start: Pose, travels: list[Travel], times: Array) -> Ground:
    """Move feet and root along all travels.

    Feet stay where they are planted and swing in turn. The first step brings a foot half a
    stride ahead, the last one closes the stance; the root keeps between the feet.

    Args:
        performer: The person.
        start: Where they stand at first.
        travels: In the order of time.
        times: Moments (T,) in the program's time.

    Returns:
        Root and feet.
    """
    habits = habits_of(performer)
    stance = np.array([[-habits.stance, -habits.stagger / 2], [habits.stance, habits.stagger / 2]])
    outward = np.array([habits.toes[0], -habits.toes[1]])
    frames = len(times)
    stand = np.empty((2, frames, 3))
    toes = np.empty((2, frames))
    for foot in (0, 1):
        stand[foot] = _foot_at(start, stance[foot], performer.proportions["ankle"])
        toes[foot] = start.yaw + outward[foot]
    root = np.empty((frames, 2))
    root[:] = start.x, start.z
    yaw = np.full(frames, start.yaw)
    stepping = np.zeros(frames)
    for travel in travels:
        _follow(travel, times, root, yaw)
        stepping[(times > travel.begin) & (times < travel.end)] = 1.0
        count = steps_of(travel, habits.gait)
        period = travel.take / max(count, 1)
        lift = _lift(travel, habits.step, period)
        swing = SWING[int(period < HURRY)]
        placed = [0.0, 0.0]
        for step in range(count):
            foot = (travel.first + step) % 2
            share = (times - travel.begin - step * period) / (swing * period)
            swung = ease(share)
            goal = 1.0 if travel.spot else min((step + 1) / max(count - 1, 1), 1.0)
            before, after = _between(travel, placed[foot]), _between(travel, goal)
            placed[foot] = goal
            ankle = performer.proportions["ankle"]
            way = _foot_at(after, stance[foot], ankle) - _foot_at(before, stance[foot], ankle)
            stand[foot] += swung[:, None] * way
            inside = np.clip(share, 0.0, 1.0)
            stand[foot, :, 1] += lift * 16 * (inside * (1 - inside)) ** 2
            toes[foot] += swung * (after.yaw - before.yaw)
        if travel.glide or not count:
            swung = ease((times - travel.begin) / travel.take)
            if travel.glide:
                swung = ease(((times - travel.begin) / travel.take - 0.3) / 0.45)
            for foot in (0, 1):
                way = _foot_at(travel.goal, stance[foot], 0.0) - _foot_at(
                    travel.start, stance[foot], 0.0
                )
                stand[foot] += swung[:, None] * way
                toes[foot] += swung * (travel.goal.yaw - travel.start.yaw)
    return Ground(root, yaw, stand, toes, stepping)


def steps_of(travel: Travel, gait: float) -> int:
    """Count a travel's steps from its length, its turn and its time.

    Args:
        travel: The travel.
        gait: A comfortable step's length in metres.

    Returns:
        Number of swings, at least 2 unless the travel is too small to need any.
    """
    if travel.glide:
        return 0
    if travel.spot:
        return travel.spot
    way = float(np.hypot(travel.goal.x - travel.start.x, travel.goal.z - travel.start.z))
    turn = abs(travel.goal.yaw - travel.start.yaw)
    wanted = max(way / gait, turn / np.radians(50.0)) + 2
    if way < 0.02 and turn < np.radians(12.0):
        return 0
    quick = travel.take / (0.17 if turn > np.radians(60.0) else 0.24)
    slow = travel.take / 0.75
    least = 2 if way < 0.4 else max(3, int(np.ceil(2 * way / STRIDE)) + 1)
    return max(round(float(np.clip(wanted, min(slow, wanted + 1), max(quick, 2.0)))), least)


def hop_of(jumps: list[tuple[float, float, float, float]], times: Array) -> tuple[Array, Array]:
    """Return heights and crouches of jumps.

    Args:
        jumps: Begin and take in the program's seconds, height in metres, and program seconds a
            real second, so that the flight obeys gravity.
        times: Moments (T,) in the program's time.

    Returns:
        How far the feet are above the floor (T,), and how far the knees lower the pelvis (T,),
        before and after the flight, in metres.
    """
    height, crouch = np.zeros_like(times), np.zeros_like(times)
    for begin, take, high, rate in jumps:
        flight = min(2 * np.sqrt(2 * high / GRAVITY) * rate, 0.65 * take)
        ready = 0.55 * (take - flight)
        share = np.clip((times - begin - ready) / flight, 0.0, 1.0)
        height += high * 4 * share * (1 - share)
        speed = 4 * high / flight
        deep = min(0.04 + 0.35 * high, 0.16, 0.5 * ready)
        stretch = min(2 * deep / speed, 0.6 * ready)
        down = ease((times - begin) / (ready - stretch))
        up = np.clip((times - begin - ready + stretch) / stretch, 0.0, 1.0)
        crouch += deep * (down - up**2)
        landing = times - begin - ready - flight
        rest = take - flight - ready
        deep = min(deep, 0.5 * rest)
        give = min(2 * deep / speed, 0.5 * rest)
        down = 1 - (1 - np.clip(landing / give, 0.0, 1.0)) ** 2
        crouch += deep * (down - ease((landing - give) / (rest - give)))
    return height, crouch


def _follow(travel: Travel, times: Array, root: Array, yaw: Array) -> None:
    """Add a travel to root and heading: even pace in the middle, softened at both ends."""
    period = travel.take / max(steps_of(travel, 0.5), 2)
    turning = travel.goal.yaw - travel.start.yaw
    moving = np.array([travel.goal.x - travel.start.x, travel.goal.z - travel.start.z])
    far = bool(np.hypot(*moving) > 0.05)
    if turning:
        turn_take = travel.take * (0.55 if far else 0.9)
        yaw += turning * ease((times - travel.begin) / turn_take)
    if travel.glide:
        progress = ease(((times - travel.begin) / travel.take - 0.3) / 0.45)
    else:
        offsets = np.linspace(-0.5, 0.5, 7) * period
        begin = travel.begin + (0.2 * travel.take if turning and far else 0.0) + 0.5 * period
        take = max(travel.end - 0.5 * period - begin, 1e-3)
        share = (times[:, None] + offsets - begin) / take
        progress = np.clip(share, 0.0, 1.0).mean(axis=1)
    root += progress[:, None] * moving


def _between(travel: Travel, share: float) -> Pose:
    start, goal = travel.start, travel.goal
    return Pose(
        start.x + share * (goal.x - start.x),
        start.z + share * (goal.z - start.z),
        start.yaw + min(1.6 * share, 1.0) * (goal.yaw - start.yaw),
    )


def _foot_at(pose: Pose, stance: Array, ankle: float) -> Array:
    foot = pose.moved(float(stance[0]), float(stance[1]))
    return np.array([foot.x, ankle, foot.z])


def _lift(travel: Travel, habit: float, period: float) -> float:
    """Return how high swinging feet rise: high on the spot, higher when running."""
    if travel.spot:
        return habit * float(np.clip(0.09 + 0.05 / max(period, 0.2), 0.1, 0.25))
    return habit * 0.07
