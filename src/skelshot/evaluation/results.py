"""One JSON a result: what was asked, what came out, and where it was measured."""

from collections.abc import Mapping, Sequence
from typing import Any

from skelshot.datasets.protocols.clip_counts import ClipCounts
from skelshot.evaluation.answers import ShotResult
from skelshot.evaluation.interval_notes import INTERVAL_NOTES
from skelshot.ground.environment import environment, peak_memory_mb


def result_document(
    *,
    method: str,
    protocol: str,
    splits: Sequence[int],
    results: Sequence[ShotResult],
    counts: ClipCounts | None,
    class_names: Sequence[str],
    data_hash: str,
    config: Mapping[str, Any],
    seconds: float,
    parts: Mapping[str, float],
    sides: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Gather an evaluation in one document.

    Args:
        method: Name of the few-shot method.
        protocol: Name of the protocol.
        splits: Numbers of the splits.
        results: One a number of shots.
        counts: How the clips fall out, where the protocol names its exemplars.
        class_names: Names in label order.
        data_hash: Hash of the store.
        config: Options of evaluation and method, seed and run.
        seconds: Wall time of all.
        parts: Wall time by part.
        sides: Whether left and right are different actions, and why.

    Returns:
        A document that `json` takes; accuracies are fractions.
    """
    return {
        "method": method,
        "protocol": protocol,
        "splits": list(splits),
        "accuracy": accuracy_document(results, class_names),
        "counts": counts.as_json() if counts else None,
        "sides": dict(sides) if sides else None,
        "class_names": list(class_names),
        "data_hash": data_hash,
        "config": dict(config),
        "seconds": round(seconds, 3),
        "seconds_by_part": dict(parts),
        "peak_memory_mb": peak_memory_mb(),
        "environment": environment(),
    }


def accuracy_document(
    results: Sequence[ShotResult], class_names: Sequence[str]
) -> dict[str, dict[str, Any]]:
    """Spell accuracies as results do.

    Args:
        results: One a number of shots.
        class_names: Names in label order.

    Returns:
        By number of shots: mean, interval and what it is over, queries, accuracies of splits and
        classes, confusion, and the fingerprint of the tasks.
    """
    return {
        str(result.shots): {
            "mean": result.interval.mean if result.interval else None,
            "ci95": result.interval.ci95 if result.interval else None,
            "interval": result.interval_over,
            "interval_note": INTERVAL_NOTES[result.interval_over],
            **_over_subjects(result),
            "queries": result.queries,
            "unlabelled": result.unlabelled,
            "per_split": result.per_split,
            "per_draw": result.per_draw,
            "per_class": result.per_class(class_names),
            "confusion": result.confusion.tolist(),
            "protocol_hash": result.protocol_hash,
        }
        for result in results
    }


def _over_subjects(result: ShotResult) -> dict[str, Any]:
    """Spell the interval over performers, which only results over queries have."""
    interval = result.interval_subjects
    if interval is None:
        return {"ci95_subjects": None, "subjects": None}
    return {"ci95_subjects": interval.ci95, "subjects": interval.n}
