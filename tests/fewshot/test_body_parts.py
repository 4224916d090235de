"""The table of body parts, against the layouts it is of."""

import pytest

from skelshot.fewshot.body_parts import body_parts
from skelshot.ground import SkelshotError
from skelshot.skeletons import HAND_21, LAYOUTS, SkeletonLayout

BODIES = [layout for layout in LAYOUTS if layout.hips is not None]


@pytest.mark.parametrize("layout", BODIES, ids=lambda layout: layout.name)
def test_every_joint_stands_in_one_part_and_sides_mirror(layout: SkeletonLayout) -> None:
    parts = body_parts(layout)
    joints = sorted(joint for part in parts for joint in part.joints)
    assert joints == list(range(layout.num_joints))
    sets = {(part.name, frozenset(part.joints)) for part in parts}
    mirrored = {(name, frozenset(layout.mirror[j] for j in members)) for name, members in sets}
    assert sets == mirrored
    names = [part.name for part in parts]
    assert {name: names.count(name) for name in ("head", "arm", "hand", "leg", "foot")} == {
        "head": 1,
        **dict.fromkeys(("arm", "hand", "leg", "foot"), 2),
    }


def test_a_layout_that_is_not_in_the_file_has_its_own_parts() -> None:
    assert [part.name for part in body_parts(HAND_21)][:2] == ["palm", "thumb"]
    stick = SkeletonLayout(
        name="stick",
        joints=("a", "b"),
        bones=((1, 0),),
        pairs=(),
        parts={"Left arm": (0,), "arm_R": (1,)},
        centre=(0,),
        hips=None,
        shoulders=None,
        trunk=((0,), (1,)),
    )
    assert [(part.name, part.joints) for part in body_parts(stick)] == [
        ("arm", (0,)),
        ("arm", (1,)),
    ]


def test_a_layout_without_parts_is_refused() -> None:
    stick = SkeletonLayout(
        "stick", ("a", "b"), ((1, 0),), (), {}, (0,), (0, 1), (0, 1), ((0,), (1,))
    )
    with pytest.raises(
        SkelshotError, match=r"'stick': has no body parts, neither its own nor in body_parts"
    ):
        body_parts(stick)
