import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skelshot.datasets.clips import BadClip
from skelshot.datasets.ntu.names import NtuName, missing_names, ntu_class_names, parse_name
from skelshot.ground import SkelshotError

EXEMPLARS = [
    *(f"S001C003P008R001A{action:03d}" for action in range(1, 60, 6)),
    *(f"S018C003P008R001A{action:03d}" for action in range(61, 120, 6)),
]


def test_the_fields_of_a_name():
    assert parse_name("S017C003P040R002A060") == NtuName(17, 3, 40, 2, 60)
    assert parse_name("S032C001P106R001A120").label == 119
    assert [parse_name(name).action for name in EXEMPLARS] == list(range(1, 120, 6))


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "found '', expected SsssCcccPpppRrrrAaaa"),
        ("S001C001P001R001A01", "expected SsssCcccPpppRrrrAaaa, such as S001C002P003R002A013"),
        ("s001c001p001r001a001", "expected SsssCcccPpppRrrrAaaa"),
        ("S001C001P001R001A001 (1)", "expected SsssCcccPpppRrrrAaaa"),
        ("S001C001P001R001A001\n", "expected SsssCcccPpppRrrrAaaa"),
        ("S00\u0661C001P001R001A001", "expected SsssCcccPpppRrrrAaaa"),
        ("S000C001P001R001A001", "setup: found 0, expected 1 to 32"),
        ("S033C001P001R001A001", "setup: found 33, expected 1 to 32"),
        ("S001C004P001R001A001", "camera: found 4, expected 1 to 3"),
        ("S001C001P107R001A001", "performer: found 107, expected 1 to 106"),
        ("S001C001P001R003A001", "replication: found 3, expected 1 to 2"),
        ("S018C001P001R001A121", "action: found 121, expected 1 to 120"),
        ("S017C001P001R001A061", "found action 61 in setup 17, but actions from 61 on are in"),
    ],
)
def test_names_that_cannot_be_are_refused(name, reason):
    with pytest.raises(BadClip, match=reason):
        parse_name(name)


@given(st.text(max_size=24))
def test_any_text_is_a_name_or_refused(text):
    try:
        parse_name(text)
    except SkelshotError:
        return
    assert re.fullmatch("S[0-9]{3}C[0-9]{3}P[0-9]{3}R[0-9]{3}A[0-9]{3}", text)


def test_there_are_120_classes_each_with_a_name_of_its_own():
    names = ntu_class_names()
    assert len(names) == len(set(names)) == 120
    assert all(isinstance(name, str) and name == name.strip() for name in names)
    known = {
        8: "sitting down",
        26: "hopping (one foot jumping)",
        60: "walking apart from each other",
    }
    known |= {61: "put on headphone", 69: "thumb up", 112: "high-five"}
    assert {number: names[number - 1] for number in known} == known


def test_the_official_list_has_the_counts_its_authors_give():
    names = missing_names("official")
    assert len(names) == 535
    fields = [parse_name(name) for name in names]
    assert sum(name.setup <= 17 for name in fields) == 302  # the list of NTU RGB+D
    assert sum(name.setup == 18 for name in fields) == 0
    assert sum(name.setup == 8 for name in fields) == 69
    assert sum(name.action == 55 for name in fields) == 42
    assert not names & set(EXEMPLARS)


def test_a_list_of_ones_own(tmp_path):
    path = tmp_path / "list.txt"
    path.write_text(
        "\ufeffPlease ignore these files.\n\nS001C001P001R001A001\r\n"
        "  S001C001P001R001A002.skeleton \n# S001C001P001R001A003\n",
        "utf-8",
    )
    assert missing_names(path) == {"S001C001P001R001A001", "S001C001P001R001A002"}
    assert missing_names("none") == frozenset()


def test_lists_that_cannot_be_used_are_refused(tmp_path):
    (tmp_path / "a.txt").write_text("S1\n")
    (tmp_path / "b.txt").write_bytes(b"\xff\xfe\x00")
    reasons = {
        "a.txt": "found no clip's name",
        "b.txt": "cannot be read",
        "c.txt": "cannot be read",
    }
    for name, reason in reasons.items():
        with pytest.raises(SkelshotError, match=f"{name}: .*{reason}"):
            missing_names(tmp_path / name)
    with pytest.raises(SkelshotError, match="expected 'official', 'none' or a text file"):
        missing_names("offical")
