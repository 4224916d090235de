"""Spotting: the events of one person, made of what many overlapping windows say."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import sqrt

from skelshot.recognition.streams.event import ActionEvent
from skelshot.recognition.streams.options import StreamOptions

_ONE = 0.5
"""Windows that share so much of the time of both speak of one event."""

_OVER = 0.3
"""Windows that share more than this of the shorter one's time cannot both be events."""

SETTLE = 0.4
"""What share of its length passes after a window before it is believed: a better one may come."""


@dataclass(frozen=True)
class Candidate:
    """A window that looks like an action.

    Args:
        start: Its first moment.
        end: Its last one.
        label: The action.
        confidence: How sure it is.
        nearest: The exemplar that it is most like.
    """

    start: float
    end: float
    label: str
    confidence: float
    nearest: str | None

    def shared(self, other: "Candidate") -> float:
        """Return the seconds that two windows have in common.

        Args:
            other: Another one.

        Returns:
            Seconds, 0 where they do not meet.
        """
        return max(0.0, min(self.end, other.end) - max(self.start, other.start))

    def is_like(self, other: "Candidate") -> bool:
        """Tell whether two windows speak of one event.

        Args:
            other: Another one.

        Returns:
            Whether they have the same action and most of their time in common.
        """
        both = max(self.end, other.end) - min(self.start, other.start)
        return self.label == other.label and self.shared(other) > _ONE * both

    def excludes(self, other: "Candidate") -> bool:
        """Tell whether two windows cannot both be events.

        Args:
            other: Another one.

        Returns:
            Whether they share too much time.
        """
        shorter = min(self.end - self.start, other.end - other.start)
        return self.shared(other) > _OVER * shorter


@dataclass(eq=False)
class Spotter:
    """Makes events of one person's windows.

    Of windows that overlap, over all lengths and actions, the one stands that is surest and has
    most others agree (non-maximum suppression); its ends become the mean of theirs. Events
    of one action that touch are one, and so are those between which it stayed likely (hysteresis).

    Args:
        person: What events call them.
        options: When windows make an event.
        agree: How many must agree.
        longest: Seconds of the longest window.
    """

    person: str
    options: StreamOptions
    agree: int
    longest: float
    _pool: list[Candidate] = field(default_factory=list)
    _fixed: list[Candidate] = field(default_factory=list)
    _open: Candidate | None = None
    _likely: float = float("-inf")

    def hear(
        self, now: float, new: Iterable[Candidate], likely: Mapping[str, float]
    ) -> Iterator[ActionEvent]:
        """Take what the windows of one moment say.

        Args:
            now: The moment.
            new: Those that are sure of an action.
            likely: Actions that are likely now, each with the middle of the latest window of it.

        Yields:
            Events that are over and told.
        """
        for one in new:
            if not any(one.excludes(fixed) for fixed in self._fixed):
                self._pool.append(one)
        yield from self._decide(lambda one: now >= one.end + SETTLE * (one.end - one.start), now)
        before = self._open
        if before is not None:
            if likely.get(before.label, before.end) > before.end:  # not by what it has been itself
                self._likely = now
            if not self._goes_on(before, now):
                yield self._close(before, now)
        oldest = now - 3 * self.longest
        self._fixed = [one for one in self._fixed if one.end > oldest]

    def end(self, now: float) -> Iterator[ActionEvent]:
        """Tell what is left, at the end of the stream or of the person's stay.

        Args:
            now: The moment.

        Yields:
            Events.
        """
        yield from self._decide(lambda one: True, now)
        if self._open is not None:
            yield self._close(self._open, now)

    def _decide(self, ripe: Callable[[Candidate], bool], now: float) -> Iterator[ActionEvent]:
        """Let the strongest of overlapping windows stand, in the order of time."""
        standing: list[Candidate] = []
        strength = {one: self._strength(one) for one in self._pool}
        for one in sorted(self._pool, key=lambda each: (-strength[each], each.start, each.end)):
            if not any(one.excludes(other) for other in standing):
                standing.append(one)
        for one in sorted(standing, key=lambda each: each.start):
            if not ripe(one):
                continue
            like = [other for other in self._pool if other.is_like(one)]
            self._pool = [other for other in self._pool if not one.excludes(other)]
            if len(like) < self.agree:
                continue
            self._fixed.append(one)
            yield from self._take(_fused(one, like), now)

    def _strength(self, one: Candidate) -> float:
        """Weigh how sure a window is by how many agree: a lone one is often chance."""
        return one.confidence * sqrt(sum(other.is_like(one) for other in self._pool))

    def _take(self, one: Candidate, now: float) -> Iterator[ActionEvent]:
        """Let an event begin, or the open one go on."""
        before = self._open
        if before is not None:
            apart = one.start - before.end
            touches = apart <= self.options.merge or one.start <= self._likely
            if before.label == one.label and touches:
                surer = max(before, one, key=lambda each: each.confidence)
                self._open = replace(surer, start=before.start, end=max(before.end, one.end))
                return
            yield self._close(before, now)
            one = replace(one, start=max(one.start, before.end))
        self._open, self._likely = one, one.end

    def _goes_on(self, event: Candidate, now: float) -> bool:
        """Tell whether the open event may still grow."""
        last = max(event.end, self._likely) + self.options.merge
        coming = any(one.label == event.label and one.start <= last for one in self._pool)
        return coming or now <= last

    def _close(self, event: Candidate, now: float) -> ActionEvent:
        self._open = None
        return ActionEvent(
            event.start, event.end, event.label, event.confidence, self.person, event.nearest, now
        )


def _fused(one: Candidate, like: Sequence[Candidate]) -> Candidate:
    """Give a window the mean ends of those that agree with it, the surer the heavier."""
    weight = sum(each.confidence for each in like)
    if weight <= 0:
        return one
    start = sum(each.confidence * each.start for each in like) / weight
    end = sum(each.confidence * each.end for each in like) / weight
    return replace(one, start=start, end=end)
