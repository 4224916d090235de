"""Reading members of tar archives without unpacking them, whatever the archive claims."""

import lzma
import tarfile
from collections import Counter
from contextlib import ExitStack
from io import BufferedReader
from pathlib import Path
from tarfile import TarFile, TarInfo
from tempfile import TemporaryFile
from typing import IO

from skelshot.datasets.archives import MOST_MEMBERS
from skelshot.datasets.clips import BadClip
from skelshot.ground import SkelshotError
from skelshot.ground.regular import open_regular

TARS = (".tar", ".tar.xz")
"""Endings of the archives that are read, in any case."""

MOST_UNPACKED = 1 << 30
"""The most bytes that a packed archive may hold; Kinder-Gator holds an eighth of it."""

_MOST_HEADER = 1 << 16
"""The most bytes that are read at once while members are listed, such as a long name."""

_MOST_MEMORY = 128 << 20
"""The most bytes that unpacking may take; the strongest setting of xz takes 65 MB."""

_PIECE = 1 << 20
_BLOCK = 512
_BROKEN = (tarfile.TarError, lzma.LZMAError, EOFError, ValueError, OverflowError, OSError)


class _HeadersFirst(BufferedReader):
    """A file of which, at first, no more is read at a time than a header may have."""

    most: int | None = _MOST_HEADER

    def read(self, size: int | None = -1) -> bytes:
        """Return the next bytes."""
        if self.most is not None and (size is None or not 0 <= size <= self.most):
            raise tarfile.ReadError(f"a header claims {size} bytes")
        return super().read(size)


class TarArchive:
    """An open tar archive, packed with xz or not. No size it claims is trusted.

    A packed one is unpacked, as one file and within bounds, into a temporary file without a
    name; members are never written anywhere.

    Args:
        path: The archive.

    Raises:
        SkelshotError: It cannot be read, is no tar archive, holds too much, or its end is missing.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._open = ExitStack()
        try:
            file = self._open.enter_context(_HeadersFirst(_unpacked(path).detach()))
            self._tar = self._open.enter_context(TarFile(fileobj=file))
            members = list(_members(self._tar, file))
        except _BROKEN as error:
            self._open.close()
            raise SkelshotError(
                f"{path}: not a whole tar archive ({error}); it may be truncated, fetch it again"
            ) from error
        except SkelshotError:
            self._open.close()
            raise
        file.most = None
        counts = Counter(name for name, _ in members)
        self._members = dict(members)
        self._twice = {name for name, count in counts.items() if count > 1}

    @property
    def names(self) -> list[str]:
        """The members that are no folders, without `./` before them, in the archive's order."""
        return list(self._members)

    def size_of(self, name: str) -> int:
        """Return how many bytes a member claims to hold."""
        return self._members[name].size

    def read(self, name: str, limit: int) -> bytes:
        """Read a member.

        Args:
            name: One of `names`.
            limit: The most bytes it may hold.

        Returns:
            What it holds.

        Raises:
            BadClip: It is not there or there twice, its name leads out of the archive, it is no
                plain file, damaged or too large.
        """
        member = self._members.get(name)
        if member is None:
            raise BadClip(f"no such member in {self.path.name}")
        if reason := _refusal(member):
            raise BadClip(reason)
        if name in self._twice:
            raise BadClip("the archive has two members of this name")
        if member.size > limit:
            raise BadClip(f"found {member.size} bytes, expected at most {limit} a clip")
        try:
            file = self._tar.extractfile(member)
            content = file.read(limit) if file else b""
        except _BROKEN as error:
            raise BadClip(f"damaged in the archive ({error}); fetch the archive again") from error
        if len(content) != member.size:
            raise BadClip("cut short in the archive; fetch the archive again")
        return content

    def close(self) -> None:
        """Let go of the file."""
        self._open.close()


def _unpacked(path: Path) -> BufferedReader:
    """Open an archive; a packed one is unpacked into a file that has no name."""
    packed = open_regular(path)
    if not path.name.lower().endswith(".xz"):
        return packed
    unpacker = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_MOST_MEMORY)
    with packed, ExitStack() as on_failure:
        whole: IO[bytes] = on_failure.enter_context(TemporaryFile("w+b"))
        while not unpacker.eof:
            piece = packed.read(_PIECE) if unpacker.needs_input else b""
            if unpacker.needs_input and not piece:
                raise EOFError("its end is missing")
            whole.write(unpacker.decompress(piece, _PIECE))
            if whole.tell() > MOST_UNPACKED:
                raise SkelshotError(
                    f"{path}: holds more than {MOST_UNPACKED} bytes; unpack it and name the folder"
                )
        whole.seek(0)
        on_failure.pop_all()
    return BufferedReader(whole.detach())  # type: ignore[attr-defined]


def _members(tar: TarFile, file: BufferedReader) -> list[tuple[str, TarInfo]]:
    """List the members that are no folders, and look that the list has an end."""
    found: list[tuple[str, TarInfo]] = []
    for number, member in enumerate(tar):
        if number == MOST_MEMBERS:
            raise tarfile.ReadError(f"found more than {MOST_MEMBERS} members")
        if not member.isdir():
            found.append((member.name.removeprefix("./"), member))
    file.seek(tar.offset)
    if file.read(_BLOCK) != bytes(_BLOCK):  # tarfile takes a damaged header for the end
        raise tarfile.ReadError("its end is missing, or a header is damaged")
    return found


def _refusal(member: TarInfo) -> str:
    """Say why a member is not to be touched; empty if there is no reason."""
    name = member.name
    parts = name.replace("\\", "/").split("/")
    if ".." in parts or parts[0] == "" or parts[0].endswith(":"):
        return "the member's name leads out of the archive; such archives are not to be trusted"
    if "\\" in name or not name.isprintable():
        return "the member's name holds a backslash or a control character"
    if not member.isreg() or member.issparse():
        return "the member is a link, a device or sparse, expected a plain file"
    return ""
