"""The scene of a performance: starting poses, furniture, and places as points in the world."""

from dataclasses import dataclass, replace

import numpy as np

from skelshot.synthesis.motion.anchors import ARM, PAIRED
from skelshot.synthesis.motion.body import METRE
from skelshot.synthesis.motion.gait import Pose
from skelshot.synthesis.motion.goals import Place
from skelshot.synthesis.motion.kinematics import yaw_matrix
from skelshot.synthesis.motion.program import Program
from skelshot.synthesis.motion.vocabulary import ANCHORS
from skelshot.synthesis.performance import Array, Performer

SURFACES = {"floor": (0.0, 0.0), "table": (0.75, 0.45), "seat": (0.42, -0.3)}
"""Height and distance to the front of what stands still, in a program's metres."""

ROOM_METRE = METRE
"""A program's metre for furniture, which is made for a body of 1.75 m."""


@dataclass(frozen=True)
class Spot:
    """A place that the engine can find in every frame.

    Args:
        owner: Whose body it is on, 0 or 1; for the room, whose starting place it counts from.
        anchor: An anchor of `anchors`, `hand`, `hands`, `rest` or `room`.
        side: 0 left, 1 right; for pairs and for where outwards is.
        offset: Metres (right, up, back) along the anchor's axes; the point itself in the world
            for `room`.
    """

    owner: int
    anchor: str
    side: int
    offset: tuple[float, float, float] = (0.0, 0.0, 0.0)

    def shifted(self, offset: Array) -> "Spot":
        """Return the spot moved by an offset (3,)."""
        right, up, back = (float(a + b) for a, b in zip(self.offset, offset, strict=True))
        return replace(self, offset=(right, up, back))


@dataclass(frozen=True, eq=False)
class Scene:
    """Scene of a performance, which stays the same while the program is performed.

    Args:
        program: What is performed.
        performers: Who performs it.
        poses: Where each one stands at first.
        metre: A program's metre on the floor.
    """

    program: Program
    performers: tuple[Performer, ...]
    poses: tuple[Pose, ...]
    metre: float

    def main_side(self, person: int) -> int:
        """Return the side of a person's main hand, 0 left or 1 right."""
        return 0 if self.performers[person].left_handed else 1

    def side_of(self, person: int, limb: str) -> int:
        """Return the side of a channel such as `other hand`."""
        main = self.main_side(person)
        return main if limb.startswith("main") else 1 - main

    def facing_each_other(self) -> bool:
        """True if the two look into each other's faces at first."""
        return len(self.poses) == 2 and np.cos(self.poses[0].yaw - self.poses[1].yaw) < -0.3

    def metre_of(self, person: int) -> float:
        """Return a program's metre on a person's body."""
        return self.performers[person].proportions["metre"]

    def room_point(self, person: int, right: float, up: float, front: float) -> Array:
        """Return a point (3,) told from a person's starting place, in metres."""
        pose = self.poses[person].moved(right, front)
        return np.array([pose.x, up, pose.z])

    def spot(
        self, person: int, place: Place, limb: int | None, things: dict[str, Spot], gain: float
    ) -> Spot:
        """Find out what a place means at a moment.

        Args:
            person: Who is told to go there.
            place: As the program tells it.
            limb: Side of the limb that goes, None for things.
            things: Where things are at that moment.
            gain: Factor on long offsets.

        Returns:
            The spot; long offsets from free points in the air grow by the gain.
        """
        owner = 1 - person if place.partner else person
        anchor = place.anchor
        if anchor not in ANCHORS:
            spot = things[anchor]
            outward = 2 * (self.main_side(person) if limb is None else limb) - 1
            room = spot.anchor == "room"
            offset = self._metres(place, owner, outward, room)
            return spot.shifted(self._world(person, offset) if room else offset)
        if anchor.endswith("hand") or anchor.endswith("hands"):
            side = self.side_of(owner, anchor)
            outward = 2 * (side if limb is None else limb) - 1
            name = "hands" if anchor == "both hands" else "hand"
            return Spot(owner, name, side).shifted(self._metres(place, owner, outward, False))
        mine = self.main_side(person) if limb is None else limb
        if anchor in SURFACES:
            up, front = SURFACES[anchor]
            offset = self._metres(place, owner, 2 * mine - 1, True)
            offset += np.array([0.0, up, -front]) * ROOM_METRE
            pose = self.poses[owner]
            point = np.array([pose.x, 0.0, pose.z]) + self._world(owner, offset)
            return Spot(owner, "room", mine, (float(point[0]), float(point[1]), float(point[2])))
        side = self._side(person, place, mine)
        outward = 2 * side - 1
        if place.partner and anchor not in PAIRED:
            outward = -(2 * mine - 1) if self.facing_each_other() else 2 * mine - 1
        elif anchor not in PAIRED:
            outward = 2 * mine - 1
        offset = self._metres(place, owner, outward, False)
        if np.abs(offset).max() > 0.12:
            offset *= gain
        return Spot(owner, anchor, side).shifted(offset)

    def surface(self, place: Place) -> float | None:
        """Return the height of what a thing is put on, in metres; None for bodies and hands."""
        if place.anchor not in SURFACES:
            return None
        return SURFACES[place.anchor][0] * ROOM_METRE

    def _side(self, person: int, place: Place, mine: int) -> int:
        """Choose between the two anchors of a pair."""
        if place.partner:
            if place.both:
                near = 1 - mine if self.facing_each_other() else mine
                return 1 - near if place.far else near
            is_main = mine == self.main_side(person)
            mine = self.side_of(1 - person, "main" if is_main else "other")
        elif place.anchor in ARM:
            return 1 - mine
        return 1 - mine if place.far else mine

    def _metres(self, place: Place, owner: int, outward: int, room: bool) -> Array:
        metre = self.metre if room else self.metre_of(owner)
        out, up, front = place.offset
        return np.array([outward * out, up, -front]) * metre

    def _world(self, person: int, offset: Array) -> Array:
        turn = yaw_matrix(np.array([self.poses[person].yaw]))[0]
        return np.asarray(turn @ offset)


def scene_of(program: Program, performers: tuple[Performer, ...], heading: float) -> Scene:
    """Put people on the scene.

    Args:
        program: What is performed.
        performers: One or two people, as the program has parts.
        heading: The first person's heading in degrees, positive to their left; 0 faces -z.

    Returns:
        The scene, with the middle of the group at the origin.
    """
    yaw = float(np.radians(heading))
    metre = float(np.mean([person.proportions["metre"] for person in performers]))
    first = Pose(0.0, 0.0, yaw)
    poses = [first]
    if len(performers) == 2:
        away = program.apart * metre
        if program.facing == "side by side":
            beside = first.moved(-away if performers[0].left_handed else away, 0.0)
            poses.append(beside)
        else:
            opposite = np.pi if program.facing == "each other" else 0.0
            there = first.moved(0.0, away)
            poses.append(Pose(there.x, there.z, yaw + opposite))
    turned = []
    middle = np.mean([(pose.x, pose.z) for pose in poses], axis=0)
    for person, (pose, role) in enumerate(zip(poses, program.roles, strict=True)):
        told = role.start.get("turn", (0.0,))
        sign = 1.0 if performers[person].left_handed else -1.0
        degrees = float(told[0]) if isinstance(told, tuple) else 0.0
        turn = sign * float(np.radians(degrees))
        turned.append(Pose(pose.x - float(middle[0]), pose.z - float(middle[1]), pose.yaw + turn))
    return Scene(program, performers, tuple(turned), metre)
