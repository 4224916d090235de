"""To which pictures the joints of a store's clips belong, decided before any video is read."""

from collections import Counter
from collections.abc import Mapping, Sequence

from pydantic import JsonValue

from skelshot.datasets.store import Store
from skelshot.ground import SkelshotError
from skelshot.teachers.extract.frame_sources import FrameSource
from skelshot.videos.clip_frames import VideoOptions
from skelshot.videos.joint_picture import JointPicture, stated_picture

PictureCounts = Mapping[JointPicture, int]
"""Clips by the picture to which their joints belong."""


def clip_pictures(store: Store, indices: Sequence[int], options: VideoOptions) -> PictureCounts:
    """Count clips by the picture to which their joints belong.

    Args:
        store: The clips.
        indices: Which of them.
        options: What of their videos is taken.

    Returns:
        The counts.

    Raises:
        SkelshotError: Frames are to be cropped by joints, and no clip's picture is known.
    """
    stated = (
        stated_picture(clip.picture_size, store.layout, store.channels, clip.has_pixels)
        for clip in (store.clips[index] for index in indices)
    )
    found = Counter(options.picture(picture) for picture in stated)
    unknown = [picture for picture in found if picture.origin == "unknown"]
    if unknown and all(picture.origin in ("unknown", "none") for picture in found):
        try:
            options.settled(unknown[0])
        except SkelshotError as error:
            raise SkelshotError(f"{store.path}: none of {len(indices)} clips; {error}") from error
    return found


def recorded_options(source: FrameSource, pictures: PictureCounts) -> dict[str, JsonValue]:
    """Say what of the videos is taken, for the record of the cache and as part of its key.

    Where all clips have one picture, its size stands in place of "clip": what two calls take is
    then the same if their records are.

    Args:
        source: Where frames come from.
        pictures: Clips by picture.

    Returns:
        Options as JSON, with the rate only where one was given.
    """
    options = source.options
    known = [picture for picture in pictures if picture.origin != "unknown"]
    settled = {options.settled(picture) for picture in known}
    if len(settled) == 1 and len(known) == len(pictures):
        options = settled.pop()
    rate = {} if source.every is None else {"every": source.every}
    return options.model_dump(mode="json") | rate


def pictures_as_json(pictures: PictureCounts) -> tuple[dict[str, JsonValue], ...]:
    """Say to which pictures joints belong, the commonest first.

    Args:
        pictures: Clips by picture.

    Returns:
        For each picture its `size`, what it is known `from`, the `words` for it, and its `clips`.
    """
    ranked = sorted(pictures.items(), key=lambda item: (-item[1], str(item[0])))
    return tuple(picture.as_json() | {"clips": clips} for picture, clips in ranked)
