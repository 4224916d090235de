import pytest

from skelshot.datasets.clips import BadClip
from skelshot.datasets.column_map import ColumnMap
from skelshot.datasets.column_places import JointNames, places_of
from skelshot.skeletons.layouts import layout_from

STICK = layout_from(
    {
        "name": "stick",
        "joints": ["hip", "left hand", "head"],
        "bones": [["left hand", "hip"], ["head", "hip"]],
    }
)


def found(header, **fields):
    told = ColumnMap(layout=STICK, **fields)
    return places_of(told, JointNames(STICK, told), header)


HEADERS = {
    "as the layout": (
        ["t", "hip_x", "hip_y", "left hand_x", "left hand_y", "head_x", "head_y"],
        {},
    ),
    "other spellings": (["t", "Hip_X", "Hip_Y", "LHand_X", "LHand_Y", "HEAD_X", "HEAD_Y"], {}),
    "numbers": (["t", "0_x", "0_y", "1_x", "1_y", "2_x", "2_y"], {}),
    "numbers from 1": (["t", "1_x", "1_y", "2_x", "2_y", "3_x", "3_y"], {"first_joint": 1}),
    "own names": (
        ["t", "root_x", "root_y", "p7_x", "p7_y", "head_x", "head_y"],
        {"names": {"hip": "root", "left hand": "p7"}},
    ),
    "others between": (
        ["t", "hip_x", "hip_y", "HAND_LEFT_x", "HAND_LEFT_y", " head_x ", "head_y", "tail_x"],
        {},
    ),
}


@pytest.mark.parametrize("case", HEADERS)
def test_a_pattern_finds_the_columns(case):
    header, fields = HEADERS[case]
    places = found(header, joints="{joint}_{axis}", time="t", **fields)
    assert places.joints.tolist() == [[1, 2], [3, 4], [5, 6]]
    assert places.one == {"time": 0}
    assert places.confidence is None


LISTS = {
    "a range": ("2-7", [[1, 2], [3, 4], [5, 6]]),
    "numbers": ((7, 6, 5, 4, 3, 2), [[6, 5], [4, 3], [2, 1]]),
    "names": (("a", "b", "c", "d", "e", "f"), [[0, 1], [2, 3], [4, 5]]),
    "three axes": (("a", "b", "c", "d", "e", "f", 7, 8, 9), [[0, 1, 2], [3, 4, 5], [6, 7, 8]]),
    "by joint": (
        {"head": ("a", "b"), "hip": (3, 4), "left hand": ("e", "f")},
        [[2, 3], [4, 5], [0, 1]],
    ),
}


@pytest.mark.parametrize("case", LISTS)
def test_columns_are_told_one_by_one(case):
    joints, places = LISTS[case]
    assert found(list("abcdefghi"), joints=joints).joints.tolist() == places


def test_z_and_confidence_are_found_where_they_are():
    header = [f"{joint}{axis}" for joint in STICK.joints for axis in "xyzc"]
    places = found(header, joints="{joint}{axis}", confidence="{joint}c")
    assert places.joints.tolist() == [[0, 1, 2], [4, 5, 6], [8, 9, 10]]
    assert places.confidence.tolist() == [3, 7, 11]
    places = found(
        ["j", "x", "y", "z", "p"], rows="joint", joints="{axis}", confidence="p", joint=1
    )
    assert (places.joints.tolist(), places.confidence.tolist()) == ([[1, 2, 3]], [4])


PATTERN = {"joints": "{joint}_{axis}"}
GOOD = ["hip_x", "hip_y", "left hand_x", "left hand_y", "head_x", "head_y"]
REFUSED = {
    "one missing": (
        ["hip_x", "hip_y", "left hand_x", "left hamd_y", "head_x", "head_y"],
        PATTERN,
        "joints: the header has no column 'left hand_y'; did you mean 'left hamd_y'",
    ),
    "another pattern": (
        GOOD,
        {"joints": "{joint}-{axis}"},
        "joints: the header has no column 'hip-x'; did you mean 'hip_x'",
    ),
    "z of one": ([*GOOD, "hip_z"], PATTERN, "joints: the header has no column 'left hand_z'"),
    "two of one": (
        [*GOOD, "Hip_x"],
        PATTERN,
        "joints: the header has 'hip_x' and 'Hip_x' for one coordinate",
    ),
    "no joint": (GOOD, {"joints": "hip_{axis}"}, "found 'hip_{axis}', expected {joint} once"),
    "a joint too much": (
        GOOD,
        {**PATTERN, "rows": "joint"},
        "expected no {joint}, as a row is a joint",
    ),
    "no such number": (GOOD, {"joints": "2-7"}, "joints: names column 7, but a row has 6"),
    "no such name": (
        GOOD,
        {**PATTERN, "time": "tme"},
        "time: the header has no column 'tme'; it has hip_x, hip_y,",
    ),
    "a near name": (
        [*GOOD, "time"],
        {**PATTERN, "time": "tme"},
        "time: the header has no column 'tme'; did you mean 'time'",
    ),
    "twice": ([*GOOD, "t", "t"], {**PATTERN, "time": "t"}, "has the column 't' 2 times"),
    "too few": (GOOD, {"joints": "1-5"}, "found 5 columns, expected 2 or 3 for each of 3 joints"),
    "no such joint": (
        GOOD,
        {"joints": {"hip": (1, 2), "haed": (3, 4), "left hand": (5, 6)}},
        "joints: stick has no joint 'haed'; did you mean 'head'",
    ),
    "a joint left out": (
        GOOD,
        {"joints": {"hip": (1, 2), "head": (3, 4)}},
        "joints: expected as many columns for each joint of stick: hip, left hand, head",
    ),
    "names": (
        GOOD,
        {**PATTERN, "names": {"haed": "h"}},
        "names: stick has no joint 'haed'; did you mean 'head'",
    ),
    "confidence": (
        GOOD,
        {**PATTERN, "confidence": (1, 2)},
        "confidence: found 2 columns, expected 3",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_columns_that_are_not_there_are_named_with_the_nearest(case):
    header, fields, reason = REFUSED[case]
    with pytest.raises(BadClip) as refused:
        found(header, **fields)
    assert reason in str(refused.value)
    assert str(refused.value).startswith("column map, ")
