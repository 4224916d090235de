"""Clips whose arrays, texts or lines are wrong: only they are rejected, on later calls too."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ..cases import Case, Door, Write
from ..inputs import beside_good, body, npz, write_ucla
from ..places import place_cases
from ..skeletons import HEADER, OTHER, SKELETON, skeleton
from .archives import NPZ, NTU
from .features import HUGE, array, claims

UCLA = ("prepare", "nw-ucla", "{in}/raw", "--out", "{out}", "--workers", "1", "--json")

ARRAYS: dict[str, dict[str, object]] = {
    "frame_index without axis": {"frame_index": np.array(3)},
    "frame_index of 2^63": {"frame_index": np.arange(12, dtype="u8") + 2**63},
    "frame_index that falls": {"frame_index": np.arange(12)[::-1]},
    "frame_index of NaN": {"frame_index": np.full(12, np.nan)},
    "frame_index of text": {"frame_index": np.array(["a"] * 12)},
    "video_stop of 2^63": {"video_start": 0, "video_stop": np.array(2**63 + 5, "u8")},
    "video_stop before its start": {"video_start": 9, "video_stop": 3},
    "negative subject": {"subject": -1},
    "subject of NaN": {"subject": np.nan},
    "subject of infinity": {"subject": np.inf},
    "subject of two": {"subject": np.array([1, 2])},
    "subject of objects": {"subject": np.array([None])},
    "label of a surrogate": {"label": np.array("\ud800")},
    "label of control characters": {"label": np.array("\x1b[31m\n")},
    "empty label": {"label": np.array("  ")},
    "label without end": {"label": np.array("x" * 50_000)},
    "label of bytes": {"label": np.array(b"\xff\xfe")},
    "label of two": {"label": np.array(["a", "b"])},
    "no joints": {"joints": None},
    "joints of objects": {"joints": np.array([None, {}])},
    "joints of records": {"joints": np.zeros((12, 25), [("x", "f4"), ("y", "f4")])},
    "joints of text": {"joints": np.full((12, 25, 3), "1.0")},
    "joints of truth": {"joints": np.ones((12, 25, 3), bool)},
    "complex joints": {"joints": np.ones((12, 25, 3), complex)},
    "joints of dates": {"joints": np.zeros((12, 25, 3), "M8[s]")},
    "joints of NaN": {"joints": np.full((12, 25, 3), np.nan)},
    "infinite joints": {"joints": np.full((12, 25, 3), -np.inf)},
    "joints beyond float32": {"joints": np.full((12, 25, 3), 1e300)},
    "joints of 1e38": {"joints": body() * np.float32(1e37)},
    "joints all zero": {"joints": np.zeros((12, 25, 3))},
    "no axes": {"joints": np.array(1.0)},
    "one axis": {"joints": np.ones(75)},
    "six axes": {"joints": np.ones((1, 1, 1, 12, 25, 3))},
    "no frames": {"joints": np.ones((0, 25, 3))},
    "one frame": {"joints": body(frames=1)},
    "no persons": {"joints": np.ones((0, 12, 25, 3))},
    "a crowd": {"joints": np.ones((5000, 2, 25, 3), "f4")},
    "no channels": {"joints": np.ones((12, 25, 0))},
    "nine channels": {"joints": np.ones((12, 25, 9))},
    "other joints": {"joints": body(joints=7)},
    "more numbers than a clip has": {"joints": np.zeros((1, 300_000, 25, 3), np.uint8)},
    "no frames, long": {"joints": np.zeros((0, 2**40, 25, 3))},
    "another layout": {"layout": np.array("coco-17")},
    "unknown layout": {"layout": np.array("/dev/zero")},
    "layout of a file": {"layout": np.array("../x.yaml")},
    "presence of another shape": {"present": np.ones((9, 9), bool)},
    "nobody present": {"present": np.zeros((1, 12), bool)},
    "confidence beyond one": {"confidence": np.full((1, 12, 25), 1e9)},
    "pixels of another shape": {"pixels": np.ones((1, 2, 3, 4))},
    "picture of nothing": {"pixels": np.ones((1, 12, 25, 2)), "picture_size": np.array([0, 0])},
    "video of control characters": {"video": np.array("\x1b[31m.avi")},
}

FILES = {
    "80 gigabytes claimed": claims(HUGE),
    "negative shape": claims((-12, 25, 3)),
    "shape that overflows": claims((2**31, 2**31, 2**31)),
    "order as text": claims((12, 25, 3), order="'x'"),
    "objects claimed": claims((2, 2), "'|O'"),
    "kind that runs": claims((2, 2), "__import__('os').system('true')"),
    "version nine": b"\x93NUMPY\x09\x00" + bytes(99),
    "header of junk": b"\x93NUMPY\x01\x00\x10\x00" + b"(" * 16,
    "header of gigabytes": b"\x93NUMPY\x02\x00\xff\xff\xff\xff" + bytes(99),
    "cut off": array(body())[:-9],
    "longer": array(body()) + bytes(9),
    "empty": b"",
    "a pickle": b"\x80\x04\x95" + bytes(99),
}
"""Files `.npy` of a single array."""

JOINT_OF_NAN = b"nan " * 11 + b"2\n"
JOINT = b"0.1 0.2 3.0 1 2 960 540 1 0 0 0 2\n"


def _frame(number: bytes) -> bytes:
    """Write a frame of one body whose joints are all this number."""
    return b"1\n" + HEADER.encode() + b"\n25\n" + 25 * ((number + b" ") * 11 + b"2\n")


SKELETONS = {
    "empty": b"",
    "frames that are no number": b"x\n",
    "frames of 5000 digits": b"9" * 5000 + b"\n",
    "negative frames": b"-3\n",
    "billions of frames": b"4000000000\n1\n",
    "frames without bodies": b"30000000\n" + b"0\n" * 3_000_000,
    "bodies that are no number": b"1\n\xb2\n",
    "billions of bodies": b"1\n4000000000\n",
    "other joints": b"1\n1\n" + HEADER.encode() + b"\n7\n" + JOINT * 7,
    "eleven fields": b"1\n1\n" + HEADER.encode() + b"\n25\n" + JOINT[:-3] + b"\n" + JOINT * 24,
    "fields of text": skeleton().replace(b"960", b"abc", 3),
    "all NaN": b"14\n" + 14 * _frame(b"nan"),
    "all infinite": b"14\n" + 14 * _frame(b"inf"),
    "not a number, long": b"5000\n" + 5000 * _frame(b"nan"),
    "cut off": skeleton()[:-400],
    "lines behind": skeleton() + b"1\n",
    "zero bytes": bytes(4096),
    "a zero byte inside": skeleton().replace(b" 1 2 ", b" 1\x002 ", 1),
    "UTF-16": skeleton().decode().encode("utf-16"),
    "other digits": skeleton().replace(b"\n25\n", "\n\u0662\u0665\n".encode(), 1),
    "one long line": b"1 " * 3_000_000,
    "spaces alone": b" " * (8 << 20),
    "gzip": b"\x1f\x8b\x08" + bytes(99),
}  # fmt: skip

CHANGES: dict[str, dict[str, object]] = {
    "no frames": {"skeletons": []},
    "frames of text": {"skeletons": "x"},
    "a frame of null": {"skeletons": [None]},
    "other joints": {"skeletons": [[[1, 2, 3]] * 7] * 9},
    "joints of two": {"skeletons": [[[1, 2]] * 20] * 9},
    "joints of text": {"skeletons": [[["a", "b", "c"]] * 20] * 9},
    "joints of truth": {"skeletons": [[[True, False, True]] * 20] * 9},
    "joints of null": {"skeletons": [[[None, None, None]] * 20] * 9},
    "joints of NaN": {"skeletons": [[[float("nan")] * 3] * 20] * 9},
    "infinite joints": {"skeletons": [[[1e999, 1, 1]] * 20] * 9},
    "joints beyond float32": {"skeletons": [[[1e300, 1, 1]] * 20] * 9},
    "ragged": {"skeletons": [[[1, 2, 3]] * 20, [[1, 2, 3]] * 19]},
    "nested deeper": {"skeletons": [[[[1], [2], [3]]] * 20] * 9},
    "another label": {"label": 9},
    "label of text": {"label": "1"},
    "label of a list": {"label": [[1]] * 1000},
    "label of 64 bits": {"label": 2**63},
    "another name": {"file_name": "\x1b[31m"},
    "name of a list": {"file_name": list(range(10_000))},
}
TEXTS = {
    "empty lists": b"[" + b"[]," * 3_000_000 + b"[]]",
    "one long text": b'["' + b"x" * 4_000_000 + b'"' + b",1" * 4_000_000 + b"]",
    "more than a clip": b"[" + b"[]," * 19_000_000 + b"[]]",
}
START = b'{"file_name": "a01_s01_e00_v01", "label": 1, "skeletons": '


def _clip_file(name: str, data: bytes) -> Write:
    def write(folder: Path, shared: Path) -> None:
        npz(folder / "raw" / "good.npz")
        table = "file,label\nbad.npy,wave\n"
        (folder / "raw" / "labels.csv").write_text(table)
        (folder / "raw" / name).write_bytes(data)

    return write


def _skeleton(data: bytes) -> Write:
    def write(folder: Path, shared: Path) -> None:
        (folder / "raw").mkdir()
        (folder / "raw" / OTHER).write_bytes(skeleton())
        (folder / "raw" / SKELETON).write_bytes(data)

    return write


def _ucla(data: bytes | dict[str, object]) -> Write:
    def write(folder: Path, shared: Path) -> None:
        (folder / "raw").mkdir()
        write_ucla(folder / "raw" / "a01_s01_e00_v02.json")
        bad = folder / "raw" / "a01_s01_e00_v01.json"
        if isinstance(data, bytes):
            bad.write_bytes(data)
        else:
            write_ucla(bad, **data)

    return write


def _good_skeleton(folder: Path, shared: Path) -> None:
    (folder / "raw").mkdir()
    (folder / "raw" / OTHER).write_bytes(skeleton())


def _good_npz(folder: Path, shared: Path) -> None:
    npz(folder / "raw" / "good.npz")


PLACES = (
    Door("NTU file", NTU, f"raw/{SKELETON}", _good_skeleton, rejected=True),
    Door("arrays of a clip", NPZ, "raw/bad.npz", _good_npz, rejected=True),
)

NAMES = {
    "not UTF-8": b"b\xffd",
    "control characters": b"b\x1b[31m",
    "a line break": b"b\nd",
    "very long": b"b" * 240,
    "right to left": "b\u202ed".encode(),
    "quotes and commas": b'b",",d',
}


def _names(ending: str) -> Iterator[tuple[str, Write]]:
    for kind, name in NAMES.items():

        def write(folder: Path, shared: Path, name: bytes = name) -> None:
            import os

            bad = os.fsdecode(name) + ending
            if ending == ".npz":
                _good_npz(folder, shared)
                npz(folder / "raw" / bad, joints=np.ones(3))
            elif ending == ".json":
                _ucla({})(folder, shared)
                (folder / "raw" / "a01_s01_e00_v01.json").rename(folder / "raw" / bad)
            else:
                _good_skeleton(folder, shared)
                (folder / "raw" / bad).write_bytes(skeleton())

        yield kind, write


def cases() -> Iterator[Case]:
    """List the cases."""
    for kind, arrays in ARRAYS.items():
        yield Case("arrays of a clip", kind, "", NPZ, beside_good(**arrays), ("bad.npz",),
                   rejected=True)  # fmt: skip
    for kind, data in FILES.items():
        yield Case("array in a file", kind, "", NPZ, _clip_file("bad.npy", data), ("bad.npy",),
                   rejected=True)  # fmt: skip
    for kind, data in SKELETONS.items():
        yield Case("NTU file", kind, "", NTU, _skeleton(data), (SKELETON,), rejected=True)
    for kind, changes in CHANGES.items():
        yield Case("NW-UCLA clip", kind, "", UCLA, _ucla(changes), ("v01",), rejected=True)
    for kind, text in TEXTS.items():
        yield Case("NW-UCLA clip", kind, "", UCLA, _ucla(START + text + b"}"), ("v01",),
                   rejected=True)  # fmt: skip
    for door in PLACES:
        yield from place_cases(door, "folder", "nothing there", "unreadable")
    for ending, words in ((".npz", NPZ), (".json", UCLA), (".skeleton", NTU)):
        for kind, write in _names(ending):
            yield Case("name of a clip", f"{kind}, {ending[1:]}", "", words, write, (),
                       rejected=True)  # fmt: skip
