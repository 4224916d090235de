"""The plain door for people's own skeletons: one `.npz` file a clip, labels inside or beside."""

import contextlib
import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

from numpy.typing import NDArray

from skelshot.datasets.checks import clip_or_rejected, on_missing_named, sound
from skelshot.datasets.clips import BadClip, Clip, Rejected
from skelshot.datasets.npz_files import NUMBERS, read_npz, sequence_from, write_npz_clip
from skelshot.datasets.readers import Source, layout_of, list_sources
from skelshot.ground import SkelshotError
from skelshot.ground.seeding import digest_of
from skelshot.skeletons.layouts import SkeletonLayout, layout_named

__all__ = ["NpzReader", "write_npz_clip"]

LABELS = "labels.csv"
"""What people may put beside their clips."""

Value = TypeVar("Value", str, int)
_ARRAYS = ("joints", "present", "confidence", "pixels", "frame_index")


class NpzReader:
    """Reads a folder of `.npz` files, one a clip.

    Each file holds `joints` (M, T, V, C) or (T, V, C) and may hold `label` (the class's name),
    `layout` (the layout's name), `present`, `confidence`, `pixels`, `frame_index`, `subject`,
    `camera`, `setup`, `replication`, `video` (its file's name), `video_start` and `video_stop`. A
    `labels.csv` beside the files, with the columns `file,label` and perhaps those of the numbers
    and `video`, gives what the files leave out; where both speak they must agree. Classes are
    numbered in the order of their names.

    Args:
        layout: The layout's name; without it the files' own, or else the number of joints V.
        on_missing: `repair` interpolates NaN and infinite coordinates and counts them,
            `reject` rejects the clip.

    Raises:
        SkelshotError: No such layout or option.
    """

    name = "npz"

    def __init__(self, layout: str | None = None, on_missing: str = "repair") -> None:
        self._on_missing = on_missing_named(on_missing)
        self._asked_layout = layout_named(layout) if layout else None
        self._layout = self._asked_layout
        self._class_names: tuple[str, ...] = ()
        self._rows: dict[str, dict[str, str]] = {}

    @property
    def class_names(self) -> tuple[str, ...]:
        """All labels there are, sorted; known after `sources`."""
        return self._class_names

    @property
    def layout(self) -> SkeletonLayout:
        """The layout asked for, or that of the first clip; known after `sources`."""
        if self._layout is None:
            raise SkelshotError("layout: not known before the sources have been listed")
        return self._layout

    def options(self) -> dict[str, object]:
        """Return what changes the clips that are read, `labels.csv` included by its hash."""
        layout = self._asked_layout.name if self._asked_layout else None
        table = digest_of(json.dumps(self._rows, sort_keys=True)).hex() if self._rows else None
        return {"layout": layout, "on_missing": self._on_missing, "labels_csv": table}

    def sources(self, raw: Path) -> list[Source]:
        """List the `.npz` files and those that `labels.csv` names; note classes and layout."""
        found = list_sources(raw, lambda name: name.endswith(".npz"), ".npz files, one a clip")
        self._rows = _read_labels(raw / LABELS) if (raw / LABELS).exists() else {}
        there = {source.name for source in found}
        found += [Source(name, raw / name) for name in self._rows if name not in there]
        self._layout = self._asked_layout or _first_layout(raw, found)
        labels = set()
        for source in found:
            with contextlib.suppress(BadClip):  # reading it will say the same
                labels.add(self._label(source, read_npz(source.path, ("label",))[0]))
        self._class_names = tuple(sorted(labels))
        return found

    def read(self, source: Source) -> Iterator[Clip | Rejected]:
        """Read one file, which holds one clip."""
        yield clip_or_rejected(source.name, lambda: self._clip(source))

    def _clip(self, source: Source) -> Clip:
        if not source.path.exists():
            raise BadClip(f"{LABELS} names it, but there is no such file")
        fields, names = read_npz(source.path, (*_ARRAYS, *NUMBERS, "label", "layout", "video"))
        if "joints" not in fields:
            raise BadClip(f"joints: missing, found only {', '.join(names) or 'nothing'}")
        label = self._label(source, fields)
        if _text_of(fields, "layout") not in (None, self.layout.name):
            found = _text_of(fields, "layout")
            raise BadClip(f"layout: found {found!r}, expected {self.layout.name!r} as elsewhere")
        sequence, repaired = sound(sequence_from(fields, self.layout), self._on_missing)
        return Clip(
            name=source.name.removesuffix(".npz"),
            label=self._class_names.index(label),
            sequence=sequence,
            subject=self._number(source, fields, "subject"),
            camera=self._number(source, fields, "camera"),
            setup=self._number(source, fields, "setup"),
            replication=self._number(source, fields, "replication"),
            source_file=source.name,
            video_file=self._text(source, fields, "video"),
            frame_range=self._range(source, fields),
            repaired=repaired,
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
        """Return a text, from the file, from `labels.csv`, or from both when they agree."""
        return _agreed(field, _text_of(fields, field), self._rows.get(source.name, {}).get(field))

    def _label(self, source: Source, fields: dict[str, NDArray[Any]]) -> str:
        """Return the label, from the file, from `labels.csv`, or from both when they agree."""
        label = self._text(source, fields, "label")
        if label is None:
            raise BadClip(f"label: missing, neither the file nor {LABELS} gives it")
        return label

    def _number(self, source: Source, fields: dict[str, NDArray[Any]], field: str) -> int | None:
        text = self._rows.get(source.name, {}).get(field)
        inside, array = None, fields.get(field)
        if array is not None:
            if array.size != 1 or array.dtype.kind not in "iu":
                found = f"{array.dtype} {array.shape}"
                raise BadClip(f"{field}: found {found}, expected a whole number")
            inside = int(array.item())
        return _agreed(field, inside, None if text is None else int(text))


def _agreed(field: str, inside: Value | None, beside: Value | None) -> Value | None:
    """Return what the file or `labels.csv` says; where both speak they must agree."""
    if inside is not None and beside is not None and inside != beside:
        raise BadClip(f"{field}: found {inside!r}, but {LABELS} says {beside!r}")
    return beside if inside is None else inside


def _first_layout(raw: Path, sources: list[Source]) -> SkeletonLayout:
    """Return the layout that the first sound file names, or that has as many joints."""
    complaint = ""
    for source in sources:
        try:
            fields, _ = read_npz(source.path, ("layout", "joints"))
            if name := _text_of(fields, "layout"):
                return layout_named(name)
            if "joints" not in fields or fields["joints"].ndim not in (3, 4):
                raise BadClip("joints: missing or not (M, T, V, C) or (T, V, C)")
            return layout_of(fields["joints"].shape[-2])
        except SkelshotError as error:
            complaint = complaint or f"{source.name}: {error}"
    raise SkelshotError(f"{raw}: no clip has a known layout; the first: {complaint}")


def _text_of(fields: dict[str, NDArray[Any]], field: str) -> str | None:
    array = fields.get(field)
    if array is None:
        return None
    if array.size != 1 or array.dtype.kind != "U" or not str(array.item()).strip():
        found = f"{array.dtype} {array.shape}"
        raise BadClip(f"{field}: found {found}, expected text, such as numpy.array('wave')")
    return str(array.item()).strip()


def _read_labels(path: Path) -> dict[str, dict[str, str]]:
    """Read `labels.csv`: what it says of each file."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as handle:
            table = csv.DictReader(handle)
            columns = table.fieldnames or []
            if not {"file", "label"} <= set(columns):
                raise SkelshotError(
                    f"{path}, line 1: found the columns {', '.join(columns)}, expected file,label "
                    f"and perhaps {','.join((*NUMBERS, 'video'))}"
                )
            rows: dict[str, dict[str, str]] = {}
            for row in table:
                _check_row(f"{path}, line {table.line_num}", row, rows)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise SkelshotError(f"{path}: cannot be read ({error})") from error
    return rows


def _check_row(place: str, row: dict[str, str | None], rows: dict[str, dict[str, str]]) -> None:
    """Check one line of `labels.csv` and add it to the rows."""
    given = {k: v.strip() for k, v in row.items() if isinstance(v, str) and v.strip()}
    name = Path(given.pop("file", "")).as_posix()
    name = name if name.endswith(".npz") else f"{name}.npz"
    if name == "..npz" or Path(name).is_absolute() or ".." in Path(name).parts:
        raise SkelshotError(f"{place}: found the file {row.get('file')!r}, expected a clip's name")
    if name in rows:
        raise SkelshotError(f"{place}: found {name!r} a second time, expected one line a clip")
    for number in NUMBERS:
        if number in given and not re.fullmatch("[0-9]{1,9}", given[number]):
            raise SkelshotError(
                f"{place}, {number}: found {given[number]!r}, expected a whole number"
            )
    rows[name] = {k: v for k, v in given.items() if k in ("label", "video", *NUMBERS)}
