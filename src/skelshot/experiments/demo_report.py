"""The demo's report: accuracies, pictures, and where the time went."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from skelshot.datasets.store import Store
from skelshot.evaluation.comparison import Difference
from skelshot.experiments.html import HtmlReport
from skelshot.experiments.pictures import draw_clips
from skelshot.experiments.tables import accuracy_cell
from skelshot.rendering.charts import draw_confusion
from skelshot.rendering.sheets import write_png
from skelshot.synthesis.filmstrips import filmstrips
from skelshot.synthesis.plan import Take
from skelshot.synthesis.recording import Recording
from skelshot.synthesis.synthesise import recording_of

FILMED = (2, 6, 23, 27, 50, 58)
"""Base classes shown in the report: eat, pick up, wave, jump, punch, shake hands."""

ROWS = {
    "untrained": "untrained encoder",
    "without_transfer": "episodes only",
    "with_transfer": "transfer from the teacher, then the same episodes at a quarter of the rate",
}


def write_demo_report(
    out: Path,
    store: Store,
    rows: Mapping[str, Mapping[str, Any]],
    gain: Difference,
    why: Sequence[tuple[Path, str]],
    teacher: str,
    spent: Mapping[str, float],
) -> Path:
    """Write `report.html` into the demo's folder.

    Args:
        out: The demo's folder, with `raw/` in it.
        store: The clips.
        rows: Result documents by the keys of `ROWS`.
        gain: The row with transfer against the one without.
        why: Pictures of what answers of the row with transfer rest on, and what they show.
        teacher: The teacher's name.
        spent: Seconds by part.

    Returns:
        The report's path.
    """
    best = rows["with_transfer"]["accuracy"]["1"]
    report = HtmlReport("Skelshot demo")
    report.paragraph(
        f"{len(store)} synthetic clips in NTU RGB+D's own format. The encoder was trained on 50 "
        "base classes; ten other actions are then recognised from one example each (the official "
        f"exemplar files), {best['queries']} queries, chance 10 %. The synthetic world shows that "
        "every part runs; it says nothing of real people."
    )
    report.heading("Accuracy")
    report.table(
        [f"pre-training (teacher: {teacher})", "1-shot %", "by performer", "5-shot %"],
        [_cells(ROWS[name], row["accuracy"]) for name, row in rows.items()],
    )
    report.paragraph(
        f"Transfer adds {gain_text(gain.difference, gain.ci95)}: {gain.only_this} queries are "
        f"right with it alone, {gain.only_baseline} without it alone."
    )
    report.paragraph(
        "Intervals are 95 %: over queries (Wilson), and in the third column over performers, whose "
        "clips are alike. Neither says what other exemplars or another training seed would give."
    )
    report.heading("What was written: videos of base classes")
    recording = recording_of(out / "raw")
    film = filmstrips(recording, [_take(recording, action) for action in FILMED], camera=1)
    write_png(out / "videos.png", film)
    report.picture(out / "videos.png", "Six base classes, as the colour camera sees them")
    report.heading("What was read: the official exemplars")
    novel = rows["with_transfer"]["accuracy"]["1"]["per_class"]
    exemplars = [
        store.index_of(Take(store.class_names.index(name) + 1, 8, 1).clip_name(3)) for name in novel
    ]
    draw_clips(store, out / "exemplars.png", indices=exemplars)
    report.picture(out / "exemplars.png", "The one example of each novel class, as skeletons")
    report.heading("By class, with transfer, 1-shot")
    report.bars(sorted(novel.items(), key=lambda entry: -entry[1]))
    labels = [store.class_names.index(name) for name in novel]
    confusion = np.array(best["confusion"])[np.ix_(labels, labels)]
    draw_confusion(confusion, list(novel), out / "confusion.png")
    report.picture(out / "confusion.png", "Which class (row) was called which (column)")
    report.heading("What answers rest on, with transfer, 1-shot")
    report.paragraph(
        "By joint and frame, from the nearest point at which the answer changes (boundary-based "
        "integrated gradients): the two narrowest right answers and the surest wrong one."
    )
    for file, told in why:
        report.picture(file, told)
    report.heading("Where the time went")
    report.table(["part", "seconds"], [[name, f"{value:.0f}"] for name, value in spent.items()])
    where = json.dumps(rows["with_transfer"]["environment"]["packages"])
    return report.write(out / "report.html", f"Made by `skelshot demo`. {where}")


def gain_text(difference: float, ci95: Sequence[float] | None) -> str:
    """Tell a difference in points, with its interval.

    Args:
        difference: As a fraction.
        ci95: Its interval over performers; None where nothing tells the spread.

    Returns:
        The words.

    Example:
        >>> gain_text(0.082, (0.051, 0.113))
        '8.2 points (95 % interval 5.1 to 11.3, paired over performers)'
    """
    if ci95 is None:
        return f"{100 * difference:.1f} points"
    low, high = (100 * end for end in ci95)
    return (
        f"{100 * difference:.1f} points (95 % interval {low:.1f} to {high:.1f}, paired over "
        "performers)"
    )


def _cells(name: str, accuracy: Mapping[str, Mapping[str, Any]]) -> list[str]:
    one, five = accuracy["1"], accuracy["5"]
    spread = one["ci95_subjects"]
    people = f"{100 * spread[0]:.1f} to {100 * spread[1]:.1f}" if spread else "-"
    cells = [accuracy_cell(found["mean"], found["ci95"]) for found in (one, five)]
    return [name, cells[0], people, cells[1]]


def _take(recording: Recording, action: int) -> Take:
    """Return the first take of an action whose video is there."""
    takes = (Take(action, performer, 1) for performer in range(1, 107))
    return next(take for take in takes if recording.video_path(take, 1).exists())
