"""Tables and lists of text, and the tables of a store, that people or programs spoilt."""

import io
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ..cases import Case, Door, content
from ..inputs import annotated, npz
from ..places import place_cases
from ..skeletons import SKELETON, skeleton
from .json_files import copied


def _clips(folder: Path, shared: Path) -> None:
    for name in ("one.npz", "two.npz"):
        npz(folder / "raw" / name, label=None)


def _annotated(folder: Path, shared: Path) -> None:
    annotated()(folder, shared)


def _skeletons(folder: Path, shared: Path) -> None:
    (folder / "raw").mkdir()
    (folder / "raw" / SKELETON).write_bytes(skeleton())


ONE = ("--out", "{out}", "--workers", "1")
DOORS = (
    Door(
        "table of labels",
        ("prepare", "npz", "{in}/raw", *ONE),
        "raw/labels.csv",
        _clips,
        leaves=("out.rejected.csv",),
    ),
    Door(
        "list of class names",
        ("prepare", "pyskl", "{in}/x.pkl", "--class-names", "{in}/names.txt", *ONE),
        "names.txt",
        _annotated,
    ),
    Door(
        "list of missing clips",
        ("prepare", "ntu", "{in}/raw", "--missing-list", "{in}/names.txt", *ONE),
        "names.txt",
        _skeletons,
    ),
)

LINES = {
    "empty": b"",
    "blank lines": b"\n" * 9999,
    "UTF-16": "file,label\none,wave\n".encode("utf-16"),
    "latin-1": b"file,label\none,caf\xe9\n",
    "zero bytes": bytes(4096),
    "a zero byte inside": b"file,label\none,w\0ave\n",
    "gzip": b"\x1f\x8b\x08" + bytes(99),
    "spreadsheet": b"PK\x03\x04" + bytes(99),
    "lone surrogate": b"file,label\none,\xed\xa0\x80\n",
    "too large": b"x" * ((64 << 20) + 1),
}
"""What is wrong with any list."""

TABLES = {
    "header alone": b"file,label\n",
    "another header": b"name,class\none,wave\n",
    "column twice": b"file,label,label\none,wave,wave\n",
    "column without name": b"file,label,\none,wave,\n",
    "too many cells": b"file,label\none,wave,more\n",
    "too few cells": b"file,label\none\n",
    "open quote": b'file,label\none,"wave\ntwo,bow\n',
    "quote within": b'file,label\none,wa"ve"\n"two"x,bow\n',
    "file twice": b"file,label\none,wave\none,bow\n",
    "file outside": b"file,label\n../one,wave\n",
    "file from the root": b"file,label\n/etc/passwd,wave\n",
    "drive": b"file,label\nC:\\one,wave\n",
    "unknown files": b"file,label\nnine,wave\nten,bow\n",
    "control characters": b"file,label\none\x1b[31m,wave\n../\x1b[31m,bow\n",
    "blank label": b'file,label\none,"  "\ntwo,bow\n',
    "numbers of text": b"file,label,subject\none,wave,x\ntwo,bow,2\n",
    "negative numbers": b"file,label,subject\none,wave,-1\ntwo,bow,2\n",
    "long numbers": b"file,label,subject\none,wave," + b"9" * 5000 + b"\ntwo,bow,2\n",
    "other digits": "file,label,subject\none,wave,\u0663\ntwo,bow,2\n".encode(),
    "unknown separator": b"sep=|\nfile|label\none|wave\n",
    "a cell of megabytes": b"file,label\none," + b'"' + b"x" * 3_000_000 + b'y"z\n',
    "thousands of columns": b"file,label" + b",x" * 50_000 + b"\n",
    "millions of lines": b"file,label\n" + b"../x,y\n" * 2_000_000,
}
NAMES = {
    "a name twice": b"wave\nwave\n",
    "blank between": b"wave\n\nbow\n",
    "control characters": b"\x1b[31m\n",
    "name without end": b"x" * 100_000,
    "fewer than labels": None,
}

INDEX = Door("index of a store", ("draw", "{in}/store", "--out", "{out}"), "store/index.parquet",
             copied("store"))  # fmt: skip
ARRAYS = ("frames.npy", "present.npy", "frame_index.npy")


def _parquet(**columns: object) -> bytes:
    kept = io.BytesIO()
    pq.write_table(pa.table(columns), kept)
    return kept.getvalue()


def _good_index(shared: Path) -> pa.Table:
    return pq.read_table(shared / "store" / "index.parquet")


INDICES = {
    "empty": b"",
    "magic alone": b"PAR1" * 2,
    "length of gigabytes": b"PAR1" + bytes(40) + b"\xff\xff\xff\x7fPAR1",
    "negative length": b"PAR1" + bytes(40) + b"\xff\xff\xff\xffPAR1",
    "footer of junk": b"PAR1" + b"\x15" * 60 + (40).to_bytes(4, "little") + b"PAR1",
    "other columns": _parquet(a=[1, 2]),
    "text for numbers": _parquet(name=["a"], label=["b"]),
    "nested": _parquet(name=[[1]], label=[{"a": 1}]),
    "no columns": _parquet(),
    "csv": b"name,label\n",
    "arrow": b"ARROW1\0\0" + bytes(99),
}

ROWS: dict[str, tuple[str, object]] = {
    "start": ("start", 7),
    "no frames": ("frames", 0),
    "negative frames": ("frames", -5),
    "frames of 2^62": ("frames", 2**62),
    "persons of 2^62": ("persons", 2**62),
    "negative persons": ("persons", -1),
    "label beyond the classes": ("label", 10**6),
    "negative label": ("label", -2),
    "pixels that are not there": ("has_pixels", True),
}


def _changed(column: str, value: object):
    def write(folder: Path, shared: Path) -> None:
        shutil.copytree(shared / "store", folder / "store")
        table = _good_index(shared)
        place = table.column_names.index(column)
        values = table.column(column).to_pylist()
        values[1] = value
        kind = table.schema.field(column)
        table = table.set_column(place, kind, pa.array(values, kind.type))
        pq.write_table(table, folder / "store" / "index.parquet")

    return write


def cases() -> Iterator[Case]:
    """List the cases."""
    for door in DOORS:
        for kind, data in LINES.items():
            if door.file != "names.txt" or kind != "a zero byte inside":
                yield door.case(kind, content(data))
        absent = ("link to nothing", "nothing there", "folder") if "labels" in door.file else ()
        yield from place_cases(door, *absent)
    for kind, data in TABLES.items():
        yield DOORS[0].case(kind, content(data))
    for kind, data in NAMES.items():
        if data is not None:
            yield DOORS[1].case(kind, content(data))
    for kind, data in INDICES.items():
        yield INDEX.case(kind, content(data))
    yield from place_cases(INDEX)
    for kind, (column, value) in ROWS.items():
        yield Case(INDEX.name, f"row, {kind}", "", INDEX.words, _changed(column, value), ("store",))
    for name in ARRAYS:
        door = INDEX._replace(name="array of a store", file=f"store/{name}")
        for kind, data in {"empty": b"", "junk": bytes(300), "another array": _npy()}.items():
            case = door.case(kind, content(data))
            yield case._replace(name=name)
        for case in place_cases(door):
            yield case._replace(name=name)


def _npy() -> bytes:
    kept = io.BytesIO()
    np.save(kept, np.ones((3, 4)))
    return kept.getvalue()
