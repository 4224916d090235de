"""People: sizes, habits and clothes, drawn by number and seed."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from skelshot.ground.seeding import rng_for
from skelshot.synthesis.performance import Performer

ANKLE_TO_HEAD = 0.84
"""Kinect's distance from ankles to head joint as a share of stature: 1.44 m for 1.72 m."""

RATIOS = {
    "trunk": 0.36,
    "spine": 0.205,
    "neck": 0.051,
    "head": 0.09,
    "shoulder": 0.105,
    "upper arm": 0.165,
    "forearm": 0.16,
    "hand": 0.044,
    "tip": 0.034,
    "thumb": 0.031,
    "hip": 0.05,
    "thigh": 0.255,
    "shank": 0.255,
    "foot": 0.072,
    "ankle": 0.062,
}
"""Lengths as shares of the ankle-to-head distance, measured on Kinect v2 skeletons of NTU
RGB+D: `trunk` from spine base to spine shoulder, `spine` the part of it below spine mid, `neck`
from there to the neck joint, `shoulder` and `hip` from the midline, `ankle` its height."""

METRE = ANKLE_TO_HEAD * 1.75 / 1.61
"""How long a motion program's metre is on a body of 1.75 m: programs think of real people, whose
ankle-to-head distance is 0.92 of stature (1.61 m), and Kinect's bodies are smaller."""

_ADULTS = {"female": (1.618, 0.063), "male": (1.759, 0.067)}
"""Mean and standard deviation of stature (Huston, Principles of Biomechanics, 2009)."""

_SKINS = ((0.96, 0.80, 0.69), (0.87, 0.67, 0.53), (0.76, 0.57, 0.42), (0.55, 0.38, 0.27))
_HAIRS = ((0.08, 0.07, 0.07), (0.18, 0.12, 0.09), (0.35, 0.24, 0.15), (0.70, 0.58, 0.38))
_CLOTHES = (
    *((0.85, 0.85, 0.86), (0.15, 0.16, 0.18), (0.20, 0.28, 0.48), (0.62, 0.16, 0.17)),
    *((0.25, 0.45, 0.32), (0.78, 0.66, 0.30), (0.45, 0.45, 0.47), (0.55, 0.38, 0.58)),
    *((0.36, 0.60, 0.70), (0.80, 0.48, 0.30)),
)
_TROUSERS = (
    *((0.14, 0.16, 0.24), (0.10, 0.10, 0.11), (0.30, 0.34, 0.42), (0.45, 0.40, 0.33)),
    *((0.25, 0.25, 0.27), (0.55, 0.52, 0.46)),
)
_SHOES = ((0.08, 0.08, 0.09), (0.80, 0.80, 0.82), (0.35, 0.22, 0.15), (0.50, 0.12, 0.14))


@dataclass(frozen=True)
class Habits:
    """Habits of standing and moving; drawn once a person.

    Args:
        stance: Half the distance between the ankles, metres.
        stagger: How far the right foot stands before the left one, metres.
        toes: How far each foot points outwards (left, right), radians.
        rest: Where each hand hangs (left, right) by (out, front) from below the shoulder, metres.
        elbow: What is added to the elbow's lift on each side, degrees.
        nod: Habitual pitch of the head, degrees; positive looks up.
        sway: Factor on idle movements.
        gait: Length of a step in metres at leisure.
        step: Factor on the height to which walking feet rise.
    """

    stance: float
    stagger: float
    toes: tuple[float, float]
    rest: tuple[tuple[float, float], tuple[float, float]]
    elbow: tuple[float, float]
    nod: float
    sway: float
    gait: float
    step: float


@lru_cache(maxsize=4096)
def performer_of(number: int, seed: int) -> Performer:
    """Draw a person: about half female, one in eight a child of 1.38 to 1.60 m.

    Args:
        number: The performer's number, from 1.
        seed: The data set's seed.

    Returns:
        The same person for the same two numbers. `proportions` holds the lengths of `RATIOS` in
        metres, and `metre`, the factor on all lengths of motion programs.

    Example:
        >>> performer_of(1, 0) == performer_of(1, 0), performer_of(1, 0) == performer_of(2, 0)
        (True, False)
    """
    rng = rng_for("performer", number, seed)
    sex = "female" if rng.random() < 0.5 else "male"
    child = rng.random() < 0.125
    mean, deviation = _ADULTS[sex]
    stature = rng.uniform(1.38, 1.60) if child else rng.normal(mean, deviation)
    stature = float(np.clip(stature, 1.38, 2.0))
    height = ANKLE_TO_HEAD * stature
    proportions = {
        name: float(ratio * height * np.clip(rng.normal(1.0, 0.03), 0.92, 1.08))
        for name, ratio in RATIOS.items()
    }
    factor = height / _ankle_to_head(proportions)
    proportions = {name: factor * value for name, value in proportions.items()}
    proportions["metre"] = METRE * stature / 1.75

    def pick(colours: tuple[tuple[float, float, float], ...]) -> tuple[float, float, float]:
        red, green, blue = colours[int(rng.integers(len(colours)))]
        shade = float(rng.uniform(0.88, 1.06))
        return min(red * shade, 1.0), min(green * shade, 1.0), min(blue * shade, 1.0)

    return Performer(
        number=number,
        stature=stature,
        proportions=proportions,
        left_handed=bool(rng.random() < 0.1),
        tempo=float(np.clip(rng.lognormal(0.0, 0.13), 0.75, 1.3)),
        amplitude=float(np.clip(rng.normal(1.0, 0.09), 0.8, 1.2)),
        stoop=float(np.clip(rng.normal(2.0, 2.5), -2.0, 9.0)),
        hesitation=float(rng.beta(1.5, 3.0)),
        girth=float(np.clip(rng.normal(0.92 if child else 1.0, 0.08), 0.85, 1.25)),
        colours={
            "skin": pick(_SKINS),
            "hair": pick(_HAIRS),
            "top": pick(_CLOTHES),
            "trousers": pick(_TROUSERS),
            "shoes": pick(_SHOES),
        },
    )


@lru_cache(maxsize=4096)
def _habits(number: int, stature: float, girth: float) -> Habits:
    rng = rng_for("habits", number, stature)
    size = METRE * stature / 1.75

    def sides(mean: float, spread: float) -> tuple[float, float]:
        left, right = mean + spread * rng.normal(0.0, 1.0, 2)
        return float(left), float(right)

    outs, fronts = sides(0.067 * girth, 0.014), sides(0.024, 0.024)
    return Habits(
        stance=size * float(np.clip(rng.normal(0.098, 0.022), 0.06, 0.16)),
        stagger=size * float(rng.normal(0.0, 0.018)),
        toes=sides(np.radians(11.0), np.radians(4.0)),
        rest=((size * outs[0], size * fronts[0]), (size * outs[1], size * fronts[1])),
        elbow=sides(0.0, 5.0),
        nod=float(rng.normal(-3.0, 3.0)),
        sway=float(np.clip(rng.lognormal(0.0, 0.3), 0.5, 2.0)),
        gait=size * float(np.clip(rng.normal(0.62, 0.06), 0.48, 0.78)),
        step=float(np.clip(rng.lognormal(0.0, 0.2), 0.6, 1.6)),
    )


def habits_of(performer: Performer) -> Habits:
    """Draw a person's habits.

    Args:
        performer: The person; habits hang on number and body alone.

    Returns:
        The same habits for the same person.
    """
    return _habits(performer.number, performer.stature, performer.girth)


def favourite_of(performer: Performer, program: int, ways: int) -> int:
    """Choose which way of doing an action a person favours.

    Args:
        performer: The person.
        program: The class number.
        ways: How many ways there are.

    Returns:
        Index of a way.
    """
    rng = rng_for("way", performer.number, performer.stature, program)
    return int(rng.integers(ways))


def _ankle_to_head(lengths: dict[str, float]) -> float:
    return sum(lengths[name] for name in ("shank", "thigh", "trunk", "neck", "head")) / 1.011
