"""Following a stream: speed, memory over an hour, and how well events are found.

    python benchmarks/streaming.py speed [--minutes 2] [--persons 1]
    python benchmarks/streaming.py memory [--minutes 60] [--persons 1]
    python benchmarks/streaming.py quality STORE [--rate 12] [--minutes 10] [--set KEY=VALUE ...]

`speed` replays synthetic frames (30 a second) on one thread as fast as they are taken; `memory`
does the same with a stand-in for the recogniser, so that an hour takes minutes.
`quality` enrols two clips of each of half of the classes from people who are not in the stream,
and lays clips of other people end to end, enrolled classes and others in random order: the body
is carried on from where the last clip ended, over 0.4 s, so that no jump tells where one ends.
"""

import argparse
import json
import resource
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from skelshot.datasets.store import Store
from skelshot.ground.environment import processor_name
from skelshot.recognition import Answer, Recognizer
from skelshot.recognition.streams import ActionEvent, Follower, Frame, StreamOptions
from skelshot.skeletons import KINECT_V2, SkeletonSequence
from skelshot.skeletons.normalise import align_view

JOIN = 0.4
"""Seconds from the end of one clip to the beginning of the next."""


@dataclass(frozen=True)
class Truth:
    """What was done from when to when; no label stands for an action that is not enrolled."""

    start: float
    end: float
    label: str | None


def memory() -> float:
    """Return what this process holds now, in MiB."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(one for one in status.read_text().splitlines() if one.startswith("VmRSS"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def synthetic_clip(seed: int, frames: int, speed: float) -> NDArray[np.float32]:
    """Make a body (T, 25, 3) of which some joints swing."""
    rng = np.random.default_rng(seed)
    rest = rng.uniform(-0.4, 0.4, (25, 3)) + np.linspace(1.5, 0.1, 25)[:, None] * [0, 1, 0]
    phase = 2 * np.pi * speed * np.arange(frames) / 30
    swing = np.sin(phase)[:, None, None] * rng.normal(0, 0.3, (1, 6, 3))
    moving = np.repeat(rest[None], frames, axis=0)
    moving[:, 5:11] += swing
    return (moving + rng.normal(0, 0.004, moving.shape)).astype(np.float32)


class StandIn:
    """Answers at once, every second time with an action."""

    def __init__(self, recognizer: Recognizer) -> None:
        self.exemplars = recognizer.exemplars
        self._asked = 0

    def predict_many(self, clips: Iterable[SkeletonSequence]) -> list[Answer]:
        """Answer about clips."""
        answers = []
        for _ in clips:
            self._asked += 1
            label = "action 0" if self._asked // 60 % 2 else None
            answers.append(Answer(label, 0.6, "action 0", None, known=0.6, threshold=0.5))
        return answers


def speed(minutes: float, persons: int, stand_in: bool = False) -> dict[str, float]:
    """Replay synthetic frames and measure time and memory."""
    recognizer = Recognizer()
    for action in range(5):
        clips = [synthetic_clip(action, frames, 0.5) for frames in (60, 75)]
        there = np.ones((1, 75), bool)
        recognizer.enroll(
            f"action {action}",
            [
                SkeletonSequence(clip[None], there[:, : len(clip)], KINECT_V2, rate=30.0)
                for clip in clips
            ],
        )
    follower = Follower(StandIn(recognizer) if stand_in else recognizer)
    loops = [synthetic_clip(n % 5, 1800, 0.5) for n in range(persons)]
    total, began, hops, marks, events = int(minutes * 1800), time.process_time(), [], [], 0
    for number in range(total):
        people = [loop[number % 1800] + np.float32([2 * n, 0, 0]) for n, loop in enumerate(loops)]
        frame = Frame(number / 30, np.stack(people), KINECT_V2)
        before, seen = time.process_time(), follower.hops
        events += len(follower.push(frame))
        if follower.hops > seen:
            hops.append(time.process_time() - before)
        if number == total // 10:
            marks.append(memory())
    marks.append(memory())
    took = time.process_time() - began
    return {
        "persons": persons,
        "stream_minutes": minutes,
        "lengths": len(follower.lengths),
        "windows": follower.windows,
        "events": events,
        "hop_ms_p50": 1000 * float(np.quantile(hops, 0.5)),
        "hop_ms_p95": 1000 * float(np.quantile(hops, 0.95)),
        "frames_a_second": total / took,
        "memory_mib_after_a_tenth": marks[0],
        "memory_mib_at_the_end": marks[1],
    }


def carried_on(
    last: NDArray[np.float32] | None, clip: SkeletonSequence, rate: float
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Set a clip where the last one ended; return the way there, and the clip, (T, V, 3)."""
    layout, there = clip.layout, clip.present
    joints = align_view(clip.joints - clip.joints[:, :1, :1], there, layout)[0]
    floor = joints[..., 1].min()
    joints[..., 1] -= floor
    if last is None:
        return joints[:0], joints
    shift = last[layout.root] - joints[0, layout.root]
    joints = joints + np.float32([shift[0], 0, shift[2]])
    count = round(JOIN * rate)
    share = (np.arange(1, count + 1) / (count + 1))[:, None, None].astype(np.float32)
    return last + share * (joints[0] - last), joints


def stream_of(
    store: Store, order: list[int], known: set[int], rate: float
) -> tuple[list[Frame], list[Truth]]:
    """Lay clips end to end."""
    parts: list[NDArray[np.float32]] = []
    truths, count, last = [], 0, None
    for place in order:
        clip, label = store.sequence(place), int(store.labels[place])
        way, joints = carried_on(last, clip, rate)
        start = (count + len(way)) / rate
        name = store.class_names[label] if label in known else None
        truths.append(Truth(start, start + len(joints) / rate, name))
        parts += [way, joints]
        count, last = count + len(way) + len(joints), joints[-1]
    every = np.concatenate(parts)
    frames = [Frame(t / rate, one[None], store.layout) for t, one in enumerate(every)]
    return frames, truths


def judged(events: list[ActionEvent], truths: list[Truth], minutes: float) -> dict[str, float]:
    """Match events to what was done, one to one, at an overlap of half of their union."""
    wanted = [truth for truth in truths if truth.label is not None]
    left, right, late = list(wanted), 0, []
    wrong_label = alone = 0
    for event in sorted(events, key=lambda one: -one.confidence):
        best = max(
            (one for one in left if one.label == event.label),
            key=lambda one: overlap(event, one),
            default=None,
        )
        if best is not None and overlap(event, best) >= 0.5:
            left.remove(best)
            right += 1
            late.append(event.told - best.end)
            continue
        touched = [one for one in truths if overlap(event, one) > 0.1]
        wrong_label += any(one.label not in (None, event.label) for one in touched)
        alone += all(one.label is None for one in touched)
    other = sum(one.end - one.start for one in truths if one.label is None) / 60
    return {
        "minutes": minutes,
        "actions": len(wanted),
        "events": len(events),
        "f1": 2 * right / max(1, len(events) + len(wanted)),
        "precision": right / max(1, len(events)),
        "recall": right / max(1, len(wanted)),
        "of_another_label": wrong_label,
        "false_a_minute_of_other_movement": alone / max(other, 1e-9),
        "latency_s_p50": float(np.median(late)) if late else float("nan"),
        "latency_s_p95": float(np.quantile(late, 0.95)) if late else float("nan"),
    }


def overlap(event: ActionEvent, truth: Truth) -> float:
    """Return the shared time as a share of all time of both."""
    shared = min(event.end, truth.end) - max(event.start, truth.start)
    return max(0.0, shared) / (max(event.end, truth.end) - min(event.start, truth.start))


def rounds(
    store: Store, count: int, seconds: float, rate: float
) -> Iterator[tuple[list[int], list[int], set[int]]]:
    """Draw exemplars, the clips of a stream, and which classes are enrolled."""
    subjects = np.array([clip.subject for clip in store.clips])
    cameras = np.array([clip.camera for clip in store.clips])
    lengths = np.array([clip.frames for clip in store.clips])
    for seed in range(count):
        rng = np.random.default_rng(seed)
        classes = rng.permutation(len(store.class_names))
        known = {int(one) for one in classes[: len(classes) // 2]}
        people = rng.permutation(np.unique(subjects))
        shown, camera = set(people[:2].tolist()), rng.choice(np.unique(cameras))
        exemplars = []
        for label in sorted(known):
            for person in sorted(shown):
                fits = (store.labels == label) & (subjects == person) & (cameras == camera)
                places = np.flatnonzero(fits)
                if len(places):
                    exemplars.append(int(rng.choice(places)))
        others = np.flatnonzero(~np.isin(subjects, list(shown)) & (cameras == camera))
        order = rng.permutation(others)
        enough = int(np.searchsorted(np.cumsum(lengths[order]) / rate, seconds)) + 1
        yield exemplars, order[:enough].tolist(), known


def quality(
    path: Path, rate: float, minutes: float, count: int, options: StreamOptions, **how: object
) -> dict[str, float]:
    """Follow streams of a store's clips and judge the events."""
    store = Store.open(path)
    results = []
    for exemplars, order, known in rounds(store, count, 60 * minutes / count, rate):
        recognizer = Recognizer(**how)
        for label in sorted(known):
            mine = [store.sequence(place) for place in exemplars if store.labels[place] == label]
            recognizer.enroll(store.class_names[label], mine)
        frames, truths = stream_of(store, order, known, rate)
        follower = Follower(recognizer, options)
        events = [event for frame in frames for event in follower.push(frame)] + follower.end()
        results.append(judged(events, truths, len(frames) / rate / 60))
        print(
            json.dumps({name: round(value, 3) for name, value in results[-1].items()}), flush=True
        )
    return {name: float(np.nanmean([one[name] for one in results])) for name in results[0]}


def main() -> None:
    """Measure, and print a JSON document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["speed", "memory", "quality"])
    parser.add_argument("store", type=Path, nargs="?")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--persons", type=int, default=1)
    parser.add_argument("--rate", type=float, default=12)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE")
    parsed = parser.parse_args()
    torch.set_num_threads(1)
    if parsed.what != "quality":
        found = speed(parsed.minutes, parsed.persons, stand_in=parsed.what == "memory")
    else:
        changes = dict(one.split("=", 1) for one in parsed.set)
        options = StreamOptions(rate=parsed.rate, **{k: json.loads(v) for k, v in changes.items()})
        found = quality(parsed.store, parsed.rate, parsed.minutes, parsed.rounds, options)
    print(processor_name())
    print(json.dumps({name: round(value, 3) for name, value in found.items()}, indent=2))


if __name__ == "__main__":
    main()
