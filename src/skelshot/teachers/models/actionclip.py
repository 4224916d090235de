"""ActionCLIP: CLIP's towers with a transformer over the frames, from its own checkpoints."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import torch
from torch import Tensor

from skelshot.ground import SkelshotError
from skelshot.ground.files import sha256_of
from skelshot.ground.precision import Precision
from skelshot.teachers.models.clip_layout import clip_config, to_transformers
from skelshot.teachers.models.frozen import FrozenVideoTeacher, check_end_token, model_label, pooled
from skelshot.teachers.models.loading import (
    first_line,
    folder_digests,
    import_transformers,
    load_tokeniser,
    model_folder,
)
from skelshot.teachers.models.preprocessing import CLIP_MEAN, CLIP_STD, Preprocessing
from skelshot.teachers.models.table import entry_of
from skelshot.teachers.models.teacher import VideoModelOptions, needed_model
from skelshot.teachers.models.temporal_head import TemporalHead
from skelshot.teachers.models.whole_texts import whole_text

TOKENISER = "clip-b16"
"""The table's model whose tokeniser is taken unless told; all of CLIP shares it."""
_CLIP, _HEAD = "model_state_dict", "fusion_model_state_dict"
_SUFFIXES = (".pt", ".pth", ".bin")


class ActionCLIPTeacher(FrozenVideoTeacher):
    """ActionCLIP (Wang et al., 2021) with its six-layer temporal head.

    f_v is the mean over the frames after the head, f_t CLIP's text projection; neither is of unit
    length. Use the prompts `actionclip`, 16 templates whose features are averaged. Frames are
    resized to 256/224 of the model's size, short side, bicubic, and their centre cropped.

    The checkpoint is a file saved by the published code (`torch.save`), read with PyTorch's
    `weights_only`, which takes tensors and refuses code. It tells neither the number of frames
    nor the tokeniser.

    Args:
        model: The checkpoint, or a folder that holds one (`*.pt`, `*.pth`) and perhaps
            CLIP's tokeniser files beside it.
        frames: Number of frames the checkpoint was trained with: 8, 16 or 32.
        tokeniser: Folder or hub id with CLIP's tokeniser; the checkpoint's own folder if it has
            one, and otherwise that of openai/clip-vit-base-patch16.
        device: Where the model runs.
        precision: What it calculates with.

    Raises:
        SkelshotError: The file is no ActionCLIP checkpoint, or there is no tokeniser.
    """

    name = "actionclip"
    paper = "Wang et al., ActionCLIP: A New Paradigm for Video Action Recognition, 2021"
    prompts = "actionclip"

    def __init__(
        self,
        model: str | Path,
        *,
        frames: int = 8,
        tokeniser: str | Path | None = None,
        device: str | torch.device = "cpu",
        precision: Precision = "float32",
    ) -> None:
        self.file = _checkpoint_file(Path(model))
        weights = _read(self.file)
        clip, head = self._clip(weights[_CLIP]), self._head(weights[_HEAD], frames)
        size = int(clip.config.vision_config.image_size)
        super().__init__(
            name=model_label("actionclip", self.file),
            licence="MIT",
            frames=frames,
            preprocessing=Preprocessing(
                size, size * 256 // 224, CLIP_MEAN, CLIP_STD, resample="bicubic"
            ),
            device=device,
            precision=precision,
        )
        self._words = _tokeniser_folder(tokeniser, self.file.parent)
        self._tokeniser = load_tokeniser(self._words)
        check_end_token(self._tokeniser, clip.config.text_config.vocab_size, self._words)
        self._model = clip.to(self.device, self.dtype)
        self._temporal = head.to(self.device, self.dtype)

    @classmethod
    def _built(cls, options: VideoModelOptions) -> Self:
        return cls(
            needed_model(cls.name, options.model, "an ActionCLIP checkpoint"),
            frames=options.frames or 8,
            device=options.device,
            precision=options.precision,
        )

    def _clip(self, weights: Mapping[str, Tensor]) -> Any:
        """Build CLIP from its own tensors."""
        transformers = import_transformers()
        renamed = to_transformers(weights, self.file)
        config = transformers.CLIPConfig(**clip_config(renamed, self.file))
        model = transformers.CLIPModel(config)
        _load(model, renamed, self.file, _CLIP)
        return model.eval().requires_grad_(False)

    def _head(self, weights: Mapping[str, Tensor], frames: int) -> TemporalHead:
        """Build the temporal head from its tensors."""
        found = {name.removeprefix("module."): value.float() for name, value in weights.items()}
        places = found.get("frame_position_embeddings.weight")
        if places is None or places.ndim != 2:
            raise SkelshotError(
                f"{self.file}: {_HEAD} has no frame_position_embeddings, expected the head "
                "`Transf`; the other heads of ActionCLIP are not supported"
            )
        if not 1 <= frames <= len(places):
            raise SkelshotError(
                f"{self.file}: frames {frames}, the temporal head has positions for 1 to "
                f"{len(places)}"
            )
        layers = len({name.split(".")[2] for name in found if name.startswith("transformer.")})
        width = places.shape[1]
        head = TemporalHead(width, len(places), heads=max(1, width // 64), layers=layers)
        _load(head, found, self.file, _HEAD)
        return head.eval().requires_grad_(False)

    @property
    def dim(self) -> int:
        """Length D of a vector: 512 for the published models."""
        return int(self._model.config.projection_dim)

    def _identity(self) -> Sequence[str]:
        return (sha256_of(self.file), *folder_digests(self._words))

    def _video(self, clips: Tensor) -> Tensor:
        seen = pooled(self._model.get_image_features(pixel_values=clips.flatten(0, 1)))
        found: Tensor = self._temporal(seen.view(*clips.shape[:2], -1))
        return found

    def _text(self, text: str) -> Tensor:
        context = int(self._model.config.text_config.max_position_embeddings)
        tokens = whole_text(self._tokeniser, text, context, self.name)
        return pooled(self._model.get_text_features(tokens["input_ids"].to(self.device)))[0]


def _checkpoint_file(path: Path) -> Path:
    """Return the checkpoint file, or the one in a folder."""
    if path.is_file():
        return path
    files = sorted(file for file in path.glob("*") if file.suffix in _SUFFIXES)
    if len(files) != 1:
        raise SkelshotError(
            f"--model {path}: found {len(files)} checkpoints, expected an ActionCLIP file (.pt, "
            ".pth) or a folder with one; its authors publish them through the README of "
            "sallymmx/ActionCLIP, no hub has them"
        )
    return files[0]


def _read(file: Path) -> dict[str, dict[str, Tensor]]:
    """Read the two parts of a checkpoint; nothing but tensors is taken."""
    try:
        document = torch.load(file, map_location="cpu", weights_only=True)
    except Exception as error:  # damaged files fail in many ways
        if type(error).__name__ == "UnpicklingError":
            raise SkelshotError(
                f"{file}: holds more than tensors, or is no PyTorch file at all, and is not read, "
                "since doing so could run code; save it again with tensors and numbers alone"
            ) from error
        raise SkelshotError(f"{file}: not a whole PyTorch file ({first_line(error)})") from error
    for part in (_CLIP, _HEAD):
        found = document.get(part) if isinstance(document, dict) else None
        if not isinstance(found, dict) or not all(
            isinstance(value, Tensor) for value in found.values()
        ):
            raise SkelshotError(
                f"{file}: no tensors {part}, expected an ActionCLIP checkpoint with {_CLIP} and "
                f"{_HEAD}"
            )
    return {part: document[part] for part in (_CLIP, _HEAD)}


def _load(model: torch.nn.Module, weights: Mapping[str, Tensor], file: Path, part: str) -> None:
    """Put tensors into a module, each into its place and none left over."""
    try:
        model.load_state_dict(dict(weights))
    except RuntimeError as error:
        detail = " ".join(str(error).split()[:24])
        raise SkelshotError(f"{file}: {part} does not fit its own sizes ({detail})") from error


def _tokeniser_folder(told: str | Path | None, beside: Path) -> Path:
    """Return the folder with CLIP's tokeniser."""
    if told is not None:
        return model_folder(told, weights=False)
    if (beside / "tokenizer.json").is_file() or (beside / "vocab.json").is_file():
        return beside
    entry = entry_of(TOKENISER, "frame-average")
    if entry is None:
        raise SkelshotError(f"models.yaml: no model {TOKENISER}, whose tokeniser is needed")
    try:
        return model_folder(entry.id, entry.revision, weights=False)
    except SkelshotError as error:
        raise SkelshotError(
            f"teacher actionclip: no tokeniser beside the checkpoint; put CLIP's vocab.json and "
            f"merges.txt (or tokenizer.json) into {beside} ({error})"
        ) from error
