from itertools import permutations

import numpy as np
import pytest

from skelshot.ground import SkelshotError
from skelshot.skeletons import (
    COCO_17,
    KINECT_V1,
    KINECT_V2,
    LAYOUTS,
    MEDIAPIPE_33,
    OPENNI_15,
    SkeletonLayout,
    SkeletonSequence,
    map_layout,
)
from skelshot.skeletons.mappings import RECIPES, mapping_matrix


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
    ("source", "target"), list(permutations(LAYOUTS, 2)), ids=lambda layout: layout.name
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
            assert (mapped.joints[..., left, 0] <= -1).all()
            assert (mapped.joints[..., right, 0] >= 1).all()


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
