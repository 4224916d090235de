"""The sections on training: configuration, and curves by epoch and stage."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from skelshot.experiments.html import HtmlReport
from skelshot.pretraining.logs import read_figures
from skelshot.rendering.charts import Curve, draw_curves
from skelshot.runs import Run, SplitRun
from skelshot.runs.old_options import with_todays_form

MOST_SPLITS = 24
"""The most splits that are listed and drawn."""

MOST_STAGES, MOST_PANELS = 6, 9
"""The most stages, and figures of a stage, that are drawn."""

MOST_SETTINGS = 300
"""The most settings that are listed."""


def add_training(report: HtmlReport, run: Run, folder: Path) -> None:
    """Tell what a run was trained on and with, and draw its figures by epoch.

    Args:
        report: The page.
        run: The run.
        folder: Where pictures lie until they are in the page.

    Raises:
        SkelshotError: A file of the run is damaged.
    """
    splits = list(run.splits.values())
    shown = splits[:MOST_SPLITS]
    first = shown[0].config
    options = with_todays_form(first.get("options")) or {}
    report.heading("What was trained")
    report.table(
        ["", "of the first split"],
        [
            ["protocol", str(first.get("protocol"))],
            ["data (hash)", str(first.get("data_hash"))[:12]],
            ["encoder", _name(options, "encoder")],
            ["strategy", _name(options, "strategy")],
            ["episodes", _name(options, "episodes")],
            ["teacher", _teacher(first.get("teacher"))],
        ],
        numbers=False,
    )
    head = ["split", "base classes", "novel classes", "training"]
    report.table(head, [_row(split) for split in shown], numbers=False)
    _say_more(report, len(splits), len(shown), "splits")
    settings = list(_flat(first))
    report.folded_table(
        "All settings of the first split", ["setting", "value"], settings[:MOST_SETTINGS]
    )
    report.heading("Curves")
    stages = _curves(shown)
    if not stages:
        report.paragraph(
            "No epoch was trained: the encoder is as it was initialised, or was taken from a file."
        )
    for number, (stage, panels) in enumerate(list(stages.items())[:MOST_STAGES]):
        chosen = dict(list(panels.items())[:MOST_PANELS])
        picture = draw_curves(chosen, stage, folder / f"curves-{number}.png")
        report.picture(picture, f"Stage {stage}: figures by epoch, a line a split")
        _say_more(report, len(panels), len(chosen), "figures")
    _say_more(report, len(stages), MOST_STAGES, "stages")


def _row(split: SplitRun) -> list[str]:
    state = "not finished: the same `skelshot pretrain` goes on"
    if split.done:
        seconds = split.result["seconds"]
        state = ", ".join(f"{stage} {value:.0f} s" for stage, value in seconds.items()) or "none"
    config = split.config
    return [str(split.number), *(_classes(config.get(key)) for key in ("base", "novel")), state]


def _classes(names: Any) -> str:
    """List classes, some of them where there are many."""
    names = names or []
    more = f" and {len(names) - 12} more" if len(names) > 12 else ""
    return f"{len(names)}: {', '.join(map(str, names[:12]))}{more}"


def _name(options: Any, key: str) -> str:
    found = options.get(key) if isinstance(options, Mapping) else None
    return str(found.get("name") if isinstance(found, Mapping) else found or "none")


def _teacher(found: Any) -> str:
    if isinstance(found, Mapping):
        return str(found.get("teacher") or found.get("name") or "one")
    return str(found or "none")


def _flat(value: Any, place: str = "") -> Iterator[list[str]]:
    """Give settings by their dotted names."""
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from _flat(inner, f"{place}.{key}".lstrip("."))
    else:
        text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        yield [place, text if len(text) <= 200 else f"{text[:197]}..."]


def _curves(splits: list[SplitRun]) -> dict[str, dict[str, list[Curve]]]:
    """Gather the figures of all splits by stage and name."""
    stages: dict[str, dict[str, list[Curve]]] = {}
    for split in splits:
        entries = read_figures(split.folder)
        keys = dict.fromkeys(
            (entry["stage"], name)
            for entry in entries
            for name in entry
            if name not in ("stage", "epoch")
        )
        for stage, name in keys:
            points = [
                (entry["epoch"], entry[name])
                for entry in entries
                if entry["stage"] == stage and name in entry
            ]
            curve = Curve(f"split {split.number}", *zip(*points, strict=True))
            stages.setdefault(stage, {}).setdefault(name, []).append(curve)
    return stages


def _say_more(report: HtmlReport, there: int, shown: int, what: str) -> None:
    if there > shown:
        report.paragraph(f"The first {shown} of {there} {what}.")
