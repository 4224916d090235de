"""Zip archives that lie, at every door that opens one: NTU's, clips' files, tables of features."""

import io
import struct
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from ..cases import Case, Write
from ..inputs import body, npz
from ..places import place_cases
from ..skeletons import OTHER, SKELETON, skeleton
from .features import DOOR as FEATURES

Archive = Callable[[str, bytes], bytes]
"""Makes an archive of a member's name and its good content."""

NTU = ("prepare", "ntu", "{in}/raw", "--out", "{out}", "--workers", "1", "--missing-list", "none",
       "--json")  # fmt: skip
NPZ = ("prepare", "npz", "{in}/raw", "--out", "{out}", "--workers", "1", "--json")

LOCAL, CENTRAL, END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"


def packed(members: list[tuple[zipfile.ZipInfo | str, bytes]], method: int = 8) -> bytes:
    """Make an archive."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", method) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return kept.getvalue()


def patched(content: bytes, signature: bytes, offset: int, value: bytes) -> bytes:
    """Change bytes of every record with this signature."""
    changed, start = bytearray(content), -1
    while (start := changed.find(signature, start + 1)) >= 0:
        changed[start + offset : start + offset + len(value)] = value
    return bytes(changed)


def _renamed(name: str, data: bytes, new: str) -> bytes:
    return packed([(new, data)])


def _link(name: str, data: bytes) -> bytes:
    info = zipfile.ZipInfo(name)
    info.external_attr = 0o120777 << 16
    return packed([(info, b"/etc/passwd")])


def _device(name: str, data: bytes) -> bytes:
    info = zipfile.ZipInfo(name)
    info.external_attr = 0o020666 << 16
    return packed([(info, b"")])


def _overlapping(name: str, data: bytes) -> bytes:
    """Two entries of the list that lead to the same bytes."""
    content = packed([(name, data)])
    start, end = content.index(CENTRAL), content.rindex(END)
    entry, tail = content[start:end], bytearray(content[end:])
    tail[8:12] = struct.pack("<HH", 2, 2)
    tail[12:16] = struct.pack("<L", 2 * len(entry))
    return content[:start] + entry * 2 + bytes(tail)


def _many_entries(name: str, data: bytes) -> bytes:
    """A list of two million entries, as zip64 allows, all of the same bytes."""
    content = packed([(name, data)])
    start, end = content.index(CENTRAL), content.rindex(END)
    entry, count = content[start:end], 2_000_000
    size = len(entry) * count
    place = start + size
    record = struct.pack("<4sQHHLLQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, size, start)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, place, 1)
    tail = struct.pack("<4sHHHHLLH", END, 0, 0, 65535, 65535, 2**32 - 1, 2**32 - 1, 0)
    return content[:start] + entry * count + record + locator + tail


def _flagged(name: str, data: bytes) -> bytes:
    content = patched(packed([(name, data)]), LOCAL, 6, b"\1\0")
    return patched(content, CENTRAL, 8, b"\1\0")


def _of_method(number: int) -> Archive:
    def make(name: str, data: bytes) -> bytes:
        content = patched(packed([(name, data)], 0), LOCAL, 8, struct.pack("<H", number))
        return patched(content, CENTRAL, 10, struct.pack("<H", number))

    return make


def _claiming(size: int) -> Archive:
    def make(name: str, data: bytes) -> bytes:
        return patched(packed([(name, data)]), CENTRAL, 24, struct.pack("<L", size))

    return make


KINDS: dict[str, Archive] = {
    "bzip2": lambda name, data: packed([(name, bytes(90 << 20))], 12),
    "lzma": lambda name, data: packed([(name, bytes(90 << 20))], 14),
    "unknown method": _of_method(99),
    "zstandard": _of_method(93),
    "deflate bomb": lambda name, data: packed([(name, bytes(400 << 20))]),
    "encrypted": _flagged,
    "claims less than it has": _claiming(1),
    "claims four gigabytes": _claiming(2**32 - 2),
    "wrong checksum": lambda name, data: patched(packed([(name, data)]), CENTRAL, 16, b"\0" * 4),
    "another name inside": lambda name, data: patched(packed([(name, data)]), LOCAL, 30, b"XY"),
    "bytes from elsewhere": lambda name, data: patched(
        packed([(name, data)]), CENTRAL, 42, b"\xff\xff\xff\x7f"
    ),
    "overlapping members": _overlapping,
    "two million entries": _many_entries,
    "link": _link,
    "device": _device,
    "name that leads out": lambda name, data: _renamed(name, data, f"../../{name}"),
    "name from the root": lambda name, data: _renamed(name, data, f"/etc/{name}"),
    "name with control characters": lambda name, data: _renamed(name, data, f"\x1b[31m{name}"),
    "archive inside": lambda name, data: packed([("inner.zip", packed([(name, data)]))]),
    "no members": lambda name, data: packed([]),
    "folder alone": lambda name, data: packed([("folder/", b"")]),
    "truncated": lambda name, data: packed([(name, data)])[:-30],
    "list cut off": lambda name, data: packed([(name, data)])[:-60],
    "truncated within": lambda name, data: packed([(name, data)])[: len(data) // 9],
    "empty file": lambda name, data: b"",
    "end alone": lambda name, data: END + bytes(18),
    "end that claims": lambda name, data: END + b"\xff" * 16 + bytes(2),
    "junk in front": lambda name, data: b"\xff" * 999 + packed([(name, data)])[:-9],
    "bytes flipped": lambda name, data: bytes(b ^ 0x55 for b in packed([(name, data)])),
    "member in pieces": lambda name, data: patched(packed([(name, data)]), CENTRAL, 34, b"\7\0"),
}


def _array(array: np.ndarray) -> bytes:
    kept = io.BytesIO()
    np.save(kept, array)
    return kept.getvalue()


def _ntu(make: Archive) -> Write:
    def write(folder: Path, shared: Path) -> None:
        (folder / "raw").mkdir()
        (folder / "raw" / OTHER).write_bytes(skeleton())
        (folder / "raw" / "a.zip").write_bytes(make(SKELETON, skeleton()))

    return write


def _clip(make: Archive) -> Write:
    def write(folder: Path, shared: Path) -> None:
        npz(folder / "raw" / "good.npz")
        (folder / "raw" / "bad.npz").write_bytes(make("joints.npy", _array(body())))

    return write


def _features(make: Archive) -> Write:
    def write(folder: Path, shared: Path) -> None:
        vectors = np.ones((2, 64), np.float32)
        (folder / "a.npz").write_bytes(make("video.npy", _array(vectors)))

    return write


BROKEN = {
    "two million entries", "truncated", "list cut off", "truncated within", "empty file",
    "end that claims", "junk in front", "bytes flipped",
}  # fmt: skip
"""Of these archives no member can be found at all."""

HARMLESS = {"claims four gigabytes", "member in pieces", "no members", "folder alone", "end alone"}
"""Of these all there is can be read, as nothing that is claimed is believed."""


def cases() -> Iterator[Case]:
    """List the cases."""
    for kind, make in KINDS.items():
        if kind in BROKEN:
            yield Case("NTU archive", kind, "", NTU, _ntu(make), ("a.zip",))
        elif kind not in HARMLESS:
            yield Case("NTU archive", kind, "", NTU, _ntu(make), ("a.zip#",), rejected=True)
        if kind != "member in pieces":  # which is then a clip without a label
            yield Case("file of a clip", kind, "", NPZ, _clip(make), ("bad.npz",), rejected=True)
        yield Case("features made elsewhere", f"archive, {kind}", "", FEATURES.words,
                   _features(make), ("a.npz",))  # fmt: skip
    yield from place_cases(FEATURES)
