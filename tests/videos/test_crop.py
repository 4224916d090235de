import numpy as np
import pytest
import torch

from skelshot.ground import SkelshotError
from skelshot.videos.crop import CropBox, crop_frames, resize


def scene(height: int = 90, width: int = 160) -> np.ndarray:
    rng = np.random.default_rng(0)
    return rng.integers(0, 256, (3, height, width, 3)).astype(np.uint8)


def weights(length: int, wanted: int) -> np.ndarray:
    """Each new pixel's share of each old one: a triangle twice as wide as the new pixel."""
    scale = max(length / wanted, 1.0)
    centres = (np.arange(wanted) + 0.5) * length / wanted
    away = np.abs(np.arange(length) + 0.5 - centres[:, None]) / scale
    table = np.clip(1 - away, 0, None)
    return table / table.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("size", [(40, 30), (160, 45), (200, 120), (1, 1)])
def test_resizing_is_the_literal_mixture(size: tuple[int, int]) -> None:
    frames = scene()
    across, down = weights(160, size[0]), weights(90, size[1])
    expected = np.einsum("yr,nrcd,xc->nyxd", down, frames.astype(np.float64), across, optimize=True)
    assert np.abs(resize(frames, size) - expected).max() < 1.001


def test_the_same_size_changes_nothing() -> None:
    np.testing.assert_array_equal(resize(scene(), (160, 90)), scene())


def test_views_of_any_kind_are_taken() -> None:
    turned = np.rot90(scene(), 1, axes=(1, 2))
    np.testing.assert_array_equal(
        resize(turned, (20, 30)), resize(np.ascontiguousarray(turned), (20, 30))
    )


def test_a_crop_is_a_slice() -> None:
    frames = scene()
    cut = crop_frames(frames, CropBox(30, 20, 50, 50), 50)
    np.testing.assert_array_equal(cut, frames[:, 20:70, 30:80])
    smaller = crop_frames(frames, CropBox(30, 20, 50, 50), 10)
    np.testing.assert_array_equal(smaller, resize(frames[:, 20:70, 30:80], (10, 10)))
    assert torch.from_numpy(smaller).is_contiguous()


@pytest.mark.parametrize(
    "box",
    [
        CropBox(-1, 0, 9, 9),
        CropBox(0, -1, 9, 9),
        CropBox(152, 0, 9, 9),
        CropBox(0, 82, 9, 9),
        CropBox(5, 5, 0, 9),
        CropBox(5, 5, 9, 0),
    ],
)
def test_a_box_outside_the_picture_is_refused(box: CropBox) -> None:
    with pytest.raises(SkelshotError, match="expected them within 160 x 90 pixels"):
        crop_frames(scene(), box, 8)


def test_no_size_is_refused() -> None:
    with pytest.raises(SkelshotError, match="size: found 0 x 0"):
        crop_frames(scene(), CropBox(0, 0, 9, 9), 0)
