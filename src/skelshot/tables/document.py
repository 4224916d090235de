"""The document of a table that was run: what its pages and its saved file are made of."""

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from skelshot.tables.cells import SharedParts, saved_cell
from skelshot.tables.data import FoundData
from skelshot.tables.definitions import TableDefinition, printed_numbers
from skelshot.tables.engine import Made
from skelshot.tables.entries import all_entries
from skelshot.tables.planned_cell import PlannedCell
from skelshot.tables.saved import SavedClips, SavedTable
from skelshot.tables.stage_cache import StageCache

_MEANT = {"data": "STORE", "videos": "DIR", "weights": "PATH"}
"""What options of places are told as: where a reader's own files stand is his."""


def table_document(
    number: str,
    definition: TableDefinition,
    rows: Sequence[str],
    cells: Sequence[PlannedCell],
    data: FoundData,
    cache: StageCache,
    made: Made,
    **about: Any,
) -> SavedTable:
    """Gather a table that was run.

    Args:
        number: As printed.
        definition: What was run.
        rows: Names of the rows that were asked for.
        cells: Its cells.
        data: The clips.
        cache: Where the results are.
        made: What came of making them.
        **about: Further entries of `SavedTable`.

    Returns:
        The table.
    """
    printed, shared = printed_numbers(number), SharedParts()
    saved = [
        saved_cell(cell, cache, made, printed.get(cell.row, {}).get(cell.column), shared)
        for cell in cells
    ]
    entries = all_entries([entry for cell in cells for entry in cell.results.values()])
    clips = _clips(definition, rows, data)
    return SavedTable(
        table=number,
        title=definition.title,
        columns=[name for name in definition.columns if any(c.column == name for c in saved)],
        rows=list(rows),
        cells=saved,
        data=clips,
        notes=[
            *_told(clips),
            *_fewer_seeds(definition, about["seeds"]),
            *definition.notes,
            *_left_out(saved),
        ],
        remarks=[*data.made.remarks, *made.remarks],
        stages=shared.stages,
        texts=shared.texts,
        made=len(data.made.made) + len(made.made),
        kept=len(entries) - len(made.made) - len(made.errors),
        **about,
    )


def command_of(number: str, said: Mapping[str, Any]) -> str:
    """Write the command that makes a table; where its clips stand is left to the reader.

    Args:
        number: As printed.
        said: Options by name; those of None and empty ones are left out. Of mappings from data
            sets to folders, only the names are told.

    Returns:
        A line for a shell.

    Example:
        >>> said = {"preset": "cpu", "rows": ["f_t + f_v"], "data": {"ntu60": "/mine"}}
        >>> command_of("XI", said)
        "skelshot table XI --preset cpu --rows 'f_t + f_v' --data ntu60=STORE"
    """
    words = ["skelshot", "table", number]
    for name, value in said.items():
        if not value:
            continue
        if isinstance(value, Mapping):
            told = [f"{role}={_MEANT[name]}" for role in value]
        else:
            told = value if isinstance(value, list) else [str(value)]
        words += [f"--{name}", *told]
    return shlex.join(words)


def _clips(
    definition: TableDefinition, rows: Sequence[str], data: FoundData
) -> dict[str, SavedClips]:
    """Tell the clips behind the columns and those that rows are trained on, or why none are."""
    users: dict[str, list[str]] = {}
    for name, column in definition.columns.items():
        users.setdefault(column.data, []).append(name)
    for row in rows:
        if (trained_on := definition.rows[row].trained_on) is not None:
            users.setdefault(trained_on, []).append(f"training of {row}")
    found: dict[str, SavedClips] = {}
    for role, names in users.items():
        if role in data.roles:
            clips = data.roles[role]
            found[role] = SavedClips(
                columns=names,
                twin=clips.twin,
                clips=len(clips.store),
                data_hash=clips.store.data_hash,
            )
        elif role in data.absent:
            found[role] = SavedClips(columns=names, absent=data.absent[role])
    return found


def _told(data: Mapping[str, SavedClips]) -> list[str]:
    """Say what the caption must: which clips, which columns are left out and why."""
    notes = []
    for clips in data.values():
        names = ", ".join(clips.columns)
        if clips.absent:
            notes.append(f"{names}: left out, {clips.absent}.")
        else:
            what = "the synthetic twin, not the data set itself" if clips.twin else "the store"
            notes.append(f"{names}: {what} ({clips.clips} clips, hash {clips.data_hash:.12}).")
    return notes


def _fewer_seeds(definition: TableDefinition, seeds: int) -> list[str]:
    """Say which columns have fewer seeds than the table."""
    names: dict[int, list[str]] = {}
    for name, column in definition.columns.items():
        if column.seeds is not None and column.seeds < seeds:
            names.setdefault(column.seeds, []).append(name)
    return [
        f"{', '.join(columns)}: {'one seed' if most == 1 else f'{most} seeds'}."
        for most, columns in names.items()
    ]


def _left_out(cells: Sequence[Any]) -> list[str]:
    told = (f"{cell.row}: left out, {cell.left_out}." for cell in cells if cell.left_out)
    return list(dict.fromkeys(told))
