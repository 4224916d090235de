"""Features made elsewhere and caches of features: tables, headers, names."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from safetensors.numpy import save, save_file

from ..cases import Case, Door, content
from ..documents import BOTH, JSON
from .json_files import PRETRAIN, copied

TEACH = ("teach", "{shared}/store", "--teacher", "precomputed", "--out", "{out}", "--model")
DOOR = Door("features made elsewhere", (*TEACH, "{in}/a.npz"), "a.npz")
TENSORS = Door("tensors made elsewhere", (*TEACH, "{in}/a.safetensors"), "a.safetensors")
CACHE = Door(
    "tensors of a cache",
    (*PRETRAIN, "--features", "{in}/features", "--out", "{out}"),
    "features/features.safetensors",
    copied("features"),
)
HUGE = (2, 10_000_000_000)


def header(text: bytes, data: bytes = b"") -> bytes:
    """Make a safetensors file of a header's text and numbers."""
    return len(text).to_bytes(8, "little") + text + data


def tensor(dtype: str, shape: object, ends: object, data: bytes = bytes(64)) -> bytes:
    """Make a safetensors file of one tensor `video`, whatever is told of it."""
    told = {"video": {"dtype": dtype, "shape": shape, "data_offsets": ends}}
    return header(json.dumps(told).encode(), data)


HEADERS = {
    "empty": b"",
    "seven bytes": b"\1" * 7,
    "length alone": (2).to_bytes(8, "little"),
    "length of exabytes": b"\xff" * 16,
    "length beyond the file": (1 << 30).to_bytes(8, "little") + b"{}",
    "hundred megabytes of spaces": header(b" " * (90 << 20) + b"{}"),
    "no tensors": header(b"{}"),
    "tensor without end": tensor("F32", list(HUGE), [0, 8 * HUGE[1]]),
    "shape and bytes differ": tensor("F32", [2, 2], [0, 64]),
    "negative shape": tensor("F32", [-1, 4], [0, 16]),
    "shape of 2^63": tensor("F32", [2**63, 2**63], [0, 64]),
    "shape that overflows": tensor("F32", [2**32, 2**32], [0, 0]),
    "shape as text": tensor("F32", "2, 2", [0, 16]),
    "offsets the wrong way": tensor("F32", [2, 8], [64, 0]),
    "offsets beyond": tensor("F32", [2, 8], [64, 128]),
    "unknown kind": tensor("F13", [2, 8], [0, 64]),
    "truth values": tensor("BOOL", [2, 32], [0, 64]),
    "tensor twice": header(
        b'{"video":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},'
        b'"video":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}', bytes(8)
    ),
    "notes that are no texts": header(b'{"__metadata__":{"clips":[1]}}'),
    "notes as list": header(b'{"__metadata__":[]}'),
    "many tensors": header(
        b"{" + b",".join(
            b'"t%d":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}' % n for n in range(100_000)
        ) + b"}"
    ),
    "a pickle": b"\x80\x04\x95" + bytes(40),
    "an archive": b"PK\x03\x04" + bytes(40),
    "cut off": save({"video": np.ones((20, 64), np.float32)})[:-9],
    "longer": save({"video": np.ones((20, 64), np.float32)}) + bytes(9),
}  # fmt: skip


def claims(shape: object, descr: str = "'<f4'", order: str = "False") -> bytes:
    """Make an array's file that claims a shape which its bytes do not have."""
    text = f"{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}".ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode() + bytes(16)


def array(value: object, **options: object) -> bytes:
    """Make an array's file."""
    kept = io.BytesIO()
    np.save(kept, np.asarray(value), allow_pickle=True)
    return kept.getvalue()


NAMES = array(["a", "b"])
GOOD = array(np.ones((2, 64), np.float32))
TABLES: dict[str, tuple[bytes, bytes]] = {
    "80 gigabytes claimed": (claims(HUGE), NAMES),
    "other rows": (claims((10_000_000_000, 2)), NAMES),
    "fewer bytes": (claims((2, 2000)), NAMES),
    "negative shape": (claims((-2, 2)), NAMES),
    "shape that overflows": (claims((2, 2**62)), NAMES),
    "shape as text": (claims("'x'"), NAMES),
    "shape of texts": (claims("('x',)"), NAMES),
    "order as text": (claims((2, 2), order="'x'"), NAMES),
    "objects": (array([{}, {}]), NAMES),
    "objects claimed": (claims((2, 2), "'|O'"), NAMES),
    "records": (array(np.zeros((2, 2), [("a", "f4"), ("b", "f4")])), NAMES),
    "sub-arrays": (claims((2,), "('<f4', (2,))"), NAMES),
    "kind that runs": (claims((2, 2), "__import__('os').system('true')"), NAMES),
    "no width": (claims((2, 2), "'|V0'"), NAMES),
    "raw bytes": (array(np.zeros((2, 2), "V8")), NAMES),
    "complex": (array(np.ones((2, 2), complex)), NAMES),
    "dates": (array(np.zeros((2, 2), "M8[s]")), NAMES),
    "truth values": (array(np.ones((2, 2), bool)), NAMES),
    "texts": (array([["a", "b"], ["c", "d"]]), NAMES),
    "not finite": (array(np.full((2, 64), np.nan)), NAMES),
    "infinite": (array(np.full((2, 64), np.inf)), NAMES),
    "beyond float32": (array(np.full((2, 64), 1e300)), NAMES),
    "long floats": (array(np.full((2, 64), 1e4000, np.longdouble)), NAMES),
    "no axes": (array(3.0), NAMES),
    "three axes": (array(np.ones((2, 3, 4))), NAMES),
    "no columns": (array(np.ones((2, 0))), NAMES),
    "no rows": (array(np.ones((0, 8))), array(np.array([], "U1"))),
    "version nine": (b"\x93NUMPY\x09\x00" + bytes(99), NAMES),
    "header of junk": (b"\x93NUMPY\x01\x00\x10\x00" + b"(" * 16, NAMES),
    "header of deep brackets": (b"\x93NUMPY\x01\x00\x00\x20" + b"(" * 8192, NAMES),
    "header of gigabytes": (b"\x93NUMPY\x02\x00\xff\xff\xff\xff" + bytes(99), NAMES),
    "empty member": (b"", NAMES),
    "names as numbers": (GOOD, array([1.5, 2.5])),
    "names as objects": (GOOD, array(np.array(["a", None]))),
    "names twice": (GOOD, array(["a", "a"])),
    "names in two axes": (GOOD, array([["a", "b"]])),
    "names as bytes": (GOOD, array(np.array([b"a", b"\xff"]))),
    "names of surrogates": (GOOD, array(["\ud800", "b"])),
    "names that are too many": (GOOD, claims((2**40,), "'<U1'")),
    "name of gigabytes": (GOOD, claims((2,), "'<U1000000000'")),
    "one name": (GOOD, array("a")),
    "control characters": (GOOD, array(["\x1b[31m", "\n"])),
}


def _archive(video: bytes, clips: bytes) -> Callable[[Path], None]:
    def put(path: Path) -> None:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("video.npy", video)
            archive.writestr("clips.npy", clips)

    return put


def _not_finite(path: Path) -> None:
    """Write the largest table there may be: a gigabyte of NaN that takes a megabyte."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("clips.npy", array([f"c{n}" for n in range(4096)]))
        with archive.open("video.npy", "w") as member:
            member.write(claims((4096, 65536))[:-16])
            row = np.full(65536, np.nan, "<f4").tobytes()
            for _ in range(4096):
                member.write(row)


def _sparse_tensor(path: Path) -> None:
    """Write a file of a gigabyte of zeros, which takes no room."""
    text = b'{"video":{"dtype":"F32","shape":[2,134217728],"data_offsets":[0,1073741824]}'
    text += b',"__metadata__":{"clips":"[\\"a\\",\\"b\\"]"}}'
    with path.open("wb") as handle:
        handle.write(header(text))
        handle.truncate(8 + len(text) + (1 << 30))


def cases() -> Iterator[Case]:
    """List the cases."""
    for kind, (video, clips) in TABLES.items():
        yield DOOR.case(f"array, {kind}", _archive(video, clips))
    yield DOOR.case("a gigabyte of NaN", _not_finite, "not finite")
    yield TENSORS.case("a gigabyte of zeros", _sparse_tensor)
    for door in (TENSORS, CACHE):
        for kind, data in HEADERS.items():
            yield door.case(f"header, {kind}", content(data))
    for kind, (data, _) in (BOTH | JSON).items():
        if len(data) < 1 << 20:
            yield TENSORS.case(f"header as JSON, {kind}", content(header(data)))
            yield CACHE.case(f"header as JSON, {kind}", content(header(data)))
        if b"\0" not in data and data:
            yield TENSORS.case(f"names as JSON, {kind}", _with_names(data.decode("latin-1")))


def _with_names(names: str) -> Callable[[Path], None]:
    vectors = {"video": np.ones((2, 2), np.float32)}
    return lambda path: save_file(vectors, path, metadata={"clips": names})
