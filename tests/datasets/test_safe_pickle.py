import builtins
import contextlib
import copyreg
import io
import os
import pickle
import pickletools
import struct
import subprocess
from collections import OrderedDict
from functools import partial

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skelshot.datasets.safe_pickle import load_plain
from skelshot.ground import SkelshotError


def reduces_to(*reduction):
    """An object whose pickle asks for the call that `reduction` describes."""

    class Asks:
        def __reduce__(self):
            return reduction

    return Asks()


def written(tmp_path, content):
    path = tmp_path / "x.pkl"
    path.write_bytes(content)
    return path


def read_back(tmp_path, value, protocol):
    return load_plain(written(tmp_path, pickle.dumps(value, protocol)))


ARRAYS = [
    np.arange(12, dtype=np.float32).reshape(1, 2, 3, 2),
    np.asfortranarray(np.arange(6, dtype=np.int64).reshape(2, 3)),
    np.arange(24, dtype=np.float16).reshape(2, 3, 4).transpose(2, 0, 1),
    np.array(["a01", "b"]),
    np.array([True, False]),
    np.zeros((0, 3)),
    np.array(2.5),
    np.arange(3, dtype=">i4"),
]


@pytest.mark.parametrize("protocol", [0, 1, 2, 3, 4, 5])
@pytest.mark.parametrize("array", ARRAYS, ids=lambda array: f"{array.dtype.str}{array.shape}")
def test_arrays_come_back(tmp_path, array, protocol):
    found = read_back(tmp_path, {"a": [array, array]}, protocol)
    for copy in found["a"]:
        assert copy.dtype == array.dtype
        np.testing.assert_array_equal(copy, array)


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_plain_values_and_containers_come_back(tmp_path, protocol):
    value = {
        "name": "S001",
        "numbers": (1, -2.5, True, None, 10**30),
        "scalar": np.float64(0.25),
        "text": np.str_("é"),
        "ordered": OrderedDict([("b", 1), ("a", np.int32(2))]),
        "set": {1, 2},
        "bytes": b"\x00\xff",
        3: ["x"],
    }
    found = read_back(tmp_path, value, protocol)
    assert found == value
    assert type(found["scalar"]) is float
    assert type(found["text"]) is str
    assert type(found["ordered"]) is dict


def test_a_list_that_holds_itself_is_refused(tmp_path):
    value = [np.zeros(2)]
    value.append(value)
    with pytest.raises(SkelshotError, match="found a list that holds itself"):
        read_back(tmp_path, value, 4)


def test_shared_lists_come_back_unless_written_out_they_are_too_much(tmp_path):
    value = ["x"]
    for doublings in range(1, 41):  # 2 ** 40 leaves when every path is walked
        value = [value, value]
        if doublings == 10:
            assert len(read_back(tmp_path, value, 4)) == 2
    with pytest.raises(SkelshotError, match="found parts that are used over and over"):
        read_back(tmp_path, value, 4)


GLOBALS = {
    "os.system": reduces_to(os.system, ("touch marker",)),
    "builtins.eval": reduces_to(eval, ("open('marker', 'w')",)),
    "builtins.exec": reduces_to(exec, ("open('marker', 'w')",)),
    "builtins.open": reduces_to(open, ("marker", "w")),
    "builtins.getattr": reduces_to(getattr, (dict, "keys")),
    "subprocess.Popen": reduces_to(subprocess.Popen, (["touch", "marker"],)),
    "numpy.load": reduces_to(np.load, ("inner.npy", None, True)),
    "numpy.save": reduces_to(np.save, ("marker", 1)),
    "numpy.memmap": reduces_to(np.memmap, ("marker", "u1", "w+", 0, (1,))),
    "numpy.fromfile": reduces_to(np.fromfile, ("marker",)),
    "functools.partial": partial(os.system, "touch marker"),
    "copyreg._reconstructor": reduces_to(copyreg._reconstructor, (object, object, None)),
    "builtins.bytearray": reduces_to(bytearray, (10**12,)),
    "pickle.loads": reduces_to(pickle.loads, (b"N.",)),
    "builtins.__import__": reduces_to(builtins.__import__, ("antigravity",)),
}


@pytest.mark.parametrize("protocol", [0, 2, 3, 4, 5])
@pytest.mark.parametrize("place", ["top", "nested", "key", "array argument", "state"])
@pytest.mark.parametrize("attack", GLOBALS)
def test_every_other_name_is_refused_and_nothing_runs(
    tmp_path, monkeypatch, attack, place, protocol
):
    monkeypatch.chdir(tmp_path)
    bad = GLOBALS[attack]
    value = {
        "top": bad,
        "nested": {"annotations": [{"keypoint": np.zeros(2), "label": [(bad,)]}]},
        "key": [("a", {1: bad})],
        "array argument": reduces_to(np.dtype, (bad,)),
        "state": reduces_to(np.ndarray, ((1,),), bad),
    }[place]
    with pytest.raises(SkelshotError, match=r"asks for '.*', which data has no need of"):
        read_back(tmp_path, value, protocol)
    assert [path.name for path in tmp_path.iterdir()] == ["x.pkl"]


@pytest.mark.parametrize("attack", ["os.system", "builtins.eval", "builtins.open", "numpy.save"])
def test_these_attacks_would_have_worked(tmp_path, monkeypatch, attack):
    monkeypatch.chdir(tmp_path)
    pickle.loads(pickle.dumps(GLOBALS[attack]))  # noqa: S301 - it only makes an empty file
    assert len(list(tmp_path.iterdir())) == 1


def test_the_name_asked_for_is_named(tmp_path):
    with pytest.raises(SkelshotError, match=r"x\.pkl: refused: asks for '(posix|nt)\.system'"):
        read_back(tmp_path, reduces_to(os.system, ("true",)), 4)


def assembled(*parts):
    return b"\x80\x04" + b"".join(parts) + b"."


def text(value):
    return b"\x8c" + bytes([len(value)]) + value.encode()


RECONSTRUCT = text("numpy.core.multiarray") + text("_reconstruct") + b"\x93"
DTYPE = text("numpy") + text("dtype") + b"\x93"
EMPTY = b")"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"cos\nsystem\n(S'true'\ntR.", "asks for 'os.system'"),
        (b"(S'true'\nios\nsystem\n.", "opcode INST"),
        (b"(cos\nsystem\nS'true'\no.", "opcode OBJ"),
        (b"\x80\x02\x82\x01.", "opcode EXT1"),
        (b"Pouter\n.", "opcode PERSID"),
        (b"K\x01Q.", "opcode BINPERSID"),
        # a memo trick: the name is put together from memoised halves
        (assembled(text("os"), b"\x94", text("system"), b"\x94", b"h\x00h\x01\x93"), "'os.system'"),
        (assembled(text("numpy"), text("dtype.__class__"), b"\x93"), r"numpy.dtype.__class__"),
        # memory asked for by a memo number or a length, not by data
        (assembled(b"N", b"r" + struct.pack("<I", 2**31 - 1)), "memo number 2147483647"),
        (assembled(b"\x96" + struct.pack("<Q", 2**50)), "not a whole pickle"),
        # the stand-ins themselves cannot be changed, kept or made without their checks
        (assembled(RECONSTRUCT, b"}", text("x"), text("y"), b"sb"), "a change to a function"),
        (assembled(RECONSTRUCT), "found Door where data was expected"),
        (assembled(RECONSTRUCT, EMPTY, b"R"), "found Array where data was expected"),
        (assembled(RECONSTRUCT, EMPTY, b"\x81"), "not a whole pickle"),
        (assembled(DTYPE, text("f4"), b"\x85R"), "found Dtype where data was expected"),
        (assembled(DTYPE, text("O8"), b"\x85R"), "found arrays of 'O8'"),
        (assembled(DTYPE, text("V99999999"), b"\x85R"), "found arrays of 'V99999999'"),
        (assembled(b"}", RECONSTRUCT, b"K\x01s"), "a dictionary with a _Door for a key"),
        (assembled(b"}]K\x01s"), "not a whole pickle"),
        (b"", "not a whole pickle"),
        (b"hello", "opcode OBJ"),
        (b"no pickle", "not a whole pickle"),
        (b"\x80\x63N.", "not a whole pickle"),
    ],
)
def test_hand_made_pickles_are_refused(tmp_path, content, expected):
    with pytest.raises(SkelshotError, match=expected):
        load_plain(written(tmp_path, content))


def with_state(shape, data, code="f4"):
    return reduces_to(
        np.zeros(0).__reduce__()[0],
        (np.ndarray, (0,), b"b"),
        (1, shape, np.dtype(code), False, data),
    )


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.array([{}, None], object), "found arrays of 'O8'"),
        (np.zeros(2, [("a", "f4")]), "found arrays of 'V4'"),
        (np.array(["2020-01-01"], "M8[D]"), "found arrays of 'M8'"),
        (with_state((3,), b"\0" * 8), r"found 8 bytes for an array of shape \(3,\)"),
        (with_state((2**60,), b"\0" * 8), "found an array of shape"),
        (with_state((-1, -2), b"\0" * 8), "found an array of shape"),
        (with_state((1,) * 20, b"\0" * 4), "found 4 bytes for an array of shape"),
        (with_state(2, b"\0" * 8), "without bytes or shape"),
        (with_state((1,), ["x"]), "an array of objects"),
    ],
)
def test_arrays_that_are_not_what_they_claim_are_refused(tmp_path, value, expected):
    with pytest.raises(SkelshotError, match=expected):
        read_back(tmp_path, value, 2)


def test_deep_nesting_is_refused(tmp_path):
    with pytest.raises(SkelshotError, match="where data was expected"):
        load_plain(written(tmp_path, b"\x80\x04" + b"]" * 500 + b"a" * 499 + b"."))


def test_sizes_and_absence_are_named(tmp_path):
    path = written(tmp_path, pickle.dumps([1] * 100))
    with pytest.raises(SkelshotError, match=f"found {path.stat().st_size} bytes, expected at most"):
        load_plain(path, max_bytes=50)
    with pytest.raises(SkelshotError, match="cannot be read"):
        load_plain(tmp_path / "absent.pkl")


def test_every_cut_is_refused(tmp_path):
    whole = pickle.dumps({"a": np.arange(5), "b": ["x", 1.5]}, 4)
    for end in range(len(whole)):
        with pytest.raises(SkelshotError, match="not a whole pickle"):
            load_plain(written(tmp_path, whole[:end]))


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data(), st.sampled_from([2, 4, 5]))
def test_damage_gives_data_or_one_line_and_nothing_else(tmp_path, data, protocol):
    whole = bytearray(pickle.dumps({"a": np.arange(5), "b": ["x", np.float32(1)]}, protocol))
    for _ in range(data.draw(st.integers(1, 3))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(SkelshotError):  # anything else fails the test
        load_plain(written(tmp_path, bytes(whole)))


def test_the_look_through_reads_what_the_unpickler_reads():
    content = pickle.dumps({"a": 1}, 4) + b"cos\nsystem\n."
    names = [opcode.name for opcode, _, _ in pickletools.genops(io.BytesIO(content))]
    assert names[-1] == "STOP"
    assert "GLOBAL" not in names


def asks_for(module, name):
    return f"c{module}\n{name}\n.".encode()


@pytest.mark.parametrize(
    ("content", "advice"),
    [
        (asks_for("torch._utils", "_rebuild_tensor_v2"), r"PyTorch's tensors .*\.numpy\(\)"),
        (asks_for("pandas.core.frame", "DataFrame"), r"\.to_numpy\(\)"),
        (asks_for("pathlib", "PosixPath"), r"text with str\(\)"),
        (asks_for("numpy.ma.core", "_mareconstruct"), r"masked_array\.filled"),
        (pickle.dumps(np.array([1, None])), r"arrays of 'O8'.*pad lists of unequal lengths"),
        (b"PK\x03\x04rest of torch.save", "found a zip archive, as torch.save"),
        (b"\x1f\x8b\x08\x00rest", "found a file packed by gzip"),
        (b"\x93NUMPY\x01\x00rest", "found an array as numpy.save writes"),
        (b"\x89HDF\r\n", "found an HDF5 file"),
        (b'{"annotations": []}', "found text, perhaps JSON"),
    ],
)
def test_files_of_other_kinds_are_named_with_what_to_do(tmp_path, content, advice):
    with pytest.raises(SkelshotError, match=f"x.pkl: refused: .*{advice}"):
        load_plain(written(tmp_path, content))


@pytest.mark.parametrize("kind", ["g", "c8", "c16"])
def test_numbers_that_no_clip_is_made_of_do_not_stop_the_file(tmp_path, kind):
    array = np.ones(3, kind)
    np.testing.assert_array_equal(read_back(tmp_path, array, 4), array)


def test_a_refusal_is_short_and_quick_whatever_it_refuses(tmp_path):
    """Written out, the tuple would have 2 ** 40 parts."""
    bomb = ("x",)
    for _ in range(40):
        bomb = (bomb, bomb)
    for made in (reduces_to(np.dtype, (bomb,)), with_state((bomb,), b"")):
        with pytest.raises(SkelshotError, match=r"found (arrays of|an array of shape)") as caught:
            read_back(tmp_path, made, 4)
        assert len(str(caught.value)) < 300
