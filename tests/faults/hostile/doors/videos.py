"""Videos that are none, or damaged: one line, whatever the decoder makes of them."""

import struct
from collections.abc import Callable, Iterator
from pathlib import Path

from ..cases import Case, Door
from ..places import place_cases

CLIP = "a00_p00_r00"
DOOR = Door(
    "video",
    ("crop", "{shared}/store", CLIP, "--videos", "{in}/videos", "--whole-frame", "--out", "{out}"),
    f"videos/{CLIP}.avi",
)

Damage = Callable[[bytes], bytes]
"""Makes a hostile video of a good one."""


def _codec(tag: bytes) -> Damage:
    return lambda good: good.replace(b"H264", tag)


def _size(width: int, height: int) -> Damage:
    """Change the size in the stream's own header, and the codec to one that believes it."""

    def damage(good: bytes) -> bytes:
        place = good.index(b"strf") + 8
        sizes = struct.pack("<LLL", 40, width, height)
        return good[:place] + sizes + good[place + 12 :].replace(b"H264", bytes(4))

    return damage


def _flipped(first: float, last: float) -> Damage:
    def damage(good: bytes) -> bytes:
        changed = bytearray(good)
        for place in range(int(len(good) * first), int(len(good) * last)):
            changed[place] ^= 0x5A
        return bytes(changed)

    return damage


def _patched(mark: bytes, offset: int, value: bytes) -> Damage:
    def damage(good: bytes) -> bytes:
        place = good.index(mark) + offset
        return good[:place] + value + good[place + len(value) :]

    return damage


PLAYLIST = b"#EXTM3U\n#EXTINF:1,\n/etc/passwd\n"
BOX = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2"
EBML = b"\x1a\x45\xdf\xa3"

KINDS: dict[str, Damage] = {
    "unknown codec": _codec(b"XQZ9"),
    "no codec": _codec(bytes(4)),
    "codec of sound": _codec(b"mp3 "),
    "another codec": _codec(b"HEVC"),
    "codec of control characters": _codec(b"\x1b[3\n"),
    "text": lambda good: b"no video at all\n" * 999,
    "empty": lambda good: b"",
    "one byte": lambda good: b"R",
    "header alone": lambda good: good[:12],
    "headers alone": lambda good: good[: good.index(b"movi") + 4],
    "truncated in the headers": lambda good: good[:150],
    "zero bytes": lambda good: bytes(1 << 20),
    "zero bytes behind the headers": lambda good: good[: good.index(b"movi") + 4] + bytes(1 << 20),
    "packets flipped": _flipped(0.5, 0.95),
    "all flipped": _flipped(0.0, 1.0),
    "headers flipped": _flipped(0.0, 0.2),
    "size without bound": _size(2**31 - 1, 2**31 - 1),
    "size of a wall": _size(30_000, 30_000),
    "no size": _size(0, 0),
    "negative size": _size(2**32 - 5, 2**32 - 5),
    "list of gigabytes": _patched(b"LIST", 4, b"\xff\xff\xff\x7f"),
    "list of nothing": _patched(b"LIST", 4, bytes(4)),
    "streams of sound": lambda good: good.replace(b"vids", b"auds"),
    "play list": lambda good: PLAYLIST,
    "script": lambda good: b"ffconcat version 1.0\nfile '/etc/passwd'\n",
    "picture": lambda good: b"\x89PNG\r\n\x1a\n" + bytes(999),
    "MP4 without end": lambda good: BOX + b"\x00\x00\x00\x01moov" + b"\xff" * 8 + bytes(99),
    "MP4 of nested boxes": lambda good: BOX + b"".join(
        struct.pack(">L4s", 8 * (9000 - n), b"moov") for n in range(9000)
    ),
    "Matroska without end": lambda good: EBML + b"\x01" + b"\xff" * 7 + bytes(999),
    "Matroska of junk": lambda good: EBML + b"\x80\x18\x53\x80\x67\x01" + b"\xff" * 99,
    "raw H.264 of junk": lambda good: b"\x00\x00\x00\x01\x67" + b"\xa5" * 9999,
    "transport stream of junk": lambda good: (b"\x47" + b"\x5a" * 187) * 999,
    "zip": lambda good: b"PK\x03\x04" + bytes(999),
    "pickle": lambda good: b"\x80\x04\x95" + bytes(999),
}  # fmt: skip


def _damaged(damage: Damage) -> Callable[[Path, Path], None]:
    def write(folder: Path, shared: Path) -> None:
        (folder / "videos").mkdir()
        good = (shared / "videos" / "good_rgb.avi").read_bytes()
        (folder / DOOR.file).write_bytes(damage(good))

    return write


TEACH = ("teach", "{shared}/store", "--teacher", "mini", "--videos", "{in}/videos", "--whole-frame",
         "--out", "{out}")  # fmt: skip


def cases() -> Iterator[Case]:
    """List the cases."""
    for kind, damage in KINDS.items():
        yield Case("video", kind, "", DOOR.words, _damaged(damage), (CLIP,))
    for kind in ("unknown codec", "no size", "text"):
        yield Case("videos of a teacher", kind, "", TEACH, _damaged(KINDS[kind]), ())
    yield from place_cases(DOOR)
