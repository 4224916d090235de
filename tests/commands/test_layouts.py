"""`skelshot layouts`: the list, one layout, a mapping, and refusals."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from skelshot.skeletons import LAYOUTS

Run = Callable[..., Any]

CRANE = """\
name: crane
joints: [base, arm, hook]
bones: [[arm, base], [hook, arm]]
centre: [arm]
"""


def test_the_list_names_every_layout(run: Run) -> None:
    listed = run("layouts", "--json").json["layouts"]
    assert [one["name"] for one in listed] == [layout.name for layout in LAYOUTS]
    assert listed[0]["joints"] == 25
    assert "ntu-25" in listed[0]["aliases"]
    lines = run("layouts").out.splitlines()
    assert len(lines) == len(LAYOUTS) + 1
    assert lines[7].split()[:2] == ["openpose-25", "25"]


def test_one_layout_shows_its_joints(run: Run) -> None:
    lines = [line.split("  ") for line in run("layouts", "Human3.6M").out.splitlines()]
    assert lines[0] == ["h36m-17: 17 joints"]
    row = [cell.strip() for cell in lines[6] if cell.strip()]
    assert row == ["4", "left hip", "pelvis", "right hip"]
    assert run("layouts", "h36m", "--json").json["layout"]["joints"][4] == "left hip"


def test_a_file_shows_what_was_derived(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "crane.yaml"
    path.write_text(CRANE)
    answer = run("layouts", path)
    assert answer.code == 0
    assert "trunk: base to hook" in answer.out
    assert answer.out.splitlines()[-1] == (
        "derived, because the file leaves it out: pairs, parts, hips, shoulders, trunk"
    )
    document = run("layouts", path, "--json").json
    assert document["defaulted"] == ["pairs", "parts", "hips", "shoulders", "trunk"]
    assert document["layout"]["centre"] == ["arm"]


def test_a_mapping_says_what_is_lost(run: Run) -> None:
    mapping = run("layouts", "body-25", "--to", "ntu-25", "--json").json["mapping"]
    assert (mapping["from"], mapping["to"]) == ("openpose-25", "kinect-v2")
    assert mapping["made"]["spine base"] == ["mid hip"]
    assert mapping["lost"] == ["left hand tip", "left thumb", "right hand tip", "right thumb"]
    assert "left heel" in mapping["unused"]
    out = run("layouts", "body-25", "--to", "ntu-25").out
    assert "lost (they stand at their parent, with confidence 0): 4 - left hand tip" in out
    assert "spine base from mid hip" in out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["hand", "--to", "coco"], "cannot be made from 'hand-21'"),
        (["kinect-v3"], "did you mean 'kinect-v2'"),
        (["none.yaml"], "none.yaml: No such file"),
        (["--to", "coco"], "skelshot layouts NAME --to coco"),
        (["coco", "--to", "cocoo"], "found 'cocoo'"),
    ],
)
def test_refusals_are_one_line(run: Run, words: list[str], message: str) -> None:
    answer = run("layouts", *words)
    assert answer.code == 2
    assert message in answer.err
    assert answer.err.count("\n") == 1
