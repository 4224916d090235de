"""Clips on disk, ready for use: one memory-mapped array and an index."""

from collections.abc import Collection
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skelshot.datasets.clips import UNLABELLED
from skelshot.datasets.store.format import (
    DOCUMENT,
    HEADER_BYTES,
    INDEX,
    SETS,
    SPLITS,
    StoreDocument,
    array_files,
    read_document,
)
from skelshot.datasets.store.index import ClipRecord, read_index
from skelshot.datasets.store.splits import Splits, read_kept_splits
from skelshot.ground import SkelshotError
from skelshot.skeletons.inputs import InputSpec
from skelshot.skeletons.layout import SkeletonLayout
from skelshot.skeletons.layouts import layout_from
from skelshot.skeletons.mappings import map_layout, mapping_matrix
from skelshot.skeletons.sequence import SkeletonSequence


class Store:
    """A finished store; `Store.open` is the way to get one.

    Arrays are mapped, not read: opening takes milliseconds whatever the size, and a store given
    to a worker process is opened there anew.

    Args:
        path: The folder.
        document: What `store.json` holds.
        clips: The index.
        arrays: Mapped arrays by field of `SkeletonSequence`.
        layout: The layout in which clips are given; the one they are stored in unless told.
    """

    def __init__(
        self,
        path: Path,
        document: StoreDocument,
        clips: tuple[ClipRecord, ...],
        arrays: dict[str, NDArray[Any]],
        layout: SkeletonLayout | None = None,
    ) -> None:
        self.path = path
        self.document = document
        self.clips = clips
        self.class_names = tuple(document.class_names)
        self.stored_layout = layout_from(document.layout)
        self.layout = layout or self.stored_layout
        self.channels: int = document.channels
        self.data_hash = document.data_hash
        self.labels: NDArray[np.int64] = np.array([clip.label for clip in clips], np.int64)
        self._arrays = arrays
        kinds = array_files(self.stored_layout.num_joints, self.channels)
        self._lengths = {
            path / kinds[field].name: HEADER_BYTES + array.nbytes for field, array in arrays.items()
        }

    @classmethod
    def open(cls, path: Path | str) -> "Store":
        """Open a store and check that its files are whole.

        Lengths, headers and the index are checked, contents are not: `skelshot verify` does that.

        Args:
            path: The folder that `prepare` made.

        Returns:
            The store.

        Raises:
            SkelshotError: There is no finished store, or a file is truncated, altered or of
                another version.
        """
        path = Path(path)
        _check_finished(path)
        document = read_document(path)
        counts = document.counts
        kinds = array_files(layout_from(document.layout).num_joints, document.channels)
        arrays = {
            field: kind.open(path, counts.frames if kind.per_frame else counts.person_frames)
            for field, kind in kinds.items()
            if kind.name in document.files or field in ("joints", "present", "frame_index")
        }
        # the arrays' lengths bound the clips, of which each has a frame, before the index is read
        clips = read_index(path / INDEX, min(counts.clips, counts.frames))
        person_frames = clips[-1].stop if clips else 0
        frames = sum(clip.frames for clip in clips)
        found = (len(clips), frames, person_frames)
        expected = (counts.clips, counts.frames, counts.person_frames)
        if found != expected:
            raise SkelshotError(
                f"{path / INDEX}: found {found} clips, frames and person-frames, but {DOCUMENT} "
                f"says {expected}; prepare the store again"
            )
        labels = [clip.label for clip in clips]
        if labels and not UNLABELLED <= min(labels) <= max(labels) < len(document.class_names):
            raise SkelshotError(
                f"{path / INDEX}: found labels {min(labels)} to {max(labels)}, expected 0 to "
                f"{len(document.class_names) - 1}, or {UNLABELLED} for none; prepare the store "
                "again"
            )
        for field in ("pixels", "confidence"):
            if field not in arrays and any(getattr(clip, f"has_{field}") for clip in clips):
                raise SkelshotError(f"{path}: {field}.npy is missing; prepare the store again")
        return cls(path, document, clips, arrays)

    def in_layout(self, layout: SkeletonLayout) -> "Store":
        """Give the clips in another joint layout; nothing is written.

        Args:
            layout: The layout wanted; see `map_layout`.

        Returns:
            The same clips, mapped as they are read.

        Raises:
            SkelshotError: The root of that layout cannot be made from the stored joints.
        """
        mapping_matrix(self.stored_layout, layout)
        return Store(self.path, self.document, self.clips, self._arrays, layout)

    def for_input(self, spec: InputSpec) -> "Store":
        """Give the clips in the joint layout that an encoder's input wants.

        Args:
            spec: The input.

        Returns:
            The same clips, mapped as they are read where their layout is another.

        Raises:
            SkelshotError: Their coordinates or joints do not make such an input.
        """
        spec.check_takes(self.channels)
        return self if self.layout == spec.layout else self.in_layout(spec.layout)

    def __len__(self) -> int:
        """Return the number of clips."""
        return len(self.clips)

    def __reduce__(self) -> tuple[Any, tuple[Path, SkeletonLayout]]:
        """Travel to worker processes as a path."""
        return _open_in, (self.path, self.layout)

    def sequence(self, index: int) -> SkeletonSequence:
        """Read one clip.

        Args:
            index: Its place in `clips`.

        Returns:
            The clip as the source had it (metres, or pixels when C is 2), in arrays of its own.

        Raises:
            IndexError: There is no such clip.
            SkelshotError: A file was cut short since the store was opened.
        """
        clip = self.clips[index]
        self._check_lengths()
        rows, shape = slice(clip.start, clip.stop), (clip.persons, clip.frames)

        def own(field: str) -> NDArray[Any]:
            array = self._arrays[field]
            return np.array(array[rows]).reshape(*shape, *array.shape[1:])

        times = slice(clip.frame_start, clip.frame_start + clip.frames)
        stored = SkeletonSequence(
            joints=own("joints"),
            present=own("present"),
            layout=self.stored_layout,
            frame_index=np.array(self._arrays["frame_index"][times]),
            confidence=own("confidence") if clip.has_confidence else None,
            pixels=own("pixels") if clip.has_pixels else None,
            picture_size=clip.picture_size,
            rate=clip.rate,
        )
        return map_layout(stored, self.layout)

    def _check_lengths(self) -> None:
        """Refuse files that were cut short: to read their maps would end the process."""
        for path, length in self._lengths.items():
            with suppress(FileNotFoundError):  # what is mapped outlives its name
                if (found := path.stat().st_size) < length:
                    raise SkelshotError(
                        f"{path}: found {found} bytes, expected {length}; it was cut short since "
                        "the store was opened, prepare the store again"
                    )

    def index_of(self, name: str) -> int:
        """Find a clip by name.

        Args:
            name: The clip's name.

        Returns:
            Its place in `clips`.

        Raises:
            SkelshotError: The store has no such clip.
        """
        try:
            return self._places[name]
        except KeyError:
            example = f", it has for example {self.clips[0].name!r}" if self.clips else ""
            raise SkelshotError(f"{self.path}: no clip is called {name!r}{example}") from None

    def class_of(self, index: int) -> str | None:
        """Return the name of a clip's class.

        Args:
            index: Its place in `clips`.

        Returns:
            The name; None for an unlabelled clip, whose label -1 would name the last class.

        Raises:
            IndexError: There is no such clip.
        """
        label = self.clips[index].label
        return None if label == UNLABELLED else self.class_names[label]

    @cached_property
    def bare_class_names(self) -> tuple[str, ...]:
        """The class names without the set that they are of, where several stores became this one.

        `gator/bow` is `bow`, for a teacher that is told of the action alone; a class of a single
        store keeps its name, `eat meal/snack` too.
        """
        facts = self.document.reader
        sets = facts.options.get("sets") if facts.name == SETS else None
        known = sets if isinstance(sets, dict) else {}
        return tuple(_without_set(name, known) for name in self.class_names)

    @cached_property
    def splits(self) -> Splits:
        """Names of clips by split, such as `xsub_train`, as they came with the raw files.

        Empty where none came. They are read when asked for.

        Raises:
            SkelshotError: The file is damaged, or names a clip that the store does not have.
        """
        if SPLITS not in self.document.files:
            return {}
        return read_kept_splits(self.path / SPLITS, self._places)

    @cached_property
    def _places(self) -> dict[str, int]:
        return {clip.name: place for place, clip in enumerate(self.clips)}


def _without_set(name: str, sets: Collection[str]) -> str:
    first, _, rest = name.partition("/")
    return rest if rest and first in sets else name


def _open_in(path: Path, layout: SkeletonLayout) -> Store:
    store = Store.open(path)
    return store if store.layout == layout else store.in_layout(layout)


def partial_folder(out: Path | str) -> Path:
    """Return where a store is written until it is whole.

    Args:
        out: The store.

    Returns:
        `STORE.partial` beside it.
    """
    out = Path(out)
    return out.with_name(f"{out.name}.partial")


def _check_finished(path: Path) -> None:
    """Refuse a path that holds no finished store."""
    if (path / DOCUMENT).is_file() and not path.name.endswith(".partial"):
        return
    if path.name.endswith(".partial") or (not path.exists() and partial_folder(path).is_dir()):
        raise SkelshotError(
            f"{path}: the store is not finished; run the same prepare command again to go on"
        )
    if not path.exists():
        raise SkelshotError(f"{path}: no such folder, expected a store made by prepare")
    raise SkelshotError(f"{path}: not a store ({DOCUMENT} is missing); make one with prepare")
