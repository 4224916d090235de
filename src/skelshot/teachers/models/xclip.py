"""X-CLIP, the paper's default video-text teacher."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

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
from skelshot.teachers.models.preprocessing import IMAGENET_MEAN, IMAGENET_STD, Preprocessing
from skelshot.teachers.models.table import UNKNOWN_LICENCE, entry_of
from skelshot.teachers.models.whole_texts import whole_text


class XCLIPTeacher(FrozenVideoTeacher):
    """X-CLIP (Ni et al., ECCV 2022) as transformers' `XCLIPModel`.

    f_v is the mean over the frames after the multi-frame integration transformer, f_t the text
    projection; neither is of unit length. `prompted_text` adds what the video-specific prompt
    generator makes of the frames' patches. Frames are resized to the short side that the model
    takes (224; 336 for one model) and their centre cropped, as the published files say; the
    original code resizes to 256 first and so sees a slightly smaller part of the picture.

    Args:
        model: A short name of the table, a hub id, or a transformers folder with safetensors
            weights; `xclip` is the table's default.
        revision: Commit on the hub, in place of the table's.
        device: Where the model runs.
        precision: What it calculates with.
        name: The teacher's name in place of the model's.
        licence: Licence of the weights, for a model that the table does not know.

    Raises:
        SkelshotError: The model cannot be had or is no whole X-CLIP model.
    """

    name = "xclip"
    paper = (
        "Ni et al., Expanding Language-Image Pretrained Models for General Video "
        "Recognition, ECCV 2022"
    )

    def __init__(
        self,
        model: str | Path = "xclip",
        *,
        revision: str | None = None,
        device: str | torch.device = "cpu",
        precision: Precision = "float32",
        name: str | None = None,
        licence: str = UNKNOWN_LICENCE,
    ) -> None:
        entry = entry_of(str(model), "xclip")
        source = model if entry is None else entry.id
        self.folder = model_folder(source, revision or (entry.revision if entry else None))
        check_folder(self.folder, {"xclip"})
        loaded = load_model("XCLIPModel", self.folder)
        vision, text = loaded.config.vision_config, loaded.config.text_config
        size = int(vision.image_size)
        super().__init__(
            name=name or (entry.name if entry else model_label("xclip", model)),
            licence=entry.licence if entry else licence,
            frames=int(vision.num_frames),
            preprocessing=Preprocessing.from_folder(
                self.folder, Preprocessing(size, size, IMAGENET_MEAN, IMAGENET_STD)
            ),
            device=device,
            precision=precision,
        )
        self._tokeniser = load_tokeniser(self.folder)
        check_end_token(self._tokeniser, text.vocab_size, self.folder)
        self._model = loaded.to(self.device, self.dtype)
        self._context = int(text.max_position_embeddings)

    @property
    def dim(self) -> int:
        """Length D of a vector: 512 for the base models, 768 for the large ones."""
        return int(self._model.config.projection_dim)

    def _identity(self) -> Sequence[str]:
        return folder_digests(self.folder)

    def _video(self, clips: Tensor) -> Tensor:
        # step by step, since get_video_features of transformers 4.57 fails on its own output
        return self._frames(clips)[0]

    def _text(self, text: str) -> Tensor:
        tokens = whole_text(self._tokeniser, text, self._context, self.name).to(self.device)
        found = self._model.get_text_features(
            input_ids=tokens["input_ids"], attention_mask=tokens["attention_mask"]
        )
        return pooled(found)[0]

    def prompted_text(self, texts: Sequence[str] | Tensor, clips: Tensor) -> Tensor:
        """Encode n texts for each of B clips.

        Args:
            texts: n texts, or their features: (n, D) for all clips, or (B, n, D).
            clips: Preprocessed clips (B, T, 3, S, S).

        Returns:
            Prompted f_t, float32 tensor (B, n, D) on the CPU, not of unit length.

        Raises:
            SkelshotError: The clips or the features are not of the model's shape.
        """
        return self.video_and_prompted_text(texts, clips)[1]

    def video_and_prompted_text(
        self, texts: Sequence[str] | Tensor, clips: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Encode clips and their prompted texts in one pass over the frames.

        Args:
            texts: n texts, or their features: (n, D) for all clips, or (B, n, D).
            clips: Preprocessed clips (B, T, 3, S, S).

        Returns:
            f_v (B, D) as `encode_video` gives it, and prompted f_t (B, n, D).

        Raises:
            SkelshotError: The clips or the features are not of the model's shape.
        """
        pixels = self.on_device(clips)
        plain = texts if isinstance(texts, Tensor) else self.encode_text(texts)
        if plain.ndim not in (2, 3) or plain.shape[-1] != self.dim:
            raise SkelshotError(
                f"teacher {self.name}: text features of shape {tuple(plain.shape)}, expected "
                f"(texts, {self.dim}) or (clips, texts, {self.dim})"
            )
        if plain.ndim == 3 and len(plain) != len(pixels):
            raise SkelshotError(
                f"teacher {self.name}: text features for {len(plain)} clips, found "
                f"{len(pixels)} clips"
            )
        with torch.no_grad():
            f_v, patches = self._frames(pixels)
            f_t = plain.to(self.device, self.dtype).expand(len(pixels), -1, -1)
            f_t = self._prompts(f_t, patches)
        return f_v.float().cpu(), f_t.float().cpu()

    def _frames(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        """Return f_v (B, D), and the states of all frames' patches (B T, P, W)."""
        model: Any = self._model
        seen = model.vision_model(pixel_values=pixels.flatten(0, 1))
        per_frame = model.visual_projection(seen.pooler_output).view(*pixels.shape[:2], -1)
        return pooled(model.mit(per_frame)), seen.last_hidden_state[:, 1:]

    def _prompts(self, f_t: Tensor, patches: Tensor) -> Tensor:
        """Add to f_t (B, n, D) what the prompt generator makes of the patches' mean over time."""
        model: Any = self._model
        seen = model.prompts_visual_layernorm(patches) @ model.prompts_visual_projection
        mean = seen.view(len(f_t), self.frames, *seen.shape[1:]).mean(dim=1)
        found: Tensor = f_t + model.prompts_generator(f_t, mean)
        return found
