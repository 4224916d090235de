"""Clips as people have them: files of any format that a reader knows, arrays, and videos."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from skelshot.datasets.checks import validate_clip
from skelshot.datasets.clip_arrays import sequence_from
from skelshot.datasets.clips import UNLABELLED, BadClip, Clip, Rejected
from skelshot.datasets.prepared_clip import prepared_clip
from skelshot.datasets.reader_family import READERS
from skelshot.datasets.readers import Reader
from skelshot.datasets.reading_options import ReadingOptions
from skelshot.datasets.store import Store
from skelshot.datasets.store.format import DOCUMENT
from skelshot.ground import SkelshotError
from skelshot.pose.video_reading import AS_USUAL, VideoReading
from skelshot.recognition.clip_places import clip_places
from skelshot.skeletons import SkeletonLayout, SkeletonSequence
from skelshot.skeletons.layouts import layouts_with
from skelshot.videos.video_folder import SUFFIXES as VIDEOS

ClipLike = Path | str | SkeletonSequence | Clip | NDArray[Any]
_ONE = (Path, str, SkeletonSequence, Clip, np.ndarray)
_OF_PREPARE = " (an option of `skelshot prepare`; give its store in place of the file)"


@dataclass(frozen=True, eq=False)
class FoundClip:
    """A clip to enrol or to recognise.

    Args:
        name: What answers call it; None where nobody named it.
        sequence: The clip as it was read.
        source: The file that it was read from, if any.
        remarks: What was guessed or done on the way.
        label: The class that its file gives it, where that holds clips of several.
    """

    name: str | None
    sequence: SkeletonSequence
    source: str | None = None
    remarks: tuple[str, ...] = ()
    label: str | None = None


@dataclass(frozen=True)
class Unreadable:
    """A file or clip that cannot be used.

    Args:
        source: The file.
        problem: What is wrong with it, in one line.
    """

    source: str
    problem: str

    def as_json(self) -> dict[str, str]:
        """Return it as a JSON document."""
        return asdict(self)


class ReadClips(NamedTuple):
    """The clips of one place.

    Args:
        clips: Those that can be used, at least one.
        unreadable: The others.
    """

    clips: list[FoundClip]
    unreadable: list[Unreadable]


def found_clips(
    clips: ClipLike | Iterable[ClipLike], videos: VideoReading = AS_USUAL
) -> list[FoundClip]:
    """Take clips in any form.

    Args:
        clips: One or several: files, folders, sequences, or arrays (M, T, V, C), whose joints must
            be those of one layout alone.
        videos: How those that are videos are read.

    Returns:
        The clips; a file may hold several.

    Raises:
        SkelshotError: There is none, or one cannot be read.
    """
    each = [clips] if isinstance(clips, _ONE) else list(clips)
    found = [one for clip in each for one in _found(clip, videos)]
    if not found:
        raise SkelshotError("clips: found none, expected at least one file, array or sequence")
    return found


def read_clips(path: Path | str, videos: VideoReading = AS_USUAL) -> list[FoundClip]:
    """Read the clips of a file, whatever its format, of a store, or of a folder of these.

    The reader is found by the file's ending and content. Videos are read by `skelshot.pose`.

    Args:
        path: The file, or the folder.
        videos: How videos are read.

    Returns:
        Its clips.

    Raises:
        SkelshotError: There is no such file, no reader knows it, or a clip cannot be used.
    """
    return [clip for place in clip_places(path) for clip in clips_at(place, videos)]


def clips_at(path: Path, videos: VideoReading = AS_USUAL) -> list[FoundClip]:
    """Read the clips of one place, all of them.

    Args:
        path: One of `clip_places`.
        videos: How a video is read.

    Returns:
        Its clips.

    Raises:
        SkelshotError: There is no such file, no reader knows it, or a clip cannot be used.
    """
    read = usable_clips_at(path, videos)
    if read.unreadable:
        raise SkelshotError(read.unreadable[0].problem)
    return read.clips


def usable_clips_at(path: Path, videos: VideoReading = AS_USUAL) -> ReadClips:
    """Read the clips of one place, past those that cannot be used.

    Args:
        path: One of `clip_places`.
        videos: How a video is read.

    Returns:
        Its clips, and what is wrong with the others.

    Raises:
        SkelshotError: There is no such file, no reader knows it, or no clip of it can be used.
    """
    if not path.exists():
        raise SkelshotError(f"{path}: no such file, expected a clip")
    if (path / DOCUMENT).is_file():
        return ReadClips(_of_store(path), [])
    if is_video(path):
        return ReadClips([_of_video(path, videos)], [])
    readers = _readers_of(path)
    if not readers:
        known = sorted(
            {ending for kind in READERS.shipped for ending in kind.suffixes} | set(VIDEOS)
        )
        raise SkelshotError(
            f"{path}: no reader knows files of that ending, expected one of {', '.join(known)}"
        )
    complaints, parts = {}, []
    for kind in readers:
        try:
            read = _read_by(kind, path)
        except SkelshotError as error:
            complaints[kind.name] = _complaint(error, path)
        else:
            if not read.unreadable:
                return read
            parts.append(read)  # another reader may take all of them
    if parts:
        return parts[0]
    each = [f"{name}: {it}" for name, it in complaints.items()]
    if len(set(complaints.values())) == 1:  # what all readers say need not be said twice
        each = [complaints.popitem()[1]]
    told = "; ".join(each)
    raise SkelshotError(f"{path}: {told}{_OF_PREPARE if ' --' in told else ''}")


def is_video(path: Path | str) -> bool:
    """Tell whether a file is read as a video, by its ending.

    Args:
        path: The file.

    Returns:
        The answer.
    """
    return Path(path).suffix.lower() in VIDEOS


def of_array(joints: NDArray[Any], layout: SkeletonLayout | None = None) -> SkeletonSequence:
    """Take an array of joints for a clip.

    Args:
        joints: (M, T, V, C), or (T, V, C) for one person: metres, y up, or pixels, y down.
        layout: Names the V joints; the only shipped layout of that many unless told.

    Returns:
        The clip, its gaps repaired.

    Raises:
        SkelshotError: The array is no clip, or several layouts have that many joints.

    Example:
        >>> rng = np.random.default_rng(0)
        >>> of_array(rng.normal(size=(1, 8, 20, 3)).astype(np.float32)).layout.name
        'kinect-v1'
    """
    if layout is None:
        count = joints.shape[-2] if joints.ndim in (3, 4) else 0
        known = layouts_with(count)
        if len(known) != 1:
            names = ", ".join(one.name for one in known) or "none"
            raise SkelshotError(
                f"clip: found an array of shape {joints.shape}, expected (persons, frames, joints, "
                f"2 or 3) of one layout alone; {names} has {count} joints; give a SkeletonSequence"
            )
        layout = known[0]
    reading = ReadingOptions(body_check="ignore")
    return prepared_clip(
        sequence_from({"joints": joints}, layout, reading), reading, "repair"
    ).sequence


def _readers_of(path: Path) -> list[type[Reader]]:
    """List the readers that take a file, or that know a folder for one clip."""
    kinds = READERS.every()[0]
    if not path.is_dir():
        return [kind for kind in kinds if kind.takes_alone(path.name)]
    files = [file for file in path.iterdir() if not file.name.startswith(".")]
    return [
        kind
        for kind in kinds
        if any(kind.takes(file.name) and kind.whole_of(file) == path for file in files)
    ]


def _complaint(error: SkelshotError, path: Path) -> str:
    """Say what is wrong with a file, and in which line, without its name."""
    told = str(error).removeprefix(f"{path}: ").removeprefix(f"{path.name}, ")
    line = f"line {error.line}" if isinstance(error, BadClip) and error.line else ""
    return told if told.startswith(line) else f"{line}: {told}"


def _found(clip: ClipLike, videos: VideoReading) -> list[FoundClip]:
    if isinstance(clip, Path | str):
        return read_clips(clip, videos)
    if isinstance(clip, Clip):
        return [FoundClip(clip.name, clip.sequence, clip.source_file or None)]
    if isinstance(clip, SkeletonSequence):
        return [FoundClip(None, validate_clip(clip, "repair")[0])]
    return [FoundClip(None, of_array(np.asarray(clip)))]


def _read_by(kind: type[Reader], path: Path) -> ReadClips:
    with READERS.telling(kind.name):
        reader = kind.from_options({})
        items = reader.clips_in(path)
    guessed = tuple(f"{what}: {how}" for what, how in reader.remarks().guessed.items())
    remarks = (*guessed, *reader.remarks().doubts)
    clips = [item for item in items if isinstance(item, Clip)]
    rejected = [item for item in items if isinstance(item, Rejected)]
    if not clips:
        raise _no_clip(rejected)
    labels = _labels_of([clip.label for clip in clips], lambda: reader.class_names)
    return ReadClips(
        [
            FoundClip(clip.name, clip.sequence, str(path), remarks, label)
            for clip, label in zip(clips, labels, strict=True)
        ],
        [Unreadable(str(path), f"{path}: {_called(one)}{one.reason}") for one in rejected],
    )


def _no_clip(rejected: Sequence[Rejected]) -> BadClip:
    """Say what is wrong with a file that gives no clip."""
    if not rejected:
        return BadClip("found no clip, expected at least one")
    first, more = rejected[0], len(rejected) - 1
    if not more:
        return BadClip(first.reason, first.line)
    return BadClip(f"{_called(first)}{first.reason}; {more} more clips cannot be used either")


def _called(rejected: Rejected) -> str:
    """Name a clip within its file, and the line where it is wrong."""
    clip = rejected.source.partition("#")[2] or rejected.source
    return f"clip {clip}: " + (f"line {rejected.line}: " if rejected.line else "")


def _labels_of(labels: Sequence[int], names: Callable[[], Sequence[str]]) -> list[str | None]:
    """Name the classes of a file's clips, where it holds several classes."""
    if len(set(labels)) < 2:
        return [None] * len(labels)
    known = names()
    return [None if label == UNLABELLED else known[label] for label in labels]


def _of_store(path: Path) -> list[FoundClip]:
    store = Store.open(path)
    labels = _labels_of(store.labels.tolist(), lambda: store.class_names)
    return [
        FoundClip(clip.name, store.sequence(place), str(path), label=label)
        for place, (clip, label) in enumerate(zip(store.clips, labels, strict=True))
    ]


def _of_video(path: Path, videos: VideoReading) -> FoundClip:
    """Read a video as `skelshot pose` does, and say what that says."""
    poses = videos.read(path)
    taken = "as a mirror image" if poses.mirroring.mirrored else "as no mirror image"
    sides = f"video taken {taken}: {poses.mirroring.reason}; see --mirrored"
    remarks = (sides, *(f"{path.name}: {remark}" for remark in poses.remarks))
    return FoundClip(path.stem, poses.sequence, str(path), remarks)
