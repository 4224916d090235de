"""Read-outs against loops over persons, joints and steps of time."""

import pytest
import torch
from torch import Tensor

from skelshot.encoders.readouts import ReadOut, read_out


def literal(feature_map: Tensor, kind: ReadOut, counted: Tensor) -> Tensor:
    rows = []
    for clip, there in zip(feature_map, counted, strict=True):
        people = [person for person, counts in zip(clip, there, strict=True) if counts]
        mean = sum(people[1:], start=people[0]) / len(people)  # (D, T', V)
        if kind == "pooled":
            mean = mean.mean((1, 2))
        elif kind == "joints":
            mean = mean.mean(1)
        rows.append(mean.reshape(-1))
    return torch.stack(rows)


@pytest.mark.parametrize("kind", ["pooled", "joints", "flat"])
def test_it_is_the_literal_one(kind: ReadOut) -> None:
    features = torch.randn(3, 2, 5, 4, 6, generator=torch.Generator().manual_seed(0))
    counted = torch.tensor([[True, True], [True, False], [False, True]])
    torch.testing.assert_close(read_out(features, kind, counted), literal(features, kind, counted))


def test_only_the_flat_one_tells_a_movement_from_its_reverse() -> None:
    features = torch.randn(1, 1, 5, 4, 6, generator=torch.Generator().manual_seed(0))
    for kind, same in (("pooled", True), ("joints", True), ("flat", False)):
        pair = read_out(features, kind), read_out(features.flip(3), kind)
        assert torch.allclose(*pair, atol=1e-6) == same, kind
