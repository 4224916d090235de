from itertools import permutations

import numpy as np
import pytest

from skelshot.ground import SkelshotError
from skelshot.skeletons import (
    COCO_17,
    H36M_17,
    HALPE_26,
    HAND_21,
    KINECT_V1,
    KINECT_V2,
    LAYOUTS,
    MEDIAPIPE_33,
    OPENNI_15,
    OPENPOSE_25,
    SMPL_24,
    SkeletonLayout,
    SkeletonSequence,
    map_layout,
)
from skelshot.skeletons.mapping_recipes import RECIPES
from skelshot.skeletons.mappings import mapping_matrix, mapping_report, seen_as

BODIES = [layout for layout in LAYOUTS if layout.hips is not None]


def clip_of(layout: SkeletonLayout, channels: int = 3) -> SkeletonSequence:
    """Left joints at x in (-2, -1), right at x in (1, 2), the others at 0."""
    rng = np.random.default_rng(1)
    joints = rng.normal(size=(2, 6, layout.num_joints, channels)).astype(np.float32)
    sides = [name.startswith("right ") - name.startswith("left ") for name in layout.joints]
    depth = rng.uniform(1, 2, joints.shape[:3])
    joints[..., 0] = np.array(sides, int) * depth
    return SkeletonSequence(
        joints,
        np.ones((2, 6), bool),
        layout,
        frame_index=np.arange(6) * 2,
        confidence=rng.uniform(0.5, 1, joints.shape[:3]).astype(np.float32),
        pixels=joints[..., :2] * 100,
    )


@pytest.mark.parametrize(
    ("source", "target"), list(permutations(BODIES, 2)), ids=lambda layout: layout.name
)
def test_every_pair_keeps_sides_and_shape(source: SkeletonLayout, target: SkeletonLayout) -> None:
    clip = clip_of(source)
    mapped = map_layout(clip, target)
    assert mapped.layout is target
    assert mapped.joints.shape == (2, 6, target.num_joints, 3)
    assert np.isfinite(mapped.joints).all()
    assert mapped.confidence is not None
    assert mapped.pixels is not None
    np.testing.assert_allclose(mapped.pixels, mapped.joints[..., :2] * 100, rtol=1e-4, atol=1e-3)
    np.testing.assert_array_equal(mapped.frame_index, clip.frame_index)
    measured = (mapped.confidence > 0).all(axis=(0, 1))
    for left, right in target.pairs:
        assert measured[left] == measured[right]
        if measured[left]:
            # A clavicle may be made of the midline and a shoulder.
            least = 0.25 if "clavicle" in target.joints[left] else 1
            assert (mapped.joints[..., left, 0] <= -least).all()
            assert (mapped.joints[..., right, 0] >= least).all()


HEIGHTS = {
    **{"ankle": 0.1, "foot": 0.05, "heel": 0.03, "foot index": 0.02, "big toe": 0.02},
    **{"small toe": 0.02, "knee": 0.5, "hip": 0.95, "spine base": 1.0, "hip centre": 1.0},
    **{"pelvis": 1.0, "mid hip": 1.0, "spine 1": 1.1, "spine navel": 1.15, "spine": 1.23},
    **{"torso": 1.23, "spine mid": 1.23, "spine 2": 1.23, "spine 3": 1.3, "spine chest": 1.32},
    **{"clavicle": 1.43, "shoulder": 1.42, "spine shoulder": 1.45, "shoulder centre": 1.45},
    **{"thorax": 1.45, "neck": 1.5, "mouth": 1.6, "nose": 1.65, "head": 1.7, "eye": 1.68},
    **{"eye inner": 1.68, "eye outer": 1.68, "ear": 1.66, "elbow": 1.1, "wrist": 0.85},
    **{"hand": 0.78, "hand tip": 0.7, "thumb": 0.75, "index": 0.74, "pinky": 0.74},
}


def standing(layout: SkeletonLayout) -> SkeletonSequence:
    """One frame of an upright body: every joint at its usual height, left at negative x."""
    joints = np.zeros((1, 1, layout.num_joints, 3), np.float32)
    for place, name in enumerate(layout.joints):
        bare = name.removeprefix("left ").removeprefix("right ")
        joints[0, 0, place, 0] = 0.2 * (name.startswith("right ") - name.startswith("left "))
        joints[0, 0, place, 1] = HEIGHTS[bare]
    return SkeletonSequence(joints, np.ones((1, 1), bool), layout)


@pytest.mark.parametrize(
    ("source", "target"), list(permutations(BODIES, 2)), ids=lambda layout: layout.name
)
def test_a_standing_body_stands_in_every_layout(
    source: SkeletonLayout, target: SkeletonLayout
) -> None:
    mapped, expected = map_layout(standing(source), target), standing(target)
    known = mapping_matrix(source, target)[1]
    away = np.abs(mapped.joints - expected.joints)[0, 0, known].max(axis=1)
    names = np.array(target.joints)[known]
    assert dict(zip(names[away > 0.13].tolist(), away[away > 0.13], strict=True)) == {}


@pytest.mark.parametrize("target", [COCO_17, KINECT_V2, SMPL_24], ids=lambda one: one.name)
def test_a_hand_is_no_body(target: SkeletonLayout) -> None:
    for one, other in ((HAND_21, target), (target, HAND_21)):
        with pytest.raises(SkelshotError, match=f"layout '{other.name}' cannot be made from"):
            mapping_report(one, other)


def test_a_report_parts_the_target_and_names_what_is_left() -> None:
    report = mapping_report(COCO_17, KINECT_V2)
    assert (report.source, report.target) == ("coco-17", "kinect-v2")
    assert report.measured[0] == "left shoulder"
    assert len(report.measured) == 12
    assert report.made["neck"] == ("left shoulder", "right shoulder")
    assert report.made["left foot"] == ("left ankle",)
    assert report.borrowed == ("left hand tip", "left thumb", "right hand tip", "right thumb")
    assert report.unused == ("nose", "left eye", "right eye")
    everything = {*report.measured, *report.made, *report.borrowed}
    assert everything == set(KINECT_V2.joints)


def test_one_point_under_several_names_is_one() -> None:
    for source, pelvis, target, base in (
        (H36M_17, "pelvis", KINECT_V2, "spine base"),
        (KINECT_V1, "hip centre", HALPE_26, "mid hip"),
        (OPENPOSE_25, "mid hip", SMPL_24, "pelvis"),
    ):
        assert mapping_report(source, target).made[base] == (pelvis,)


def test_weights_of_a_recipe_count() -> None:
    weights, _ = mapping_matrix(KINECT_V2, SMPL_24)
    row = weights[SMPL_24.index("spine 3")]
    assert row[KINECT_V2.index("spine mid")] == pytest.approx(0.75)
    assert row[KINECT_V2.index("spine shoulder")] == pytest.approx(0.25)


def test_own_spellings_are_understood_and_own_names_come_first() -> None:
    own = SkeletonLayout(
        name="own",
        joints=("MidHip", "LHip", "R_Hip", "left hip"),
        bones=((1, 0), (2, 0), (3, 1)),
        pairs=(),
        parts={},
        centre=(0,),
        hips=(1, 2),
        shoulders=None,
        trunk=((0,), (1,)),
    )
    weights, measured = mapping_matrix(OPENPOSE_25, own)
    assert measured.all()
    places = [OPENPOSE_25.index(name) for name in ("mid hip", "left hip", "right hip", "left hip")]
    np.testing.assert_array_equal(weights.argmax(axis=1), places)
    back, _ = mapping_matrix(own, HALPE_26)
    assert back[HALPE_26.index("left hip")].argmax() == 3
    assert back[HALPE_26.index("right hip")].argmax() == 2


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_mapping_to_itself_is_identity(layout: SkeletonLayout) -> None:
    clip = clip_of(layout)
    assert map_layout(clip, layout) is clip
    weights, measured = mapping_matrix(layout, layout)
    np.testing.assert_array_equal(weights, np.eye(layout.num_joints))
    assert measured.all()


def test_joints_come_by_name_by_recipe_or_from_the_parent() -> None:
    clip = clip_of(COCO_17)
    mapped = map_layout(clip, KINECT_V2)
    assert mapped.confidence is not None
    assert clip.confidence is not None

    def at(points: np.ndarray, layout: SkeletonLayout, *names: str) -> np.ndarray:
        return np.mean([points[:, :, layout.index(name)] for name in names], axis=0)

    expected = {
        "left knee": ("left knee",),
        "spine base": ("left hip", "right hip"),
        "neck": ("left shoulder", "right shoulder"),
        "spine mid": ("left hip", "right hip", "left shoulder", "right shoulder"),
        "head": ("left ear", "right ear"),
        "left hand": ("left wrist",),
        "left hand tip": ("left wrist",),
        "left foot": ("left ankle",),
    }
    for joint, names in expected.items():
        np.testing.assert_allclose(
            at(mapped.joints, KINECT_V2, joint), at(clip.joints, COCO_17, *names), rtol=1e-5
        )
    np.testing.assert_allclose(
        at(mapped.confidence, KINECT_V2, "neck"),
        at(clip.confidence, COCO_17, "left shoulder", "right shoulder"),
        rtol=1e-5,
    )
    unmeasured = (mapped.confidence == 0).all(axis=(0, 1)).nonzero()[0]
    assert [KINECT_V2.joints[joint] for joint in unmeasured] == [
        "left hand tip",
        "left thumb",
        "right hand tip",
        "right thumb",
    ]


def test_confidence_appears_only_when_something_is_not_measured() -> None:
    clip = clip_of(KINECT_V2)
    bare = SkeletonSequence(clip.joints, clip.present, KINECT_V2)
    assert map_layout(bare, KINECT_V1).confidence is None
    eyes = map_layout(bare, COCO_17).confidence
    assert eyes is not None
    assert eyes[0, 0, COCO_17.index("left eye")] == 0
    assert eyes[0, 0, COCO_17.index("nose")] == 1


def test_a_gap_stays_with_the_joints_made_of_it() -> None:
    clip = clip_of(MEDIAPIPE_33)
    clip.joints[0, 2, MEDIAPIPE_33.index("left knee")] = np.nan
    mapped = map_layout(clip, OPENNI_15)
    broken = np.isnan(mapped.joints).any(axis=3)
    assert broken.sum() == 1
    assert broken[0, 2, OPENNI_15.index("left knee")]


def test_two_coordinates_stay_two() -> None:
    assert map_layout(clip_of(COCO_17, channels=2), KINECT_V1).channels == 2


def test_recipes_name_joints_that_exist() -> None:
    known = {joint for layout in LAYOUTS for joint in layout.joints}
    named = {name for recipes in RECIPES.values() for names in recipes for name in names}
    assert named | RECIPES.keys() <= known


def test_a_root_without_a_source_is_refused() -> None:
    stick = SkeletonLayout(
        name="stick",
        joints=("tip", "end"),
        bones=((1, 0),),
        pairs=(),
        parts={},
        centre=(0,),
        hips=(0, 0),
        shoulders=(1, 1),
        trunk=((0,), (1,)),
    )
    with pytest.raises(SkelshotError, match=r"'tip': the root of the layout 'stick' cannot be"):
        map_layout(clip_of(KINECT_V1), stick)


@pytest.mark.parametrize(
    ("layout", "other"), list(permutations(BODIES, 2)), ids=lambda layout: layout.name
)
def test_a_clip_seen_as_another_sensor_would_is_its_mapping_there_and_back(
    layout: SkeletonLayout, other: SkeletonLayout
) -> None:
    clip = clip_of(layout)
    assert clip.confidence is not None
    back = map_layout(map_layout(clip, other), layout)
    seen = seen_as(np.concatenate([clip.joints, clip.confidence[..., None]], -1), layout, other, 3)
    np.testing.assert_array_equal(seen[..., :3], back.joints)
    np.testing.assert_allclose(seen[..., 3], back.confidence, atol=1e-6)
    np.testing.assert_array_equal(seen_as(clip.joints, layout, other), back.joints)
