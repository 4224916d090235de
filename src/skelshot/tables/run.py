"""One table from its number to its pages."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from skelshot.ground import SkelshotError
from skelshot.ground.suggestions import did_you_mean
from skelshot.tables.amounts import TablePreset, table_preset
from skelshot.tables.data import FoundData, find_data, pairs_of
from skelshot.tables.definitions import TableDefinition, table_named
from skelshot.tables.document import command_of, table_document
from skelshot.tables.engine import make_entries
from skelshot.tables.live import Watch
from skelshot.tables.marks import TeacherMarks
from skelshot.tables.page import write_pages
from skelshot.tables.placement import PROCESSES, placement
from skelshot.tables.planned_cell import PlannedCell
from skelshot.tables.planning import CellPlanner
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
        against: The row that the others are compared with; the best of a column unless told.
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
    weights: Sequence[str] = ()
    rows: Sequence[str] | None = None
    against: str | None = None
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
        What `SavedTable` holds: `table`, its `title`, `cells` with `row`, `column`, `ours`, `ci95`
        and `paper` (fractions; `paper` as printed), `notes`, how many stages were `made`, and so
        on; and the path of the `report`.

    Raises:
        SkelshotError: A name is unknown, or a store does not fit.
    """
    began, asked = time.perf_counter(), options or TableOptions()
    number, definition = table_named(number)
    preset = table_preset(asked.preset)
    rows = _rows(definition, asked.rows)
    if asked.against is not None and asked.against not in rows:
        raise SkelshotError(
            f"--against: found {asked.against!r:.80}, expected one of {', '.join(rows)}"
            f"{did_you_mean(asked.against, rows)}"
        )
    seeds = preset.seeds if asked.seeds is None else asked.seeds
    if not 1 <= seeds <= 1000:
        raise SkelshotError(f"--seeds: found {seeds}, expected 1 to 1000")
    wanted = [column.data for column in definition.columns.values()]
    trained = [definition.rows[name].trained_on for name in rows]
    wanted += [role for role in trained if role is not None]
    stores = pairs_of(asked.data, "--data", wanted)
    videos = pairs_of(asked.videos, "--videos", wanted)
    weights = _files(asked.weights, definition, rows, preset)
    cache = StageCache((asked.cache or asked.out / "cache").absolute())
    log = asked.out / f"table-{number}.log"
    place = placement(
        asked.executor, asked.executor_set, asked.device, asked.jobs, cache.root / "jobs"
    )
    data = find_data(wanted, stores, videos, preset, cache, place.executor, place.workers, log)
    teachers = TeacherMarks()
    planners = {
        name: CellPlanner(
            data.roles[column.data],
            column,
            asked.preset,
            preset,
            min(seeds, column.seeds or seeds),
            teachers,
            place.device,
            definition.changes(asked.preset, column),
            data.roles,
            weights,
        )
        for name, column in definition.columns.items()
        if column.data in data.roles
    }
    cells = _planned(definition, rows, data, planners)
    entries = [entry for cell in cells for entry in cell.results.values()]
    behind = {f"{c.row} / {c.column}": [*c.results.values()] for c in cells if c.results}
    watch = Watch(f"table {number}, stages", behind, log)
    made = make_entries(entries, cache, place.executor, watch)
    said = {
        "preset": asked.preset,
        "data": stores,
        "videos": videos,
        "weights": weights,
        "rows": asked.rows and rows,
        "seeds": asked.seeds,
        "against": asked.against,
    }
    table = table_document(
        number,
        definition,
        rows,
        cells,
        data,
        cache,
        made,
        preset=asked.preset,
        seeds=seeds,
        against=asked.against,
        command=command_of(number, said),
        seconds=round(time.perf_counter() - began, 1),
    )
    return table.model_dump() | {"report": str(write_pages(asked.out, table))}


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
