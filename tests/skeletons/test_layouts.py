import json
import pickle
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml

from skelshot.ground import SkelshotError
from skelshot.skeletons.joint_names import plain_name
from skelshot.skeletons.layout_reading import layout_mapping
from skelshot.skeletons.layouts import (
    ALIASES,
    AZURE_KINECT_32,
    COCO_17,
    H36M_17,
    HALPE_26,
    HAND_21,
    KINECT_V1,
    KINECT_V2,
    LAYOUTS,
    MEDIAPIPE_33,
    OPENNI_15,
    OPENPOSE_18,
    OPENPOSE_25,
    SMPL_24,
    SkeletonLayout,
    layout_as_data,
    layout_from,
    layout_from_file,
    layout_named,
    layouts_with,
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
# ST-GCN's graph of OpenPose's 18, 0-based, turned away from the neck.
OPENPOSE_18_EDGES = (
    "4,3 3,2 7,6 6,5 13,12 12,11 10,9 9,8 11,5 8,2 5,1 2,1 0,1 15,0 14,0 17,15 16,14"
)
# The parents of SMPL's kinematic tree, and of Azure Kinect's joint hierarchy.
SMPL_PARENTS = "-1 0 0 0 1 2 3 4 5 6 7 8 9 9 9 12 13 14 16 17 18 19 20 21"
AZURE_PARENTS = "-1 0 1 2 2 4 5 6 7 8 7 2 11 12 13 14 15 14 0 18 19 20 0 22 23 24 3 26 26 26 26 26"

# The joints in the order and spelling of their makers.
ORDERS = {
    OPENPOSE_18: "Nose Neck RShoulder RElbow RWrist LShoulder LElbow LWrist RHip RKnee RAnkle LHip "
    "LKnee LAnkle REye LEye REar LEar",
    OPENPOSE_25: "Nose Neck RShoulder RElbow RWrist LShoulder LElbow LWrist MidHip RHip RKnee "
    "RAnkle LHip LKnee LAnkle REye LEye REar LEar LBigToe LSmallToe LHeel RBigToe RSmallToe RHeel",
    HALPE_26: "Nose LEye REye LEar REar LShoulder RShoulder LElbow RElbow LWrist RWrist LHip RHip "
    "LKnee RKnee LAnkle RAnkle Head Neck Hip LBigToe RBigToe LSmallToe RSmallToe LHeel RHeel",
    SMPL_24: "Pelvis L_Hip R_Hip Spine1 L_Knee R_Knee Spine2 L_Ankle R_Ankle Spine3 L_Foot R_Foot "
    "Neck L_Collar R_Collar Head L_Shoulder R_Shoulder L_Elbow R_Elbow L_Wrist R_Wrist L_Hand "
    "R_Hand",
    AZURE_KINECT_32: "PELVIS SPINE_NAVEL SPINE_CHEST NECK CLAVICLE_LEFT SHOULDER_LEFT ELBOW_LEFT "
    "WRIST_LEFT HAND_LEFT HANDTIP_LEFT THUMB_LEFT CLAVICLE_RIGHT SHOULDER_RIGHT ELBOW_RIGHT "
    "WRIST_RIGHT HAND_RIGHT HANDTIP_RIGHT THUMB_RIGHT HIP_LEFT KNEE_LEFT ANKLE_LEFT FOOT_LEFT "
    "HIP_RIGHT KNEE_RIGHT ANKLE_RIGHT FOOT_RIGHT HEAD NOSE EYE_LEFT EAR_LEFT EYE_RIGHT EAR_RIGHT",
    H36M_17: "Pelvis RHip RKnee RAnkle LHip LKnee LAnkle Spine Thorax Nose Head LShoulder LElbow "
    "LWrist RShoulder RElbow RWrist",
    HAND_21: "WRIST THUMB_CMC THUMB_MCP THUMB_IP THUMB_TIP INDEX_MCP INDEX_PIP INDEX_DIP INDEX_TIP "
    "MIDDLE_MCP MIDDLE_PIP MIDDLE_DIP MIDDLE_TIP RING_MCP RING_PIP RING_DIP RING_TIP PINKY_MCP "
    "PINKY_PIP PINKY_DIP PINKY_TIP",
}


def edges(text: str, base: int) -> set[tuple[int, int]]:
    pairs = (pair.split(",") for pair in text.split())
    return {(int(child) - base, int(parent) - base) for child, parent in pairs}


@pytest.mark.parametrize(
    ("layout", "text", "base"),
    [
        (KINECT_V2, NTU_EDGES, 1),
        (KINECT_V1, UCLA_EDGES, 1),
        (COCO_17, COCO_EDGES, 0),
        (OPENPOSE_18, OPENPOSE_18_EDGES, 0),
    ],
)
def test_bones_are_those_of_the_published_graph(
    layout: SkeletonLayout, text: str, base: int
) -> None:
    assert set(layout.bones) == edges(text, base)


@pytest.mark.parametrize(
    ("layout", "text"), [(SMPL_24, SMPL_PARENTS), (AZURE_KINECT_32, AZURE_PARENTS)]
)
def test_parents_are_the_published_ones(layout: SkeletonLayout, text: str) -> None:
    parents = [int(word) for word in text.split()]
    assert list(layout.parents) == [0, *parents[1:]]


@pytest.mark.parametrize("layout", ORDERS, ids=lambda layout: layout.name)
def test_joints_stand_in_their_makers_order(layout: SkeletonLayout) -> None:
    assert tuple(map(plain_name, ORDERS[layout].split())) == layout.joints


# One frame each of Human3.6M's and of OpenPose's joints: metres with y up, pixels with y down.
H36M_FRAME = """
    0.00 0.95  -0.13 0.95  -0.12 0.50  -0.14 0.08  0.12 0.95  0.13 0.50  0.13 0.08  0.01 1.18
    0.00 1.42  0.00 1.52  0.00 1.68  0.17 1.40  0.28 1.15  0.31 0.89  -0.16 1.40  -0.28 1.16
    -0.29 0.91"""
BODY_25_FRAME = """
    640 200  639 280  578 280  549 380  535 471  699 280  729 379  745 391  640 480  606 480
    600 620  595 761  674 480  679 619  684 760  629 190  651 190  614 194  666 196  692 772
    698 772  680 768  587 773  581 773  599 769"""


@pytest.mark.parametrize(
    ("layout", "text", "up"), [(H36M_17, H36M_FRAME, 1), (OPENPOSE_25, BODY_25_FRAME, -1)]
)
def test_a_measured_frame_is_a_standing_body(layout: SkeletonLayout, text: str, up: int) -> None:
    frame = np.array(text.split(), float).reshape(layout.num_joints, 2)
    x, y = (dict(zip(layout.joints, column, strict=True)) for column in frame.T)
    for side in ("left", "right"):
        chain = [f"{side} {limb}" for limb in ("shoulder", "hip", "knee", "ankle")]
        heights = [up * y[joint] for joint in ("nose", *chain)]
        assert heights == sorted(heights, reverse=True)
    for left, right in layout.pairs:
        if "eye" not in layout.joints[left]:
            assert x[layout.joints[left]] > x[layout.joints[right]]
    lengths = np.linalg.norm(
        [frame[child] - frame[parent] for child, parent in layout.bones], axis=1
    )
    assert lengths.max() < 1.2 * np.linalg.norm(
        frame[layout.trunk[0][0]] - frame[layout.trunk[1][0]]
    )


def test_sizes_and_names() -> None:
    sizes = {layout.name: layout.num_joints for layout in LAYOUTS}
    assert sizes == {
        "kinect-v2": 25,
        "kinect-v1": 20,
        "openni-15": 15,
        "coco-17": 17,
        "mediapipe-33": 33,
        "openpose-18": 18,
        "openpose-25": 25,
        "h36m-17": 17,
        "halpe-26": 26,
        "smpl-24": 24,
        "azure-kinect-32": 32,
        "hand-21": 21,
    }


def test_layouts_by_their_number_of_joints() -> None:
    assert layouts_with(17) == (COCO_17, H36M_17)
    assert layouts_with(25) == (KINECT_V2, OPENPOSE_25)
    assert layouts_with(19) == ()


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
        lines = [line for line in (layout.hips, layout.shoulders) if line is not None]
        for left, right in (*layout.pairs, *lines):
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
        assert layout_from(layout.name.upper().replace("-", "_")) is layout

    def test_is_written_as_its_name(self, layout: SkeletonLayout) -> None:
        assert layout_as_data(layout) == layout.name
        assert layout_as_data(replace(layout)) == layout.name

    def test_its_fields_are_itself(self, layout: SkeletonLayout) -> None:
        assert layout_from(layout_mapping(layout)) is layout

    def test_root_and_centre_lie_on_the_midline(self, layout: SkeletonLayout) -> None:
        assert layout.mirror[layout.root] == layout.root
        assert {layout.mirror[joint] for joint in layout.centre} == set(layout.centre)
        for end in layout.trunk:
            assert {layout.mirror[joint] for joint in end} == set(end)


def test_parts_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        KINECT_V1.parts["head"] = ()  # type: ignore[index]


def test_unknown_layout_lists_the_known_ones() -> None:
    with pytest.raises(SkelshotError, match=r"'kinect-v3', expected one of kinect-v2, kinect-v1"):
        layout_named("kinect-v3")


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("NTU-25", "kinect-v2"),
        ("coco", "coco-17"),
        ("MoveNet_17", "coco-17"),
        ("body25", "openpose-25"),
        ("OpenPose BODY_25", "openpose-25"),
        ("Human3.6M", "h36m-17"),
        ("human36m", "h36m-17"),
        ("mediapipe", "mediapipe-33"),
        ("BlazePose-33", "mediapipe-33"),
        ("SMPL", "smpl-24"),
        ("azure kinect", "azure-kinect-32"),
        ("MediaPipe Hands", "hand-21"),
    ],
)
def test_people_call_layouts_by_other_names(name: str, known: str) -> None:
    assert layout_named(name).name == known


def test_an_alias_is_no_layouts_name_and_leads_to_one() -> None:
    names = {layout.name for layout in LAYOUTS}
    assert set(ALIASES.values()) <= names
    assert not set(ALIASES) & names
    for alias, name in ALIASES.items():
        assert layout_named(alias).name == name


@pytest.mark.parametrize(("typed", "near"), [("opnpose25", "openpose-25"), ("halp", "halpe-26")])
def test_an_unknown_name_leads_to_the_nearest(typed: str, near: str) -> None:
    with pytest.raises(SkelshotError, match=f"did you mean '{near}'"):
        layout_named(typed)


OWN = replace(OPENNI_15, name="mine")


def test_a_layout_of_ones_own_goes_through_files_and_data(tmp_path: Path) -> None:
    path = tmp_path / "mine.YML"
    path.write_text(yaml.safe_dump(layout_as_data(OWN)))
    assert layout_from_file(path) == OWN
    assert layout_from(str(path)) == OWN
    assert layout_from(path) == OWN
    assert layout_from(OWN) is OWN
    assert layout_from(json.loads(json.dumps(layout_as_data(OWN)))) == OWN


@pytest.mark.parametrize("name", ["kinect-v2", "Kinect_V2", "coco", "h36m"])
def test_a_shipped_name_is_for_the_shipped_layout(tmp_path: Path, name: str) -> None:
    taken = replace(OPENNI_15, name=name)
    path = tmp_path / "taken.yaml"
    path.write_text(yaml.safe_dump(layout_mapping(taken)))
    for value in (taken, layout_mapping(taken), path):
        with pytest.raises(SkelshotError, match=f"{name!r} means the shipped layout .* differs in"):
            layout_from(value)
    with pytest.raises(SkelshotError, match="choose another name"):
        layout_as_data(taken)


def test_a_layout_that_could_not_be_read_again_is_not_written() -> None:
    with pytest.raises(SkelshotError, match="joints: found ''"):
        layout_as_data(replace(OWN, joints=("", *OWN.joints[1:])))


@pytest.mark.parametrize("value", [None, 25, ["kinect-v2"], 1.5])
def test_other_values_stand_for_no_layout(value: object) -> None:
    with pytest.raises(SkelshotError, match=r"expected a name, a \.yaml file or a layout's fields"):
        layout_from(value)


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
