"""A video model without texts beside a text model without videos: two spaces, side by side."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import pad

from skelshot.ground.precision import Precision
from skelshot.teachers.base import TextTeacher
from skelshot.teachers.models.frozen import FrozenVideoTeacher, model_label
from skelshot.teachers.models.loading import check_folder, folder_digests, load_model, model_folder
from skelshot.teachers.models.minilm import MiniLMTeacher
from skelshot.teachers.models.preprocessing import IMAGENET_MEAN, IMAGENET_STD, Preprocessing
from skelshot.teachers.models.table import UNKNOWN_LICENCE, entry_of

_CLASSES = {"videomae": "VideoMAEModel", "vjepa2": "VJEPA2Model"}
_UNUSED = r"^(decoder|encoder_to_decoder|mask_token|position_embeddings|classifier|fc_norm|pooler)"
"""What pre-training and classification files hold beside the encoder."""


class VideoAndTextTeacher(FrozenVideoTeacher):
    """VideoMAE or V-JEPA 2 for f_v, and a separate text encoder for f_t.

    The two were trained apart, so `joint_space` is False: f_v fills the first
    `video_dim` entries and f_t the last `text_dim`, with zeros elsewhere. Their sum is then the
    concatenation of the two, and no entry mixes video with text. f_v is the mean over the tokens
    of the encoder's last layer, not of unit length.

    Args:
        model: A short name of the table, a hub id, or a transformers folder with safetensors
            weights; `video-and-text` is the table's default.
        text: The text encoder; MiniLM unless told.
        revision: Commit on the hub, in place of the table's.
        device: Where the video model runs.
        precision: What the video model calculates with.

    Raises:
        SkelshotError: A model cannot be had or is of another kind.
    """

    name = "video-and-text"
    paper = "Tong et al., VideoMAE, NeurIPS 2022; Assran et al., V-JEPA 2, 2025"
    joint_space = False

    def __init__(
        self,
        model: str | Path = "video-and-text",
        *,
        text: TextTeacher | None = None,
        revision: str | None = None,
        device: str | torch.device = "cpu",
        precision: Precision = "float32",
    ) -> None:
        entry = entry_of(str(model), "video-and-text")
        source = model if entry is None else entry.id
        self.folder = model_folder(source, revision or (entry.revision if entry else None))
        self._kind = str(check_folder(self.folder, _CLASSES)["model_type"])
        loaded = load_model(_CLASSES[self._kind], self.folder, unused=_UNUSED)
        frames, usual = _input(self._kind, loaded.config)
        self.text = MiniLMTeacher() if text is None else text
        label = entry.name if entry else model_label("video-and-text", model)
        super().__init__(
            name=f"{label}+{self.text.name}",
            licence=entry.licence if entry else UNKNOWN_LICENCE,
            frames=frames,
            preprocessing=Preprocessing.from_folder(self.folder, usual),
            device=device,
            precision=precision,
        )
        self._model = loaded.to(self.device, self.dtype)

    @property
    def video_dim(self) -> int:
        """Number of entries that f_v fills, the first ones."""
        return int(self._model.config.hidden_size)

    @property
    def text_dim(self) -> int:
        """Number of entries that f_t fills, the last ones."""
        return self.text.dim

    @property
    def dim(self) -> int:
        """Length D of a vector, `video_dim` + `text_dim`."""
        return self.video_dim + self.text_dim

    def _identity(self) -> Sequence[str]:
        return (self.text.fingerprint(), *folder_digests(self.folder))

    def _video(self, clips: Tensor) -> Tensor:
        if self._kind == "vjepa2":
            tokens = self._model.get_vision_features(clips)
        else:
            tokens = self._model(pixel_values=clips).last_hidden_state
        return pad(tokens.float().mean(dim=1), (0, self.text_dim))

    def _text(self, text: str) -> Tensor:
        return pad(self.text.encode_text([text])[0], (self.video_dim, 0))


def _input(kind: str, config: Any) -> tuple[int, Preprocessing]:
    """Return the number of frames and the usual preprocessing of a video model."""
    if kind == "vjepa2":
        size = int(config.crop_size)
        # resized to 256/224 of the crop, as V-JEPA 2's own processor does
        wide = size * 256 // 224
        return int(config.frames_per_clip), Preprocessing(size, wide, IMAGENET_MEAN, IMAGENET_STD)
    size = int(config.image_size)
    return int(config.num_frames), Preprocessing(size, size, IMAGENET_MEAN, IMAGENET_STD)
