"""The losses against the same in plain loops."""

import math

import pytest
import torch
from torch.nn.functional import normalize

from skelshot.mini_teacher.contrast import (
    contrast,
    length_term,
    prompted_contrast,
    same_action,
    symmetric_contrast,
)


def _reference(logits: torch.Tensor, right: torch.Tensor) -> float:
    """Mean over rows of the mean over right columns of -log softmax."""
    rows = []
    for row, wanted in zip(logits.tolist(), right.tolist(), strict=True):
        total = sum(math.exp(value) for value in row)
        found = [-math.log(math.exp(v) / total) for v, w in zip(row, wanted, strict=True) if w]
        if found:
            rows.append(sum(found) / len(found))
    return sum(rows) / len(rows)


@pytest.fixture
def clips() -> torch.Tensor:
    return torch.randn(5, 6, generator=torch.Generator().manual_seed(0))


@pytest.fixture
def texts() -> torch.Tensor:
    return torch.randn(9, 6, generator=torch.Generator().manual_seed(1))


RIGHT = same_action(torch.tensor([3, 1, 3, 7, 2]), torch.tensor([3, 1, 3, 7, 2, 8, 9, 1, 4]))


def test_symmetric_contrast_is_the_mean_of_two_references(
    clips: torch.Tensor, texts: torch.Tensor
) -> None:
    logits = 12.0 * normalize(clips, dim=1) @ normalize(texts, dim=1).T
    wanted = (_reference(logits, RIGHT) + _reference(logits.T, RIGHT.T)) / 2
    assert float(symmetric_contrast(clips, texts, torch.tensor(12.0), RIGHT)) == pytest.approx(
        wanted
    )


def test_several_right_answers_are_not_each_others_wrong_ones() -> None:
    """Two clips of one action are found by either caption: the loss is that of one fewer class."""
    right = same_action(torch.tensor([4, 4]), torch.tensor([4, 4]))
    assert float(contrast(torch.tensor([[2.0, 2.0], [2.0, 2.0]]), right)) == pytest.approx(
        math.log(2)
    )
    apart = contrast(torch.tensor([[9.0, 9.0, -9.0]]), torch.tensor([[True, True, False]]))
    assert float(apart) == pytest.approx(math.log(2), abs=1e-4)  # nothing left to gain


def test_rows_without_a_right_answer_do_not_count() -> None:
    logits = torch.tensor([[1.0, 0.0], [5.0, -5.0]])
    right = torch.tensor([[True, False], [False, False]])
    assert float(contrast(logits, right)) == pytest.approx(_reference(logits[:1], right[:1]))
    assert float(contrast(logits, torch.zeros(2, 2, dtype=torch.bool))) == 0.0


def test_prompted_is_each_clip_against_its_own_texts(clips: torch.Tensor) -> None:
    prompted = torch.randn(5, 9, 6, generator=torch.Generator().manual_seed(2))
    logits = torch.stack(
        [
            7.0 * torch.cosine_similarity(clip[None], own)
            for clip, own in zip(clips, prompted, strict=True)
        ]
    )
    found = prompted_contrast(clips, prompted, torch.tensor(7.0), RIGHT)
    assert float(found) == pytest.approx(_reference(logits, RIGHT), rel=1e-5)


def test_length_term_sees_lengths_alone(clips: torch.Tensor) -> None:
    unit = normalize(clips, dim=1) * 6**0.5
    assert float(length_term(unit)) == pytest.approx(0, abs=1e-10)
    assert float(length_term(3 * unit)) == pytest.approx(4)
