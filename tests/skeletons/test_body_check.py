import time

import numpy as np
import pytest

from skelshot.datasets.nw_ucla import NwUclaReader
from skelshot.skeletons import (
    COCO_17,
    KINECT_V1,
    KINECT_V2,
    OPENNI_15,
    SkeletonLayout,
    SkeletonSequence,
    map_layout,
)
from skelshot.skeletons.body_check import body_problems, guess_layout


def kinds(clips, layout: SkeletonLayout = KINECT_V1) -> list[tuple[str, str]]:
    return [(problem.kind, problem.severity) for problem in body_problems(clips, layout)]


@pytest.fixture
def metres(people) -> np.ndarray:
    return people.person()


@pytest.fixture
def pixels(people) -> np.ndarray:
    return people.coco_pixels()


def test_bodies_as_they_should_be_have_no_problem(people, metres, pixels) -> None:
    assert kinds(people.clip_of(metres)) == []
    assert kinds(people.clip_of(metres - metres[:, :, :1])) == []
    assert kinds(people.clip_of(pixels, COCO_17), COCO_17) == []
    assert kinds([people.clip_of(pixels, COCO_17)] * 40, COCO_17) == []


def test_real_clips_have_no_problem(nw_ucla_dir) -> None:
    reader = NwUclaReader()
    sources = reader.sources(nw_ucla_dir)[::40]
    clips = [clip.sequence for source in sources for clip in reader.read(source)]
    assert kinds(clips) == []
    assert [problem for clip in clips for problem in kinds(clip)] == []
    assert all(guess_layout([clip.joints], [KINECT_V1]).confirmed for clip in clips)


@pytest.mark.parametrize("channels", [2, 3])
@pytest.mark.parametrize("frames", [2, 6, 30])
@pytest.mark.parametrize(
    "make",
    [
        lambda rng, shape: rng.random(shape),
        lambda rng, shape: rng.normal(size=shape),
        lambda rng, shape: 1000 * rng.random(shape),
        lambda rng, shape: rng.normal(size=shape).cumsum(axis=1),
        lambda rng, shape: np.ones(shape),
        lambda rng, shape: np.zeros(shape),
        lambda rng, shape: np.full(shape, np.nan),
        lambda rng, shape: np.arange(np.prod(shape)).reshape(shape),
    ],
    ids=["uniform", "normal", "large", "walks", "ones", "zeros", "nan", "rising"],
)
def test_what_is_no_body_is_not_asked_for_more_than_its_layout(
    make, rng: np.random.Generator, frames: int, channels: int
) -> None:
    for layout in (KINECT_V2, COCO_17):
        joints = make(rng, (2, frames, layout.num_joints, channels)).astype(np.float32)
        clip = SkeletonSequence(joints, np.ones((2, frames), bool), layout)
        assert {kind for kind, _ in kinds(clip, layout)} <= {"layout"}


@pytest.mark.parametrize(
    ("scale", "unit"),
    [
        (1000, "millimetres"),
        (100, "centimetres"),
        (39.37, "inches"),
        (3.28, "another unit"),
        (3.28, "feet"),
        (1e5, "another unit"),
        (0.1, "normalised"),
    ],
)
def test_other_units_are_wrong(people, metres, scale: float, unit: str) -> None:
    problems = body_problems(people.clip_of(metres * scale), KINECT_V1)
    assert [(problem.kind, problem.severity) for problem in problems] == [("units", "wrong")]
    assert unit in problems[0].found


@pytest.mark.parametrize("scale", [1, 1000])
def test_pixels_with_a_depth_of_their_own_are_wrong(people, metres, scale: float) -> None:
    mixed = np.concatenate([people.pixels_of(metres), scale * metres[..., 2:]], axis=-1)
    problems = body_problems(people.clip_of(mixed), KINECT_V1)
    (found,) = (problem.found for problem in problems if problem.kind == "units")
    assert found.endswith("looks like pixels")


@pytest.mark.parametrize("scale", [1, 1 / 1920], ids=["pixels", "shares"])
@pytest.mark.parametrize(
    "score",
    [
        lambda rng, shape: rng.uniform(0.4, 0.95, shape),
        lambda rng, shape: np.full(shape, 0.9),
        lambda rng, shape: rng.choice([0.0, 1.0], shape),
        lambda rng, shape: rng.choice([1.0, 2.0], shape),
    ],
    ids=["random", "constant", "zero or one", "visibility"],
)
def test_a_score_in_the_place_of_z_is_wrong(people, pixels, rng, score, scale: float) -> None:
    third = score(rng, (*pixels.shape[:3], 1))
    joints = np.concatenate([pixels * scale, third], axis=-1)
    problems = body_problems(people.clip_of(joints, COCO_17), COCO_17)
    assert [(problem.kind, problem.severity) for problem in problems] == [("score", "wrong")]
    assert "keypoint_score" in str(problems[0])


def test_scores_in_percent_are_told_in_pixels(people, pixels, rng) -> None:
    joints = np.concatenate([pixels, rng.uniform(5, 99, (*pixels.shape[:3], 1))], axis=-1)
    assert kinds(people.clip_of(joints, COCO_17), COCO_17) == [("score", "wrong")]


@pytest.mark.parametrize("spread", [0, 0.02, 0.3])
@pytest.mark.parametrize("scale", [1, 1 / 1920], ids=["pixels", "shares"])
def test_rows_columns_and_scores_are_told_with_their_axes(
    people, pixels, rng, scale: float, spread: float
) -> None:
    score = 0.7 + spread * rng.uniform(-1, 1, (*pixels.shape[:3], 1))
    joints = np.concatenate([pixels[..., ::-1] * scale, score], axis=-1)
    (problem,) = body_problems(people.clip_of(joints, COCO_17), COCO_17)
    assert (problem.kind, problem.severity, str(problem.axes)) == ("score", "wrong", "y,x")


def test_metres_without_depth_are_suspicious(people, metres) -> None:
    for depth, found in ((0, "z that is 0 throughout"), (1, "z that is 1 throughout")):
        flat = np.concatenate([metres[..., :2], np.full_like(metres[..., 2:], depth)], axis=-1)
        (problem,) = body_problems(people.clip_of(flat), KINECT_V1)
        assert (problem.kind, problem.severity, problem.found) == ("flat", "suspicious", found)


def test_scores_that_change_slowly_are_told_in_pixels(people, pixels) -> None:
    third = 0.5 + 0.4 * (pixels[..., 1:] - pixels[..., 1:].min()) / np.ptp(pixels[..., 1])
    joints = np.concatenate([pixels, third], axis=-1)
    assert kinds(people.clip_of(joints, COCO_17), COCO_17) == [("score", "wrong")]


def test_shares_of_the_picture_are_found(people, metres, pixels) -> None:
    shares = pixels / np.float32([1920, 1080])
    assert kinds(people.clip_of(shares, COCO_17), COCO_17) == [("normalised", "suspicious")]
    flat = people.pixels_of(metres) / np.float32([1080, 1080])
    depth = (metres[..., 2:] - 3) * 0.9
    flat[..., 0] -= 0.4
    landmarks = np.concatenate([flat, depth], axis=-1)
    assert ("normalised", "wrong") in kinds(people.clip_of(landmarks))


def test_y_down_is_wrong_in_metres(people, metres) -> None:
    turned = metres * np.float32([1, -1, -1])
    assert kinds(people.clip_of(turned)) == [("upright", "wrong")]


@pytest.mark.parametrize(
    ("order", "signs", "axes"),
    [
        ([0, 1, 2], [1, -1, -1], "x,-y,-z"),
        ([0, 1, 2], [-1, -1, 1], "-x,-y,z"),
        ([0, 2, 1], [1, -1, 1], "x,z,-y"),
        ([0, 2, 1], [1, 1, -1], "x,-z,y"),
        ([1, 0, 2], [1, -1, 1], "-y,x,z"),
        ([1, 0, 2], [-1, 1, 1], "y,-x,z"),
        ([0, 1, 2], [-1, 1, 1], "-x,y,z"),
    ],
)
def test_the_axes_that_are_named_are_right(people, metres, order, signs, axes) -> None:
    metres -= np.float32([0, 0, 1])  # so that steep means steep
    turned = metres[..., order] * np.float32(signs)
    (problem,) = body_problems(people.clip_of(turned), KINECT_V1)
    assert str(problem.axes) == axes
    np.testing.assert_allclose(problem.axes.of(turned), metres)


def test_z_up_in_several_clips_is_wrong(people) -> None:
    clips = [people.clip_of(people.person(seed=seed)[..., [0, 2, 1]]) for seed in range(3)]
    assert ("upright", "wrong") in kinds(clips)
    assert ("upright", "suspicious") in kinds(clips[:2])
    standing = [people.clip_of(people.person(seed=seed)) for seed in range(3)]
    assert kinds([*standing, *clips]) == []
    aside = [people.clip_of(people.person(seed=seed)[..., [1, 0, 2]]) for seed in range(3)]
    assert ("upright", "suspicious") in kinds(aside)


def test_rows_before_columns_are_suspicious_in_pixels(people, pixels) -> None:
    (problem,) = body_problems(people.clip_of(pixels[..., ::-1], COCO_17), COCO_17)
    assert (problem.kind, problem.severity, str(problem.axes)) == ("upright", "suspicious", "y,x")


def test_y_up_is_suspicious_in_pixels(people, pixels) -> None:
    clip = people.clip_of(pixels * np.float32([1, -1]) + np.float32([0, 1080]), COCO_17)
    assert kinds(clip, COCO_17) == [("upright", "suspicious")]


@pytest.mark.parametrize("order", [[0, 2, 1], [1, 2, 0]], ids=["z", "x"])
def test_another_axis_up_is_suspicious(people, metres, order: list[int]) -> None:
    joints = (metres - np.float32([0, 0, 3]))[..., order]
    assert ("upright", "suspicious") in kinds(people.clip_of(joints))


def test_who_lies_down_now_and_then_is_no_problem(people, metres) -> None:
    lying = metres[..., [1, 0, 2]] * np.float32([1, -1, 1])
    upside = (metres * np.float32([1, -1, -1]))[:, :8]
    clips = [people.clip_of(joints) for joints in (metres, metres, lying, upside)]
    assert kinds(clips) == []


@pytest.mark.parametrize("axis", [0, 2])
def test_mirrored_axes_are_suspicious(people, metres, axis: int) -> None:
    metres[..., axis] *= -1
    assert kinds(people.clip_of(metres)) == [("mirrored", "suspicious")]


def test_heads_behind_necks_are_suspicious_in_several_clips(people) -> None:
    clips = []
    for seed in range(3):
        joints = map_layout(people.clip_of(people.person(seed=seed)), OPENNI_15).joints
        joints[:, :, OPENNI_15.index("head"), 2] -= 0.1
        clips.append(people.clip_of(joints, OPENNI_15))
    mirrored = [people.clip_of(clip.joints * np.float32([-1, 1, 1]), OPENNI_15) for clip in clips]
    assert kinds(clips, OPENNI_15) == []
    assert kinds(mirrored, OPENNI_15) == [("mirrored", "suspicious")]
    assert kinds(mirrored[:2], OPENNI_15) == []


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan, 3e38])
def test_infinite_coordinates_raise_no_warning(people, metres, value: float) -> None:
    two = np.concatenate([metres, metres + np.float32([1, 0, 0])])
    two[0, 3:5, 4] = value
    two[0, 9] = value
    assert ("axes", "wrong") not in kinds(people.clip_of(two))
    body_problems(people.clip_of(two.transpose(1, 0, 2, 3)), KINECT_V1)
    guess_layout([two], [KINECT_V1])


def test_exchanged_sides_are_suspicious(people, metres) -> None:
    joints = metres[:, :, list(KINECT_V1.mirror)]
    assert kinds(people.clip_of(joints)) == [("mirrored", "suspicious")]


def test_another_order_of_joints_is_wrong(people, metres) -> None:
    problems = body_problems(people.clip_of(metres[:, :, ::-1]), KINECT_V1)
    assert [(problem.kind, problem.severity) for problem in problems] == [("layout", "wrong")]
    assert "'kinect-v1'" in str(problems[0])
    assert "\n" not in str(problems[0])


def test_exchanged_axes_are_wrong(people, metres) -> None:
    two = np.concatenate([metres, np.zeros_like(metres)])
    problems = body_problems(people.clip_of(two.transpose(1, 0, 2, 3)), KINECT_V1)
    assert [(problem.kind, problem.severity) for problem in problems] == [("axes", "wrong")]
    assert "(T, M, V, C)" in problems[0].found


def test_unseen_joints_do_no_harm(people, pixels, rng: np.random.Generator) -> None:
    pixels[0][rng.random(pixels.shape[1:3]) < 0.3] = np.nan
    assert kinds(people.clip_of(pixels, COCO_17), COCO_17) == []


def test_no_clip_has_no_problem() -> None:
    assert body_problems([], KINECT_V1) == []


def test_a_check_of_many_long_clips_takes_well_below_a_second(people) -> None:
    clips = [people.clip_of(people.person(300))] * 100
    begin = time.process_time()
    body_problems(clips, KINECT_V1)
    assert time.process_time() - begin < 0.5
