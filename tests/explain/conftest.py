"""Questions whose answers are known in closed form."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from skelshot.explain import Question

SHAPE = (3, 4, 5, 2)  # C, T, V, M


@pytest.fixture
def linear() -> Callable[..., Question]:
    """Clips whose logits are linear in their positions: W x + b."""

    def make(
        clips: int = 3, classes: int = 4, bias: float = 0.0, target: str = "logit"
    ) -> Question:
        generator = torch.Generator().manual_seed(1)
        weights = torch.randn(classes, *SHAPE, generator=generator)
        positions = torch.randn(clips, *SHAPE, generator=generator)

        def scores(points: Tensor, rows: Tensor) -> Tensor:
            del rows
            return torch.einsum("kctvm,nctvm->kn", points, weights) + bias

        labels = scores(positions, torch.arange(clips)).argmax(1)
        present = torch.ones(clips, SHAPE[1], SHAPE[3], dtype=torch.bool)
        question = Question(positions, present, labels, scores, target)  # type: ignore[arg-type]
        question.__dict__["weights"] = weights
        return question

    return make


def asked(
    scores: Callable[[Tensor], Tensor], positions: Tensor, label: int = 0, name: str = "wave_01"
) -> Question:
    """Ask about one clip of a single joint, whose logits are any function of its coordinates."""
    return Question(
        positions.view(1, -1, 1, 1, 1),
        torch.ones(1, 1, 1, dtype=torch.bool),
        torch.tensor([label]),
        lambda points, rows: scores(points.flatten(1)),
        names=(name,),
    )
