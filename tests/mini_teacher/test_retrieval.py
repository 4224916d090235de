"""Retrieval against ranks counted by hand."""

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn.functional import normalize

from skelshot.mini_teacher.bank import read_bank
from skelshot.mini_teacher.retrieval import class_retrieval, held_out_retrieval, measure


def test_ranks_and_chance_by_hand() -> None:
    rng = torch.Generator().manual_seed(0)
    cosines = torch.rand(40, 9, generator=rng)
    right = torch.rand(40, 9, generator=rng) < 0.2
    right[:, 4] |= ~right.any(dim=1)
    found = measure("toy", cosines, right)
    first = [bool(right[row, order[0]]) for row, order in enumerate(cosines.argsort(1).flip(1))]
    five = [
        bool(right[row, order[:5]].any()) for row, order in enumerate(cosines.argsort(1).flip(1))
    ]
    assert found.top1 == pytest.approx(np.mean(first))
    assert found.top5 == pytest.approx(np.mean(five))
    assert found.chance1 == pytest.approx(float(right.float().mean()))
    draws = list(combinations(range(9), 5))
    chance = np.mean([[bool(right[row, list(draw)].any()) for draw in draws] for row in range(40)])
    assert found.chance5 == pytest.approx(chance)
    assert (found.questions, found.answers) == (40, 9)


def test_equal_vectors_gain_nothing() -> None:
    right = torch.eye(6).bool()
    assert measure("same", torch.ones(6, 6), right).top1 == 0.0
    assert measure("best", right.float(), right).top1 == 1.0


class _Seer:
    """Knows a box's colour: f_v is the middle frame's brightest channel, f_t the word's."""

    name, dim, frames, frame_size, joint_space, licence = "seer", 3, 2, 16, True, "none"

    def fingerprint(self) -> str:
        return "seer"

    def preprocess(self, frames: np.ndarray) -> torch.Tensor:
        return torch.from_numpy(frames).permute(0, 3, 1, 2).float()

    def encode_video(self, clips: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.one_hot(clips.amax((1, 3, 4)).argmax(1), 3).float()

    def encode_text(self, texts: list[str]) -> torch.Tensor:
        words = ("red", "green", "blue")
        return torch.tensor([[float(word in text) for word in words] for text in texts]) + 1e-3

    def prompted_text(self, texts: torch.Tensor, clips: torch.Tensor) -> torch.Tensor:
        return texts.expand(len(clips), -1, -1) * torch.tensor([1.0, 1.0, -1.0])


def test_held_out_actions_are_those_of_the_bank(boxes: Path) -> None:
    """One held-out action is green, the other blue: a teacher that sees colours is right."""
    there, back = held_out_retrieval(_Seer(), read_bank(boxes))
    assert (there.questions, there.answers, there.top1) == (16, 2, 1.0)
    assert (back.questions, back.answers, back.top1) == (2, 16, 1.0)
    assert there.chance1 == 0.5


def test_classes_plain_and_prompted(boxes: Path) -> None:
    bank = read_bank(boxes)
    rows = [0, 4, 8]  # one red, one green, one blue
    texts = ["a red box", "a green box", "a blue box"]
    frames = np.asarray(bank.frames[rows])
    plain, prompted = class_retrieval(_Seer(), frames, np.arange(3), texts, "toy")
    assert (plain.task, plain.top1) == ("toy", 1.0)
    assert (prompted.task, prompted.top1) == ("toy, prompted", pytest.approx(2 / 3))
    assert normalize(torch.ones(1, 3)).norm() == pytest.approx(1)
