import json
from typing import Any

import pytest
import yaml

from skelshot.ground import SkelshotError
from skelshot.skeletons.layout_reading import OPTIONAL, layout_mapping, read_layout
from skelshot.skeletons.layouts import COCO_17, HALPE_26, LAYOUTS, SkeletonLayout

DOG: dict[str, Any] = {
    "name": "dog",
    "joints": ["rump", "chest", "head", "L_hip", "R_hip", "L_paw", "R_paw", "tail"],
    "bones": [
        *(["chest", "rump"], ["head", "chest"], ["L_hip", "rump"], ["R_hip", "rump"]),
        *(["L_paw", "L_hip"], ["R_paw", "R_hip"], ["tail", "rump"]),
    ],
}


def test_what_is_left_out_is_derived_and_said() -> None:
    reading = read_layout(DOG)
    layout = reading.layout
    assert reading.defaulted == OPTIONAL
    assert layout.pairs == ((3, 4), (5, 6))
    assert (layout.centre, layout.hips, layout.shoulders) == ((0,), (3, 4), None)
    assert layout.trunk == ((0,), (2,))  # the root to the first of the joints two bones away
    assert layout.parts == {
        "rump": (0,),
        "chest": (1, 2),
        "L_hip": (3, 5),
        "R_hip": (4, 6),
        "tail": (7,),
    }


def test_hips_and_shoulders_make_the_trunk() -> None:
    bare = {field: layout_mapping(COCO_17)[field] for field in ("joints", "bones")}
    layout = read_layout({"name": "c", **bare}).layout
    assert (layout.hips, layout.shoulders) == (COCO_17.hips, COCO_17.shoulders)
    assert layout.trunk == COCO_17.trunk
    assert set(layout.pairs) == set(COCO_17.pairs)


def test_what_is_said_is_kept_by_name_or_by_index() -> None:
    said = {
        "pairs": [["L_hip", 4]],
        "parts": {"body": ["rump", 1, 2]},
        "centre": ["chest"],
        "hips": None,
        "shoulders": [5, 6],
        "trunk": [["rump", "chest"], [2]],
    }
    reading = read_layout(DOG | said)
    layout = reading.layout
    assert reading.defaulted == ()
    assert layout.pairs == ((3, 4),)
    assert layout.parts == {"body": (0, 1, 2)}
    assert (layout.centre, layout.hips, layout.shoulders) == ((1,), None, (5, 6))
    assert layout.trunk == ((0, 1), (2,))


@pytest.mark.parametrize("layout", [*LAYOUTS, read_layout(DOG).layout], ids=lambda one: one.name)
@pytest.mark.parametrize("text", [json, yaml], ids=["json", "yaml"])
def test_round_trip_is_exact(layout: SkeletonLayout, text: Any) -> None:
    if text is json:
        data = json.loads(json.dumps(layout_mapping(layout)))
    else:
        data = yaml.safe_load(yaml.safe_dump(layout_mapping(layout)))
    assert read_layout(data).layout == layout


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"name": 7}, "mine.yaml, name: found 7, expected text"),
        ({"name": ""}, "name: found '', expected text"),
        ({"name": "a\nb"}, "name: found 'a\\nb'"),
        ({"name": "x" * 65}, "expected text of 1 to 64 characters"),
        ({"joints": "hip"}, "joints: found 'hip', expected a list of 2 to 1000 joint names"),
        ({"joints": ["rump"]}, "joints: found ['rump'], expected a list of 2"),
        ({"joints": [str(n) for n in range(1001)]}, "expected a list of 2 to 1000"),
        ({"joints": ["rump", True]}, "joints: found True, expected text (write it in quotes)"),
        ({"joints": ["rump", "rump"]}, "mine.yaml, joints: 'rump' occurs twice"),
        ({"bones": None}, "bones: found None, expected a list of [child, parent]"),
        ({"bones": [["chest"]]}, "bones: found ['chest'], expected [child, parent]"),
        ({"bones": [["chst", "rump"]]}, "one of the 8 joints (is it 'chest'?)"),
        ({"bones": [[8, 0]]}, "bones: found 8, expected a joint's name, or 0 to 7"),
        ({"bones": [[-1, 0]]}, "bones: found -1"),
        ({"bones": [[1.0, 0]]}, "bones: found 1.0, expected a joint's name or index"),
        ({"bones": [[True, 0]]}, "bones: found True, expected a joint's name or index"),
        ({"bones": [[10**5000, 0]]}, "bones: found int, expected a joint's name"),
        ({"bones": [["chest", "rump"]] * 7}, "mine.yaml, bones: 7 bones with 1 different children"),
        ({"bones": DOG["bones"][1:]}, "expected one tree: 7 bones [child, parent]"),
        ({"pairs": [["L_hip", "L_hip"]]}, "mine.yaml, pairs: joint 3 stands in two places"),
        ({"pairs": {"L_hip": "R_hip"}}, "pairs: found {'L_hip': 'R_hip'}, expected a list"),
        ({"parts": ["rump"]}, "parts: found ['rump'], expected lists of joints"),
        ({"parts": {"a": []}}, "parts.a: found [], expected at least one joint"),
        ({"parts": {"a": "rump"}}, "parts.a: found 'rump', expected a list of joints"),
        ({"centre": []}, "mine.yaml, centre: no joint"),
        ({"centre": "rump"}, "centre: found 'rump', expected a list of joints"),
        ({"hips": ["L_hip"]}, "hips: found ['L_hip'], expected [left, right]"),
        ({"trunk": ["rump"]}, "trunk: found ['rump'], expected [[lower joints], [upper joints]]"),
        ({"trunk": [["rump"], []]}, "mine.yaml, trunk: no joint"),
        ({"bone": []}, "mine.yaml: found the field 'bone'"),
        ({"bone": []}, "did you mean 'bones'?"),
        ({3: []}, "found the field 3, expected name, joints"),
    ],
)
def test_a_wrong_field_is_refused_in_one_line(change: dict[Any, Any], message: str) -> None:
    with pytest.raises(SkelshotError, match=r"^mine\.yaml") as caught:
        read_layout(DOG | change, "mine.yaml")
    assert message in str(caught.value)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize("missing", ["name", "joints", "bones"])
def test_the_needed_fields_are_three(missing: str) -> None:
    rest = {field: value for field, value in DOG.items() if field != missing}
    with pytest.raises(SkelshotError, match=f"layout: the field '{missing}' is missing"):
        read_layout(rest)


@pytest.mark.parametrize("data", [None, [], "kinect-v2", 25])
def test_what_is_no_mapping_is_refused(data: object) -> None:
    with pytest.raises(SkelshotError, match="expected the fields name, joints, bones"):
        read_layout(data)


def test_parts_of_own_names_survive() -> None:
    assert read_layout(layout_mapping(HALPE_26)).layout.parts == HALPE_26.parts
