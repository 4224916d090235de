"""A clip's video, found in a folder by name."""

import os
from collections import defaultdict
from functools import cached_property
from pathlib import Path, PurePosixPath

from skelshot.ground import SkelshotError

SUFFIXES = (".avi", ".mp4", ".mkv", ".mov", ".webm")
"""What counts as a video in a folder."""


class VideoFolder:
    """Finds videos anywhere in a folder; it is listed once, at the first search.

    Args:
        folder: The folder, searched with its sub-folders. Names that begin with a dot are
            passed over.

    Raises:
        SkelshotError: There is no such folder.
    """

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder)
        if not self.folder.is_dir():
            found = "a file" if self.folder.exists() else "no such folder"
            raise SkelshotError(f"{self.folder}: found {found}, expected a folder with videos")
        self._unreadable = 0

    def find(self, clip_name: str, video_file: str | None = None) -> Path:
        """Find the video of a clip.

        Args:
            clip_name: The clip's name; `NAME_rgb` (as in NTU RGB+D) and `NAME` are sought with
                the endings .avi, .mp4, .mkv, .mov and .webm.
            video_file: The file that the store names, relative to the raw folder, if it does.
                It is sought there first, then by its name anywhere in the folder, with any of
                the endings. Empty where no video can show the clip.

        Returns:
            The path of the only such file.

        Raises:
            SkelshotError: There is none, or more than one.
        """
        if video_file == "":
            raise SkelshotError(
                f"{clip_name}: its joints stand in the picture of an imagined camera (prepare "
                "--coordinates pixels), which no video shows; take the store that it was made of"
            )
        stems = [f"{clip_name}_rgb", clip_name]
        if video_file is not None:
            named = PurePosixPath(video_file)
            beneath = not named.is_absolute() and ".." not in named.parts
            if beneath and (path := self.folder / named).is_file():
                return path
            stems = [named.stem, *(stem for stem in stems if stem != named.stem)]
        for stem in stems:
            found = self._files.get(stem, [])
            if len(found) == 1:
                return found[0]
            if found:
                raise SkelshotError(
                    f"{self.folder}: found {len(found)} videos of {clip_name} ({found[0]}, "
                    f"{found[1]}, ...), expected one; leave one of them"
                )
        unread = f"; {self._unreadable} sub-folders cannot be read" if self._unreadable else ""
        sought = " or ".join(f"{stem}{SUFFIXES[0]}" for stem in stems)
        raise SkelshotError(
            f"{self.folder}: no video of {clip_name}, expected {sought} (also "
            f"{', '.join(SUFFIXES[1:])}) among {sum(map(len, self._files.values()))} videos"
            f"{unread}"
        )

    @cached_property
    def _files(self) -> dict[str, list[Path]]:
        """All videos by name without ending."""
        files: defaultdict[str, list[Path]] = defaultdict(list)

        def count(_: OSError) -> None:
            self._unreadable += 1

        for folder, subfolders, names in os.walk(self.folder, onerror=count):
            subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
            for name in sorted(names):
                stem, suffix = os.path.splitext(name)  # noqa: PTH122 - ten times faster
                if suffix.lower() in SUFFIXES and not name.startswith("."):
                    files[stem].append(Path(folder) / name)
        return dict(files)
