"""How often `skelshot check` finds a fault, and how often it finds one where there is none.

    python benchmarks/checking.py STORE [STORE ...]

Each store is looked at as released: whole, and as sets of the size that people have (six classes
of five clips, `SETS` times). Then each fault is put into 50 of its clips (or, for faults of
classes, into 50 samples), drawn by a fixed seed. Prints one Markdown table a store.
"""

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from skelshot.datasets.store import Store
from skelshot.recognition.checking.alike import classes_alike
from skelshot.recognition.checking.check import suspicions_of
from skelshot.recognition.checking.checked_clip import CheckedClip
from skelshot.recognition.checking.family import SUSPECTS
from skelshot.recognition.checking.likeness import Likeness, comparable
from skelshot.recognition.checking.noted_clips import NotedClip, moments_of
from skelshot.recognition.checking.unlike import clips_unlike
from skelshot.skeletons import SkeletonSequence, repair_gaps

HITS = 50
SETS = 20
WRONG_SET = 10
Generator = np.random.Generator
Fault = Callable[[SkeletonSequence, Generator], SkeletonSequence]


def scaled(*by: float) -> Fault:
    """Multiply the coordinates, which mirrors where a factor is negative."""
    return lambda clip, rng: replace(clip, joints=clip.joints * np.float32(by))


def turned(places: Sequence[int], signs: Sequence[float]) -> Fault:
    """Exchange the axes."""
    return lambda clip, rng: replace(clip, joints=clip.joints[..., places] * np.float32(signs))


def projected(clip: SkeletonSequence, rng: Generator) -> SkeletonSequence:
    """Give pixels of a 640 x 480 picture, and a score in the place of z."""
    x, y, z = np.moveaxis(clip.joints.astype(np.float64), -1, 0)
    away = np.maximum(z - z.min() + 2.5, 1)
    score = np.clip(0.9 + 0.05 * rng.standard_normal(x.shape), 0, 1)
    pixels = np.stack([320 - 525 * x / away, 240 - 525 * (y - y.mean()) / away, score], axis=-1)
    return replace(clip, joints=pixels.astype(np.float32))


def shuffled(clip: SkeletonSequence, rng: Generator) -> SkeletonSequence:
    """Put the joints in another order."""
    return replace(clip, joints=clip.joints[:, :, rng.permutation(clip.layout.num_joints)])


def scrambled(clip: SkeletonSequence, rng: Generator) -> SkeletonSequence:
    """Put the joints in another order in each frame."""
    joints = [clip.joints[:, at, rng.permutation(clip.layout.num_joints)] for at in frames_of(clip)]
    return replace(clip, joints=np.stack(joints, axis=1))


def hidden(clip: SkeletonSequence, rng: Generator) -> SkeletonSequence:
    """Lose three joints in 40 % of the frames, and fill them as reading does."""
    joints = clip.joints.copy()
    frames = np.flatnonzero(rng.random(clip.frames) < 0.4)
    for joint in rng.permutation(clip.layout.num_joints)[:3]:
        joints[:, frames, joint] = np.nan
    return repair_gaps(replace(clip, joints=joints))[0]


def frames_of(clip: SkeletonSequence) -> range:
    """Return the places of the frames."""
    return range(clip.frames)


def taken(frames: Callable[[int], Sequence[int] | np.ndarray]) -> Fault:
    """Take frames by their places."""

    def change(clip: SkeletonSequence, rng: Generator) -> SkeletonSequence:
        chosen = np.asarray(frames(clip.frames), int)
        return SkeletonSequence(clip.joints[:, chosen], clip.present[:, chosen], clip.layout)

    return change


def leapt(clip: SkeletonSequence, rng: Generator) -> SkeletonSequence:
    """Move everybody by two metres from the middle of the clip on."""
    joints = clip.joints.copy()
    joints[:, clip.frames // 2 :] += np.float32([2, 0, 0])
    return replace(clip, joints=joints)


def swapped(clip: SkeletonSequence, rng: Generator) -> SkeletonSequence:
    """Let a second person act the same, 1.5 m beside, and exchange the two from the middle on."""
    one, other = clip.joints[:1], clip.joints[:1, ::-1] + np.float32([1.5, 0, 0])
    both, half = np.concatenate([one, other]), clip.frames // 2
    both[:, half:] = both[::-1, half:]
    return SkeletonSequence(both, np.repeat(clip.present[:1], 2, axis=0), clip.layout)


FAULTS: dict[str, tuple[str, Fault]] = {
    "upside down": ("upside-down", scaled(1, -1, 1)),
    "turned by 180 degrees in the picture": ("upside-down", scaled(-1, -1, 1)),
    "z up": ("upside-down", turned((0, 2, 1), (1, -1, 1))),
    "mirrored": ("mirrored", scaled(-1, 1, 1)),
    "front and back exchanged": ("mirrored", scaled(1, 1, -1)),
    "millimetres": ("units", scaled(1000, 1000, 1000)),
    "centimetres": ("units", scaled(100, 100, 100)),
    "pixels and a score": ("pixels", projected),
    "joints in another order": ("layout", shuffled),
    "another order in each frame": ("layout bones", scrambled),
    "three joints lost in 40 % of the frames": ("missing", hidden),
    "every frame twice": ("frozen", taken(lambda frames: np.repeat(np.arange(frames), 2))),
    "second half frozen": (
        "frozen",
        taken(lambda frames: np.minimum(np.arange(frames), frames // 2)),
    ),
    "a leap of 2 m": ("jump", leapt),
    "two people exchanged": ("swapped", swapped),
    "five frames": ("short", taken(lambda frames: np.arange(min(frames, 5)))),
}


def seen(store: Store, chosen: Sequence[int], rate: float | None = None) -> Iterator[CheckedClip]:
    """Give clips of a store."""
    for index in chosen:
        record = store.clips[index]
        label = store.class_of(index)
        sequence = store.sequence(index)
        yield CheckedClip(record.name, sequence, label, record.subject, record.repaired, rate)


def some_of(store: Store, rng: Generator, classes: int, clips: int) -> list[int]:
    """Draw clips of some classes."""
    labels = rng.permutation(np.unique(store.labels))[:classes]
    members = [rng.permutation(np.flatnonzero(store.labels == label)) for label in labels]
    return [int(index) for some in members for index in some[:clips]]


def false_alarms(store: Store, rng: Generator) -> Iterator[str]:
    """Tell what is found in the set as released."""
    whole, noted = suspicions_of(seen(store, range(len(store))))
    few = [
        suspicion
        for _ in range(SETS)
        for suspicion in suspicions_of(seen(store, some_of(store, rng, 6, 5)))[0]
    ]
    of_whole, of_few = (Counter(each.kind for each in found) for found in (whole, few))
    yield f"as released: {len(store)} clips, {len(noted.likeness.clips)} compared"
    yield f"\n| kind | in all | of {len(store)} clips | in {SETS} sets of 6 x 5 clips |"
    yield "|---|---|---|---|"
    for suspect in SUSPECTS:
        count = of_whole[suspect.kind]
        share = f"{count / len(store):.2%}"
        yield f"| {suspect.kind} | {count} | {share} | {of_few[suspect.kind]} |"


def hits(store: Store, rng: Generator) -> Iterator[str]:
    """Tell how often each fault is found."""
    yield f"\n| fault in {HITS} clips | kind | found | in all together |"
    yield "|---|---|---|---|"
    chosen = rng.permutation(len(store))[:HITS].tolist()
    for name, (kinds, fault) in FAULTS.items():
        bad = [replace(clip, sequence=fault(clip.sequence, rng)) for clip in seen(store, chosen)]
        found = suspicions_of(bad)[0]
        told = {each.clip for each in found if each.kind in kinds.split() and each.clip}
        together = any(each.kind in kinds.split() for each in found)
        yield f"| {name} | {kinds} | {len(told)} | {'yes' if together else 'no'} |"
    for stated in (4, 0.25):
        found = suspicions_of(seen(store, chosen, 30 * stated))[0]
        word = "yes" if any(each.kind == "rate" and not each.clip for each in found) else "no"
        yield f"| {30 * stated:g} frames a second stated | rate | - | {word} |"
    thin = thinned(store, rng)
    yield f"| one clip of every third frame among {WRONG_SET} | rate | {thin} | - |"
    yield f"| given another class | unlike | {mislabelled(store, rng)} | - |"
    for clips in (3, 5, 10):
        told = split(store, rng, clips)
        yield f"| a class of {2 * clips} clips split in two | alike | {told} | - |"


def thinned(store: Store, rng: Generator) -> int:
    """Count clips of every third frame that are told beside others of their class."""
    count = 0
    for _ in range(HITS):
        first, *others = seen(store, some_of(store, rng, 1, WRONG_SET))
        thin = taken(lambda frames: np.arange(0, frames, 3))(first.sequence, rng)
        found = suspicions_of([replace(first, sequence=thin), *others])[0]
        count += any(each.kind == "rate" and each.clip == first.name for each in found)
    return count


def compared(store: Store, chosen: Sequence[int]) -> Likeness:
    """Compare clips."""
    pairs = []
    for clip in seen(store, chosen):
        note = NotedClip(
            clip.name, clip.label, clip.subject, clip.sequence.frames, 1, b"",
            moments_of(clip.sequence),
        )  # fmt: skip
        pairs.append((note, comparable(clip.sequence)))
    return Likeness.of(pairs)


def mislabelled(store: Store, rng: Generator) -> int:
    """Count clips of another class that are told, one at a time in six classes of ten clips."""
    count = 0
    for _ in range(HITS // 10):
        likeness = compared(store, some_of(store, rng, 6, 10))
        for at in rng.permutation(len(likeness.clips))[:10].tolist():
            labels = likeness.labels.copy()
            labels[at] = (labels[at] + 1 + rng.integers(len(likeness.names) - 1)) % len(
                likeness.names
            )
            count += any(at == told for told, *_ in clips_unlike(replace(likeness, labels=labels)))
    return count


def split(store: Store, rng: Generator, clips: int) -> int:
    """Count classes that are told after they were split in two at random."""
    count = 0
    for _ in range(HITS):
        likeness = compared(store, some_of(store, rng, 1, 2 * clips))
        labels = rng.permutation(np.arange(len(likeness.clips)) % 2)
        count += any(classes_alike(replace(likeness, labels=labels, names=("one", "other"))))
    return count


if __name__ == "__main__":
    for place in sys.argv[1:]:
        rng = np.random.default_rng(0)
        store = Store.open(Path(place))
        print(f"\n## {Path(place).name}\n", flush=True)
        for line in (*false_alarms(store, rng), *hits(store, rng)):
            print(line, flush=True)
