"""A motion program performed: from steps to joints, things and purpose."""

import numpy as np

from skelshot.ground import SkelshotError
from skelshot.skeletons.layouts import KINECT_V2
from skelshot.synthesis.motion.anchors import Arms
from skelshot.synthesis.motion.body import favourite_of
from skelshot.synthesis.motion.channels import drive_of, palms_and_fingers
from skelshot.synthesis.motion.direction import Director, Event, Score
from skelshot.synthesis.motion.figure import Core, Drive, core_of
from skelshot.synthesis.motion.hands import HandGoals, helped, look
from skelshot.synthesis.motion.limbs import arms_of
from skelshot.synthesis.motion.program import Program
from skelshot.synthesis.motion.purpose import purpose_of
from skelshot.synthesis.motion.scene import Scene, scene_of
from skelshot.synthesis.motion.things import furniture_track, thing_track
from skelshot.synthesis.motion.timeline import (
    PACE,
    PAIR_PACE,
    Beat,
    beats_of,
    clock_of,
    profiles_of,
)
from skelshot.synthesis.performance import Array, ObjectTrack, Performance, Performer

HELPINGS = 2
"""How often the trunk is moved towards goals out of reach; each time closes most of the gap."""

FAVOUR = 0.8
"""How often people do an action in the way they favour."""


def perform(
    program: Program,
    performers: tuple[Performer, ...],
    rng: np.random.Generator,
    heading: float = 0.0,
) -> Performance:
    """Perform an action once.

    Args:
        program: What to do.
        performers: Who does it: one person, or two for programs with a partner.
        rng: Draws what differs between repetitions.
        heading: The first person's heading in degrees, positive to their left; with 0 they face
            camera 1. The middle of their way is the origin.

    Returns:
        Joints, purpose and things; the same generator state gives the same performance.

    Raises:
        SkelshotError: The number of performers is not the program's.
    """
    if len(performers) != len(program.roles):
        raise SkelshotError(
            f"performers: found {len(performers)}, expected {len(program.roles)} for class "
            f"{program.number} ({program.name})"
        )
    scene = scene_of(program, performers, heading)
    beats = _beats(program, performers, rng)
    end = max((own[-1].end for own in beats if own), default=0.0)
    tempo = float(np.mean([person.tempo for person in performers]))
    alone = len(performers) == 1
    hesitation = performers[0].hesitation if alone else 0.0
    pace = PACE if alone else (PAIR_PACE, PAIR_PACE)
    clock = clock_of(beats[0], end, tempo, hesitation, rng, pace)
    times = clock.times()
    director = Director(scene, beats, clock, rng)
    scores = director.direct()
    profiles = tuple(profiles_of(own, times) for own in beats)
    crew = _Crew(scene, scores, profiles, times, director.gains, rng)
    cores, arms, tracks = crew.play(director.events)
    joints = np.stack([_joints(core, own) for core, own in zip(cores, arms, strict=True)])
    purpose = np.stack(
        [
            purpose_of(score, own, profile, times, who)
            for score, own, profile, who in zip(scores, beats, profiles, performers, strict=True)
        ]
    )
    furniture = [
        furniture_track(name, scene.spot(0, place, None, {}, 1.0), scene, len(times))
        for name, place in program.furniture.items()
    ]
    gaze = np.stack([-core.head[:, :, 2] for core in cores])
    return _centred(joints, purpose, performers, tracks, furniture, gaze, _middle(scores))


def _beats(
    program: Program, performers: tuple[Performer, ...], rng: np.random.Generator
) -> tuple[list[Beat], ...]:
    """Choose everybody's way; the partner's repetitions follow the first person's."""
    favour, other = rng.random() < FAVOUR, rng.random(2)
    seed = int(rng.integers(2**32))
    beats = []
    chosen = 0
    for person, role in enumerate(program.roles):
        ways = len(role.all_ways)
        if person and ways == len(program.all_ways):
            way = chosen
        else:
            favourite = favourite_of(performers[person], program.number, ways)
            way = favourite if favour else int(other[person] * ways)
        chosen = way if person == 0 else chosen
        beats.append(beats_of(role, way, np.random.default_rng(seed)))
    return tuple(beats)


class _Crew:
    """Poses everybody, twice where hands, eyes or trunks depend on where hands are."""

    def __init__(
        self,
        scene: Scene,
        scores: tuple[Score, ...],
        profiles: tuple[Array, ...],
        times: Array,
        gains: tuple[float, ...],
        rng: np.random.Generator,
    ) -> None:
        self._scene, self._scores, self._profiles = scene, scores, profiles
        self._times = times
        self._cast = scene.performers
        self._drives: list[Drive] = []
        self._goals: list[HandGoals] = []
        self._shapes: list[tuple[Array, Array]] = []
        for person, score in enumerate(scores):
            who, profile = self._cast[person], profiles[person]
            pose = scene.poses[person]
            drive, idle, _ = drive_of(score, who, pose, profile, times, rng)
            self._drives.append(drive)
            self._goals.append(HandGoals(person, score, profile, idle, gains[person]))
            self._shapes.append(palms_and_fingers(score, who, profile))

    def play(self, events: list[Event]) -> tuple[list[Core], list[Arms], list[ObjectTrack]]:
        """Pose all, and follow the things."""
        cores = self._cores()
        known: list[Arms | None] = [None for _ in cores]
        looking = any(goal != "ahead" for score in self._scores for _, goal in score.gazes)
        if looking or any(goals.needs_arms or goals.needs_help for goals in self._goals):
            known = list(self._arms(cores, known))
            places = {}
            if any(str(goal).startswith("thing") for s in self._scores for _, goal in s.gazes):
                places = {track.name: track.place for track in self._things(events, cores, known)}
            for _ in range(HELPINGS):
                if not any(goals.needs_help for goals in self._goals):
                    break
                for person, goals in enumerate(self._goals):
                    if goals.needs_help:
                        drive = self._drives[person]
                        beyond = goals.targets(self._cast, cores, known, drive)[1]
                        helped(self._cast[person], drive, cores[person], beyond)
                cores = self._cores()
            for person, drive in enumerate(self._drives):
                told = (self._scores[person], self._profiles[person])
                look(*told, places, self._cast, cores, known, person, drive)
            cores = self._cores()
        arms = self._arms(cores, known)
        return cores, arms, self._things(events, cores, list(arms))

    def _cores(self) -> list[Core]:
        return [core_of(who, drive) for who, drive in zip(self._cast, self._drives, strict=True)]

    def _arms(self, cores: list[Core], known: list[Arms | None]) -> list[Arms]:
        arms = []
        for person, goals in enumerate(self._goals):
            drive = self._drives[person]
            target = goals.targets(self._cast, cores, known, drive)[0]
            shapes = self._shapes[person]
            arms.append(arms_of(self._cast[person], cores[person], target, drive.swivel, *shapes))
        return arms

    def _things(
        self, events: list[Event], cores: list[Core], arms: list[Arms | None]
    ) -> list[ObjectTrack]:
        return [
            thing_track(
                name,
                thing.kind or name,
                [event for event in events if event.thing == name],
                *(self._scene, self._times, cores, arms),
            )
            for name, thing in self._scene.program.objects.items()
        ]


def _joints(core: Core, arms: Arms) -> Array:
    """Put a body's joints (T, 25, 3) in the order of `KINECT_V2`."""
    pairs = {**core.points, **{name: getattr(arms, name) for name in ("elbow", "wrist", "hand")}}
    pairs["hand tip"], pairs["thumb"] = arms.tip, arms.thumb
    joints = np.empty((len(core.heading), len(KINECT_V2.joints), 3))
    for index, name in enumerate(KINECT_V2.joints):
        side, _, part = name.partition(" ")
        sided = side in ("left", "right")
        joints[:, index] = pairs[part][int(side == "right")] if sided else pairs[name]
    return joints


def _middle(scores: tuple[Score, ...]) -> Array:
    """Return by how much the middle of all ways lies off the middle of the start (x, 0, z)."""
    ways = np.zeros(3)
    for score in scores:
        for travel in score.travels:
            ways += 0.5 * np.array(
                [travel.goal.x - travel.start.x, 0.0, travel.goal.z - travel.start.z]
            )
    return ways / len(scores)


def _centred(
    joints: Array,
    purpose: np.ndarray,
    performers: tuple[Performer, ...],
    things: list[ObjectTrack],
    furniture: list[ObjectTrack],
    gaze: Array,
    middle: Array,
) -> Performance:
    """Shift the whole scene so that the middle of all ways is the origin."""

    def moved(tracks: list[ObjectTrack]) -> tuple[ObjectTrack, ...]:
        return tuple(
            ObjectTrack(track.name, track.kind, track.place - middle, track.turn, track.shown)
            for track in tracks
        )

    people = (joints - middle, purpose, performers)
    return Performance(*people, moved(things), moved(furniture), gaze)
