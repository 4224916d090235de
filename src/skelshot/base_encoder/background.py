"""The background of the base encoder: clips of many kinds of movement, kept short."""

from pathlib import Path

from skelshot.base_encoder.material import REHAB, SYNTHETIC
from skelshot.datasets.store import Store
from skelshot.recognition.engine import Engine
from skelshot.recognition.match_options import MatchOptions
from skelshot.recognition.other_movements import FILE, short_movement, write_movements
from skelshot.recognition.trained import trained_named
from skelshot.skeletons import SkeletonSequence

EVERY = {SYNTHETIC.name: 4, REHAB.name: 1}
"""Every which class of which set: of those alone whose terms let positions be handed on."""


def write_background(trained: Store, encoder: Path, out: Path) -> Path:
    """Write a clip of each of many classes, with what the encoder says of it.

    Args:
        trained: The clips of all sets that were trained on.
        encoder: The encoder's file.
        out: The folder.

    Returns:
        The file.

    Raises:
        SkelshotError: It cannot be written.
    """
    movements = [
        short_movement(_clip_of(trained, label, turn))
        for name, step in EVERY.items()
        for turn, label in enumerate(_classes_of(trained, name)[::step])
    ]
    engine = Engine(trained_named(encoder), MatchOptions(), encoder.name)
    term = engine.terms(movements)[0]
    write_movements(out / FILE, movements, term.read(movements), engine.fingerprint)
    return out / FILE


def _classes_of(store: Store, name: str) -> list[int]:
    """List the labels of a set that have clips."""
    here = {clip.label for clip in store.clips}
    names = enumerate(store.class_names)
    return [label for label, called in names if called.startswith(f"{name}/") and label in here]


def _clip_of(store: Store, label: int, turn: int) -> SkeletonSequence:
    """Return a clip of a class, of another person at each turn."""
    people: dict[int, int] = {}
    for place, clip in enumerate(store.clips):
        if clip.label == label:
            people.setdefault(clip.subject or 0, place)
    return store.sequence(people[sorted(people)[turn % len(people)]])
