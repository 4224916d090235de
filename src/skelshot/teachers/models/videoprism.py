"""VideoPrism's video-text models (LvT), where transformers has them."""

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from skelshot.ground.precision import Precision
from skelshot.teachers.models.frozen import FrozenVideoTeacher, model_label, pooled
from skelshot.teachers.models.loading import (
    check_folder,
    folder_digests,
    load_model,
    load_tokeniser,
    model_folder,
)
from skelshot.teachers.models.preprocessing import Preprocessing
from skelshot.teachers.models.table import UNKNOWN_LICENCE, entry_of
from skelshot.teachers.models.whole_texts import whole_text


class VideoPrismTeacher(FrozenVideoTeacher):
    """VideoPrism LvT as transformers' `VideoPrismClipModel`; both vectors are of unit length.

    Frames are squeezed to a square (288 pixels) and scaled to [0, 1], without mean and standard
    deviation. Texts are padded to the whole context, always with their mask: the model reads a
    class token after the last position and masks nothing when no mask is given.

    Args:
        model: A short name of the table, a hub id, or a transformers folder with safetensors
            weights; `videoprism` is the table's default.
        revision: Commit on the hub, in place of the table's.
        device: Where the model runs.
        precision: What it calculates with.

    Raises:
        SkelshotError: transformers is too old, or the model cannot be had or is of another kind.
    """

    name = "videoprism"
    paper = (
        "Zhao et al., VideoPrism: A Foundational Visual Encoder for Video Understanding, ICML 2024"
    )

    def __init__(
        self,
        model: str | Path = "videoprism",
        *,
        revision: str | None = None,
        device: str | torch.device = "cpu",
        precision: Precision = "float32",
    ) -> None:
        entry = entry_of(str(model), "videoprism")
        source = model if entry is None else entry.id
        self.folder = model_folder(source, revision or (entry.revision if entry else None))
        check_folder(self.folder, {"videoprism"})
        loaded = load_model("VideoPrismClipModel", self.folder)
        vision = loaded.config.vision_config
        size = int(vision.image_size)
        usual = Preprocessing(
            size, size, (0.0, 0.0, 0.0), (1.0, 1.0, 1.0), resample="bicubic", square=True
        )
        super().__init__(
            name=entry.name if entry else model_label("videoprism", model),
            licence=entry.licence if entry else UNKNOWN_LICENCE,
            frames=int(vision.num_frames),
            preprocessing=Preprocessing.from_folder(self.folder, usual),
            device=device,
            precision=precision,
        )
        self._tokeniser = load_tokeniser(self.folder)
        self._model = loaded.to(self.device, self.dtype)

    @property
    def dim(self) -> int:
        """Length D of a vector: 768 for the base model, 1024 for the large one."""
        return int(self._model.config.text_config.hidden_size)

    def _identity(self) -> Sequence[str]:
        return folder_digests(self.folder)

    def _video(self, clips: Tensor) -> Tensor:
        found = pooled(self._model.get_video_features(pixel_values_videos=clips))
        return found.view(len(clips), -1)  # transformers keeps an axis of one query

    def _text(self, text: str) -> Tensor:
        context = int(self._model.config.text_config.max_position_embeddings)
        tokens = whole_text(self._tokeniser, text, context, self.name, pad=True).to(self.device)
        found = self._model.get_text_features(
            input_ids=tokens["input_ids"], attention_mask=tokens["attention_mask"]
        )
        return pooled(found)[0]
