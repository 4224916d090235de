"""Spotting: the events of one person, made of what many overlapping windows say."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from statistics import median

from skelshot.recognition.streams.event import ActionEvent
from skelshot.recognition.streams.options import StreamOptions

_ONE = 0.5
"""Windows that share so much of the time of both speak of one event."""

SETTLE = 0.3
"""What share of its length passes after a window before it is believed: a better one may come."""

_SEAM = 0.2
"""How far the middle of a window may be from where two events touch, as a share of the shorter
one, to tell whether the action goes on there."""

_AS_LONG = 1.4
"""Windows at a seam are at most so many times longer or shorter than the shorter event."""

_AS_LIKE = 0.9
"""An action goes on where windows at the seam are so nearly as like it as the events are."""


@dataclass(frozen=True)
class Candidate:
    """A window that looks like an action.

    Args:
        start: Its first moment.
        end: Its last one.
        label: The action; None where it is none of those that it may be.
        likeness: How like the action's exemplars it is (`Answer.likeness`).
        confidence: How sure it is.
        nearest: The exemplar that it is most like.
    """

    start: float
    end: float
    label: str | None
    likeness: float
    confidence: float
    nearest: str | None

    @property
    def seconds(self) -> float:
        """Seconds that it lasts."""
        return self.end - self.start

    @property
    def middle(self) -> float:
        """The moment in its middle."""
        return (self.start + self.end) / 2

    def is_like(self, other: "Candidate") -> bool:
        """Tell whether two windows speak of one event.

        Args:
            other: Another one.

        Returns:
            Whether they have the same action and most of the time of both in common.
        """
        shared = min(self.end, other.end) - max(self.start, other.start)
        both = max(self.end, other.end) - min(self.start, other.start)
        return self.label == other.label and shared > _ONE * both


@dataclass(eq=False)
class Chain:
    """The best chain of windows that do not overlap (weighted interval scheduling).

    A window is worth its seconds times how much more like its action it is than the least, so
    that a whole movement beats a part of it, and two repetitions a window across both.

    Args:
        least: The likeness above which a window is worth anything.
        slack: Seconds by which windows of a chain may overlap.

    Example:
        >>> chain = Chain(0.5, 0.1)
        >>> for start, end, likeness in ((0, 2, 0.9), (1, 3, 0.8), (2, 4, 0.9)):
        ...     chain.add(Candidate(start, end, "wave", likeness, 1.0, None))
        >>> [one.start for one in chain.best()]
        [0, 2]
    """

    least: float
    slack: float
    windows: list[Candidate] = field(default_factory=list)
    _ends: list[float] = field(default_factory=list)
    _worth: list[float] = field(default_factory=lambda: [0.0])
    _before: list[int] = field(default_factory=list)

    def add(self, one: Candidate) -> None:
        """Take a window in.

        Args:
            one: It ends no earlier than those before.
        """
        worth = (one.likeness - self.least) * one.seconds
        if one.label is None or worth <= 0:
            return
        before = bisect_right(self._ends, one.start + self.slack)
        self.windows.append(one)
        self._ends.append(one.end)
        self._before.append(before)
        self._worth.append(max(self._worth[-1], self._worth[before] + worth))

    def best(self) -> list[Candidate]:
        """Return the chain that is worth most, in the order of time."""
        found, place = [], len(self.windows)
        while place:
            if self._worth[place] > self._worth[place - 1]:
                found.append(self.windows[place - 1])
                place = self._before[place - 1]
            else:
                place -= 1
        return found[::-1]

    def since(self, moment: float) -> "Chain":
        """Return the chain of the windows that begin after a moment.

        Args:
            moment: Seconds.

        Returns:
            A new one.
        """
        left = Chain(self.least, self.slack)
        for one in self.windows:
            if one.start >= moment - self.slack:
                left.add(one)
        return left


@dataclass(eq=False)
class Spotter:
    """Makes events of one person's windows.

    Of all windows that look like an action, over all lengths, the best chain stands; a window of
    it is believed once some time has passed in which no better chain came up. Windows of one
    action that follow each other are one event where the windows across the seam are as like the
    action as they are; repetitions are events of their own.

    Args:
        person: What events call them.
        options: When windows make an event.
        longest: Seconds of the longest window.
    """

    person: str
    options: StreamOptions
    longest: float
    _heard: list[Candidate] = field(default_factory=list)
    _until: float = float("-inf")
    _open: Candidate | None = None
    _last: Candidate | None = None

    def __post_init__(self) -> None:
        """Begin with no window."""
        self._chain = Chain(self.options.leave, self.options.hop)

    def hear(self, now: float, new: Iterable[Candidate]) -> Iterator[ActionEvent]:
        """Take what the windows of one moment say.

        Args:
            now: The moment, at which they end.
            new: All that were looked at.

        Yields:
            Events that are over and told.
        """
        oldest = now - 3 * self.longest
        self._heard = [one for one in self._heard if one.end > oldest]
        latest = list(new)
        self._heard += latest
        for one in latest:
            if one.start >= self._until - self._chain.slack:
                self._chain.add(one)
        yield from self._decide(lambda one: now >= one.end + SETTLE * one.seconds, now)
        if not self._goes_on(latest):
            yield from self._close(now)

    def end(self, now: float) -> Iterator[ActionEvent]:
        """Tell what is left, at the end of the stream or of the person's stay.

        Args:
            now: The moment.

        Yields:
            Events.
        """
        yield from self._decide(lambda one: True, now)
        yield from self._close(now)

    def _decide(self, ripe: Callable[[Candidate], bool], now: float) -> Iterator[ActionEvent]:
        """Believe the first windows of the best chain."""
        while (best := self._chain.best()) and ripe(best[0]):
            one = best[0]
            self._chain = self._chain.since(one.end)
            like = [other for other in self._heard if other.is_like(one)]
            if len(like) >= self.options.agree:
                surest = max(like, key=lambda each: each.likeness)
                told = replace(
                    one,
                    start=max(one.start, self._until),
                    likeness=surest.likeness,
                    confidence=max(each.confidence for each in like),
                )
                yield from self._take(told, now)
            self._until = one.end

    def _take(self, one: Candidate, now: float) -> Iterator[ActionEvent]:
        """Let an event begin, or the open one go on."""
        before, last = self._open, self._last
        self._last = one
        if before is not None and last is not None and self._is_one(last, one):
            surer = max(before, one, key=lambda each: each.confidence)
            likeness = max(before.likeness, one.likeness)
            self._open = replace(surer, start=before.start, end=one.end, likeness=likeness)
            return
        yield from self._close(now)
        self._open = one

    def _is_one(self, one: Candidate, other: Candidate) -> bool:
        """Tell whether an action goes on from one window to the next, or is done once more."""
        if one.label != other.label or other.start - one.end > self.options.merge:
            return False
        seam, short = (one.end + other.start) / 2, min(one.seconds, other.seconds)
        across = [
            each.likeness if each.label == one.label else float("-inf")
            for each in self._heard
            if abs(each.middle - seam) < _SEAM * short
            and short / _AS_LONG <= each.seconds <= short * _AS_LONG
        ]
        return bool(across) and median(across) >= _AS_LIKE * min(one.likeness, other.likeness)

    def _goes_on(self, latest: Sequence[Candidate]) -> bool:
        """Tell whether the open event may still grow: what the latest windows past it say."""
        event, last = self._open, self._last
        if event is None or last is None:
            return False
        past = event.end - SETTLE / 3 * last.seconds
        return any(
            one.label == event.label
            and one.likeness >= self.options.leave
            and one.middle >= past
            and one.start <= event.end + self.options.merge
            for one in (*latest, *self._chain.windows)
        )

    def _close(self, now: float) -> Iterator[ActionEvent]:
        event, self._open = self._open, None
        if event is not None and event.likeness >= self.options.enter:
            yield event_of(event, self.person, now)


def event_of(one: Candidate, person: str, now: float) -> ActionEvent:
    """Make an event of what is believed.

    Args:
        one: A window, or several that were joined.
        person: Who acts.
        now: The moment at which it is told.

    Returns:
        The event.
    """
    return ActionEvent(one.start, one.end, str(one.label), one.confidence, person, one.nearest, now)
