import pytest

from skelshot.skeletons.layout_defaults import chains_of, trunk_of
from skelshot.skeletons.layout_reading import read_layout
from skelshot.skeletons.layouts import COCO_17, HAND_21, LAYOUTS, SkeletonLayout


def tree(joints: str, bones: str) -> SkeletonLayout:
    """A layout of words and of child<parent words."""
    pairs = [bone.split("<") for bone in bones.split()]
    return read_layout({"name": "own", "joints": joints.split(), "bones": pairs}).layout


@pytest.mark.parametrize(
    ("layout", "trunk"),
    [
        (COCO_17, ((11, 12), (5, 6))),
        (HAND_21, ((0,), (4,))),
        (tree("base mast l_arm r_arm hook", "mast<base l_arm<mast r_arm<mast hook<base"), "0 1"),
        (tree("l_wing r_wing body", "l_wing<body r_wing<body"), "2 0"),
        (tree("l_hip r_hip top", "l_hip<top r_hip<top"), "2 0"),
    ],
)
def test_trunk(layout: SkeletonLayout, trunk: object) -> None:
    if isinstance(trunk, str):
        lower, upper = map(int, trunk.split())
        trunk = ((lower,), (upper,))
    assert trunk_of(layout) == trunk


def test_chains_end_where_bones_branch() -> None:
    layout = tree("a b c d e f", "b<a c<b d<b e<d f<d")
    assert chains_of(layout) == {"a": (0, 1), "c": (2,), "d": (3,), "e": (4,), "f": (5,)}


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_chains_hold_each_joint_once(layout: SkeletonLayout) -> None:
    joints = [joint for chain in chains_of(layout).values() for joint in chain]
    assert sorted(joints) == list(range(layout.num_joints))
