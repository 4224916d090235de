"""Landmarks smoothed by One-Euro filters: calm where a joint rests, quick where it moves.

Casiez, Roussel and Vogel, "1 Euro Filter: A Simple Speed-based Low-pass Filter for Noisy Input in
Interactive Systems", CHI 2012.
"""

from dataclasses import dataclass, replace
from math import pi
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from skelshot.pose.estimator import BodyPose, Picture, PoseSession

CUTOFF = 2.0
"""Hertz: what is faster than this is taken from a joint at rest."""

SLOPE = 10.0
"""Hertz by which the cut-off rises with each metre a second that the joint moves at."""

SPEED_CUTOFF = 1.0
"""Hertz: the cut-off of the speed itself."""

PAUSE = 0.5
"""Seconds after which somebody who comes back is filtered anew."""

Values = TypeVar("Values", bound=np.floating)


class OneEuroFilter:
    """A low-pass filter of any number of coordinates whose cut-offs rise with their speed.

    Args:
        first: The coordinates at the first moment, of any shape.

    Example:
        >>> noise = np.random.default_rng(0).normal(0, 0.01, 90)
        >>> calm = OneEuroFilter(noise[:1])
        >>> rest = [calm.at(1 / 30, noise[t : t + 1])[0] for t in range(1, 90)]
        >>> bool(np.diff(rest).std() < 0.3 * np.diff(noise).std())
        True
    """

    def __init__(self, first: NDArray[Values]) -> None:
        self._place = first.astype(np.float64)
        self._speed = np.zeros_like(self._place)

    def at(self, seconds: float, values: NDArray[Values], unit: float = 1.0) -> NDArray[np.float64]:
        """Take the next coordinates.

        Args:
            seconds: Since the last ones.
            values: Of the same shape as the first.
            unit: How many of their units are a metre.

        Returns:
            The filtered coordinates.
        """
        change = (values - self._place) / (seconds * unit)
        self._speed = self._speed + _share(SPEED_CUTOFF, seconds) * (change - self._speed)
        share = _share(CUTOFF + SLOPE * np.abs(self._speed), seconds)
        self._place = self._place + share * (values - self._place)
        return self._place


def _share(cutoff: "float | NDArray[np.float64]", seconds: float) -> "NDArray[np.float64]":
    """Return the share of a new value that a low-pass filter takes, from its cut-off in hertz."""
    return np.asarray(1 / (1 + 1 / (2 * pi * seconds * cutoff)))


@dataclass(eq=False)
class _Smoothed:
    """The filters of one person.

    Args:
        last: Number of the picture in which they were seen last.
        world: Of joints in metres.
        pixels: Of joints in the picture.
    """

    last: int
    world: OneEuroFilter
    pixels: OneEuroFilter


class SmoothedSession(PoseSession):
    """Smooths the joints that another estimator at work finds, those of each person by themselves.

    Args:
        session: What finds them.
        rate: Pictures a second.
    """

    def __init__(self, session: PoseSession, rate: float) -> None:
        self._session = session
        self._rate = rate
        self._number = 0
        self._people: dict[int, _Smoothed] = {}

    def see(self, picture: Picture) -> list[BodyPose]:
        """Find the people in the next picture."""
        found = self._session.see(picture)
        self.several = self._session.several
        self._number += 1
        oldest = self._number - PAUSE * self._rate
        self._people = {track: one for track, one in self._people.items() if one.last >= oldest}
        return [self._smoothed(body) for body in found]

    def _smoothed(self, body: BodyPose) -> BodyPose:
        known = self._people.get(body.track)
        if known is None:
            filters = OneEuroFilter(body.world), OneEuroFilter(body.pixels)
            self._people[body.track] = _Smoothed(self._number, *filters)
            return body
        seconds = (self._number - known.last) / self._rate
        known.last = self._number
        metre = float(body.pixels.std(axis=0).max() / max(body.world.std(axis=0)[:2].max(), 1e-6))
        return replace(
            body,
            world=known.world.at(seconds, body.world).astype(np.float32),
            pixels=known.pixels.at(seconds, body.pixels, max(metre, 1e-6)).astype(np.float32),
        )
