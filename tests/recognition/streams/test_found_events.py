"""Quality: enough of a synthetic stream is found, with the weights that ship."""

import numpy as np
from numpy.typing import NDArray

from skelshot.datasets.store import Store
from skelshot.recognition import Recognizer
from skelshot.recognition.streams import ActionEvent, Frame

RATE = 30.0
KNOWN = (0, 1, 2, 3)
Span = tuple[float, float, str | None]


def clips_of(store: Store, label: int, performer: int) -> list[int]:
    return [
        place
        for place, clip in enumerate(store.clips)
        if clip.label == label and clip.subject == performer
    ]


def stream_of(store: Store, performer: int) -> tuple[list[Frame], list[Span]]:
    """Every action twice in a row, after a rest of a second; others between them."""
    rng = np.random.default_rng(0)
    parts: list[NDArray[np.float32]] = []
    spans: list[Span] = []
    count = 0
    for label in (0, 5, 1, 2, 7, 3):
        joints = [store.sequence(place).joints[0] for place in clips_of(store, label, performer)]
        rest = np.repeat(joints[0][:1], round(RATE), axis=0)
        parts += [rest + rng.normal(0, 0.003, rest.shape).astype(np.float32), *joints]
        count += len(rest)
        for one in joints:
            name = store.class_names[label] if label in KNOWN else None
            spans.append((count / RATE, (count + len(one)) / RATE, name))
            count += len(one)
    whole = np.concatenate(parts)
    return [Frame(t / RATE, one[None], store.layout) for t, one in enumerate(whole)], spans


def is_right(event: ActionEvent, span: Span) -> bool:
    start, end, label = span
    shared = min(event.end, end) - max(event.start, start)
    return event.label == label and shared > 0.5 * (max(event.end, end) - min(event.start, start))


def test_most_actions_of_a_stream_are_found_and_little_else(toy_store: Store) -> None:
    recognizer = Recognizer()
    for label in KNOWN:
        shown = [toy_store.sequence(clips_of(toy_store, label, person)[0]) for person in (0, 1)]
        recognizer.enroll(toy_store.class_names[label], shown)
    frames, spans = stream_of(toy_store, performer=2)
    events = list(recognizer.follow(frames))
    wanted = [span for span in spans if span[2] is not None]
    right = sum(any(is_right(event, span) for event in events) for span in wanted)
    f1 = 2 * right / (len(wanted) + len(events))
    assert f1 >= 0.6, f"F1 {f1:.2f}: {right} of {len(wanted)} found, {len(events)} events"
