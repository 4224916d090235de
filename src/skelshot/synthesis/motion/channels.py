"""Every channel's value in every frame: goals, oscillations, gait and life together."""

import numpy as np

from skelshot.synthesis.motion.body import habits_of
from skelshot.synthesis.motion.direction import ChannelGoals, Score, Swing
from skelshot.synthesis.motion.figure import Drive
from skelshot.synthesis.motion.gait import Pose, ground_of, hop_of
from skelshot.synthesis.motion.kinematics import ease
from skelshot.synthesis.motion.life import breath, drift
from skelshot.synthesis.motion.vocabulary import FINGERS, PALMS
from skelshot.synthesis.performance import FRAMES_A_SECOND, Array, Performer

_SIDES = ("main", "other")


def number_of(score: Score, channel: str, size: int, profiles: Array) -> Array:
    """Follow a channel of numbers.

    Args:
        score: What the person is to do.
        channel: Its name.
        size: How many numbers it has.
        profiles: How far each beat has come (beats, T).

    Returns:
        Values (size, T) in a program's units.
    """
    track = score.numbers.get(channel, [])
    value = np.zeros((size, profiles.shape[1]))
    before = np.zeros(size)
    for beat, numbers in track:
        if beat < 0:
            value += numbers[:, None]
        else:
            value += np.outer(numbers - before, profiles[beat])
        before = numbers
    return value


def shares_of(beats: list[int], profiles: Array) -> list[Array]:
    """Return how much each goal of a channel counts in every frame.

    Args:
        beats: The beats that bring the goals, -1 first.
        profiles: How far each beat has come (beats, T).

    Returns:
        Weights (T,) that sum to 1.
    """
    come = [np.ones(profiles.shape[1]) if beat < 0 else profiles[beat] for beat in beats]
    following: list[Array] = [*come[1:], np.zeros(profiles.shape[1])]
    return [now - then for now, then in zip(come, following, strict=True)]


def swing_of(swings: list[Swing], channel: str, size: int, frames: int) -> Array:
    """Return a channel's oscillation.

    Args:
        swings: All oscillations of a person.
        channel: Its name.
        size: How many numbers it has.
        frames: Number of frames T.

    Returns:
        Values (size, T) in a program's units, fading in and out over a third of a period.
    """
    total = np.zeros((size, frames))
    seconds = np.arange(frames) / FRAMES_A_SECOND
    for swing in swings:
        lasting = swing.last - swing.first
        if swing.channel != channel or lasting < 1e-3:
            continue
        fade = min(0.3 / swing.hz if swing.hz else 0.1, 0.4 * lasting)
        course = np.clip((seconds - swing.first) / fade, 0.0, 1.0)
        course = course * np.clip((swing.last - seconds) / fade, 0.0, 1.0)
        phase = swing.phase + (np.pi if swing.opposite else 0.0)
        wave = np.sin(2 * np.pi * swing.hz * (seconds - swing.first) + phase)
        if channel.endswith("foot") and swing.size[1]:
            wave = np.maximum(wave, 0.0)  # feet cannot go through the floor
        if swing.second is None:
            total += np.outer(swing.size, wave * course)
            continue
        lagging = np.arange(size) == swing.second
        lag = np.sin(2 * np.pi * swing.hz * (seconds - swing.first) + phase - np.pi / 2)
        total += np.outer(swing.size * ~lagging, wave * course)
        total += np.outer(swing.size * lagging, lag * course)
    return total


def words_of(
    score: Score, part: str, known: tuple[str, ...], left_handed: bool, profiles: Array
) -> Array:
    """Return the weights of the words of fingers or palms.

    Args:
        score: What the person is to do.
        part: `fingers` or `palm`.
        known: The words, in order.
        left_handed: Whether the main hand is the left one.
        profiles: How far each beat has come (beats, T).

    Returns:
        Weights (2, T, words), left then right.
    """
    weights = np.zeros((2, profiles.shape[1], len(known)))
    for place, side in enumerate(_SIDES):
        told = score.words[f"{side} {part}"]
        index = place if left_handed else 1 - place
        shares = shares_of([beat for beat, _ in told], profiles)
        for (_, word), share in zip(told, shares, strict=True):
            weights[index, :, known.index(word)] += share
    return weights


def palms_and_fingers(score: Score, performer: Performer, profiles: Array) -> tuple[Array, Array]:
    """Return the weights of palms and of fingers, each (2, T, words)."""
    left = performer.left_handed
    palms = words_of(score, "palm", PALMS, left, profiles)
    return palms, words_of(score, "fingers", FINGERS, left, profiles)


def drive_of(
    score: Score,
    performer: Performer,
    start: Pose,
    profiles: Array,
    times: Array,
    rng: np.random.Generator,
) -> tuple[Drive, Array, Array]:
    """Put all channels but the hands together.

    Args:
        score: What the person is to do.
        performer: The person.
        start: Where they stand at first.
        profiles: How far each beat has come (beats, T).
        times: Moments (T,) in the program's time.
        rng: Draws the idle movements.

    Returns:
        The drive; idle movements (2, 3, T) of the hands in metres; and whether the person is on
        the move (T,).
    """
    habits, metre = habits_of(performer), performer.proportions["metre"]
    main = -1.0 if performer.left_handed else 1.0
    frames = len(times)
    idle = drift(20, frames, rng) * habits.sway

    def value(channel: str, size: int) -> Array:
        told = number_of(score, channel, size, profiles)
        if any(swing.channel == channel for swing in score.swings):
            told = told + swing_of(score.swings, channel, size, frames)
        return told

    mirror = np.array([[1.0], [main], [main]])
    ground = ground_of(performer, start, score.travels, times)
    hop, crouch = hop_of(score.jumps, times)
    pelvis = value("pelvis", 3) * metre * np.array([[main], [1.0], [1.0]])
    pelvis[1] -= crouch
    pelvis += idle[0:3] * np.array([[0.004], [0.0006], [0.004]])
    trunk = np.radians(value("trunk", 3) * mirror + idle[3:6] * 0.5)
    trunk[0] += 1.2 * crouch
    head = value("head", 3) * mirror + idle[6:9] * np.array([[1.0], [1.5], [0.7]])
    head[0] += habits.nod
    shrug = value("shoulders", 1)[0] * metre + 0.002 * breath(frames, rng)
    feet, swivel = np.empty((2, frames, 3)), np.empty((2, frames))
    for place, side in enumerate(_SIDES):
        index = place if performer.left_handed else 1 - place
        outward = 2 * index - 1
        foot = value(f"{side} foot", 3) * metre
        foot[1] += _stepping(score.numbers[f"{side} foot"], profiles)
        feet[index] = (foot * np.array([[outward], [1.0], [1.0]])).T
        lift = value(f"{side} elbow", 1)[0] + habits.elbow[index] + 1.5 * idle[9 + index]
        swivel[index] = np.radians(lift)
    root = ground.root
    if score.travels:
        root = root + _sway_of_gait(ground.stand, ground.yaw, performer.proportions["ankle"])
    drive = Drive(
        pelvis=pelvis.T,
        trunk=trunk.T,
        head=np.radians(head).T,
        shoulders=shrug,
        feet=feet,
        swivel=swivel,
        root=root,
        yaw=ground.yaw + np.radians(0.4) * idle[11],
        stand=ground.stand,
        toes=ground.toes,
        hop=hop,
    )
    return drive, idle[12:18].reshape(2, 3, frames) * 0.004, ground.stepping


def _sway_of_gait(stand: Array, yaw: Array, ankle: float) -> Array:
    """Return how the root leans over the foot that carries (T, 2), world x and z."""
    lifted = ease((stand[..., 1] - ankle) / 0.06)
    aside = 0.02 * (lifted[0] - lifted[1])
    return np.stack([aside * np.cos(yaw), -aside * np.sin(yaw)], axis=1)


def _stepping(track: ChannelGoals, profiles: Array) -> Array:
    """Return how far a foot is lifted while it is set elsewhere along the floor (T,), metres."""
    lift = np.zeros(profiles.shape[1])
    before = np.zeros(3)
    for beat, numbers in track:
        far = float(np.hypot(numbers[0] - before[0], numbers[2] - before[2]))
        if beat >= 0 and max(numbers[1], before[1]) < 0.04:
            come = profiles[beat]
            lift += min(0.35 * far, 0.06) * 16 * (come * (1 - come)) ** 2
        before = numbers
    return lift
