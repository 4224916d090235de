import numpy as np
import pytest

from skelshot.datasets import layout_choice as module
from skelshot.datasets.clip_arrays import sequence_from
from skelshot.datasets.clips import BadClip
from skelshot.datasets.layout_choice import (
    SAMPLE,
    ImplausibleBodiesError,
    LayoutChoice,
    choose_layout,
    has_shares,
)
from skelshot.datasets.reading_options import ReadingOptions
from skelshot.ground import SkelshotError
from skelshot.skeletons.body_check import BodyProblem, LayoutGuess
from skelshot.skeletons.layouts import COCO_17, H36M_17, KINECT_V1
from skelshot.skeletons.sequence import SkeletonSequence

READING = ReadingOptions()


def clips(*shapes):
    return [{"joints": np.random.default_rng(0).random(shape) + 1} for shape in shapes]


@pytest.fixture
def guess(monkeypatch):
    """Replaces the look at the bodies by an answer, and notes what was asked."""
    asked = []

    def replace(layout, confirmed=True, problems=()):
        def answer(sample, candidates):
            asked.append((sample, candidates))
            return LayoutGuess(layout, "the bones are odd", confirmed)

        monkeypatch.setattr(module, "guess_layout", answer)
        monkeypatch.setattr(module, "body_problems", lambda *_: list(problems))
        return asked

    return replace


def test_the_bodies_choose_among_layouts_of_as_many_joints(guess):
    asked = guess(H36M_17)
    choice = choose_layout(clips((1, 400, 17, 3), (5, 17, 3)), None, READING)
    assert choice.layout is H36M_17
    assert choice.guessed == "h36m-17 (of coco-17, h36m-17), confirmed by the bodies"
    ((sample, candidates),) = asked
    assert candidates == (COCO_17, H36M_17)
    assert [joints.shape for joints in sample] == [(1, 300, 17, 3), (1, 5, 17, 3)]


def test_an_unsure_guess_says_so(guess):
    guess(KINECT_V1, confirmed=False)
    choice = choose_layout(clips((5, 20, 3)), None, READING)
    expected = (
        "kinect-v1, not confirmed by the bodies: the bones are odd; check it or give --layout"
    )
    assert choice.guessed == expected


def test_bodies_that_fit_no_layout_ask_for_it(guess):
    guess(None)
    with pytest.raises(SkelshotError, match=r"17 joints that do not follow coco-17, h36m-17: the "):
        choose_layout(clips((5, 17, 3)), None, READING)
    choice = choose_layout(clips((5, 17, 3)), None, ReadingOptions(body_check="ignore"))
    assert choice.guessed == "coco-17 (of coco-17, h36m-17), by the number of joints alone"


def test_a_layout_that_is_told_is_not_guessed(guess):
    asked = guess(None)
    assert choose_layout(clips((5, 17, 3)), COCO_17, READING).guessed is None
    assert choose_layout([], COCO_17, READING).layout is COCO_17
    assert not asked


def test_what_is_suspicious_is_said_and_what_is_wrong_left_to_the_clips(guess):
    problems = [
        BodyProblem("sides", severity, "left on the right", "left", "swap them")
        for severity in ("wrong", "suspicious")
    ]
    guess(KINECT_V1, problems=problems)
    choice = choose_layout(clips((5, 20, 3)), None, READING)
    assert choice.doubts == ("sides: found left on the right, expected left; swap them",)


def test_what_all_clips_show_together_is_refused_unless_told(guess, monkeypatch):
    guess(KINECT_V1)
    problem = BodyProblem("upright", "wrong", "z up", "y up", "turn them")
    of_many = lambda clips, _: [problem] if isinstance(clips, list) else []  # noqa: E731
    monkeypatch.setattr(module, "body_problems", of_many)
    with pytest.raises(
        ImplausibleBodiesError, match=r"upright: found z up, .*say --body-check ignore$"
    ):
        choose_layout(clips((5, 20, 3), (5, 20, 3)), None, READING)
    choice = choose_layout(clips((5, 20, 3)), None, ReadingOptions(body_check="ignore"))
    assert choice.doubts == ("upright: found z up, expected y up; turn them",)


def test_clips_that_cannot_be_read_are_passed_over(guess):
    asked = guess(KINECT_V1)
    bad = [{"joints": None}, {"joints": np.ones(3)}, {"joints": np.array("x")}, *clips((5, 19, 3))]
    choice = choose_layout([*bad, *clips(*[(5, 20, 3)] * 20)], None, READING)
    assert choice.layout is KINECT_V1
    assert len(asked[0][0]) == SAMPLE
    assert choose_layout(bad[:3], None, READING) is None
    with pytest.raises(SkelshotError, match=r"found 19 a person, expected one of .*17 \(coco-17\)"):
        choose_layout(bad, None, READING)


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((37, 20, 3, 2), r"found 3 a person, .*axis 1 of \(37, 20, 3, 2\) looks like the joints"),
        ((37, 20, 3, 1), r"axis 1 of \(37, 20, 3, 1\) looks like the joints: bring the axes into"),
        ((1, 37, 3, 20), r"axis 3 of \(1, 37, 3, 20\) looks like the joints"),
        ((30, 19, 3), r"found 19 a person, .*; give any other layout with --layout FILE\.yaml"),
    ],
)
def test_a_number_of_joints_that_none_has_may_be_another_axis(shape, expected):
    with pytest.raises(SkelshotError, match=expected):
        choose_layout(clips(shape), None, READING)


def test_a_score_in_most_clips_refuses_all_unless_told(guess):
    guess(KINECT_V1, problems=[BodyProblem("score", "wrong", "a score", "z", "move it")])
    choice = choose_layout(clips((5, 20, 3)), None, READING)
    clip = sequence_from(clips((5, 20, 3))[0], KINECT_V1)
    with pytest.raises(BadClip, match=r"^most clips .*: score: .* say --third-channel score$"):
        choice.check(clip)
    ignoring = ReadingOptions(body_check="ignore")
    choose_layout(clips((5, 20, 3)), None, ignoring).check(clip)


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({}, True),
        ({"units": "metres"}, False),
        ({"axes": "x,y,z"}, False),
        ({"persons": "file"}, True),
    ],
)
def test_coordinates_are_said_unless_they_are_told(told, said):
    choice = choose_layout(clips((5, 20, 3)), KINECT_V1, ReadingOptions(**told))
    expected = {"coordinates": "metres, y up, right-handed (not confirmed by the bodies)"}
    assert choice.guesses() == (expected if said else {})


def clip(value: float, channels: int = 2) -> SkeletonSequence:
    joints = np.full((1, 9, 17, channels), value, np.float32)
    return SkeletonSequence(joints, np.ones((1, 9), bool), COCO_17)


@pytest.mark.parametrize(
    ("value", "shares"), [(0.5, True), (-1.2, True), (300, False), (0, False), (np.nan, False)]
)
def test_shares_are_small_and_not_nothing(value, shares):
    assert has_shares(clip(value)) is shares


@pytest.mark.parametrize(
    ("told", "found", "reason"),
    [
        ({"channels": 3}, clip(300), "found 2 coordinates, most clips beside it have 3"),
        ({"shares": True}, clip(300), "looks like pixels, most clips beside it have shares"),
        ({"shares": False}, clip(0.5), "looks like shares of the picture, most"),
        ({"misread": "score: z is one"}, clip(0.5), "most clips beside it .* wrong: score: z is"),
    ],
)
def test_what_differs_from_most_is_refused(told, found, reason):
    with pytest.raises(BadClip, match=reason):
        LayoutChoice(COCO_17, **told).check(found)


def test_what_is_like_most_passes():
    LayoutChoice(COCO_17).check(clip(300))
    LayoutChoice(COCO_17, channels=2, shares=True).check(clip(0.5))


def test_what_was_guessed_is_named():
    assert LayoutChoice(COCO_17).guesses() == {}
    choice = LayoutChoice(COCO_17, guessed="coco-17", coordinates="pixels")
    assert choice.guesses() == {"layout": "coco-17", "coordinates": "pixels"}
