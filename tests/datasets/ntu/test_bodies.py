import warnings
from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from skelshot.datasets.checks import validate_clip
from skelshot.datasets.clips import BadClip
from skelshot.datasets.ntu.bodies import (
    EVERY_LEGACY,
    BodyOptions,
    Part,
    assemble,
    denoise,
    motion_of,
    share_out,
    upright_frames,
)
from skelshot.datasets.ntu.parse import RawBody, RawClip
from skelshot.ground import SkelshotError

Floats = NDArray[np.float64]
Span = tuple[int, int]

DEFAULT = BodyOptions()


def body(number: int, frames: Sequence[int], swing: float = 0.02) -> RawBody:
    """A standing person who fidgets, in the frames given."""
    rng = np.random.default_rng(number)
    count = len(frames)
    joints = np.zeros((count, 25, 3))
    joints[..., 1] = np.linspace(-0.9, 0.8, 25)
    joints += rng.normal(0, swing, joints.shape) + rng.uniform((-1, 0, 2), (1, 0.2, 4))
    return RawBody(
        number,
        np.array(frames),
        joints.astype(np.float32),
        rng.uniform(1, 1000, (count, 25, 2)).astype(np.float32),
        rng.integers(0, 3, (count, 25)).astype(np.uint8),
    )


def test_one_body_is_the_clip_as_it_was_read() -> None:
    only = body(1, [0, 1, 2, 6, 7])
    clip = assemble(RawClip(9, (only,)), DEFAULT)
    np.testing.assert_array_equal(clip.joints, only.joints[None])
    assert clip.present.all()
    assert clip.frame_index is not None
    assert clip.pixels is not None
    assert clip.confidence is not None
    np.testing.assert_array_equal(clip.frame_index, only.frame_index)
    np.testing.assert_array_equal(clip.pixels, only.colour[None])
    np.testing.assert_array_equal(clip.confidence, only.states[None] / 2)
    arrays = (clip.joints, clip.pixels, clip.confidence)
    assert [array.dtype for array in arrays] == [np.float32] * 3


def test_a_body_that_comes_back_stays_in_its_own_frames() -> None:
    steady, fragmented = body(1, range(60)), body(2, [*range(20), *range(40, 60)], swing=0.05)
    clip = assemble(RawClip(60, (steady, fragmented)), DEFAULT)
    assert clip.present.tolist() == [[True] * 20 + [False] * 20 + [True] * 20, [True] * 60]
    np.testing.assert_array_equal(clip.joints[0, 40:], fragmented.joints[20:])
    np.testing.assert_array_equal(clip.joints[1], steady.joints)
    shifted = assemble(RawClip(60, (steady, fragmented)), BodyOptions(legacy=("time-shift",)))
    assert shifted.present[0].tolist() == [True] * 40 + [False] * 20
    np.testing.assert_array_equal(shifted.joints[0, :40], fragmented.joints)


def test_where_a_person_is_absent_everything_is_zero() -> None:
    clip = assemble(RawClip(50, (body(1, range(50)), body(2, range(10, 30)))), DEFAULT)
    assert clip.pixels is not None
    assert clip.confidence is not None
    for array in (clip.joints, clip.pixels, clip.confidence):
        assert not array[~clip.present].any()
        assert array[clip.present].any()


@pytest.mark.parametrize("rule", ["ctr-gcn", "none"])
def test_frames_with_nobody_are_left_out_and_numbers_kept(rule: str) -> None:
    bodies = (body(1, range(20, 50)), body(2, range(5, 17)), body(3, [0, 1, 2], swing=0.0))
    options = BodyOptions.model_validate({"denoise": rule})
    clip = assemble(RawClip(60, bodies), options)
    assert clip.frame_index is not None
    assert clip.frame_index.tolist() == [*range(5, 17), *range(20, 50)]
    assert clip.present.any(axis=0).all()
    assert clip.persons == (1 if rule == "ctr-gcn" else 2)


def test_a_listed_body_without_coordinates_is_not_there() -> None:
    first, second = body(1, range(40)), body(2, range(40))
    first.joints[3] = 0
    first.joints[4, 0, 0] = 0  # one coordinate that happens to be zero
    alone = assemble(RawClip(40, (first,)), DEFAULT)
    assert alone.frame_index is not None
    assert alone.frame_index.tolist() == [0, 1, 2, *range(4, 40)]
    both = assemble(RawClip(40, (first, second)), DEFAULT)
    assert both.frames == 40
    person = int(not (both.joints[0] == first.joints).all())
    assert np.argwhere(~both.present).tolist() == [[person, 3]]


def test_when_all_tracks_are_too_short_the_longest_is_kept() -> None:
    bodies = (body(1, range(5)), body(2, range(8)), body(3, range(2, 10)))
    for legacy in ((), EVERY_LEGACY):
        clip = assemble(RawClip(12, bodies), BodyOptions(legacy=legacy))
        np.testing.assert_array_equal(clip.joints, bodies[1].joints[None])


def test_without_denoising_the_liveliest_tracks_are_the_persons() -> None:
    bodies = tuple(body(n, range(n, n + 8), swing=0.1 * n) for n in (2, 1, 4, 3))
    clip = assemble(RawClip(20, bodies), BodyOptions(denoise="none", persons=3))
    assert clip.persons == 3
    for person, track in enumerate((bodies[2], bodies[3], bodies[0])):
        np.testing.assert_array_equal(clip.joints[person, clip.present[person]], track.joints)


def test_an_empty_second_person_is_kept_only_when_asked() -> None:
    raw = RawClip(60, (body(1, range(30, 60)), body(2, range(20))))
    assert assemble(raw, DEFAULT).persons == 1
    clip = assemble(raw, BodyOptions(legacy=("empty-second",)))
    assert clip.persons == 2
    assert not clip.present[1].any()


@pytest.mark.parametrize("persons", [1, 2, 3])
def test_at_most_so_many_persons(persons: int) -> None:
    raw = RawClip(30, tuple(body(n, range(30)) for n in range(4)))
    assert assemble(raw, BodyOptions(persons=persons)).persons == persons


def test_nobody_at_all_is_told() -> None:
    with pytest.raises(BadClip, match="found no body in any of 7 frames"):
        assemble(RawClip(7, ()), DEFAULT)
    nothing = RawBody(
        1,
        np.arange(20),
        np.zeros((20, 25, 3), np.float32),
        np.zeros((20, 25, 2), np.float32),
        np.zeros((20, 25), np.uint8),
    )
    for legacy in ((), EVERY_LEGACY):
        for bodies in ((nothing,), (nothing, nothing)):
            if legacy and len(bodies) == 1:
                continue  # the public code looks at no clip of one body
            with pytest.raises(BadClip, match="all coordinates are zero"):
                assemble(RawClip(20, bodies), BodyOptions(legacy=legacy))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 3e38])
def test_gaps_come_through_without_a_warning_and_are_repaired_later(value: float) -> None:
    first, second = body(1, range(30), swing=0.1), body(2, range(5, 25))
    first.joints[2:4, 7] = value
    second.colour[:] = value
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        clip = assemble(RawClip(30, (first, second)), DEFAULT)
    assert clip.persons == 2
    if not np.isfinite(value):
        assert validate_clip(clip, "repair")[1] == 2


@pytest.mark.parametrize("seed", range(30))
@pytest.mark.parametrize("legacy", [(), EVERY_LEGACY])
def test_whatever_the_tracks_the_clip_is_well_formed(seed: int, legacy: tuple[str, ...]) -> None:
    rng = np.random.default_rng(seed)
    options = BodyOptions.model_validate(
        {"legacy": legacy, "persons": rng.integers(1, 4), "motion_filter": bool(seed % 2)}
    )
    bodies = tuple(
        body(n, np.flatnonzero(rng.uniform(size=40) < rng.uniform(0.1, 1)).tolist() or [3])
        for n in range(rng.integers(1, 7))
    )
    clip = assemble(RawClip(40, bodies), options)
    assert 1 <= clip.persons <= options.persons
    assert clip.present.any(axis=0).all()
    assert clip.frame_index is not None
    assert (np.diff(clip.frame_index) > 0).all()
    listed = np.unique(np.concatenate([track.frame_index for track in bodies]))
    assert np.isin(clip.frame_index, listed).all()
    np.testing.assert_array_equal(clip.joints.any(axis=(2, 3)), clip.present)
    if not legacy:
        read = {
            (frame, *pose.ravel().tolist())
            for track in bodies
            for frame, pose in zip(track.frame_index.tolist(), track.joints, strict=True)
        }
        for person, row in np.argwhere(clip.present):
            pose = clip.joints[person, row].ravel().tolist()
            assert (clip.frame_index[row], *pose) in read


@pytest.mark.parametrize(
    "options",
    [
        {"denoise": "ctrgcn"},
        {"legacy": ("time",)},
        {"persons": 0},
        {"noise_length": -1},
        {"spread_share": 2},
        {"copy": True},
    ],
)
def test_impossible_options_are_refused(options: dict[str, object]) -> None:
    with pytest.raises(SkelshotError, match=next(iter(options))):
        BodyOptions.model_validate(options)


def test_options_survive_json() -> None:
    options = BodyOptions(denoise="none", legacy=EVERY_LEGACY)
    assert BodyOptions.model_validate_json(options.model_dump_json()) == options


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


def shared(*spans: Span, persons: int = 2, from_zero: bool = False) -> list[list[Span]]:
    """Share out tracks from a first to a last row each, and tell who got which."""
    parts = []
    for first, last in spans:
        count = last - first + 1
        body = RawBody(
            first,
            np.arange(first, last + 1),
            np.zeros((count, 25, 3), np.float32),
            np.zeros((count, 25, 2), np.float32),
            np.zeros((count, 25), np.uint8),
        )
        parts.append(Part(body, body.frame_index))
    owned = share_out(parts, persons, from_zero)
    return [[(part.first, part.last) for part in own] for own in owned]


@pytest.mark.parametrize(
    ("spans", "wanted"),
    [
        ([(0, 50), (0, 50)], [[(0, 50)], [(0, 50)]]),  # two people
        ([(30, 50), (0, 20)], [[(30, 50), (0, 20)]]),  # one, twice
        ([(0, 20), (20, 50)], [[(0, 20), (20, 50)]]),  # one shared row is none
        ([(0, 20), (19, 50)], [[(0, 20)], [(19, 50)]]),
        ([(30, 50), (0, 10), (15, 25)], [[(30, 50), (0, 10)], [(15, 25)]]),  # the gap is taken
        ([(0, 50), (0, 50), (10, 20)], [[(0, 50)], [(0, 50)]]),  # no room for a third
        ([(0, 90), (60, 90), (5, 50)], [[(0, 90)], [(60, 90), (5, 50)]]),
    ],
)
def test_tracks_go_to_the_first_person_with_time(
    spans: list[Span], wanted: list[list[Span]]
) -> None:
    assert shared(*spans) == wanted


def test_the_public_rule_takes_the_time_before_a_second_person() -> None:
    spans = [(0, 90), (60, 90), (5, 50)]
    assert shared(*spans, from_zero=True) == [[(0, 90)], [(60, 90)]]
    assert shared((30, 90), (0, 20), from_zero=True) == [[(30, 90), (0, 20)]]


def test_any_number_of_persons() -> None:
    spans = [(0, 50)] * 4
    assert len(shared(*spans, persons=1)) == 1
    assert len(shared(*spans, persons=3)) == 3
    assert len(shared(*spans, persons=6)) == 4
