"""The turned square: where it lies, what is cut out, and the way back."""

import numpy as np
import pytest

from skelshot.pose.region import Region

RAMP = np.stack(
    np.broadcast_arrays(np.arange(64)[:, None], np.arange(80)[None], np.zeros((1, 1), int)), -1
).astype(np.uint8)
"""Red tells the row, green the column."""


@pytest.mark.parametrize(
    ("top", "turn"),
    [((50, 20), 0), ((90, 60), np.pi / 2), ((10, 60), -np.pi / 2), ((50, 100), -np.pi)],
)
def test_the_upper_edge_is_on_the_heads_side(top: tuple[int, int], turn: float) -> None:
    region = Region.around((50, 60), top)
    assert region.turn == pytest.approx(turn)
    assert region.side == pytest.approx(100)
    head = region.to_picture(np.array([[0.5, 0.1]], np.float32))[0]
    assert head == pytest.approx(top, abs=1e-3)


def test_an_upright_square_of_the_pictures_own_size_is_its_pixels() -> None:
    cut = Region(40, 32, 16, 0.0).cut(RAMP, 16) * 255
    assert cut[..., :2] == pytest.approx(RAMP[24:40, 32:48, :2], abs=1e-4)


def test_a_square_turned_by_a_right_angle_is_the_turned_picture() -> None:
    upright = Region(40, 32, 16, 0.0).cut(RAMP, 16)
    turned = Region(40, 32, 16, np.pi / 2).cut(RAMP, 16)
    assert turned == pytest.approx(np.rot90(upright), abs=1e-5)


@pytest.mark.parametrize("centre", [(0, 0), (1e6, -1e6), (79.5, 63.5)])
def test_beyond_the_edges_their_pixels_go_on(centre: tuple[float, float]) -> None:
    cut = Region(*centre, 4, 0.3).cut(RAMP, 8) * 255
    row, column = np.clip(centre[1], 0, 63), np.clip(centre[0], 0, 79)
    assert cut[..., 0] == pytest.approx(np.full((8, 8), row), abs=4)
    assert cut[..., 1] == pytest.approx(np.full((8, 8), column), abs=4)
