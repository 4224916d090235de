"""One table from its number to its pages."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from skelshot.ground import SkelshotError
from skelshot.ground.environment import usable_cores
from skelshot.ground.files import read_mapping
from skelshot.ground.processes import check_workers
from skelshot.ground.suggestions import did_you_mean
from skelshot.tables.amounts import TablePreset, table_preset
from skelshot.tables.data import FoundData, find_data, pairs_of
from skelshot.tables.definitions import TableDefinition, printed_numbers, table_named
from skelshot.tables.engine import Made, local_executor, make_entries
from skelshot.tables.entries import Entry, all_entries
from skelshot.tables.figures import cell_figure
from skelshot.tables.page import write_pages
from skelshot.tables.planning import CellPlanner, PlannedCell
from skelshot.tables.stage_cache import StageCache


@dataclass(frozen=True)
class TableOptions:
    """Options of making a table.

    Args:
        preset: `cpu`, `paper` or `smoke`.
        data: Stores as NAME=STORE.
        videos: Folders of videos as NAME=DIR.
        weights: Files that only their user has, as NAME=PATH.
        rows: Names of the rows; all unless told.
        seeds: Runs of each row; the preset's own unless told.
        jobs: Processes side by side; as many as there are cores unless told.
        out: Folder of the pages.
        cache: Folder of what stages made; within `out` unless told.
    """

    preset: str = "cpu"
    data: Sequence[str] = ()
    videos: Sequence[str] = ()
    weights: Sequence[str] = ()
    rows: Sequence[str] | None = None
    seeds: int | None = None
    jobs: int | None = None
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
    jobs = usable_cores() if asked.jobs is None else asked.jobs
    check_workers(jobs)
    seeds = preset.seeds if asked.seeds is None else asked.seeds
    if not 1 <= seeds <= 1000:
        raise SkelshotError(f"--seeds: found {seeds}, expected 1 to 1000")
    wanted = [column.data for column in definition.columns.values()]
    trained = [definition.rows[name].trained_on for name in rows]
    wanted += [role for role in trained if role is not None]
    stores = pairs_of(asked.data, "--data", wanted)
    videos = pairs_of(asked.videos, "--videos", wanted)
    weights = _files(asked.weights, definition, rows, preset)
    cache, executor = StageCache(asked.cache or asked.out / "cache"), local_executor(jobs)
    data = find_data(wanted, stores, videos, preset, cache, executor, jobs)
    planners = {
        name: CellPlanner(
            data.roles[column.data],
            column,
            asked.preset,
            preset,
            seeds,
            definition.presets.get(asked.preset, ()),
            data.roles,
            weights,
        )
        for name, column in definition.columns.items()
        if column.data in data.roles
    }
    cells = _planned(definition, rows, data, planners)
    entries = [entry for cell in cells for entry in cell.results.values()]
    made = make_entries(entries, cache, executor, jobs, f"table {number}, stages")
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
        "notes": _notes(definition, rows, data, cells),
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


def _files(
    words: Sequence[str], definition: TableDefinition, rows: Sequence[str], preset: TablePreset
) -> dict[str, Path]:
    """Read which files the user has, by the names that the rows know them by."""
    named = [definition.rows[row] for row in rows]
    teachers = preset.teachers.items()
    taking = {name for name, teacher in teachers if teacher.needs or teacher.own}
    known = {row.weights for row in named if row.weights}
    known |= {row.teacher for row in named if row.teacher in taking}
    found = {}
    for word in words:
        name, _, path = word.partition("=")
        if name not in known:
            raise SkelshotError(
                f"--weights {word:.80}: found {name!r}, expected NAME=PATH with one of "
                f"{', '.join(sorted(known)) or 'none, the table needs no such file'}"
                f"{did_you_mean(name, known)}"
            )
        if not path or not Path(path).exists():
            raise SkelshotError(f"--weights {word}: found no such file, expected {name}=PATH")
        found[name] = Path(path)
    return found


def _planned(
    definition: TableDefinition,
    rows: Sequence[str],
    data: FoundData,
    planners: Mapping[str, CellPlanner],
) -> list[PlannedCell]:
    """Plan all cells of the columns that there are clips of, row by row."""
    planned = []
    for row in rows:
        for column_name, column in definition.columns.items():
            needed = (column.data, definition.rows[row].trained_on)
            broken = [data.failed[role] for role in needed if role in data.failed]
            if broken:
                cell = PlannedCell(row, column_name, column.shots, error=broken[0])
            elif column_name in planners:
                cell = planners[column_name].cell(row, definition.rows[row], column_name)
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


def _notes(
    definition: TableDefinition,
    rows: Sequence[str],
    data: FoundData,
    cells: Sequence[PlannedCell],
) -> list[str]:
    """Say what the caption must: which clips, which columns are left out and why."""
    users: dict[str, list[str]] = {}
    for name, column in definition.columns.items():
        users.setdefault(column.data, []).append(name)
    for row in rows:
        if (trained_on := definition.rows[row].trained_on) is not None:
            users.setdefault(trained_on, []).append(f"training of {row}")
    notes = []
    for role, names in users.items():
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
