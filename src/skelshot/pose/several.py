"""Several people followed side by side: found in whole pictures, joints in a square for each."""

from dataclasses import dataclass

import numpy as np

from skelshot.pose.boxes import box_of, overlap
from skelshot.pose.estimator import BodyPose, Picture, PoseSession
from skelshot.pose.landmarks import PRESENCE, LandmarkModel, Landmarks
from skelshot.pose.people_finder import FoundPerson, PeopleFinder
from skelshot.pose.region import Region
from skelshot.pose.tracks import PersonTrack, matches

SAME_BOX, SAME_BODY = 0.5, 0.12
"""Two people whose boxes overlap more and whose joints are nearer, as a share of the box's
diagonal, are one person seen twice."""


@dataclass(eq=False)
class _Followed:
    """A person who is followed, and where to look for them; None while they are lost."""

    track: PersonTrack
    region: Region | None


class SeveralPeople(PoseSession):
    """Follows several people.

    Args:
        finder: Finds people in whole pictures.
        landmarks: Finds one person's joints.
        persons: The most people to follow at a time.
        find_every: In how many pictures once the whole picture is looked through, beside those
            in which somebody is missing.
        patience: For how many pictures somebody who is lost is waited for.
    """

    def __init__(
        self,
        finder: PeopleFinder,
        landmarks: LandmarkModel,
        persons: int,
        find_every: int,
        patience: int,
    ) -> None:
        self._finder = finder
        self._landmarks = landmarks
        self._persons = persons
        self._every = find_every
        self._patience = patience
        self._people: list[_Followed] = []
        self._next = 0
        self._seen = 0

    def see(self, picture: Picture) -> list[BodyPose]:
        """Find people in the next picture."""
        lost = any(person.region is None for person in self._people)
        if lost or not self._people or self._seen % self._every == 0:
            self._look_for(self._finder.find(picture))
        self._seen += 1
        found: list[tuple[_Followed, Landmarks]] = []
        for person in self._people:
            if person.region is not None:
                joints = self._landmarks.find(picture, person.region)
                if joints.score >= PRESENCE:
                    found.append((person, joints))
        found = _each_once(found)
        self._note(found)
        return [joints.as_pose(person.track.number) for person, joints in found]

    def _look_for(self, found: list[FoundPerson]) -> None:
        """Give lost people their place back, and follow those who are new."""
        self.several = max(self.several, len(found))
        pairs = matches([one.box for one in found], [each.track for each in self._people])
        for place, one in enumerate(found):
            if place in pairs:
                person = self._people[pairs[place]]
                person.region = person.region or one.region
            elif sum(each.region is not None for each in self._people) < self._persons:
                track = PersonTrack(self._next, one.box)
                self._people.append(_Followed(track, one.region))
                self._next += 1

    def _note(self, found: list[tuple[_Followed, Landmarks]]) -> None:
        """Note where people are, and let go of those who have been lost for too long."""
        seen = {id(person): joints for person, joints in found}
        for person in self._people:
            joints = seen.get(id(person))
            if joints is None:
                person.region = None
                person.track.missed += 1
            else:
                person.region = joints.following
                person.track.seen(box_of(joints.pixels))
        self._people = [each for each in self._people if each.track.missed <= self._patience]


def _each_once(found: list[tuple[_Followed, Landmarks]]) -> list[tuple[_Followed, Landmarks]]:
    """Leave out whoever came to stand on another's body: the one farther from where they should."""
    gone: set[int] = set()
    for place, (person, joints) in enumerate(found):
        for other, (neighbour, theirs) in enumerate(found[:place]):
            if {place, other} & gone or not _are_one(joints, theirs):
                continue
            gone.add(place if _astray(person, joints) >= _astray(neighbour, theirs) else other)
    return [pair for place, pair in enumerate(found) if place not in gone]


def _are_one(one: Landmarks, other: Landmarks) -> bool:
    first, second = box_of(one.pixels), box_of(other.pixels)
    apart = float(np.hypot(*(one.pixels - other.pixels).T).mean())
    diagonal = float(np.hypot(*(first[2:] - first[:2])))
    return overlap(first, second) > SAME_BOX and apart < SAME_BODY * diagonal


def _astray(person: _Followed, joints: Landmarks) -> float:
    """Return how far somebody is from where they were expected, in pixels."""
    step = box_of(joints.pixels) - person.track.expected
    return float(np.hypot(*step.reshape(2, 2).mean(axis=0)))
