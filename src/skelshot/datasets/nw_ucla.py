"""NW-UCLA: one JSON file a clip, as the skeletons are packaged for CTR-GCN."""

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path
from reprlib import repr as short
from typing import Any

import numpy as np
import yaml

from skelshot.datasets.checks import clip_or_rejected, on_missing_named, presence_of, validate_clip
from skelshot.datasets.clips import UNLABELLED, BadClip, Clip, Rejected
from skelshot.datasets.field_values import leaves_of
from skelshot.datasets.reader_options import MissingOptions
from skelshot.datasets.readers import Reader, Remarks, Source, list_raw
from skelshot.ground.documents import BadDocument
from skelshot.ground.json_text import parse_json
from skelshot.ground.regular import read_regular
from skelshot.skeletons.layouts import KINECT_V1, SkeletonLayout
from skelshot.skeletons.sequence import FloatArray, SkeletonSequence

MAX_BYTES = 16 << 20
"""The largest file that is read; the largest real clip has a third of a megabyte."""

_NUMERIC = {int, float, type(None)}
_FILE_NAME = re.compile(r"a([0-9]{2})_s([0-9]{2})_e([0-9]{2})_v([0-9]{2})\.json")


class NwUclaReader(Reader):
    """Reads `aAA_sSS_eEE_vVV.json`: action, subject, repetition (e) and view.

    Each file is an object with `file_name`, `skeletons` (T, 20, 3) in metres, y up, x towards
    the sensor's own left, and `label` from 1 to 10. Action numbers have gaps (a07 and a10 do
    not exist), so a clip's label is its action's place in the list of ten; the file's own label
    must agree.

    Args:
        on_missing: `repair` interpolates NaN and infinite coordinates and counts them,
            `reject` rejects the clip.

    Raises:
        SkelshotError: `on_missing` is neither.

    Example:
        >>> NwUclaReader().class_names[3]
        'walk around'
    """

    name = "nw-ucla"
    options_type = MissingOptions
    suffixes = (".json",)

    def __init__(self, on_missing: str = "repair") -> None:
        self._on_missing = on_missing_named(on_missing)
        self._remarks = Remarks()

    @property
    def class_names(self) -> tuple[str, ...]:
        """The ten actions in label order."""
        return tuple(_actions().values())

    @property
    def layout(self) -> SkeletonLayout:
        """The 20 joints of the first Kinect."""
        return KINECT_V1

    def options(self) -> dict[str, object]:
        """Return what changes the clips that are read."""
        return {"on_missing": self._on_missing}

    def remarks(self) -> Remarks:
        """Return which sub-folders cannot be read; every file is read or rejected by name."""
        return self._remarks

    def sources(self, raw: Path | str) -> list[Source]:
        """List every file of the folder; those with other names will be rejected by name."""
        listing = list_raw(raw, lambda name: True, "NW-UCLA files (aAA_sSS_eEE_vVV.json)")
        self._remarks = Remarks(listing.others, unreadable=listing.unreadable)
        return listing.sources

    def read(self, source: Source) -> Iterator[Clip | Rejected]:
        """Read one file, which holds one clip."""
        yield clip_or_rejected(source.name, lambda: self._clip(source))

    def _clip(self, source: Source) -> Clip:
        match = _FILE_NAME.fullmatch(source.path.name)
        if match is None:
            raise BadClip("file name: expected aAA_sSS_eEE_vVV.json, such as a01_s02_e00_v03.json")
        action, subject, repetition, view = map(int, match.groups())
        actions = tuple(_actions())
        if action not in actions:
            known = ", ".join(f"a{number:02d}" for number in actions)
            raise BadClip(f"unknown label: action a{action:02d} is not one of {known}")
        label = actions.index(action)
        document = _document(source.path)
        _check_agreement(document, source.path.stem, label)
        sequence, repaired = self._sequence(document)
        return Clip(
            name=source.path.stem,
            label=label,
            sequence=sequence,
            subject=subject,
            camera=view,
            replication=repetition,
            source_file=source.name,
            repaired=repaired,
        )

    def clips_in(self, path: Path | str) -> list[Clip]:
        """Read a file of any name; what it says of its label is not looked at."""
        path = Path(path)
        sequence, repaired = self._sequence(_document(path))
        return [Clip(path.stem, UNLABELLED, sequence, source_file=path.name, repaired=repaired)]

    def _sequence(self, document: dict[str, Any]) -> tuple[SkeletonSequence, int]:
        joints = _joints(document)[np.newaxis]
        sequence = SkeletonSequence(joints, presence_of(joints), KINECT_V1)
        return validate_clip(sequence, self._on_missing)


@cache
def _actions() -> dict[int, str]:
    """Return the name of each action number, in label order."""
    text = files("skelshot.datasets").joinpath("names/nw-ucla.yaml").read_text("utf-8")
    return {entry["number"]: entry["name"] for entry in yaml.safe_load(text)["actions"]}


def _document(path: Path) -> dict[str, Any]:
    """Read a file's JSON object, or say at which line and column it breaks off."""
    try:
        document = parse_json(read_regular(path, MAX_BYTES), path.name)
    except BadDocument as error:
        raise BadClip(str(error), error.line) from error
    if not isinstance(document, dict):
        raise BadClip(f"found a JSON {type(document).__name__}, expected an object")
    return document


def _check_agreement(document: dict[str, Any], stem: str, label: int) -> None:
    """Check what the file says of itself against its name."""
    written = document.get("label")
    if type(written) is not int:
        raise BadClip(f"label: found {short(written):.40}, expected {label + 1} from the file name")
    if written != label + 1:
        raise BadClip(f"label: found {short(written):.40}, but the file name says {label + 1}")
    name = document.get("file_name", stem)
    if name != stem:
        raise BadClip(f"file_name: found {short(name):.60}, but the file is called {stem}")


def _joints(document: dict[str, Any]) -> FloatArray:
    """Return the coordinates (T, 20, 3)."""
    frames = document.get("skeletons")
    if not isinstance(frames, list):
        raise BadClip(f"skeletons: found {type(frames).__name__}, expected a list of frames")
    if not frames:
        return np.zeros((0, KINECT_V1.num_joints, 3), np.float32)
    try:
        array = np.asarray(
            frames if _NUMERIC.issuperset(map(type, leaves_of(frames) or [[]])) else []
        )
        if array.dtype == object:  # null stands for a coordinate that is not known
            array = array.astype(np.float64)
    except (ValueError, TypeError, OverflowError):
        array = np.empty(0)
    if array.dtype.kind not in "fiu" or array.shape[1:] != (KINECT_V1.num_joints, 3):
        raise BadClip(_misfit(frames))
    with np.errstate(over="ignore"):  # what float32 cannot hold becomes infinite: a gap
        return array.astype(np.float32)


def _misfit(frames: list[Any]) -> str:
    """Say which frame or joint first departs from (20, 3) numbers."""
    for t, frame in enumerate(frames):
        found = len(frame) if isinstance(frame, list) else 0
        if found != KINECT_V1.num_joints:
            return f"skeletons, frame {t}: found {found} joints, expected {KINECT_V1.num_joints}"
        for v, joint in enumerate(frame):
            if not isinstance(joint, list) or len(joint) != 3:
                return (
                    f"skeletons, frame {t}, joint {v}: found {short(joint):.40}, expected [x, y, z]"
                )
            for value in joint:
                if isinstance(value, (bool, str, list, dict)):
                    return (
                        f"skeletons, frame {t}, joint {v}: found {short(value):.40}, "
                        "expected a number"
                    )
    return "skeletons: expected numbers in (frames, 20 joints, 3)"
