"""Image-text models as video teachers: the mean of the frames' embeddings."""

from collections.abc import Sequence
from pathlib import Path
from typing import Self

import torch
from torch import Tensor
from torch.nn.functional import normalize

from skelshot.ground import SkelshotError
from skelshot.ground.precision import Precision
from skelshot.teachers.models.frozen import FrozenVideoTeacher, check_end_token, model_label, pooled
from skelshot.teachers.models.loading import (
    check_folder,
    folder_digests,
    load_model,
    load_tokeniser,
    model_folder,
)
from skelshot.teachers.models.preprocessing import CLIP_MEAN, CLIP_STD, HALF, Preprocessing
from skelshot.teachers.models.table import UNKNOWN_LICENCE, entry_of
from skelshot.teachers.models.teacher import VideoModelOptions
from skelshot.teachers.models.whole_texts import whole_text

_CLASSES = {"clip": "CLIPModel", "metaclip_2": "MetaClip2Model", "siglip": "SiglipModel"}
"""transformers' class for each architecture; fixed-size SigLIP 2 files are of type siglip."""


class FrameAverageTeacher(FrozenVideoTeacher):
    """CLIP, MetaCLIP 2, SigLIP or SigLIP 2, which know pictures and texts but no motion.

    Each frame's embedding is brought to unit length before the mean, so that all frames count
    the same; the mean itself is shorter than 1. Texts of SigLIP are in lower case and padded to
    the whole context without a mask, as it was trained.

    Args:
        model: A short name of the table, a hub id, or a transformers folder with safetensors
            weights; `frame-average` is the table's default.
        frames: Number of frames T that a clip has; any will do.
        revision: Commit on the hub, in place of the table's.
        device: Where the model runs.
        precision: What it calculates with.

    Raises:
        SkelshotError: The model cannot be had or is of another kind.
    """

    name = "frame-average"
    paper = (
        "Radford et al., Learning Transferable Visual Models From Natural Language "
        "Supervision, ICML 2021"
    )

    def __init__(
        self,
        model: str | Path = "frame-average",
        *,
        frames: int = 8,
        revision: str | None = None,
        device: str | torch.device = "cpu",
        precision: Precision = "float32",
    ) -> None:
        if frames < 1:
            raise SkelshotError(f"frames: found {frames}, expected at least 1")
        entry = entry_of(str(model), "frame-average")
        source = model if entry is None else entry.id
        self.folder = model_folder(source, revision or (entry.revision if entry else None))
        kind = str(check_folder(self.folder, _CLASSES)["model_type"])
        loaded = load_model(_CLASSES[kind], self.folder)
        self._sigmoid = kind == "siglip"
        size = int(loaded.config.vision_config.image_size)
        usual = (
            Preprocessing(size, size, HALF, HALF, resample="bicubic", square=True)
            if self._sigmoid
            else Preprocessing(size, size, CLIP_MEAN, CLIP_STD, resample="bicubic")
        )
        super().__init__(
            name=entry.name if entry else model_label("frame-average", model),
            licence=entry.licence if entry else UNKNOWN_LICENCE,
            frames=frames,
            preprocessing=Preprocessing.from_folder(self.folder, usual),
            device=device,
            precision=precision,
        )
        self._tokeniser = load_tokeniser(self.folder)
        if self._sigmoid:
            # as trained; transformers 5's own class of SigLIP 2 tokenisers pads on the left
            self._tokeniser.padding_side = "right"
        if kind == "clip":
            check_end_token(self._tokeniser, loaded.config.text_config.vocab_size, self.folder)
        self._model = loaded.to(self.device, self.dtype)
        self._dim = len(self.encode_text(["a"])[0])

    @classmethod
    def _built(cls, options: VideoModelOptions) -> Self:
        return cls(
            options.model or cls.name,
            frames=options.frames or 8,
            device=options.device,
            precision=options.precision,
        )

    @property
    def dim(self) -> int:
        """Length D of a vector."""
        return self._dim

    def _identity(self) -> Sequence[str]:
        return ("mean of unit frames", *folder_digests(self.folder))

    def _video(self, clips: Tensor) -> Tensor:
        seen = pooled(self._model.get_image_features(pixel_values=clips.flatten(0, 1)))
        return normalize(seen.float(), dim=-1).view(*clips.shape[:2], -1).mean(dim=1)

    def _text(self, text: str) -> Tensor:
        context = int(self._model.config.text_config.max_position_embeddings)
        said = text.lower() if self._sigmoid else text
        tokens = whole_text(self._tokeniser, said, context, self.name, pad=self._sigmoid)
        return pooled(self._model.get_text_features(tokens["input_ids"].to(self.device)))[0]
