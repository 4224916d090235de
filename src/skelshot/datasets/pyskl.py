"""PYSKL annotation pickles, in and out: `{'split': {...}, 'annotations': [...]}`."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, Self

from skelshot.datasets.checks import clip_or_rejected, on_missing_named
from skelshot.datasets.class_names import read_class_names
from skelshot.datasets.clip_arrays import AXES, picture_size_of, sequence_from
from skelshot.datasets.clips import UNLABELLED, BadClip, Clip, Rejected
from skelshot.datasets.field_values import described, whole_number_of
from skelshot.datasets.layout_choice import LayoutChoice, choose_layout
from skelshot.datasets.prepared_clip import prepared_clip
from skelshot.datasets.pyskl_export import export_pyskl
from skelshot.datasets.readers import Reader, Remarks, Source, list_raw
from skelshot.datasets.reading_options import PysklOptions, ReadingOptions
from skelshot.datasets.safe_pickle import load_plain
from skelshot.datasets.store.splits import Splits, checked_splits
from skelshot.ground import SkelshotError
from skelshot.skeletons.layouts import SkeletonLayout, layout_as_data, layout_from
from skelshot.skeletons.sequence import SkeletonSequence

__all__ = ["PysklReader", "export_pyskl", "read_class_names", "read_splits"]

ENDINGS = (".pkl", ".pickle")
"""How the names of annotation files end, in any case."""

MOST_CLASSES = 100_000
"""Labels are smaller than this."""

_NEEDED = ("frame_dir", "label", "total_frames", "keypoint")
_READ = {*_NEEDED, "keypoint_score", "img_shape", "original_shape"}
_NAMES = {"joints": "keypoint", "confidence": "keypoint_score"}
_NTU_NAME = re.compile(r"S([0-9]{3})C([0-9]{3})P([0-9]{3})R([0-9]{3})A[0-9]{3}")


class PysklReader(Reader):
    """Reads one PYSKL annotation file.

    Each annotation needs `frame_dir` (the clip's name), `label` (from 0; -1 or None where it is not
    known), `total_frames` and `keypoint` (M, T, V, C), or (T, V, C) for one person: C is 2 for
    pixels, 3 for metres. `keypoint_score` (M, T, V) and `img_shape` (height, width) are read when
    present, or `original_shape` where the latter is missing. A person is absent in frames whose
    coordinates are all zero; persons absent throughout are left out. Names in NTU's pattern
    (S001C002P003R002A013) give setup, camera, subject and replication. The file's `split` goes
    with the clips.

    Args:
        layout: The layout's name, or a .yaml file of your own; without it the number of joints V
            decides.
        class_names: A text file with one class name a line, in label order; without it classes
            are called `class 0`, `class 1`, ...
        on_missing: `repair` interpolates NaN and infinite coordinates and counts them,
            `reject` rejects the clip.
        reading: How arrays become clips.

    Raises:
        SkelshotError: No such layout or option, or the class names cannot be read.
    """

    name = "pyskl"
    options_type = PysklOptions
    suffixes = ENDINGS

    def __init__(
        self,
        layout: SkeletonLayout | Path | str | None = None,
        class_names: Path | str | None = None,
        on_missing: str = "repair",
        reading: ReadingOptions | None = None,
    ) -> None:
        self._on_missing = on_missing_named(on_missing)
        self._reading = reading or ReadingOptions()
        self._asked_layout = layout_from(layout) if layout else None
        self._asked_names = read_class_names(class_names) if class_names else None
        self._annotations: list[Any] = []
        self._splits: Splits = {}
        self._path = Path()
        self._choice: LayoutChoice | None = None
        self._remarks = Remarks()

    @classmethod
    def _built(cls, options: PysklOptions) -> Self:
        return cls(options.layout, options.class_names, options.on_missing, options.reading)

    @property
    def class_names(self) -> tuple[str, ...]:
        """Class names as told, or `class N` up to the largest label."""
        if self._asked_names is not None:
            return self._asked_names
        labels = [_usable_label(entry) for entry in self._annotations]
        return tuple(f"class {label}" for label in range(1 + max(labels, default=-1)))

    @property
    def layout(self) -> SkeletonLayout:
        """The layout asked for, or the one that the clips' joints look like."""
        return self._chosen().layout

    def options(self) -> dict[str, object]:
        """Return what changes the clips that are read."""
        layout = layout_as_data(self._asked_layout) if self._asked_layout else None
        return {"layout": layout, "on_missing": self._on_missing, **self._reading.changed()}

    def remarks(self) -> Remarks:
        """Return which files were passed over, and, once asked for, what was guessed."""
        if (choice := self._choice) is None:
            return self._remarks
        return replace(self._remarks, guessed=choice.guesses(), doubts=choice.doubts)

    def splits(self) -> Mapping[str, Sequence[str]]:
        """Return the file's `split`; known after `sources`."""
        return self._splits

    def sources(self, raw: Path | str) -> list[Source]:
        """Read the one annotation file there is; all clips come from it."""
        raw = Path(raw)
        self._remarks = Remarks()
        if raw.is_file():
            found = [Source(raw.name, raw)]
        else:
            listing = list_raw(raw, lambda name: name.lower().endswith(ENDINGS), ".pkl file")
            found = listing.sources
            self._remarks = Remarks(listing.others, unreadable=listing.unreadable)
        if len(found) > 1:
            names = ", ".join(source.name for source in found[:3])
            raise SkelshotError(f"{raw}: found {len(found)} pickles ({names}), name one of them")
        self._path = found[0].path
        document = load_plain(self._path)
        self._annotations, self._choice = _annotations(document, self._path), None
        self._splits = _splits(document, self._path)
        others = self._remarks.passed_over + _other_fields(self._annotations)
        self._remarks = replace(self._remarks, passed_over=others)
        return found

    def _chosen(self) -> LayoutChoice:
        if self._choice is None:
            clips = (_arrays(entry) for entry in self._annotations if isinstance(entry, dict))
            try:
                choice = choose_layout(clips, self._asked_layout, self._reading, _NAMES)
            except SkelshotError as error:
                raise SkelshotError(f"{self._path}, annotations: {error}") from error
            if choice is None:
                problem = _without_key_points(self._annotations)
                raise SkelshotError(f"{self._path}, annotations: {problem}")
            self._choice = choice
        return self._choice

    def read(self, source: Source) -> Iterator[Clip | Rejected]:
        """Read the clips, one an annotation."""
        for number, annotation in enumerate(self._annotations):
            fields = annotation if isinstance(annotation, dict) else {}
            name = fields.get("frame_dir", number)
            place = f"{source.name}#{name[:200] if isinstance(name, str) else number}"
            yield clip_or_rejected(place, partial(self._clip, source, fields))

    def _clip(self, source: Source, fields: dict[str, Any]) -> Clip:
        if missing := [name for name in _NEEDED if name not in fields]:
            raise BadClip(
                f"annotation: {', '.join(missing)} missing, expected {', '.join(_NEEDED)}"
            )
        name, label = fields["frame_dir"], _label(fields["label"])
        if not isinstance(name, str):
            raise BadClip(f"frame_dir: found {type(name).__name__}, expected the clip's name")
        sequence = _sequence(fields, self.layout, self._reading)
        made = prepared_clip(sequence, self._reading, self._on_missing)
        self._chosen().check(made.sequence)
        match = _NTU_NAME.search(name)
        setup, camera, subject, replication = map(int, match.groups()) if match else [None] * 4
        return Clip(
            name=name,
            label=label,
            sequence=made.sequence,
            subject=subject,
            camera=camera,
            setup=setup,
            replication=replication,
            source_file=source.name,
            repaired=made.repaired,
            ghosts=made.ghosts,
            reordered=made.reordered,
        )


def read_splits(path: Path | str) -> dict[str, tuple[str, ...]]:
    """Read the splits of a PYSKL annotation file, which `Store.splits` has of a store.

    Args:
        path: The pickle.

    Returns:
        Clip names by split, such as `xsub_train`; empty when the file has none.

    Raises:
        SkelshotError: It is no such file.
    """
    return _splits(load_plain(Path(path)), Path(path))


def _splits(document: object, path: Path) -> Splits:
    """Return the splits of a file; None and nothing are none."""
    found = document.get("split") if isinstance(document, dict) else None
    advice = "mend the file's split, or leave it out"
    return {} if found is None else checked_splits(found, f"{path}, split", advice)


def _name(key: object) -> str:
    return key if isinstance(key, str) else described(key)


def _annotations(document: object, path: Path) -> list[Any]:
    """Return the annotations of a file: a dictionary's, or a bare list."""
    found = document.get("annotations") if isinstance(document, dict) else document
    if not isinstance(found, list) or not any(isinstance(entry, dict) for entry in found):
        kind = type(found).__name__
        some = found[:1] if isinstance(found, list) else []
        inside = f", the first of them {described(some[0])}" if some else ""
        raise SkelshotError(
            f"{path}, annotations: found {kind}, expected a list of clips that "
            "is not empty, as in {'split': {...}, 'annotations': [...]}; the file holds "
            f"{described(document)}{inside}"
        )
    return found


def _other_fields(annotations: list[Any]) -> tuple[str, ...]:
    """Name the fields of annotations that mean nothing here."""
    names = dict.fromkeys(
        name for entry in annotations if isinstance(entry, dict) for name in entry
    )
    return tuple(f"annotations, field {described(name)}" for name in names if name not in _READ)


def _without_key_points(annotations: list[Any]) -> str:
    """Say what the annotations of a file hold in the place of key points."""
    first = next(entry for entry in annotations if isinstance(entry, dict))
    found = ", ".join(
        f"{_name(key)} {described(value)}" for key, value in islice(first.items(), 12)
    )
    hint = ""
    if "raw_file" in first:
        hint = (
            "; the key points lie in other files, which raw_file names (as in PYSKL's "
            "Kinetics-400): put them into the annotations"
        )
    return (
        f"none has a keypoint array {AXES}; the first has {found}; expected {', '.join(_NEEDED)} "
        f"and perhaps keypoint_score{hint}"
    )


def _label(value: object) -> int:
    """Return a label; None and -1 are that of a clip whose class is not known."""
    if value is None:
        return UNLABELLED
    return whole_number_of(value, "label", MOST_CLASSES, least=UNLABELLED)


def _usable_label(fields: object) -> int:
    """Return an annotation's label, or `UNLABELLED` when it has no usable one."""
    try:
        return _label(fields.get("label") if isinstance(fields, dict) else None)
    except BadClip:
        return UNLABELLED


def _sequence(
    fields: dict[str, Any], layout: SkeletonLayout, reading: ReadingOptions
) -> SkeletonSequence:
    """Check the arrays of an annotation and put them together."""
    sequence = sequence_from(_arrays(fields), layout, reading, _NAMES)
    total = whole_number_of(fields["total_frames"], "total_frames")
    if total != sequence.frames:
        hint = ""
        if total == sequence.persons:
            hint = f"; axis 0 of its shape looks like the frames: bring the axes into {AXES}"
        raise BadClip(
            f"total_frames: found {total}, but keypoint has {sequence.frames} frames{hint}"
        )
    if sequence.channels == 2:  # the picture that coordinates in metres come from means nothing
        sequence = replace(sequence, picture_size=_picture_size(fields))
    return sequence


def _arrays(fields: dict[str, Any]) -> dict[str, object]:
    """Return the arrays of an annotation by our names for them."""
    return {ours: fields.get(theirs) for ours, theirs in _NAMES.items()}


def _picture_size(fields: dict[str, Any]) -> tuple[int, int] | None:
    """Return width and height of the picture to which the key points refer."""
    for name in ("img_shape", "original_shape"):  # PYSKL resizes key points to the former
        if fields.get(name) is not None:
            height, width = picture_size_of(fields[name], name)
            return width, height
    return None
