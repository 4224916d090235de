"""The sections on results: accuracies with intervals, bars of classes, confusion matrices."""

from pathlib import Path

import numpy as np

from skelshot.evaluation.interval_notes import INTERVAL_NOTES
from skelshot.evaluation.saved_results import SavedResult, ShotAccuracy
from skelshot.experiments.html import HtmlReport
from skelshot.experiments.run_page.material import RunMaterial
from skelshot.experiments.tables import accuracy_cell
from skelshot.rendering.charts import draw_confusion

MOST_DETAILED = 8
"""The most accuracies whose classes are shown."""


def add_accuracies(report: HtmlReport, material: RunMaterial, folder: Path) -> None:
    """Tell the accuracies of a run, and how each class came out.

    Args:
        report: The page.
        material: What the page is made of.
        folder: Where pictures lie until they are in the page.
    """
    report.heading("Accuracy")
    results = material.results
    if not results:
        report.paragraph(
            "There is no result yet. Run: skelshot evaluate STORE --protocol PROTOCOL --run "
            f"{material.run.path}"
        )
        return
    rows = [
        [name, result.method, _task(result), shots, _cell(found), _over(found, result)]
        for name, result in results.items()
        for shots, found in result.accuracy.items()
    ]
    head = ["result", "method", "on", "shots", "% (95 % interval)", "interval over"]
    report.table(head, rows)
    kinds = {found.interval: None for one in results.values() for found in one.accuracy.values()}
    for kind in kinds:
        report.paragraph(f"95 % intervals over {kind}: {INTERVAL_NOTES[kind]}.")
    if material.elsewhere:
        report.paragraph(f"Left out: {material.elsewhere} on other data than this store.")
    if material.more_results:
        report.paragraph(f"The first {len(results)} of {len(results) + material.more_results}.")
    every = [(name, shots) for name, result in results.items() for shots in result.accuracy]
    for place, (name, shots) in enumerate(every[:MOST_DETAILED]):
        found = results[name].accuracy[shots]
        report.heading(f"{name}, {shots}-shot")
        report.bars(sorted(found.per_class.items(), key=lambda entry: -entry[1]))
        _add_confusion(report, results[name], found, folder / f"confusion-{place}.png")
    if len(every) > MOST_DETAILED:
        report.paragraph(
            f"Classes are shown for the first {MOST_DETAILED} of {len(every)} accuracies; choose a "
            "result with --result."
        )


def _task(result: SavedResult) -> str:
    """Tell the protocol, and the data where the result names them."""
    data = result.evaluated_on.get("data")
    return f"{result.protocol} of {data}" if data else result.protocol


def _cell(found: ShotAccuracy) -> str:
    return "no query has a label" if found.mean is None else accuracy_cell(found.mean, found.ci95)


def _over(found: ShotAccuracy, result: SavedResult) -> str:
    """Tell what an interval is over, and the other one where there are two."""
    if found.interval == "splits":
        return f"{len(result.splits)} splits"
    if found.interval == "draws":
        return f"{len(found.per_draw)} draws"
    if found.ci95_subjects is None:
        return f"{found.queries:,} queries"
    low, high = found.ci95_subjects
    people = f"{100 * low:.1f} to {100 * high:.1f} over {found.subjects} performers"
    return f"{found.queries:,} queries ({people})"


def _add_confusion(
    report: HtmlReport, result: SavedResult, found: ShotAccuracy, path: Path
) -> None:
    """Draw the classes that have queries, or were answered."""
    counts = np.array(found.confusion)
    labels = np.flatnonzero(counts.sum(0) + counts.sum(1)).tolist() if counts.size else []
    if labels:
        names = [result.class_names[label] for label in labels]
        draw_confusion(counts[np.ix_(labels, labels)], names, path)
        report.picture(path, "True classes in rows, answers in columns, percent of each row")
