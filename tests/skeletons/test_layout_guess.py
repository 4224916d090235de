import numpy as np
import pytest

from skelshot.ground import SkelshotError
from skelshot.skeletons import (
    COCO_17,
    HAND_21,
    KINECT_V1,
    KINECT_V2,
    LAYOUTS,
    OPENNI_15,
    SkeletonLayout,
    map_layout,
)
from skelshot.skeletons.layout_guess import (
    guess_layout,
    hips_from_shoulders_to_knees,
    layout_fit,
    tree_ratio,
)

H36M = SkeletonLayout(
    name="h36m",
    joints=(
        *("pelvis", "right hip", "right knee", "right ankle"),
        *("left hip", "left knee", "left ankle", "spine", "neck", "nose", "head"),
        *("left shoulder", "left elbow", "left wrist"),
        *("right shoulder", "right elbow", "right wrist"),
    ),
    bones=(
        *((1, 0), (2, 1), (3, 2), (4, 0), (5, 4), (6, 5), (7, 0), (8, 7), (9, 8), (10, 9)),
        *((11, 8), (12, 11), (13, 12), (14, 8), (15, 14), (16, 15)),
    ),
    pairs=((4, 1), (5, 2), (6, 3), (11, 14), (12, 15), (13, 16)),
    parts={"all": tuple(range(17))},
    centre=(0,),
    hips=(4, 1),
    shoulders=(11, 14),
    trunk=((0,), (8,)),
)
TO_H36M = (
    *("hip centre", "right hip", "right knee", "right ankle", "left hip", "left knee"),
    *("left ankle", "spine", "shoulder centre", "head", "head", "left shoulder", "left elbow"),
    *("left wrist", "right shoulder", "right elbow", "right wrist"),
)
UTD_MHAD = [3, 2, 1, 0, *range(4, 20)]  # head first, hip centre fourth
MSR_ACTION3D = [8, 4, 2, 1, 9, 5, 10, 6, 11, 7, 0, 3, 12, 16, 13, 17, 14, 18, 15, 19]
JHMDB = [1, 2, 0, 6, 3, 12, 9, 7, 4, 13, 10, 8, 5, 14, 11]  # neck, belly, face, then by pairs


def h36m(people) -> np.ndarray:
    return people.person()[:, :, [KINECT_V1.index(name) for name in TO_H36M]]


def kinect(people) -> np.ndarray:
    return people.person()


def openni(people) -> np.ndarray:
    return map_layout(people.clip_of(people.person()), OPENNI_15).joints


@pytest.mark.parametrize("flat", [False, True], ids=["metres", "pixels"])
@pytest.mark.parametrize(
    ("make", "layout"),
    [(kinect, KINECT_V1), (openni, OPENNI_15), (h36m, H36M)],
    ids=["kinect-v1", "openni-15", "h36m"],
)
def test_the_right_layout_is_confirmed(people, make, layout: SkeletonLayout, flat: bool) -> None:
    joints = make(people)
    guess = guess_layout([people.pixels_of(joints) if flat else joints], [layout])
    assert guess.layout is layout
    assert guess.confirmed


@pytest.mark.parametrize("flat", [False, True], ids=["metres", "pixels"])
@pytest.mark.parametrize(
    ("make", "order", "layout"),
    [
        (kinect, UTD_MHAD, KINECT_V1),
        (kinect, MSR_ACTION3D, KINECT_V1),
        (kinect, [*range(19, -1, -1)], KINECT_V1),
        (openni, JHMDB, OPENNI_15),
        (h36m, [*range(17)], COCO_17),
    ],
    ids=["UTD-MHAD", "MSR-Action3D", "backwards", "JHMDB", "h36m as coco"],
)
def test_another_order_is_refused(
    people, make, order: list[int], layout: SkeletonLayout, flat: bool
) -> None:
    joints = make(people)[:, :, order]
    guess = guess_layout([people.pixels_of(joints) if flat else joints], [layout])
    assert guess.layout is None
    assert not guess.confirmed
    assert layout.name in guess.reason


def exchanged(layout: SkeletonLayout, one: str, other: str) -> list[int]:
    order = list(range(layout.num_joints))
    for side in ("left", "right"):
        first, second = layout.index(f"{side} {one}"), layout.index(f"{side} {other}")
        order[first], order[second] = second, first
    return order


@pytest.mark.parametrize("flat", [False, True], ids=["metres", "pixels"])
@pytest.mark.parametrize("layout", [KINECT_V1, KINECT_V2, COCO_17], ids=lambda one: one.name)
def test_hips_that_do_not_lie_above_the_knees_are_refused(people, layout, flat: bool) -> None:
    joints = map_layout(people.clip_of(people.person()), layout).joints
    joints = people.pixels_of(joints) if flat else joints
    assert layout_fit(joints[0].astype(float), layout).verdict == "right"
    fit = layout_fit(joints[0][:, exchanged(layout, "hip", "knee")].astype(float), layout)
    assert fit.verdict == "wrong"
    assert "between its shoulders and knees" in fit.reason


def test_the_place_of_the_hips_is_the_median_of_the_bodies_that_stand() -> None:
    bodies = np.full((5, 17, 2), np.nan)
    for body, hips in enumerate([450.0, 500.0, 1000.0]):
        bodies[body, [5, 6], 1], bodies[body, [13, 14], 1] = 0, 900
        bodies[body, [11, 12], 1] = hips
        bodies[body, [5, 6, 11, 12, 13, 14], 0] = 3
    bodies[3] = bodies[0]
    bodies[3, [13, 14], 1] = 20  # folds up: the knees at the shoulders
    place = hips_from_shoulders_to_knees(bodies, COCO_17)
    assert place == pytest.approx(500 / 900)
    assert np.isnan(hips_from_shoulders_to_knees(bodies[3:], COCO_17))
    assert np.isnan(hips_from_shoulders_to_knees(np.ones((2, 21, 3)), HAND_21))


def test_coco_read_as_h36m_is_refused(people) -> None:
    assert guess_layout([people.coco_pixels()], [H36M]).layout is None


def test_one_of_two_layouts_is_chosen_whatever_their_order(people) -> None:
    for joints, layout in ((people.coco_pixels(), COCO_17), (h36m(people), H36M)):
        for candidates in ([COCO_17, H36M], [H36M, COCO_17]):
            guess = guess_layout([joints], candidates)
            assert guess.layout is layout
            assert guess.confirmed


@pytest.mark.parametrize("channels", [2, 3])
@pytest.mark.parametrize("joints", [15, 17, 20, 25, 33])
def test_shuffled_bodies_are_refused_nearly_always(people, joints: int, channels: int) -> None:
    layout = next(entry for entry in LAYOUTS if entry.num_joints == joints)
    clip = map_layout(people.clip_of(people.person()), layout).joints
    clip = clip if channels == 3 else people.pixels_of(clip)
    guesses = []
    for seed in range(20):
        order = np.random.default_rng(seed).permutation(joints)
        guesses.append(guess_layout([clip[:, :, order]], [layout]))
    assert not any(guess.confirmed for guess in guesses)
    assert sum(guess.layout is None for guess in guesses) >= 19


@pytest.mark.parametrize(
    "make",
    [
        lambda rng: rng.random((1, 12, 25, 3)),
        lambda rng: rng.normal(size=(2, 12, 25, 2)),
        lambda rng: np.ones((1, 12, 25, 3)),
        lambda rng: np.zeros((1, 12, 25, 3)),
        lambda rng: np.full((1, 12, 25, 3), np.nan),
        lambda rng: rng.random((1, 1, 25, 3)),
        lambda rng: np.where(np.arange(25)[:, None] < 9, rng.random((1, 12, 25, 3)), np.nan),
        lambda rng: (100 * rng.random((1, 12, 25, 2))).astype(np.uint8),
    ],
    ids=["noise", "normal", "ones", "zeros", "nan", "one frame", "few joints", "bytes"],
)
def test_what_is_no_body_gives_the_first_unconfirmed(make, rng) -> None:
    guess = guess_layout([make(rng)] * 3, [KINECT_V2])
    assert guess.layout is KINECT_V2
    assert not guess.confirmed


def test_unseen_joints_do_not_matter(people) -> None:
    joints = people.coco_pixels()
    joints[0, :, 15:] = 0  # feet outside the picture
    joints[0, ::3, 9] = 0
    guess = guess_layout([joints], [COCO_17, H36M])
    assert guess.layout is COCO_17
    assert guess.confirmed


def test_no_candidate_is_an_error(people) -> None:
    with pytest.raises(SkelshotError, match="no layout"):
        guess_layout([people.person()], [])


def test_tree_ratio_is_near_one_for_the_right_layout(people) -> None:
    assert 1 <= tree_ratio(people.person(), KINECT_V1) < 1.3
    assert tree_ratio(people.person()[:, :, ::-1], KINECT_V1) > 1.9
    assert tree_ratio(np.zeros((1, 9, 20, 3), np.float32), KINECT_V1) is None


def test_reasons_name_figures(people) -> None:
    fit = layout_fit(people.person()[0, :, ::-1].astype(float), KINECT_V1)
    assert fit.verdict == "wrong"
    assert "times as long" in fit.reason or "trunk" in fit.reason


def test_no_clip_confirms_nothing() -> None:
    guess = guess_layout([], [COCO_17])
    assert guess.layout is COCO_17
    assert not guess.confirmed


@pytest.mark.parametrize("flat", [False, True], ids=["metres", "pixels"])
def test_a_hand_is_never_confirmed(people, flat: bool) -> None:
    joints = people.person()
    joints = np.concatenate([joints, joints[:, :, :1]], axis=2)  # a body of 21 joints
    guess = guess_layout([people.pixels_of(joints) if flat else joints], [HAND_21])
    assert not guess.confirmed
    finger = np.float32([0.03, 0.09, 0.03]) * np.arange(1, 5)[:, None]
    hand = np.zeros((1, 9, 21, 3), np.float32)
    for number in range(5):
        turn = np.float32([number - 2, 1, 0.2])
        hand[0, :, 1 + 4 * number : 5 + 4 * number] = finger * turn
    guess = guess_layout([hand], [HAND_21])
    assert (guess.layout, guess.confirmed) == (HAND_21, False)
    assert "cannot tell hand-21 from a body" in guess.reason


@pytest.mark.filterwarnings("error")
def test_two_joints_tell_nothing(rng) -> None:
    pair = SkeletonLayout(
        name="pair",
        joints=("a", "b"),
        bones=((1, 0),),
        pairs=(),
        parts={"all": (0, 1)},
        centre=(0,),
        hips=None,
        shoulders=None,
        trunk=((0,), (1,)),
    )
    guess = guess_layout([rng.normal(size=(1, 9, 2, 3))], [pair])
    assert not guess.confirmed
    assert "nan" not in guess.reason
    fit = layout_fit(rng.normal(size=(9, 2, 3)), pair)
    assert (fit.verdict, fit.reason) == ("no body", "too few joints are seen to tell")
