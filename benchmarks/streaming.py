"""Following a stream: speed, memory over an hour, and how well events are found.

    python benchmarks/streaming.py speed [--minutes 2] [--persons 1]
    python benchmarks/streaming.py memory [--minutes 60] [--persons 1]
    python benchmarks/streaming.py quality STORE [--kind clips] [--rate 30] [--set KEY=VALUE ...]

`speed` replays synthetic frames (30 a second) on one thread as fast as they are taken; `memory`
does the same with a stand-in for the recogniser, so that an hour takes minutes.
`quality` enrols two clips, of two people, of each of half of the classes, and follows streams of
other people, with enrolled classes and others. What a stream is says `--kind`:
`clips` of a store in random order, each carried on from where the last one ended, over 0.4 s, so
that no jump tells where one ends; `repeats`, as they were recorded, of one person and class in a
row (UI-PRMD); whole recordings of a folder of `skelshot synth --format pku-mmd`. `--rest` lets the
body stand between them. `told_` is what the recogniser says where the true boundaries are told.
"""

import argparse
import json
import resource
import time
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from stream_sets import Plan, Stream, Truth

from skelshot.ground.environment import processor_name
from skelshot.recognition import Answer, Recognizer
from skelshot.recognition.streams import ActionEvent, Follower, Frame, StreamOptions
from skelshot.skeletons import KINECT_V2, SkeletonSequence


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
        self.exemplars, self.stamp = recognizer.exemplars, recognizer.stamp
        self._asked = 0

    def predict_many(self, clips: Iterable[SkeletonSequence]) -> list[Answer]:
        """Answer about clips."""
        answers = []
        for _ in clips:
            self._asked += 1
            label = "action 0" if self._asked // 60 % 2 else None
            answers.append(
                Answer(label, 0.6, "action 0", None, known=0.6, threshold=0.5, likeness=1)
            )
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


def judged(events: list[ActionEvent], stream: Stream) -> dict[str, float]:
    """Match events to what was done, one to one, at an overlap of half of their union."""
    truths = stream.truths
    minutes = (stream.frames[-1].time - stream.frames[0].time) / 60
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
    other = minutes - sum(one.end - one.start for one in wanted) / 60
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


def told_apart(recognizer: Recognizer, stream: Stream) -> list[ActionEvent]:
    """Answer about what is done as if the stream had been cut at the true boundaries."""
    times = np.array([frame.time for frame in stream.frames])
    clips = []
    for truth in stream.truths:
        inside = np.flatnonzero((times >= truth.start - 1e-6) & (times < truth.end - 1e-6))
        joints = np.stack([stream.frames[place].joints[0] for place in inside])[None]
        there = np.ones(joints.shape[:2], bool)
        clips.append(SkeletonSequence(joints, there, stream.frames[0].layout))
    return [
        ActionEvent(truth.start, truth.end, one.label, one.confidence, "1", None, truth.end)
        for truth, one in zip(stream.truths, recognizer.predict_many(clips), strict=True)
        if one.label is not None
    ]


def quality(path: Path, plan: Plan, options: StreamOptions) -> dict[str, float]:
    """Follow streams and judge the events."""
    results = []
    for stream in plan.streams(path):
        recognizer = Recognizer()
        for action, clips in stream.exemplars.items():
            recognizer.enroll(action, clips)
        follower = Follower(recognizer, options)
        events = [event for frame in stream.frames for event in follower.push(frame)]
        found = judged(events + follower.end(), stream)
        told = judged(told_apart(recognizer, stream), stream)
        kept = ("f1", "precision", "recall", "false_a_minute_of_other_movement")
        results.append(found | {f"told_{name}": told[name] for name in kept})
        print(
            json.dumps({name: round(value, 3) for name, value in results[-1].items()}), flush=True
        )
    return {name: float(np.nanmean([one[name] for one in results])) for name in results[0]}


def main() -> None:
    """Measure, and print a JSON document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["speed", "memory", "quality"])
    parser.add_argument("store", type=Path, nargs="?")
    parser.add_argument("--minutes", type=float, default=2, help="of each stream")
    parser.add_argument("--persons", type=int, default=1)
    parser.add_argument("--kind", choices=["clips", "repeats", "pku-mmd"], default="clips")
    parser.add_argument("--streams", type=int, default=3)
    parser.add_argument("--rate", type=float, default=30)
    parser.add_argument("--rest", type=float, default=0, help="mean seconds between clips")
    parser.add_argument("--only", default="*", help="which clips, a pattern of their names")
    parser.add_argument("--people", type=int, nargs="+", help="unless everybody")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE")
    parsed = parser.parse_args()
    torch.set_num_threads(1)
    if parsed.what != "quality":
        found = speed(parsed.minutes, parsed.persons, stand_in=parsed.what == "memory")
    else:
        changes = dict(one.split("=", 1) for one in parsed.set)
        options = StreamOptions(rate=parsed.rate, **{k: json.loads(v) for k, v in changes.items()})
        people = None if parsed.people is None else frozenset(parsed.people)
        seconds = 60 * parsed.minutes
        ways = (parsed.rate, parsed.rest, parsed.only, people)
        plan = Plan(parsed.kind, parsed.streams, seconds, *ways)
        found = quality(parsed.store, plan, options)
    print(processor_name())
    print(json.dumps({name: round(value, 3) for name, value in found.items()}, indent=2))


if __name__ == "__main__":
    main()
