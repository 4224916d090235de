"""A tiny store, a tiny cache and a tiny teacher."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import torch

from skelshot.teachers import FeatureCache, write_features


@dataclass(frozen=True)
class TinyStore:
    """What teaching needs to know of a store."""

    class_names: tuple[str, ...] = ("throw", "carry", "sit down")
    data_hash: str = "aa11" * 16
    clips: int = 12

    def __len__(self) -> int:
        return self.clips


class LengthTeacher:
    """A text's length and how often it has an r: no model, but a teacher by its contract."""

    name = "length"
    dim = 2

    def fingerprint(self) -> str:
        return "length v1"

    def encode_text(self, texts: Sequence[str]) -> torch.Tensor:
        return torch.tensor([[len(text), text.count("r")] for text in texts]).float()


@pytest.fixture
def store() -> TinyStore:
    return TinyStore()


@pytest.fixture
def length_teacher() -> LengthTeacher:
    return LengthTeacher()


@pytest.fixture
def cache(tmp_path: Path, store: TinyStore) -> FeatureCache:
    """Three classes, two renderings, four dimensions: the numbers 0 to 23."""
    return write_features(
        tmp_path / "features",
        text=np.arange(24.0).reshape(3, 2, 4),
        teacher="mine",
        fingerprint="v1",
        data_hash=store.data_hash,
        class_names=store.class_names,
    )


def write_tokeniser(folder: Path, *, pad_id_largest: bool = False) -> int:
    """Write a byte-pair tokeniser in CLIP's form, the end token last; return its size."""
    letters = [*"abcdefghijklmnopqrstuvwxyz"]
    vocabulary = [*letters, *(f"{letter}</w>" for letter in letters), "th", "thr", "ow</w>"]
    vocabulary += ["<|startoftext|>", "<|endoftext|>"] + ["zz"] * pad_id_largest
    ids = {token: row for row, token in enumerate(vocabulary)}
    (folder / "vocab.json").write_text(json.dumps(ids))
    (folder / "merges.txt").write_text("#version: 0.2\nt h\nth r\no w</w>\n")
    (folder / "tokenizer_config.json").write_text('{"tokenizer_class": "CLIPTokenizer"}')
    return len(vocabulary)


@pytest.fixture(scope="session")
def xclip_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An X-CLIP of 2 layers, width 32, 4 frames of 32 pixels, with random weights."""
    transformers = pytest.importorskip("transformers")
    folder = tmp_path_factory.mktemp("tiny") / "xclip"
    folder.mkdir()
    size = write_tokeniser(folder)
    towers = {"hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2}
    towers |= {"num_attention_heads": 4}
    mit = {"mit_hidden_size": 24, "mit_intermediate_size": 40, "mit_num_attention_heads": 4}
    torch.manual_seed(0)
    config = transformers.XCLIPConfig(
        text_config={**towers, "vocab_size": size, "max_position_embeddings": 60},
        vision_config={**towers, **mit, "image_size": 32, "patch_size": 16, "num_frames": 4},
        projection_dim=24,
        prompt_num_attention_heads=4,
    )
    transformers.XCLIPModel(config).save_pretrained(folder)
    return folder


@pytest.fixture
def clip_pictures() -> np.ndarray:
    """Four frames of 40 x 60 pixels, smooth and coloured."""
    t, y, x = np.ogrid[0:4, 0:40, 0:60]
    channels = [127 + 120 * np.sin((x + k * y) / (7 + k) + t) for k in range(3)]
    return np.stack(channels, axis=-1).astype(np.uint8)


@pytest.fixture(scope="session")
def clip_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A CLIP of 2 layers, width 64, 32 pixels, with random weights."""
    transformers = pytest.importorskip("transformers")
    folder = tmp_path_factory.mktemp("tiny") / "clip"
    folder.mkdir()
    size = write_tokeniser(folder)
    towers = {"hidden_size": 64, "intermediate_size": 96, "num_hidden_layers": 2}
    towers |= {"num_attention_heads": 2}
    torch.manual_seed(0)
    config = transformers.CLIPConfig(
        text_config={
            **towers,
            "vocab_size": size,
            "max_position_embeddings": 60,
            "eos_token_id": 2,
        },
        vision_config={**towers, "image_size": 32, "patch_size": 16},
        projection_dim=20,
    )
    transformers.CLIPModel(config).save_pretrained(folder)
    return folder
