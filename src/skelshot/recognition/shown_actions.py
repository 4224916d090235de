"""Several actions at once: a folder of folders, a table, or a file whose clips have classes."""

import csv
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from io import StringIO
from pathlib import Path

from skelshot.ground import SkelshotError
from skelshot.ground.documents import utf8_text
from skelshot.ground.regular import read_regular
from skelshot.pose.video_reading import AS_USUAL, VideoReading
from skelshot.recognition.clip_files import FoundClip, clips_at, read_clips
from skelshot.recognition.clip_places import clip_places

COLUMNS = ("clip", "action")
"""The columns of a table of clips; more are passed over."""

MOST_BYTES = 16 << 20
"""The largest table that is read."""

Shown = dict[str, list[FoundClip]]


def shown_actions(place: Path | str, videos: VideoReading = AS_USUAL) -> Shown:
    """Read clips of several actions.

    Args:
        place: A folder whose sub-folders are called as the actions that they show; a .csv table
            with the columns `clip` (a file, relative to the table) and `action`; or a store, an
            archive or another file whose clips have classes.
        videos: How videos are read.

    Returns:
        Clips by action, in their order.

    Raises:
        SkelshotError: It is none of these, or a clip cannot be read.
    """
    place = Path(place)
    pairs = _of_table(place, videos) if _is_table(place) else _of_places(place, videos)
    found: Shown = defaultdict(list)
    for action, clip in pairs:
        found[action].append(clip)
    return dict(found)


def _is_table(place: Path) -> bool:
    """Tell a table of clips from a clip that is a table."""
    if place.suffix.lower() != ".csv" or not place.is_file():
        return False
    with place.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        return set(COLUMNS) <= set(next(csv.reader([file.readline(4096)]), []))


def _of_table(table: Path, videos: VideoReading) -> Iterator[tuple[str, FoundClip]]:
    text = utf8_text(read_regular(table, MOST_BYTES), str(table))
    try:
        reader = csv.DictReader(StringIO(text, newline=""))
        rows = [(reader.reader.line_num, row) for row in reader]  # its own lags behind blank lines
    except csv.Error as error:
        raise SkelshotError(
            f"{table}: cannot be read ({error}), expected a CSV table with the columns "
            f"{' and '.join(COLUMNS)}"
        ) from error
    if not rows:
        raise SkelshotError(f"{table}: found no row, expected a clip and its action at least")
    for line, row in rows:
        clip, action = ((row[column] or "").strip() for column in COLUMNS)
        if not clip or not action:
            raise SkelshotError(
                f"{table}: line {line}: found the clip {clip!r:.80} and the action "
                f"{action!r:.80}, expected both; fill them in, or leave the line out"
            )
        try:
            yield from ((action, one) for one in read_clips(table.parent / clip, videos))
        except SkelshotError as error:
            raise SkelshotError(f"{table}: line {line}: {error}") from error


def _of_places(place: Path, videos: VideoReading) -> Iterator[tuple[str, FoundClip]]:
    """Read what lies in sub-folders by their names, and what has classes by these."""
    if not place.exists():
        raise SkelshotError(
            f"{place}: no such file or folder, expected a folder with a sub-folder an action, or a "
            f".csv table with the columns {' and '.join(COLUMNS)}"
        )
    for each in clip_places(place):
        inside = each.relative_to(place).parts if each != place else ()
        folder = inside[0] if len(inside) > 1 or (inside and each.is_dir()) else None
        for clip in clips_at(each, videos):
            if folder is not None:
                yield folder, replace(clip, name=f"{folder}/{clip.name}")
            elif clip.label is not None:
                yield clip.label, clip
            else:
                raise SkelshotError(
                    f"{each}: nothing tells its action, expected it in a sub-folder that is called "
                    "after it; move it there, or write a .csv table with the columns "
                    f"{' and '.join(COLUMNS)}"
                )
