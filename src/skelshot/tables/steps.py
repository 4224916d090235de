"""The stages of tables: twin, features, pretrain and evaluate, each by the front door.

Whoever changes what one of them writes raises its version here: its entries are then made anew.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

from skelshot import front_door
from skelshot.pretraining.strategies import reads_teacher
from skelshot.tables.entries import QUERIES, GridStage

Call = Mapping[str, Any]


@contextmanager
def one_thread() -> Iterator[None]:
    """Let PyTorch use one thread, so that numbers do not depend on how many jobs there are."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def make_twin(output: Path, call: Call, needs: Sequence[Path]) -> None:
    """Write synthetic clips and read them into a store.

    Args:
        output: The store; the raw files stand beside it.
        call: What can `write` them, in which `format`, and the number of `workers`.
        needs: None.
    """
    raw, form, workers = output.with_name("raw"), call["format"], call["workers"]
    call["write"](raw, workers=workers)
    options: dict[str, Any] = {"missing_list": "none"} if form == "ntu" else {}
    front_door.prepare(form, raw, output, workers=workers, **options)


def make_features(output: Path, call: Call, needs: Sequence[Path]) -> None:
    """Cache a teacher's features of the base classes.

    Args:
        output: The cache.
        call: Arguments of `front_door.teach`.
        needs: None.
    """
    with one_thread():
        front_door.teach(out=output, **call)


def make_run(output: Path, call: Call, needs: Sequence[Path]) -> None:
    """Pre-train one split with one seed.

    Args:
        output: The run.
        call: Arguments of `front_door.pretrain`, and `reads`: what each of `needs` is, `features`
            or `start`.
        needs: Features, or the run to begin from.
    """
    further = dict(zip(call["reads"], needs, strict=True))
    words = {name: value for name, value in call.items() if name != "reads"}
    if not reads_teacher(words["strategy"]):  # a table may name one teacher for all of its rows
        further.pop("features", None)
    with one_thread():
        front_door.pretrain(out=output, **words, **further)


def make_result(output: Path, call: Call, needs: Sequence[Path]) -> None:
    """Evaluate one split of a run; a table of the queries stands beside the result.

    Args:
        output: The result file.
        call: Arguments of `front_door.evaluate`.
        needs: The run; none for methods that read clips.
    """
    queries = output.with_name(QUERIES)
    queries.unlink(missing_ok=True)
    with one_thread():
        run = needs[0] if needs else None
        front_door.evaluate(out=output, queries=queries, run=run, **call)


TWIN = GridStage("twin", 1, make_twin, "store")
FEATURES = GridStage("features", 1, make_features, "features")
PRETRAIN = GridStage("pretrain", 1, make_run, "run")
EVALUATE = GridStage("evaluate", 1, make_result, "result.json")
