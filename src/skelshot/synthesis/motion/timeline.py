"""Timing: steps laid out in a program's own time, and the clock of a performance."""

from dataclasses import dataclass

import numpy as np

from skelshot.synthesis.motion.goals import DEFAULTS, Goal
from skelshot.synthesis.motion.kinematics import ease
from skelshot.synthesis.motion.program import Role, Step
from skelshot.synthesis.performance import FRAMES_A_SECOND, Array

QUICKEST = 0.1
"""Seconds that a goal takes at least, told or not."""

RETURN, SMALL_RETURN = 0.8, 0.4
"""Seconds of the return to rest that a program leaves to the engine; the second if only fingers,
gaze, palms or elbows are away from it."""

_SMALL = ("fingers", "gaze", "palm", "elbow")

PACE = (1.2, 1.6)
"""Factors by which movements and holds of one person go faster than told: programs are written at
leisure, and NTU's clips are 70 to 85 frames long on average."""

PAIR_PACE = 1.35
"""The same for two people, whose movements must meet."""

REST = (0.2, 0.6)
"""Least and most seconds of rest before the first movement and after the last."""

LONGEST = 295
"""Frames of the longest performance; NTU's clips have at most 300."""


@dataclass(frozen=True, eq=False)
class Beat:
    """One step at its time, repetitions written out.

    Args:
        begin: Seconds in the program's time.
        take: Seconds of movement.
        end: When its hold is over.
        step: What to do.
        inner: Whether it is part of a repetition.
    """

    begin: float
    take: float
    end: float
    step: Step
    inner: bool = False

    @property
    def arrival(self) -> float:
        """Second at which the movement is done."""
        return self.begin + self.take


def beats_of(role: Role, way: int, rng: np.random.Generator) -> list[Beat]:
    """Lay a person's steps out in time and see them back to rest.

    Args:
        role: What the person does.
        way: Which list of steps.
        rng: Draws the numbers of repetitions.

    Returns:
        Beats in order; with `after: rest`, a last one returns what is still away from `start`.
    """
    beats: list[Beat] = []
    _lay_out(role.all_ways[way], 0.0, rng, beats, inner=False)
    if role.after == "rest":
        start = start_of(role)
        now = dict(start)
        for beat in beats:
            now.update({name: goal for name, goal in beat.step.channels.items() if name in start})
        away = {name: goal for name, goal in start.items() if now[name] != goal}
        if away:
            begin = beats[-1].end if beats else 0.0
            small = all(name.rpartition(" ")[2] in _SMALL for name in away)
            take = SMALL_RETURN if small else RETURN
            step = Step.model_construct(take=take, channels=away)
            beats.append(Beat(begin, take, begin + take, step))
    return beats


def start_of(role: Role) -> dict[str, Goal]:
    """Return the goals that hold before the first step."""
    return DEFAULTS | {name: goal for name, goal in role.start.items() if name != "turn"}


def _lay_out(
    steps: tuple[Step, ...], begin: float, rng: np.random.Generator, beats: list[Beat], inner: bool
) -> float:
    for step in steps:
        if step.repeat is not None:
            for _ in range(int(rng.integers(step.repeat[0], step.repeat[1] + 1))):
                begin = _lay_out(step.do, begin, rng, beats, inner=True)
            continue
        take = max(step.take, QUICKEST) if step.channels else step.take
        end = begin + take + step.hold
        beats.append(Beat(begin, take, end, step, inner))
        begin = end
    return begin


@dataclass(frozen=True, eq=False)
class Clock:
    """Mapping between the time of a performance and the program's own.

    Args:
        real: Moments of the performance in seconds, rising.
        told: The same moments in the program's time, never falling.
        frames: Number of frames.
    """

    real: Array
    told: Array
    frames: int

    def times(self) -> Array:
        """Return each frame's moment in the program's time (T,)."""
        return np.interp(np.arange(self.frames) / FRAMES_A_SECOND, self.real, self.told)

    def moment(self, told: float) -> float:
        """Return when in the performance, in seconds, a moment of the program comes first."""
        index = int(np.searchsorted(self.told, told, side="left"))
        if index == 0:
            return float(self.real[0])
        if index >= len(self.told):
            return float(self.real[-1])
        low, high = self.told[index - 1], self.told[index]
        share = (told - low) / (high - low)
        return float(self.real[index - 1] + share * (self.real[index] - self.real[index - 1]))


def clock_of(
    beats: list[Beat],
    end: float,
    tempo: float,
    hesitation: float,
    rng: np.random.Generator,
    pace: tuple[float, float] = PACE,
) -> Clock:
    """Draw a clock: rest at both ends, a person's tempo, uneven steps and pauses.

    Args:
        beats: The first person's beats.
        end: When the last person is done, in the program's time.
        tempo: Factor on speed.
        hesitation: 0 to 1, how readily pauses come between steps.
        rng: Source of chance.
        pace: Factors on the speed of movements and of holds.

    Returns:
        The clock; everybody on the scene keeps to it.
    """
    before, after = rng.uniform(*REST), rng.uniform(*REST)
    mood = tempo * float(np.exp(rng.normal(0.0, 0.05)))
    real, told = [0.0, before], [-1e-6, 0.0]
    for beat in beats:
        slow = float(np.exp(rng.normal(0.0, 0.04 if beat.inner else 0.08))) / mood
        for moment, quick in ((beat.arrival, pace[0]), (beat.end, pace[1])):
            if moment > told[-1]:
                real.append(real[-1] + (moment - told[-1]) * slow / quick)
                told.append(moment)
        pausing = hesitation * (0.06 if beat.inner else 0.4)
        if rng.random() < pausing and not beat.step.fly and beat is not beats[-1]:
            real.append(real[-1] + min(0.1 + float(rng.exponential(0.18)), 0.7))
            told.append(beat.end)
    if end > told[-1]:
        real.append(real[-1] + (end - told[-1]) / (mood * pace[0]))
        told.append(end)
    real.append(real[-1] + after)
    told.append(told[-1] + 1e-6)
    times = np.array(real)
    frames = int(np.ceil(times[-1] * FRAMES_A_SECOND)) + 1
    if frames > LONGEST:
        times *= (LONGEST - 1) / FRAMES_A_SECOND / times[-1]
        frames = LONGEST
    return Clock(times, np.array(told), frames)


def profiles_of(beats: list[Beat], times: Array) -> Array:
    """Return how far each beat's movement has come.

    Args:
        beats: A person's beats.
        times: Moments (T,) in the program's time.

    Returns:
        Shares (beats, T) from 0 to 1, with minimum jerk.
    """
    begin = np.array([beat.begin for beat in beats])[:, None]
    take = np.array([max(beat.take, 1e-3) for beat in beats])[:, None]
    return ease((times - begin) / take)
