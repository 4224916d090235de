import warnings
from collections.abc import Sequence

import numpy as np
import pytest

from skelshot.datasets.checks import validate_clip
from skelshot.datasets.clips import BadClip
from skelshot.datasets.ntu.bodies import EVERY_LEGACY, BodyOptions, assemble
from skelshot.datasets.ntu.raw import RawBody, RawClip
from skelshot.ground import SkelshotError

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


@pytest.mark.parametrize("denoise", ["ctr-gcn", "none"])
def test_frames_with_nobody_are_left_out_and_numbers_kept(denoise: str) -> None:
    bodies = (body(1, range(20, 50)), body(2, range(5, 17)), body(3, [0, 1, 2], swing=0.0))
    options = BodyOptions.model_validate({"denoise": denoise})
    clip = assemble(RawClip(60, bodies), options)
    assert clip.frame_index is not None
    assert clip.frame_index.tolist() == [*range(5, 17), *range(20, 50)]
    assert clip.present.any(axis=0).all()
    assert clip.persons == (1 if denoise == "ctr-gcn" else 2)


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
