"""Samples of clips gathered into batches for a video teacher, and its vectors put in place."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from skelshot.ground import SkelshotError
from skelshot.teachers.base import PromptingTeacher, VideoTeacher
from skelshot.teachers.cache.video import FloatArray
from skelshot.teachers.extract.texts import described_tensor
from skelshot.teachers.models.family import teacher_label


@dataclass(frozen=True, eq=False)
class PromptTexts:
    """Class texts that a prompting teacher makes depend on the video.

    Args:
        features: Plain f_t (classes, directions, R, D), R the prompts of one direction.
        row_of: The row of each label.
    """

    features: Tensor
    row_of: dict[int, int]


@dataclass(eq=False)
class ClipBatches:
    """Collects samples until a batch is full, encodes it, and keeps the vectors by clip.

    A clip's samples may fall into two batches. With two directions each sample is shown
    backwards as well: the same frames in reverse order.

    Args:
        teacher: The frozen teacher.
        batch: Samples a batch.
        directions: 1 or 2.
        prompts: Texts to be prompted, or None.
    """

    teacher: VideoTeacher
    batch: int
    directions: int
    prompts: PromptTexts | None = None
    _waiting: list[tuple[Tensor, int, int, int]] = field(default_factory=list)
    _video: list[FloatArray] = field(default_factory=list)
    _prompted: list[FloatArray] = field(default_factory=list)

    def add(self, samples: Sequence[Tensor], label: int) -> None:
        """Take a clip.

        Args:
            samples: Preprocessed samples, each (T, 3, S, S).
            label: The clip's class.
        """
        clip, dim = len(self._video), self.teacher.dim
        shape = (self.directions, len(samples))
        self._video.append(np.empty((*shape, dim), np.float32))
        if self.prompts is not None:
            prompts = self.prompts.features.shape[2]
            self._prompted.append(np.empty((*shape, prompts, dim), np.float32))
        for direction in range(self.directions):
            for place, sample in enumerate(samples):
                self._waiting.append((sample, clip, direction * len(samples) + place, label))
                if len(self._waiting) >= self.batch:
                    self._encode()

    def add_known(self, video: FloatArray, prompted: FloatArray | None) -> None:
        """Take a clip whose vectors are known.

        Args:
            video: f_v (directions, samples, D).
            prompted: Prompted texts (directions, samples, R, D), or None.
        """
        self._video.append(video)
        if prompted is not None:
            self._prompted.append(prompted)

    def take(self, samples: int) -> tuple[FloatArray, FloatArray | None]:
        """Encode the remaining samples and return all clips since the last call.

        Args:
            samples: Samples a clip, for the shape where there is no clip.

        Returns:
            f_v (clips, directions, samples, D), and prompted texts (clips, directions, samples,
            R, D) if there are any.
        """
        if self._waiting:
            self._encode()
        shape = (self.directions, samples)
        video = _stack(self._video, (*shape, self.teacher.dim))
        prompted = None
        if self.prompts is not None:
            prompts = self.prompts.features.shape[2]
            prompted = _stack(self._prompted, (*shape, prompts, self.teacher.dim))
        self._video, self._prompted = [], []
        return video, prompted

    def _encode(self) -> None:
        """Run the teacher over one batch."""
        waiting, self._waiting = self._waiting, []
        counts = [self._video[clip].shape[1] for _, clip, _, _ in waiting]
        time_reversed = [
            place >= count for (_, _, place, _), count in zip(waiting, counts, strict=True)
        ]
        clips = torch.stack(
            [
                sample.flip(0) if turned else sample
                for (sample, _, _, _), turned in zip(waiting, time_reversed, strict=True)
            ]
        )
        f_t: Tensor | None = None
        if self.prompts is None or not isinstance(self.teacher, PromptingTeacher):
            f_v = self.teacher.encode_video(clips)
        else:
            texts = torch.stack(
                [
                    self.prompts.features[self.prompts.row_of[label], int(turned)]
                    for (_, _, _, label), turned in zip(waiting, time_reversed, strict=True)
                ]
            )
            f_v, f_t = self.teacher.video_and_prompted_text(texts, clips)
        found: object = f_v
        expected = (len(waiting), self.teacher.dim)
        if not isinstance(found, Tensor) or tuple(found.shape) != expected:
            raise SkelshotError(
                f"{teacher_label(self.teacher)}: returned {described_tensor(found)} for "
                f"{len(waiting)} clips, expected {expected}"
            )
        for row, (_, clip, place, _) in enumerate(waiting):
            self._video[clip].reshape(-1, self.teacher.dim)[place] = f_v[row].numpy()
            if f_t is not None:
                flat = self._prompted[clip].reshape(-1, *self._prompted[clip].shape[2:])
                flat[place] = f_t[row].numpy()


def _stack(rows: list[FloatArray], shape: tuple[int, ...]) -> FloatArray:
    return np.stack(rows) if rows else np.empty((0, *shape), np.float32)
