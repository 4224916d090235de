import numpy as np
import pytest

from skelshot.skeletons import COCO_17, KINECT_V1, repair_gaps
from skelshot.skeletons.unseen import MIN_CONFIDENCE, confidence_scale, mark_unseen


@pytest.fixture
def pixels(people) -> np.ndarray:
    return people.coco_pixels()


def gaps(joints: np.ndarray) -> int:
    return int(np.isnan(joints).any(axis=-1).sum())


@pytest.mark.parametrize("mark", [0, -1])
@pytest.mark.parametrize("kind", [np.float32, np.float64, np.float16, np.int32, np.int16])
def test_marks_of_a_present_person_become_gaps(pixels, mark: int, kind: type) -> None:
    pixels = pixels.astype(kind)
    pixels[0, 3:6, 9] = mark
    pixels[0, :, 15] = mark  # never seen
    marked = mark_unseen(pixels, None)
    assert marked.dtype == np.float32
    assert gaps(marked) == 3 + pixels.shape[1]
    assert np.isnan(marked[0, 3:6, 9]).all()
    seen = ~np.isnan(marked)
    np.testing.assert_array_equal(marked[seen], pixels.astype(np.float32)[seen])


@pytest.mark.parametrize(
    "fill", [(-1000, -1000), (0, -600), (-300, 0), (1e9, 1e9), (9999, 9999), (5000, 300)]
)
def test_a_fill_value_far_from_the_body_becomes_gaps(pixels, fill: tuple[float, float]) -> None:
    lost = pixels.copy()
    lost[0, 3:6, 9] = lost[0, 7, 13:15] = lost[0, :, 4] = fill
    lost[0, 10, 3] = 0
    marked = mark_unseen(lost, None)
    assert gaps(marked) == 3 + 2 + pixels.shape[1] + 1
    seen = ~np.isnan(marked)
    np.testing.assert_array_equal(marked[seen], pixels[seen])
    once = pixels.copy()
    once[0, 3, 9] = fill
    assert gaps(mark_unseen(once, None)) == (fill[0] == fill[1])
    lost[0, 12] = fill
    assert not mark_unseen(lost, None)[0, 12].any()  # nobody there


def test_a_joint_that_rests_near_the_body_is_no_fill_value(pixels, people) -> None:
    pixels = np.round(pixels)
    size = np.ptp(pixels[0], axis=1).max()
    pixels[0, :, 9] = pixels[0].mean(axis=(0, 1)) + np.array([0.9 * size, 0])
    assert gaps(mark_unseen(pixels, None)) == 0
    pixels[0, 5:7, 9] = 1e5, 2e5  # a slip of two frames is no mark
    assert gaps(mark_unseen(pixels, None)) == 0
    still = np.repeat(people.person()[:, :1], 30, axis=1)
    assert gaps(mark_unseen(still, None)) == 0


def test_unsigned_pixels_are_read(pixels) -> None:
    pixels = np.clip(pixels / 8, 1, 255).astype(np.uint8)
    pixels[0, 2, 4] = 0
    assert gaps(mark_unseen(pixels, None)) == 1


def test_one_zero_coordinate_is_no_mark(pixels) -> None:
    pixels[0, 2, 4, 0] = 0
    pixels[0, 5, 4, 1] = -1
    assert gaps(mark_unseen(pixels, None)) == 0


def test_three_channels_are_marked_when_all_are(people) -> None:
    joints = people.person()
    joints[0, 1, 5] = 0
    joints[0, 2, 5, :2] = 0
    assert gaps(mark_unseen(joints, None)) == 1


@pytest.mark.parametrize("score", [0.0, -1.0, MIN_CONFIDENCE / 2])
def test_doubtful_joints_become_gaps_wherever_they_stand(pixels, score: float) -> None:
    confidence = np.full(pixels.shape[:3], 0.9)
    confidence[0, 4, 7] = score
    marked = mark_unseen(pixels, confidence)
    assert gaps(marked) == 1
    assert np.isnan(marked[0, 4, 7]).all()


def test_the_threshold_is_the_callers(pixels) -> None:
    confidence = np.linspace(0.01, 1, 17) * np.ones(pixels.shape[:3])
    assert gaps(mark_unseen(pixels, confidence, 0.0)) == 0
    assert gaps(mark_unseen(pixels, confidence, 0.5)) == 8 * pixels.shape[1]


@pytest.mark.parametrize("fill", [0, -1])
def test_whoever_shows_no_joint_is_absent(pixels, fill: int) -> None:
    both = np.concatenate([pixels, np.full_like(pixels, fill)])
    both[0, 5] = fill
    marked = mark_unseen(both, None)
    assert gaps(marked) == 0
    assert (marked[1] == 0).all()
    assert (marked[0, 5] == 0).all()
    assert (marked[0, :5] != 0).any()


def test_whoever_has_no_confidence_is_absent(pixels) -> None:
    both = np.concatenate([pixels, pixels + 30])
    confidence = np.ones(both.shape[:3])
    confidence[1, 4:] = 0
    marked = mark_unseen(both, confidence)
    assert gaps(marked) == 0
    assert (marked[1, 4:] == 0).all()
    np.testing.assert_array_equal(marked[1, :4], both[1, :4])


def test_a_frame_of_nan_stays_a_gap(pixels) -> None:
    pixels[0, 3] = np.nan
    pixels[0, 4, 2] = 0
    assert np.isnan(mark_unseen(pixels, None)[0, 3]).all()


@pytest.mark.parametrize("nothing", [0.0, np.nan, -1.0])
def test_confidence_that_says_nothing_is_passed_over(pixels, nothing: float) -> None:
    marked = mark_unseen(pixels, np.full(pixels.shape[:3], nothing))
    np.testing.assert_array_equal(marked, pixels)


def test_missing_confidence_of_single_joints_and_logits_mark_nothing(pixels) -> None:
    confidence = np.full(pixels.shape[:3], 0.9)
    confidence[0, :, 3] = np.nan
    assert gaps(mark_unseen(pixels, confidence)) == 0
    assert gaps(mark_unseen(pixels, np.random.default_rng(0).normal(size=pixels.shape[:3]))) == 0


@pytest.mark.parametrize("joint", ["hip centre", "spine", "shoulder centre"])
@pytest.mark.parametrize("flat", [False, True])
def test_the_origin_of_centred_data_is_a_true_position(people, joint: str, flat: bool) -> None:
    joints = people.person()
    joints = people.pixels_of(joints) if flat else joints
    place = KINECT_V1.index(joint)
    joints = joints - joints[:, :, place : place + 1]
    marked = mark_unseen(joints, None)
    np.testing.assert_array_equal(marked, joints)


def test_a_joint_at_the_origin_of_one_frame_of_centred_data_is_true(people) -> None:
    joints = people.person() - np.float32([0, 0, 3])
    joints[0, 4, 1] = 0
    assert gaps(mark_unseen(joints, None)) == 0


def test_minus_one_in_centred_whole_pixels_is_a_true_position(pixels) -> None:
    pixels = np.round(pixels - pixels[:, :, 11:13].mean(axis=2, keepdims=True)).astype(np.int16)
    pixels[0, :, 11] = -1
    assert gaps(mark_unseen(pixels, None)) == 0


def test_the_wrist_of_a_centred_hand_is_a_true_position() -> None:
    rng = np.random.default_rng(0)
    fingers = rng.uniform(-0.04, 0.04, (1, 12, 21, 3)).astype(np.float32)
    fingers[..., 1] = rng.uniform(0.03, 0.18, (1, 12, 21))  # all above the wrist
    fingers[:, :, 0] = 0
    np.testing.assert_array_equal(mark_unseen(fingers, None), fingers)


def test_a_joint_never_seen_is_no_root_of_pixels_or_of_the_room(people, pixels) -> None:
    pixels[0, :, 0] = 0
    assert gaps(mark_unseen(pixels, None)) == pixels.shape[1]
    joints = people.person()
    joints[0, :, 0] = 0
    assert gaps(mark_unseen(joints, None)) == joints.shape[1]


def test_zeros_and_gaps_are_repaired_alike(people, pixels) -> None:
    rng = np.random.default_rng(1)
    lost = rng.random(pixels.shape[:3]) < 0.1
    lost[0, 0] = False
    zeros, nan = pixels.copy(), pixels.copy()
    zeros[lost], nan[lost] = 0, np.nan
    ours, count = repair_gaps(people.clip_of(mark_unseen(zeros, ~lost * 0.9), COCO_17))
    expected, wanted = repair_gaps(people.clip_of(nan, COCO_17))
    assert count == wanted == lost.sum() > 0
    np.testing.assert_array_equal(ours.joints, expected.joints)


def test_the_input_is_left_alone(pixels) -> None:
    pixels[0, 1, 1] = 0
    before = pixels.copy()
    mark_unseen(pixels, None)[:] = 7
    np.testing.assert_array_equal(pixels, before)


@pytest.mark.parametrize(
    ("values", "name", "unit"),
    [
        ([0.0, 0.3, 1.0], "unit", 1.0),
        ([0.0, 0.3, 1.12], "unit", 1.0),
        ([0, 1, 1], "unit", 1.0),
        ([0, 1, 2], "flags", 2.0),
        ([0.5, 55.5, 99.0], "percent", 100.0),
        ([0, 12, 250], "bytes", 255.0),
        ([0.5, 3.0, 7.5], "raw", None),
        ([0.5, 180.5], "raw", None),
        ([-2.0, 0.5, 3.0], "logits", None),
        ([-1, 0.2, 0.9], "unit", 1.0),
        ([0.0, 0.0], "none", None),
        ([np.nan, -1], "none", None),
        ([], "none", None),
    ],
)
def test_scales_are_told_by_their_range(values: list, name: str, unit: float | None) -> None:
    scale = confidence_scale(values)
    assert (scale.name, scale.unit) == (name, unit)
