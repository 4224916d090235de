"""UI-PRMD: ten exercises of physical rehabilitation, performed correctly and not, by Kinect."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path, PurePosixPath
from typing import Any, Literal, NamedTuple

import numpy as np
import yaml
from numpy.typing import NDArray
from pydantic import Field

from skelshot.datasets.checks import clip_or_rejected, on_missing_named, validate_clip
from skelshot.datasets.clips import BadClip, Clip, Rejected
from skelshot.datasets.column_map import ColumnMap
from skelshot.datasets.joint_turns import world_positions
from skelshot.datasets.raw_files import RawFiles
from skelshot.datasets.reader_options import MissingOptions
from skelshot.datasets.readers import Reader, Remarks, Source
from skelshot.datasets.tar_archives import TARS
from skelshot.datasets.text_arrays import read_text_clip
from skelshot.ground import SkelshotError
from skelshot.skeletons.coordinate_axes import CoordinateAxes
from skelshot.skeletons.layouts import SkeletonLayout, layout_from
from skelshot.skeletons.length_units import METRES
from skelshot.skeletons.sequence import SkeletonSequence

MAX_BYTES = 4 << 20
"""The largest file that is read; the largest real one has 0.12 MB."""

Labels = Literal["exercises", "executions"]
"""What the classes are: exercises, or exercises done correctly and exercises done incorrectly."""

_FILE_NAME = re.compile(
    r"(m([0-9]{2})_s([0-9]{2})_e([0-9]{2}))_(positions|angles)(_inc)?\.txt(?:\.gz)?"
)
_EXPECTED = "mMM_sSS_eEE_positions.txt.gz and ..._angles.txt.gz"
_AXES = CoordinateAxes.named("-x,y,-z")  # people stand at negative z and face the sensor


class UiPrmdOptions(MissingOptions):
    """The options of the UI-PRMD reader.

    Args:
        labels: As in `UiPrmdReader`.
    """

    labels: Labels = Field(
        "exercises", description="the classes: 10 exercises, or each done correctly or not"
    )


class _Name(NamedTuple):
    """Facts that a file's name tells."""

    clip: str
    exercise: int
    subject: int
    repetition: int
    kind: str
    incorrect: bool


class UiPrmdReader(Reader):
    """Reads `mMM_sSS_eEE_positions.txt.gz` with the angles beside: exercise, person, repetition.

    A row is a frame of 22 joints. Only the first is a position (centimetres, y up); the others are
    offsets in their parent's frame, which the angles (degrees about x, y and z) turn. Names with
    `_inc` are of incorrect executions; the splits `correct` and `incorrect` tell them apart. The
    files lie in folders or in a tar archive, packed with gzip or not.

    Args:
        on_missing: `repair` interpolates NaN and infinite coordinates and counts them, `reject`
            rejects the clip.
        labels: `exercises` for ten classes, whether done correctly or not; `executions` for ten
            done correctly and ten done incorrectly.

    Raises:
        SkelshotError: `on_missing` or `labels` is neither.

    Example:
        >>> UiPrmdReader().class_names[0], UiPrmdReader(labels="executions").class_names[10]
        ('deep squat', 'incorrect deep squat')
    """

    name = "ui-prmd"
    options_type = UiPrmdOptions

    def __init__(self, on_missing: str = "repair", labels: str = "exercises") -> None:
        self._on_missing = on_missing_named(on_missing)
        if labels not in ("exercises", "executions"):
            raise SkelshotError(f"labels: found {labels!r:.60}, expected exercises or executions")
        self._labels = labels
        self._files = RawFiles()
        self._there: dict[tuple[str, bool, str], Source] = {}
        self._remarks = Remarks()

    @classmethod
    def takes(cls, name: str) -> bool:
        """Tell UI-PRMD's files, and an archive that is called after it."""
        last = PurePosixPath(name).name
        is_archive = last.lower().endswith(TARS) and last.lower().startswith("ui-prmd")
        return is_archive or _FILE_NAME.fullmatch(last) is not None

    @classmethod
    def whole_of(cls, file: Path | str) -> Path:
        """Return the positions, of which the angles are the other half."""
        file = Path(file)
        if _FILE_NAME.fullmatch(file.name) is None:
            return file
        positions, angles = _halves(file)
        return positions if positions.is_file() else angles

    @property
    def class_names(self) -> tuple[str, ...]:
        """The exercises in label order; with `executions` the incorrect ones behind them."""
        names = tuple(_data()["exercises"])
        wrong = tuple(f"incorrect {name}" for name in names)
        return names + (wrong if self._labels == "executions" else ())

    @property
    def layout(self) -> SkeletonLayout:
        """The 22 joints of the files."""
        return _layout()

    def options(self) -> dict[str, object]:
        """Return what changes the clips that are read."""
        return {"on_missing": self._on_missing, "labels": self._labels}

    def remarks(self) -> Remarks:
        """Return which files were passed over."""
        return self._remarks

    def splits(self) -> Mapping[str, Sequence[str]]:
        """Return the clips of correct and of incorrect executions; known after `sources`."""
        found: dict[str, list[str]] = {"correct": [], "incorrect": []}
        for clip, incorrect, kind in self._there:
            if kind == "positions":
                found["incorrect" if incorrect else "correct"].append(_clip_name(clip, incorrect))
        return found

    def sources(self, raw: Path | str) -> list[Source]:
        """List all files of positions and of angles."""
        listing = self._files.listed(
            raw, lambda name: _FILE_NAME.fullmatch(name) is not None, f"UI-PRMD files ({_EXPECTED})"
        )
        self._there = {}
        for source in listing.sources:
            name = _parsed(source)
            self._there.setdefault((name.clip, name.incorrect, name.kind), source)
        self._remarks = Remarks(listing.others, unreadable=listing.unreadable)
        return listing.sources

    def read(self, source: Source) -> Iterator[Clip | Rejected]:
        """Read a file of positions with its angles; angles that have positions give nothing."""
        name = _parsed(source)
        if name.kind == "positions":
            yield clip_or_rejected(source.name, lambda: self._clip(source, name))
        elif (name.clip, name.incorrect, "positions") not in self._there:
            yield Rejected(source.name, "angles without positions, expected both files")

    def clips_in(self, path: Path | str) -> Sequence[Clip | Rejected]:
        """Read an archive, or the clip of one file and its other half."""
        path = Path(path)
        if _FILE_NAME.fullmatch(path.name) is None:
            return super().clips_in(path)
        halves = [Source(half.name, half) for half in _halves(path) if half.is_file()]
        names = [_parsed(half) for half in halves]
        self._there = {
            (name.clip, name.incorrect, name.kind): half
            for name, half in zip(names, halves, strict=True)
        }
        if names[0].kind != "positions":
            raise BadClip(f"angles without positions, expected both files ({_EXPECTED})")
        return [self._clip(halves[0], names[0])]

    def _clip(self, source: Source, name: _Name) -> Clip:
        exercises = len(_data()["exercises"])
        if not 1 <= name.exercise <= exercises:
            raise BadClip(
                f"unknown label: exercise m{name.exercise:02d} is not one of m01 to m{exercises}"
            )
        angles = self._there.get((name.clip, name.incorrect, "angles"))
        if angles is None:
            raise BadClip(f"positions without angles, expected both files ({_EXPECTED})")
        offsets, degrees = self._rows(source), self._rows(angles)
        if len(offsets) != len(degrees):
            raise BadClip(
                f"found {len(offsets)} frames of positions and {len(degrees)} of angles, expected "
                "as many"
            )
        positions = world_positions(offsets, degrees, self.layout) * METRES["centimetres"]
        joints = _AXES.of(positions)[np.newaxis]
        present = np.ones(joints.shape[:2], bool)
        sequence, repaired = validate_clip(
            SkeletonSequence(joints, present, self.layout), self._on_missing
        )
        apart = self._labels == "executions" and name.incorrect
        return Clip(
            name=_clip_name(name.clip, name.incorrect),
            label=name.exercise - 1 + apart * exercises,
            sequence=sequence,
            subject=name.subject,
            replication=name.repetition,
            source_file=source.name,
            repaired=repaired,
        )

    def _rows(self, source: Source) -> NDArray[np.float64]:
        """Return the numbers (T, V, 3) of a file."""
        try:
            content = self._files.read(source, MAX_BYTES)
            clip = read_text_clip(content, source.name, _columns(), self.layout)
        except BadClip as error:
            kind = _parsed(source).kind
            raise BadClip(f"{kind}: {error}", error.line) from error
        numbers: NDArray[np.float64] = clip.arrays["joints"][0]
        return numbers


def _halves(file: Path) -> tuple[Path, Path]:
    """Return where positions and angles of a clip are: beside each other, or as in the set."""
    found = []
    for kind in ("positions", "angles"):
        name = re.sub("positions|angles", kind, file.name)
        beside, apart = file.with_name(name), file.parent.parent / kind.capitalize() / name
        found.append(beside if beside.is_file() or not apart.is_file() else apart)
    return found[0], found[1]


def _parsed(source: Source) -> _Name:
    path = source.name if source.member is None else source.member
    match = _FILE_NAME.fullmatch(PurePosixPath(path).name)
    if match is None:
        raise BadClip(f"file name: found {path!r:.80}, expected {_EXPECTED}")
    clip, exercise, subject, repetition, kind, incorrect = match.groups()
    return _Name(clip, int(exercise), int(subject), int(repetition), kind, incorrect is not None)


def _clip_name(clip: str, incorrect: bool) -> str:
    return f"{clip}_inc" if incorrect else clip


@cache
def _data() -> dict[str, Any]:
    """Return the exercises and the layout as data."""
    text = files("skelshot.datasets").joinpath("names/ui-prmd.yaml").read_text("utf-8")
    found: dict[str, Any] = yaml.safe_load(text)
    return found


@cache
def _layout() -> SkeletonLayout:
    return layout_from(_data()["layout"])


@cache
def _columns() -> ColumnMap:
    return ColumnMap(joints=tuple(range(1, 67)), header=False, layout=_layout())
