"""Toy tasks: classes that stand apart, as vectors or as clips."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest
import torch
from torch import Tensor


class Tasks(NamedTuple):
    """Support `(B, N, K, ...)`, queries `(B, Q, ...)` and their labels `(B, Q)`."""

    support: Tensor
    queries: Tensor
    labels: Tensor


def make_tasks(
    tasks: int = 4,
    classes: int = 5,
    shots: int = 3,
    shape: tuple[int, ...] = (16,),
    spread: float = 0.5,
    seed: int = 0,
) -> Tasks:
    """Draw tasks whose classes are Gaussian clouds; a larger spread makes them harder."""
    generator = torch.Generator().manual_seed(seed)

    def noise(*axes: int) -> Tensor:
        return torch.randn(*axes, *shape, generator=generator, dtype=torch.float64)

    centres = noise(tasks, classes)
    labels = torch.randint(0, classes, (tasks, 24), generator=generator)
    own = torch.stack([centre[label] for centre, label in zip(centres, labels, strict=True)])
    return Tasks(
        (centres[:, :, None] + spread * noise(tasks, classes, shots)).float(),
        (own + spread * noise(tasks, 24)).float(),
        labels,
    )


@pytest.fixture
def toy() -> Callable[..., Tasks]:
    return make_tasks


@pytest.fixture(params=[1, 3])
def threads(request: pytest.FixtureRequest) -> Iterator[int]:
    """The number of threads that torch uses during the test."""
    before = torch.get_num_threads()
    torch.set_num_threads(request.param)
    yield request.param
    torch.set_num_threads(before)


@pytest.fixture(autouse=True)
def _seeded_on_one_thread() -> Iterator[None]:
    """Toy tensors are too small to split; on a busy machine splitting them costs seconds."""
    torch.manual_seed(0)
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
