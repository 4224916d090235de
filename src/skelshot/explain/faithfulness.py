"""Faithfulness of methods of attribution, on synthetic clips whose truth is known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from skelshot.datasets.protocols.tasks import Task
from skelshot.explain.attribution_method import AttributionMethod
from skelshot.explain.explain import Explainer
from skelshot.explain.measures import (
    course_area,
    likeness,
    points_at_truth,
    share_in_truth,
    truth_auc,
)
from skelshot.ground.progress import progress_bar
from skelshot.synthesis.clip_truth import purpose_in_clip

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Faithfulness:
    """Faithfulness of one method of attribution to one classifier; means over clips.

    Args:
        attribution: The method of attribution.
        clips: How many clips.
        right: Share of them that the classifier names rightly.
        auc: Area under the ROC curve against the truth; 0.5 says nothing.
        auc_error: Standard error of that mean.
        pointing: Share of the clips in which the most important joint and frame is a true one.
        share: How much of the importance falls on the truth.
        truth: How much of the clip is true, which is what `pointing` and `share` have by chance.
        deletion: Mean probability while the most important is hidden first; low is good.
        insertion: Mean probability while the most important is shown first; high is good.
        randomised: Rank correlation with the map of an encoder of random weights; a map that
            tells of what was trained is far from 1.
        boundaries: Share of the clips whose boundary was found; NaN where none is looked for.
        gap: Mean absolute completeness gap; NaN where there is none.
        aucs: The areas of the clips, in their order, for comparisons clip by clip.
    """

    attribution: str
    clips: int
    right: float
    auc: float
    auc_error: float
    pointing: float
    share: float
    truth: float
    deletion: float
    insertion: float
    randomised: float
    boundaries: float
    gap: float
    aucs: tuple[float, ...]


def measure_faithfulness(
    explainer: Explainer,
    clips: Sequence[int],
    tasks: Sequence[Task],
    raw: Path,
    attributions: Sequence[AttributionMethod],
    batch: int = 16,
) -> list[Faithfulness]:
    """Measure methods of attribution on a classifier, clip by clip of a synthetic data set.

    Args:
        explainer: The classifier.
        clips: Indices of clips in its store.
        tasks: The task of each.
        raw: The folder that `skelshot synth` wrote and the store was prepared from.
        attributions: What is measured.
        batch: Clips explained together.

    Returns:
        One row a method of attribution, in their order.

    Raises:
        SkelshotError: A clip has no truth, or what `Explainer` refuses.
    """
    store = explainer.member.store
    truths = [
        purpose_in_clip(store.sequence(index), raw / store.clips[index].source_file)
        for index in clips
    ]
    rows = []
    with progress_bar("clips", total=len(clips) * len(attributions)) as bar:
        for attribution in attributions:
            measured: dict[str, list[float]] = {}
            for first in range(0, len(clips), batch):
                cut = slice(first, first + batch)
                part = replace(explainer, attribution=attribution)
                for name, values in _of_batch(part, clips[cut], tasks[cut], truths[cut]).items():
                    measured.setdefault(name, []).extend(values)
                bar.advance(len(clips[cut]))
            rows.append(_row(attribution.name, measured))
    return rows


def _of_batch(
    explainer: Explainer, clips: Sequence[int], tasks: Sequence[Task], truths: Sequence[Mask]
) -> Mapping[str, list[float]]:
    """Measure some clips: for each measure one number a clip."""
    store = explainer.member.store
    seen, _, question = explainer.ask(clips, tasks)
    shares = explainer.attribution.attribute(question)
    labels = [task.classes[int(place)] for task, place in zip(tasks, question.labels, strict=True)]
    *_, forgetful = replace(explainer, forget=0).ask(clips, tasks, labels)
    random = explainer.attribution.attribute(forgetful)
    there = [store.sequence(index).present.T for index in clips]
    maps, of_random = (
        [clip.to_clip(each.values[row].cpu()).abs().sum(0) for row, clip in enumerate(seen)]
        for each in (shares, random)
    )
    cells = list(zip(maps, truths, there, strict=True))
    importance = shares.values.abs().sum(1)
    none = [float("nan")] * len(clips)
    return {
        "right": [
            float(label == store.clips[index].label)
            for label, index in zip(labels, clips, strict=True)
        ],
        "auc": [truth_auc(*cell) for cell in cells],
        "pointing": [points_at_truth(*cell) for cell in cells],
        "share": [share_in_truth(*cell) for cell in cells],
        "truth": [float(truth[_cells(truth, who)].mean()) for _, truth, who in cells],
        "deletion": course_area(question, importance, "deletion").tolist(),
        "insertion": course_area(question, importance, "insertion").tolist(),
        "randomised": [
            likeness(one, other, who)
            for one, other, who in zip(maps, of_random, there, strict=True)
        ],
        "boundaries": none if shares.found is None else shares.found.float().tolist(),
        "gap": none if shares.gaps is None else shares.gaps.abs().tolist(),
    }


def _cells(truth: Mask, present: Mask) -> Mask:
    return np.broadcast_to(present[:, None], truth.shape)


def _row(name: str, measured: Mapping[str, list[float]]) -> Faithfulness:
    """Average over the clips."""
    aucs = torch.tensor(measured["auc"])
    means = {key: float(np.mean(values)) for key, values in measured.items()}
    error = float(aucs.std() / len(aucs) ** 0.5) if len(aucs) > 1 else float("nan")
    return Faithfulness(
        attribution=name,
        clips=len(aucs),
        auc_error=error,
        aucs=tuple(measured["auc"]),
        **means,
    )
