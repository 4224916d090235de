"""Names of actions against names of parts, word by word."""

import math
from collections.abc import Sequence

import pytest
import torch

from skelshot.fewshot.part_relevance import name_similarities, part_weights
from skelshot.ground import SkelshotError
from skelshot.teachers import RandomCodeTeacher

VECTORS = {
    "kick": [0.0, 3.0, 0.0],
    "ball": [4.0, 0.0, 0.0],
    "kick-ball": [0.0, 0.0, 5.0],
    "foot": [0.0, 2.0, 0.0],
    "hand": [1.0, 0.0, 1.0],
}


class Table:
    """A text teacher of five words."""

    name, dim = "table", 3

    def fingerprint(self) -> str:
        return self.name

    def encode_text(self, texts: Sequence[str]) -> torch.Tensor:
        return torch.tensor([VECTORS[text] for text in texts])


def test_words_are_averaged_at_length_one() -> None:
    found = name_similarities(Table().encode_text, ["kick-ball"], ["foot", "hand", "foot"], "words")
    half = 1 / math.sqrt(2)
    torch.testing.assert_close(found, torch.tensor([[half, 0.5, half]]))


def test_a_whole_name_is_one_text() -> None:
    found = name_similarities(Table().encode_text, ["kick-ball"], ["foot", "hand"], "whole")
    torch.testing.assert_close(found, torch.tensor([[0.0, 1 / math.sqrt(2)]]))


def test_a_name_without_a_word_is_refused() -> None:
    with pytest.raises(SkelshotError, match="class name '07': found no word"):
        name_similarities(RandomCodeTeacher(seed=0).encode_text, ["wave", "07"], ["hand"])


def test_weights_are_a_softmax() -> None:
    similar = torch.tensor([0.3, 0.1])
    shares = [math.exp(0.3 / 0.1), math.exp(0.1 / 0.1)]
    expected = torch.tensor(shares) / sum(shares)
    torch.testing.assert_close(part_weights(similar, 0.1), expected)
