"""Files of a raw folder or of a tar archive, listed and read in one way."""

import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from skelshot.datasets.clips import BadClip
from skelshot.datasets.readers import Listing, Source, examples_of, list_raw, natural_key
from skelshot.datasets.tar_archives import TARS, TarArchive
from skelshot.ground import SkelshotError
from skelshot.ground.regular import read_regular

GZIP = ".gz"
_WITH_HEADER = 31
"""What zlib calls a window of the largest size behind a header of gzip."""


class RawFiles:
    """Lists and reads files; a tar archive stays open between members.

    It pickles without the archive, which a worker process opens anew.
    """

    def __init__(self) -> None:
        self._archive: TarArchive | None = None

    def __getstate__(self) -> dict[str, Any]:
        """Leave the open archive behind."""
        return {"_archive": None}

    def listed(self, raw: Path | str, wanted: Callable[[str], bool], expected: str) -> Listing:
        """List the files of a folder and its sub-folders, or the members of an archive.

        Args:
            raw: The folder, one source, or a tar archive.
            wanted: Tells from its name (without folders) whether a file is a source.
            expected: What there should be, for the error message.

        Returns:
            The sources, at least one, and all others.

        Raises:
            SkelshotError: `raw` is missing, another kind of file, or holds no such file.
        """
        raw = Path(raw)
        if wanted(raw.name) or not raw.is_file():
            return list_raw(raw, wanted, f"{expected} (or the tar archive of such a folder)")
        if not raw.name.lower().endswith(TARS):
            raise SkelshotError(
                f"{raw}: found a file, expected a folder that holds {expected}, or an archive that "
                f"ends in {' or '.join(TARS)}"
            )
        names = [name for name in self._opened(raw).names if not _is_hidden(name)]
        names.sort(key=lambda name: (natural_key(name), name))
        found = [name for name in names if wanted(_last(name))]
        others = tuple(f"{raw.name}#{name}" for name in names if not wanted(_last(name)))
        if not found:
            there = f"; it holds {examples_of(others)}" if others else ""
            raise SkelshotError(f"{raw}: the archive holds no {expected}{there}")
        return Listing([Source(f"{raw.name}#{name}", raw, name) for name in found], others)

    def read(self, source: Source, most: int) -> bytes:
        """Read a file or a member; what is packed with gzip is unpacked.

        Args:
            source: One that was listed.
            most: The most bytes it may hold, packed and unpacked.

        Returns:
            What it holds.

        Raises:
            SkelshotError: It cannot be read, is damaged or too large.
        """
        if source.member is None:
            content = read_regular(source.path, most)
        else:
            content = self._opened(source.path).read(source.member, most)
        return gunzipped(content, most) if source.name.lower().endswith(GZIP) else content

    def _opened(self, path: Path) -> TarArchive:
        if self._archive is None or self._archive.path != path:
            if self._archive is not None:
                self._archive.close()
            self._archive = None
            self._archive = TarArchive(path)
        return self._archive


def path_of(source: Source) -> str:
    """Return where a file lies in its folder or archive.

    Args:
        source: A source.

    Returns:
        The path with forward slashes, the same for a folder and for its archive.

    Example:
        >>> path_of(Source("all.tar#day1/wave.csv", Path("all.tar"), "day1/wave.csv"))
        'day1/wave.csv'
    """
    return source.name if source.member is None else source.member


def gunzipped(content: bytes, most: int) -> bytes:
    """Unpack what gzip packed.

    Args:
        content: The packed bytes.
        most: The most bytes they may become; no more than one beyond are ever unpacked.

    Returns:
        The bytes.

    Raises:
        BadClip: They are damaged, cut short, or more.

    Example:
        >>> import gzip
        >>> gunzipped(gzip.compress(b"1,2"), 3)
        b'1,2'
    """
    unpacker = zlib.decompressobj(_WITH_HEADER)
    try:
        found = unpacker.decompress(content, most + 1)
    except zlib.error as error:
        raise BadClip(f"not a whole gzip file ({error}); fetch it again") from error
    if len(found) > most:
        raise BadClip(f"unpacks to more than {most} bytes, expected at most {most} a clip")
    if not unpacker.eof or unpacker.unused_data:
        raise BadClip("not a whole gzip file; fetch it again")
    return found


def _last(name: str) -> str:
    return name.rpartition("/")[2]


def _is_hidden(name: str) -> bool:
    return any(part.startswith(".") for part in name.split("/"))
