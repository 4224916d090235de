"""The base of frozen video teachers: device, precision, frame checks, fingerprint."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Self, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from skelshot.ground import SkelshotError
from skelshot.ground.devices import chosen_device
from skelshot.ground.precision import Precision
from skelshot.ground.seeding import digest_of
from skelshot.teachers.base import VideoTeacher
from skelshot.teachers.models.preprocessing import Preprocessing
from skelshot.teachers.models.teacher import Teacher, VideoModelOptions

Seeing = TypeVar("Seeing", bound=VideoTeacher)

_DTYPES: dict[Precision, torch.dtype] = {"float32": torch.float32, "bfloat16": torch.bfloat16}


class FrozenVideoTeacher(Teacher, ABC):
    """A video teacher by the contract `VideoTeacher`, less the model itself.

    Args:
        name: The teacher's name, as caches write it.
        licence: Licence of the weights.
        frames: Number of frames T that a clip has.
        preprocessing: From decoded frames to what the model takes.
        device: Where the model runs: `cpu`, `cuda`, `cuda:1`, `mps`, or `auto` for a GPU where
            there is one.
        precision: What it calculates with; `bfloat16` halves its memory.

    Raises:
        SkelshotError: There is no such device or precision.
    """

    options_type = VideoModelOptions
    joint_space: bool = True

    def __init__(
        self,
        *,
        name: str,
        licence: str,
        frames: int,
        preprocessing: Preprocessing,
        device: str | torch.device = "cpu",
        precision: Precision = "float32",
    ) -> None:
        if precision not in _DTYPES:
            raise SkelshotError(
                f"precision: found {precision!r}, expected {' or '.join(sorted(_DTYPES))}"
            )
        self.name = name
        self.licence = licence
        self.frames = frames
        self.preprocessing = preprocessing
        self.device = chosen_device(device)
        self.precision: Precision = precision

    @classmethod
    def _built(cls, options: VideoModelOptions) -> Self:
        """Load the model asked for; sub-classes take a model, a device and a precision."""
        load: Any = cls
        model = options.model or cls.name
        teacher: Self = load(model, device=options.device, precision=options.precision)
        return checked_frames(teacher, options)

    @property
    @abstractmethod
    def dim(self) -> int:
        """Length D of a vector."""

    @abstractmethod
    def _identity(self) -> Sequence[str]:
        """Return what tells the model from any other, such as digests of its files."""

    @abstractmethod
    def _video(self, clips: Tensor) -> Tensor:
        """Encode checked clips (B, T, 3, S, S) on the device; (B, D)."""

    @abstractmethod
    def _text(self, text: str) -> Tensor:
        """Encode one text; (D,)."""

    @property
    def frame_size(self) -> int:
        """Height and width S of a preprocessed frame, in pixels."""
        return self.preprocessing.size

    @property
    def dtype(self) -> torch.dtype:
        """Number type of the weights."""
        return _DTYPES[self.precision]

    def fingerprint(self) -> str:
        """Return a digest of weights, configuration, tokeniser, preprocessing and precision."""
        return self._fingerprint

    @cached_property
    def _fingerprint(self) -> str:
        settings = (type(self).__name__, self.frames, self.preprocessing.digest(), self.precision)
        return digest_of(*settings, *self._identity()).hex()

    def preprocess(self, frames: NDArray[np.uint8]) -> Tensor:
        """Resize, crop and normalise the frames of one clip.

        Args:
            frames: RGB pictures (T, H, W, 3), 0 to 255.

        Returns:
            Float32 tensor (T, 3, S, S) on the CPU.

        Raises:
            SkelshotError: Another number of frames than T, or no RGB pictures.
        """
        prepared = self.preprocessing(frames)
        self._check_frames(len(prepared))
        return prepared

    def encode_video(self, clips: Tensor) -> Tensor:
        """Encode B clips.

        Args:
            clips: Preprocessed clips (B, T, 3, S, S), on any device.

        Returns:
            f_v, float32 tensor (B, D) on the CPU, without gradients.

        Raises:
            SkelshotError: Another number or size of frames than the model was built for.
        """
        with torch.no_grad():
            return self._video(self.on_device(clips)).float().cpu()

    def encode_text(self, texts: Sequence[str]) -> Tensor:
        """Encode n texts one at a time, so that the vector of one never depends on the others.

        Args:
            texts: n texts.

        Returns:
            f_t, float32 tensor (n, D) on the CPU, without gradients.

        Raises:
            SkelshotError: A text has more tokens than the model reads.
        """
        with torch.no_grad():
            rows = [self._text(text).float().cpu() for text in texts]
        return torch.stack(rows) if rows else torch.empty(0, self.dim)

    def on_device(self, clips: Tensor) -> Tensor:
        """Check clips and bring them to the model's device and precision.

        Args:
            clips: Preprocessed clips (B, T, 3, S, S), on any device.

        Returns:
            The clips where the model is.

        Raises:
            SkelshotError: They are not what the model was built for.
        """
        size = self.frame_size
        if clips.ndim != 5 or tuple(clips.shape[2:]) != (3, size, size):
            raise SkelshotError(
                f"teacher {self.name}: clips of shape {tuple(clips.shape)}, expected (clips, "
                f"{self.frames}, 3, {size}, {size}) as preprocess gives them"
            )
        self._check_frames(clips.shape[1])
        return clips.to(self.device, self.dtype, non_blocking=True)

    def _check_frames(self, found: int) -> None:
        """Refuse another number of frames than the model was built for."""
        if found != self.frames:
            raise SkelshotError(
                f"teacher {self.name}: a clip of {found} frames, the model was built for "
                f"{self.frames}; sample {self.frames}"
            )


def checked_frames(teacher: Seeing, options: VideoModelOptions) -> Seeing:
    """Refuse another number of frames than a teacher was built for.

    Args:
        teacher: The teacher.
        options: What was asked for.

    Returns:
        The teacher.

    Raises:
        SkelshotError: The two numbers differ.
    """
    if options.frames not in (None, teacher.frames):
        raise SkelshotError(
            f"frames: found {options.frames}, the teacher {teacher.name} was built for "
            f"{teacher.frames}"
        )
    return teacher


def pooled(output: Any) -> Tensor:
    """Take the vector out of what transformers returns.

    Args:
        output: A tensor (transformers 4), an object with `pooler_output` (transformers 5), or the
            states and the vector one after the other.

    Returns:
        The tensor.

    Example:
        >>> pooled(torch.ones(2))
        tensor([1., 1.])
    """
    if isinstance(output, tuple):
        output = output[1]
    found: Tensor = output if isinstance(output, Tensor) else output.pooler_output
    return found


def model_label(teacher: str, model: str | Path) -> str:
    """Name a teacher with a model of the user's own, telling no path of this machine.

    Args:
        teacher: Name of the teacher.
        model: Folder, file or hub id.

    Returns:
        For example `xclip:my-folder` or `xclip:organisation/name`.

    Example:
        >>> model_label("xclip", "microsoft/xclip-base-patch32")
        'xclip:microsoft/xclip-base-patch32'
    """
    path = Path(model)
    return f"{teacher}:{path.resolve().stem if path.exists() else model}"


def check_end_token(tokeniser: Any, vocabulary: int, place: str | Path) -> None:
    """Refuse a tokeniser that a model which reads at the largest token id would misread.

    CLIP and X-CLIP take a text's vector at the largest id of the row. That is the end token only
    if no other token, padding included, has a larger id.

    Args:
        tokeniser: The tokeniser.
        vocabulary: Rows of the model's token table.
        place: The folder, for the message.

    Raises:
        SkelshotError: The end token has not the largest id, or ids go beyond the table.
    """
    ids = tokeniser("a")["input_ids"]
    largest = max(tokeniser.get_vocab().values())
    if ids[-1] != largest:
        raise SkelshotError(
            f"{place}: texts end in token {ids[-1]} and the largest token is {largest}; the model "
            "reads a text at its largest token, which must be the end token"
        )
    if largest >= vocabulary:
        raise SkelshotError(
            f"{place}: the tokeniser has token {largest}, the model's table ends at "
            f"{vocabulary - 1}; they belong to different models"
        )
