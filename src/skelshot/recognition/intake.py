"""Clips to recognise: those that can be read, and what is wrong with the others."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from skelshot.ground import SkelshotError
from skelshot.pose.video_reading import AS_USUAL, VideoReading
from skelshot.recognition.clip_files import FoundClip, Unreadable, usable_clips_at
from skelshot.recognition.clip_places import folder_contents
from skelshot.recognition.recognizer import Recognizer


@dataclass(frozen=True, eq=False)
class Intake:
    """Outcome of reading many files.

    Args:
        clips: The clips that a recogniser can look at, at least one.
        unreadable: What it cannot.
        skipped: Files of folders that no reader takes for clips.
    """

    clips: list[FoundClip]
    unreadable: list[Unreadable]
    skipped: list[str]


def take_in(
    paths: Iterable[Path | str], recognizer: Recognizer, videos: VideoReading = AS_USUAL
) -> Intake:
    """Read clips, and go on past those that cannot be used.

    Args:
        paths: Files, stores and folders of them.
        recognizer: Says which clips fit its encoder.
        videos: How videos are read.

    Returns:
        The clips, and what is wrong with the others.

    Raises:
        SkelshotError: None of them can be used.
    """
    clips: list[FoundClip] = []
    unreadable: list[Unreadable] = []
    skipped: dict[str, None] = {}
    for path in paths:
        try:
            contents = folder_contents(path)
        except SkelshotError as error:
            unreadable.append(Unreadable(str(path), str(error)))
            continue
        skipped |= dict.fromkeys(map(str, contents.others))
        for place in contents.clips:
            try:
                read = usable_clips_at(place, videos)
            except SkelshotError as error:
                unreadable.append(Unreadable(str(place), str(error)))
                continue
            unreadable += read.unreadable
            for clip in read.clips:
                try:
                    recognizer.check(clip)
                except SkelshotError as error:
                    unreadable.append(Unreadable(str(place), str(error)))
                else:
                    clips.append(clip)
    if not clips:
        more = len(unreadable) - 1
        others = f"; {more} more cannot be used either" if more > 0 else ""
        raise SkelshotError(f"{unreadable[0].problem}{others}")
    return Intake(clips, unreadable, list(skipped))
