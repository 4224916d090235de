"""Score tasks with a method whose weights differ from split to split."""

from collections.abc import Mapping, Sequence

import torch

from skelshot.datasets.protocols.tasks import Split, Task
from skelshot.datasets.store import Store
from skelshot.evaluation.answers import Answers
from skelshot.evaluation.evaluate import FeatureSource, answer
from skelshot.fewshot import FewShotMethod


def answer_each_split(
    store: Store,
    splits: Sequence[Split],
    methods: Sequence[FewShotMethod],
    tasks: Mapping[int, Sequence[Sequence[Task]]],
    features: FeatureSource,
    seconds: dict[str, float] | None = None,
    device: torch.device | str = "cpu",
) -> list[Answers]:
    """Score the queries of all tasks with one method a split, as `answer` does with one for all.

    Of a method that embeds clips itself only the matching is left to do: the features are its
    embeddings, made once a clip however many tasks the clip is in.

    Args:
        store: The clips.
        splits: Which splits.
        methods: One method a split, all of one kind.
        tasks: For each number of shots the tasks of each split.
        features: Gives the features of a split's clips, embeddings of methods that make them.
        seconds: What each part took is added to, if given.
        device: Where the methods run.

    Returns:
        The answers, one for each number of shots.
    """
    by_split = []
    for place, (split, method) in enumerate(zip(splits, methods, strict=True)):
        matcher = method if method.embedder is None else method.embedder.matcher
        own = {k: [per_split[place]] for k, per_split in tasks.items()}
        by_split.append(answer(store, [split], matcher, own, features, seconds, device))
    return [_joined(parts) for parts in zip(*by_split, strict=True)]


def _joined(parts: Sequence[Answers]) -> Answers:
    """Put the answers of single splits together; shorter ones are filled up."""
    tasks = [task for part in parts for task in part.tasks]
    longest = max(part.logits.shape[1] for part in parts)
    filled = [
        torch.nn.functional.pad(part.logits, (0, 0, 0, longest - part.logits.shape[1]))
        for part in parts
    ]
    return Answers(parts[0].shots, tasks, torch.cat(filled))
