"""Streams of which it is known what is done when: clips end to end, repetitions, recordings."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from skelshot.datasets.pku_mmd.labels import ActionLabel, read_labels
from skelshot.datasets.pku_mmd.raw_folder import list_pku
from skelshot.datasets.pku_mmd.recording import read_recording
from skelshot.datasets.store import Store
from skelshot.recognition.streams import Frame
from skelshot.skeletons import KINECT_V2, SkeletonSequence
from skelshot.skeletons.layouts import SkeletonLayout
from skelshot.skeletons.normalise import align_view

Joints = NDArray[np.float32]

JOIN = 0.4
"""Seconds from the end of one clip to the beginning of the next."""

SWAY, TREMBLE = 0.01, 0.003
"""Metres that a resting body sways, and that a sensor errs."""


@dataclass(frozen=True)
class Truth:
    """What was done from when to when; no label stands for an action that is not enrolled."""

    start: float
    end: float
    label: str | None


@dataclass(frozen=True)
class Stream:
    """Clips to enrol by action, a stream of other people, and what they do in it."""

    exemplars: dict[str, list[SkeletonSequence]]
    frames: list[Frame]
    truths: list[Truth]


@dataclass(frozen=True)
class Plan:
    """How streams are made.

    Args:
        kind: `clips` in random order, `repeats` of one person and action in a row, in the order
            in which they were recorded, or whole recordings of the synthetic `pku-mmd`, whose
            numbers tell who acts.
        count: How many streams.
        seconds: How long each is, about.
        rate: Frames a second.
        rest: Mean seconds for which the body stands between clips.
        only: Which clips serve, by name.
        people: Who shows and acts; everybody unless told.
        repetitions: Of an action in a row.
    """

    kind: str
    count: int
    seconds: float
    rate: float
    rest: float = 0.0
    only: str = "*"
    people: frozenset[int] | None = None
    repetitions: int = 4

    def streams(self, path: Path) -> Iterator[Stream]:
        """Make streams of a store, or of PKU-MMD's folder."""
        if self.kind == "pku-mmd":
            return _recordings(path, self)
        return _laid(Store.open(path), self)


def _laid(store: Store, plan: Plan) -> Iterator[Stream]:
    """Draw exemplars of two people, and lay clips of others end to end."""
    clips = store.clips
    usable = np.array(
        [
            fnmatchcase(one.name, plan.only) and (plan.people is None or one.subject in plan.people)
            for one in clips
        ]
    )
    subjects = np.array([clip.subject for clip in clips])
    cameras = np.array([clip.camera or 0 for clip in clips])
    for seed in range(plan.count):
        rng = np.random.default_rng(seed)
        classes = rng.permutation(len(store.class_names))
        known = {int(one) for one in classes[: len(classes) // 2]}
        people = rng.permutation(np.unique(subjects[usable]))
        shown, camera = set(people[:2].tolist()), rng.choice(np.unique(cameras))
        exemplars: dict[str, list[SkeletonSequence]] = {}
        for label in sorted(known):
            for person in sorted(shown):
                fits = (store.labels == label) & (subjects == person) & (cameras == camera)
                places = np.flatnonzero(fits & usable)
                if len(places):
                    chosen = store.sequence(int(rng.choice(places)))
                    exemplars.setdefault(store.class_names[label], []).append(chosen)
        others = np.flatnonzero(~np.isin(subjects, list(shown)) & (cameras == camera) & usable)
        blocks = _blocks(store, rng.permutation(others), plan, rng)
        yield Stream(exemplars, *_end_to_end(store, blocks, known, plan, rng))


def _blocks(
    store: Store, others: NDArray[np.int64], plan: Plan, rng: np.random.Generator
) -> list[list[int]]:
    """Put clips that follow each other without a join together, until they are long enough."""
    if plan.kind == "clips":
        found = [[int(one)] for one in others]
    else:
        rows: dict[tuple[int, int | None], list[int]] = {}
        for place in np.sort(others).tolist():
            clip = store.clips[place]
            rows.setdefault((clip.label, clip.subject), []).append(place)
        found = []
        for key in rng.permutation(len(rows)).tolist():
            row = sorted(list(rows.values())[key], key=lambda one: store.clips[one].replication)
            first = int(rng.integers(0, max(1, len(row) - plan.repetitions + 1)))
            found.append(row[first : first + plan.repetitions])
    lengths = [sum(store.clips[one].frames for one in block) / plan.rate for block in found]
    return found[: int(np.searchsorted(np.cumsum(lengths), plan.seconds)) + 1]


def _end_to_end(
    store: Store, blocks: list[list[int]], known: set[int], plan: Plan, rng: np.random.Generator
) -> tuple[list[Frame], list[Truth]]:
    """Lay blocks of clips end to end: the body is carried on from where it was."""
    parts: list[Joints] = []
    truths: list[Truth] = []
    count, last = 0, None
    for block in blocks:
        sequences = [store.sequence(place) for place in block]
        whole = np.concatenate([one.joints[:1] for one in sequences], axis=1)
        way, joints = _carried_on(last, whole, store.layout, plan.rate)
        rest = _resting(joints[-1], plan, rng)
        start = count + len(way)
        for place, one in zip(block, sequences, strict=True):
            label = int(store.labels[place])
            name = store.class_names[label] if label in known else None
            truths.append(Truth(start / plan.rate, (start + one.frames) / plan.rate, name))
            start += one.frames
        parts += [way, joints, rest]
        count, last = start + len(rest), joints[-1]
    frames = [
        Frame(t / plan.rate, one[None], store.layout) for t, one in enumerate(np.concatenate(parts))
    ]
    return frames, truths


def _carried_on(
    last: Joints | None, clip: Joints, layout: SkeletonLayout, rate: float
) -> tuple[Joints, Joints]:
    """Set a clip (1, T, V, 3) where the last one ended; return the way there, and the clip."""
    joints = align_view(clip - clip[:, :1, :1], np.ones(clip.shape[:2], bool), layout)[0]
    floor = joints[..., 1].min()
    joints[..., 1] -= floor
    if last is None:
        return joints[:0], joints
    shift = last[layout.root] - joints[0, layout.root]
    joints = joints + np.float32([shift[0], 0, shift[2]])
    count = round(JOIN * rate)
    share = (np.arange(1, count + 1) / (count + 1))[:, None, None].astype(np.float32)
    return last + share * (joints[0] - last), joints


def _resting(pose: Joints, plan: Plan, rng: np.random.Generator) -> Joints:
    """Let a body stand: it sways a little, and the sensor errs."""
    count = round(rng.exponential(plan.rest) * plan.rate) if plan.rest else 0
    turn = 2 * np.pi * np.arange(count) / (4 * plan.rate)
    sway = np.stack([np.sin(turn), 0 * turn, np.cos(turn) - 1], axis=-1) * SWAY
    noise = rng.normal(0, TREMBLE, (count, *pose.shape))
    return (pose + sway[:, None] * (pose[:, 1:2] / 1.5) + noise).astype(np.float32)


def _recordings(raw: Path, plan: Plan) -> Iterator[Stream]:
    """Follow whole recordings of one person; the exemplars are cut from those of two others."""
    folder = list_pku(raw)
    alone = {}
    for name, source in folder.skeletons.items():
        joints = read_recording(source.path, name).joints
        if name.endswith("-M") and not joints[:, 1].any():
            labels = read_labels(folder.labels[name].path)
            alone[name] = (joints[:, 0], [one for one in labels if isinstance(one, ActionLabel)])
    by_person: dict[int, list[str]] = {}
    for name in sorted(alone):
        by_person.setdefault((int(name.split("-")[0]) - 1) // 12, []).append(name)
    for seed in range(plan.count):
        rng = np.random.default_rng(seed)
        every = sorted({one.action for _, labels in alone.values() for one in labels})
        known = {int(one) for one in rng.permutation(every)[: len(every) // 2]}
        people = rng.permutation(sorted(by_person)).tolist()
        exemplars: dict[str, list[SkeletonSequence]] = {}
        for action in sorted(known):
            for person in people[:2]:
                cuts = [
                    (alone[name][0], one)
                    for name in by_person[person]
                    for one in alone[name][1]
                    if one.action == action
                ]
                joints, label = cuts[int(rng.integers(len(cuts)))]
                first, stop = label.rows("half-open")
                exemplars.setdefault(f"A{action:02d}", []).append(_clip(joints[first:stop]))
        left = [name for person in people[2:] for name in by_person[person]]
        yield Stream(
            exemplars, *_one_after_another([alone[n] for n in rng.permutation(left)], known, plan)
        )


def _clip(joints: Joints) -> SkeletonSequence:
    return SkeletonSequence(joints[None], np.ones((1, len(joints)), bool), KINECT_V2, rate=30.0)


def _one_after_another(
    recordings: Sequence[tuple[Joints, list[ActionLabel]]], known: set[int], plan: Plan
) -> tuple[list[Frame], list[Truth]]:
    """Follow recordings with a break between them."""
    frames: list[Frame] = []
    truths: list[Truth] = []
    begin = 0.0
    for joints, labels in recordings:
        for label in labels:
            first, stop = label.rows("half-open")
            name = f"A{label.action:02d}" if label.action in known else None
            truths.append(Truth(begin + first / plan.rate, begin + stop / plan.rate, name))
        frames += [
            Frame(begin + t / plan.rate, one[None], KINECT_V2) for t, one in enumerate(joints)
        ]
        begin += len(joints) / plan.rate + 2.0
        if begin > plan.seconds:
            break
    return frames, truths
