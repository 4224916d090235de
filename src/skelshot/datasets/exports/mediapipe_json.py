"""MediaPipe's landmarks in JSON, in the shapes in which people write them."""

from collections.abc import Mapping
from pathlib import Path
from reprlib import repr as short
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from skelshot.datasets.clips import BadClip
from skelshot.datasets.exports.people import FramePerson, arrays_of_people
from skelshot.datasets.exports.reader import ExportReader
from skelshot.datasets.readers import Listing, Source, list_raw
from skelshot.ground.json_text import parse_json
from skelshot.ground.regular import read_regular
from skelshot.skeletons.joint_names import plain_name
from skelshot.skeletons.layouts import MEDIAPIPE_33, SkeletonLayout

MAX_BYTES = 256 << 20
"""The largest file that is read; a minute of one person has about 8 MB."""

_JOINTS = MEDIAPIPE_33.num_joints
_PLACES = {joint: place for place, joint in enumerate(MEDIAPIPE_33.joints)}
_FRAMES = ("frames", "results", "data", "poses")
_WORLD = ("poseworldlandmarks", "worldlandmarks", "world")
_IMAGE = ("poselandmarks", "landmarks", "keypoints", "landmark", "pose")
_NUMBER = ("frame", "frameindex", "framenumber", "frameid", "index")
_SURE = ("visibility", "score", "confidence", "v")
MEDIAPIPE_AXES = np.array([-1, -1, 1], np.float32)
"""MediaPipe's world has x to the right, y down; here x is to the camera's own left, y up."""


class MediaPipeReader(ExportReader):
    """Reads `.json` files of MediaPipe Pose, one a clip.

    A file holds a list of frames (or an object with `frames`, `results`, `data` or `poses`); a
    frame holds landmarks as `poseLandmarks`, `pose_landmarks`, `landmarks` or `keypoints` and as
    `poseWorldLandmarks`, `pose_world_landmarks` or `worldLandmarks`, of one person or of a list
    of persons, or is such a list itself; a landmark is an object with x, y, z and perhaps
    `visibility`, or a list of them. World landmarks (metres) are preferred; landmarks in the
    picture are shares of it, and need `picture`.

    Args:
        options: Options of reading; the defaults when None.
    """

    name: ClassVar[str] = "mediapipe"

    @classmethod
    def takes_alone(cls, name: str) -> bool:
        """Tell JSON files."""
        return name.lower().endswith(".json")

    @property
    def layout(self) -> SkeletonLayout:
        """MediaPipe's 33 joints."""
        return MEDIAPIPE_33

    def listed(self, raw: Path | str) -> Listing:
        """List the files that end in `.json`."""
        return list_raw(raw, self.takes_alone, "MediaPipe's .json files")

    def arrays_of(self, source: Source) -> Mapping[str, object]:
        """Read all frames of a file."""
        document = parse_json(read_regular(source.path, MAX_BYTES), source.path.name)
        frames = [_frame(frame, place) for place, frame in enumerate(_list_of_frames(document))]
        kinds = {kind for frame in frames for kind, people in frame.people.items() if people}
        size = self._options.size
        if kinds == {"image"} and size is None:
            raise BadClip(
                "landmarks: found those of the picture alone, which are shares of it, expected "
                "world landmarks; or say how large the picture is with --picture WxH"
            )
        people = [_people_of(frame, "world" in kinds, size) for frame in frames]
        numbers = [frame.number for frame in frames]
        told = None if None in numbers else [number for number in numbers if number is not None]
        arrays: dict[str, Any] = arrays_of_people(people, told)
        return arrays if size is None else {**arrays, "picture_size": size}


class _Frame(NamedTuple):
    """The landmarks (33, 4) of a frame's people by kind, and its number."""

    people: dict[str, list[NDArray[np.float32]]]
    number: int | None


def _list_of_frames(document: object) -> list[Any]:
    if isinstance(document, dict):
        keys = {_key(key): value for key, value in document.items()}
        document = next((keys[name] for name in _FRAMES if name in keys), None)
    if not isinstance(document, list):
        raise BadClip(
            f"found {short(document):.40}, expected a list of frames, or an object with "
            f"{', '.join(_FRAMES)}"
        )
    if len(document) == _JOINTS and all(isinstance(one, dict) and "x" in one for one in document):
        raise BadClip("found the landmarks of one frame, expected a list of frames")
    return document


def _frame(frame: object, place: int) -> _Frame:
    """Read one frame in whatever shape it is."""
    where = f"frame {place}"
    if frame is None:
        return _Frame({}, None)
    if isinstance(frame, list):
        return _Frame({"image": _persons(frame, where)}, None)
    if not isinstance(frame, dict):
        raise BadClip(f"{where}: found {short(frame):.40}, expected landmarks")
    keys = {_key(key): value for key, value in frame.items()}
    number = next((keys[name] for name in _NUMBER if type(keys.get(name)) is int), None)
    people = {}
    for kind, names in (("world", _WORLD), ("image", _IMAGE)):
        name = next((name for name in names if name in keys), None)
        if name is not None:
            people[kind] = _persons(keys[name], f"{where}, {name}")
    if not people:
        raise BadClip(
            f"{where}: found {', '.join(map(str, list(frame)[:6])) or 'nothing'}, expected "
            "poseLandmarks or poseWorldLandmarks; nobody is an empty list"
        )
    return _Frame(people, number)


def _persons(value: object, where: str) -> list[NDArray[np.float32]]:
    """Read the landmarks of one person, of several, or of nobody."""
    if isinstance(value, dict) and isinstance(value.get("landmark"), list):
        value = value["landmark"]
    if isinstance(value, dict):
        value = _by_name(value, where)
    if value is None or value == []:
        return []
    if not isinstance(value, list):
        raise BadClip(f"{where}: found {short(value):.40}, expected {_JOINTS} landmarks")
    if _is_person(value):
        return [_landmarks(value, where)]
    return (
        [one for each in value for one in _persons(each, where)]
        if _is_nested(value)
        else [_landmarks(value, where)]
    )


def _is_person(value: list[Any]) -> bool:
    return len(value) == _JOINTS and not _is_nested(value)


def _is_nested(value: list[Any]) -> bool:
    """Tell whether a list holds people rather than landmarks."""
    first = value[0]
    if isinstance(first, dict):
        return "x" not in first
    return isinstance(first, list) and (not first or isinstance(first[0], list | dict))


def _landmarks(value: list[Any], where: str) -> NDArray[np.float32]:
    if len(value) != _JOINTS:
        raise BadClip(f"{where}: found {len(value)} landmarks, expected {_JOINTS}")
    return np.array(
        [_point(one, f"{where}, landmark {n}") for n, one in enumerate(value)], np.float32
    )


def _point(point: object, where: str) -> tuple[float, float, float, float]:
    """Return x, y, z and visibility; NaN for a visibility that is not told."""
    if isinstance(point, dict):
        sure = next((point[name] for name in _SURE if point.get(name) is not None), None)
        numbers = [point.get("x"), point.get("y"), point.get("z", 0.0), sure]
    elif isinstance(point, list) and 2 <= len(point) <= 5:
        numbers = [*point[:4], *[None] * (4 - len(point))]
        numbers[2] = 0.0 if numbers[2] is None else numbers[2]
    else:
        raise BadClip(f"{where}: found {short(point):.40}, expected x, y, z and visibility")
    for number in numbers[:3]:
        if type(number) not in (int, float):
            raise BadClip(f"{where}: found {short(number):.40}, expected a number")
    told = float(numbers[3]) if type(numbers[3]) in (int, float) else np.nan
    return float(numbers[0]), float(numbers[1]), float(numbers[2]), told


def _by_name(value: dict[str, Any], where: str) -> list[Any]:
    """Put landmarks that are told by name into the layout's order."""
    found = {_PLACES.get(plain_name(str(name))): point for name, point in value.items()}
    missing = [joint for joint, place in _PLACES.items() if place not in found]
    if missing:
        raise BadClip(f"{where}: found no landmark {missing[0]!r}, expected all {_JOINTS} by name")
    return [found[place] for place in range(_JOINTS)]


def _people_of(frame: _Frame, world: bool, size: tuple[int, int] | None) -> list[FramePerson]:
    """Turn a frame's landmarks into joints, in metres where the file has them."""
    inside, room = frame.people.get("image", []), frame.people.get("world", [])
    told = inside if not room or len(inside) == len(room) else []
    pixels = [None if size is None else one[:, :2] * np.array(size, np.float32) for one in told]
    found = []
    for place, one in enumerate(room if world else inside):
        sure = one[:, 3] if np.isfinite(one[:, 3]).any() else None
        if sure is None and world and place < len(told) and np.isfinite(told[place][:, 3]).any():
            sure = told[place][:, 3]
        seen = pixels[place] if place < len(pixels) else None
        if world:
            found.append(FramePerson(one[:, :3] * MEDIAPIPE_AXES, sure, seen))
        elif seen is not None:
            found.append(FramePerson(seen, sure))
    return found


def _key(key: str) -> str:
    return key.lower().replace("_", "").replace("-", "")
