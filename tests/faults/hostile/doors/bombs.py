"""Small inputs that unpack or parse to much, and what is said of the best known others."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from safetensors.numpy import save

from ..cases import Case, Write
from ..inputs import annotated, beside_good, npz
from ..skeletons import SKELETON
from .clips import JOINT_OF_NAN, START
from .features import DOOR, HUGE, NAMES, TENSORS, claims, header

ONE = ("--out", "{out}", "--workers", "1")
LEFT = ("out.rejected.csv",)


def _zipped(name: str, method: int, member: str, data: bytes) -> Write:
    def write(folder: Path, shared: Path) -> None:
        (folder / "raw").mkdir()
        with zipfile.ZipFile(folder / "raw" / name, "w", method) as archive:
            archive.writestr(member, data)

    return write


def _arrays(**arrays: object) -> Write:
    return lambda folder, shared: npz(folder / "raw" / "a.npz", **arrays)


def _text(name: str, data: bytes) -> Write:
    def write(folder: Path, shared: Path) -> None:
        (folder / "raw").mkdir()
        (folder / "raw" / name).write_bytes(data)

    return write


def _ucla(text: bytes) -> Write:
    return _text("a01_s01_e00_v01.json", START + text + b"}")


ALONE: dict[str, tuple[str, Write, str]] = {
    "bzip2 member": ("ntu", _zipped("a.zip", 12, SKELETON, bytes(9 << 20)), "compression bzip2"),
    "lzma member": ("ntu", _zipped("a.zip", 14, SKELETON, bytes(9 << 20)), "compression lzma"),
    "deflate bomb": (
        "ntu", _zipped("a.zip", 8, SKELETON, bytes(300 << 20)), "more than 67108864",
    ),
    "bzip2 array": ("npz", _zipped("a.npz", 12, "joints.npy", bytes(100 << 20)), "another compr"),
    "header bomb": (
        "npz",
        _zipped("a.npz", 8, "joints.npy", b"\x93NUMPY\x02\x00\0\0\0\x10" + b" " * (256 << 20)),
        "its header claims 268435456 bytes",
    ),
    "many small numbers": (
        "npz",
        _arrays(joints=np.zeros((1, 3_500_000, 25, 6), np.uint8)),
        "decompresses to 525000436 bytes",
    ),
    "more numbers than a clip has": (
        "npz",
        _arrays(joints=np.zeros((1, 300_000, 25, 3), np.uint8)),
        "at most 16777216 numbers",
    ),
    "no frames, long": ("npz", _arrays(joints=np.zeros((0, 2**40, 25, 3))), "at most"),
    "a crowd": (
        "npz",
        _arrays(joints=np.ones((100_000, 2, 25, 3), "f4")),
        "found 100000 persons",
    ),
    "empty lists": ("nw-ucla", _ucla(b"[" + b"[]," * 19_000_000 + b"[]]"), "expected at most"),
    "empty lists in bounds": ("nw-ucla", _ucla(b"[" + b"[]," * 3_000_000 + b"[]]"), "values"),
    "one long text": (
        "nw-ucla", _ucla(b'["' + b"x" * 4_000_000 + b'"' + b",1" * 4_000_000 + b"]"), "values",
    ),
    "not a number": (
        "ntu",
        _text(SKELETON, b"5000\n" + 5000 * (b"1\n1" + b" 0" * 9 + b"\n25\n" + 25 * JOINT_OF_NAN)),
        "more than 1048576 fields",
    ),
    "frames without bodies": (
        "ntu", _text(SKELETON, b"30000000\n" + b"0\n" * 30_000_000), "no bod",
    ),
}  # fmt: skip
"""Clips that stand alone, so that nothing is left to prepare."""

BESIDE: dict[str, tuple[str, Write, str]] = {
    "frame_index without axis": ("npz", beside_good(frame_index=np.array(3)), "frame_index: "),
    "frame_index of 2**63": (
        "npz", beside_good(frame_index=np.arange(12, dtype="u8") + 2**63), "frame_index: ",
    ),
    "video_stop of 2**63": (
        "npz", beside_good(video_start=0, video_stop=np.array(2**63 + 5, "u8")), "video_stop: ",
    ),
    "surrogate": ("npz", beside_good(label=np.array("\ud800")), "label: "),
    "name of a long number": ("pyskl", annotated(frame_dir=10**5000), "frame_dir: found int"),
    "label of a long number": ("pyskl", annotated(label=10**5000), "label: "),
    "frames of a long number": ("pyskl", annotated(total_frames=10**5000), "total_frames: "),
    "field of a long number": ("pyskl", annotated(x=1, label={2**62: 1}), "label: "),
}  # fmt: skip
"""Clips beside a good one."""


def _features(video: bytes, names: bytes = NAMES, method: int = 0) -> Write:
    def write(folder: Path, shared: Path) -> None:
        with zipfile.ZipFile(folder / "a.npz", "w", method) as archive:
            archive.writestr("video.npy", video)
            archive.writestr("clips.npy", names)

    return write


def _changed(change: bytes, at: int, listed: int) -> Write:
    """Change two bytes of the first member's own header and of its entry in the list."""

    def write(folder: Path, shared: Path) -> None:
        _features(b"nothing that anyone reads")(folder, shared)
        data = bytearray((folder / "a.npz").read_bytes())
        for start in (at, data.index(b"PK\x01\x02") + listed):
            data[start : start + 2] = change
        (folder / "a.npz").write_bytes(data)

    return write


def _file(name: str, data: bytes) -> Write:
    return lambda folder, shared: _put(folder / name, data)


def _put(path: Path, data: bytes) -> None:
    path.write_bytes(data)


def _with_names(names: str) -> Write:
    vectors = {"video": np.ones((2, 2), np.float32)}
    return _file("a.safetensors", save(vectors, {"clips": names}))


FEATURES: dict[str, tuple[Write, str]] = {
    "80 GB": (_features(claims(HUGE)), "expected at most"),
    "other rows": (_features(claims((10_000_000_000, 2))), "2 clips for 10000000000 rows"),
    "fewer bytes": (_features(claims((2, 2000))), "found 16 bytes for an array"),
    "bzip2": (_features(b"nothing", method=12), "found the compression bzip2"),
    "unknown compression": (_changed(b"\x63\0", 8, 10), "found the compression of method 99"),
    "encrypted": (_changed(b"\1\0", 6, 8), "encrypted"),
    "junk array": (_features(b"nothing that anyone reads"), "not a whole .npz file"),
    "npy": (_file("a.npz", b"\x93NUMPY\x01\x00"), "not a whole .npz"),
    "empty": (_file("a.npz", b""), "not a whole .npz file"),
}
TENSOR_FILES: dict[str, tuple[Write, str]] = {
    "junk header": (_file("a.safetensors", header(b"[" * 100)), "not a whole .safetensors file"),
    "long header": (_file("a.safetensors", b"\xff" * 99), "not a whole"),
    "deep names": (_with_names("[" * 100_000), "not a whole .safetensors file"),
    "many names": (_with_names("[" + "[]," * (6 << 20) + "0]"), "expected at most"),
    "long number": (_with_names("[" + "9" * 5000 + "]"), "not a whole"),
    "nested names": (_with_names("[[1], [2]]"), "clips holds a list of 1"),
}


def cases() -> Iterator[Case]:
    """List the cases."""
    for kind, (format_, write, says) in ALONE.items():
        words = ("prepare", format_, "{in}/raw", *ONE)
        yield Case("clip alone", kind, format_, words, write, (says,), leaves=LEFT)
    for kind, (format_, write, says) in BESIDE.items():
        raw = "{in}/x.pkl" if format_ == "pyskl" else "{in}/raw"
        words = ("prepare", format_, raw, *ONE, "--json")
        yield Case("clip beside a good one", kind, format_, words, write, (says,), rejected=True)
    for door, table in ((DOOR, FEATURES), (TENSORS, TENSOR_FILES)):
        for kind, (write, says) in table.items():
            yield Case(door.name, f"told, {kind}", "", door.words, write, (says,))
