import pytest

from skelshot.skeletons.joint_names import plain_name, side_pairs
from skelshot.skeletons.layouts import LAYOUTS


@pytest.mark.parametrize(
    ("spelling", "plain"),
    [
        ("left shoulder", "left shoulder"),
        ("LShoulder", "left shoulder"),
        ("SHOULDER_LEFT", "left shoulder"),
        ("shoulder.L", "left shoulder"),
        ("ShoulderLeft", "left shoulder"),
        ("l_shoulder", "left shoulder"),
        ("lshoulder", "left shoulder"),
        ("rightKnee", "right knee"),
        ("RBigToe", "right big toe"),
        ("rbigtoe", "right big toe"),
        ("HANDTIP_RIGHT", "right hand tip"),
        ("R.Hip", "right hip"),
        ("L_Collar", "left clavicle"),
        ("MidHip", "mid hip"),
        ("Hip", "mid hip"),
        ("HipCenter", "hip centre"),
        ("spine1", "spine 1"),
        ("ring", "ring"),
        ("root", "pelvis"),
        ("left right", "left right"),
        ("尾", "尾"),
        ("", ""),
    ],
)
def test_spellings_of_one_joint(spelling: str, plain: str) -> None:
    assert plain_name(spelling) == plain


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_shipped_names_are_plain_already(layout) -> None:  # type: ignore[no-untyped-def]
    assert tuple(map(plain_name, layout.joints)) == layout.joints


@pytest.mark.parametrize(
    ("joints", "pairs"),
    [
        (["hip_l", "hip_r", "tail"], [("hip_l", "hip_r")]),
        (["R", "L"], [("L", "R")]),
        (["rknee", "lknee", "rear", "lear"], [("lknee", "rknee"), ("lear", "rear")]),
        (["left paw", "Right-Paw", "left fin"], [("left paw", "Right-Paw")]),
        (["leftover", "rightover"], []),
    ],
)
def test_names_that_differ_by_side_are_pairs(
    joints: list[str], pairs: list[tuple[str, str]]
) -> None:
    assert list(side_pairs(joints)) == pairs
