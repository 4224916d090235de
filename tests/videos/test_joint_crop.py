import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skelshot.ground import SkelshotError
from skelshot.videos.crop import CropBox
from skelshot.videos.joint_crop import crop_box, whole_box

FULL = (1920, 1080)


def people(*spans: tuple[float, float, float, float]) -> tuple[np.ndarray, np.ndarray]:
    """Persons of nine joints, each spread over (left, top, right, bottom); one frame."""
    pixels = np.stack(
        [
            np.stack(np.meshgrid([x0, (x0 + x1) / 2, x1], [y0, (y0 + y1) / 2, y1]), -1)
            for x0, y0, x1, y1 in spans
        ]
    )
    joints = pixels.reshape(len(spans), 1, 9, 2).astype(np.float32)
    return joints, np.ones((len(spans), 1), bool)


def test_square_with_margin() -> None:
    box = crop_box(*people((900, 300, 1000, 700)), FULL, margin=0.25)
    assert box == CropBox(950 - 300, 500 - 300, 600, 600)
    assert crop_box(*people((900, 300, 1000, 700)), FULL, margin=0) == CropBox(750, 300, 400, 400)


def test_everybody_and_every_frame_counts() -> None:
    pixels, present = people((400, 300, 500, 600), (700, 300, 800, 600))
    assert crop_box(pixels, present, FULL, margin=0) == CropBox(400, 250, 400, 400)
    later = np.concatenate([pixels, pixels + np.array([0, 100])], axis=1).astype(np.float32)
    twice = np.repeat(present, 2, axis=1)
    assert crop_box(later, twice, FULL, margin=0) == CropBox(400, 300, 400, 400)
    twice[1] = False  # absent persons' zeros and leftovers do not count
    assert crop_box(later, twice, FULL, margin=0) == CropBox(250, 300, 400, 400)


def test_moved_inside_and_shrunk() -> None:
    assert crop_box(*people((10, 300, 110, 700)), FULL, margin=0) == CropBox(0, 300, 400, 400)
    assert crop_box(*people((1000, 700, 1100, 1070)), FULL, margin=0.1).top == 1080 - 444
    wide = crop_box(*people((100, 300, 1700, 700)), FULL)
    assert wide == CropBox(900 - 540, 0, 1080, 1080)


def test_scaled_to_the_video() -> None:
    span = people((900, 300, 1000, 700))
    assert crop_box(*span, (960, 540), margin=0) == CropBox(375, 150, 200, 200)
    assert crop_box(*span, (320, 180), margin=0) == CropBox(125, 50, 67, 67)
    # Squeezed to another shape: what was a square in the sensor's picture.
    assert crop_box(*span, (960, 1080), margin=0) == CropBox(375, 300, 200, 400)
    pixels, present = people((450, 150, 500, 350))
    assert crop_box(pixels, present, FULL, (960, 540), margin=0) == CropBox(750, 300, 400, 400)


@pytest.mark.parametrize("odd", [np.nan, np.inf, -np.inf, 0.0, 1e30, -5000.0])
def test_a_joint_without_a_place_is_passed_over(odd: float) -> None:
    pixels, present = people((900, 300, 1000, 700))
    pixels[0, 0, 4] = odd
    assert crop_box(pixels, present, FULL, margin=0) == CropBox(750, 300, 400, 400)


def test_feet_below_the_picture_pull_the_box_to_its_border() -> None:
    box = crop_box(*people((900, 600, 1000, 1200)), FULL, margin=0)
    assert (box.top, box.height) == (600, 480)
    far = crop_box(*people((900, 600, 1000, 2000)), FULL, margin=0)
    assert far.fallback is None
    assert far.top + far.height <= 1080


def test_the_whole_frame_stands_in() -> None:
    pixels, present = people((900, 300, 1000, 700))
    nobody = crop_box(pixels, np.zeros_like(present), FULL)
    assert nobody == CropBox(420, 0, 1080, 1080, "nobody is present")
    lost = crop_box(np.full_like(pixels, np.nan), present, (960, 540))
    assert lost == CropBox(210, 0, 540, 540, "0 of 9 joint positions lie in the picture")
    point = crop_box(*people((900, 300, 910, 310)), FULL, whole="squeeze")
    assert point == CropBox(0, 0, 1920, 1080, "the joints span only 10 pixels")
    assert whole_box((340, 256)) == CropBox(74, 0, 191, 256)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(*[st.floats(width=32)] * 2), min_size=1, max_size=12),
    st.integers(1, 4000),
    st.integers(1, 4000),
    st.floats(0, 2),
)
def test_the_box_always_lies_in_the_picture(
    points: list[tuple[float, float]], width: int, height: int, margin: float
) -> None:
    pixels = np.array(points, np.float32).reshape(1, 1, -1, 2)
    box = crop_box(pixels, np.ones((1, 1), bool), (width, height), margin=margin)
    assert box.inside((width, height))


def test_what_does_not_fit_is_refused() -> None:
    pixels, present = people((900, 300, 1000, 700))
    with pytest.raises(SkelshotError, match="found pixels"):
        crop_box(pixels, present[:, :0], FULL)
    with pytest.raises(SkelshotError, match="expected positive sizes"):
        crop_box(pixels, present, (0, 10))
    for margin in (-0.1, np.nan, np.inf):
        with pytest.raises(SkelshotError, match="margin"):
            crop_box(pixels, present, FULL, margin=margin)


@pytest.mark.parametrize(("video", "sensor"), [((90, 160), (160, 90)), ((160, 90), (90, 160))])
def test_a_turned_video_is_taken_whole(video: tuple[int, int], sensor: tuple[int, int]) -> None:
    """Nobody knows which way it was turned, so that the joints have no place in it."""
    pixels = np.random.default_rng(0).uniform(20, 70, (1, 5, 25, 2)).astype(np.float32)
    present = np.ones((1, 5), bool)
    box = crop_box(pixels, present, video, sensor)
    assert box.fallback is not None
    assert box.fallback.endswith("one of them is turned")
    assert (box.width, box.height) == (90, 90)
    assert (box.left, box.top) == ((35, 0) if video[0] > video[1] else (0, 35))
    assert crop_box(pixels, present, (90, 90), sensor).fallback is None
