import numpy as np
import pytest

from skelshot.datasets.clip_arrays import misfit_of_axes, picture_size_of, sequence_from
from skelshot.datasets.clips import BadClip
from skelshot.datasets.reading_options import ReadingOptions
from skelshot.ground import SkelshotError
from skelshot.skeletons.layouts import COCO_17, KINECT_V1

JOINTS = np.random.default_rng(0).uniform(1, 2, (2, 5, 20, 3))


def made(arrays, layout=KINECT_V1, **options):
    return sequence_from({"joints": JOINTS, **arrays}, layout, ReadingOptions(**options))


def test_one_person_may_come_without_the_first_axis():
    clip = made(
        {
            "joints": JOINTS[0],
            "present": np.array([1, 1, 0, 1, 1]),
            "confidence": np.full((5, 20), 0.5),
            "pixels": np.zeros((5, 20, 2)),
        }
    )
    assert clip.joints.shape == (1, 5, 20, 3)
    assert clip.present.tolist() == [[True, True, False, True, True]]
    assert not clip.joints[0, 2].any()
    assert (clip.confidence.shape, clip.pixels.shape) == ((1, 5, 20), (1, 5, 20, 2))


@pytest.mark.parametrize(
    ("units", "factor"), [("metres", 1), ("centimetres", 100), ("millimetres", 1000)]
)
def test_units_become_metres(units, factor):
    clip = made({"joints": (JOINTS * factor).astype(np.int32)}, units=units)
    np.testing.assert_allclose(clip.joints, (JOINTS * factor).astype(int) / factor, rtol=1e-6)


def test_a_third_channel_of_scores_becomes_confidence():
    joints = JOINTS[:, :, :17].copy()
    joints[..., 2] -= 1
    clip = made({"joints": joints}, COCO_17, third_channel="score")
    np.testing.assert_array_equal(clip.joints, joints[..., :2].astype(np.float32))
    np.testing.assert_array_equal(clip.confidence, joints[..., 2].astype(np.float32))


@pytest.mark.parametrize(
    ("scores", "scale"),
    [
        (np.full((2, 5, 20), 0.5), 1),
        (np.full((2, 5, 20, 1), 0.5), 1),
        (np.full((2, 5, 20), 50, np.uint8), 100),
        (np.full((2, 5, 20), 127.5), 255),
    ],
)
def test_confidences_of_other_shape_and_scale(scores, scale):
    clip = made({"confidence": scores}, score_scale=scale)
    np.testing.assert_allclose(clip.confidence, np.full((2, 5, 20), 0.5))


def test_confidences_are_cut_to_0_and_1_and_nan_stays():
    scores = np.zeros((2, 5, 20))
    scores[0, 0, :4] = 1.2, -1, np.nan, 0.25
    assert made({"confidence": scores}).confidence[0, 0, [0, 1, 3]].tolist() == [1, 0, 0.25]
    assert np.argwhere(np.isnan(made({"confidence": scores}).confidence)).tolist() == [[0, 0, 2]]


@pytest.mark.parametrize(
    ("arrays", "options", "expected"),
    [
        ({"joints": None}, {}, "keypoint: missing, expected coordinates (persons, frames"),
        ({"confidence": np.full((2, 5, 20), 88)}, {}, "score: reaches 88, expected 0 to 1; when"),
        ({"confidence": np.full((2, 5, 20), 88)}, {}, "give it with --score-scale"),
        ({"confidence": np.full((2, 5, 20), 255)}, {"score_scale": 100}, "expected 0 to 100"),
        ({"confidence": np.ones((2, 5))}, {}, "score: found shape (1, 2, 5), expected (2, 5, 20)"),
        ({"confidence": np.ones((2, 5, 20))}, {"third_channel": "score"}, "score: found beside a"),
        ({"joints": JOINTS[..., :2]}, {"third_channel": "score"}, "keypoint: found 2 coordinates"),
        ({"joints": JOINTS * 90}, {"third_channel": "score"}, "keypoint: reaches 1"),
        (
            {"joints": JOINTS[..., :2]},
            {"units": "millimetres"},
            "units: found 2 coordinates",
        ),
        ({}, {"min_confidence": 0.3}, "confidence: missing, so that --min-confidence says nothing"),
        ({}, {"score_scale": 100}, "confidence: missing, so that --score-scale says nothing"),
        ({"frame_index": np.array(3)}, {}, "frame_index: expected whole numbers that rise"),
        ({"frame_index": np.array(3 * [2**63], np.uint64)}, {}, "found 9223372036854775808 to"),
        ({"frame_index": np.array([-(2**63), 0])}, {}, "frame_index: expected whole numbers"),
        ({"frame_index": np.zeros((5, 1), int)}, {}, "found int64 (5, 1)"),
        ({"present": [[True]]}, {}, "present: found a list of 1, expected true and false"),
        ({"picture_size": np.array([0, 5])}, {}, "picture_size: found 0 x 5 pixels"),
        ({"picture_size": np.array([70000, 5])}, {}, "picture_size: found 70000 x 5 pixels"),
        ({"pixels": np.zeros((2, 5, 20), bool)}, {}, "pixels: found bool (2, 5, 20), expected"),
    ],
)
def test_arrays_that_do_not_fit_are_refused_by_the_files_own_names(arrays, options, expected):
    names = {"joints": "keypoint", "confidence": "score"}
    with pytest.raises(BadClip) as caught:
        sequence_from({"joints": JOINTS, **arrays}, KINECT_V1, ReadingOptions(**options), names)
    assert expected in str(caught.value)


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((5, 20, 3, 2), "axis 1 looks like the joints: bring the axes into the order (persons"),
        ((3, 40, 20, 1), "axis 2 looks like the joints and axis 0 like the coordinates"),
        ((1, 50, 5, 60), "the last axis looks like joints times coordinates: reshape it"),
        ((1, 40, 25, 3), "no axis has 20 joints"),
    ],
)
def test_shapes_that_cannot_be_say_which_axis_is_which(shape, expected):
    phrase = misfit_of_axes(shape, KINECT_V1)
    expected_axes = "expected (persons, frames, 20, 2 or 3) for the layout 'kinect-v1'; "
    assert phrase.startswith(f"found shape {shape}, {expected_axes}")
    assert expected in phrase
    with pytest.raises(BadClip, match="for the layout 'kinect-v1'"):
        made({"joints": np.ones(shape)})


def test_too_few_axes_are_explained():
    with pytest.raises(BadClip, match="the last axis looks like joints times coordinates"):
        made({"joints": np.ones((40, 60))})


@pytest.mark.parametrize(
    "value", [(240, 320), [240, 320], np.array([240, 320]), (240.0, 320.0), (240, 320, 3)]
)
def test_sides_of_a_picture(value):
    assert picture_size_of(value, "img_shape") == (240, 320)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (240, "img_shape: found 240, expected two numbers of pixels"),
        ((240,), "img_shape: found a tuple of 1"),
        ("240x320", "img_shape: found '240x320'"),
        ((-1, -1), "img_shape: found -1, expected a whole number"),
        ((0, 320), "img_shape: found 0 x 320 pixels"),
        ((240.5, 320), "img_shape: found 240.5"),
        (np.ones((2, 2)), "img_shape: found float64 (2, 2)"),
        ((None, 3), "img_shape: found none"),
    ],
)
def test_what_is_no_picture_is_refused(value, expected):
    with pytest.raises(BadClip) as caught:
        picture_size_of(value, "img_shape")
    assert expected in str(caught.value)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (
            {"units": "yards"},
            "units: found 'yards'; input should be 'metres', 'centi",
        ),
        ({"min_confidence": 2}, "min_confidence: found 2; input should be less than or equal to 1"),
        ({"score_scale": 0}, "score_scale: found 0; input should be greater than 0"),
        ({"person": "file"}, "options: found the unknown option 'person', expected units, axes"),
    ],
)
def test_unknown_options_are_refused_by_name(given, expected):
    with pytest.raises(SkelshotError) as caught:
        ReadingOptions(**given)
    assert expected in str(caught.value)
