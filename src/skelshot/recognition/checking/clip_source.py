"""Clips of a store, a folder or single files, one after the other, whatever is wrong with them."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from skelshot.datasets.clips import UNLABELLED, Clip, Rejected
from skelshot.datasets.reader_family import READERS
from skelshot.datasets.readers import FolderExpectedError, Reader, Source, examples_of
from skelshot.datasets.reading_options import ArrayOptions, ReadingOptions
from skelshot.datasets.store import Store
from skelshot.datasets.store.format import DOCUMENT
from skelshot.datasets.verify import likely_reader
from skelshot.ground import SkelshotError
from skelshot.ground.progress import progress_bar
from skelshot.recognition.checking.checked_clip import CheckedClip
from skelshot.recognition.checking.gathering import class_in_name, gather


@dataclass(eq=False)
class ClipSource:
    """Clips to look at.

    Args:
        paths: A store, a folder of clips, an archive, or files and folders of one format.
        form: The format; guessed from the files' names unless told.
        rate: Frames a second, if stated.
        options: Those of the format's reader.

    Attributes:
        reading: How arrays become clips.
        notes: What was decided on the way; known once all clips are read.
    """

    paths: Sequence[Path]
    form: str | None = None
    rate: float | None = None
    options: Mapping[str, object] = field(default_factory=dict)
    reading: ReadingOptions = field(default_factory=ReadingOptions, init=False)
    notes: list[str] = field(default_factory=list, init=False)

    def clips(self) -> Iterator[CheckedClip | Rejected]:
        """Read the clips; bodies that cannot be are read like all others.

        Yields:
            Clips, and what cannot be read.

        Raises:
            SkelshotError: There is nothing there, the format is not known, or an option does not
                fit.
        """
        first = self.paths[0]
        if len(self.paths) == 1 and (first / DOCUMENT).exists():
            yield from self._of_store(first)
        elif len(self.paths) == 1:
            try:
                reader, sources = self._listed(first)
            except FolderExpectedError:  # a format of one clip a file
                yield from self._of_files()
            else:
                yield from self._of_reader(reader, sources)
        else:
            yield from self._of_files()

    def _of_store(self, place: Path) -> Iterator[CheckedClip]:
        if told := [*(["format"] if self.form else []), *self.options]:
            raise SkelshotError(
                f"{place}: found a store, which is read as it is, expected no --{', --'.join(told)}"
                "; leave it out"
            )
        store = Store.open(place)
        with progress_bar("clips", total=len(store)) as bar:
            for index, clip in enumerate(store.clips):
                label = store.class_of(index)
                sequence = store.sequence(index)
                yield CheckedClip(
                    clip.name, sequence, label, clip.subject, clip.repaired, self.rate
                )
                bar.advance(1)

    def _of_files(self) -> Iterator[CheckedClip | Rejected]:
        with TemporaryDirectory() as folder, _real_names(folder, self.paths):
            gather(self.paths, Path(folder))
            yield from self._of_reader(*self._listed(Path(folder)))

    def _listed(self, raw: Path) -> tuple[Reader, list[Source]]:
        """Choose the reader and list what it is to read."""
        kind = READERS.named(self.form, "--format") if self.form else likely_reader(raw)
        options = dict(self.options)
        if "body_check" in kind.options_type.model_fields:
            options["body_check"] = "ignore"
        with READERS.telling(kind.name):
            reader = kind.from_options(options)
            if issubclass(kind.options_type, ArrayOptions):
                self.reading = kind.options_type.model_validate(options).reading
            return reader, reader.sources(raw)

    def _of_reader(self, reader: Reader, sources: list[Source]) -> Iterator[CheckedClip | Rejected]:
        in_names = Counter(class_in_name(source.name) for source in sources)
        told = max(in_names.values()) > 1
        by_name = 0
        with progress_bar("clips", total=len(sources)) as bar, READERS.telling(reader.name):
            for source in sources:
                for item in reader.read(source):
                    if isinstance(item, Rejected):
                        yield item
                        continue
                    label = None if item.label == UNLABELLED else reader.class_names[item.label]
                    if label is None and told:
                        label, by_name = class_in_name(source.name), by_name + 1
                    yield self._seen(item, label)
                bar.advance(1)
        self._note(reader, by_name)

    def _seen(self, clip: Clip, label: str | None) -> CheckedClip:
        return CheckedClip(
            clip.name, clip.sequence, label, clip.subject, clip.repaired, self.rate, self.reading
        )

    def _note(self, reader: Reader, by_name: int) -> None:
        """Keep what the reader decided, and where classes come from."""
        remarks = reader.remarks()
        self.notes.append(f"read as {reader.name}")
        self.notes += [f"{what}: {how}" for what, how in remarks.guessed.items()]
        if by_name:
            self.notes.append(
                f"{by_name} clips without a label are of the class that their folder or their "
                "file's name tells"
            )
        if remarks.passed_over:
            named = examples_of(remarks.passed_over)
            self.notes.append(f"passed over, since {reader.name} has no use for them: {named}")


@contextmanager
def _real_names(folder: str, paths: Sequence[Path]) -> Iterator[None]:
    """Tell in errors where the files are, not where they were put together."""
    try:
        yield
    except SkelshotError as error:
        raise SkelshotError(str(error).replace(folder, str(paths[0].parent))) from error
