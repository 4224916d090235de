import numpy as np
import pytest

from skelshot.datasets.joint_turns import world_positions
from skelshot.skeletons.layouts import layout_from

CHAIN = layout_from(
    {"name": "chain", "joints": ["tip", "root", "mid"], "bones": [["mid", "root"], ["tip", "mid"]]}
)


def placed(turns):
    """The tip of a chain of unit bones along y, with the turns of root and mid."""
    offsets = np.array([[[0.0, 1.0, 0.0], [5.0, 6.0, 7.0], [0.0, 1.0, 0.0]]])
    degrees = np.array([[[11.0, 12.0, 13.0], *turns]])  # a tip turns nobody
    return (world_positions(offsets, degrees, CHAIN)[0] - [5, 6, 7])[[2, 0]].round(6).tolist()


@pytest.mark.parametrize(
    ("root", "mid", "expected"),
    [
        ((0, 0, 0), (0, 0, 0), [[0, 1, 0], [0, 2, 0]]),
        ((90, 0, 0), (0, 0, 0), [[0, 0, 1], [0, 0, 2]]),
        ((0, 0, 90), (0, 0, 0), [[-1, 0, 0], [-2, 0, 0]]),
        ((0, 90, 0), (90, 0, 0), [[0, 1, 0], [1, 1, 0]]),
        ((90, 90, 0), (0, 0, 0), [[0, 0, 1], [0, 0, 2]]),  # y first, then x
        ((90, 0, 90), (0, 0, 0), [[0, 0, 1], [0, 0, 2]]),  # x first, then z
    ],
)
def test_turns_follow_the_bones_in_the_order_y_x_z(root, mid, expected):
    assert placed([root, mid]) == expected


def test_bones_keep_their_lengths_under_any_turns():
    rng = np.random.default_rng(0)
    offsets = rng.normal(size=(50, 3, 3))
    found = world_positions(offsets, rng.uniform(-180, 180, (50, 3, 3)), CHAIN)
    np.testing.assert_array_equal(found[:, 1], offsets[:, 1])
    for child, parent in CHAIN.bones:
        np.testing.assert_allclose(
            np.linalg.norm(found[:, child] - found[:, parent], axis=1),
            np.linalg.norm(offsets[:, child], axis=1),
        )
