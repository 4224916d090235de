"""Text files of numbers, one a clip, whose columns a column map describes."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar, Self

from pydantic import Field

from skelshot.datasets.checks import clip_or_rejected, on_missing_named
from skelshot.datasets.clip_arrays import sequence_from
from skelshot.datasets.clips import UNLABELLED, BadClip, Clip, Rejected
from skelshot.datasets.column_map import ColumnMap, read_column_map
from skelshot.datasets.field_values import text_of
from skelshot.datasets.layout_choice import SAMPLE, ImplausibleBodiesError, LayoutChoice
from skelshot.datasets.layout_choice import choose_layout as checked_layout
from skelshot.datasets.prepared_clip import prepared_clip
from skelshot.datasets.raw_files import RawFiles, path_of
from skelshot.datasets.reader_options import ReaderOptions
from skelshot.datasets.readers import Reader, Remarks, Source
from skelshot.datasets.reading_options import ArrayReaderOptions, ReadingOptions
from skelshot.datasets.text_arrays import TextClip, label_in, read_text_clip
from skelshot.datasets.text_rows import MAX_BYTES
from skelshot.ground import SkelshotError
from skelshot.skeletons.layouts import SkeletonLayout, layout_as_data, layout_from


class TextOptions(ArrayReaderOptions):
    """The options of the reader of text files.

    Args:
        columns: A YAML file that tells what the columns mean.
    """

    columns: Path | None = Field(None, description="YAML file that tells what the columns mean")


class TextReader(Reader):
    """Reads text files of numbers, one a clip, as a column map tells.

    The files lie in a folder and its sub-folders or in a tar archive, packed with gzip or not.
    What the caller tells of layout, units, axes and so on goes before what the map tells.

    Args:
        columns: The map, or its YAML file; needed before `sources`.
        layout: The layout's name, or a .yaml file of your own; the map's unless told.
        on_missing: `repair` interpolates blank cells and other gaps and counts them, `reject`
            rejects the clip.
        reading: How arrays become clips.

    Raises:
        SkelshotError: No such map, layout or option.
    """

    name = "text"
    options_type: ClassVar[type[ReaderOptions]] = TextOptions

    def __init__(
        self,
        columns: ColumnMap | Path | str | None = None,
        layout: SkeletonLayout | Path | str | None = None,
        on_missing: str = "repair",
        reading: ReadingOptions | None = None,
    ) -> None:
        self._map = read_column_map(columns) if isinstance(columns, Path | str) else columns
        self._layout = layout_from(layout) if layout else None
        if self._map is not None and self._layout is None:
            self._layout = layout_from(self._map.layout)
        self._on_missing = on_missing_named(on_missing)
        self._reading = _both(self._map, reading)
        self._files = RawFiles()
        self._class_names: tuple[str, ...] = ()
        self._choice: LayoutChoice | None = None
        self._remarks = Remarks()

    @classmethod
    def _built(cls, options: Any) -> Self:
        return cls(options.columns, options.layout, options.on_missing, options.reading)

    @property
    def class_names(self) -> tuple[str, ...]:
        """The classes of the map, or all labels there are, sorted; known after `sources`."""
        return self._class_names

    @property
    def layout(self) -> SkeletonLayout:
        """The layout that was told."""
        if self._layout is None:
            raise _no_map()
        return self._layout

    def options(self) -> dict[str, object]:
        """Return what changes the clips that are read, the map included."""
        columns = self._columns().model_dump(mode="json", exclude={"layout"}, exclude_defaults=True)
        return {
            **self._reading.changed(),
            "columns": {**columns, "layout": layout_as_data(self.layout)},
            "on_missing": self._on_missing,
        }

    def remarks(self) -> Remarks:
        """Return which files were passed over, and what was guessed and looks odd."""
        return self._remarks

    def sources(self, raw: Path | str) -> list[Source]:
        """List the files, note their classes, and look at the bodies of the first."""
        endings = self._columns().endings
        listing = self._files.listed(
            raw, lambda name: name.lower().endswith(endings), f"files {', '.join(endings)}"
        )
        self._class_names = self._labels_of(listing.sources)
        self._choice = choice = self._checked(raw, listing.sources)
        self._remarks = Remarks(
            listing.others, choice.guesses(), choice.doubts, unreadable=listing.unreadable
        )
        return listing.sources

    def read(self, source: Source) -> Iterator[Clip | Rejected]:
        """Read one file, which holds one clip."""
        yield clip_or_rejected(source.name, lambda: self._clip(source))

    def clip_name(self, source: Source) -> str:
        """Return a clip's name: where its file lies, without the ending.

        Args:
            source: The file.

        Returns:
            The name.
        """
        path, endings = path_of(source), self._columns().endings
        longest = max((one for one in endings if path.lower().endswith(one)), key=len, default="")
        return path[: len(path) - len(longest)]

    def _columns(self) -> ColumnMap:
        if self._map is None:
            raise _no_map()
        return self._map

    def _labels_of(self, sources: list[Source]) -> tuple[str, ...]:
        columns = self._columns()
        if columns.classes:
            return tuple(dict.fromkeys(columns.classes.values()))
        labels: set[str] = set()
        for source in sources:
            with suppress(SkelshotError):  # reading it will say the same
                label = self._told_by_name(source).get("label")
                if label is None and columns.label is not None:
                    content = self._files.read(source, MAX_BYTES)
                    label = label_in(content, source.name, columns, self.layout)
                if label is not None:
                    labels.add(text_of(label, "label"))
        return tuple(sorted(labels))

    def _checked(self, raw: Path | str, sources: list[Source]) -> LayoutChoice:
        """Look at the first clips that can be read; refuse where none of them can."""
        samples: list[dict[str, Any]] = []
        complaint = ""
        for source in sources[: 4 * SAMPLE]:
            try:
                samples.append(self._text(source).arrays)
            except SkelshotError as error:
                complaint = complaint or f"{source.name}: {error}"
            if len(samples) == SAMPLE:
                break
        if not samples:
            raise SkelshotError(f"{raw}: no clip can be read; the first: {complaint}")
        try:
            choice = checked_layout(samples, self.layout, self._reading)
        except ImplausibleBodiesError as error:
            raise SkelshotError(f"{raw}: {error}") from error
        return choice or LayoutChoice(self.layout)

    def _told_by_name(self, source: Source) -> dict[str, Any]:
        """Return label and numbers that a file's name tells."""
        return self._columns().from_name(path_of(source))

    def _text(self, source: Source) -> TextClip:
        content = self._files.read(source, MAX_BYTES)
        return read_text_clip(content, source.name, self._columns(), self.layout)

    def _clip(self, source: Source) -> Clip:
        told = self._told_by_name(source)
        text = self._text(source)
        label = self._label(told.pop("label", None), text.label)
        sequence = sequence_from(text.arrays, self.layout, self._reading)
        made = prepared_clip(sequence, self._reading, self._on_missing)
        if self._choice is not None:
            self._choice.check(made.sequence)
        return Clip(
            name=self.clip_name(source),
            label=label,
            sequence=made.sequence,
            source_file=source.name,
            repaired=made.repaired,
            ghosts=made.ghosts,
            reordered=made.reordered,
            **told,
        )

    def _label(self, named: str | None, written: str | None) -> int:
        """Return the number of a class that the name or a column tells; both must agree."""
        if None not in (named, written) and named != written:
            raise BadClip(f"label: found {written!r:.80}, but the file name says {named!r:.80}")
        label = named if written is None else written
        if label is None:
            return UNLABELLED
        name = self._columns().class_of(text_of(label, "label"))
        if name not in self._class_names:
            raise BadClip(f"label: found {name!r:.60}, which was not there when files were listed")
        return self._class_names.index(name)


def _both(columns: ColumnMap | None, told: ReadingOptions | None) -> ReadingOptions:
    """Join what a map tells of reading with what the caller tells, who goes first."""
    options = [one for one in (columns and columns.reading, told) if one is not None]
    return ReadingOptions(
        **{name: getattr(one, name) for one in options for name in one.model_fields_set}
    )


def _no_map() -> SkelshotError:
    return SkelshotError(
        "reader text: found no column map, expected one that tells what the columns mean; name it "
        "with --columns FILE.yaml"
    )
