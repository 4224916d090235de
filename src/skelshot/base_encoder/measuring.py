"""Accuracy of the base encoder on actions and people that it never saw, beside raw matching."""

from collections import Counter
from math import comb
from pathlib import Path
from typing import Literal

from skelshot.base_encoder.material import REHAB
from skelshot.base_encoder.recipe import WAYS, BaseRecipe
from skelshot.datasets.protocols import ClassSplitProtocol
from skelshot.datasets.store import Store
from skelshot.encoders.packaged import Measured
from skelshot.front_door import evaluate
from skelshot.ground.files import read_json, sha256_of

SHOTS = {"actions": (1, 5), "people": (1, 3)}
"""Exemplars a class, by what is held out; people have one clip of each class among them."""

METHODS = {"cosine": True, "raw-dtw": False, "raw-nearest": False}
"""Few-shot methods, and whether they use the encoder."""


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
    counts = Counter(clip.label for clip in store.clips)
    held: Literal["people", "actions"] = "people" if name == REHAB.name else "actions"
    seen = {(clip.label, clip.subject) for clip in store.clips}
    units = Counter(label for label, _ in seen) if held == "people" else counts
    shots = [count for count in SHOTS[held] if count < min(units.values())]
    if len(counts) < WAYS or not shots:
        return []
    protocol = ClassSplitProtocol(
        name=f"{name}-held-out-{held}",
        draws_as=f"base encoder {name}",
        splits=min(recipe.splits, comb(len(counts), WAYS)),
        base=0,
        novel=WAYS,
        draws=recipe.draws,
        exemplars="same-subjects" if held == "people" else "any-clips",
    )
    rows = []
    for method, uses_encoder in METHODS.items():
        file = out / f"{protocol.name}-{method}-{sha256_of(encoder)[:12]}.json"
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
        across = ", across people" if held == "people" else ""
        task = f"{WAYS} of {len(counts)} classes of {name}, held-out {held}{across}"
        for count, found in read_json(file)["accuracy"].items():
            rows.append(
                Measured(
                    task=task,
                    method=method,
                    shots=int(count),
                    mean=found["mean"],
                    ci95=found["ci95"],
                )
            )
    return rows
