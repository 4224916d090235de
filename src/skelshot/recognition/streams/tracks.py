"""Tracks: each person followed for as long as they are there."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

from skelshot.recognition.streams.frame import Frame
from skelshot.recognition.streams.matching import Body, same_bodies, trunk_of
from skelshot.recognition.streams.ring import Ring
from skelshot.skeletons.sequence import FloatArray

_UNKNOWN_TRUNK = {3: 0.5, 2: 100.0}
"""The trunk of somebody of whom it was never seen, by number of coordinates."""


@dataclass(eq=False)
class FollowedPerson:
    """One person who is followed.

    Args:
        person: What events call them.
        body: Where they are.
        ring: Their last seconds.
        order: The how-manieth track it is, from 1.
    """

    person: str
    body: Body
    ring: Ring
    order: int

    @property
    def seen(self) -> float:
        """The moment when they were seen last."""
        return self.body.time


@dataclass(eq=False)
class Tracks:
    """Follows everybody in a stream.

    The source's own ids say who is who. Without them, the people of a frame are matched to those
    followed by the distances of their joints from where these are expected. Who is missing for
    longer than the gap, or jumps farther than anybody can, is followed anew.

    Args:
        seconds: How long frames of each person are kept.
        gap: For how many seconds somebody may be missing.
    """

    seconds: float
    gap: float
    _tracks: list[FollowedPerson] = field(default_factory=list)
    _count: int = 0

    def __iter__(self) -> Iterator[FollowedPerson]:
        """Give those who are followed, in the order in which they came."""
        return iter(self._tracks)

    def see(self, frame: Frame) -> list[FollowedPerson]:
        """Note where everybody is.

        Args:
            frame: Later than those before.

        Returns:
            The tracks that have ended before it.
        """
        ended = self.lose(lambda track: frame.time - track.seen > self.gap)
        there = [m for m in range(frame.persons) if np.isfinite(frame.joints[m]).any()]
        joints = frame.joints[there]
        known = self._known(frame, there)
        for place, person in enumerate(there):
            size = trunk_of(joints[place], frame.layout)
            track = known.get(place)
            if track is not None and track.body.far_from(frame.time, joints[place]) > 1:
                self._tracks.remove(track)
                ended.append(track)
                track = None
            if track is None:
                track = self._begin(frame, person, joints[place], size)
            else:
                track.body.see(frame.time, joints[place], size)
            sure = None if frame.confidence is None else frame.confidence[person]
            track.ring.push(frame.time, joints[place], sure)
        return ended

    def keep(self, seconds: float) -> None:
        """Keep frames for another time from now on.

        Args:
            seconds: How long frames of each person are kept.
        """
        self.seconds = seconds
        for track in self._tracks:
            track.ring.seconds = seconds

    def lose(
        self, gone: Callable[[FollowedPerson], bool] = lambda track: True
    ) -> list[FollowedPerson]:
        """Follow some no more.

        Args:
            gone: Tells who; everybody unless told.

        Returns:
            Their tracks.
        """
        lost = [track for track in self._tracks if gone(track)]
        self._tracks = [track for track in self._tracks if not gone(track)]
        return lost

    def _known(self, frame: Frame, there: list[int]) -> dict[int, FollowedPerson]:
        """Find the track of each person who is there, by place among them."""
        if frame.ids is None:
            pairs = same_bodies(frame.time, frame.joints[there], [t.body for t in self._tracks])
            return {place: self._tracks[number] for place, number in pairs.items()}
        named = {track.person: track for track in self._tracks}
        ids = [frame.ids[person] for person in there]
        return {place: named[one] for place, one in enumerate(ids) if one in named}

    def _begin(self, frame: Frame, person: int, joints: FloatArray, size: float) -> FollowedPerson:
        self._count += 1
        name = str(self._count) if frame.ids is None else frame.ids[person]
        if not (np.isfinite(size) and size > 0):
            size = _UNKNOWN_TRUNK[joints.shape[-1]]
        track = FollowedPerson(
            name, Body(frame.time, joints, size), Ring(self.seconds), self._count
        )
        self._tracks.append(track)
        return track
