"""All of it in miniature and offline, on the synthetic NTU under the one-shot protocol."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from skelshot.datasets.ntu import NtuReader
from skelshot.datasets.prepare import prepare
from skelshot.datasets.protocols import protocol_named
from skelshot.datasets.store import Store
from skelshot.experiments.demo_report import write_demo_report
from skelshot.experiments.evaluating import evaluate_run
from skelshot.experiments.settings import load_settings
from skelshot.fewshot import method_named
from skelshot.ground import SkelshotError
from skelshot.ground.environment import usable_cores
from skelshot.ground.files import write_json
from skelshot.pretraining.pretrain import pretrain
from skelshot.synthesis.plan import NOVEL_ACTIONS, SynthesisPlan, performers_of
from skelshot.synthesis.synthesise import synthesise
from skelshot.teachers import FeatureCache, load_templates, teach_text, teacher_named

PROTOCOL = "ntu60-one-shot"
STAGES = {
    "untrained": ("none", "none"),
    "without_transfer": ("none", "cosine"),
    "with_transfer": ("transfer", "cosine"),
}
"""What comes first and what is trained in episodes, by row."""


@dataclass(frozen=True)
class DemoSize:
    """How much the demo does; the default takes a few minutes on two cores.

    Args:
        base_performers: People who show each of the 50 base classes, filmed.
        novel_performers: People who show each of the 10 novel classes: 11 of them make 650
            queries, so that the interval means something.
        cameras: Cameras that record the base classes; the novel ones are seen by all three.
        video_size: Width and height of the videos.
        changes: As `pretrain --set`, for every row.
        rows: As `pretrain --set`, for each row, so that all trained rows see equally many clips.
    """

    base_performers: int = 3
    novel_performers: int = 11
    cameras: tuple[int, ...] = (1, 3)
    video_size: tuple[int, int] = (320, 180)
    changes: tuple[str, ...] = ("loop.keep_every=100",)
    rows: dict[str, tuple[str, ...]] = field(
        default_factory=lambda: {
            "untrained": (),
            "without_transfer": ("episodic.epochs=16", "episodic.optimiser.lr=0.003"),
            "with_transfer": ("transfer.epochs=9", "episodic.epochs=6"),
        }
    )


def run_demo(out: Path, size: DemoSize | None = None) -> dict[str, Any]:
    """Go from motion programs to accuracies, with and without a teacher.

    Writes raw files in NTU's own format (videos of the base classes only), prepares them,
    teaches, trains by transfer and in episodes, evaluates on ten actions that training never
    saw, and leaves an HTML report.

    Args:
        out: Folder for everything; a second run goes on from what is there.
        size: How much to do.

    Returns:
        1-shot accuracies `with_transfer`, `without_transfer` and `untrained`, their intervals
        `ci95`, the number of `queries`, the `report`, the `teacher` and the `seconds`.
    """
    began = time.perf_counter()
    size = size or DemoSize()
    out.mkdir(parents=True, exist_ok=True)
    spent: dict[str, float] = {}
    with _timed(spent, "write and prepare raw files"):
        store = _store(out, size)
    with _timed(spent, "teach"):
        teacher = _teach(store, out / "features")
    rows = {}
    for name, (strategy, episodes) in STAGES.items():
        features = teacher if strategy == "transfer" else None
        assignments = (*size.changes, *size.rows.get(name, ()))
        run = out / "runs" / name.replace("_", "-")
        with _timed(spent, name.replace("_", " ")):
            rows[name] = _row(store, run, strategy, episodes, features, assignments)
    first = {name: row["accuracy"]["1"] for name, row in rows.items()}
    report = write_demo_report(out, store, rows, teacher.teacher, spent)
    document = {
        **{name: accuracy["mean"] for name, accuracy in first.items()},
        "ci95": {name: accuracy["ci95"] for name, accuracy in first.items()},
        "queries": first["untrained"]["queries"],
        "teacher": teacher.teacher,
        "report": str(report),
        "seconds": round(time.perf_counter() - began, 1),
    }
    write_json(out / "demo.json", document)
    return document


@contextmanager
def _timed(spent: dict[str, float], name: str) -> Iterator[None]:
    clock = time.perf_counter()
    yield
    spent[name] = round(time.perf_counter() - clock, 1)


def _store(out: Path, size: DemoSize) -> Store:
    """Write the raw files and read them into a store, as for the real data set."""
    workers = usable_cores()
    novel = tuple(action for action in NOVEL_ACTIONS if action <= 60)
    base = tuple(action for action in range(1, 61) if action not in novel)
    plans = [
        SynthesisPlan(novel, performers_of(size.novel_performers)),
        SynthesisPlan(base, performers_of(size.base_performers), size.cameras, video_actions=base),
    ]
    if not (out / "store").exists():
        for plan in plans:
            synthesise(plan, out / "raw", size=size.video_size, workers=workers)
    prepare(NtuReader(missing_list="none"), out / "raw", out / "store", workers=workers)
    return Store.open(out / "store")


def _teach(store: Store, path: Path) -> FeatureCache:
    """Cache f_t from MiniLM; from random codes where the extra is not installed."""
    if not path.exists():
        try:
            teacher = teacher_named("minilm")
        except SkelshotError:
            teacher = teacher_named("random-code")
        teach_text(store, teacher, load_templates("both-ways"), path)
    return FeatureCache.open(path)


def _row(
    store: Store,
    run: Path,
    strategy: str,
    episodes: str,
    teacher: FeatureCache | None,
    assignments: tuple[str, ...],
) -> dict[str, Any]:
    """Pre-train in one way, and evaluate."""
    protocol = protocol_named(PROTOCOL)
    settings = load_settings(
        "cpu",
        layout=store.layout.name,
        changes={"pretrain.strategy": strategy, "pretrain.episodes": episodes},
        assignments=assignments,
    )
    splits = protocol.split_list(store.class_names)
    pretrain(store, protocol, splits, settings.pretrain, run, teacher)
    method = method_named("cosine").from_options({})
    return evaluate_run(store, protocol, method, [1, 5], settings.evaluate, run)
