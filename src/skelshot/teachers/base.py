"""The contracts of frozen teachers: of texts alone, of videos too, and of prompted texts."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray
from torch import Tensor


@runtime_checkable
class TextTeacher(Protocol):
    """A frozen model that turns texts into vectors, f_t in the paper (section IV.A).

    Any class with these members is a text teacher; nothing has to be inherited. A teacher that
    also reads videos offers these members and those of `VideoTeacher`, so that code which
    needs text alone asks for no more than this.

    Example:
        >>> from skelshot.teachers import RandomCodeTeacher
        >>> isinstance(RandomCodeTeacher(seed=0), TextTeacher)
        True
    """

    @property
    def name(self) -> str:
        """The teacher's name, as caches and results write it."""
        ...

    @property
    def dim(self) -> int:
        """Length D of its vectors."""
        ...

    def fingerprint(self) -> str:
        """Return a digest of all that decides its vectors: weights, tokeniser, pooling, seed."""
        ...

    def encode_text(self, texts: Sequence[str]) -> Tensor:
        """Encode n texts.

        Args:
            texts: n texts; the vector of one must not depend on the others.

        Returns:
            Float32 tensor (n, D) on the CPU, without gradients.

        Raises:
            SkelshotError: A text is longer than the model reads; none may be cut.
        """
        ...


@runtime_checkable
class VideoTeacher(TextTeacher, Protocol):
    """A frozen model that turns videos into vectors as well, f_v in the paper (section IV.A).

    Frames come in as decoded pictures, pass `preprocess` a clip at a time (on the CPU, safe to
    call from several threads) and `encode_video` a batch at a time. Vectors are not brought to
    unit length unless the model itself does so. Text and video vectors have the same length D,
    so that f_v + f_t is always defined; `joint_space` tells what the sum means.

    Example:
        >>> from skelshot.teachers import RandomCodeTeacher
        >>> isinstance(RandomCodeTeacher(seed=0), VideoTeacher)
        False
    """

    @property
    def frames(self) -> int:
        """Number of frames T of a clip that the model was built for."""
        ...

    @property
    def frame_size(self) -> int:
        """Height and width S of a preprocessed frame, in pixels."""
        ...

    @property
    def joint_space(self) -> bool:
        """True if f_v and f_t lie in one space, as in a model trained on videos and texts.

        Without it the two come from separate models: f_v fills the first entries and f_t the
        last, zeros elsewhere, so that f_v + f_t is the concatenation of the two and the cosine
        between them says nothing (it is 0).
        """
        ...

    @property
    def licence(self) -> str:
        """Licence of the weights, as their makers state it."""
        ...

    def preprocess(self, frames: NDArray[np.uint8]) -> Tensor:
        """Resize, crop and normalise the frames of one clip as the model was trained.

        Args:
            frames: RGB pictures (T, H, W, 3), 0 to 255.

        Returns:
            Float32 tensor (T, 3, S, S) on the CPU.

        Raises:
            SkelshotError: Another number of frames than T, or no RGB pictures.
        """
        ...

    def encode_video(self, clips: Tensor) -> Tensor:
        """Encode B clips.

        Args:
            clips: Preprocessed clips (B, T, 3, S, S), on any device.

        Returns:
            f_v, float32 tensor (B, D) on the CPU, without gradients.

        Raises:
            SkelshotError: Another number or size of frames than the model was built for.
        """
        ...


@runtime_checkable
class PromptingTeacher(VideoTeacher, Protocol):
    """A video teacher whose texts can be made to depend on the video, as X-CLIP's prompts do."""

    def prompted_text(self, texts: Sequence[str] | Tensor, clips: Tensor) -> Tensor:
        """Encode n texts for each of B clips.

        Args:
            texts: n texts, or their features from `encode_text`: (n, D) for all clips, or
                (B, n, D) where every clip has texts of its own. Features save encoding the same
                texts for every batch.
            clips: Preprocessed clips (B, T, 3, S, S).

        Returns:
            Prompted f_t, float32 tensor (B, n, D) on the CPU, not of unit length.
        """
        ...

    def video_and_prompted_text(
        self, texts: Sequence[str] | Tensor, clips: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Encode clips and their prompted texts in one pass over the frames.

        Args:
            texts: As for `prompted_text`.
            clips: Preprocessed clips (B, T, 3, S, S).

        Returns:
            f_v (B, D) as `encode_video` gives it, and prompted f_t (B, n, D).
        """
        ...
