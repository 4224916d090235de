import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skelshot.datasets import text_arrays
from skelshot.datasets.clips import BadClip
from skelshot.datasets.column_map import ColumnMap
from skelshot.datasets.text_arrays import label_in, read_text_clip
from skelshot.skeletons.layouts import layout_from

STICK = layout_from(
    {
        "name": "stick",
        "joints": ["hip", "left hand", "head"],
        "bones": [["left hand", "hip"], ["head", "hip"]],
    }
)
SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "space": "  "}


def read(text, **fields):
    told = ColumnMap(layout=STICK, **fields)
    return read_text_clip(text.encode(), "a.csv", told, STICK)


def joints_of(text, **fields):
    return read(text, **fields).arrays["joints"].tolist()


NAN = pytest.approx(np.nan, nan_ok=True)


def test_a_row_a_frame():
    found = read("1,2,3,4,5,6\n7,8,9,10,,12\n", joints="1-6", header=False)
    assert found.arrays["joints"][0, 0].tolist() == [[1, 2], [3, 4], [5, 6]]
    assert found.arrays["joints"][0, 1, 2].tolist() == [NAN, 12]
    assert found.arrays["present"].all()
    assert found.label is None


def test_a_row_a_joint_in_the_layouts_order():
    rows = "".join(f"{n},{n + 0.5}\n" for n in range(6))
    found = joints_of(rows, joints="1-2", header=False, rows="joint")
    assert found == [[[[0, 0.5], [1, 1.5], [2, 2.5]], [[3, 3.5], [4, 4.5], [5, 5.5]]]]


def test_a_row_a_joint_by_name_in_any_order_and_one_left_out():
    rows = "f,joint,x,y\n9,Head,5,6\n9,hip,1,2\n7,head,50,60\n7,HandLeft,30,40\n7,hip,10,20\n"
    found = read(rows, joints="{axis}", rows="joint", frame="f", joint="joint")
    assert found.arrays["frame_index"].tolist() == [7, 9]
    joints = found.arrays["joints"][0]
    assert joints[0].tolist() == [[10, 20], [30, 40], [50, 60]]
    assert joints[1].tolist() == [[1, 2], [NAN, NAN], [5, 6]]


def test_persons_come_and_go():
    rows = "f,id,a,b,c,d,e,g\n1,p,1,2,3,4,5,6\n2,p,1,2,3,4,5,6\n2,q,7,8,9,10,11,12\n"
    found = read(rows, joints=tuple("abcdeg"), frame="f", person="id")
    assert found.arrays["present"].tolist() == [[True, True], [False, True]]
    assert found.arrays["joints"].shape == (2, 2, 3, 2)
    assert found.arrays["joints"][1, 1].tolist() == [[7, 8], [9, 10], [11, 12]]


def test_frames_are_put_in_order_and_times_may_stand_still():
    rows = "f,a,b,c,d,e,g\n3,1,2,3,4,5,6\n1,7,8,9,10,11,12\n"
    found = read(rows, joints=tuple("abcdeg"), frame="f")
    assert found.arrays["frame_index"].tolist() == [1, 3]
    assert found.arrays["joints"][0, :, 0, 0].tolist() == [7, 1]
    still = rows.replace("3,1,2", "1,1,2")
    timed = read(still, joints=tuple("abcdeg"), time="f")
    assert timed.arrays["joints"].shape == (1, 2, 3, 2)
    assert "frame_index" not in timed.arrays


def test_labels_are_read_and_are_one_a_file():
    rows = "label,a,b,c,d,e,g\nwave,1,2,3,4,5,6\nwave,7,8,9,10,11,12\n"
    told = ColumnMap(layout=STICK, joints=tuple("abcdeg"), label="label")
    assert read_text_clip(rows.encode(), "a.csv", told, STICK).label == "wave"
    assert label_in(rows.encode(), "a.csv", told, STICK) == "wave"
    assert label_in(b"label,a,b,c,d,e,g\n", "a.csv", told, STICK) is None
    with pytest.raises(BadClip, match="line 3: found the label 'bow' below 'wave', expected one"):
        read(rows.replace("\nwave,7", "\nbow,7"), joints=tuple("abcdeg"), label="label")


HEADER = "f,id,j,x,y\n"
BY_JOINT = {"joints": "{axis}", "rows": "joint", "frame": "f", "joint": "j"}
IN_ORDER = {"joints": "{axis}", "rows": "joint"}
REFUSED = {
    "a joint twice": (
        HEADER + "1,p,hip,1,2\n1,p,head,3,4\n1,p,Hip,5,6\n",
        BY_JOINT,
        "line 4: found the frame, person and joint of line 2 again, expected each once",
    ),
    "no such joint": (
        HEADER + "1,p,hip,1,2\n1,p,haed,3,4\n",
        BY_JOINT,
        "line 3: found the joint 'haed', expected one of stick; did you mean 'head'?",
    ),
    "joint 3 of 3": (HEADER + "1,p,3,1,2\n", BY_JOINT, "line 2: found the joint '3'"),
    "half a frame number": (
        HEADER + "1.5,p,hip,1,2\n",
        BY_JOINT,
        "line 2, frame: expected a whole number in every row",
    ),
    "no frame number": (HEADER + ",p,hip,1,2\n", BY_JOINT, "line 2, frame: expected a whole"),
    "a huge frame number": (HEADER + "1e300,p,hip,1,2\n", BY_JOINT, "line 2, frame: expected"),
    "no time": (
        HEADER + "nan,p,hip,1,2\n",
        {**IN_ORDER, "time": "f", "joint": "j"},
        "line 2, time: expected a number in every row",
    ),
    "rows left over": (
        HEADER + "1,p,hip,1,2\n" * 4,
        IN_ORDER,
        "found 4 rows, expected a multiple of 3, one a joint",
    ),
    "rows too few in a frame": (
        HEADER + "1,p,a,1,2\n" * 3 + "2,p,a,1,2\n" * 2,
        {**IN_ORDER, "frame": "f"},
        "line 5: its frame has 2 rows, expected 3, one a joint; name the column of joints",
    ),
    "a frame twice": (
        "f,a,b,c,d,e,g\n" + "1,1,2,3,4,5,6\n" * 2,
        {"joints": "2-7", "frame": "f"},
        "line 3: found the frame, person and joint of line 2 again",
    ),
    "time runs back": (
        "f,a,b,c,d,e,g\n2,1,2,3,4,5,6\n1,1,2,3,4,5,6\n",
        {"joints": "2-7", "time": "f"},
        "line 3, time: found less than in the row before",
    ),
    "a blank label": (
        "l,a,b,c,d,e,g\n ,1,2,3,4,5,6\n",
        {"joints": "2-7", "label": "l"},
        "line 2, label: found",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_rows_that_fit_nowhere_are_refused(case):
    text, fields, reason = REFUSED[case]
    with pytest.raises(BadClip) as refused:
        read(text, **fields)
    assert reason in str(refused.value)


def test_memory_is_bounded_where_each_row_is_another_person_and_frame(monkeypatch):
    rows = HEADER + "".join(f"{n},{n},hip,1,2\n" for n in range(5000))
    with pytest.raises(BadClip, match="found 5000 persons in 5000 frames, expected at most"):
        read(rows, **BY_JOINT, person="id")
    monkeypatch.setattr(text_arrays, "MAX_NUMBERS", 100)
    with pytest.raises(BadClip, match="found more than 100 numbers; cut the recording"):
        read(rows, **BY_JOINT)


NUMBERS = st.floats(-1e6, 1e6, width=32)


@st.composite
def clips(draw):
    """Joints (M, T, 3, C), who is there, and how they are written."""
    persons, frames = draw(st.integers(1, 3)), draw(st.integers(1, 4))
    channels = draw(st.sampled_from([2, 3]))
    values = draw(st.lists(NUMBERS, min_size=9 * 12, max_size=9 * 12))
    shape = (persons, frames, 3, channels)
    joints = np.resize(np.array(values, np.float64), shape)
    present = np.array(
        draw(st.lists(st.booleans(), min_size=persons * frames, max_size=persons * frames))
    ).reshape(persons, frames)
    present[0] |= ~present.any(axis=0)  # else a frame or person leaves no trace in the file
    present[:, 0] |= ~present.any(axis=1)
    way = draw(st.sampled_from(list(SEPARATORS)))
    return joints, present, way, draw(st.booleans()), draw(st.randoms(use_true_random=False))


def written(joints, present, separator, by_joint, order):
    """Write a clip as text, in any order of rows, with its column map's fields."""
    axes, names = "xyz"[: joints.shape[3]], ["HIP", "HandLeft", "head"]
    rows = []
    for person, frame in np.argwhere(present):
        numbers = joints[person, frame]
        start = [str(10 * frame + 3), f"p{person}"]
        if by_joint:
            rows += [[*start, names[v], *map(repr, numbers[v].tolist())] for v in range(3)]
        else:
            rows.append([*start, *map(repr, numbers.ravel().tolist())])
    first, *rest = rows
    order.shuffle(rest)  # the first row is of the first person
    own = [*axes] if by_joint else [f"{name}.{axis}" for name in names for axis in axes]
    header = ["frame", "id", *(["j"] if by_joint else []), *own]
    text = "\n".join(SEPARATORS[separator].join(row) for row in [header, first, *rest])
    fields = {"rows": "joint", "joint": "j", "joints": "{axis}"} if by_joint else {}
    return text, {"joints": "{joint}.{axis}", "separator": separator, **fields}


@settings(max_examples=80, deadline=None)
@given(clips())
def test_what_is_written_is_read(clip):
    joints, present, separator, by_joint, order = clip
    text, fields = written(joints, present, separator, by_joint, order)
    found = read(text, frame="frame", person="id", **fields).arrays
    people = list(
        dict.fromkeys(row.split(SEPARATORS[separator])[1] for row in text.split("\n")[1:])
    )
    places = [int(person[1:]) for person in people]  # persons in the order of their first rows
    np.testing.assert_array_equal(found["present"], present[places])
    np.testing.assert_array_equal(found["joints"][present[places]], joints[places][present[places]])
    np.testing.assert_array_equal(found["frame_index"], 10 * np.arange(joints.shape[1]) + 3)
