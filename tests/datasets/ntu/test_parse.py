import gzip
import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from skelshot.datasets.clips import BadClip
from skelshot.datasets.ntu.parse import number_in, parse_skeleton

JOINT = "0.5 0.25 3 1 2 960 540 1 0 0 0 2"
BODY_ID = 72057594037931101


def body(body_id=BODY_ID, joint=JOINT, count=25):
    return [f"{body_id} 0 1 1 1 1 0 0.02 -0.05 2", str(count)] + [joint] * count


def skeleton(*frames, end="\n"):
    """A file whose frames are lists of bodies."""
    lines = [str(len(frames))]
    for bodies in frames:
        lines.append(str(len(bodies)))
        for rows in bodies:
            lines += rows
    return "".join(line + end for line in lines).encode()


def test_a_body_that_comes_back_keeps_its_frames_and_ids_their_last_digit():
    other = BODY_ID + 1  # the same number as a float
    assert float(other) == float(BODY_ID)
    text = skeleton([body()], [body(other)], [], [body(other), body()], [body()])
    first, second = parse_skeleton(text).bodies
    assert (first.body_id, second.body_id) == (BODY_ID, other)
    assert first.frame_index.tolist() == [0, 3, 4]
    assert second.frame_index.tolist() == [1, 3]


def test_ids_may_be_as_large_as_64_bits_hold():
    (found,) = parse_skeleton(skeleton([body(2**63 - 1)])).bodies
    assert found.body_id == 2**63 - 1
    for far in (2**63, 10**19, 10**40, -1, "1.5", "1e3", "x"):
        with pytest.raises(
            BadClip, match=r"(body id|field 1): found .*expected a (whole )?number"
        ) as bad:
            parse_skeleton(skeleton([body(far)]))
        assert bad.value.line == 3


def one_number(token):
    """Read a file whose first x and first colour column are the token."""
    joint = f"{token} 0.25 3 1 2 {token} 540 1 0 0 0 2"
    (found,) = parse_skeleton(skeleton([body(joint=joint)])).bodies
    assert found.joints[0, 0, 0].tobytes() == found.colour[0, 0, 0].tobytes()
    return found.joints[0, 0, 0]


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(
        st.floats(-100, 100).map(repr),
        st.floats(-100, 100).map(lambda value: f"{value:.7g}"),
        st.floats(-1e-6, 1e-6).map(repr),
        st.from_regex(r"[+-]?[0-9]{1,2}(\.[0-9]{0,30})?(e-[0-9]{1,3})?", fullmatch=True),
        st.from_regex(r"[+-]?\.[0-9]{1,25}([eE]-?0?0?[01])?", fullmatch=True),
    )
)
@example("-0")
@example("0e99999")
@example("9007199254740993e-15")
@example("1.00000017881393421514957253748434595763683319091796875001")
@example("00000000000000000000001.5")
def test_every_number_is_the_nearest_float32_to_the_nearest_double(token):
    wanted = np.float32(float(token))
    assert one_number(token).tobytes() == wanted.tobytes()


@pytest.mark.parametrize(
    "word",
    ["nan", "NaN", "-nan", "-nan(ind)", "nan(snan)", "1.#QNAN", "-1.#IND", "-1.#IND00", "1.#SNAN"],
)
def test_nan_is_known_in_every_spelling(word):
    assert math.isnan(one_number(word))
    assert math.isnan(number_in(word.encode()))


@pytest.mark.parametrize(
    ("word", "wanted"),
    [("inf", 1), ("-INF", -1), ("+Infinity", 1), ("1.#INF", 1), ("-1.#INF00", -1), ("1e999", 1)],
)
def test_infinity_is_known_in_every_spelling(word, wanted):
    assert one_number(word) == wanted * math.inf


@pytest.mark.parametrize(
    "word",
    ["x", "1_0", "1e", "1e+", "--1", "+-1", "1.2.3", ".", "e5", "-", "0x1p3", "1,5", "1\0", "٣"],
)
@pytest.mark.parametrize("column", [0, 3, 6, 8])
def test_what_is_no_number_is_refused_with_its_line(word, column):
    fields = JOINT.split()
    fields[column] = word
    rows = body()
    rows[10] = " ".join(fields)
    with pytest.raises(BadClip, match=r"found '.*', expected a number") as bad:
        parse_skeleton(skeleton([body(5), rows], [body()]))
    assert bad.value.line == 2 + 27 + 11


def test_many_odd_fields_are_read_too():
    joint = "nan inf 0.12345678901234567890 nan nan nan nan nan nan nan nan 1"
    text = skeleton(*[[body(joint=joint)]] * 20)  # more than there is room for at first
    (found,) = parse_skeleton(text).bodies
    assert np.isnan(found.joints[:, :, 0]).all()
    assert np.isinf(found.joints[:, :, 1]).all()
    assert (found.joints[:, :, 2] == np.float32(0.1234567890123456789)).all()


def replaced(line, new):
    lines = skeleton([], [body(5), body()], [body()]).decode().split("\n")
    lines[line - 1] = new
    return "\n".join(lines).encode()


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        (b"", 1, "the file is empty, expected the number of frames, 1 or more"),
        (b"\n \n", 1, "first line: found '', expected the number of frames, 1 or more"),
        (replaced(1, "0"), 1, "first line: found '0', expected the number of frames"),
        (replaced(1, "-3"), 1, "first line: found '-3', expected"),
        (replaced(1, "3 3"), 1, "first line: found '3 3', expected"),
        (replaced(1, "2"), 58, "found '1' after the last of 2 frames, expected the file's end"),
        (replaced(1, "99999999999999999"), 85, "frame 4 of 99999999999999999: the file ends here"),
        (replaced(3, "7"), 3, "frame 2 of 3: found '7', expected the number of bodies, 0 to 6"),
        (replaced(3, ""), 3, "frame 2 of 3: found '', expected the number of bodies"),
        (replaced(3, "1"), 31, "frame 3 of 3: found '72057594037931101 0 1 1 1 1 0 0.02 -0...',"),
        (replaced(4, "5 0 1 1 1 1 0 0.02 0.5"), 4, "body 1: found 9 fields, expected 10 numbers"),
        (replaced(4, "5 0 1 1 1 1 0 0 0 0 0"), 4, "body 1: found 11 fields, expected 10 numbers"),
        (replaced(31, "5 0 1 1 1 1 0 0 0 0"), 31, "frame 2 of 3: the body id 5 occurs twice"),
        (replaced(32, "24"), 32, "frame 2 of 3, body 2: found '24', expected the number of joints"),
        (replaced(33, JOINT + " 2"), 33, "body 2, joint 1: found 13 fields, expected 12 numbers"),
        (replaced(34, JOINT[:-2]), 34, "body 2, joint 2: found 11 fields, expected 12 numbers"),
        (replaced(34, JOINT[:-1] + "3"), 34, "tracking state: found '3', expected 0, 1 or 2"),
        (replaced(34, JOINT[:-1] + "2\r"), 86, "ok"),
        (replaced(34, JOINT[:-1] + "2\r\r"), 34, r"field 12: found '2\\r', expected a number"),
        (replaced(34, "1\r" + JOINT[2:]), 34, r"field 1: found '1\\r5', expected a number"),
        (replaced(35, "1\x0b" + JOINT[2:]), 35, r"found '1\\x0b5', expected a number"),
        (replaced(86, "1"), 86, "found '1' after the last of 3 frames"),
        (skeleton([], [], []), 1, "no body in any of 3 frames"),
        (gzip.compress(skeleton([body()]), mtime=0), 1, "not a .skeleton file but gzip data"),
        (b"PK\x03\x04 and so on", 1, "but a zip archive"),
        (b"\n<!DOCTYPE html>\n<html>", 1, "but a web page, perhaps an error message"),
        (skeleton([body()]).decode().encode("utf-16"), 1, "but UTF-16 text: save it as plain"),
        (skeleton([body()]).decode().encode("utf-16-le"), 1, "but UTF-16 text"),
        (skeleton([body()]).decode().encode("utf-16-be"), 1, "but UTF-16 text"),
        (b"\xef\xbb\xbf" + skeleton([body()]), 1, "but text with a byte-order mark"),
        (skeleton([body()], end="\r"), 1, "first line: found"),
        (bytes(1000), 1, "first line: found"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_line(text, line, reason):
    if reason == "ok":
        parse_skeleton(text)
        return
    with pytest.raises(BadClip, match=reason) as bad:
        parse_skeleton(text)
    assert bad.value.line == line


@pytest.mark.parametrize(("column", "axis"), [(0, "x"), (1, "y"), (2, "z")])
@pytest.mark.parametrize("value", ["100.5", "-1e7", "1" + 30 * "0"])
def test_absurd_coordinates_are_refused_with_their_line(column, axis, value):
    fields = JOINT.split()
    fields[column] = value
    rows = body()
    rows[26] = " ".join(fields)
    text = skeleton([body()], [], [body(), body(6)], [body(6), rows])
    reason = f"frame 4, joint 25: {axis} is .* m, expected at most 100 m"
    with pytest.raises(BadClip, match=reason) as bad:
        parse_skeleton(text)
    assert text.decode().split("\n")[bad.value.line - 1] == rows[26]


def test_seven_bodies_are_refused_and_six_are_read():
    bodies = [body(number) for number in range(7)]
    assert len(parse_skeleton(skeleton(bodies[:6])).bodies) == 6
    with pytest.raises(BadClip, match="found '7', expected the number of bodies, 0 to 6"):
        parse_skeleton(skeleton(bodies))


def test_a_file_cut_off_anywhere_is_found_out():
    text = skeleton([body()], [], [body(), body(6)])
    for size in range(len(text) - 1):
        with pytest.raises(BadClip) as bad:
            parse_skeleton(text[:size])
        assert bad.value.line is not None
    parse_skeleton(text[:-1])
    with_nobody = skeleton([body()], [])
    for size in range(len(with_nobody) - 1):
        with pytest.raises(BadClip):
            parse_skeleton(with_nobody[:size])


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_refused(text):
    with pytest.raises(BadClip):
        parse_skeleton(text)
