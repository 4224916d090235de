"""The table of body parts, against the layouts it is of."""

import pytest

from skelshot.fewshot.body_parts import body_parts
from skelshot.ground import SkelshotError
from skelshot.skeletons import LAYOUTS, SkeletonLayout


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
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


def test_a_layout_without_parts_is_refused() -> None:
    stick = SkeletonLayout(
        "stick", ("a", "b"), ((1, 0),), (), {}, (0,), (0, 1), (0, 1), ((0,), (1,))
    )
    with pytest.raises(SkelshotError, match=r"'stick': has no body parts in body_parts.yaml"):
        body_parts(stick)
