"""Quaternions against bones, and against the original files' own."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from skelshot.synthesis.performance import Array
from skelshot.synthesis.sensing.body_tree import CHAIN_ENDS, PARENTS
from skelshot.synthesis.sensing.cameras import kinect
from skelshot.synthesis.sensing.orientation import orientations

OTHERS = [joint for joint in range(25) if joint not in CHAIN_ENDS]


def matrix(q: Array) -> Array:
    """Rotation matrix of one unit quaternion, written out."""
    w, x, y, z = q
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
            [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
            [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
        ]
    )


def test_y_axes_follow_the_bones(figure: Callable[..., Array]) -> None:
    joints = kinect(1, 1).depth.to_camera(figure(95))
    found = orientations(joints)
    assert not found[:, list(CHAIN_ENDS)].any()
    np.testing.assert_allclose(np.linalg.norm(found[:, OTHERS], axis=-1), 1)
    for joint in OTHERS:
        for frame in (0, 40):
            bone = joints[frame, joint] - joints[frame, PARENTS[joint]]
            if joint == 0:
                bone = joints[frame, 1] - joints[frame, 0]
            turn = matrix(found[frame, joint])
            np.testing.assert_allclose(turn[:, 1], bone / np.linalg.norm(bone), atol=1e-9)
    smooth = np.einsum("tjq,tjq->tj", found[1:, OTHERS], found[:-1, OTHERS])
    assert smooth.min() > 0


def test_no_pose_gives_anything_but_unit_quaternions() -> None:
    rng = np.random.default_rng(0)
    strange = rng.integers(-1, 2, (300, 25, 3)).astype(float)  # bones of length 0, along the axes
    found = orientations(strange)
    np.testing.assert_allclose(np.linalg.norm(found[:, OTHERS], axis=-1), 1)


def test_trunk_and_hips_agree_with_the_original_files(real_data_dir: Path) -> None:
    files = sorted((real_data_dir / "ntu-samples").glob("*A00[1-5].skeleton"))
    if not files:
        pytest.skip("no NTU samples")
    for file in files:
        rows = [line.split() for line in file.read_text().splitlines()]
        table = np.array([row for row in rows if len(row) == 12], np.float64).reshape(-1, 25, 12)
        found = orientations(table[..., :3])
        agree = np.abs(np.einsum("tjq,tjq->tj", found, table[..., 7:11]))
        angle = np.rad2deg(2 * np.arccos(np.clip(agree, 0, 1)))
        assert np.median(angle[:, [0, 1, 2, 4, 8, 20]]) < 10
        assert np.median(angle[:, [13, 17]]) < 25  # knees: the sign of x matters
        assert np.array_equal(found[:, list(CHAIN_ENDS)], table[:, list(CHAIN_ENDS), 7:11])
