"""Mirror images: by name, by word, and what becomes of sides and axes."""

from pathlib import Path

import numpy as np
import pytest

from skelshot.pose.mirrored import in_camera_axes, mirroring_of, true_sides
from skelshot.skeletons.layouts import MEDIAPIPE_33
from skelshot.skeletons.transforms import mirror


@pytest.mark.parametrize(
    ("name", "asked", "expected"),
    [
        ("S001C001P001R001A001_rgb.avi", "auto", True),
        ("S018C003P008R001A061.mp4", "auto", True),
        ("S001C001P001R001A001_rgb.avi", "no", False),
        ("S1C1P1R1A1.avi", "auto", False),
        ("my S001C001P001R001A001.avi", "auto", False),
        ("wave.mp4", "auto", False),
        ("wave.mp4", "yes", True),
    ],
)
def test_by_name_or_word(name: str, asked: str, expected: bool) -> None:
    found = mirroring_of(Path("some") / name, asked)  # type: ignore[arg-type]
    assert found.mirrored is expected
    assert found.reason


def test_a_mirror_image_gives_the_mirrored_skeleton() -> None:
    joints = np.random.default_rng(0).normal(size=(5, 33, 3)).astype(np.float32)
    plain = in_camera_axes(joints, mirrored=False)
    turned = true_sides(in_camera_axes(joints, mirrored=True), MEDIAPIPE_33, mirrored=True)
    assert turned == pytest.approx(mirror(plain[None], MEDIAPIPE_33)[0])
    assert np.linalg.det(np.diag(in_camera_axes(np.ones(3, np.float32), mirrored=False))) > 0
