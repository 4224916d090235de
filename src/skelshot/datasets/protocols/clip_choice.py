"""A choice of clips by list, by file, by a recording's own split, or by who is seen where."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Self

from pydantic import model_validator

from skelshot.datasets.clip_tables import read_table
from skelshot.datasets.plain_text import read_lines
from skelshot.datasets.protocols.tasks import LabelledClips
from skelshot.ground import SkelshotError
from skelshot.ground.options import Options
from skelshot.ground.suggestions import did_you_mean

_COLUMNS = {
    "subjects": "subject",
    "cameras": "camera",
    "setups": "setup",
    "replications": "replication",
}
"""What a choice may ask of a clip, and the column of the store's index that tells it."""


class ClipChoice(Options):
    """Clips of a store; whatever is told must hold of a clip, and nothing told is all clips.

    Args:
        clips: Names of clips, in their order; in a protocol's file also the path of a list
            (`file: names.txt`, one a line, or a table with the column `clip`) or names by
            class (`wave: [a, b]`).
        classes: The class of each of those clips, where names by class were given.
        split: A split that the recording came with, such as PYSKL's `xsub_train`.
        subjects: Who is seen.
        cameras: By which camera.
        setups: In which arrangement of the cameras.
        replications: In which repetition.
    """

    described: ClassVar[str] = "clips"

    clips: tuple[str, ...] | None = None
    classes: tuple[str, ...] | None = None
    split: str | None = None
    subjects: tuple[int, ...] | None = None
    cameras: tuple[int, ...] | None = None
    setups: tuple[int, ...] | None = None
    replications: tuple[int, ...] | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_lists(cls, fields: Any) -> Any:
        if isinstance(fields, list | tuple):
            return {"clips": tuple(fields)}
        if not isinstance(fields, Mapping) or set(fields) & set(cls.model_fields) or not fields:
            return fields
        for label, names in fields.items():
            if not _are_names(names):
                known = ["file", *cls.model_fields]
                near = "" if label in known else did_you_mean(str(label), known)
                raise ValueError(
                    f"found the unknown option {label!r:.80} with {names!r:.80}, expected "
                    f"{', '.join(known)}, or classes, each with a list of clips: wave: [wave_0]"
                    f"{near}"
                )
        pairs = [(name, label) for label, names in fields.items() for name in names]
        return {"clips": [name for name, _ in pairs], "classes": [label for _, label in pairs]}

    @model_validator(mode="after")
    def _classes_are_of_clips(self) -> Self:
        found, expected = (len(names or ()) for names in (self.classes, self.clips))
        if self.classes is not None and found != expected:
            raise ValueError(f"found {found} classes of {expected} clips, expected one a clip")
        return self

    def places(self, store: LabelledClips, asked: str) -> list[int]:
        """Find the clips in a store.

        Args:
            store: The clips.
            asked: Which choice this is, for messages.

        Returns:
            Clip indices: in the order of `clips` where those are named, else in the store's.

        Raises:
            SkelshotError: A clip, class or split is not there, or a clip is named twice.
        """
        there = {clip.name: place for place, clip in enumerate(store.clips)}
        names: tuple[str, ...] | list[str] = list(there)
        if self.clips is not None:
            names = self._named(store, there, asked)
        if self.split is not None:
            of_split = _of_split(store, self.split, asked)
            members = set(of_split)
            names = of_split if self.clips is None else [n for n in names if n in members]
        return [there[name] for name in names if self._fits(store.clips[there[name]])]

    def _fits(self, clip: object) -> bool:
        asked = {column: getattr(self, field) for field, column in _COLUMNS.items()}
        return all(
            wanted is None or getattr(clip, column, None) in wanted
            for column, wanted in asked.items()
        )

    def _named(self, store: LabelledClips, there: Mapping[str, int], asked: str) -> tuple[str, ...]:
        names = self.clips or ()
        if (twice := first_twice(names)) is not None:
            raise SkelshotError(f"{asked}: clip {twice!r:.80} is named twice, expected once")
        for place, name in enumerate(names):
            if name not in there:
                raise SkelshotError(
                    f"{asked}: no clip of the store is called {name!r:.80}"
                    f"{did_you_mean(name, there)}"
                )
            if self.classes is None:
                continue
            label = store.clips[there[name]].label
            found = store.class_names[label] if label >= 0 else "no class"
            if found != self.classes[place]:
                raise SkelshotError(
                    f"{asked}: clip {name!r:.80} is of {found!r:.80} in the store, expected "
                    f"{self.classes[place]!r:.80}"
                )
        return names


def _of_split(store: LabelledClips, split: str, asked: str) -> tuple[str, ...]:
    splits: Mapping[str, tuple[str, ...]] = getattr(store, "splits", {})
    if split not in splits:
        known = ", ".join(splits) or "none (PYSKL's files hold some)"
        raise SkelshotError(
            f"{asked}: the store has no split {split!r}, it has {known}"
            f"{did_you_mean(split, splits)}"
        )
    return splits[split]


def first_twice(names: Sequence[str]) -> str | None:
    """Find a name that stands twice.

    Args:
        names: Any number of names.

    Returns:
        The first that was there before; None where all are different.

    Example:
        >>> first_twice(["wave", "bow", "wave"])
        'wave'
    """
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return None


def _are_names(value: object) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(name, str) for name in value)


def with_lists_read(fields: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Put the lists in place that a protocol's file names by path.

    Args:
        fields: What the protocol's file holds.
        folder: Where it lies: paths of lists are relative to it.

    Returns:
        The fields; `{file: names.txt}` has become `{clips: [...]}`.

    Raises:
        SkelshotError: A list cannot be read, or clips are named beside it.
    """
    read = dict(fields)
    for key in ("exemplars", "queries"):
        choice = read.get(key)
        if isinstance(choice, Mapping) and isinstance(choice.get("file"), str):
            rest = {name: value for name, value in choice.items() if name != "file"}
            if "clips" in rest:
                raise SkelshotError(f"{key}: found file and clips, expected one of the two")
            read[key] = rest | _read_list(folder / choice["file"])
    return read


def _read_list(path: Path) -> dict[str, list[str]]:
    """Read names of clips, one a line, or the columns `clip` and perhaps `class` of a table."""
    if path.suffix.lower() not in (".csv", ".tsv"):
        names = [line.strip() for line in read_lines(path)]
        return {"clips": [name for name in names if name and not name.startswith("#")]}
    table = read_table(path, ("clip",), "clip, or clip,class")
    read = {"clips": [line.cells["clip"].strip() for line in table.lines]}
    if "class" in table.columns:
        read["classes"] = [line.cells["class"].strip() for line in table.lines]
    return read
