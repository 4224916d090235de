"""NTU RGB+D and NTU RGB+D 120: original `.skeleton` files, from folders or zip archives."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any, Self

from pydantic import Field, field_validator

from skelshot.datasets.archives import ARCHIVES, Archive
from skelshot.datasets.checks import clip_or_rejected, on_missing_named, validate_clip
from skelshot.datasets.clips import UNLABELLED, BadClip, Clip, Rejected
from skelshot.datasets.ntu.bodies import EVERY_LEGACY, BodyOptions, Denoise, assemble
from skelshot.datasets.ntu.names import missing_names, ntu_class_names, parse_name
from skelshot.datasets.ntu.parse import parse_skeleton
from skelshot.datasets.reader_options import MissingOptions
from skelshot.datasets.readers import Reader, Remarks, Source, list_raw, natural_key
from skelshot.ground import SkelshotError
from skelshot.ground.regular import open_regular
from skelshot.ground.seeding import digest_of
from skelshot.skeletons.layouts import KINECT_V2, SkeletonLayout
from skelshot.skeletons.sequence import SkeletonSequence

MAX_BYTES = 64 << 20
"""The largest file that is read; 300 frames of six bodies have 5 MB."""

SKELETON, VIDEO, ZIP = ".skeleton", "_rgb.avi", ".zip"


class NtuOptions(MissingOptions):
    """The options of the NTU reader.

    Args:
        denoise: As in `BodyOptions`.
        legacy: As in `BodyOptions`, or `all`.
        missing_list: Clips to leave out: `official`, `none`, or a text file with a name a line.
    """

    denoise: Denoise = Field(
        "ctr-gcn", description="filter false bodies as CTR-GCN does, or not at all"
    )
    legacy: tuple[str, ...] = Field(
        (), description="flaws of the public CTR-GCN pipeline to reproduce, or 'all'"
    )
    missing_list: str = Field(
        "official", description="clips to leave out: official, none, or a text file"
    )

    @field_validator("legacy")
    @classmethod
    def _known(cls, legacy: tuple[str, ...]) -> tuple[str, ...]:
        if legacy == ("all",):
            return EVERY_LEGACY
        for name in legacy:
            if name not in EVERY_LEGACY:
                known = ", ".join(EVERY_LEGACY)
                raise SkelshotError(f"legacy: found {name!r}, expected all or some of {known}")
        return legacy


class NtuReader(Reader):
    """Reads `SsssCcccPpppRrrrAaaa.skeleton` files of NTU RGB+D (60 and 120 actions).

    They may lie in a folder and its sub-folders, in zip archives there, or in one zip archive;
    archives are read without unpacking them. All 120 classes are there whatever the files; a
    clip's label is its action's number less one. A clip's `video_file` is
    `SsssCcccPpppRrrrAaaa_rgb.avi` where such a file lies anywhere in the same raw folder.

    Args:
        on_missing: `repair` interpolates NaN and infinite coordinates and counts them,
            `reject` rejects the clip.
        bodies: How tracked bodies become persons.
        missing_list: Clips to reject because their skeletons are missing or incomplete:
            `official` (the 535 names of the data set's authors), `none`, or a text file with a
            name a line.

    Raises:
        SkelshotError: `on_missing` is neither, or the list cannot be read.

    Example:
        >>> NtuReader().class_names[26]
        'jump up'
    """

    name = "ntu"
    options_type = NtuOptions
    suffixes = (SKELETON, ZIP)

    def __init__(
        self,
        on_missing: str = "repair",
        bodies: BodyOptions | None = None,
        missing_list: Path | str = "official",
    ) -> None:
        self._on_missing = on_missing_named(on_missing)
        self._bodies = bodies or BodyOptions()
        self._list = str(missing_list)
        self._missing = missing_names(missing_list)
        self._archive: Archive | None = None
        self._remarks = Remarks()

    def __getstate__(self) -> dict[str, Any]:
        """Leave the open archive behind; a worker process opens it anew."""
        return {**self.__dict__, "_archive": None}

    @classmethod
    def _built(cls, options: NtuOptions) -> Self:
        bodies = BodyOptions.model_validate({"denoise": options.denoise, "legacy": options.legacy})
        return cls(options.on_missing, bodies, options.missing_list)

    @property
    def class_names(self) -> tuple[str, ...]:
        """The 120 actions in label order."""
        return ntu_class_names()

    @property
    def layout(self) -> SkeletonLayout:
        """The 25 joints of the second Kinect."""
        return KINECT_V2

    def options(self) -> dict[str, object]:
        """Return what changes the clips that are read, a list of one's own by its hash."""
        listed = self._list
        if listed not in ("official", "none"):
            listed = digest_of(*sorted(self._missing)).hex()
        return {
            "on_missing": self._on_missing,
            "bodies": self._bodies.model_dump(mode="json"),
            "missing_list": listed,
        }

    def remarks(self) -> Remarks:
        """Return which files of the folder were passed over."""
        return self._remarks

    def sources(self, raw: Path | str) -> list[Source]:
        """List the `.skeleton` files, those within zip archives too, and find their videos."""
        raw = Path(raw)
        expected = f"{SKELETON} files or zip archives that hold them"
        if raw.is_file():
            if not _ends(raw.name, SKELETON, ZIP):
                raise SkelshotError(f"{raw}: found another kind of file, expected {expected}")
            files = [Source(raw.name, raw)]
        else:
            listing = list_raw(raw, _wanted, expected)
            files = listing.sources
            self._remarks = Remarks(listing.others, unreadable=listing.unreadable)
        videos = {
            source.path.name[: -len(VIDEO)]: source.name
            for source in files
            if _ends(source.path.name, VIDEO)
        }
        found: list[Source] = []
        for source in files:
            if _ends(source.path.name, ZIP):
                found += _members(source)
            elif _ends(source.path.name, SKELETON):
                found.append(source)
        if not found:
            raise SkelshotError(f"{raw}: holds no {expected}")
        if videos:
            found = [replace(source, video=videos.get(_stem(source))) for source in found]
        return found

    def read(self, source: Source) -> Iterator[Clip | Rejected]:
        """Read one file, which holds one clip."""
        yield clip_or_rejected(source.name, lambda: self._clip(source))

    def _clip(self, source: Source) -> Clip:
        if source.member is not None:
            self._opened(source.path).check(source.member)
        stem = _stem(source)
        name = parse_name(stem)
        if stem in self._missing:
            raise BadClip("listed as having missing skeletons")
        sequence, repaired = self._sequence(source)
        return Clip(
            name=stem,
            label=name.label,
            sequence=sequence,
            subject=name.performer,
            camera=name.camera,
            setup=name.setup,
            replication=name.replication,
            source_file=source.name,
            video_file=source.video,
            repaired=repaired,
        )

    def clips_in(self, path: Path | str) -> Sequence[Clip | Rejected]:
        """Read a `.skeleton` file of any name; a list of missing skeletons is not asked."""
        path = Path(path)
        if not _ends(path.name, SKELETON):
            return super().clips_in(path)
        source = Source(path.name, path)
        sequence, repaired = self._sequence(source)
        name = _stem(source)
        return [Clip(name, UNLABELLED, sequence, source_file=path.name, repaired=repaired)]

    def _sequence(self, source: Source) -> tuple[SkeletonSequence, int]:
        sequence = assemble(parse_skeleton(self._text(source)), self._bodies)
        return validate_clip(sequence, self._on_missing)

    def _text(self, source: Source) -> bytes:
        """Read a file or a member of an archive."""
        if source.member is not None:
            return self._opened(source.path).read(source.member, MAX_BYTES)
        try:
            with open_regular(source.path) as handle:
                size = os.fstat(handle.fileno()).st_size
                if size > MAX_BYTES:
                    raise BadClip(f"found {size} bytes, expected at most {MAX_BYTES} a clip")
                return handle.read(size + 1)
        except OSError as error:
            raise BadClip(f"cannot be read ({error.strerror})") from error

    def _opened(self, path: Path) -> Archive:
        """Open an archive; it stays open for the next member."""
        if self._archive is None or self._archive.path != path:
            if self._archive is not None:
                self._archive.close()
                self._archive = None
            self._archive = Archive(path)
        return self._archive


def _wanted(name: str) -> bool:
    return _ends(name, SKELETON, VIDEO, ZIP)


def _ends(name: str, *endings: str) -> bool:
    """Tell whether a name ends so, in capitals or not."""
    return name.lower().endswith(endings)


def _members(source: Source) -> list[Source]:
    """List an archive's members: those to read, and archives within, which will be rejected."""
    archive = Archive(source.path)
    try:
        names = [name for name in archive.names if _is_member(name)]
    finally:
        archive.close()
    names.sort(key=lambda name: (natural_key(name), name))
    return [Source(f"{source.name}#{name}", source.path, name) for name in names]


def _is_member(name: str) -> bool:
    last = name.replace("\\", "/").rpartition("/")[2]
    hidden = last.startswith(".") or name.startswith("__MACOSX/")  # what macOS adds
    return _ends(last, SKELETON, *ARCHIVES) and not hidden


def _stem(source: Source) -> str:
    name = source.path.name if source.member is None else PurePosixPath(source.member).name
    return name[: -len(SKELETON)] if _ends(name, SKELETON) else name
