import pickle
from dataclasses import replace

import pytest

from skelshot.ground import SkelshotError
from skelshot.skeletons.layouts import (
    COCO_17,
    KINECT_V1,
    KINECT_V2,
    LAYOUTS,
    MEDIAPIPE_33,
    OPENNI_15,
    SkeletonLayout,
    layout_named,
)

# The published graphs, 1-based (child, parent), and the roots' self-links.
NTU_EDGES = (
    "1,2 2,21 3,21 4,3 5,21 6,5 7,6 8,7 9,21 10,9 11,10 12,11 13,1 14,13 15,14 16,15 17,1 "
    "18,17 19,18 20,19 22,23 23,8 24,25 25,12"
)
UCLA_EDGES = (
    "1,2 2,3 4,3 5,3 6,5 7,6 8,7 9,3 10,9 11,10 12,11 13,1 14,13 15,14 16,15 17,1 18,17 19,18 20,19"
)
# PYSKL's COCO graph, 0-based (child, parent).
COCO_EDGES = "15,13 13,11 16,14 14,12 11,5 12,6 9,7 7,5 10,8 8,6 5,0 6,0 1,0 3,1 2,0 4,2"


def edges(text: str, base: int) -> set[tuple[int, int]]:
    pairs = (pair.split(",") for pair in text.split())
    return {(int(child) - base, int(parent) - base) for child, parent in pairs}


@pytest.mark.parametrize(
    ("layout", "text", "base"),
    [(KINECT_V2, NTU_EDGES, 1), (KINECT_V1, UCLA_EDGES, 1), (COCO_17, COCO_EDGES, 0)],
)
def test_bones_are_those_of_the_published_graph(
    layout: SkeletonLayout, text: str, base: int
) -> None:
    assert set(layout.bones) == edges(text, base)


def test_sizes_and_names() -> None:
    sizes = {layout.name: layout.num_joints for layout in LAYOUTS}
    assert sizes == {
        "kinect-v2": 25,
        "kinect-v1": 20,
        "openni-15": 15,
        "coco-17": 17,
        "mediapipe-33": 33,
    }


def test_landmark_places() -> None:
    assert KINECT_V2.index("spine shoulder") == 20
    assert KINECT_V2.index("right thumb") == 24
    assert KINECT_V1.index("left wrist") == 6
    assert KINECT_V1.index("right foot") == 19
    assert OPENNI_15.index("right shoulder") == 6
    assert COCO_17.index("right ankle") == 16
    assert MEDIAPIPE_33.index("left mouth") == 9
    assert MEDIAPIPE_33.index("right thumb") == 22
    assert MEDIAPIPE_33.index("left hip") == 23


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
class TestEveryLayout:
    def test_pairs_are_named_left_and_right(self, layout: SkeletonLayout) -> None:
        sided = {joint for joint in layout.joints if joint.startswith(("left", "right"))}
        for left, right in (*layout.pairs, layout.hips, layout.shoulders):
            assert layout.joints[left].startswith("left ")
            assert layout.joints[left].replace("left", "right") == layout.joints[right]
        assert len(sided) == 2 * len(layout.pairs)

    def test_mirror_undoes_itself_and_keeps_bones(self, layout: SkeletonLayout) -> None:
        mirror = layout.mirror
        assert [mirror[mirror[joint]] for joint in range(layout.num_joints)] == list(
            range(layout.num_joints)
        )
        assert {(mirror[child], mirror[parent]) for child, parent in layout.bones} == set(
            layout.bones
        )

    def test_every_joint_is_reached_from_the_root(self, layout: SkeletonLayout) -> None:
        assert sorted(layout.outward) == list(range(layout.num_joints))
        assert layout.parents[layout.root] == layout.root
        seen = {layout.root}
        for joint in layout.outward:
            assert layout.parents[joint] in seen
            seen.add(joint)

    def test_parts_hold_each_joint_once(self, layout: SkeletonLayout) -> None:
        members = [joint for part in layout.parts.values() for joint in part]
        assert sorted(members) == list(range(layout.num_joints))
        for part, joints in layout.parts.items():
            if part.split()[0] in ("left", "right"):
                assert all(layout.joints[joint].startswith(part.split()[0]) for joint in joints)

    def test_travels_to_workers(self, layout: SkeletonLayout) -> None:
        copy = pickle.loads(pickle.dumps(layout))  # noqa: S301
        assert copy == layout
        assert hash(copy) == hash(layout)

    def test_is_found_by_name(self, layout: SkeletonLayout) -> None:
        assert layout_named(layout.name) is layout


def test_parts_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        KINECT_V1.parts["head"] = ()  # type: ignore[index]


def test_unknown_layout_lists_the_known_ones() -> None:
    with pytest.raises(SkelshotError, match=r"'kinect-v3', expected one of kinect-v2, kinect-v1"):
        layout_named("kinect-v3")


def test_unknown_joint_lists_the_joints() -> None:
    with pytest.raises(SkelshotError, match=r"'tail': not in the layout 'openni-15'; it has head"):
        OPENNI_15.index("tail")


BONES = OPENNI_15.bones


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"joints": ("head", "head", *OPENNI_15.joints[2:])}, "joints: 'head' occurs twice"),
        ({"bones": BONES[1:]}, "13 bones with 13 different children, expected one tree: 14"),
        ({"bones": (BONES[1], *BONES[1:])}, "14 bones with 13 different children"),
        ({"bones": ((0, 3), (3, 0), *BONES[1:2], *BONES[3:])}, "hang on the root"),
        ({"pairs": ((3, 6), (4, 6))}, "pairs: joint 6 stands in two places"),
        ({"pairs": ((3, 3),)}, "pairs: joint 3 stands in two places"),
        ({"hips": (9, 15)}, "hips: joint index 15, expected 0 to 14"),
        ({"parts": {"tail": (-1,)}}, "parts: joint index -1"),
        ({"centre": ()}, "centre: no joint, expected at least one"),
        ({"trunk": ((), (1,))}, "trunk: no joint"),
    ],
)
def test_a_wrong_layout_is_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(SkelshotError, match="layout 'openni-15'") as caught:
        replace(OPENNI_15, **change)  # type: ignore[arg-type]
    assert message in str(caught.value)
