"""Accuracy of the base encoder on actions and people that it never saw, beside raw matching."""

from collections import Counter
from math import comb
from pathlib import Path

from skelshot.base_encoder.material import REHAB
from skelshot.base_encoder.recipe import WAYS, BaseRecipe
from skelshot.datasets.protocols import ClassSplitProtocol
from skelshot.datasets.store import Store
from skelshot.encoders.packaged import Measured
from skelshot.front_door import evaluate
from skelshot.ground.files import read_json, sha256_of

SHOTS = (1, 5)
METHODS = {"cosine": True, "raw-dtw": False, "raw-nearest": False}
"""Few-shot methods, and whether they use the encoder."""


def measure_base(
    name: str, store: Store, encoder: Path, recipe: BaseRecipe, out: Path, device: str
) -> list[Measured]:
    """Recognise what was held out of a set, with the encoder and without.

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
    shots = [count for count in SHOTS if count < min(counts.values())]
    if len(counts) < WAYS or not shots:
        return []
    held = "people" if name == REHAB.name else "actions"
    protocol = ClassSplitProtocol(
        name=f"{name}-held-out-{held}",
        draws_as=f"base encoder {name}",
        splits=min(recipe.splits, comb(len(counts), WAYS)),
        base=0,
        novel=WAYS,
        draws=recipe.draws,
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
        task = f"{WAYS} of {len(counts)} classes of {name}, held-out {held}"
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
