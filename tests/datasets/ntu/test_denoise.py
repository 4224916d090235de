import numpy as np
import pytest
from numpy.typing import NDArray

from skelshot.datasets.ntu.body_options import BodyOptions
from skelshot.datasets.ntu.denoise import denoise, motion_of, upright_frames
from skelshot.datasets.ntu.raw import RawBody

Floats = NDArray[np.float64]


def track(number: int, poses: Floats) -> RawBody:
    count = len(poses)
    return RawBody(
        number,
        np.arange(count),
        poses.astype(np.float32),
        np.zeros((count, 25, 2), np.float32),
        np.full((count, 25), 2, np.uint8),
    )


def standing(frames: int, size: float = 1.0, lying: int = 0) -> Floats:
    """Poses (frames, 25, 3) 1.7 high and 0.5 wide, the first `lying` of them 1.7 wide."""
    pose = np.zeros((25, 3))
    pose[:, 0] = np.resize([-0.25, 0.25], 25)
    pose[:, 1] = np.linspace(-0.9, 0.8, 25)
    poses = np.repeat(pose[None] * size, frames, axis=0)
    poses[:lying] = poses[:lying][..., [1, 0, 2]]
    return poses


def ids(bodies: list[RawBody]) -> list[int]:
    return [body.body_id for body in bodies]


def test_motion_is_the_pooled_variance() -> None:
    joints = np.random.default_rng(0).normal(1, 2, (7, 25, 3)).astype(np.float32)
    literal = 0.0
    for axis in range(3):
        values = [float(joint[axis]) for frame in joints for joint in frame]
        mean = sum(values) / len(values)
        literal += sum((value - mean) ** 2 for value in values) / len(values)
    assert motion_of(joints) == pytest.approx(literal, rel=1e-5)


def test_motion_leaves_out_what_is_not_finite() -> None:
    joints = np.random.default_rng(0).normal(1, 2, (7, 25, 3)).astype(np.float32)
    broken = joints.copy()
    broken[2, 3:5, 1] = np.nan, np.inf
    left = np.delete(joints.reshape(-1, 3), [2 * 25 + 3, 2 * 25 + 4], axis=0)
    assert motion_of(broken) == pytest.approx(motion_of(left[:, None]), rel=1e-5)
    assert motion_of(np.full((3, 25, 3), np.nan, np.float32)) == 0
    assert motion_of(joints[:0]) == 0


@pytest.mark.parametrize(("width", "upright"), [(0.79, True), (0.81, False), (np.nan, False)])
def test_upright_means_at_most_four_fifths_as_wide_as_high(width: float, upright: bool) -> None:
    joints = np.zeros((1, 25, 3), np.float32)
    joints[0, 3], joints[0, 4, 0] = (0, 1, 9), width
    assert upright_frames(joints, 0.8).tolist() == [upright]


def test_tracks_of_eleven_frames_are_noise() -> None:
    bodies = [track(n, standing(frames)) for n, frames in ((1, 11), (2, 12), (3, 40))]
    assert sorted(ids(denoise(bodies, BodyOptions()))) == [2, 3]
    assert sorted(ids(denoise(bodies, BodyOptions(noise_length=12)))) == [3]


def test_mostly_wide_tracks_are_noise_but_never_the_last() -> None:
    bodies = [track(n, standing(100, lying=wide)) for n, wide in ((1, 70), (2, 69), (3, 100))]
    assert ids(denoise(bodies, BodyOptions())) == [2]
    assert ids(denoise([bodies[0], bodies[2]], BodyOptions())) == [3]


def test_wide_frames_do_not_count_as_motion() -> None:
    still, tumbling = standing(100, size=1.1), standing(100)
    tumbling[:30] = standing(30, size=2, lying=30)
    bodies = [track(1, tumbling), track(2, still)]
    assert motion_of(bodies[0].joints) > motion_of(bodies[1].joints)
    assert ids(denoise(bodies, BodyOptions())) == [2, 1]


def test_equal_tracks_stay_in_the_order_of_the_file() -> None:
    bodies = [track(n, standing(20)) for n in (5, 3, 4)]
    assert ids(denoise(bodies, BodyOptions())) == [5, 3, 4]


def test_the_motion_filter_works_when_asked() -> None:
    sizes = {1: 1.0, 2: 0.3, 3: 10.0, 4: 3.0}  # square metres: 0.32, 0.03, 32, 2.9
    bodies = [track(n, standing(20, size)) for n, size in sizes.items()]
    assert ids(denoise(bodies, BodyOptions())) == [3, 4, 1, 2]
    assert ids(denoise(bodies, BodyOptions(motion_filter=True))) == [3, 1]


def test_without_filters_tracks_are_only_sorted() -> None:
    bodies = [track(n, standing(3, size, lying=3)) for n, size in ((1, 1.0), (2, 2.0))]
    assert ids(denoise(bodies, BodyOptions(denoise="none"))) == [2, 1]
