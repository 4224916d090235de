"""Body tracks that begin, break off and go on under another id; false bodies among them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skelshot.synthesis.performance import Array, BoolArray
from skelshot.synthesis.sensing.false_bodies import ghost, second_copy
from skelshot.synthesis.sensing.sensor_model import SensorModel, Span

FIRST_ID = 72_057_594_037_930_000
"""Body ids have 17 digits and begin 7205759403793, as in the real samples."""

_HIGHEST_START = 9_000


@dataclass(frozen=True, eq=False)
class Track:
    """A body under one id, before pixels and orientations.

    Args:
        body_id: 17 digits.
        person: Index of the person; None for a false body.
        frame_index: Frames (n,), rising.
        joints: Camera coordinates (n, 25, 3), metres.
        states: Tracking states (n, 25).
    """

    body_id: int
    person: int | None
    frame_index: NDArray[np.int64]
    joints: Array
    states: NDArray[np.uint8]


def tracks_of(
    persons: Sequence[tuple[Array, NDArray[np.uint8]]],
    there: BoolArray,
    model: SensorModel,
    rng: np.random.Generator,
) -> list[Track]:
    """Cut persons into tracks, drop frames, add false bodies.

    Args:
        persons: Measured joints (T, 25, 3) and states (T, 25) of each person.
        there: In which frames each is within range (M, T).
        model: The sensor.
        rng: Where chance comes from.

    Returns:
        The tracks, in the order in which frames list them, which is drawn. Each person has at
        least one, with at least one frame.
    """
    frames = there.shape[1]
    ids = iter(FIRST_ID + rng.integers(_HIGHEST_START) + np.cumsum(rng.integers(1, 40, 24)))
    dropped = _dropped(there.shape, model, rng)
    tracks = []
    for person, (joints, states) in enumerate(persons):
        kept = there[person] & ~dropped[person]
        kept = kept if kept.any() else there[person]
        tracks += [
            Track(int(next(ids)), person, part, joints[part], states[part])
            for part in _parts(kept, model, rng)
            if len(part)
        ]
    if rng.random() < model.blip_share:
        joints = persons[int(rng.integers(len(persons)))][0]
        first, length = _run(frames, model.blip_frames, rng)
        copy, states = second_copy(joints[first : first + length], rng)
        tracks.append(Track(int(next(ids)), None, np.arange(first, first + length), copy, states))
    if rng.random() < model.ghost_share:
        first, length = _run(frames, model.ghost_frames, rng)
        beside = np.median(persons[0][0][:, 0], axis=0)
        still, states, index = ghost(length, beside, rng)
        tracks.append(Track(int(next(ids)), None, first + index, still, states))
    return [tracks[place] for place in rng.permutation(len(tracks))]


def _dropped(shape: tuple[int, ...], model: SensorModel, rng: np.random.Generator) -> BoolArray:
    """Frames (M, T) that lack a person, or all persons at once, though in range."""
    dropped = np.zeros(shape, np.bool_)
    if rng.random() < model.dropped_share:
        first, length = _run(shape[1], model.dropped_frames, rng)
        whom = slice(None) if rng.random() < model.empty_share else int(rng.integers(shape[0]))
        dropped[whom, first : first + length] = True
    return dropped


def _parts(
    kept: BoolArray, model: SensorModel, rng: np.random.Generator
) -> list[NDArray[np.int64]]:
    """A person's frames, in one part or, when the track is lost, in two with a gap between."""
    index = np.flatnonzero(kept)
    low, high = model.new_id_gap
    if rng.random() >= model.new_id_share or len(index) < 2 * high:
        return [index]
    lost = int(rng.integers(len(index) // 5, len(index) - len(index) // 5))
    found = index[lost] + int(rng.integers(low, high + 1))
    return [index[:lost], index[index >= found]]


def _run(frames: int, span: Span, rng: np.random.Generator) -> tuple[int, int]:
    """Draw a run of frames within a clip: its first frame and its length."""
    length = min(int(rng.integers(span[0], span[1] + 1)), max(frames - 1, 1))
    return int(rng.integers(0, frames - length + 1)), length
