"""The opcodes of pickles, against those that Python's own reader finds."""

import io
import pickle
import pickletools

import numpy as np
import pytest

from skelshot.datasets.pickle_steps import opcodes_of

VALUES = {
    "numbers": [0, -1, 255, 256, 65536, -(2**31), 2**40, 2**70, 1.5, True, None, 1 + 2j],
    "texts": ["", "a", "é" * 300, "本" * 100_000, "line\nbreak", b"\0\n", bytearray(b"x")],
    "containers": [(), (1,), (1, 2, 3, 4), {"a": {1, 2}}, frozenset((3,)), [[], {}]],
    "many": list(range(3000)) + [f"clip {i}" for i in range(3000)],
    "arrays": {"keypoint": np.ones((2, 50_000), np.float32), "empty": np.zeros((0, 3))},
    "fits a window": ["x" * ((1 << 18) - extra) for extra in range(40)],
}


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("what", VALUES)
def test_names_positions_and_memo_numbers_are_pythons(what: str, protocol: int) -> None:
    content = pickle.dumps(VALUES[what], protocol) + b"N."
    found = list(opcodes_of(io.BytesIO(content), len(content)))
    expected = list(pickletools.genops(content))
    assert [(name, at) for name, _, _, at in found] == [(op.name, at) for op, _, at in expected]
    for (name, number, cost, _), (_, argument, _) in zip(found, expected, strict=True):
        if any(part in name for part in ("PUT", "GET", "LONG")):
            assert number == argument
        if isinstance(argument, (str, bytes)):
            assert cost >= len(argument)


@pytest.mark.parametrize("protocol", [0, 2, 5])
def test_every_cut_is_an_error(protocol: int) -> None:
    whole = pickle.dumps({"a": np.arange(5), "b": ["x", 1.5, 2**70]}, protocol)
    for end in range(len(whole)):
        with pytest.raises(ValueError, match=r"STOP|of the line|bytes in|newline"):
            list(opcodes_of(io.BytesIO(whole[:end]), end))


@pytest.mark.parametrize(
    "content", [b"\x8e" + b"\xff" * 8, b"T\xff\xff\xff\xff", b"X\0\0\1\0short", b"\xffN."]
)
def test_claims_beyond_the_file_and_unknown_opcodes_are_errors(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"byte 0: "):
        list(opcodes_of(io.BytesIO(content), len(content)))
