"""Evaluate a method whose weights differ from split to split."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from skelshot.datasets.protocols.contract import FewShotProtocol
from skelshot.datasets.protocols.tasks import Split
from skelshot.datasets.store import Store
from skelshot.evaluation.evaluate import FeatureSource, ShotResult, evaluate, within_unit
from skelshot.evaluation.metrics import mean_interval
from skelshot.fewshot import FewShotMethod


def evaluate_each_split(
    store: Store,
    protocol: FewShotProtocol,
    splits: Sequence[Split],
    methods: Sequence[FewShotMethod],
    shots: Sequence[int],
    features: FeatureSource,
    seconds: dict[str, float] | None = None,
) -> list[ShotResult]:
    """Evaluate one method a split and join the results as `evaluate` does for one method.

    Of a method that embeds clips itself only the matching is left to do: the features are its
    embeddings, made once a clip however many tasks the clip is in.

    Args:
        store: The clips.
        protocol: Draws the tasks.
        splits: Which splits.
        methods: One method a split, all of one kind.
        shots: Numbers of exemplars a class.
        features: Gives the features of a split's clips, embeddings of methods that make them;
            asked once a split.
        seconds: Filled with wall time by part, if given.

    Returns:
        One result a number of shots.

    Raises:
        SkelshotError: A task cannot be filled.
    """
    spent: dict[str, float] = defaultdict(float)
    by_split = []
    for split, method in zip(splits, methods, strict=True):
        parts: dict[str, float] = {}
        judge = method if method.embedder is None else method.embedder.matcher
        by_split.append(evaluate(store, protocol, [split], judge, shots, features, parts))
        for name, value in parts.items():
            spent[name] += value
    if seconds is not None:
        seconds.update({name: round(value, 3) for name, value in spent.items()})
    return [
        _joined(results, protocol.fingerprint(store, splits, k))
        for k, *results in zip(shots, *by_split, strict=True)
    ]


def _joined(results: Sequence[ShotResult], protocol_hash: str) -> ShotResult:
    """Put the results of single splits together; one alone keeps its interval over queries."""
    first, *others = results
    if not others:
        return first
    accuracies = [accuracy for result in results for accuracy in result.per_split]
    return replace(
        first,
        per_split=accuracies,
        interval=within_unit(mean_interval(accuracies)),
        queries=sum(result.queries for result in results),
        confusion=sum((result.confusion for result in others), first.confusion),
        protocol_hash=protocol_hash,
    )
