"""The plain door for people's own skeletons: one `.npz` file a clip, labels inside or beside."""

import contextlib
import json
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Self, TypeVar

from numpy.typing import NDArray

from skelshot.datasets.checks import clip_or_rejected, on_missing_named
from skelshot.datasets.clip_arrays import ARRAYS, sequence_from
from skelshot.datasets.clip_tables import (
    ENDINGS,
    NUMBERS,
    ClipTable,
    is_clip_table,
    read_clip_table,
    without_ending,
)
from skelshot.datasets.clips import UNLABELLED, BadClip, Clip, Rejected
from skelshot.datasets.field_values import text_of, whole_number_of
from skelshot.datasets.layout_choice import SAMPLE, LayoutChoice
from skelshot.datasets.npz_files import names_in, read_clip_file, write_npz_clip
from skelshot.datasets.npz_layout import (
    LAYOUT_FIELDS,
    check_told_layout,
    choose_npz_layout,
    no_joints,
)
from skelshot.datasets.prepared_clip import prepared_clip
from skelshot.datasets.readers import Reader, Remarks, Source, examples_of, list_raw
from skelshot.datasets.reading_options import ArrayReaderOptions, ReadingOptions
from skelshot.ground import SkelshotError
from skelshot.ground.seeding import digest_of
from skelshot.skeletons.layouts import SkeletonLayout, layout_as_data, layout_from

__all__ = ["NpzReader", "write_npz_clip"]

Value = TypeVar("Value", str, int)
_READ = (*ARRAYS, *NUMBERS, *LAYOUT_FIELDS, "label", "video")


class NpzReader(Reader):
    """Reads a folder of `.npz` and `.npy` files, one a clip.

    An `.npz` file holds `joints` (M, T, V, C) or (T, V, C) and may hold `label` (the class's
    name), `layout` (the layout's name), `layout_definition` (a layout of one's own), `present`,
    `confidence`, `pixels`, `frame_index`, `picture_size` (width, height), `rate` (frames a
    second), `subject`, `camera`, `setup`, `replication`, `video` (its file's name), `video_start`
    and `video_stop`; an `.npy` file is the joints alone. A `labels.csv` beside the files, with the
    columns `file,label` and perhaps those of the numbers, `video` and `split`, gives what the files
    leave out; where both speak they must agree. A clip whose label neither tells is unlabelled.
    Classes are numbered in the order of their names.

    Args:
        layout: The layout's name, or a .yaml file of your own; without it the files' own, or else
            the number of joints V.
        on_missing: `repair` interpolates NaN and infinite coordinates and counts them,
            `reject` rejects the clip.
        reading: How arrays become clips.

    Raises:
        SkelshotError: No such layout or option.
    """

    name = "npz"
    options_type = ArrayReaderOptions
    suffixes = ENDINGS

    def __init__(
        self,
        layout: SkeletonLayout | Path | str | None = None,
        on_missing: str = "repair",
        reading: ReadingOptions | None = None,
    ) -> None:
        self._on_missing = on_missing_named(on_missing)
        self._reading = reading or ReadingOptions()
        self._asked_layout = layout_from(layout) if layout else None
        self._choice: LayoutChoice | None = None
        self._class_names: tuple[str, ...] = ()
        self._table = ClipTable()
        self._remarks = Remarks()

    @classmethod
    def _built(cls, options: ArrayReaderOptions) -> Self:
        return cls(options.layout, options.on_missing, options.reading)

    @property
    def class_names(self) -> tuple[str, ...]:
        """All labels there are, sorted; known after `sources`."""
        return self._class_names

    @property
    def layout(self) -> SkeletonLayout:
        """The layout asked for, or that of most clips; known after `sources`."""
        if self._choice is not None:
            return self._choice.layout
        if self._asked_layout is None:
            raise SkelshotError("layout: not known before the sources have been listed")
        return self._asked_layout

    def options(self) -> dict[str, object]:
        """Return what changes the clips that are read, `labels.csv` included by its hash."""
        layout = layout_as_data(self._asked_layout) if self._asked_layout else None
        rows = self._table.rows
        table = digest_of(json.dumps(rows, sort_keys=True)).hex() if rows else None
        return {
            "layout": layout,
            "on_missing": self._on_missing,
            "labels_csv": table,
            **self._reading.changed(),
        }

    def remarks(self) -> Remarks:
        """Return which files and columns were passed over, and what was guessed."""
        return self._remarks

    def splits(self) -> Mapping[str, Sequence[str]]:
        """Return the clips of each split that the table names; known after `sources`."""
        found: dict[str, list[str]] = defaultdict(list)
        for file, told in self._table.rows.items():
            if "split" in told:
                found[told["split"]].append(without_ending(file))
        return found

    def sources(self, raw: Path | str) -> list[Source]:
        """List the clips' files and those that `labels.csv` names; note classes and layout."""
        raw = Path(raw)
        listing = list_raw(
            raw, lambda name: name.lower().endswith(ENDINGS), ".npz files, one a clip, or .npy"
        )
        found = listing.sources
        tables = [name for name in listing.others if is_clip_table(name)]
        if len(tables) > 1:
            raise SkelshotError(f"{raw}: found {' and '.join(tables)}, expected one table")
        there = [source.name for source in found]
        self._table = read_clip_table(raw / tables[0], there) if tables else ClipTable()
        found += [Source(name, raw / name) for name in self._table.rows if name not in set(there)]
        if self._table.rows and len(found) == len(there) + len(self._table.rows):
            raise SkelshotError(
                f"{raw / self._table.name}: names none of the clips there are: found "
                f"{examples_of(list(self._table.rows))}, expected names such as "
                f"{examples_of(there)}, with their sub-folders, with or without ending"
            )
        choice = self._choice = choose_npz_layout(raw, found, self._asked_layout, self._reading)
        self._class_names = self._labels_of(found)
        others = tuple(name for name in listing.others if name not in tables)
        remarks = self._remarks_on(others + _other_arrays(found), choice)
        self._remarks = replace(remarks, unreadable=listing.unreadable)
        return found

    def read(self, source: Source) -> Iterator[Clip | Rejected]:
        """Read one file, which holds one clip."""
        yield clip_or_rejected(source.name, lambda: self._clip(source))

    def _labels_of(self, sources: list[Source]) -> tuple[str, ...]:
        labels = set()
        for source in sources:
            with contextlib.suppress(BadClip):  # reading it will say the same
                fields = read_clip_file(source.path, ("label",))
                labels.add(self._text(source, fields, "label"))
        return tuple(sorted(label for label in labels if label is not None))

    def _remarks_on(self, others: tuple[str, ...], choice: LayoutChoice) -> Remarks:
        table = self._table
        columns = tuple(f"{table.name}, column {name!r}" for name in table.other_columns)
        guessed = choice.guesses()
        if table.separator != "commas":
            guessed[table.name] = f"cells separated by {table.separator}, as its header is"
        return Remarks(columns + others, guessed, choice.doubts + _alike(self._class_names))

    def _clip(self, source: Source) -> Clip:
        if source.name in self._table.rows and not source.path.exists():
            raise BadClip(f"{self._table.name} names it, but there is no such file")
        fields = read_clip_file(source.path, _READ)
        if "joints" not in fields:
            raise no_joints(source.path)
        label = self._text(source, fields, "label")
        check_told_layout(fields, self.layout)
        sequence = sequence_from(
            {field: fields.get(field) for field in ARRAYS}, self.layout, self._reading
        )
        made = prepared_clip(sequence, self._reading, self._on_missing)
        if self._choice is not None:
            self._choice.check(made.sequence)
        return Clip(
            name=without_ending(source.name),
            label=UNLABELLED if label is None else self._class_names.index(label),
            sequence=made.sequence,
            subject=self._number(source, fields, "subject"),
            camera=self._number(source, fields, "camera"),
            setup=self._number(source, fields, "setup"),
            replication=self._number(source, fields, "replication"),
            source_file=source.name,
            video_file=self._text(source, fields, "video") or None,
            frame_range=self._range(source, fields),
            repaired=made.repaired,
            ghosts=made.ghosts,
            reordered=made.reordered,
        )

    def _range(self, source: Source, fields: dict[str, NDArray[Any]]) -> tuple[int, int] | None:
        """Return where the clip lies in its video, if it is told."""
        start, stop = (self._number(source, fields, f"video_{end}") for end in ("start", "stop"))
        if start is None and stop is None:
            return None
        if start is None or stop is None or start >= stop:
            raise BadClip(
                f"video_start, video_stop: found {start} and {stop}, expected the first frame and "
                "one past the last, or neither"
            )
        return start, stop

    def _text(self, source: Source, fields: dict[str, NDArray[Any]], field: str) -> str | None:
        """Return a text, from the file, from the table, or from both when they agree."""
        told = fields.get(field), self._table.rows.get(source.name, {}).get(field)
        inside, beside = (None if one is None else text_of(one, field) for one in told)
        if field == "label":  # an accented letter is one sign or two, and looks the same
            inside, beside = (one and unicodedata.normalize("NFC", one) for one in (inside, beside))
        if inside is not None and field == "video":
            inside = inside.replace("\\", "/")
        return self._agreed(field, inside, beside)

    def _number(self, source: Source, fields: dict[str, NDArray[Any]], field: str) -> int | None:
        inside = whole_number_of(fields[field], field) if field in fields else None
        beside = self._table.rows.get(source.name, {}).get(field)
        return self._agreed(field, inside, None if beside is None else int(beside))

    def _agreed(self, field: str, inside: Value | None, beside: Value | None) -> Value | None:
        """Return what the file or the table says; where both speak they must agree."""
        if inside is not None and beside is not None and inside != beside:
            raise BadClip(f"{field}: found {inside!r}, but {self._table.name} says {beside!r}")
        return beside if inside is None else inside


def _other_arrays(sources: list[Source]) -> tuple[str, ...]:
    """Name the arrays of the first clips that mean nothing here."""
    others: dict[str, str] = {}
    for source in sources[:SAMPLE]:
        with contextlib.suppress(BadClip):  # reading it will say the same
            for name in names_in(source.path):
                others.setdefault(name, source.name)
    return tuple(f"{file}, array {name!r}" for name, file in others.items() if name not in _READ)


def _alike(labels: tuple[str, ...]) -> tuple[str, ...]:
    """Doubt classes whose names differ by case and spaces alone."""
    written: dict[str, list[str]] = defaultdict(list)
    for label in labels:
        written[" ".join(label.casefold().split())].append(label)
    return tuple(
        f"labels: found {', '.join(map(repr, names))} for several classes, expected names that "
        "differ by more than case and spaces; if they are one class, write it in one way"
        for names in written.values()
        if len(names) > 1
    )
