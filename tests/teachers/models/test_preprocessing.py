"""Preprocessing: parity with transformers' own image processors, files, and their traps."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from skelshot.ground import SkelshotError
from skelshot.teachers.models.preprocessing import (
    CLIP_MEAN,
    CLIP_STD,
    HALF,
    IMAGENET_MEAN,
    IMAGENET_STD,
    Preprocessing,
)

XCLIP = Preprocessing(224, 224, IMAGENET_MEAN, IMAGENET_STD)
CLIP = Preprocessing(224, 224, CLIP_MEAN, CLIP_STD, resample="bicubic")
SIGLIP = Preprocessing(224, 224, HALF, HALF, resample="bicubic", square=True)


def _scene(height: int, width: int, frames: int = 2) -> np.ndarray:
    """Pictures with slow shades, sharp edges and some noise."""
    rng = np.random.default_rng(0)
    t, y, x = np.ogrid[0:frames, 0:height, 0:width]
    shade = 110 + 90 * np.sin((x + 2 * y) / 40 + t)
    shade = np.where((x // 25 + y // 31) % 5 == 0, 255 - shade, shade)
    noisy = shade[..., None] + rng.normal(0, 6, (frames, height, width, 3))
    return noisy.clip(0, 255).astype(np.uint8)


def _levels(found: torch.Tensor, theirs: torch.Tensor, std: tuple[float, ...]) -> torch.Tensor:
    """Differences of two preprocessed clips in 8-bit steps of the picture."""
    return (found - theirs).abs() * torch.tensor(std).view(1, 3, 1, 1) * 255


@pytest.mark.teachers
@pytest.mark.parametrize("shape", [(1080, 1920), (240, 320), (90, 90), (500, 500)])
@pytest.mark.parametrize("kind", ["videomae", "clip", "siglip"])
def test_parity_with_the_processors_of_transformers(shape: tuple[int, int], kind: str) -> None:
    """At most one of 255 steps apart, in fewer than 2 % of the numbers; two when enlarging."""
    frames = _scene(*shape)
    ours, theirs = _both(frames, kind)
    steps = _levels(ours(frames), theirs, ours.std)
    assert steps.max() < (2.01 if min(shape) < 224 else 1.01)
    assert (steps > 1.01).float().mean() < 1e-4
    assert (steps > 0.01).float().mean() < 0.02


@pytest.mark.teachers
def test_parity_of_upright_pictures() -> None:
    """Pillow then resizes the other axis first: up to 3 steps, half a step on average."""
    frames = _scene(700, 333)
    ours, theirs = _both(frames, "videomae")
    steps = _levels(ours(frames), theirs, ours.std)
    assert steps.max() < 3.01
    assert steps.mean() < 0.5


def _both(frames: np.ndarray, kind: str) -> tuple[Preprocessing, torch.Tensor]:
    """Return our settings and what the processor of transformers gives."""
    pytest.importorskip("transformers", minversion="5.0")
    pictures = list(frames)
    if kind == "videomae":
        from transformers.models.videomae.image_processing_pil_videomae import (
            VideoMAEImageProcessorPil,
        )

        maker = VideoMAEImageProcessorPil(
            size={"shortest_edge": 224}, image_mean=IMAGENET_MEAN, image_std=IMAGENET_STD
        )
        return XCLIP, maker(pictures, return_tensors="pt")["pixel_values"][0]
    if kind == "clip":
        from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

        return CLIP, CLIPImageProcessorPil()(pictures, return_tensors="pt")["pixel_values"]
    from transformers.models.siglip.image_processing_pil_siglip import SiglipImageProcessorPil

    return SIGLIP, SiglipImageProcessorPil()(pictures, return_tensors="pt")["pixel_values"]


def test_a_picture_of_the_right_size_is_only_normalised() -> None:
    frames = _scene(8, 8)
    found = Preprocessing(8, 8, IMAGENET_MEAN, IMAGENET_STD)(frames)
    for channel in range(3):
        literal = (frames[..., channel] / 255 - IMAGENET_MEAN[channel]) / IMAGENET_STD[channel]
        assert np.allclose(found[:, channel], literal, atol=1e-6)


def test_the_centre_is_cropped() -> None:
    """A picture of 4 x 10 keeps columns 3 to 6."""
    frames = np.zeros((1, 4, 10, 3), np.uint8)
    frames[0, :, 3:7] = 255
    found = Preprocessing(4, 4, (0.0, 0.0, 0.0), (1.0, 1.0, 1.0))(frames)
    assert torch.equal(found, torch.ones(1, 3, 4, 4))


@pytest.mark.parametrize(
    "frames",
    [
        np.zeros((2, 8, 8, 4), np.uint8),
        np.zeros((2, 8, 8, 3), np.float32),
        np.zeros((8, 8, 3), np.uint8),
        np.zeros((0, 8, 8, 3), np.uint8),
    ],
)
def test_what_is_no_clip(frames: Any) -> None:
    with pytest.raises(SkelshotError, match=r"expected .frames, height, width, 3. of uint8"):
        XCLIP(frames)


def test_settings_that_cannot_be() -> None:
    with pytest.raises(SkelshotError, match="a crop of 9 pixels from pictures resized to 8"):
        Preprocessing(9, 8, HALF, HALF)
    with pytest.raises(SkelshotError, match=r"std .* above 0"):
        Preprocessing(8, 8, HALF, (0.0, 1.0, 1.0))


FILES: dict[str, tuple[dict[str, Any], Preprocessing]] = {
    # the published X-CLIP files: no crop, an old name of the size
    "xclip at 336": (
        {"size": 336, "image_mean": IMAGENET_MEAN, "image_std": IMAGENET_STD, "resample": 2},
        Preprocessing(336, 336, IMAGENET_MEAN, IMAGENET_STD),
    ),
    "short side and crop": (
        {"size": {"shortest_edge": 384}, "crop_size": {"height": 336, "width": 336}},
        Preprocessing(336, 384, CLIP_MEAN, CLIP_STD),
    ),
    "square": (
        {"size": {"height": 336, "width": 336}, "image_mean": HALF, "image_std": HALF},
        Preprocessing(336, 336, HALF, HALF, square=True),
    ),
    "no normalising": (
        {"do_normalize": False, "resample": 3},
        Preprocessing(336, 336, (0.0, 0.0, 0.0), (1.0, 1.0, 1.0), resample="bicubic"),
    ),
    "no crop": (
        {"size": 336, "do_center_crop": False, "crop_size": {"height": 224, "width": 224}},
        Preprocessing(336, 336, CLIP_MEAN, CLIP_STD),
    ),
    "nothing told": ({}, Preprocessing(336, 336, CLIP_MEAN, CLIP_STD)),
}
USUAL = Preprocessing(336, 336, CLIP_MEAN, CLIP_STD)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("nested", [False, True])
def test_reads_the_files_of_transformers(tmp_path: Path, name: str, nested: bool) -> None:
    document, expected = FILES[name]
    if nested:
        file, document = tmp_path / "processor_config.json", {"image_processor": document}
    else:
        file = tmp_path / "preprocessor_config.json"
    file.write_text(json.dumps(document))
    assert Preprocessing.from_folder(tmp_path, USUAL) == expected


def test_a_folder_that_does_not_tell(tmp_path: Path) -> None:
    assert Preprocessing.from_folder(tmp_path, USUAL) is USUAL


@pytest.mark.parametrize("settings", [XCLIP, CLIP, SIGLIP, Preprocessing(64, 73, HALF, HALF)])
def test_writes_what_it_reads(tmp_path: Path, settings: Preprocessing) -> None:
    settings.write(tmp_path)
    usual = Preprocessing(settings.size, settings.size, (0.1, 0.2, 0.3), (1.0, 2.0, 3.0))
    assert Preprocessing.from_folder(tmp_path, usual) == settings


@pytest.mark.parametrize(
    ("document", "message"),
    [
        # what transformers' own classes would save for the 336 model: they fall back to 224
        ({"size": 336, "crop_size": 224}, "gives frames of 224 x 224 pixels, the model .* 336"),
        ({"size": {"height": 336, "width": 300}}, "cannot be read .size 336 x 300 is not square"),
        ({"resample": 9}, "resample cannot be read"),
        ({"image_mean": [0.5], "image_std": [0.5]}, "mean, std or resample cannot be read"),
        ([], "expected a mapping"),
    ],
)
def test_files_that_are_refused(tmp_path: Path, document: Any, message: str) -> None:
    (tmp_path / "preprocessor_config.json").write_text(json.dumps(document))
    with pytest.raises(SkelshotError, match=message) as caught:
        Preprocessing.from_folder(tmp_path, USUAL)
    assert str(tmp_path) in str(caught.value)


def test_digest_follows_every_setting() -> None:
    variants = [
        XCLIP,
        Preprocessing(224, 256, IMAGENET_MEAN, IMAGENET_STD),
        Preprocessing(224, 224, CLIP_MEAN, IMAGENET_STD),
        Preprocessing(224, 224, IMAGENET_MEAN, CLIP_STD),
        Preprocessing(224, 224, IMAGENET_MEAN, IMAGENET_STD, resample="bicubic"),
        Preprocessing(224, 224, IMAGENET_MEAN, IMAGENET_STD, square=True),
    ]
    assert len({settings.digest() for settings in variants}) == len(variants)
