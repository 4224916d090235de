"""From the answers of an evaluation to the rows of its table of queries."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from skelshot.datasets.clips import UNLABELLED
from skelshot.datasets.store import Store
from skelshot.evaluation.answers import Answers
from skelshot.evaluation.query_table import QueryTable


def query_rows(store: Store, answers: Sequence[Answers]) -> QueryTable:
    """Gather every query of every task in one table.

    Args:
        store: The clips.
        answers: For each number of shots the scores of all tasks.

    Returns:
        One row a query, shots by shots and task by task. The classes are those of any task, in
        label order.
    """
    places = [(each, row) for each in answers for row in range(len(each.tasks))]
    tasks = [each.tasks[row] for each, row in places]
    classes = sorted({label for task in tasks for label in task.classes})
    column = {label: place for place, label in enumerate(classes)}
    names, clips = [store.class_names[label] for label in classes], store.clips
    lengths = [len(task.queries) for task in tasks]
    scores = np.full((sum(lengths), len(classes)), np.nan, np.float32)
    true: list[str | None] = []
    predicted: list[str] = []
    exemplars: list[tuple[str, ...]] = []
    start = 0
    for (each, row), task, length in zip(places, tasks, lengths, strict=True):
        columns = [column[label] for label in task.classes]
        logits = each.logits[row, :length].float().numpy()
        scores[start : start + length, columns] = logits
        said = [names[place] for place in columns]
        predicted += [said[place] for place in logits.argmax(-1)]
        true += [None if place == UNLABELLED else said[place] for place in task.targets]
        exemplars += [tuple(clips[int(index)].name for index in task.support.flat)] * length
        start += length

    def of_task(values: Sequence[int]) -> NDArray[np.int64]:
        return np.repeat(np.array(values, np.int64), lengths)

    return QueryTable(
        shots=of_task([each.shots for each, _ in places]),
        splits=of_task([task.split for task in tasks]),
        draws=of_task([task.draw for task in tasks]),
        clips=[clips[int(index)].name for task in tasks for index in task.queries],
        true=true,
        predicted=predicted,
        exemplars=exemplars,
        classes=tuple(names),
        scores=scores,
    )
