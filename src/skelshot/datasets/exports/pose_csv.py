"""CSV files of joints whose header tells what they are: MediaPipe's, Kinect's and the like."""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np

from skelshot.datasets.clips import BadClip
from skelshot.datasets.column_map import ColumnMap
from skelshot.datasets.column_places import JointNames, places_of
from skelshot.datasets.exports.mediapipe_json import MEDIAPIPE_AXES
from skelshot.datasets.exports.reader import ExportOptions
from skelshot.datasets.plain_text import lines_of
from skelshot.datasets.raw_files import RawFiles, path_of
from skelshot.datasets.reader_options import ReaderOptions
from skelshot.datasets.readers import Remarks, Source
from skelshot.datasets.reading_options import ArrayReaderOptions
from skelshot.datasets.text import TextReader
from skelshot.datasets.text_arrays import TextClip
from skelshot.datasets.text_rows import MAX_BYTES
from skelshot.ground import SkelshotError
from skelshot.ground.printable import printable
from skelshot.skeletons.layouts import LAYOUTS, MEDIAPIPE_33, SkeletonLayout

PATTERNS = (
    "{joint}_{axis}",
    "{joint}{axis}",
    "{joint}.{axis}",
    "{joint} {axis}",
    "{joint}-{axis}",
    "{axis}{joint}",
    "{axis}_{joint}",
)
"""How headers name the column of a joint's coordinate."""

SURE = ("v", "visibility", "confidence", "score", "c")
"""What stands in place of the axis for how sure a joint is."""

ONE = {
    "frame": ("frame", "frame_index", "frame_number", "frame_id", "framenumber"),
    "time": ("time", "timestamp", "timestamp_ms", "time_ms", "seconds"),
    "person": ("person", "person_id", "body_id", "bodyid", "track_id"),
    "label": ("label", "class", "action", "activity"),
}
"""What headers call single columns, in any case."""

SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t"}

_LARGEST_FIRST = sorted(LAYOUTS, key=lambda layout: -layout.num_joints)
"""A header that names the joints of one layout may name those of a smaller one too."""

MOST_COLUMNS = 4096
"""The most columns of a header that is understood; MediaPipe's whole body with face has 2,172."""

_LONGEST_HEADER = 1 << 16
"""Characters of a header that are looked at; 137 joints have some 10,000."""

_SHARES = (-1.0, 2.0)
_AT_HIPS = 0.02


class PoseCsvOptions(ExportOptions, ArrayReaderOptions):
    """The options of the reader of CSV files with a telling header."""


class PoseCsvReader(TextReader):
    """Reads CSV files, one a clip and a row a frame, whose header names joints and axes.

    `LEFT_WRIST_x`, `WristLeft.X`, `x16` and the like are understood, for any layout; columns such
    as `frame`, `timestamp`, `person` and `class` are too. The first file's header decides for
    all. A clip's class is its column's, or else the folder's that it lies in. MediaPipe's
    landmarks in the picture, which are shares of it, need `picture`.

    Args:
        options: Options of reading; the defaults when None.
    """

    name: ClassVar[str] = "pose-csv"
    options_type: ClassVar[type[ReaderOptions]] = PoseCsvOptions

    def __init__(self, options: PoseCsvOptions | None = None) -> None:
        self._told = options or PoseCsvOptions()
        super().__init__(None, self._told.layout, self._told.on_missing, self._told.reading)
        self._guess = ""

    @classmethod
    def _built(cls, options: Any) -> Self:
        return cls(options)

    @classmethod
    def takes_alone(cls, name: str) -> bool:
        """Tell tables."""
        return name.lower().endswith((".csv", ".tsv"))

    @classmethod
    def may_read(cls, file: Path | str) -> bool:
        """Tell a table of joints by its header."""
        try:
            with Path(file).open(encoding="utf-8-sig", errors="replace") as opened:
                header = opened.readline(_LONGEST_HEADER)
        except OSError:
            return True  # whoever reads it tells why it cannot be
        return _map_of(header, _LARGEST_FIRST) is not None

    def options(self) -> dict[str, object]:
        """Return what changes the clips that are read, the columns included."""
        found = {**super().options(), "picture": self._told.picture}
        return {**found, "axes": self._reading.axes} if self._as_told else found

    def remarks(self) -> Remarks:
        """Return which files were passed over, and what the header was taken for."""
        found = super().remarks()
        guessed = {**found.guessed, "columns": self._guess}
        return Remarks(found.passed_over, guessed, found.doubts, unreadable=found.unreadable)

    @property
    def _as_told(self) -> bool:
        """True where MediaPipe's axes, which are known, are told nevertheless."""
        return self._layout is MEDIAPIPE_33 and "axes" in self._told.model_fields_set

    def sources(self, raw: Path | str) -> list[Source]:
        """List the files, and understand the first header."""
        endings = ColumnMap.model_fields["endings"].default
        found = RawFiles().listed(
            raw, lambda name: name.lower().endswith(endings), f"files {', '.join(endings)}"
        )
        self._map = self._columns_of(raw, found.sources)
        self._layout = self._layout or next(
            layout for layout in LAYOUTS if layout.name == self._map.layout
        )
        return super().sources(raw)

    def _columns_of(self, raw: Path | str, sources: Sequence[Source]) -> ColumnMap:
        """Understand the header of the first file that has one."""
        complaint = ""
        for source in sources[:8]:
            try:
                return self._understood(self._files.read(source, MAX_BYTES), source, sources)
            except SkelshotError as error:
                complaint = complaint or f"{source.name}: {error}"
        raise SkelshotError(f"{raw}: {complaint}")

    def _understood(self, content: bytes, source: Source, sources: Sequence[Source]) -> ColumnMap:
        first = next((line for line in lines_of(content, source.name) if line.strip()), "")
        told = _map_of(first, _LARGEST_FIRST if self._layout is None else (self._layout,))
        if told is not None:
            foldered = any("/" in path_of(one) for one in sources)
            label = None if told.label or not foldered else r"(?:.*/)?(?P<label>[^/]+)/[^/]+"
            sure = f", confidence {told.confidence}" if told.confidence else ""
            self._guess = f"{told.layout}, joints {told.joints}{sure}"
            return told.model_copy(update={"file": label})
        raise BadClip(
            f"the header names the joints of no layout: found {printable(first, 200)!r}, expected "
            f"columns such as LEFT_WRIST_x (at most {MOST_COLUMNS}); tell what they mean in a "
            "column map, with the format text"
        )

    def _told_by_name(self, source: Source) -> dict[str, Any]:
        return super()._told_by_name(source) if "/" in path_of(source) else {}

    def _text(self, source: Source) -> TextClip:
        clip = super()._text(source)
        joints = clip.arrays["joints"]
        if self._layout is not MEDIAPIPE_33 or self._as_told:
            return clip
        if not _in_picture(joints):
            flat = joints.shape[-1] == 2
            world = joints if flat else joints * MEDIAPIPE_AXES
            return TextClip({**clip.arrays, "joints": world}, clip.label)
        size = self._told.size
        if size is None:
            raise BadClip(
                "landmarks: found those of the picture, which are shares of it; say how large it "
                "is with --picture WxH, or export world landmarks"
            )
        pixels = joints[..., :2] * np.array(size, np.float32)
        return TextClip(
            {**clip.arrays, "joints": pixels, "picture_size": np.array(size)}, clip.label
        )


def _in_picture(joints: np.ndarray) -> bool:
    """Tell MediaPipe's shares of a picture from its world, whose middle is between the hips."""
    known = joints[..., :2][np.isfinite(joints[..., :2]).all(axis=-1)]
    if not known.size or not _SHARES[0] <= known.min() <= known.max() <= _SHARES[1]:
        return False
    middle = joints[..., list(MEDIAPIPE_33.centre), :2].mean(axis=-2)
    return float(np.nanmedian(np.abs(middle))) > _AT_HIPS


def _map_of(first: str, layouts: Sequence[SkeletonLayout]) -> ColumnMap | None:
    """Understand the first line of a file as a header, as the likeliest map."""
    if len(first) > _LONGEST_HEADER:
        return None
    for separator, mark in SEPARATORS.items():
        if first.count(mark) >= MOST_COLUMNS:
            continue
        header = [cell.strip().strip('"') for cell in first.split(mark)]
        for told in _maps(header, layouts):
            return told.model_copy(update={"separator": separator})
    return None


def _maps(header: Sequence[str], layouts: Sequence[SkeletonLayout]) -> Iterator[ColumnMap]:
    """Give the maps that fit a header, the likeliest first."""
    one = {
        field: next((name for name in header if name.lower() in names), None)
        for field, names in ONE.items()
    }
    if one["frame"] is not None:
        one["time"] = None
    if one["frame"] is None and one["time"] is None:
        one["person"] = None
    for layout in layouts:
        for pattern in PATTERNS:
            numbers = _numbers_in(pattern, header)
            if numbers and len(numbers) != layout.num_joints:
                continue
            told = ColumnMap(
                joints=pattern,
                layout=layout.name if layout in LAYOUTS else layout,
                first_joint=min(1, min(numbers, default=0)),
                **one,
            )
            with suppress(BadClip):
                names = JointNames(layout, told)
                places_of(told, names, header)
                yield _with_confidence(told, names, header)


def _numbers_in(pattern: str, header: Sequence[str]) -> set[int]:
    """Return the numbers that stand for joints, where a header numbers them."""
    expression = re.escape(pattern).replace(r"\{joint\}", "([0-9]{1,5})")
    shape = re.compile(expression.replace(r"\{axis\}", "[xyzXYZ]"))
    return {int(found[1]) for name in header if (found := shape.fullmatch(name))}


def _with_confidence(told: ColumnMap, names: JointNames, header: Sequence[str]) -> ColumnMap:
    pattern = str(told.joints)
    for word in SURE:
        for spelt in (word, word.upper(), word.capitalize()):
            tried = told.model_copy(update={"confidence": pattern.replace("{axis}", spelt)})
            with suppress(BadClip):
                places_of(tried, names, header)
                return tried
    return told
