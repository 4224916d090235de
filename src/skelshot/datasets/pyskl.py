"""PYSKL annotation pickles, in and out: `{'split': {...}, 'annotations': [...]}`."""

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skelshot.datasets.checks import clip_or_rejected, on_missing_named, presence_of, sound
from skelshot.datasets.clips import BadClip, Clip, Rejected
from skelshot.datasets.pyskl_export import export_pyskl
from skelshot.datasets.readers import Source, layout_of, list_sources
from skelshot.datasets.safe_pickle import load_plain
from skelshot.ground import SkelshotError
from skelshot.skeletons.layouts import SkeletonLayout, layout_named
from skelshot.skeletons.sequence import SkeletonSequence

__all__ = ["PysklReader", "export_pyskl", "read_class_names", "read_splits"]

_NTU_NAME = re.compile(r"S([0-9]{3})C([0-9]{3})P([0-9]{3})R([0-9]{3})A[0-9]{3}")


class PysklReader:
    """Reads one PYSKL annotation file.

    Each annotation needs `frame_dir` (the clip's name), `label` (from 0), `total_frames` and
    `keypoint` (M, T, V, C): C is 2 for pixels, 3 for metres; `keypoint_score` (M, T, V) is read
    when present. A person is absent in frames whose coordinates are all zero; persons absent
    throughout are left out. Names in NTU's pattern (S001C002P003R002A013) give setup, camera,
    subject and replication.

    Args:
        layout: The layout's name; without it the number of joints V decides.
        class_names: A text file with one class name a line, in label order; without it classes
            are called `class 0`, `class 1`, ...
        on_missing: `repair` interpolates NaN and infinite coordinates and counts them,
            `reject` rejects the clip.

    Raises:
        SkelshotError: No such layout or option, or the class names cannot be read.
    """

    name = "pyskl"

    def __init__(
        self,
        layout: str | None = None,
        class_names: Path | str | None = None,
        on_missing: str = "repair",
    ) -> None:
        self._on_missing = on_missing_named(on_missing)
        self._asked_layout = layout_named(layout) if layout else None
        self._asked_names = read_class_names(Path(class_names)) if class_names else None
        self._annotations: list[Any] = []

    @property
    def class_names(self) -> tuple[str, ...]:
        """Class names as told, or `class N` up to the largest label."""
        if self._asked_names is not None:
            return self._asked_names
        labels = [_label(entry) for entry in self._annotations]
        return tuple(f"class {label}" for label in range(1 + max(labels, default=-1)))

    @property
    def layout(self) -> SkeletonLayout:
        """The layout asked for, or the first one with as many joints as the clips have."""
        if self._asked_layout is not None:
            return self._asked_layout
        for annotation in self._annotations:
            joints = annotation.get("keypoint") if isinstance(annotation, dict) else None
            if isinstance(joints, np.ndarray) and joints.ndim == 4:
                return layout_of(joints.shape[2])
        raise SkelshotError("annotations: none has a keypoint array (M, T, V, C)")

    def options(self) -> dict[str, object]:
        """Return what changes the clips that are read."""
        layout = self._asked_layout.name if self._asked_layout else None
        return {"layout": layout, "on_missing": self._on_missing}

    def sources(self, raw: Path) -> list[Source]:
        """Read the one annotation file there is; all clips come from it."""
        if raw.is_file():
            found = [Source(raw.name, raw)]
        else:
            found = list_sources(raw, lambda name: name.endswith((".pkl", ".pickle")), ".pkl file")
        if len(found) > 1:
            names = ", ".join(source.name for source in found[:3])
            raise SkelshotError(f"{raw}: found {len(found)} pickles ({names}), name one of them")
        self._annotations = _annotations(found[0].path)
        return found

    def read(self, source: Source) -> Iterator[Clip | Rejected]:
        """Read the clips, one an annotation."""
        for number, annotation in enumerate(self._annotations):
            fields = annotation if isinstance(annotation, dict) else {}
            place = f"{source.name}#{fields.get('frame_dir', number)!s:.200}"
            yield clip_or_rejected(place, partial(self._clip, source, fields))

    def _clip(self, source: Source, fields: dict[str, Any]) -> Clip:
        needed = ("frame_dir", "label", "total_frames", "keypoint")
        if missing := [name for name in needed if name not in fields]:
            raise BadClip(f"annotation: {', '.join(missing)} missing, expected {', '.join(needed)}")
        name, label = fields["frame_dir"], _label(fields)
        if not isinstance(name, str):
            raise BadClip(f"frame_dir: found {type(name).__name__}, expected the clip's name")
        if label < 0:
            raise BadClip(f"label: found {fields['label']!r:.40}, expected 0, 1, 2, ...")
        sequence, repaired = sound(_sequence(fields, self.layout), self._on_missing)
        match = _NTU_NAME.search(name)
        setup, camera, subject, replication = map(int, match.groups()) if match else [None] * 4
        return Clip(
            name=name,
            label=label,
            sequence=sequence,
            subject=subject,
            camera=camera,
            setup=setup,
            replication=replication,
            source_file=source.name,
            repaired=repaired,
        )


def read_class_names(path: Path) -> tuple[str, ...]:
    """Read class names from a text file.

    Args:
        path: One name a line, in label order; blank lines at the end are passed over.

    Returns:
        The names.

    Raises:
        SkelshotError: The file cannot be read, is empty, or a name is blank or given twice.
    """
    try:
        names = [line.strip() for line in path.read_text("utf-8-sig").rstrip().splitlines()]
    except (OSError, UnicodeDecodeError) as error:
        raise SkelshotError(f"{path}: class names cannot be read ({error})") from error
    if not names:
        raise SkelshotError(f"{path}: found no class name, expected one a line")
    for number, name in enumerate(names, 1):
        if not name or name in names[: number - 1]:
            raise SkelshotError(f"{path}, line {number}: found {name!r}, expected a new class name")
    return tuple(names)


def read_splits(path: Path) -> dict[str, tuple[str, ...]]:
    """Read the splits of a PYSKL annotation file; a store does not keep them.

    Args:
        path: The pickle.

    Returns:
        Clip names by split, such as `xsub_train`; empty when the file has none.

    Raises:
        SkelshotError: It is no such file.
    """
    document = load_plain(path)
    splits = document.get("split", {}) if isinstance(document, dict) else {}
    if not isinstance(splits, dict):
        raise SkelshotError(f"{path}, split: found {type(splits).__name__}, expected a dictionary")
    return {str(name): tuple(map(str, members)) for name, members in splits.items()}


def _annotations(path: Path) -> list[Any]:
    """Return the annotations of a file: a dictionary's, or a bare list."""
    document = load_plain(path)
    found = document.get("annotations") if isinstance(document, dict) else document
    if not isinstance(found, list) or not found:
        raise SkelshotError(
            f"{path}, annotations: found {type(found).__name__}, expected a list of clips that "
            "is not empty, as in {'split': {...}, 'annotations': [...]}"
        )
    return found


def _label(fields: object) -> int:
    """Return an annotation's label, or -1 when it has no usable one."""
    label = fields.get("label") if isinstance(fields, dict) else None
    return label if type(label) is int and 0 <= label < 100_000 else -1


def _sequence(fields: dict[str, Any], layout: SkeletonLayout) -> SkeletonSequence:
    """Check the arrays of an annotation and put them together."""
    joints = _numbers(fields["keypoint"], "keypoint", 4)
    if joints.shape[2] != layout.num_joints or joints.shape[3] not in (2, 3):
        raise BadClip(
            f"keypoint: found shape {joints.shape}, expected (persons, frames, "
            f"{layout.num_joints}, 2 or 3) for the layout {layout.name!r}"
        )
    total = fields["total_frames"]
    if type(total) is not int or total != joints.shape[1]:
        raise BadClip(
            f"total_frames: found {total!r:.40}, but keypoint has {joints.shape[1]} frames"
        )
    confidence = None
    if fields.get("keypoint_score") is not None:
        scores = _numbers(fields["keypoint_score"], "keypoint_score", 3)
        if scores.shape != joints.shape[:3]:
            raise BadClip(f"keypoint_score: found {scores.shape}, expected {joints.shape[:3]}")
        confidence = np.clip(np.nan_to_num(scores), 0, 1)  # some pose models go a little over 1
    present = presence_of(joints)
    there = present.any(axis=1)
    if there.any() and not there.all():
        joints, present = joints[there], present[there]
        confidence = None if confidence is None else confidence[there]
    return SkeletonSequence(joints, present, layout, confidence=confidence)


def _numbers(array: object, field: str, axes: int) -> NDArray[np.float32]:
    if not isinstance(array, np.ndarray) or array.dtype.kind not in "fiu" or array.ndim != axes:
        found = f"{array.dtype} {array.shape}" if isinstance(array, np.ndarray) else type(array)
        raise BadClip(f"{field}: found {found}, expected numbers in {axes} axes")
    with np.errstate(over="ignore"):  # what float32 cannot hold becomes infinite: a gap
        return np.asarray(array, np.float32)
