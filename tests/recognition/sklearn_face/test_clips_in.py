"""X in all its forms, and what is said where something was guessed or is wrong."""

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.sparse

import skelshot as sk
from skelshot.experiments.toy import write_toy_clips
from skelshot.ground.errors import Notice
from skelshot.recognition.clip_files import read_clips
from skelshot.recognition.sklearn_face.clips_in import clips_of
from skelshot.skeletons.layouts import COCO_17, KINECT_V1

RNG = np.random.default_rng(0)
ONE = RNG.normal(0, 0.4, (1, 12, 20, 3))
WAYS = [
    lambda X: sk.FewShotSkeletonClassifier("skelshot-base").fit(X, [0]),
    lambda X: sk.SkeletonEncoder().transform(X),
]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("clips")
    write_toy_clips(folder, performers=1, repetitions=1)
    return sorted(folder.glob("*.npz"))[:3]


def test_every_form_is_the_same_clip(files: list[Path]) -> None:
    sequences = [read_clips(file)[0].sequence for file in files]
    arrays = [one.joints for one in sequences]
    objects = np.empty(3, object)
    objects[:] = sequences
    encoder = sk.SkeletonEncoder(readout="pooled", layout="kinect-v1")
    wanted = encoder.transform(sequences)
    assert len({one.frames for one in sequences}) > 1, "ragged"
    forms: list[Any] = [
        arrays,
        [one[0] for one in arrays],
        objects,
        np.array(list(map(str, files))),
    ]
    for form in [files, *forms]:
        np.testing.assert_allclose(encoder.transform(form), wanted, atol=1e-6)
    least = min(one.shape[1] for one in arrays)
    stacked = np.stack([one[:, :least] for one in arrays])
    np.testing.assert_allclose(
        encoder.transform(stacked), encoder.transform(stacked[:, 0]), atol=1e-6
    )


def test_what_is_guessed_is_said_once() -> None:
    with pytest.warns(Notice, match=r"X: layout taken for kinect-v1, .* say layout=") as told:
        sk.SkeletonEncoder().transform([ONE, ONE])
    assert len(told) == 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        sk.SkeletonEncoder(layout="kinect-v1").transform([ONE])
        sk.SkeletonEncoder(layout=KINECT_V1).transform([ONE])


def test_joints_that_are_mapped_are_said() -> None:
    with pytest.warns(Notice, match="joints mapped from kinect-v2 to kinect-v1"):
        sk.SkeletonEncoder(layout="kinect-v2").transform(RNG.normal(0, 0.4, (1, 12, 25, 3)))


def test_gaps_are_filled() -> None:
    clip = ONE.copy()
    clip[0, 3:5, 7] = np.nan
    assert np.isfinite(sk.SkeletonEncoder(layout="kinect-v1").transform([clip])).all()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("X", "told"),
    [
        ([], r"X: found no clips \(0 samples\)"),
        (np.zeros((3, 4)), r"X: found shape \(3, 4\), expected \(clips, persons"),
        (np.zeros((9, 20, 3)), r"X: found shape \(9, 20, 3\)"),
        (scipy.sparse.eye_array(3), r"X: found shape \(3, 3\)"),
        ([1.0, 2.0], r"X\[0\]: found float of shape \(\), expected a file"),
        ([ONE, "nowhere.json"], r"X\[1\]: nowhere.json: no such file"),
        ([ONE, ONE[..., :2]], r"X\[1\]: found 2 coordinates a joint, the encoder .* reads 3"),
        ([ONE, np.zeros_like(ONE)], r"X\[1\]: .*all coordinates are zero"),
        ([ONE[:, :1]], r"X\[0\]: .*one frame: no movement"),
        ([np.full_like(ONE, np.nan)], r"X\[0\]: .*no finite joint"),
        ([ONE.astype(complex)], r"X\[0\]: found ndarray of shape \(1, 12, 20, 3\)"),
        ([ONE[:, :, :7]], r"X\[0\]: found 7 joints, which no shipped layout has; say layout="),
        (RNG.normal(size=(1, 9, 25, 3)), "25 joints, which kinect-v2, openpose-25 has; say"),
        ([[[1, 2], [3]]], r"X\[0\]: "),
    ],
)  # fmt: skip
def test_what_is_no_clip_is_refused_in_one_line(way: Any, X: Any, told: str) -> None:
    with pytest.raises(sk.SkelshotError, match=told) as raised:
        way(X)
    assert isinstance(raised.value, ValueError)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("X", "layout", "told"),
    [
        (7, None, "X: found int, expected"),
        ("a.json", None, r"X: found one clip, a.json, expected a list of clips; write \[clip\]"),
        ([ONE], "kinect", "layout: found 'kinect', expected one of"),
        ([ONE], COCO_17, r"X\[0\]: .*17"),
    ],
)
def test_what_is_no_list_of_clips_is_refused(X: Any, layout: Any, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        clips_of(X, layout)


def test_a_file_of_several_clips_is_no_sample(toy_store: sk.Store) -> None:
    with pytest.raises(ValueError, match=r"X\[0\]: found \d+ clips in .*, expected one"):
        clips_of([toy_store.path])
