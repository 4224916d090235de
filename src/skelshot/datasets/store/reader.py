"""A store as raw material for another one: mapped to another joint layout."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal

from pydantic import Field

from skelshot.datasets.checks import clip_or_rejected
from skelshot.datasets.clips import Clip, Rejected
from skelshot.datasets.reader_options import ReaderOptions
from skelshot.datasets.readers import Reader, Remarks, Source
from skelshot.datasets.store import Store
from skelshot.datasets.store.format import DOCUMENT
from skelshot.ground import SkelshotError
from skelshot.skeletons.as_picture import FOCAL, PICTURE, camera_view
from skelshot.skeletons.layout import SkeletonLayout
from skelshot.skeletons.layouts import layout_as_data, layout_from
from skelshot.skeletons.mappings import map_layout, mapping_report

CAMERA = f"at the sensor's place, {PICTURE[0]} x {PICTURE[1]} pixels, focal length {FOCAL:g}"
"""The camera that sees 3-D clips, in words."""

Coordinates = Literal["as-stored", "pixels"]
"""How a store's clips are given on: as they are, or as a camera sees the 3-D ones."""


class StoreReaderOptions(ReaderOptions):
    """The options of the reader of stores.

    Args:
        layout: The layout wanted; the store's unless told.
        coordinates: As they are stored, or the pixels that a camera at the sensor's place takes of
            3-D clips.
    """

    layout: str | None = Field(
        None, description="joint layout wanted: a name, or a .yaml of your own"
    )
    coordinates: Coordinates = Field(
        "as-stored",
        description="pixels: those that a camera at the sensor's place takes of 3-D clips",
    )


class StoreReader(Reader):
    """Reads the clips of a finished store, expressed in another layout.

    This is how an encoder trained on one sensor's joints meets another's: Kinect v2 clips become
    Kinect v1 clips, and so on (`skelshot.skeletons.mappings` tells how).

    Args:
        layout: The layout wanted, its name, or a .yaml file of your own; the store's unless told.
        coordinates: "pixels" for those that a camera takes of 3-D clips.

    Raises:
        SkelshotError: No such layout.
    """

    name = "store"
    options_type = StoreReaderOptions

    def __init__(
        self,
        layout: SkeletonLayout | str | None = None,
        coordinates: Coordinates = "as-stored",
    ) -> None:
        self._wanted = layout_from(layout) if layout else None
        self._pixels = coordinates == "pixels"
        self._store: Store | None = None

    @property
    def store(self) -> Store:
        """The store that is read; known after `sources`."""
        if self._store is None:
            raise SkelshotError("store: not known before the sources have been listed")
        return self._store

    @property
    def class_names(self) -> tuple[str, ...]:
        """The store's class names."""
        return self.store.class_names

    @property
    def layout(self) -> SkeletonLayout:
        """The layout of the clips that are given."""
        return self._wanted or self.store.layout

    def options(self) -> dict[str, object]:
        """Return what changes the clips that are read."""
        seen = {"coordinates": "pixels"} if self._pixels else {}
        return {
            "layout": layout_as_data(self.layout),
            "data_hash": self.store.data_hash,
            **seen,
        }

    @property
    def channels(self) -> int:
        """Coordinates a joint of the clips that are given; known after `sources`."""
        return 2 if self._pixels else self.store.channels

    def remarks(self) -> Remarks:
        """Return what the store says of sides, and what becomes of the joints; after `sources`."""
        source = self.store.layout
        same = source == self.layout
        mapping = None if same else mapping_report(source, self.layout)
        seen = {"camera": CAMERA} if self.channels < self.store.channels else {}
        return Remarks(guessed=seen, mapping=mapping, sides=self.store.document.sides)

    def splits(self) -> Mapping[str, Sequence[str]]:
        """Return the splits that the store keeps; after `sources`."""
        return self.store.splits

    def sources(self, raw: Path | str) -> list[Source]:
        """Open the store; each of its clips is a source."""
        self._store = Store.open(raw)
        return [Source(clip.name, Path(raw) / DOCUMENT) for clip in self._store.clips]

    def read(self, source: Source) -> Iterator[Clip | Rejected]:
        """Read one clip of the store."""
        yield clip_or_rejected(source.name, lambda: self._clip(source.name))

    def _clip(self, name: str) -> Clip:
        index = self.store.index_of(name)
        record = self.store.clips[index]
        start, stop = record.video_start, record.video_stop
        is_seen = self.channels < self.store.channels
        sequence = map_layout(self.store.sequence(index), self.layout)
        return Clip(
            name=name,
            label=record.label,
            sequence=camera_view(sequence) if is_seen else sequence,
            subject=record.subject,
            camera=record.camera,
            setup=record.setup,
            replication=record.replication,
            source_file=record.source_file,
            video_file="" if is_seen else record.video_file,  # no camera took it
            frame_range=None if is_seen or start is None or stop is None else (start, stop),
            repaired=record.repaired,
            ghosts=record.ghosts or 0,
            reordered=bool(record.reordered),
        )
