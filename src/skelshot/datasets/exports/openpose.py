"""OpenPose: a folder of JSON files, one a frame, of BODY_25 or COCO-18 key points."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from reprlib import repr as short
from typing import Any, ClassVar

import numpy as np

from skelshot.datasets.clips import BadClip
from skelshot.datasets.exports.people import FramePerson, arrays_of_people
from skelshot.datasets.exports.reader import ExportReader
from skelshot.datasets.field_values import numbers_of
from skelshot.datasets.readers import Listing, Source, list_raw
from skelshot.ground import SkelshotError
from skelshot.ground.json_text import parse_json
from skelshot.ground.regular import read_regular
from skelshot.skeletons.layouts import OPENPOSE_18, OPENPOSE_25, SkeletonLayout

MAX_BYTES = 4 << 20
"""The largest file that is read; one of a hundred people has 0.3 MB."""

MOST_FRAMES = 200_000
"""The most files of one clip."""

SHARES = 1.5
"""Places that are all smaller than this are shares of a picture, no pixels."""

_FILE_NAME = re.compile(r"(?:(.*?)[_.-]?)?([0-9]{1,15})_keypoints\.json", re.IGNORECASE)
_LAYOUTS = {3 * layout.num_joints: layout for layout in (OPENPOSE_25, OPENPOSE_18)}
_FIELDS = ("pose_keypoints_2d", "pose_keypoints")


class OpenPoseReader(ExportReader):
    """Reads `NAME_000000000000_keypoints.json` files, those of one name in one folder a clip.

    Each holds `people` with `pose_keypoints_2d`: x, y and score of 25 or 18 joints. The frame's
    number is in the file's name; numbers that are missing stay missing.

    Args:
        options: Options of reading; the defaults when None.
    """

    name: ClassVar[str] = "openpose"

    _layout: SkeletonLayout | None = None

    @classmethod
    def takes(cls, name: str) -> bool:
        """Tell OpenPose's files by their names."""
        return _FILE_NAME.fullmatch(name.rpartition("/")[2]) is not None

    @classmethod
    def whole_of(cls, file: Path | str) -> Path:
        """Return the folder of a frame."""
        return Path(file).parent

    @property
    def layout(self) -> SkeletonLayout:
        """BODY_25 or COCO-18, as the first file with people has; known after `sources`."""
        if self._layout is None:
            raise SkelshotError("layout: not known before the sources have been listed")
        return self._layout

    def listed(self, raw: Path | str) -> Listing:
        """List the clips, and look at the first people for their number of joints."""
        listing = list_raw(raw, self.takes, "OpenPose files (NAME_000000000000_keypoints.json)")
        files: dict[str, list[tuple[int, Path]]] = defaultdict(list)
        for source in listing.sources:
            match = _FILE_NAME.fullmatch(source.path.name)
            if match is not None:
                folder = source.name.rpartition("/")[0]
                name = "/".join(filter(None, (folder, match[1] or "clip")))
                files[name].append((int(match[2]), source.path))
        clips = [
            Source(
                name,
                found[0][1].parent / name.rpartition("/")[2],
                parts=tuple(path for _, path in sorted(found)),
            )
            for name, found in files.items()
        ]
        self._layout = _layout_of_first(clips)
        return Listing(clips, listing.others, listing.unreadable)

    def clip_name(self, source: Source) -> str:
        """Return a clip's name: where its files lie and what they share, dots and all."""
        return source.name

    def arrays_of(self, source: Source) -> Mapping[str, object]:
        """Read all frames of a clip."""
        if len(source.parts) > MOST_FRAMES:
            raise BadClip(f"found {len(source.parts)} frames, expected at most {MOST_FRAMES}")
        frames = [_people(path) for path in source.parts]
        names = [_FILE_NAME.fullmatch(path.name) for path in source.parts]
        numbers = [int(match[2]) for match in names if match is not None]
        twice = next((n for n, m in pairwise(numbers) if n == m), None)
        if twice is not None:
            raise BadClip(f"frame {twice}: found two files of this number, expected one")
        for path, people in zip(source.parts, frames, strict=True):
            for person in people:
                if person.joints.shape[0] != self.layout.num_joints:
                    raise BadClip(
                        f"{path.name}: found {person.joints.shape[0]} joints, "
                        f"expected {self.layout.num_joints} as in the first file"
                    )
        arrays: dict[str, Any] = arrays_of_people(frames, numbers)
        size = self._options.size
        if arrays["joints"].max(initial=0) <= SHARES:
            if size is None:
                raise BadClip(
                    "joints: found shares of the picture, expected pixels; say how large it is "
                    "with --picture WxH"
                )
            arrays["joints"] *= np.array(size, np.float32)
        return arrays if size is None else {**arrays, "picture_size": size}


def _layout_of_first(clips: Sequence[Source]) -> SkeletonLayout:
    """Return the layout of the first people there are."""
    for clip in clips:
        for path in clip.parts[:1000]:
            with suppress(SkelshotError):  # reading it will say the same
                for person in _people(path):
                    return _LAYOUTS[3 * person.joints.shape[0]]
    return OPENPOSE_25


def _people(path: Path) -> list[FramePerson]:
    """Read the people of one frame; those without any joint are left out."""
    document = parse_json(read_regular(path, MAX_BYTES), path.name)
    people = document.get("people") if isinstance(document, dict) else None
    if not isinstance(people, list):
        raise BadClip(f"{path.name}: people: found {short(people):.40}, expected a list")
    found = []
    for place, person in enumerate(people):
        where = f"{path.name}, person {place}"
        if not isinstance(person, dict):
            raise BadClip(f"{where}: found {short(person):.40}, expected an object")
        flat = next((person[field] for field in _FIELDS if field in person), None)
        if not isinstance(flat, list) or (flat and len(flat) not in _LAYOUTS):
            raise BadClip(
                f"{where}, {_FIELDS[0]}: found "
                f"{f'{len(flat)} numbers' if isinstance(flat, list) else short(flat)}, expected "
                "75 (BODY_25) or 54 (COCO): x, y and score of each joint"
            )
        if flat:
            numbers = numbers_of(flat, f"{where}, {_FIELDS[0]}")
            if numbers.ndim != 1:
                raise BadClip(f"{where}, {_FIELDS[0]}: found lists in a list, expected numbers")
            rows = numbers.reshape(-1, 3)
            if (rows != 0).any():
                found.append(FramePerson(rows[:, :2], rows[:, 2]))
    return found
