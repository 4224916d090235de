"""Reading members of zip archives without unpacking them, whatever the archive claims."""

import stat
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from io import BufferedReader
from pathlib import Path
from zipfile import ZipFile, ZipInfo

from skelshot.datasets.clips import BadClip
from skelshot.ground import SkelshotError
from skelshot.ground.regular import open_regular

ARCHIVES = (".zip", ".gz", ".tgz", ".tar", ".bz2", ".xz", ".7z", ".rar")
"""Endings of archives; one within another is not opened."""

_ENCRYPTED = 0x1
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Only these are unpacked piece by piece; others unpack all of a member at once."""

_OTHER_METHODS = {zipfile.ZIP_BZIP2: "bzip2", zipfile.ZIP_LZMA: "lzma"}
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    OSError,
    EOFError,
    ValueError,
    RuntimeError,  # NotImplementedError too: a kind of compression that is not known
    IndexError,
    KeyError,
    OverflowError,
)


MOST_MEMBERS = 250_000
"""The most members of an archive; NTU RGB+D 120 has 114,480 clips."""

LONGEST_LIST = 64 << 20
"""The most bytes of an archive's list of members."""

_ENTRY = b"PK\x01\x02"
"""With this each entry of the list begins."""


class _ListFirst(BufferedReader):
    """A file of which, at first, no more is read at a time than a list of members may have."""

    most: int | None = MOST_MEMBERS

    def read(self, size: int | None = -1) -> bytes:
        """Return the next bytes."""
        if self.most is None:
            return super().read(size)
        if size is not None and size > LONGEST_LIST:
            raise zipfile.BadZipFile(f"its list of members claims {size} bytes")
        content = super().read(size)
        if (count := content.count(_ENTRY)) > self.most:
            raise zipfile.BadZipFile(f"found {count} members, expected at most {self.most}")
        return content


@contextmanager
def opened_zip(path: Path, most: int = MOST_MEMBERS) -> Iterator[ZipFile]:
    """Open a zip archive whose list of members is bounded before anything is made of it.

    Args:
        path: The archive.
        most: The most members it may have.

    Yields:
        The archive.

    Raises:
        SkelshotError: It is no regular file.
        BadZipFile: It is no zip archive, or has more members.
        OSError: It cannot be read.
    """
    with _ListFirst(open_regular(path).detach()) as file:
        file.most = most
        with ZipFile(file) as archive:
            file.most = None
            yield archive


class Archive:
    """An open zip archive. Nothing is ever written to disk, and no size it claims is trusted.

    Args:
        path: The archive.

    Raises:
        SkelshotError: It cannot be read, is no zip archive, or its end is missing.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._open = ExitStack()
        try:
            self._zip = self._open.enter_context(opened_zip(path))
        except _BROKEN as error:
            raise SkelshotError(
                f"{path}: not a whole zip archive ({error}); it may be truncated, fetch it again"
            ) from error
        files = [info for info in self._zip.infolist() if not info.filename.endswith("/")]
        self._members = {info.filename: info for info in files}
        counts = Counter(info.filename for info in files)
        self._twice = {name for name, count in counts.items() if count > 1}

    @property
    def names(self) -> list[str]:
        """The members that are files, in the order of the archive's list."""
        return list(self._members)

    def size_of(self, name: str) -> int:
        """Return how many bytes a member claims to hold."""
        return self._members[name].file_size

    def check(self, name: str) -> None:
        """Refuse a member that is not to be touched.

        Args:
            name: One of `names`.

        Raises:
            BadClip: Its name leads out of the archive, it is no plain file, is an archive
                itself, encrypted, or there twice.
        """
        info = self._members.get(name)
        if info is None:
            raise BadClip(f"no such member in {self.path.name}")
        if reason := refusal(info):
            raise BadClip(reason)
        if name in self._twice:
            raise BadClip("the archive has two members of this name")

    def read(self, name: str, limit: int) -> bytes:
        """Read a member.

        Args:
            name: One of `names`.
            limit: The most bytes it may hold; no more than one beyond are ever unpacked.

        Returns:
            What it holds.

        Raises:
            BadClip: `check` refuses it, or it is damaged or too large.
        """
        self.check(name)
        try:
            with self._zip.open(self._members[name]) as member:
                content = member.read(limit + 1)
        except _BROKEN as error:
            raise BadClip(f"damaged in the archive ({error}); fetch the archive again") from error
        if len(content) > limit:
            raise BadClip(f"found more than {limit} bytes, expected at most {limit} a clip")
        return content

    def close(self) -> None:
        """Let go of the file."""
        self._open.close()


def refusal(info: ZipInfo) -> str:
    """Say why a member is not to be touched.

    Args:
        info: The archive's entry.

    Returns:
        The reason; empty if there is none.

    Example:
        >>> refusal(ZipInfo("../../etc/passwd"))
        "the member's name leads out of the archive; such archives are not to be trusted"
        >>> refusal(ZipInfo("skeletons/S001C001P001R001A001.skeleton"))
        ''
    """
    written = info.orig_filename
    parts = written.replace("\\", "/").split("/")
    if ".." in parts or parts[0] == "" or parts[0].endswith(":"):
        return "the member's name leads out of the archive; such archives are not to be trusted"
    if "\\" in written or written != info.filename or not written.isprintable():
        return "the member's name holds a backslash or a control character"
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        return "the member is a link or a device, expected a plain file"
    if written.lower().endswith(ARCHIVES):
        return "an archive within the archive is not opened; unpack it first"
    return packing_refusal(info)


def packing_refusal(info: ZipInfo) -> str:
    """Say why the bytes of a member are not to be unpacked.

    Args:
        info: The archive's entry.

    Returns:
        The reason; empty if there is none.

    Example:
        >>> info = ZipInfo("joints.npy")
        >>> info.compress_type = zipfile.ZIP_LZMA
        >>> packing_refusal(info)
        'found the compression lzma, expected none or deflate; pack the archive anew'
    """
    if info.flag_bits & _ENCRYPTED:
        return "encrypted: unpack the archive with its password first"
    if info.compress_type not in _METHODS:
        method = _OTHER_METHODS.get(info.compress_type, f"of method {info.compress_type}")
        return f"found the compression {method}, expected none or deflate; pack the archive anew"
    return ""
