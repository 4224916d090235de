"""A tiny store, a tiny cache and a tiny teacher."""

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
    """A text's length and its number of words: no model, but a teacher by its contract."""

    name = "length"
    dim = 2

    def fingerprint(self) -> str:
        return "length v1"

    def encode_text(self, texts: Sequence[str]) -> torch.Tensor:
        return torch.tensor([[len(text), len(text.split())] for text in texts]).float()


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
