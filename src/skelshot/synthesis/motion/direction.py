"""From two people's steps to goals with numbers, resolved in the order of time."""

from dataclasses import dataclass, field

import numpy as np

from skelshot.synthesis.motion.gait import Pose, Travel
from skelshot.synthesis.motion.goals import Goal, Place, Shake, Vector, Walk
from skelshot.synthesis.motion.scene import Scene, Spot
from skelshot.synthesis.motion.timeline import Beat, Clock, start_of
from skelshot.synthesis.performance import Array

ChannelGoals = list[tuple[int, Array]]
"""Goals of one channel: the beat that brings each one (-1 for the start) and its numbers."""


@dataclass(frozen=True, eq=False)
class Swing:
    """An oscillation: channel, begin and end in the program's time and in real seconds, and so on.

    It keeps its rate, however fast the program is performed.
    """

    channel: str
    begin: float
    end: float
    first: float
    last: float
    size: Array
    hz: float
    phase: float
    opposite: bool
    told_hz: float
    second: int | None


@dataclass(frozen=True, eq=False)
class Event:
    """Something that happens to a thing: `put`, `fly`, `hide` or `show`.

    A thing that is put on floor, table or seat lies on that surface, at this height in metres.
    """

    time: float
    thing: str
    what: str
    spot: Spot | None = None
    speed: tuple[float, float, float] = (0.0, 0.0, 0.0)
    person: int = 0
    surface: float | None = None


@dataclass(eq=False)
class Score:
    """All that one person is to do.

    Args:
        numbers: Tracks of channels that are numbers, in a program's own units.
        words: Goals of fingers and palms by channel: beat and word.
        hands: Goals of each hand, left then right: beat and spot.
        gazes: Goals of the eyes: beat and a word, a spot or a thing's name.
        swings: Oscillations.
        travels: Ways on the floor.
        jumps: Begin, take, height in metres, and program seconds a real second.
        busy: For each channel, the beats whose goals are away from the start.
    """

    numbers: dict[str, ChannelGoals] = field(default_factory=dict)
    words: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    hands: tuple[list[tuple[int, Spot]], list[tuple[int, Spot]]] = field(
        default_factory=lambda: ([], [])
    )
    gazes: list[tuple[int, str | Spot]] = field(default_factory=list)
    swings: list[Swing] = field(default_factory=list)
    travels: list[Travel] = field(default_factory=list)
    jumps: list[tuple[float, float, float, float]] = field(default_factory=list)
    busy: dict[str, list[tuple[int, bool]]] = field(default_factory=dict)


class Director:
    """Goes through everybody's beats in time and keeps track of things and places.

    Args:
        scene: Who stands where.
        beats: Each person's beats.
        clock: When things happen in real seconds.
        rng: Draws the small differences between repetitions.
    """

    def __init__(
        self,
        scene: Scene,
        beats: tuple[list[Beat], ...],
        clock: Clock,
        rng: np.random.Generator,
    ) -> None:
        self._clock = clock
        self._scene = scene
        self._beats = beats
        self._rng = rng
        self._poses = list(scene.poses)
        self._things: dict[str, Spot] = {}
        self.scores = tuple(Score() for _ in beats)
        self.events: list[Event] = []
        spread = scene.program.amplitude
        self._loose = 0.3 + 0.7 * min(spread / 0.15, 1.0)
        self.gains = tuple(
            float(np.clip(1 + (who.amplitude - 1) / 0.2 * spread * 0.7
                          + 0.3 * spread * rng.normal(), 1 - spread, 1 + spread))
            for who in scene.performers
        )  # fmt: skip

    def direct(self) -> tuple[Score, ...]:
        """Resolve everything.

        Returns:
            A score for each person; `events` then holds what happens to things, in order.
        """
        program = self._scene.program
        for name, thing in program.objects.items():
            self._things[name] = self._scene.spot(0, thing.at, None, self._things, 1.0)
        for name, place in program.furniture.items():
            self._things.setdefault(name, self._scene.spot(0, place, None, self._things, 1.0))
        for name in program.objects:
            surface = self._scene.surface(program.objects[name].at)
            self.events.append(Event(-1.0, name, "put", self._things[name], surface=surface))
        for person, role in enumerate(program.roles):
            for channel, goal in start_of(role).items():
                self._goal(person, -1, channel, goal, exact=True)
        moments: list[tuple[float, int, int, int]] = []
        for person, beats in enumerate(self._beats):
            for index, beat in enumerate(beats):
                moments.append((beat.begin, 1, person, index))
                moments.append((beat.arrival, 0, person, index))
        for _, begins, person, index in sorted(moments):
            if begins:
                self._begin(person, index)
            else:
                self._arrive(person, index)
        return self.scores

    def _begin(self, person: int, index: int) -> None:
        beat = self._beats[person][index]
        start = start_of(self._scene.program.roles[person])
        turn = beat.step.channels.get("turn")
        walk = beat.step.channels.get("walk")
        if turn is not None or walk is not None:
            self._travel(person, beat, turn, walk)
        for channel, goal in beat.step.channels.items():
            if channel == "jump" and isinstance(goal, tuple):
                high = abs(goal[0]) * self.gains[person] * float(np.exp(self._rng.normal(0, 0.06)))
                seconds = self._clock.moment(beat.arrival) - self._clock.moment(beat.begin)
                rate = beat.take / max(seconds, 0.05)
                self.scores[person].jumps.append((beat.begin, beat.take, max(high, 0.01), rate))
            elif channel not in ("turn", "walk", "jump"):
                self._goal(person, index, channel, goal, exact=goal == start[channel])
        for channel, shake in beat.step.shake.items():
            self._swing(person, beat, channel, shake)

    def _arrive(self, person: int, index: int) -> None:
        """Do what happens to things when a beat's movement is done."""
        beat = self._beats[person][index]
        for name, place in beat.step.put.items():
            spot = self._scene.spot(person, place, None, self._things, 1.0)
            self._things[name] = spot
            surface = self._scene.surface(place)
            self.events.append(Event(beat.arrival, name, "put", spot, (0, 0, 0), person, surface))
        for name, speed in beat.step.fly.items():
            self.events.append(Event(beat.arrival, name, "fly", None, speed, person))
        for what, names in (("hide", beat.step.hide), ("show", beat.step.show)):
            self.events.extend(Event(beat.arrival, name, what) for name in names)

    def _goal(self, person: int, index: int, channel: str, goal: Goal, exact: bool) -> None:
        score = self.scores[person]
        score.busy.setdefault(channel, []).append((index, not exact))
        part = channel.rpartition(" ")[2]
        if part == "hand":
            side = self._scene.side_of(person, channel)
            score.hands[side].append((index, self._hand(person, side, goal)))
        elif part in ("fingers", "palm"):
            score.words.setdefault(channel, []).append((index, str(goal)))
        elif part == "gaze":
            score.gazes.append((index, self._gaze(person, goal)))
        elif isinstance(goal, tuple):
            numbers = np.array(goal) if exact else self._varied(person, part, goal)
            score.numbers.setdefault(channel, []).append((index, numbers))

    def _hand(self, person: int, side: int, goal: Goal) -> Spot:
        if not isinstance(goal, Place) or goal.anchor == "rest":
            return Spot(person, "rest", side)
        spot = self._scene.spot(person, goal, side, self._things, self.gains[person])
        own = self.scores[person].hands[side]
        if spot.owner == person and spot.anchor == "hand" and spot.side == side and own:
            spot = own[-1][1]  # it is where the hand is already
        elif spot.anchor == "hands" and spot.owner == person:
            spot = Spot(person, "hand", 1 - side, spot.offset)
        about = self._rng.normal(0.0, 0.011 * self._loose, 3)
        return spot.shifted(about * self._scene.metre_of(person))

    def _gaze(self, person: int, goal: Goal) -> str | Spot:
        if not isinstance(goal, Place):
            return str(goal)
        if goal.anchor in self._scene.program.objects:
            return f"thing {goal.anchor}"
        return self._scene.spot(person, goal, None, self._things, 1.0)

    def _varied(self, person: int, part: str, goal: Vector) -> Array:
        gain = 1 + (self.gains[person] - 1) * (0.4 if part == "pelvis" else 1.0)
        rng, numbers = self._rng, np.array(goal)
        if part == "elbow":
            return numbers + self._loose * rng.normal(0.0, 4.0, 1)
        factor = gain * np.exp(rng.normal(0.0, 0.05 * self._loose, len(numbers)))
        aside = 1.2 * self._loose if part in ("trunk", "head") else 0.0
        return numbers * factor + rng.normal(0.0, 1.0, len(numbers)) * aside

    def _swing(self, person: int, beat: Beat, channel: str, shake: Shake) -> None:
        rng = self._rng
        size = np.array(shake.size) * self.gains[person] * float(np.exp(rng.normal(0.0, 0.1)))
        score = self.scores[person]
        # What is told to go at one rate in one step goes together.
        same = next(
            (
                swing
                for swing in score.swings
                if swing.begin == beat.begin and swing.told_hz == shake.hz
            ),
            None,
        )
        hz = same.hz if same else shake.hz * float(np.exp(rng.normal(0.0, 0.05)))
        phase = same.phase if same else float(rng.choice([0.0, np.pi]))
        first, last = self._clock.moment(beat.begin), self._clock.moment(beat.end)
        times = (beat.begin, beat.end, first, last)
        told = (shake.opposite, shake.hz, shake.second)
        score.swings.append(Swing(channel, *times, size, hz, phase, *told))

    def _travel(self, person: int, beat: Beat, turn: Goal | None, walk: Goal | None) -> None:
        scene, rng = self._scene, self._rng
        start = self._poses[person]
        main = 1.0 if scene.main_side(person) else -1.0
        left = -main * np.radians(turn[0]) if isinstance(turn, tuple) else 0.0
        told = walk if isinstance(walk, Walk) else Walk()
        if told.to_partner is not None:
            goal = self._to_partner(person, beat, float(left), told.to_partner * scene.metre)
        else:
            vary = float(np.exp(rng.normal(0.0, 0.05)))
            right, front = np.array(told.by) * scene.metre * vary
            goal = start.moved(main * float(right), float(front), float(left))
        first = int(rng.integers(2))
        aside = told.by[0] * main if isinstance(walk, Walk) else -left
        if abs(aside) > abs(told.by[1]):
            first = int(aside > 0)
        travel = Travel(
            beat.begin, beat.take, start, goal, told.steps, "jump" in beat.step.channels, first
        )
        self._poses[person] = goal
        self.scores[person].travels.append(travel)

    def _to_partner(self, person: int, beat: Beat, left: float, wanted: float) -> Pose:
        """Go up to the partner; if both do so at once, each goes half of the way."""
        here, there = self._poses[person], self._partner_goal(person, beat)
        gap = np.array([there.x - here.x, there.z - here.z])
        far = float(np.hypot(*gap))
        share = (far - wanted) / max(far, 1e-6)
        if self._both_approach(person, beat):
            share *= 0.5
        way = gap * share
        return Pose(here.x + float(way[0]), here.z + float(way[1]), here.yaw + left)

    def _partner_goal(self, person: int, beat: Beat) -> Pose:
        """Return where the partner will be, plain walks under way or just beginning included."""
        other = 1 - person
        pose = self._poses[other]
        begun = any(travel.begin >= beat.begin - 1e-6 for travel in self.scores[other].travels)
        if begun:
            if self._both_approach(person, beat):
                return self.scores[other].travels[-1].start
            return pose
        for later in self._beats[other]:
            walk = later.step.channels.get("walk")
            starts = beat.begin - 1e-6 <= later.begin <= beat.begin + 0.5 * beat.take
            if starts and isinstance(walk, Walk) and walk.to_partner is None:
                main = 1.0 if self._scene.main_side(other) else -1.0
                right, front = np.array(walk.by) * self._scene.metre
                pose = pose.moved(main * float(right), float(front))
        return pose

    def _both_approach(self, person: int, beat: Beat) -> bool:
        for other in self._beats[1 - person]:
            walk = other.step.channels.get("walk")
            together = other.begin < beat.arrival - 0.1 and beat.begin < other.arrival - 0.1
            if together and isinstance(walk, Walk) and walk.to_partner is not None:
                return True
        return False
