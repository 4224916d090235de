"""`skelshot prepare npz` and `pyskl`: options for files as people have them, and what is said."""

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from skelshot.datasets.store import Store

Run = Callable[..., Any]


@pytest.fixture
def pixels(tmp_path: Path) -> Path:
    """A PYSKL file of two clips of 18 joints: x, y and a score in percent, one joint lost."""
    rng = np.random.default_rng(0)
    joints = rng.normal(300, 60, (1, 1, 18, 2)) + rng.normal(0, 2, (1, 30, 18, 2)).cumsum(axis=1)
    scored = np.concatenate([joints, np.full((1, 30, 18, 1), 90.0)], axis=-1)
    scored[0, 5:8, 4] = 0
    entries = [
        {"frame_dir": f"clip_{label}", "label": label, "total_frames": 30, "keypoint": scored}
        for label in range(2)
    ]
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "Pose.PKL").write_bytes(pickle.dumps(entries))
    (tmp_path / "raw" / "read me.txt").touch()
    return tmp_path / "raw"


def test_the_options_reach_the_clips_and_what_is_done_is_said(
    run: Run, pixels: Path, tmp_path: Path
) -> None:
    words = ("prepare", "pyskl", pixels, "--out", tmp_path / "store")
    options = ("--third-channel", "score", "--score-scale", "100", "--layout", "OpenPose-18")
    answer = run(*words, *options, "--body-check", "ignore", "--json")
    assert answer.code == 0
    document = answer.json
    assert (document["clips"], document["repaired"], document["ghosts"]) == (2, 6, 0)
    assert (document["passed_over"], document["passed_over_examples"]) == (1, ["read me.txt"])
    store = Store.open(tmp_path / "store")
    assert (store.channels, store.layout.name) == (2, "openpose-18")
    np.testing.assert_allclose(store.sequence(0).confidence[0, 0], 0.9)
    assert store.document.reader.options == {
        "layout": "openpose-18", "on_missing": "repair", "third_channel": "score",
        "score_scale": 100.0, "body_check": "ignore",
    }  # fmt: skip
    shown = run(*words, *options, "--body-check", "ignore").out
    assert "6 missing joints filled by interpolation" in shown
    assert "1 files, columns, arrays or fields passed over, such as read me.txt" in shown
    assert "guessed: layout" not in shown
    assert "another reader.options" in run(*words, *options, "--persons", "file").err


def test_axes_and_sides_reach_the_store(run: Run, pixels: Path, tmp_path: Path) -> None:
    words = ("prepare", "pyskl", pixels, "--third-channel", "score", "--score-scale", "100",
             "--body-check", "ignore", "--layout", "openpose-18")  # fmt: skip
    plain = run(*words, "--out", tmp_path / "plain")
    turned = run(*words, "--out", tmp_path / "turned", "--axes=-X,y", "--sides", "matter")
    assert (plain.code, turned.code) == (0, 0)
    assert "sides:" not in plain.out
    assert "sides: matter" in turned.out
    plain, turned = Store.open(tmp_path / "plain"), Store.open(tmp_path / "turned")
    assert (plain.document.sides, turned.document.sides) == ("auto", "matter")
    assert "axes" not in plain.document.reader.options
    assert turned.document.reader.options["axes"] == "-x,y"
    np.testing.assert_array_equal(
        turned.sequence(0).joints, plain.sequence(0).joints * np.float32([-1, 1])
    )
    again = run(*words, "--out", tmp_path / "turned", "--axes=-x,y", "--sides", "ignore")
    assert "another sides (found 'matter', now asked for 'ignore')" in again.err


def test_a_guessed_layout_is_printed(run: Run, pixels: Path, tmp_path: Path) -> None:
    words = ("prepare", "pyskl", pixels, "--out", tmp_path / "store", "--body-check", "ignore")
    shown = run(*words, "--third-channel", "score", "--score-scale", "100").out
    assert "guessed: layout: openpose-18, by the number of joints alone" in shown
    assert "guessed: coordinates: pixels, x right, y down (not confirmed by the bodies)" in shown


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (
            ("--min-confidence", "2"),
            "--min-confidence: found 2.0; input should be less",
        ),
        (("--score-scale", "nan"), "--score-scale: found nan"),
        (("--axes", "x,up"), "axes: found 'x,up', expected the file's axes that are x, y (up)"),
        (("--layout", "openpose"), "layout: found 'openpose', expected one of kinect-v2"),
    ],
)
def test_values_that_make_no_sense_are_refused(
    run: Run, pixels: Path, tmp_path: Path, options: tuple[str, ...], expected: str
) -> None:
    answer = run("prepare", "pyskl", pixels, "--out", tmp_path / "store", *options)
    assert (answer.code, expected in answer.err) == (2, True), answer.err
    assert not (tmp_path / "store").exists()


@pytest.mark.parametrize(
    ("format_", "option"),
    [
        ("nw-ucla", ("--layout", "coco-17")),
        ("ntu", ("--units", "metres")),
        ("store", ("--persons", "file")),
        ("nw-ucla", ("--axes", "x,y,z")),
        ("npz", ("--class-names", "names.txt")),
    ],
)
def test_options_of_other_formats_are_refused(
    run: Run, tmp_path: Path, format_: str, option: tuple[str, ...]
) -> None:
    answer = run("prepare", format_, tmp_path, "--out", tmp_path / "store", *option)
    assert answer.code == 2
    assert f"{option[0]}: the format is {format_}, but only " in answer.err
