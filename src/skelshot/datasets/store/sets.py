"""Several stores as raw material for one, so that an encoder is trained on all of them at once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import accumulate, chain
from pathlib import Path

from skelshot.datasets.clips import UNLABELLED, Clip, Rejected
from skelshot.datasets.readers import Reader, Remarks, Source
from skelshot.datasets.store.format import SETS
from skelshot.datasets.store.index import ClipRecord
from skelshot.datasets.store.reader import Coordinates, StoreReader, StoreReaderOptions
from skelshot.datasets.store.sets_file import StoreSets, read_sets
from skelshot.ground import SkelshotError
from skelshot.ground.counts import counted
from skelshot.ground.plans import first_difference
from skelshot.ground.suggestions import did_you_mean
from skelshot.skeletons.layout import SkeletonLayout
from skelshot.skeletons.layout_reading import layout_mapping
from skelshot.skeletons.layouts import layout_as_data, layout_from

SHOWN = 5
"""How many classes that several sets have under one name are told by name."""


class SetsReader(Reader):
    """Reads the clips of several stores into one, whose classes are called `SET/CLASS`.

    Layouts are mapped, subjects of different sets are different people, and every set is a split
    of the store under its name, beside its own splits as `SET/SPLIT`.

    Args:
        layout: Name of the layout wanted, or a .yaml file of your own; needed where the stores'
            are unlike.
        coordinates: "pixels" for those that a camera takes of 3-D clips, which go with 2-D ones.

    Raises:
        SkelshotError: No such layout.
    """

    name = SETS
    options_type = StoreReaderOptions

    def __init__(self, layout: str | None = None, coordinates: Coordinates = "as-stored") -> None:
        self._wanted = layout_from(layout) if layout else None
        self._coordinates = coordinates
        self._layout = self._wanted
        self._readers: dict[str, StoreReader] = {}
        self._names: tuple[str, ...] = ()
        self._labels: dict[tuple[str, str], int] = {}
        self._first_subject: dict[str, int] = {}
        self._given: dict[str, object] = {}
        self._thin: tuple[str, ...] = ()

    @property
    def class_names(self) -> tuple[str, ...]:
        """The classes of all sets, those that are joined at the place of the first of them."""
        return self._names

    @property
    def layout(self) -> SkeletonLayout:
        """The layout of the clips that are given; known after `sources`."""
        if self._layout is None:
            raise SkelshotError("sets: the layout is not known before the sources have been listed")
        return self._layout

    def options(self) -> dict[str, object]:
        """Return what changes the clips that are read."""
        seen = {} if self._coordinates == "as-stored" else {"coordinates": self._coordinates}
        return {"layout": layout_as_data(self.layout), **seen, **self._given}

    def remarks(self) -> Remarks:
        """Return what the stores say of sides, and what becomes of the joints, where told."""
        each = {name: reader.remarks() for name, reader in self._readers.items()}
        seen = {
            f"camera of {name}": told
            for name, remarks in each.items()
            for told in remarks.guessed.values()
        }
        lost = {
            f"joints of {name} that nobody measured": ", ".join(remarks.mapping.borrowed)
            for name, remarks in each.items()
            if remarks.mapping is not None and remarks.mapping.borrowed
        }
        said = {remarks.sides for remarks in each.values()}
        return Remarks(
            guessed=seen | lost,
            doubts=_kept_apart(self._labels) + self._thin,
            sides=said.pop() if len(said) == 1 else "auto",
        )

    def splits(self) -> Mapping[str, Sequence[str]]:
        """Return the clips of each set, and its own splits; known after `sources`."""
        found: dict[str, Sequence[str]] = {}
        for name, reader in self._readers.items():
            found[name] = [f"{name}/{clip.name}" for clip in reader.store.clips]
            for split, clips in reader.splits().items():
                found[f"{name}/{split}"] = [f"{name}/{clip}" for clip in clips]
        return found

    def sources(self, raw: Path | str) -> list[Source]:
        """Open the stores that a YAML file names; each of their clips is a source.

        Args:
            raw: The file, a `StoreSets`.

        Returns:
            The clips of the classes that are not left out, set by set.

        Raises:
            SkelshotError: The file is no such list, a store cannot be opened, a class is not
                there, or layouts or coordinates are unlike.
        """
        path = Path(raw)
        if path.is_dir():
            raise SkelshotError(f"{path}: found a folder, expected a .yaml file with sets:")
        asked = read_sets(path)
        listed: dict[str, list[Source]] = {}
        self._readers = {}
        for name, one in asked.sets.items():
            reader = StoreReader(self._wanted, self._coordinates)
            listed[name] = reader.sources(path.parent / one.store)
            self._readers[name] = reader
        self._settle_layout(path)
        self._settle_classes(path, asked)
        self._check_subjects(path, asked)
        counts = [_subjects(reader) for reader in self._readers.values()]
        starts = accumulate(counts, initial=0)
        self._first_subject = dict(zip(self._readers, starts, strict=False))
        self._given = {
            "sets": {
                name: {
                    **one.model_dump(mode="json", exclude={"store"}),
                    "data_hash": self._readers[name].store.data_hash,
                }
                for name, one in asked.sets.items()
            },
            "joined": {name: list(parts) for name, parts in asked.joined.items()},
        }
        kept = [
            replace(source, name=f"{name}/{source.name}")
            for name, sources in listed.items()
            for source in sources
            if self._is_kept(name, source.name, asked.sets[name].leave_out_subjects)
        ]
        if not kept:
            raise SkelshotError(f"{path}: all clips are left out, expected some that are not")
        self._thin = tuple(self._thin_sets(kept))
        return kept

    def _thin_sets(self, kept: Sequence[Source]) -> Iterator[str]:
        """Tell of sets in which classes or people cannot be told from the sensor."""
        clips: dict[str, list[ClipRecord]] = {name: [] for name in self._readers}
        for source in kept:
            name, _, clip = source.name.partition("/")
            store = self._readers[name].store
            clips[name].append(store.clips[store.index_of(clip)])
        classes = {
            name: {self._label(name, clip.label) for clip in own} - {UNLABELLED}
            for name, own in clips.items()
        }
        for name, own in clips.items():
            counts = {}
            if not any(classes[name] & found for of, found in classes.items() if of != name):
                counts["class"] = len(classes[name])
            if all(clip.subject is not None for clip in own):
                counts["person"] = len({clip.subject for clip in own})
            if alone := [f"one {what}" for what, count in counts.items() if count == 1]:
                yield (
                    f"{name}: {counted(len(own), 'clip')} of {' and '.join(alone)}; an encoder "
                    "may learn their sensor in place of what they do"
                )

    def read(self, source: Source) -> Iterator[Clip | Rejected]:
        """Read one clip of one store."""
        name, _, clip = source.name.partition("/")
        reader = self._readers[name]
        for item in reader.read(replace(source, name=clip)):
            if isinstance(item, Rejected):
                yield replace(item, source=source.name)
                continue
            subject = None
            if item.subject is not None:
                subject = self._first_subject[name] + item.subject
            yield replace(
                item,
                name=source.name,
                label=self._label(name, item.label),
                subject=subject,
                source_file=f"{name}/{item.source_file}",
            )

    def _label(self, name: str, label: int) -> int:
        if label == UNLABELLED:
            return UNLABELLED
        return self._labels[name, self._readers[name].class_names[label]]

    def _is_kept(self, name: str, clip: str, left_out: Sequence[int]) -> bool:
        store = self._readers[name].store
        record = store.clips[store.index_of(clip)]
        known = record.label == UNLABELLED
        known = known or (name, store.class_names[record.label]) in self._labels
        return known and record.subject not in left_out

    def _settle_layout(self, path: Path) -> None:
        """Take the layout that all stores have, where none is asked for."""
        readers = self._readers
        stores = {name: reader.store for name, reader in readers.items()}
        for what, found in (
            ("coordinates", {name: str(reader.channels) for name, reader in readers.items()}),
            ("layouts", {name: store.layout.name for name, store in stores.items()}),
        ):
            if len(set(found.values())) > 1 and (what == "coordinates" or self._wanted is None):
                told = ", ".join(f"{name} {value}" for name, value in found.items())
                advice = {
                    "coordinates": "--coordinates pixels sees the 3-D ones by a camera",
                    "layouts": "name one by --layout",
                }[what]
                raise SkelshotError(f"{path}: found unlike {what} ({told}); {advice}")
        if self._wanted is None:
            _check_layouts(path, {name: store.layout for name, store in stores.items()})
        self._layout = self._wanted or next(iter(stores.values())).layout

    def _check_subjects(self, path: Path, asked: StoreSets) -> None:
        """Refuse people to leave out who are not there."""
        for name, one in asked.sets.items():
            people = (clip.subject for clip in self._readers[name].store.clips)
            there = sorted({subject for subject in people if subject is not None})
            if absent := sorted({*one.leave_out_subjects} - {*there}):
                raise SkelshotError(
                    f"{path}: sets.{name}.leave_out_subjects: found {absent[0]}, expected one of "
                    f"{', '.join(map(str, there[:20])) or 'none'}"
                )

    def _settle_classes(self, path: Path, asked: StoreSets) -> None:
        """Number the classes of all sets, those that are left out aside."""
        every = {
            f"{name}/{label}": (name, label)
            for name, reader in self._readers.items()
            for label in reader.class_names
        }
        left_out = [
            f"{name}/{label}" for name, one in asked.sets.items() for label in one.leave_out
        ]
        for wanted in chain(left_out, *asked.joined.values()):
            if wanted not in every:
                raise SkelshotError(
                    f"{path}: no class is called {wanted!r:.80}{did_you_mean(wanted, every)}; "
                    "write SET/CLASS under joined, CLASS under leave_out"
                )
        together: dict[str, str] = {}
        for all_of_them, parts in asked.joined.items():
            for part in parts:
                if together.setdefault(part, all_of_them) != all_of_them:
                    raise SkelshotError(
                        f"{path}: joined: {part!r:.80} is part of {together[part]!r:.80} and of "
                        f"{all_of_them!r:.80}, expected one of them"
                    )
        numbers: dict[str, int] = {}
        self._labels = {}
        for full, place in every.items():
            if full not in left_out:
                called = together.get(full, full)
                self._labels[place] = numbers.setdefault(called, len(numbers))
        self._names = tuple(numbers)


def _check_layouts(path: Path, layouts: Mapping[str, SkeletonLayout]) -> None:
    """Refuse layouts that differ although they are called the same."""
    first, *others = layouts
    for name in others:
        if unlike := first_difference(
            layout_mapping(layouts[first]), layout_mapping(layouts[name])
        ):
            place, one, other = unlike
            raise SkelshotError(
                f"{path}: found unlike layouts called {layouts[name].name!r:.80} ({place}: "
                f"{first} {one!r:.80}, {name} {other!r:.80}); name one by --layout, as a .yaml file"
            )


def _subjects(reader: StoreReader) -> int:
    """Count the numbers that a store's people take."""
    known = (clip.subject for clip in reader.store.clips if clip.subject is not None)
    return 1 + max(known, default=-1)


def _kept_apart(labels: Mapping[tuple[str, str], int]) -> tuple[str, ...]:
    """Tell, in one line, which classes several sets have under one name and are not joined."""
    by_name: dict[str, set[int]] = {}
    for (_, name), label in labels.items():
        by_name.setdefault(name.casefold(), set()).add(label)
    same = [name for name, found in by_name.items() if len(found) > 1]
    if not same:
        return ()
    more = f" and {len(same) - SHOWN} more" if len(same) > SHOWN else ""
    return (
        f"{', '.join(same[:SHOWN])}{more}: of several sets under one name, kept apart; joined: in "
        "the file makes them one class",
    )
