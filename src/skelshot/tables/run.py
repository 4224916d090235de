"""One table from its number to its pages."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from skelshot.ground import SkelshotError
from skelshot.ground.files import read_mapping
from skelshot.ground.suggestions import did_you_mean
from skelshot.tables.amounts import TablePreset, table_preset
from skelshot.tables.data import FoundData, find_data, pairs_of
from skelshot.tables.definitions import TableDefinition, printed_numbers, table_named
from skelshot.tables.engine import Made, make_entries
from skelshot.tables.entries import Entry, all_entries
from skelshot.tables.figures import cell_figure
from skelshot.tables.live import Watch
from skelshot.tables.marks import TeacherMarks
from skelshot.tables.page import write_pages
from skelshot.tables.placement import PROCESSES, placement
from skelshot.tables.planning import CellPlanner, PlannedCell
from skelshot.tables.stage_cache import StageCache


@dataclass(frozen=True)
class TableOptions:
    """Options of making a table.

    Args:
        preset: `cpu`, `paper` or `smoke`.
        data: Stores as NAME=STORE.
        videos: Folders of videos as NAME=DIR.
        rows: Names of the rows; all unless told.
        seeds: Runs of each row; the preset's own unless told.
        jobs: Stages side by side; as many as there are GPUs or else cores unless told.
        device: What is computed on: `cpu`, `cuda`, `cuda:1`, `mps`, or `auto` for a GPU where
            there is one; several GPUs share the stages.
        executor: `processes` of this machine, or a cluster: `slurm`, `local`, `debug`.
        executor_set: Settings of a cluster's jobs as KEY=VALUE.
        out: Folder of the pages.
        cache: Folder of what stages made; within `out` unless told.
    """

    preset: str = "cpu"
    data: Sequence[str] = ()
    videos: Sequence[str] = ()
    rows: Sequence[str] | None = None
    seeds: int | None = None
    jobs: int | None = None
    device: str = "auto"
    executor: str = PROCESSES
    executor_set: Sequence[str] = ()
    out: Path = Path("runs/tables")
    cache: Path | None = None


def make_table(number: str, options: TableOptions | None = None) -> dict[str, Any]:
    """Run a table of the paper, beside what is printed; what is in the cache is kept.

    Writes `table-NUMBER` as Markdown, CSV, LaTeX, HTML and JSON into the folder of the pages.

    Args:
        number: As printed: `XI`, `Fig6`.
        options: How it is made.

    Returns:
        `table`, its `title`, `cells` with `row`, `column`, `ours`, `ci95` and `paper` (fractions;
        `paper` as printed), the path of the `report`, `notes`, and how many stages were `made`.

    Raises:
        SkelshotError: A name is unknown, or a store does not fit.
    """
    began, asked = time.perf_counter(), options or TableOptions()
    number, definition = table_named(number)
    preset = table_preset(asked.preset)
    rows = _rows(definition, asked.rows)
    seeds = preset.seeds if asked.seeds is None else asked.seeds
    if not 1 <= seeds <= 1000:
        raise SkelshotError(f"--seeds: found {seeds}, expected 1 to 1000")
    wanted = [column.data for column in definition.columns.values()]
    stores = pairs_of(asked.data, "--data", wanted)
    videos = pairs_of(asked.videos, "--videos", wanted)
    cache = StageCache((asked.cache or asked.out / "cache").absolute())
    log = asked.out / f"table-{number}.log"
    place = placement(
        asked.executor, asked.executor_set, asked.device, asked.jobs, cache.root / "jobs"
    )
    data = find_data(wanted, stores, videos, preset, cache, place.executor, place.workers, log)
    cells = _planned(definition, rows, data, asked.preset, preset, seeds, place.device)
    entries = [entry for cell in cells for entry in cell.results.values()]
    behind = {f"{c.row} / {c.column}": [*c.results.values()] for c in cells if c.results}
    watch = Watch(f"table {number}, stages", behind, log)
    made = make_entries(entries, cache, place.executor, watch)
    printed = printed_numbers(number)
    document = {
        "table": number,
        "title": definition.title,
        "preset": asked.preset,
        "seeds": seeds,
        "columns": [name for name in definition.columns if _has_cells(name, cells)],
        "rows": rows,
        "cells": [
            _cell(cell, cache, made, printed.get(cell.row, {}).get(cell.column)) for cell in cells
        ],
        "notes": _notes(definition, data, cells),
        "remarks": [*data.made.remarks, *made.remarks],
        "made": len(data.made.made) + len(made.made),
        "kept": len(all_entries(entries)) - len(made.made) - len(made.errors),
        "seconds": round(time.perf_counter() - began, 1),
    }
    return document | {"report": str(write_pages(asked.out, document))}


def _rows(definition: TableDefinition, asked: Sequence[str] | None) -> list[str]:
    """Choose rows by name."""
    for name in asked or ():
        if name not in definition.rows:
            raise SkelshotError(
                f"--rows: found {name!r:.80}, expected some of {', '.join(definition.rows)}"
                f"{did_you_mean(name, definition.rows)}"
            )
    return [name for name in definition.rows if asked is None or name in asked]


def _planned(
    definition: TableDefinition,
    rows: Sequence[str],
    data: FoundData,
    name: str,
    preset: TablePreset,
    seeds: int,
    device: str,
) -> list[PlannedCell]:
    """Plan all cells of the columns that there are clips of, row by row."""
    teachers = TeacherMarks()
    planners = {
        column_name: CellPlanner(
            data.roles[column.data], column, name, preset, seeds, teachers, device
        )
        for column_name, column in definition.columns.items()
        if column.data in data.roles
    }
    planned = []
    for row in rows:
        for column_name, column in definition.columns.items():
            if column_name in planners:
                cell = planners[column_name].cell(row, definition.rows[row], column_name)
            elif column.data in data.failed:
                cell = PlannedCell(row, column_name, column.shots, error=data.failed[column.data])
            else:
                continue
            planned.append(cell)
    return planned


def _cell(
    cell: PlannedCell, cache: StageCache, made: Made, printed: float | None
) -> dict[str, Any]:
    """Tell a cell, with all that its number is made of."""
    error = cell.error or next(
        (made.errors[e.key] for e in cell.results.values() if e.key in made.errors), None
    )
    told: dict[str, Any] = {
        "row": cell.row,
        "column": cell.column,
        "ours": None,
        "ci95": None,
        "paper": None if printed is None else round(printed / 100, 4),
        "over": None,
        "n": None,
        "error": error,
        "left_out": cell.left_out,
    }
    if error is None and cell.results:
        results = {at: read_mapping(cache.output(entry)) for at, entry in cell.results.items()}
        figure = cell_figure(results, cell.shots)
        told |= {
            "ours": figure.mean,
            "ci95": figure.ci95,
            "over": figure.over,
            "n": figure.n,
            "entries": [_entry(entry) for entry in all_entries(list(cell.results.values()))],
        }
    return told


def _entry(entry: Entry) -> dict[str, Any]:
    """Tell an entry: its place in the cache and what decides it."""
    return {"entry": entry.name, **{k: entry.record[k] for k in ("version", "config", "needs")}}


def _has_cells(column: str, cells: Sequence[PlannedCell]) -> bool:
    return any(cell.column == column for cell in cells)


def _notes(definition: TableDefinition, data: FoundData, cells: Sequence[PlannedCell]) -> list[str]:
    """Say what the caption must: which clips, which columns are left out and why."""
    columns: dict[str, list[str]] = {}
    for name, column in definition.columns.items():
        columns.setdefault(column.data, []).append(name)
    notes = []
    for role, names in columns.items():
        told = ", ".join(names)
        if role in data.roles:
            found = data.roles[role]
            what = "the synthetic twin, not the data set itself" if found.twin else "the store"
            notes.append(
                f"{told}: {what} ({len(found.store)} clips, hash {found.store.data_hash[:12]})."
            )
        if role in data.absent:
            notes.append(f"{told}: left out, {data.absent[role]}.")
    notes += definition.notes
    notes += dict.fromkeys(
        f"{cell.row}: left out, {cell.left_out}." for cell in cells if cell.left_out
    )
    return notes
