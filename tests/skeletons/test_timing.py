import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from skelshot.ground import SkelshotError
from skelshot.skeletons import SkeletonSequence
from skelshot.skeletons.timing import crop_and_resize, resize_time, sample_at


def torch_resize(joints: np.ndarray, frames: int) -> np.ndarray:
    """(M, T, V, C) as one picture of T columns, resized as CTR-GCN's feeder does."""
    persons, length, *point = joints.shape
    courses = torch.from_numpy(joints).permute(0, 2, 3, 1).reshape(1, 1, -1, length)
    resized = torch.nn.functional.interpolate(
        courses, size=(courses.shape[2], frames), mode="bilinear", align_corners=False
    )
    return resized.reshape(persons, *point, frames).permute(0, 3, 1, 2).numpy()


def literal_valid_crop_resize(joints: np.ndarray, p: float, frames: int) -> np.ndarray:
    length = joints.shape[1]
    bias = int((1 - p) * length / 2)
    return torch_resize(joints[:, bias : length - bias], frames)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 90), st.integers(1, 90))
def test_resize_equals_torch(length: int, frames: int) -> None:
    joints = np.random.default_rng(length).normal(size=(2, length, 3, 3))
    expected = torch_resize(joints, frames)
    np.testing.assert_allclose(resize_time(joints, frames), expected, atol=1e-12)
    narrow = resize_time(joints.astype(np.float32), frames)
    assert narrow.dtype == np.float32
    np.testing.assert_allclose(narrow, expected, atol=1e-5)


@pytest.mark.parametrize("length", [1, 2, 3, 17, 40, 77, 200])
@pytest.mark.parametrize("fraction", [1.0, 0.95, 0.5, 0.1])
def test_centre_crop_equals_the_feeders(length: int, fraction: float) -> None:
    joints = np.random.default_rng(length).normal(size=(1, length, 4, 3))
    piece, there = crop_and_resize(joints, np.ones((1, length), bool), 64, fraction, 0.5)
    np.testing.assert_allclose(piece, literal_valid_crop_resize(joints, fraction, 64), atol=1e-12)
    assert there.all()


def literal_training_crop(joints: np.ndarray, p: float, place: float, frames: int) -> np.ndarray:
    """The feeder's training crop: at least 64 frames, at a place drawn among whole ones."""
    length = joints.shape[1]
    kept = min(max(int(np.floor(length * p)), 64), length)
    bias = min(int(place * (length - kept + 1)), length - kept)
    return torch_resize(joints[:, bias : bias + kept], frames)


@pytest.mark.parametrize("length", [1, 33, 64, 65, 70, 131, 300])
@pytest.mark.parametrize("p", [0.5, 0.73, 0.999, 1.0])
@pytest.mark.parametrize("place", [0.0, 0.4, 1.0])
def test_training_crop_equals_the_feeders(length: int, p: float, place: float) -> None:
    joints = np.random.default_rng(length).normal(size=(1, length, 4, 3))
    present = np.ones((1, length), bool)
    piece, _ = crop_and_resize(joints, present, 64, p, place, "zeros", least=64)
    np.testing.assert_allclose(piece, literal_training_crop(joints, p, place, 64), atol=1e-12)


@pytest.mark.parametrize(("least", "fewest", "most"), [(64, 64, 69), (None, 36, 70)])
def test_a_clip_of_70_frames_keeps_what_the_bound_says(
    least: int | None, fewest: int, most: int
) -> None:
    joints = np.arange(70.0).reshape(1, 70, 1, 1)
    held = set()
    for p in np.random.default_rng(0).uniform(0.5, 1, 500):
        for start in (0.0, 1.0):
            piece, _ = crop_and_resize(joints, np.ones((1, 70), bool), 9999, p, start, least=least)
            held.add(round(float(np.ptp(piece))) + 1)
    assert (min(held), max(held)) == (fewest, most)


@pytest.mark.parametrize(("start", "first"), [(0.0, 0), (0.5, 10), (1.0, 20)])
def test_start_places_the_piece(start: float, first: int) -> None:
    joints = np.arange(40, dtype=np.float32).reshape(1, 40, 1, 1)
    piece, _ = crop_and_resize(joints, np.ones((1, 40), bool), 20, 0.5, start)
    np.testing.assert_allclose(piece.ravel(), np.arange(first, first + 20), atol=1e-5)


@pytest.mark.parametrize("length", [1, 5, 40, 130])
def test_zeros_of_absent_persons_are_mixed_in_when_asked(length: int) -> None:
    joints = np.random.default_rng(length).normal(size=(2, length, 4, 3))
    present = np.ones((2, length), bool)
    present[1, length // 2 :] = False
    joints[~present] = 0
    piece, there = crop_and_resize(joints, present, 64, 0.95, 0.5, absent="zeros")
    np.testing.assert_allclose(piece, literal_valid_crop_resize(joints, 0.95, 64), atol=1e-12)
    assert there[0].all()
    assert there[1].all() == present[1].any()


def test_frames_that_add_up_to_zero_shorten_the_valid_length_when_asked() -> None:
    joints = np.ones((1, 10, 2, 1), np.float32)
    joints[0, :, 0, 0] = np.arange(10)
    joints[0, 4, :, 0] = 2, -2
    present = np.ones((1, 10), bool)
    piece, _ = crop_and_resize(joints, present, 9, absent="zeros")
    np.testing.assert_allclose(piece[0], joints[0, :9], atol=1e-6)
    with pytest.raises(SkelshotError, match="found no frame with a person"):
        crop_and_resize(joints * 0, present, 9, absent="zeros")


def test_only_the_valid_length_is_read() -> None:
    joints = np.arange(10, dtype=np.float32).reshape(1, 10, 1, 1)
    present = np.zeros((1, 10), bool)
    present[:, 3:7] = True
    piece, there = crop_and_resize(joints, present, 4)
    np.testing.assert_allclose(piece.ravel(), [3, 4, 5, 6])
    assert there.all()


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 40), st.floats(0.05, 1), st.floats(0, 1))
def test_absent_persons_do_not_bend_the_present(
    seed: int, frames: int, fraction: float, start: float
) -> None:
    rng = np.random.default_rng(seed)
    present = rng.random((2, 15)) < 0.6
    present[0, 3] = True
    joints = np.where(present[..., None, None], rng.uniform(5, 6, (2, 15, 2, 3)), 0.0)
    piece, there = crop_and_resize(joints, present, frames, fraction, start)
    assert piece.shape == (2, frames, 2, 3)
    assert (piece[~there] == 0).all()
    assert (piece[there] >= 5 - 1e-9).all()


def test_presence_is_that_of_the_nearest_frame(two_persons: SkeletonSequence) -> None:
    _, there = crop_and_resize(two_persons.joints, two_persons.present, 24)
    np.testing.assert_array_equal(there, np.repeat(two_persons.present, 2, axis=1))


def test_sample_at_frames_reads_the_frames(two_persons: SkeletonSequence) -> None:
    joints, there = sample_at(two_persons.joints, two_persons.present, np.arange(12.0))
    np.testing.assert_array_equal(joints, two_persons.joints)
    np.testing.assert_array_equal(there, two_persons.present)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"fraction": 0.0}, "fraction: found 0.0, expected more than 0"),
        ({"fraction": 1.5}, "fraction: found 1.5"),
        ({"fraction": float("nan")}, "fraction: found nan"),
        ({"start": -0.1}, "start: found -0.1, expected 0 to 1"),
        ({"frames": 0}, "frames: found 0, expected at least 1"),
        ({"present": np.zeros((1, 5), bool)}, "found no frame with a person"),
    ],
)
def test_bad_crops_are_refused(options: dict[str, object], message: str) -> None:
    call = {"joints": np.zeros((1, 5, 3, 3)), "present": np.ones((1, 5), bool), "frames": 4}
    with pytest.raises(SkelshotError, match=message):
        crop_and_resize(**(call | options))  # type: ignore[arg-type]


def test_resizing_nothing_is_refused() -> None:
    with pytest.raises(SkelshotError, match="found no frame"):
        resize_time(np.zeros((1, 0, 3, 3)), 4)
