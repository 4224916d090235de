"""Accuracy of the base encoder on actions and people that it never saw, beside raw matching."""

from collections import Counter
from collections.abc import Sequence
from math import comb
from pathlib import Path

from skelshot.base_encoder.recipe import WAYS, BaseRecipe
from skelshot.datasets.protocols import ClassSplitProtocol
from skelshot.datasets.store import Store
from skelshot.encoders.packaged import Measured
from skelshot.front_door import evaluate
from skelshot.ground.files import read_json, sha256_of

SHOTS = (1, 3, 5)
"""Exemplars a class."""

MORE_WAYS = 20
"""Classes of the tasks that are measured beside those of five, where there are so many."""

ROWS: dict[str, tuple[str | None, bool]] = {
    "default": (None, True),
    "cosine": ("cosine", True),
    "raw-dtw": ("raw-dtw", False),
    "raw-nearest": ("raw-nearest", False),
}
"""What is measured: a few-shot method, or what the encoder's own notes say where it is None, and
whether it uses the encoder."""


def measure_base(
    name: str, store: Store, encoder: Path, recipe: BaseRecipe, out: Path, device: str
) -> list[Measured]:
    """Recognise what was held out of a set, with the encoder and without.

    Where people are held out, queries are of other people than the exemplars.

    Args:
        name: The set.
        store: What was held out of it.
        encoder: The encoder's file.
        recipe: Says how many tasks.
        out: Where results go; those that are there, of the same weights, are taken.
        device: Where it runs.

    Returns:
        A row a method and number of shots; none where there are too few classes or clips.
    """
    held = recipe.held_out[name]
    counts = Counter(clip.label for clip in store.clips)
    seen = {(clip.label, clip.subject) for clip in store.clips}
    units = Counter(label for label, _ in seen) if held.people else counts
    shots = [count for count in SHOTS if count < min(units.values(), default=0)]
    if not shots:
        return []
    what = " and ".join(
        word for word, some in (("actions", held.classes), ("people", held.people)) if some
    )
    rows = []
    for ways in (WAYS, MORE_WAYS):
        if ways > len(counts):
            continue
        splits = min(recipe.splits, comb(len(counts), ways))
        protocol = ClassSplitProtocol(
            name=f"{name}-held-out-{what.replace(' ', '-')}-{ways}",
            draws_as=f"base encoder {name}",
            splits=splits,
            base=0,
            novel=ways,
            draws=recipe.splits * recipe.draws // splits,
            exemplars="same-subjects" if held.people else "any-clips",
        )
        across = ", across people" if held.people else ""
        pixels = " seen as pixels" if store.channels == 2 else ""
        task = f"{ways} of {len(counts)} classes of {name}{pixels}, held-out {what}{across}"
        rows += _measured(protocol, task, store, encoder, shots, out, device)
    return rows


def _measured(
    protocol: ClassSplitProtocol,
    task: str,
    store: Store,
    encoder: Path,
    shots: Sequence[int],
    out: Path,
    device: str,
) -> list[Measured]:
    """Recognise the clips of a protocol with each method."""
    rows = []
    for row, (method, uses_encoder) in ROWS.items():
        file = out / f"{protocol.name}-{row}-{sha256_of(encoder)[:12]}.json"
        if not file.exists():
            evaluate(
                store,
                protocol=protocol,
                encoder=encoder if uses_encoder else None,
                method=method,
                shots=shots,
                out=file,
                device=device,
            )
        for count, found in read_json(file)["accuracy"].items():
            rows.append(
                Measured(
                    task=task,
                    method=row,
                    shots=int(count),
                    mean=found["mean"],
                    ci95=found["ci95"],
                )
            )
    return rows
