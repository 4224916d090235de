"""The index of a store: one row a clip, kept as a Parquet table."""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from skelshot.ground import SkelshotError
from skelshot.ground.regular import check_regular


@dataclass(frozen=True)
class ClipRecord:
    """A clip's row in the index of a store.

    Args:
        name: Unique within the store.
        label: Class number, from 0; -1 where the class is not known.
        subject: Who acts, if known.
        camera: Which camera or view, if known.
        setup: Which arrangement of the cameras, if known.
        replication: Which repetition by the same subject, if known.
        frames: Number of frames T.
        persons: Number of persons M.
        start: First of the clip's M * T rows in the arrays kept per person and frame.
        frame_start: First of the clip's T rows in `frame_index.npy`.
        source_file: The raw file it came from.
        video_file: The colour video that shows it, if known; empty where none can.
        video_start: First frame in that video, if known.
        video_stop: One past the last frame in that video, if known.
        has_confidence: Whether `confidence.npy` holds its rows.
        has_pixels: Whether `pixels.npy` holds its rows.
        repaired: How many (person, frame, joint) triples were filled by interpolation.
        picture_width: Width of the picture to which pixels belong, if known.
        picture_height: Its height, if known.
        ghosts: How many persons were left out because they were hardly there; None in older stores.
        reordered: Whether the persons stood in another order in the file; None in older stores.
        rate: Frames a second, if known; None in older stores.
    """

    name: str
    label: int
    subject: int | None
    camera: int | None
    setup: int | None
    replication: int | None
    frames: int
    persons: int
    start: int
    frame_start: int
    source_file: str
    video_file: str | None
    video_start: int | None
    video_stop: int | None
    has_confidence: bool
    has_pixels: bool
    repaired: int
    picture_width: int | None = None
    picture_height: int | None = None
    ghosts: int | None = None
    reordered: bool | None = None
    rate: float | None = None

    @property
    def stop(self) -> int:
        """One past the clip's last row in the arrays kept per person and frame."""
        return self.start + self.persons * self.frames

    @property
    def picture_size(self) -> tuple[int, int] | None:
        """Width and height of the picture to which pixels belong, if known."""
        if self.picture_width is None or self.picture_height is None:
            return None
        return self.picture_width, self.picture_height

    def identity(self) -> tuple[object, ...]:
        """Return what makes the clip what it is, whatever file it came from.

        Its rate is no part of it: no encoder reads it, and older stores do not know it.
        """
        return (
            self.name,
            self.label,
            self.subject,
            self.camera,
            self.setup,
            self.replication,
            self.frames,
            self.persons,
            self.has_confidence,
            self.has_pixels,
            # Where the joints themselves are pixels, the picture is part of what they mean.
            *(() if self.has_pixels or self.picture_size is None else self.picture_size),
        )


LATER_COLUMNS = ("picture_width", "picture_height", "ghosts", "reordered", "rate")
"""Columns that stores written before them lack."""

MOST_TEXT = 1 << 17
"""The most bytes of a text; an archive's path and a member's name have less."""

_TYPES = {str: pa.string(), bool: pa.bool_(), int: pa.int64(), float: pa.float64()}
_SCHEMA = pa.schema(
    [
        pa.field(
            field.name,
            next(kind for python, kind in _TYPES.items() if python.__name__ in str(field.type)),
            nullable="None" in str(field.type),
        )
        for field in fields(ClipRecord)
    ]
)

_TEXTS = [field.name for field in _SCHEMA if pa.types.is_string(field.type)]
_READ_SCHEMA = pa.schema(  # a text that many rows have is read once
    [
        field.with_type(pa.dictionary(pa.int32(), field.type)) if field.name in _TEXTS else field
        for field in _SCHEMA
    ]
)


def write_index(path: Path, records: list[ClipRecord]) -> None:
    """Write the index.

    Args:
        path: The Parquet file; overwritten.
        records: One a clip, in the order of the arrays.
    """
    columns = {name: [getattr(record, name) for record in records] for name in _SCHEMA.names}
    pq.write_table(pa.table(columns, schema=_SCHEMA), path)


def _with_later_columns(table: pa.Table) -> pa.Table:
    """Give the index of an older store the columns that came later, all unknown."""
    for name in LATER_COLUMNS:
        if name not in table.column_names:
            table = table.append_column(name, pa.nulls(len(table), pa.int64()))
    return table.cast(_READ_SCHEMA)


def _check_size(path: Path, metadata: pq.FileMetaData, clips: int) -> None:
    """Refuse a table that claims other rows, or more than they can take, before it is read."""
    groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
    if (found := sum(group.num_rows for group in groups)) != clips:
        raise SkelshotError(
            f"{path}: found {found} clips, expected {clips} by store.json and the arrays' lengths; "
            "prepare the store again"
        )
    most = (clips + 1) * len(_TEXTS) * MOST_TEXT
    if (size := sum(group.total_byte_size for group in groups)) > most:
        raise SkelshotError(
            f"{path}: found {size} bytes, expected at most {most} for {clips} clips; prepare the "
            "store again"
        )


def _values_of(column: pa.ChunkedArray) -> list[Any]:
    """Return a column's values; a text that many rows have is one object."""
    if not pa.types.is_dictionary(column.type):
        return list(column.to_pylist())
    values: list[str | None] = []
    for chunk in column.chunks:
        if (longest := pc.max(pc.binary_length(chunk.dictionary)).as_py() or 0) > MOST_TEXT:
            raise ValueError(f"found a text of {longest} bytes, expected at most {MOST_TEXT}")
        texts = chunk.dictionary.to_pylist()
        values += [None if place is None else texts[place] for place in chunk.indices.to_pylist()]
    return values


def read_index(path: Path, clips: int) -> tuple[ClipRecord, ...]:
    """Read the index.

    Args:
        path: The Parquet file.
        clips: How many rows it must have; no more memory is taken than so many need.

    Returns:
        One record a clip.

    Raises:
        SkelshotError: It is not such a table, has another number of rows, or an offset does not
            follow from the clips before it.
    """
    check_regular(path)
    try:
        file = pq.ParquetFile(path, pre_buffer=False, read_dictionary=_TEXTS)
        _check_size(path, file.metadata, clips)
        table = _with_later_columns(file.read(use_threads=False))
        columns = [_values_of(table.column(name)) for name in _SCHEMA.names]
    except KeyError as error:
        told = f"not a store's index (found no column {error.args[0]!r:.40}, which holds texts)"
        raise SkelshotError(f"{path}: {told}; prepare it again") from error
    except (pa.ArrowException, OSError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise SkelshotError(f"{path}: not a store's index ({reason}); prepare it again") from error
    records = tuple(ClipRecord(*row) for row in zip(*columns, strict=True))
    start = frame_start = 0
    for row, record in enumerate(records):
        if (record.start, record.frame_start) != (start, frame_start) or record.frames < 1:
            raise SkelshotError(
                f"{path}, row {row}: found rows from {record.start} and {record.frame_start}, "
                f"expected {start} and {frame_start}; prepare the store again"
            )
        start, frame_start = record.stop, frame_start + record.frames
    return records
