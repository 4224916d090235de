"""The follower: frames in, events out."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Protocol

from skelshot.ground import SkelshotError
from skelshot.recognition.answer import Answer
from skelshot.recognition.enrolled import Exemplar
from skelshot.recognition.streams.clock import Arrival, StreamClock, check_durations
from skelshot.recognition.streams.event import ActionEvent
from skelshot.recognition.streams.frame import Frame
from skelshot.recognition.streams.lengths import usual_of, window_lengths
from skelshot.recognition.streams.options import StreamOptions
from skelshot.recognition.streams.spotting import Candidate, Spotter, event_of
from skelshot.recognition.streams.tracks import FollowedPerson, Tracks
from skelshot.recognition.streams.windows import LEAST_FRAMES, Skipped, Window, windows_at
from skelshot.skeletons.layouts import SkeletonLayout
from skelshot.skeletons.sequence import SkeletonSequence

STILL = "not moving"
STRANGE = "none of the actions"


class Recognises(Protocol):
    """The recogniser, as far as following a stream needs it."""

    @property
    def exemplars(self) -> list[Exemplar]:
        """The enrolled clips."""

    @property
    def stamp(self) -> object:
        """Something else whenever the enrolled clips are others, whoever changed them."""

    def predict_many(self, clips: Iterable[SkeletonSequence]) -> Sequence[Answer]:
        """Answer about clips, one answer a clip."""


class Follower:
    """Follows everybody in a stream and tells which of the enrolled actions they show.

    Every hop it looks at the last seconds of each person, at several lengths, all in one batch.
    Nothing depends on how the frames arrive: a replay gives the same events. A recording no longer
    than the longest window, which leaves room for few of them, is looked at as a whole as well: at
    its end, where somebody has shown nothing yet. What is enrolled or forgotten meanwhile counts
    from the next hop on.

    Args:
        recognizer: Knows the actions; at least one is enrolled.
        options: Of following.

    Raises:
        SkelshotError: Nothing is enrolled.
    """

    def __init__(self, recognizer: Recognises, options: StreamOptions | None = None) -> None:
        self.options = options or StreamOptions()
        self._recognizer = recognizer
        self._clock = StreamClock(self.options.gap)
        self._tracks = Tracks(0.0, self.options.gap)
        self._spotters: dict[tuple[int, ...], Spotter] = {}
        self._next: float | None = None
        self._began = self._now = 0.0
        self._recording = 1
        self._acted: set[str] = set()
        self._layout: SkeletonLayout | None = None
        self._coordinates: int | None = None
        self._looked = True
        self._learn()
        self.frames = self.hops = self.windows = 0
        self.skipped: Counter[str] = Counter()
        self.status: dict[str, str] = {}
        self.remark: str | None = None

    @property
    def clock(self) -> Counter[str]:
        """Counts of frames that repeated, came late, began anew or after a break."""
        return self._clock.told

    def push(self, frame: Frame) -> list[ActionEvent]:
        """Take the next frame.

        Args:
            frame: Of the same layout as those before.

        Returns:
            Events that are over.

        Raises:
            SkelshotError: The frame has another layout or number of coordinates, its time makes
                no sense, an option is a duration below a frame, or nothing is enrolled any more.
        """
        self._check_layout(frame)
        arrival = self._clock.arrival(frame.time)
        if arrival is Arrival.DROPPED:
            return []
        before = self.end() if arrival is Arrival.RESTART else []
        self._recording += arrival is Arrival.RESTART
        self._check_pace()
        self._now = frame.time
        self.frames += 1
        events = self._finish(self._tracks.see(frame))
        if self._next is None:
            self._began, self._next = frame.time, frame.time + self.options.hop
        self._looked = frame.time >= self._next
        if self._looked:
            events += self._look(frame.layout)
            missed = (frame.time - self._next) // self.options.hop
            self._next += (missed + 1) * self.options.hop
        self._acted |= {event.person for event in events}
        return before + self._numbered(events)

    def end(self) -> list[ActionEvent]:
        """Tell what is left at the end of the stream.

        Returns:
            Events.
        """
        if self._layout is None or self._next is None:
            return []
        events = []
        if not self._looked:
            events = self._look(self._layout)  # what came after the last hop counts too
        whole = self._wholes(self._layout)
        events += self._finish(self._tracks.lose())
        acted = self._acted | {event.person for event in events}
        self._looked, self._next, self._acted = True, None, set()
        events += [event for event in self._told(whole) if event.person not in acted]
        return self._numbered(events)

    def _learn(self) -> None:
        """Measure what is enrolled, and how long what is looked at must be for it."""
        stamp = self._recognizer.stamp  # first, since others may be enrolling
        usual = usual_of(self._recognizer.exemplars, self.options.rate)
        if not usual:
            raise SkelshotError(
                "gallery: found nothing enrolled, expected an action at least; show it with "
                "`skelshot enroll NAME CLIP ... --gallery G`"
            )
        self._learned, self._usual = stamp, usual
        self.lengths = tuple(sorted(self.options.lengths or window_lengths(usual)))
        self._checked = False
        self._tracks.keep(self.lengths[-1] + self.options.gap)
        for spotter in self._spotters.values():
            spotter.longest = self.lengths[-1]
        pairs = any(each.persons == 2 for each in usual.values())
        self._near = self.options.near if pairs else None

    def _numbered(self, events: list[ActionEvent]) -> list[ActionEvent]:
        """Say of which recording of the stream events are."""
        return [replace(event, recording=self._recording) for event in events]

    def _look(self, layout: SkeletonLayout) -> list[ActionEvent]:
        """Look at the last seconds of everybody."""
        if self._recognizer.stamp != self._learned:
            self._learn()
            self._check_pace()
        self.hops += 1
        return self._hear(self._answered(self._windows(self.lengths, layout)))

    def _windows(self, lengths: Sequence[float], layout: SkeletonLayout) -> list[Window]:
        """Cut the windows that end now and may show an action."""
        windows: list[Window] = []
        for found in windows_at(self._now, list(self._tracks), lengths, layout, self._near):
            if isinstance(found, Skipped):
                self._note(found.tracks, found.why)
            elif not self._may_be_any(found):
                self._note(found.tracks, STILL)
            else:
                windows.append(found)
        return windows

    def _answered(self, windows: list[Window]) -> list[tuple[Window, Answer]]:
        self.windows += len(windows)
        clips = [each.sequence for each in windows]
        answers = self._recognizer.predict_many(clips) if clips else []
        return list(zip(windows, answers, strict=True))

    def _wholes(self, layout: SkeletonLayout) -> list[Window]:
        """Take a short recording for one window of each person; say so of one that is too short."""
        seconds, least = self._now - self._began, min(one.least for one in self._usual.values())
        if seconds < least:
            self.remark = (
                f"the recording lasts {seconds:.2f} s, expected at least {least:.2f} s, in which "
                "an enrolled action can be shown; recognise it as a clip, without --follow"
            )
            return []
        return self._windows([seconds], layout) if seconds <= self.lengths[-1] else []

    def _told(self, wholes: list[Window]) -> Iterator[ActionEvent]:
        """Tell what whole recordings show, if they are as like an action as events must be."""
        for window, answer in self._answered(wholes):
            one = self._candidate(window, answer)
            if one.label is not None and one.likeness >= self.options.enter:
                yield event_of(one, window.person, self._now)

    def _hear(self, answered: list[tuple[Window, Answer]]) -> list[ActionEvent]:
        """Hand what the windows say to the spotters of those who act in them."""
        heard: dict[tuple[int, ...], list[Candidate]] = {key: [] for key in self._spotters}
        for window, answer in answered:
            key = tuple(track.order for track in window.tracks)
            if key not in self._spotters:
                self._spotters[key] = Spotter(window.person, self.options, self.lengths[-1])
                heard[key] = []
            heard[key].append(self._candidate(window, answer))
            self._note(window.tracks, heard[key][-1].label or STRANGE)
        return [
            event
            for key, spotter in self._spotters.items()
            for event in spotter.hear(self._now, heard[key])
        ]

    def _candidate(self, window: Window, answer: Answer) -> Candidate:
        """Keep what a window says, if it may show that action at all."""
        label = answer.label
        if label is not None and not self._may_be(window, label):
            label = None
        like = answer.known if answer.likeness is None else answer.likeness
        return Candidate(window.start, window.end, label, like, answer.confidence, answer.nearest)

    def _may_be(self, window: Window, label: str) -> bool:
        usual = self._usual.get(label)
        return usual is not None and usual.allows(
            window.end - window.start, window.moved, len(window.tracks), self.options.movement
        )

    def _may_be_any(self, window: Window) -> bool:
        return any(self._may_be(window, label) for label in self._usual)

    def _note(self, tracks: tuple[FollowedPerson, ...], why: str) -> None:
        for track in tracks:
            self.status[track.person] = why
        self.skipped[why] += 1

    def _finish(self, ended: list[FollowedPerson]) -> list[ActionEvent]:
        """Tell the events of those who have gone."""
        gone = {track.order for track in ended}
        events: list[ActionEvent] = []
        for key in [key for key in self._spotters if gone & set(key)]:
            events += self._spotters.pop(key).end(self._now)
        for track in ended:
            self.status.pop(track.person, None)
        return events

    def _check_layout(self, frame: Frame) -> None:
        if self._layout is None:
            self._layout = frame.layout
        elif frame.layout is not self._layout and frame.layout != self._layout:
            raise SkelshotError(
                f"layout: found a frame of {frame.layout.name!r}, expected "
                f"{self._layout.name!r} as before"
            )
        self._coordinates = frame.check_coordinates(self._coordinates)

    def _check_pace(self) -> None:
        """Refuse durations below a frame once it is known how far these are apart."""
        interval = self._clock.interval
        if interval is None or self._checked:
            return
        self._checked = True
        durations = {"hop": self.options.hop, "gap": self.options.gap}
        check_durations(durations, interval)
        shortest = self.lengths[0]
        if shortest < LEAST_FRAMES * interval:
            raise SkelshotError(
                f"lengths: found {shortest:.3g} s, expected at least {LEAST_FRAMES} frames, which "
                f"are {interval:.3g} s apart; enrol longer clips, or give --lengths"
            )


def follow(
    recognizer: Recognises, frames: Iterable[Frame], options: StreamOptions | None = None
) -> Iterator[ActionEvent]:
    """Name what people do in a stream, as it happens.

    Args:
        recognizer: Knows the actions.
        frames: The stream; however it ends, what is open is told first.
        options: Of following.

    Yields:
        Events, each when it is over.

    Raises:
        SkelshotError: As for `Follower`.
    """
    follower = Follower(recognizer, options)
    try:
        for frame in frames:
            yield from follower.push(frame)
    except Exception:
        yield from follower.end()
        raise
    yield from follower.end()
