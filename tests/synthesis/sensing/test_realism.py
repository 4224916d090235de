"""The measures against signals of known noise, the original samples, and the sensor."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from skelshot.datasets.ntu.parse import RawBody, RawClip
from skelshot.ground import SkelshotError
from skelshot.skeletons.layouts import KINECT_V1
from skelshot.synthesis.performance import Array, Performance
from skelshot.synthesis.sensing.cameras import kinect
from skelshot.synthesis.sensing.realism import Realism, measure, measure_clips
from skelshot.synthesis.sensing.sensor import sense
from skelshot.synthesis.sensing.skeleton_file import skeleton_text


def a_clip(joints: Array, states: Array | None = None, frames: Array | None = None) -> RawClip:
    length = len(joints)
    body = RawBody(
        1,
        np.arange(length) if frames is None else frames,
        joints,
        np.zeros((*joints.shape[:2], 2)),
        np.full(joints.shape[:2], 2, np.uint8) if states is None else states.astype(np.uint8),
    )
    return RawClip(length if frames is None else int(frames[-1]) + 1, (body,))


def test_white_noise_is_measured_as_it_is() -> None:
    rng = np.random.default_rng(0)
    drift = np.linspace(0, 0.3, 600)[:, None, None] ** 2  # smooth motion cancels
    joints = drift + rng.normal(0, [0.001, 0.002, 0.003], (600, 25, 3))
    found = measure([a_clip(joints)])
    np.testing.assert_allclose(found.jitter_mm["trunk"], [1, 2, 3], rtol=0.06)


def test_bones_speeds_and_steps_of_a_known_motion() -> None:
    joints = np.zeros((61, 25, 3))
    joints[..., 2] = 3
    joints[:, 5, 0] = 0.25  # left upper arm; the right one has length 0.35
    joints[:, 9, 0] = 0.35
    joints[:, [7, 11], 1] = (np.arange(61) * 2.0 / 30)[:, None]  # hands: 2 m/s, 6.7 cm a frame
    found = measure([a_clip(joints)])
    assert found.bones_cm["upper arm"] == pytest.approx((30, 0))
    assert found.speeds["hand"] == pytest.approx((2, 2))
    assert found.steps["hand"] == (1.0, 0.0)
    assert found.steps["trunk"] == (0.0, 0.0)


def test_inferred_shares_and_runs() -> None:
    states = np.full((40, 25), 2)
    states[:20, 7] = 1
    states[30:32, 3] = 0
    found = measure([a_clip(np.ones((40, 25, 3)), states)])
    assert found.inferred["hand"] == pytest.approx(20 / 80)
    assert found.inferred["all"] == pytest.approx(22 / 1000)
    assert found.inferred_runs[0] == pytest.approx(11)  # of runs of 20 and 2


def test_gaps_cut_tracks_and_short_ones_do_not_count() -> None:
    frames = np.r_[0:30, 40:70, 80:85]
    found = measure([a_clip(np.ones((65, 25, 3)), frames=frames)])
    assert found.tracks == 2
    assert found.empty_frames == pytest.approx(20 / 85)
    assert measure([a_clip(np.ones((5, 25, 3)))]).short_tracks == 1
    assert np.isnan(measure([a_clip(np.ones((5, 25, 3)))]).jitter_mm["hand"]).all()


def test_kinect_v1_clips_can_be_measured() -> None:
    found = measure([a_clip(np.ones((30, 20, 3)))], KINECT_V1)
    assert "tip" not in found.jitter_mm
    assert "thigh" in found.bones_cm


def test_nothing_to_measure(tmp_path: Path) -> None:
    with pytest.raises(SkelshotError, match="found no clip"):
        measure_clips([tmp_path])


def test_the_original_samples_show_the_figures_in_the_notes(real_data_dir: Path) -> None:
    files = sorted((real_data_dir / "ntu-samples").glob("*A00[1-5].skeleton"))
    if len(files) < 5:
        pytest.skip("no NTU samples")
    found = measure_clips(files)
    assert found.clips == 5
    assert all(0.2 <= value <= 0.7 for value in found.jitter_mm["trunk"])
    assert 0.08 <= found.inferred["all"] <= 0.18
    assert found.inferred_runs == pytest.approx((2, 4, 23), abs=1)
    assert 0.22 <= found.steps["foot"][0] <= 0.38
    assert 19 <= found.bones_cm["upper arm"][0] <= 24


@pytest.fixture(scope="module")
def synthetic(
    figure: Callable[..., Array],
    performed: Callable[..., Performance],
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Realism, Realism]:
    """One-person and two-person clips as camera 1 of setup 1 sees them, through files."""
    folder = tmp_path_factory.mktemp("clips")
    for number in range(24):
        heading = 45.0 if number % 2 else -45.0
        one = performed(figure(95, heading))
        two = performed(
            figure(75, 90 + heading, (-0.5, 0.4)), figure(75, heading - 90, (0.5, -0.4))
        )
        for name, what in (("one", one), ("two", two)):
            clip = sense(what, kinect(1, 1), np.random.default_rng(number))
            file = folder / name / f"{number}.skeleton"
            file.parent.mkdir(exist_ok=True)
            file.write_bytes(skeleton_text(clip))
    return measure_clips([folder / "one"]), measure_clips([folder / "two"])


def test_synthetic_jitter_is_that_of_the_table(synthetic: tuple[Realism, Realism]) -> None:
    # Measured on the original samples, middle of each range; the sensor is to be within a factor
    # of 1.6 of it.
    table = {
        "trunk": (0.3, 0.3, 0.6),
        "shoulder": (0.35, 0.5, 0.75),
        "elbow": (0.6, 0.95, 1.25),
        "wrist": (0.85, 1.1, 1.45),
        "hand": (1.7, 2.25, 2.9),
        "hip": (0.3, 0.35, 0.7),
        "knee": (0.4, 1.05, 0.95),
        "ankle": (0.8, 1.3, 1.65),
    }
    for group, expected in table.items():
        ratio = np.array(synthetic[0].jitter_mm[group]) / expected
        assert ((ratio > 1 / 1.6) & (ratio < 1.6)).all(), (group, ratio)


def test_synthetic_inference_is_as_frequent_and_as_long(synthetic: tuple[Realism, Realism]) -> None:
    one, two = synthetic
    assert 0.08 <= one.inferred["all"] <= 0.18
    assert 0.16 <= two.inferred["all"] <= 0.27
    assert one.inferred["trunk"] < 0.01
    assert 0.2 <= one.inferred["hand"] <= 0.9
    middle, upper, tail = one.inferred_runs
    assert middle == 2
    assert 3 <= upper <= 6
    assert 15 <= tail <= 30


def test_synthetic_steps_and_bones_vary_as_measured(synthetic: tuple[Realism, Realism]) -> None:
    one, _ = synthetic
    assert one.steps["trunk"][0] < 0.01
    assert 0.1 <= one.steps["hand"][0] <= 0.25
    assert 0.05 <= one.steps["foot"][0] <= 0.4
    variation = {name: value for name, (_, value) in one.bones_cm.items()}
    assert 0.01 <= variation["base to mid"] <= 0.05
    assert 0.01 <= variation["upper arm"] <= 0.12
    assert 0.06 <= variation["forearm"] <= 0.15
    assert 0.015 <= variation["thigh"] <= 0.06
    assert 0.02 <= variation["shank"] <= 0.08
    assert 0.2 <= variation["wrist to hand"] <= 0.5
    assert 0.2 <= variation["hand to tip"] <= 0.6
