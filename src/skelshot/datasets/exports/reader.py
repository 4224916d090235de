"""The base of readers of exported poses: one clip a source, whose folder names its class."""

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar, Self

from pydantic import Field, field_validator

from skelshot.datasets.checks import clip_or_rejected, on_missing_named
from skelshot.datasets.clip_arrays import sequence_from
from skelshot.datasets.clips import UNLABELLED, BadClip, Clip, Rejected
from skelshot.datasets.layout_choice import (
    SAMPLE,
    ImplausibleBodiesError,
    LayoutChoice,
    choose_layout,
)
from skelshot.datasets.prepared_clip import prepared_clip
from skelshot.datasets.reader_options import MissingOptions, ReaderOptions
from skelshot.datasets.readers import Listing, Reader, Remarks, Source
from skelshot.datasets.reading_options import ReadingOptions
from skelshot.ground import SkelshotError
from skelshot.skeletons.layouts import SkeletonLayout
from skelshot.skeletons.sequence import LARGEST_PICTURE, SkeletonSequence


class ExportOptions(ReadingOptions, MissingOptions):
    """The options of readers of exported poses.

    Args:
        picture: Width and height of the picture, such as 1280x720, where files give places as
            shares of it.
    """

    picture: str | None = Field(
        None, description="picture size, where files give shares of it, such as 1280x720"
    )

    @field_validator("picture")
    @classmethod
    def _is_size(cls, picture: str | None) -> str | None:
        if picture is not None and _size_of(picture) is None:
            raise ValueError(f"expected WIDTHxHEIGHT, 1 to {LARGEST_PICTURE} each, as in 1280x720")
        return picture

    @property
    def size(self) -> tuple[int, int] | None:
        """Width and height of the picture, if they were told."""
        return None if self.picture is None else _size_of(self.picture)

    @property
    def reading(self) -> ReadingOptions:
        """The options of reading that were told."""
        told = self.model_fields_set & ReadingOptions.model_fields.keys()
        return ReadingOptions(**{name: getattr(self, name) for name in told})


class ExportReader(Reader):
    """Reads exported poses; a sub-class finds the sources and makes arrays of one.

    A clip's class is the name of the folder that it lies in; clips that lie in the raw folder
    itself are unlabelled.

    Args:
        options: Options of reading; the defaults when None.
    """

    options_type: ClassVar[type[ReaderOptions]] = ExportOptions

    def __init__(self, options: ExportOptions | None = None) -> None:
        self._options = options or ExportOptions()
        self._on_missing = on_missing_named(self._options.on_missing)
        self._class_names: tuple[str, ...] = ()
        self._choice: LayoutChoice | None = None
        self._remarks = Remarks()

    @classmethod
    def _built(cls, options: Any) -> Self:
        return cls(options)

    @abstractmethod
    def listed(self, raw: Path | str) -> Listing:
        """List the clips and all other files.

        Args:
            raw: The folder that the user named.

        Returns:
            One source a clip.

        Raises:
            SkelshotError: It is missing or holds nothing to read.
        """

    @abstractmethod
    def arrays_of(self, source: Source) -> Mapping[str, object]:
        """Read the arrays of one clip.

        Args:
            source: One of those listed.

        Returns:
            As `skelshot.datasets.clip_arrays.sequence_from` takes them.

        Raises:
            SkelshotError: The file is none of this kind.
        """

    @property
    @abstractmethod
    def layout(self) -> SkeletonLayout:
        """The joints of every clip."""

    @property
    def class_names(self) -> tuple[str, ...]:
        """The names of the clips' folders, sorted; known after `sources`."""
        return self._class_names

    def options(self) -> dict[str, object]:
        """Return what changes the clips that are read."""
        return {
            **self._options.reading.changed(),
            "picture": self._options.picture,
            "on_missing": self._on_missing,
        }

    def remarks(self) -> Remarks:
        """Return which files were passed over, and what was guessed and looks odd."""
        return self._remarks

    def sources(self, raw: Path | str) -> list[Source]:
        """List the clips, note their classes, and look at the bodies of the first."""
        listing = self.listed(raw)
        labels = {_folder_of(source.name) for source in listing.sources}
        self._class_names = tuple(sorted(label for label in labels if label))
        self._choice = choice = self._checked(raw, listing.sources)
        self._remarks = Remarks(
            listing.others, choice.guesses(), choice.doubts, unreadable=listing.unreadable
        )
        return listing.sources

    def clip_name(self, source: Source) -> str:
        """Return a clip's name: where its file lies, without the ending.

        Args:
            source: One of those listed.

        Returns:
            The name.
        """
        return source.name.removesuffix(source.path.suffix)

    def turned(self, sequence: SkeletonSequence) -> SkeletonSequence:
        """Return a clip as it is kept, once its axes are ours and its bodies were looked at.

        Args:
            sequence: The clip.

        Returns:
            The same, unless a sub-class turns it.
        """
        return sequence

    def _checked(self, raw: Path | str, sources: list[Source]) -> LayoutChoice:
        """Look at the first clips that can be read, all together."""
        samples: list[Mapping[str, object]] = []
        for source in sources[: 4 * SAMPLE]:
            with suppress(SkelshotError):  # reading it will say the same
                samples.append(self.arrays_of(source))
            if len(samples) == SAMPLE:
                break
        try:
            choice = choose_layout(samples, self.layout, self._options.reading)
        except ImplausibleBodiesError as error:
            raise SkelshotError(f"{raw}: {error}") from error
        return choice or LayoutChoice(self.layout)

    def read(self, source: Source) -> Iterator[Clip | Rejected]:
        """Read one clip."""
        yield clip_or_rejected(source.name, lambda: self._clip(source))

    def _clip(self, source: Source) -> Clip:
        reading = self._options.reading
        try:
            sequence = sequence_from(self.arrays_of(source), self.layout, reading)
        except BadClip:
            raise
        except SkelshotError as error:
            raise BadClip(str(error)) from error
        made = prepared_clip(sequence, reading, self._on_missing)
        if self._choice is not None:
            self._choice.check(made.sequence)
        folder = _folder_of(source.name)
        return Clip(
            name=self.clip_name(source),
            label=self._class_names.index(folder) if folder else UNLABELLED,
            sequence=self.turned(made.sequence),
            source_file=source.name,
            repaired=made.repaired,
            ghosts=made.ghosts,
            reordered=made.reordered,
        )


def _folder_of(name: str) -> str:
    return name.rpartition("/")[0].rpartition("/")[2]


def _size_of(text: str) -> tuple[int, int] | None:
    width, times, height = text.partition("x")
    if not (times and all(side.isdecimal() and len(side) < 6 for side in (width, height))):
        return None
    size = int(width), int(height)
    return size if all(1 <= side <= LARGEST_PICTURE for side in size) else None
