"""The clock of a stream: frames in their order, and how fast they come."""

from collections import Counter, deque
from dataclasses import dataclass, field
from enum import Enum, auto
from statistics import median

from skelshot.ground import SkelshotError

_MEASURED = 10
"""After so many intervals the pace of a stream is known."""

SLOWEST = 1.0
"""Seconds from frame to frame that no stream of movement has; milliseconds look like that."""


class Arrival(Enum):
    """The place of a frame among the others, by its time."""

    NEXT = auto()
    """It is the next one."""
    DROPPED = auto()
    """It repeats a moment, or comes late: it is left out."""
    RESTART = auto()
    """The clock was set back: all that came before has ended."""


@dataclass(eq=False)
class StreamClock:
    """Puts frames in their order and measures their pace.

    Args:
        gap: Seconds. A frame that is later than it should be by less is late, one that goes back
            farther begins a new recording; a pause of more is a break in the stream.
        told: What happened, by kind: `repeated`, `late`, `restarts`, `breaks`.

    Example:
        >>> clock = StreamClock(0.5)
        >>> [clock.arrival(time).name for time in (0.0, 0.1, 0.1, 0.05, 9.0, 2.0)]
        ['NEXT', 'NEXT', 'DROPPED', 'DROPPED', 'NEXT', 'RESTART']
        >>> dict(clock.told)
        {'repeated': 1, 'late': 1, 'breaks': 1, 'restarts': 1}
    """

    gap: float
    told: Counter[str] = field(default_factory=Counter)
    _last: float | None = None
    _steps: deque[float] = field(default_factory=lambda: deque(maxlen=_MEASURED))

    def arrival(self, time: float) -> Arrival:
        """Note a frame.

        Args:
            time: Its moment, in seconds.

        Returns:
            What becomes of it.

        Raises:
            SkelshotError: Frames are so far apart that these can hardly be seconds.
        """
        step = None if self._last is None else time - self._last
        if step is not None and step <= 0:
            if step == 0 or -step <= self.gap:
                self.told["late" if step else "repeated"] += 1
                return Arrival.DROPPED
            self.told["restarts"] += 1
            self._last = time
            self._steps.clear()
            return Arrival.RESTART
        if step is not None:
            self._note(step)
        self._last = time
        return Arrival.NEXT

    @property
    def interval(self) -> float | None:
        """Seconds from frame to frame, once it is known."""
        return median(self._steps) if len(self._steps) == _MEASURED else None

    def _note(self, step: float) -> None:
        self._steps.append(step)
        if step > self.gap:
            self.told["breaks"] += 1
        if len(self._steps) == _MEASURED and (usual := median(self._steps)) > SLOWEST:
            raise SkelshotError(
                f"time: found a frame every {usual:.4g} s, expected several a second; times are "
                "seconds: divide milliseconds by 1000"
            )


def check_durations(durations: dict[str, float], interval: float) -> None:
    """Refuse durations below a frame.

    Args:
        durations: Seconds by the name of their option.
        interval: Seconds from frame to frame.

    Raises:
        SkelshotError: One is shorter than the frames are apart.

    Example:
        >>> check_durations({"hop": 0.01}, 0.1)
        Traceback (most recent call last):
        ...
        skelshot.ground.errors.SkelshotError: hop: found 0.01 s, expected at least the 0.1 s from
        frame to frame
    """
    for name, seconds in durations.items():
        if seconds < interval * 0.999:
            raise SkelshotError(
                f"{name}: found {seconds:.4g} s, expected at least the {interval:.4g} s from frame "
                "to frame"
            )
