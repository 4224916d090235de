"""The index of a store: one row a clip, kept as a Parquet table."""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import pyarrow as pa
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
        """Return what makes the clip what it is, whatever file it came from."""
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


LATER_COLUMNS = ("picture_width", "picture_height", "ghosts", "reordered")
"""Columns that stores written before them lack."""

_TYPES = {str: pa.string(), bool: pa.bool_(), int: pa.int64()}
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
    return table.cast(_SCHEMA)


def read_index(path: Path) -> tuple[ClipRecord, ...]:
    """Read the index.

    Args:
        path: The Parquet file.

    Returns:
        One record a clip.

    Raises:
        SkelshotError: It is not such a table, or an offset does not follow from the clips
            before it.
    """
    check_regular(path)
    try:
        table = _with_later_columns(pq.ParquetFile(path, pre_buffer=False).read(use_threads=False))
    except (pa.ArrowException, OSError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise SkelshotError(f"{path}: not a store's index ({reason}); prepare it again") from error
    columns: list[list[Any]] = [table.column(name).to_pylist() for name in _SCHEMA.names]
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
