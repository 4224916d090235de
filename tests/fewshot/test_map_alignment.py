"""Distances of maps: one matrix product for all pairs gives what pair by pair would."""

import pytest
import torch

from skelshot.fewshot import map_alignment
from skelshot.fewshot.map_alignment import alignment_distances, joint_frames
from skelshot.fewshot.soft_dtw import cosine_cost, soft_dtw, soft_dtw_divergence, squared_euclid


def frame_vectors(one_map: torch.Tensor) -> torch.Tensor:
    """Of one map (D, T', V): T' vectors, joint by joint."""
    return torch.stack([frame.T.flatten() for frame in one_map.unbind(1)])


@pytest.fixture
def maps() -> tuple[torch.Tensor, torch.Tensor]:
    """Queries (2, 7, D, T', V) and anchors (2, 3, D, T', V)."""
    return torch.randn(2, 7, 4, 6, 5).double(), torch.randn(2, 3, 4, 6, 5).double()


@pytest.mark.parametrize("cost", [cosine_cost, squared_euclid])
@pytest.mark.parametrize("divergence", [True, False])
def test_agrees_with_pair_by_pair(maps, cost, divergence):
    queries, anchors = maps
    found = alignment_distances(queries, anchors, cost, 0.2, divergence)
    assert found.shape == (2, 7, 3)
    for task in range(2):
        for query in range(7):
            for anchor in range(3):
                x, y = frame_vectors(queries[task, query]), frame_vectors(anchors[task, anchor])
                one = (
                    soft_dtw_divergence(x[None], y[None], 0.2, cost=cost)
                    if divergence
                    else soft_dtw(cost(x, y)[None], 0.2)
                )
                torch.testing.assert_close(found[task, query, anchor], one[0])


@pytest.mark.parametrize("numbers", [1, 1000])
def test_chunks_of_queries_change_nothing(maps, monkeypatch, numbers):
    queries, anchors = maps
    expected = alignment_distances(queries, anchors, cosine_cost, 0.2, True)
    monkeypatch.setattr(map_alignment, "CHUNK", numbers)
    found = alignment_distances(queries, anchors, cosine_cost, 0.2, True)
    torch.testing.assert_close(found, expected)


def test_joint_frames_puts_time_in_front_and_channels_last():
    assert joint_frames(torch.zeros(2, 7, 4, 6, 5)).shape == (2, 7, 6, 5, 4)
