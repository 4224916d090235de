"""All of it in miniature and offline: toy clips in, two accuracies and a report out."""

import time
from pathlib import Path
from typing import Any

from skelshot.datasets.npz import NpzReader
from skelshot.datasets.prepare import prepare
from skelshot.datasets.protocols import protocol_named
from skelshot.datasets.store import Store
from skelshot.experiments.evaluating import evaluate_run
from skelshot.experiments.pictures import draw_clips
from skelshot.experiments.settings import load_settings
from skelshot.experiments.toy import write_toy_clips
from skelshot.fewshot import method_named
from skelshot.ground import SkelshotError
from skelshot.ground.files import whole_file, write_json
from skelshot.pretraining.pretrain import pretrain
from skelshot.teachers import FeatureCache, load_templates, teach_text, teacher_named

PERFORMERS, REPETITIONS = 6, 4

# Small enough for a minute on two cores; the toy world is far easier than the real one.
ASSIGNMENTS = (
    "encoder.width=0.125",
    "transfer.epochs=12",
    "episodic.epochs=4",
    "loop.keep_every=100",
)


def run_demo(out: Path) -> dict[str, Any]:
    """Go from raw clips to accuracies, with and without a teacher.

    Args:
        out: Folder for everything; a second run goes on from what is there.

    Returns:
        1-shot accuracies `with_transfer` and `without_transfer`, the `report`, the `teacher`
        and the `seconds`.
    """
    began = time.perf_counter()
    out.mkdir(parents=True, exist_ok=True)
    if not (out / "store").exists():
        write_toy_clips(out / "raw", PERFORMERS, REPETITIONS)
    prepare(NpzReader(), out / "raw", out / "store")
    store = Store.open(out / "store")
    teacher = _teach(store, out / "features")
    rows = {
        "untrained": _row(store, out, "untrained", "none", "none", None),
        "without_transfer": _row(store, out, "without-transfer", "none", "cosine", None),
        "with_transfer": _row(store, out, "with-transfer", "transfer", "cosine", teacher),
    }
    picture = draw_clips(store, out / "clips.png")
    seconds = round(time.perf_counter() - began, 1)
    report = _report(out / "report.md", rows, teacher.teacher, picture, seconds)
    document = {
        "with_transfer": rows["with_transfer"]["accuracy"]["1"]["mean"],
        "without_transfer": rows["without_transfer"]["accuracy"]["1"]["mean"],
        "untrained": rows["untrained"]["accuracy"]["1"]["mean"],
        "teacher": teacher.teacher,
        "report": str(report),
        "seconds": seconds,
    }
    write_json(out / "demo.json", document)
    return document


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
    store: Store, out: Path, name: str, strategy: str, episodes: str, teacher: FeatureCache | None
) -> dict[str, Any]:
    """Pre-train in one way on every split, and evaluate."""
    protocol = protocol_named("toy")
    settings = load_settings(
        "cpu",
        layout=store.layout.name,
        changes={"pretrain.strategy": strategy, "pretrain.episodes": episodes},
        assignments=ASSIGNMENTS,
    )
    splits = protocol.split_list(store.class_names)
    pretrain(store, protocol, splits, settings.pretrain, out / name, teacher)
    method = method_named("cosine").from_options({})
    return evaluate_run(store, protocol, method, [1, 5], settings.evaluate, out / name)


def _report(
    path: Path, rows: dict[str, dict[str, Any]], teacher: str, picture: Path, seconds: float
) -> Path:
    """Write the accuracies as a table, with their intervals."""
    lines = [
        "# Skelshot demo",
        "",
        "Toy actions, four novel classes at a time, recognised from one and five examples. The",
        "toy world shows that every part runs; it says nothing of real people.",
        "",
        f"![Toy clips]({picture.name})",
        "",
        f"| pre-training (teacher: {teacher}) | 1-shot % | 5-shot % |",
        "|---|---|---|",
    ]
    for name, row in rows.items():
        cells = []
        for shots in ("1", "5"):
            result = row["accuracy"][shots]
            low, high = result["ci95"]
            cells.append(f"{100 * result['mean']:.1f} ({100 * low:.1f} to {100 * high:.1f})")
        lines.append(f"| {name.replace('_', ' ')} | {cells[0]} | {cells[1]} |")
    lines += ["", f"Made in {seconds:.0f} s by `skelshot demo`.", ""]
    with whole_file(path) as partial:
        partial.write_text("\n".join(lines), encoding="utf-8")
    return path
