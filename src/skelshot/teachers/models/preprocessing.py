"""From decoded frames to what a frozen model expects: resize, crop, normalise."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import interpolate

from skelshot.ground import SkelshotError
from skelshot.ground.files import read_json, write_json
from skelshot.ground.seeding import digest_of

Rgb = tuple[float, float, float]

IMAGENET_MEAN: Rgb = (0.485, 0.456, 0.406)
IMAGENET_STD: Rgb = (0.229, 0.224, 0.225)
"""What X-CLIP, VideoMAE and V-JEPA 2 were trained with (their preprocessor files)."""
CLIP_MEAN: Rgb = (0.48145466, 0.4578275, 0.40821073)
CLIP_STD: Rgb = (0.26862954, 0.26130258, 0.27577711)
"""What CLIP and ActionCLIP were trained with."""
HALF: Rgb = (0.5, 0.5, 0.5)
"""Mean and standard deviation of SigLIP and SigLIP 2."""

FILE = "preprocessor_config.json"
"""Where transformers folders keep it."""
_NESTED = ("processor_config.json", "image_processor")
"""Where a processor saved by transformers 5 keeps it."""
_VIDEO_FILE = "video_preprocessor_config.json"

Resample = Literal["bilinear", "bicubic"]
_PIL_CODES: dict[int, Resample] = {1: "bicubic", 2: "bilinear", 3: "bicubic"}
"""Numbers of Pillow's filters; Lanczos (1) is not in PyTorch, bicubic is the nearest to it."""


@dataclass(frozen=True)
class Preprocessing:
    """Resize with a low-pass filter, crop the centre, scale to [0, 1], normalise.

    Pictures are resized as 8-bit numbers, as Pillow does, so that a model sees what it saw in
    training.

    Args:
        size: Height and width S of the result, in pixels.
        resize: Length in pixels that the shorter side gets before the centre is cropped.
        mean: Mean of red, green and blue, subtracted after scaling to [0, 1].
        std: Standard deviation of each, divided by.
        resample: Filter of the resizing.
        square: Squeeze to `resize` x `resize` instead, changing the shape (SigLIP does).

    Raises:
        SkelshotError: The crop is larger than the resized picture, or a deviation is 0.

    Example:
        >>> halve = Preprocessing(2, 2, (0.0, 0.0, 0.0), (1.0, 1.0, 1.0))
        >>> halve(np.full((8, 4, 6, 3), 255, np.uint8)).shape
        torch.Size([8, 3, 2, 2])
    """

    size: int
    resize: int
    mean: Rgb
    std: Rgb
    resample: Resample = "bilinear"
    square: bool = False

    def __post_init__(self) -> None:
        if not 1 <= self.size <= self.resize:
            raise SkelshotError(
                f"preprocessing: a crop of {self.size} pixels from pictures resized to "
                f"{self.resize}; the crop must fit"
            )
        if min(self.std) <= 0:
            raise SkelshotError(f"preprocessing: std {self.std}, expected numbers above 0")

    def __call__(self, frames: NDArray[np.uint8]) -> Tensor:
        """Preprocess the frames of one clip.

        Args:
            frames: RGB pictures (T, H, W, 3), 0 to 255.

        Returns:
            Float32 tensor (T, 3, S, S) on the CPU.

        Raises:
            SkelshotError: No RGB pictures of 8 bits.
        """
        shape = np.shape(frames)
        if len(shape) != 4 or shape[3] != 3 or 0 in shape or frames.dtype != np.uint8:
            raise SkelshotError(
                f"frames: found shape {shape} of {np.asarray(frames).dtype}, expected "
                "(frames, height, width, 3) of uint8"
            )
        pictures = torch.from_numpy(np.ascontiguousarray(frames)).permute(0, 3, 1, 2)
        height, width = self._resized(shape[1], shape[2])
        if (height, width) != (shape[1], shape[2]):
            pictures = interpolate(
                pictures,
                size=(height, width),
                mode=self.resample,
                align_corners=False,
                antialias=True,
            )
        top, left = (height - self.size) // 2, (width - self.size) // 2
        cropped = pictures[:, :, top : top + self.size, left : left + self.size]
        mean = torch.tensor(self.mean).view(1, 3, 1, 1)
        std = torch.tensor(self.std).view(1, 3, 1, 1)
        return cropped.contiguous().float().div_(255).sub_(mean).div_(std)

    def _resized(self, height: int, width: int) -> tuple[int, int]:
        """Return height and width after resizing; the longer side is rounded down."""
        if self.square:
            return self.resize, self.resize
        short = min(height, width)
        return int(self.resize * height / short), int(self.resize * width / short)

    def digest(self) -> str:
        """Return a digest of all settings, for fingerprints."""
        return digest_of(
            self.size, self.resize, *self.mean, *self.std, self.resample, self.square
        ).hex()

    def write(self, folder: Path | str) -> None:
        """Write `preprocessor_config.json`, which transformers and `from_folder` read.

        Args:
            folder: The model folder.
        """
        one = {"height": self.resize, "width": self.resize}
        document = {
            "do_resize": True,
            "size": one if self.square else {"shortest_edge": self.resize},
            "do_center_crop": not self.square,
            "crop_size": {"height": self.size, "width": self.size},
            "do_rescale": True,
            "rescale_factor": 1 / 255,
            "do_normalize": True,
            "image_mean": list(self.mean),
            "image_std": list(self.std),
            "resample": 2 if self.resample == "bilinear" else 3,
        }
        write_json(Path(folder) / FILE, document)

    @classmethod
    def from_folder(cls, folder: Path | str, otherwise: Self) -> Self:
        """Read what a model folder says of its preprocessing.

        The published X-CLIP files have no `crop_size`; the crop is then as large as the resized
        short side, and not 224 as transformers' own classes assume.

        Args:
            folder: The model folder.
            otherwise: Settings for all that the folder does not tell; its `size` is what the
                model's own configuration asks for.

        Returns:
            The settings.

        Raises:
            SkelshotError: The file is damaged, or asks for frames of another size than the
                model takes.
        """
        file, document = _document(Path(folder))
        if document is None:
            return otherwise
        try:
            found = cls._parsed(document, otherwise)
        except (TypeError, ValueError, KeyError) as error:
            raise SkelshotError(
                f"{file}: size, crop, mean, std or resample cannot be read ({error})"
            ) from error
        if found.size != otherwise.size:
            raise SkelshotError(
                f"{file}: gives frames of {found.size} x {found.size} pixels, the model in "
                f"config.json takes {otherwise.size} x {otherwise.size}; mend size and crop_size"
            )
        return found

    @classmethod
    def _parsed(cls, document: dict[str, Any], otherwise: Self) -> Self:
        """Turn transformers' fields into settings."""
        resize, square = otherwise.resize, otherwise.square
        if document.get("size") is not None:
            resize, square = _length(document["size"])
        crop = document.get("crop_size") if document.get("do_center_crop", True) else None
        size = resize if crop is None else _length(crop)[0]
        mean, std = otherwise.mean, otherwise.std
        if document.get("do_normalize", True) is False:
            mean, std = (0.0, 0.0, 0.0), (1.0, 1.0, 1.0)
        elif document.get("image_mean") is not None:
            mean, std = _rgb(document["image_mean"]), _rgb(document["image_std"])
        resample = otherwise.resample
        if document.get("resample") is not None:
            resample = _PIL_CODES[int(document["resample"])]
        return cls(size, resize, mean, std, resample, square)


def _document(folder: Path) -> tuple[Path, dict[str, Any] | None]:
    """Return the file that tells the preprocessing, and what it holds; None without one."""
    for file in (folder / FILE, folder / _VIDEO_FILE):
        if file.is_file():
            document = read_json(file)
            if not isinstance(document, dict):
                raise SkelshotError(f"{file}: expected a mapping of settings")
            return file, document
    file = folder / _NESTED[0]
    document = read_json(file) if file.is_file() else None
    nested = document.get(_NESTED[1]) if isinstance(document, dict) else None
    return file, nested if isinstance(nested, dict) else None


def _length(value: Any) -> tuple[int, bool]:
    """Read a size: a number, a short side, or height and width; and whether it is square."""
    if isinstance(value, dict) and "shortest_edge" in value:
        return int(value["shortest_edge"]), False
    if isinstance(value, dict):
        if value["height"] != value["width"]:
            raise ValueError(f"size {value['height']} x {value['width']} is not square")
        return int(value["height"]), True
    return int(value), False


def _rgb(values: Any) -> Rgb:
    """Read three numbers."""
    red, green, blue = (float(value) for value in values)
    return red, green, blue
