from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imread

from skelshot.ground import SkelshotError
from skelshot.rendering.sheets import contact_sheet, write_png


def test_pictures_stand_in_rows() -> None:
    frames = [np.full((2, 3, 3), value, np.uint8) for value in (10, 20, 30)]
    sheet = contact_sheet(frames, columns=2, gap=1)
    expected = np.array(
        [
            [10, 10, 10, 255, 20, 20, 20],
            [10, 10, 10, 255, 20, 20, 20],
            [255] * 7,
            [30, 30, 30, 255, 255, 255, 255],
            [30, 30, 30, 255, 255, 255, 255],
        ]
    )
    np.testing.assert_array_equal(sheet[..., 0], expected)


def test_png_keeps_every_pixel(tmp_path: Path) -> None:
    picture = np.random.default_rng(0).integers(0, 256, (7, 9, 3)).astype(np.uint8)
    write_png(tmp_path / "a.png", picture)
    read = (imread(tmp_path / "a.png")[..., :3] * 255).round().astype(np.uint8)
    np.testing.assert_array_equal(read, picture)


def test_pictures_that_make_no_sheet_are_refused() -> None:
    small, large = np.zeros((2, 2, 3), np.uint8), np.zeros((4, 4, 3), np.uint8)
    with pytest.raises(SkelshotError, match="found 0 pictures"):
        contact_sheet([], 3)
    with pytest.raises(SkelshotError, match="for 0 columns"):
        contact_sheet([small], 0)
    with pytest.raises(SkelshotError, match=r"found sizes \[\(2, 2, 3\), \(4, 4, 3\)\]"):
        contact_sheet([small, large], 2)
