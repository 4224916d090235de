"""All of it in miniature and offline, on the synthetic NTU under the one-shot protocol."""

import time
from collections.abc import Iterator
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from skelshot.datasets.ntu import NtuReader
from skelshot.datasets.prepare import prepare
from skelshot.datasets.protocols import protocol_named
from skelshot.datasets.store import Store
from skelshot.evaluation.comparison import Difference, compare
from skelshot.evaluation.pairing import Side
from skelshot.evaluation.query_table import read_queries
from skelshot.experiments.calls import call
from skelshot.experiments.demo_explained import Picture, explain_queries
from skelshot.experiments.demo_report import write_demo_report
from skelshot.experiments.settings import load_settings
from skelshot.ground import SkelshotError
from skelshot.ground.environment import usable_cores
from skelshot.ground.files import read_json, write_json
from skelshot.ground.progress import progress_bar
from skelshot.runs import Run
from skelshot.synthesis.plan import NOVEL_ACTIONS, SynthesisPlan, performers_of
from skelshot.synthesis.synthesise import synthesise
from skelshot.teachers import (
    FeatureCache,
    Representation,
    extract_text,
    load_class_texts,
    load_templates,
    teacher_named,
)
from skelshot.teachers.base import VideoTeacher
from skelshot.teachers.extract.frame_sources import VideoSource
from skelshot.teachers.extract.videos import extract_videos
from skelshot.videos.clip_frames import VideoOptions

PROTOCOL = "ntu60-one-shot"
STAGES = {
    "untrained": ("none", "none"),
    "without_transfer": ("none", "cosine"),
    "with_transfer": ("transfer", "cosine"),
}
"""What comes first and what is trained in episodes, by row."""

QUERIES = "queries.parquet"
"""Table of a row's queries, within its run."""


@dataclass(frozen=True)
class DemoSize:
    """Size of the demo; the default takes a few minutes on two cores.

    Args:
        base_performers: People who show each of the 50 base classes, filmed.
        novel_performers: People who show each of the 10 novel classes: 16 of them make 950
            queries, so that the interval means something.
        cameras: Cameras that record the base classes; the novel ones are seen by all three.
        video_size: Width and height of the videos.
        changes: As `pretrain --set`, for every row.
        rows: As `pretrain --set`, for each row; both trained rows see the same episodes, and
            transfer comes on top. After it their learning rate is a quarter, since at the full
            one they undo it (docs/research: the demo).
    """

    base_performers: int = 3
    novel_performers: int = 16
    cameras: tuple[int, ...] = (1, 3)
    video_size: tuple[int, int] = (320, 180)
    changes: tuple[str, ...] = ("loop.keep_every=100",)
    rows: dict[str, tuple[str, ...]] = field(
        default_factory=lambda: {
            "untrained": (),
            "without_transfer": (),
            "with_transfer": ("strategy.epochs=6", "episodic.optimizer.lr=0.0005"),
        }
    )

    def changes_of(self, row: str) -> tuple[str, ...]:
        """List the changes to the preset for one row.

        Args:
            row: A key of `STAGES`.

        Returns:
            As `pretrain --set`.
        """
        return (*self.changes, *self.rows.get(row, ()))

    def tests_of(self, row: str) -> tuple[str, ...]:
        """List those of the changes for one row that an evaluation follows.

        Args:
            row: A key of `STAGES`.

        Returns:
            As `evaluate --set`.
        """
        return tuple(each for each in self.changes_of(row) if each.startswith("evaluate."))


def run_demo(out: Path, size: DemoSize | None = None, device: str | None = None) -> dict[str, Any]:
    """Go from motion programs to accuracies, with and without a teacher.

    Writes raw files in NTU's own format (videos of the base classes only), prepares them,
    teaches, trains by transfer and in episodes, evaluates on ten actions that training never
    saw, and leaves an HTML report.

    Args:
        out: Folder for everything; a second run goes on from what is there.
        size: How much to do.
        device: As `pretrain --device`; a GPU where there is one unless told.

    Returns:
        1-shot accuracies `with_transfer`, `without_transfer` and `untrained`, their intervals
        `ci95`; what transfer adds, query by query, as `gain` with its interval over performers
        `gain_ci95`; the number of `queries`, the `report`, the `teacher` and the `seconds`.
    """
    began = time.perf_counter()
    size = size or DemoSize()
    out.mkdir(parents=True, exist_ok=True)
    spent: dict[str, float] = {}
    with _timed(spent, "write and prepare raw files"):
        store = _store(out, size)
    with _timed(spent, "teach"):
        teacher = _teach(store, out)
    with _timed(spent, "train and evaluate"):
        representation: Representation = "text" if teacher.video is None else "video+text"
        rows = _rows(out, size, representation, device)
    first = {name: row["accuracy"]["1"] for name, row in rows.items()}
    gain = _gain(out, store)
    with _timed(spent, "explain"):
        why = _explained(out, store, size)
    report = write_demo_report(out, store, rows, gain, why, teacher.teacher, spent)
    document = {
        **{name: accuracy["mean"] for name, accuracy in first.items()},
        "ci95": {name: accuracy["ci95"] for name, accuracy in first.items()},
        "gain": gain.difference,
        "gain_ci95": gain.ci95,
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


def _teach(store: Store, out: Path) -> FeatureCache:
    """Cache f_v and f_t of the base classes' videos; random codes where the extra is missing."""
    path, prompts = out / "features", load_templates("time-reversed")
    if path.exists():
        return FeatureCache.open(path)
    try:
        teacher = teacher_named("mini")
    except SkelshotError:
        teacher = teacher_named("random-code")
    if isinstance(teacher, VideoTeacher):
        (split,) = protocol_named(PROTOCOL).split_list(store)
        options = VideoOptions(frames=teacher.frames, size=teacher.frame_size)
        source = VideoSource(out / "raw", options)
        described = load_class_texts("ntu-descriptions", store.class_names)
        extract_videos(
            store, teacher, source, prompts, path, labels=split.base, class_texts=described
        )
    else:
        extract_text(store, teacher, prompts, path)
    return FeatureCache.open(path)


def _gain(out: Path, store: Store) -> Difference:
    """Compare the row with transfer and the one without, query by query."""
    files = {name: _run_of(out, name) / QUERIES for name in ("without_transfer", "with_transfer")}
    sides = [Side(name, str(file), read_queries(file)) for name, file in files.items()]
    (gain,) = compare(sides, [1], {clip.name: clip.subject for clip in store.clips})
    return gain


def _explained(out: Path, store: Store, size: DemoSize) -> list[Picture]:
    """Draw what a few answers rest on, of the row with transfer."""
    run = _run_of(out, "with_transfer")
    queries = read_queries(run / QUERIES)
    protocol, changes = protocol_named(PROTOCOL), size.tests_of("with_transfer")
    return explain_queries(store, protocol, Run.open(run), queries, out, changes)


def _run_of(out: Path, row: str) -> Path:
    return out / "runs" / row.replace("_", "-")


def _rows(
    out: Path, size: DemoSize, representation: Representation, device: str | None
) -> dict[str, dict[str, Any]]:
    """Pre-train and evaluate all rows, side by side in processes of one thread each."""
    runs = {name: _run_of(out, name) for name in STAGES}
    settings = {
        name: load_settings(
            "cpu",
            layout="kinect-v2",
            changes={"pretrain.strategy": strategy},
            assignments=size.changes_of(name),
        ).pretrain
        for name, (strategy, _) in STAGES.items()
    }
    epochs = sum(
        getattr(settings[name].strategy, "epochs", 0)
        + (settings[name].episodic.epochs if episodes != "none" else 0)
        for name, (_, episodes) in STAGES.items()
    )
    with (
        progress_bar("training, epochs", total=epochs) as bar,
        ThreadPoolExecutor(usable_cores()) as pool,
    ):
        jobs = [
            pool.submit(_row, out, name, runs[name], size, representation, device)
            for name in reversed(STAGES)
        ]
        shown = 0
        while not all(job.done() for job in jobs):
            wait(jobs, timeout=0.5, return_when=FIRST_EXCEPTION)
            done = sum(_epochs_done(run) for run in runs.values())
            bar.advance(done - shown)
            shown = done
        for job in jobs:
            job.result()
    return {name: read_json(run / "result.json") for name, run in runs.items()}


def _epochs_done(run: Path) -> int:
    """Count the epochs that a run has noted so far."""
    notes = run.glob("split-*/metrics.jsonl")
    return sum(note.read_bytes().count(b"\n") for note in notes)


def _row(
    out: Path,
    name: str,
    run: Path,
    size: DemoSize,
    representation: Representation,
    device: str | None,
) -> None:
    """Pre-train in one way, and evaluate, by the commands that anybody would call."""
    strategy, episodes = STAGES[name]
    common = ["--protocol", PROTOCOL, "--threads", 1]
    common += [] if device is None else ["--device", device]
    train: list[object] = ["--strategy", strategy, "--episodes", episodes, "--out", run]
    if strategy == "transfer":
        train += ["--features", out / "features"]
        train += ["--set", f"strategy.representation={representation}"]
    for change in size.changes_of(name):
        train += ["--set", change]
    call("pretrain", out / "store", *common, *train)
    test: list[object] = ["--run", run, "--out", run / "result.json"]
    (run / QUERIES).unlink(missing_ok=True)  # of a call before, which is gone on with
    test += ["--queries", run / QUERIES]
    for change in size.tests_of(name):
        test += ["--set", change]
    call("evaluate", out / "store", *common, *test)
