"""The section with a map: features of novel clips in the plane in which they differ most."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skelshot.datasets.store import Store
from skelshot.evaluation.query_table import QueryTable
from skelshot.experiments.html import HtmlReport
from skelshot.experiments.run_page.material import RunMaterial
from skelshot.rendering.charts import draw_map
from skelshot.runs import SplitRun
from skelshot.runs.embed_options import EmbedOptions

MOST_MAPPED = 2000
"""The most clips of a map."""


def add_map(report: HtmlReport, material: RunMaterial, folder: Path) -> None:
    """Draw the features of one split's novel clips in the plane of their principal components.

    Args:
        report: The page.
        material: What the page is made of.
        folder: Where pictures lie until they are in the page.

    Raises:
        SkelshotError: The encoder cannot be loaded, or the clips do not fit it.
    """
    report.heading("Map of the features")
    splits = material.run.splits.values()
    done = [split for split in splits if split.done and split.encoder_file.exists()]
    if material.store is None:
        report.paragraph("Without the clips there is no map: name them with --store STORE.")
    elif not done:
        report.paragraph("No split has an encoder yet: the same `skelshot pretrain` goes on.")
    else:
        _add_map(report, material, material.store, done, folder / "map.png")


def _add_map(
    report: HtmlReport, material: RunMaterial, store: Store, done: Sequence[SplitRun], path: Path
) -> None:
    table = material.queries
    wanted = done[0].number if table is None else int(table.splits.min())
    split = next((one for one in done if one.number == wanted), done[0])
    novel = _novel(split, table, wanted)
    classes = [store.class_of(index) for index in range(len(store.clips))]
    every = [index for index, name in enumerate(classes) if name in novel]
    if len(every) < 3:
        report.paragraph(f"The store has {len(every)} clips of novel classes: a map takes three.")
        return
    shown = np.linspace(0, len(every) - 1, min(len(every), MOST_MAPPED)).round().astype(int)
    indices = [every[at] for at in shown.tolist()]
    features = split.embed(store, indices, **_embedding(material))
    places, shares = principal_plane(features.flatten(1).numpy())
    exemplars, misses = _marked(store, table, wanted, indices)
    axes = [f"principal component {at}: {100 * share:.0f} %" for at, share in enumerate(shares, 1)]
    names = [str(classes[index]) for index in indices]
    draw_map(places, names, path, exemplars, misses, (axes[0], axes[1]))
    marks = "" if table is None else f"; stars are exemplars ({table.shots.min()}-shot)"
    report.picture(
        path,
        f"{len(indices):,} of {len(every):,} clips of the novel classes of split {wanted}: "
        f"features of unit length by the encoder of split {split.number}, in the plane in which "
        f"they differ most; the axes tell the share of their variance{marks}",
    )


def _novel(split: SplitRun, table: QueryTable | None, wanted: int) -> set[str]:
    """Name the classes of a map: those of the split's tasks, else those the run set aside."""
    if table is None:
        return set(split.config.get("novel") or [])
    scored = ~np.isnan(table.scores[table.splits == wanted]).all(axis=0)
    return {name for name, there in zip(table.classes, scored, strict=True) if there}


def _embedding(material: RunMaterial) -> dict[str, Any]:
    """Read clips out as the first result did, whose features are kept."""
    for result in material.results.values():
        told = result.config.get("evaluate")
        if isinstance(told, dict):
            return {name: told[name] for name in EmbedOptions.model_fields if name in told}
    return {}


def _marked(
    store: Store, table: QueryTable | None, split: int, indices: Sequence[int]
) -> tuple[set[int], list[int]]:
    """Find the exemplars and the misses of the first task of a split among the clips shown."""
    if table is None:
        return set(), []
    shots = (table.shots == table.shots.min()) & (table.splits == split)
    rows = np.flatnonzero(shots & (table.draws == table.draws[shots].min())).tolist()
    hits = table.hits
    place = {index: at for at, index in enumerate(indices)}
    wrong = [store.index_of(table.clips[row]) for row in rows if hits[row] == 0]
    named = [store.index_of(name) for name in table.exemplars[rows[0]]]
    return {place[i] for i in named if i in place}, [place[i] for i in wrong if i in place]


def principal_plane(features: NDArray[np.float32]) -> tuple[NDArray[np.float64], list[float]]:
    """Project features to the plane in which they differ most, after scaling to unit length.

    Args:
        features: (n, D), n at least 2.

    Returns:
        Places (n, 2), and the share of the variance along each axis.

    Example:
        >>> places, shares = principal_plane(np.eye(3, dtype=np.float32))
        >>> places.shape, [round(share, 2) for share in shares]
        ((3, 2), [0.5, 0.5])
    """
    vectors = features.astype(np.float64)
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    vectors -= vectors.mean(0)
    # By the products of clips, which are fewer than the numbers of a feature map.
    values, columns = np.linalg.eigh(vectors @ vectors.T)
    values, columns = np.maximum(values[::-1], 0), columns[:, ::-1]
    signs = np.sign(columns[np.abs(columns).argmax(0), np.arange(columns.shape[1])])
    places = columns[:, :2] * np.where(signs == 0, 1, signs)[:2] * np.sqrt(values[:2])
    return places, (values[:2] / max(float(values.sum()), 1e-12)).tolist()
