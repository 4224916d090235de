import time

import numpy as np
import pytest

from skelshot.datasets.clips import BadClip
from skelshot.datasets.field_values import described, numbers_of, text_of, whole_number_of

COUNTING = np.arange(6).reshape(1, 2, 3)


@pytest.mark.parametrize(
    "kind",
    ["f2", "f4", "f8", "g", ">f2", ">f4", ">f8", "i1", "i2", "i4", "i8", ">i8", "u1", "u2", "u8"],
)
@pytest.mark.parametrize("order", ["C", "F"])
def test_numbers_of_every_width_and_order_are_the_same(kind, order):
    found = numbers_of(np.asarray(COUNTING, kind, order=order), "joints")
    assert (found.dtype, found.shape) == (np.float32, (1, 2, 3))
    assert found.dtype.isnative
    assert found.flags.c_contiguous
    np.testing.assert_array_equal(found, COUNTING)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (COUNTING.tolist(), COUNTING),
        ([tuple(row) for row in COUNTING[0].tolist()], COUNTING[0]),
        ([COUNTING[0], COUNTING[0]], [COUNTING[0], COUNTING[0]]),
        ([[1, None], [2.5, 3]], [[1, np.nan], [2.5, 3]]),
        (np.array([1e300, -1e300]), [np.inf, -np.inf]),
        ([2**70, 1], [2.0**70, 1]),
        (np.array(5), 5),
        ([[], []], np.zeros((2, 0))),
    ],
)
def test_other_forms_of_numbers(value, expected):
    np.testing.assert_array_equal(numbers_of(value, "keypoint"), np.asarray(expected, np.float32))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.array([True]), "x: found bool (1,), expected numbers"),
        (np.array([1j]), "x: found complex128 (1,), expected numbers"),
        (np.array(["2020-01-01"], "M8[D]"), "x: found datetime64[D] (1,), expected numbers"),
        (np.array(["1.5"]), "x: found <U3 (1,), expected numbers"),
        (np.array([b"1.5"]), "x: found |S3 (1,), expected numbers"),
        (np.zeros(2, "f4,f4"), "expected numbers"),
        ([["1.5"]], "x: found <U3 (1, 1), expected numbers"),
        ([True, False], "x: found bool (2,), expected numbers"),
        ([1, {}], "x: found object (2,), expected numbers"),
        ([[1, 2], [3]], "x: found lists of different lengths, expected a regular array"),
        ([1, [2]], "x: found lists of different lengths"),
        (None, "x: found none, expected an array of numbers"),
        (3, "x: found 3, expected an array of numbers"),
        ({"a": 1}, "x: found a dictionary with the keys 'a', expected an array"),
        ("text", "x: found 'text', expected an array"),
    ],
)
def test_what_is_no_array_of_numbers_is_refused(value, expected):
    with pytest.raises(BadClip) as caught:
        numbers_of(value, "x")
    assert expected in str(caught.value)


def shared_list(depth):
    value = [1.0]
    for _ in range(depth):
        value = [value] * 1000
    return value


@pytest.mark.parametrize("value", [shared_list(4), shared_list(40), [np.zeros((1000, 1000))] * 500])
def test_lists_that_stand_for_too_much_are_refused_at_once(value):
    start = time.perf_counter()
    with pytest.raises(BadClip, match="expected an array of numbers"):
        numbers_of(value, "x")
    assert time.perf_counter() - start < 1


def test_a_list_that_holds_itself_is_refused():
    value = []
    value.append(value)
    with pytest.raises(BadClip, match="expected an array of numbers"):
        numbers_of(value, "x")


@pytest.mark.parametrize(
    "value",
    [3, 3.0, np.array(3), np.array([3], np.uint8), np.array([[3.0]]), [3], np.array(3, ">i8")],
)
def test_whole_numbers_in_their_many_kinds(value):
    found = whole_number_of(value, "label")
    assert (found, type(found)) == (3, int)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (-1, "-1"), (2**31, "2147483648"), (3.5, "3.5"), (float("nan"), "nan"),
        (float("inf"), "inf"), (True, "True"), ("3", "'3'"), (b"3", "b'3'"), (None, "none"),
        ([1, 2], "a list of 2"), (np.array([1, 2]), "int64 (2,)"), (np.array(True), "True"),
        (np.array(2**63, np.uint64), "9223372036854775808"),
        ({}, "an empty dictionary"),
    ],
)  # fmt: skip
def test_what_is_no_whole_number_is_refused(value, found):
    with pytest.raises(BadClip, match="expected a whole number from 0") as caught:
        whole_number_of(value, "label")
    assert f"label: found {found}" in str(caught.value)
    assert len(str(caught.value)) < 120


def test_a_number_too_long_to_write_is_refused():
    with pytest.raises(BadClip, match="label: found a whole number of 16610 bits, expected"):
        whole_number_of(10**5000, "label")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (" wave ", "wave"), (np.array("wave"), "wave"), (np.array(["wave"]), "wave"),
        (np.array(b"wave"), "wave"), ("波".encode(), "波"), (np.array(7), "7"), (7, "7"),
    ],
)  # fmt: skip
def test_texts_in_their_many_kinds(value, expected):
    assert text_of(value, "label") == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("  ", "label: found ' ', expected text"),
        (np.array(""), "expected text"),
        (np.array(["a", "b"]), "label: found <U1 (2,), expected text"),
        (3.5, "label: found 3.5, expected text"),
        (None, "label: found none"),
        ("a\x07b", r"label: found 'a\\x07b', expected at most 400 printable"),
        ("a\udcffb", "printable characters"),
        (b"\xff\xfe", "printable characters"),
        ("x" * 401, "expected at most 400 printable"),
    ],
)
def test_what_is_no_text_is_refused(value, expected):
    with pytest.raises(BadClip) as caught:
        text_of(value, "label")
    assert expected in str(caught.value)


def test_descriptions_are_short_whatever_the_value():
    huge = "x" * 10**6
    many = {str(number): 0 for number in range(10**5)}
    for value in (huge, [huge] * 9, {huge: huge}, many, (huge,), 1e300, object(), {1}):
        assert len(described(value)) < 300
    assert described(many).endswith("'5' and 99994 more")
