import pytest

from skelshot.datasets.clips import BadClip
from skelshot.datasets.column_map import ColumnMap, read_column_map
from skelshot.ground import SkelshotError

GOOD = "layout: kinect-v1\njoints: '{joint}{axis}'\n"

REFUSED = {
    "a list": ("[1, 2]", "found list, expected a column map"),
    "no YAML": ("{", "not valid YAML"),
    "no joints": ("layout: coco-17", "joints: found none, expected the columns of the coord"),
    "no layout": ("joints: 2-61", "layout: found none, expected a layout's name"),
    "a typo": (GOOD + "seperator: tab", "unknown option 'seperator', .*did you mean 'separator'"),
    "a number": ("layout: kinect-v1\njoints: 5", "joints: found 5; expected a pattern such as"),
    "column 0": ("layout: kinect-v1\njoints: [0, 1]", "expected the column's name, or its number"),
    "truth": ("layout: kinect-v1\njoints: [true]", "expected the column's name, or its number"),
    "backwards": ("layout: kinect-v1\njoints: 9-2", "found '9-2'; expected columns from 1"),
    "too many": ("layout: kinect-v1\njoints: 1-99999", "expected columns from 1 to 10000"),
    "no lists": ("layout: kinect-v1\njoints: {head: 3}", "expected a list of columns for each"),
    "header": (GOOD + "header: false", "joints: found a name or pattern without a header"),
    "label": (
        "layout: kinect-v1\njoints: 2-61\nheader: false\nlabel: action",
        "label: found a name or pattern without a header",
    ),
    "joint": (GOOD + "joint: j", "joint: found a column of joints, which needs rows: joint"),
    "mapping": (
        "layout: kinect-v1\nrows: joint\njoints: {head: [1, 2]}",
        "joints: found a mapping with rows: joint, expected the columns of one joint",
    ),
    "person": (GOOD + "person: id", "person: found without frame or time"),
    "clocks": (GOOD + "frame: f\ntime: t", "time: found beside frame, expected one of the two"),
    "no regex": (GOOD + "file: '('", "expected a regular expression"),
    "group": (GOOD + "file: '(?P<lable>.)'", "expected the groups label, .*, not lable"),
    "a key": (GOOD + "classes: {01: wave}", "expected text for 1; put it in quotes"),
    "a value": (GOOD + "classes: {a: 1}", "expected text for 1; put it in quotes"),
    "ending": (GOOD + "endings: [CSV]", "expected endings in small letters"),
    "units": (GOOD + "units: miles", r"map\.yaml, line 3, units: found 'miles'"),
    "rows": (GOOD + "rows: joints", "rows: found 'joints'"),
    "skip": (GOOD + "skip: -1", "skip: found -1"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_wrong_map_is_refused_in_one_line(tmp_path, case):
    text, reason = REFUSED[case]
    (tmp_path / "map.yaml").write_text(text)
    with pytest.raises(SkelshotError, match=reason) as found:
        read_column_map(tmp_path / "map.yaml")
    assert str(found.value).startswith(str(tmp_path / "map.yaml"))
    assert "\n" not in str(found.value)


def test_a_layout_of_ones_own_lies_beside_the_map(tmp_path):
    (tmp_path / "map.yaml").write_text("{joints: 1-6, layout: stick.yaml}")
    assert read_column_map(tmp_path / "map.yaml").layout == str(tmp_path / "stick.yaml")


NAMES = {
    "wave_07.csv": {"label": "wave", "subject": 7},
    "day1/wave_07.csv": {"label": "wave", "subject": 7},
}


@pytest.mark.parametrize("path", NAMES)
def test_a_files_name_tells_label_and_numbers(path):
    told = ColumnMap(
        joints="1-60", layout="kinect-v1", file=r"(?P<label>[a-z]+)_(?P<subject>.+)\.csv"
    )
    assert told.from_name(path) == NAMES[path]
    with pytest.raises(BadClip, match=r"file name: found 'wave\.csv', expected \(\?P"):
        told.from_name("wave.csv")
    with pytest.raises(BadClip, match="file name, subject: found 'x', expected a number"):
        told.from_name("wave_x.csv")


def test_a_path_may_tell_too_and_an_optional_group_may_be_silent():
    told = ColumnMap(
        joints="1-60",
        layout="kinect-v1",
        file=r"(?P<label>\w+)/s(?P<subject>\d+)(_c(?P<camera>\d+))?",
    )
    assert told.from_name("bow/s3") == {"label": "bow", "subject": 3}
    assert told.from_name("bow/s3_c2") == {"label": "bow", "subject": 3, "camera": 2}


def test_classes_are_those_of_the_map():
    told = ColumnMap(joints="1-60", layout="kinect-v1", classes={"01": "wave", "02": "bow"})
    assert told.class_of("02") == "bow"
    with pytest.raises(BadClip, match="unknown label: '03' is not one of classes"):
        told.class_of("03")
    assert ColumnMap(joints="1-60", layout="kinect-v1").class_of("03") == "03"
