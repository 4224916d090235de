"""Pickles that run, never end or lie, in every protocol, at PYSKL's door."""

import pickle
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ..cases import Case, Door, content
from ..inputs import annotated
from ..places import place_cases

WORDS = ("prepare", "pyskl", "{in}/x.pkl", "--out", "{out}", "--workers", "1")
DOOR = Door("pickle", WORDS, "x.pkl")
PROTOCOLS = range(6)
DOUBLED = b"2\x86" * 40
"""Makes of any value a tuple whose parts are shared: 2 ** 40 of them when written out."""

ENCODES = b"c_codecs\nencode\nq\x01X\x00\x00\x40\x00" + b"a" * (4 << 20) + b"q\x02X\x06\x00\x00\x00"
ENCODES += b"latin1q\x03]" + b"h\x01h\x02h\x03\x86Ra" * 2000


class _Calls:
    """Reduces to a call."""

    def __init__(self, function: object, *arguments: object) -> None:
        self.call = (function, arguments)

    def __reduce__(self) -> object:
        return self.call


def _called() -> dict[str, object]:
    import os
    import shutil

    return {
        "os.system": _Calls(os.system, "touch pwned"),
        "eval": _Calls(eval, "open('pwned', 'w')"),
        "exec": _Calls(exec, "open('pwned', 'w')"),
        "rmtree": _Calls(shutil.rmtree, "pwned"),
        "getattr": _Calls(getattr, "", "upper"),
        "__import__": _Calls(__import__, "this"),
        "bytes without end": _Calls(bytes, 1 << 40),
        "bytearray": _Calls(bytearray, 1 << 40),
        "numpy.load": _Calls(np.load, "/etc/passwd"),
        "numpy.zeros": _Calls(np.zeros, 1 << 40),
    }


VALUES: dict[str, object] = {
    "nothing": None,
    "a number": 7,
    "a text": "\x1b[31m",
    "no annotations": {"annotations": []},
    "annotations of numbers": {"annotations": [1, 2]},
    "keys of bytes": {b"annotations": 3},
    "a long number": {"annotations": 10**4000},
    "objects": {"annotations": [{"keypoint": np.array([None, {}])}]},
    "records": {"annotations": [{"keypoint": np.zeros(2, [("a", "f4")])}]},
    "dates": {"annotations": [{"keypoint": np.zeros(2, "M8[s]")}]},
    "a masked array": {"annotations": [{"keypoint": np.ma.masked_array([1.0], [True])}]},
    "a path": {"annotations": [{"frame_dir": Path("x")}]},
    "a class": {"annotations": [{"frame_dir": Path}]},
    "a slice": {"annotations": [slice(1)]},
    "a range": {"annotations": range(1 << 60)},
    "split of a list": {"split": ["a"], "annotations": [{}]},
    "split of text": {"split": {"train": "a"}, "annotations": [{}]},
    "split of nothing": {"split": {"train": None}, "annotations": [{}]},
    "split of numbers": {"split": {"train": [0, 1]}, "annotations": [{}]},
    "split of an array": {"split": {"train": np.arange(9)}, "annotations": [{}]},
    "split of splits": {"split": {"train": {"a": ["b"]}}, "annotations": [{}]},
    "split of a long number": {"split": {2**200: ["a"]}, "annotations": [{}]},
    "split of control characters": {"split": {"\x1b[31m\n": ["a"]}, "annotations": [{}]},
    "too many splits": {"split": dict.fromkeys(range(10_001)), "annotations": [{}]},
    "too many names": {"split": {"train": ["a" * 99] * 400_000}, "annotations": [{}]},
}

STEPS: dict[str, tuple[tuple[bytes, ...], str]] = {
    "tuple for a key": ((b"}N", DOUBLED, b"Ns"), "a tuple for a key"),
    "tuple built upon": ((b"}N", DOUBLED, b"NbNs"), "a tuple for a key"),
    "tuple put aside": ((b"}N", DOUBLED, b"q\x000h\x00Ns"), "a tuple for a key"),
    "tuples in set": ((b"\x8f(N", DOUBLED, b"\x90"), "a tuple for a key"),
    "frozen set": ((b"(N", DOUBLED, b"\x91"), "a tuple for a key"),
    "set by name": ((b"cbuiltins\nset\n]N", DOUBLED, b"a\x85R"), "a set with a tuple"),
    "dictionary in pairs": (
        (b"ccollections\nOrderedDict\n]N", DOUBLED, b"N\x86a\x85R"), "a tuple",
    ),
    "kind of numbers": ((b"cnumpy\ndtype\nN", DOUBLED, b"R"), "arrays of a tuple"),
    "shared annotations": ((b"]N", DOUBLED, b"a"), "used over and over"),
    "one hash for all": (
        (b"}(", *(b"\x8a\x0b" + (k * (2**61 - 1)).to_bytes(11, "little") + b"N"
                  for k in range(9, 100_000)), b"u"),
        "a long number for a key",
    ),
    "text made bytes again": ((ENCODES,), "one text made bytes over and over"),
    "lists without end": ((b"]" * 12_000_000,), "more values than a file"),
    "numbers without end": ((b"N0" * 2_500_000,), "more values than a file"),
    "memo number of billions": ((b"Nr\xff\xff\xff\x7f",), "memo number"),
    "memo that is not there": ((b"h\x07",), ""),
    "empty stack": ((b"a",), ""),
    "text of exabytes": ((b"\x8d" + b"\xff" * 7 + b"\x7f",), ""),
    "bytes of gigabytes": ((b"B\xff\xff\xff\x7f",), ""),
    "bytearray of exabytes": ((b"\x96" + b"\xff" * 7 + b"\x7f",), ""),
    "number of gigabytes": ((b"\x8b\xff\xff\xff\x7f",), ""),
    "frame of exabytes": ((b"\x95" + b"\xff" * 7 + b"\x7fN",), ""),
    "digits without end": ((b"L" + b"9" * 400_000 + b"L\n",), ""),
    "extension": ((b"\x82\x01",), "opcode EXT1"),
    "reference outside": ((b"Pfile\n",), "opcode PERSID"),
    "instance of old": ((b"(ios\nsystem\n",), "opcode INST"),
    "object of old": ((b"(cos\nsystem\no",), "opcode OBJ"),
    "a list in itself": ((b"]q\x00h\x00a",), "holds itself"),
    "deep lists": ((b"]" * 5000, b"a" * 4999), ""),
    "buffer outside": ((b"\x97",), ""),
    "nested names": ((b"\x8c\x08builtins\x8c\x0feval.__call__.x\x93",), "may be an attack"),
    "name of control characters": ((b"c\x1b[31m\nx\n",), ""),
    "array of its own bytes": (
        (b"cnumpy\nndarray\n(K\x01\x85c_codecs\nencode\nX\x01\x00\x00\x00b\x85RtR",), "",
    ),
    "stop at once": ((), ""),
    "unknown opcode": ((b"\xfe",), ""),
}  # fmt: skip

FIELDS: dict[str, dict[str, object]] = {
    "name of a long number": {"frame_dir": 10**5000},
    "label of a long number": {"label": 10**5000},
    "frames of a long number": {"total_frames": 10**5000},
    "label of a dictionary": {"label": {2**62: 1}},
    "label of NaN": {"label": float("nan")},
    "negative label": {"label": -2},
    "label beyond all": {"label": 2**31},
    "name of a surrogate": {"frame_dir": "\ud800"},
    "name of control characters": {"frame_dir": "\x1b[31m\n"},
    "empty name": {"frame_dir": ""},
    "name without end": {"frame_dir": "x" * 100_000},
    "name of bytes": {"frame_dir": b"\xff"},
    "name that leads out": {"frame_dir": "../../x\0"},
    "ragged key points": {"keypoint": [[[[1.0, 2.0]], [[1.0]]]]},
    "key points of text": {"keypoint": np.array([["a", "b"]])},
    "no frames": {"keypoint": np.zeros((1, 0, 25, 3)), "total_frames": 0},
    "no joints": {"keypoint": np.zeros((1, 12, 0, 3))},
    "one number": {"keypoint": np.array(3.0)},
    "nine axes": {"keypoint": np.zeros((1,) * 9)},
    "all NaN": {"keypoint": np.full((1, 12, 25, 3), np.nan)},
    "all infinite": {"keypoint": np.full((1, 12, 25, 3), np.inf)},
    "numbers beyond float32": {"keypoint": np.full((1, 12, 25, 3), 1e300)},
    "other joints": {"keypoint": np.ones((1, 12, 7, 3))},
    "other frames": {"total_frames": 13},
    "scores of another shape": {"keypoint_score": np.ones((3, 3))},
    "complex numbers": {"keypoint": np.ones((1, 12, 25, 3), complex)},
}


def cases() -> Iterator[Case]:
    """List the cases."""
    for protocol in PROTOCOLS:
        for kind, value in _called().items():
            says = () if kind == "bytes without end" else ("refused",)  # none is given, of whatever
            yield _named(DOOR.case(f"call of {kind}", _dumped(value, protocol), *says), protocol)
    for kind, value in VALUES.items():
        for protocol in (0, 2, 5):
            yield _named(DOOR.case(f"value, {kind}", _dumped(value, protocol)), protocol)
    for kind, (steps, says) in STEPS.items():
        data = b"\x80\x02" + b"".join(steps) + b"."
        yield DOOR.case(f"steps, {kind}", content(data), *([says] if says else []))
    for kind, changes in FIELDS.items():
        yield Case("annotation", kind, "", (*WORDS, "--json"), annotated(**changes), ("x.pkl#",),
                   rejected=True)  # fmt: skip
    yield from place_cases(DOOR)


def _dumped(value: object, protocol: int):
    data = pickle.dumps(value, protocol)
    return content(data)


def _named(case: Case, protocol: int) -> Case:
    return case._replace(name=f"protocol {protocol}")
