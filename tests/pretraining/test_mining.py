"""Mined positives, literally."""

import pytest
import torch

from skelshot.pretraining.contrastive import several_positives
from skelshot.pretraining.mining import (
    context_logits,
    cross_stream_positives,
    nearest_entries,
    nearest_positives,
)


def logits(seed: int) -> torch.Tensor:
    return torch.randn(4, 7, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("top_k", [1, 2, 6, 99])
def test_the_nearest_are_the_largest_similarities(top_k: int) -> None:
    marked = nearest_entries(logits(0), top_k)
    for row, marks in zip(logits(0)[:, 1:].tolist(), marked.tolist(), strict=True):
        best = sorted(range(6), key=lambda place: -row[place])[:top_k]
        assert [place for place, mark in enumerate(marks) if mark] == sorted(best)


def test_entries_that_do_not_count_are_never_nearest() -> None:
    found = logits(0)
    found[:, 1:6] = -torch.inf
    marked = nearest_entries(found, top_k=3)
    assert marked.tolist() == [[False] * 5 + [True]] * 4


def test_positives_are_the_union_over_the_views() -> None:
    views = [logits(seed) for seed in (0, 1, 2)]
    positives = nearest_positives(views, top_k=1)
    for row in range(4):
        wanted = {0} | {1 + int(view[row, 1:].argmax()) for view in views}
        assert {int(place) for place in positives[row].nonzero()} == wanted


def test_context_multiplies_similarities_of_two_streams() -> None:
    """[q.k, s_u, s_u s_v] / T, written out."""
    T, s_u, s_v = 0.07, 0.1 * logits(0), 0.1 * logits(1)
    s_u[2, 3] = s_v[2, 3] = -torch.inf
    found = context_logits(s_u / T, s_v / T, T)
    assert found.shape == (4, 13)
    torch.testing.assert_close(found[:, :7], s_u / T)
    for row in range(4):
        for entry in range(1, 7):
            product = float(s_u[row, entry]) * float(s_v[row, entry]) / T
            wanted = -torch.inf if (row, entry) == (2, 3) else product
            assert float(found[row, 6 + entry]) == pytest.approx(wanted, rel=1e-4)


def test_hidden_entries_give_no_gradient_that_is_not_finite() -> None:
    own, other = logits(0).requires_grad_(), logits(1).requires_grad_()
    hidden = torch.zeros(4, 7, dtype=torch.bool)
    hidden[:, 2] = True
    u, v = (each.masked_fill(hidden, -torch.inf) for each in (own, other))
    loss = several_positives(context_logits(u, v, 0.07), cross_stream_positives(v, 1, context=True))
    loss.backward()
    for each in (own, other):
        assert each.grad is not None
        assert each.grad.isfinite().all()
        assert not each.grad[:, 2].any()
    assert own.grad.any()


@pytest.mark.parametrize("context", [False, True])
def test_the_other_stream_chooses(context: bool) -> None:
    other = logits(1)
    positives = cross_stream_positives(other, top_k=2, context=context)
    assert positives.shape == (4, 13 if context else 7)
    for row in range(4):
        best = {int(place) for place in other[row, 1:].topk(2).indices}
        wanted = {0} | {1 + place for place in best}
        wanted |= {7 + place for place in best} if context else set()
        assert {int(place) for place in positives[row].nonzero()} == wanted
