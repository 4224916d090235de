"""Kinder-Gator: 58 named actions by ten children and ten adults, one CSV file a clip."""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from importlib.resources import files
from pathlib import Path, PurePosixPath
from typing import Any, Self

import yaml

from skelshot.datasets.clips import BadClip
from skelshot.datasets.column_map import ColumnMap
from skelshot.datasets.raw_files import path_of
from skelshot.datasets.reader_options import MissingOptions
from skelshot.datasets.readers import Source
from skelshot.datasets.tar_archives import TARS
from skelshot.datasets.text import TextReader

_FILE_NAME = re.compile(r"POSE-p([0-9]{3})_[0-9]{2}-(.+)-[0-9]+\.csv")


class KinderGatorReader(TextReader):
    """Reads `POSE-pPPP_NN-ACTION-TIMESTAMP.csv`: person, action and when it was recorded.

    Each file has a header, and a row a frame: a time in milliseconds, 20 joints in metres, the
    person, and the action, which must be the name's. NN counts what the person did before and
    tells no class. The files lie in a folder or in a tar archive of it.

    Args:
        on_missing: `repair` interpolates NaN and infinite coordinates and counts them, `reject`
            rejects the clip.

    Raises:
        SkelshotError: `on_missing` is neither.

    Example:
        >>> KinderGatorReader().class_names[38]
        'climb an imaginary ladder'
    """

    name = "kinder-gator"
    options_type = MissingOptions

    def __init__(self, on_missing: str = "repair") -> None:
        super().__init__(ColumnMap.model_validate(_data()["columns"]), on_missing=on_missing)
        self._splits: dict[str, list[str]] = {}

    @classmethod
    def _built(cls, options: MissingOptions) -> Self:
        return cls(options.on_missing)

    @classmethod
    def takes(cls, name: str) -> bool:
        """Tell Kinder-Gator's files, and an archive that is called after it."""
        last = PurePosixPath(name).name.lower()
        is_archive = last.endswith(TARS) and last.startswith("kinder")
        return is_archive or _FILE_NAME.fullmatch(PurePosixPath(name).name) is not None

    @property
    def class_names(self) -> tuple[str, ...]:
        """The 58 actions in label order."""
        return tuple(self._columns().classes.values())

    def options(self) -> dict[str, object]:
        """Return what changes the clips that are read."""
        return {"on_missing": self._on_missing}

    def splits(self) -> Mapping[str, Sequence[str]]:
        """Return the clips of adults and those of children; known after `sources`."""
        return self._splits

    def sources(self, raw: Path | str) -> list[Source]:
        """List the files, and tell adults from children."""
        found = super().sources(raw)
        columns, children = self._columns(), _data()["children"]
        self._splits = {"adults": [], "children": []}
        for source in found:
            with suppress(BadClip):  # reading it will say the same
                subject = columns.from_name(path_of(source))["subject"]
                group = "children" if subject in children else "adults"
                self._splits[group].append(self.clip_name(source))
        return found

    def clip_name(self, source: Source) -> str:
        """Return a clip's name: its file's without folder and ending."""
        return super().clip_name(source).rpartition("/")[2]


@cache
def _data() -> dict[str, Any]:
    """Return the column map and the groups of people."""
    text = files("skelshot.datasets").joinpath("names/kinder-gator.yaml").read_text("utf-8")
    found: dict[str, Any] = yaml.safe_load(text)
    return found
