"""The contrastive losses, each against a literal loop."""

import math

import pytest
import torch
import torch.nn.functional as F

from skelshot.pretraining.contrastive import (
    distribution_loss,
    info_nce,
    queue_logits,
    several_positives,
)


def unit(*shape: int, seed: int = 0) -> torch.Tensor:
    return F.normalize(torch.randn(*shape, generator=torch.Generator().manual_seed(seed)), dim=-1)


def test_logits_are_cosines_over_the_temperature() -> None:
    q, k, entries = unit(3, 4), unit(3, 4, seed=1), unit(5, 4, seed=2)
    hidden = torch.zeros(3, 5, dtype=torch.bool)
    hidden[1, 2] = True
    logits = queue_logits(q, k, entries, 0.07, hidden)
    for row in range(3):
        literal = [float(q[row] @ k[row]), *(float(q[row] @ entry) for entry in entries)]
        for column, value in enumerate(literal):
            wanted = -math.inf if (row, column) == (1, 3) else value / 0.07
            assert float(logits[row, column]) == pytest.approx(wanted, rel=1e-4)


def test_info_nce_is_the_cross_entropy_of_the_key() -> None:
    logits = 3 * torch.randn(4, 6, generator=torch.Generator().manual_seed(0))
    literal = [
        -math.log(math.exp(row[0]) / sum(math.exp(value) for value in row))
        for row in logits.tolist()
    ]
    assert float(info_nce(logits)) == pytest.approx(sum(literal) / 4, rel=1e-5)


def test_hidden_entries_do_not_count() -> None:
    logits = torch.randn(4, 6, generator=torch.Generator().manual_seed(0))
    hidden = logits.clone()
    hidden[:, 4:] = -torch.inf
    torch.testing.assert_close(info_nce(hidden), info_nce(logits[:, :4]))


def test_several_positives_average_their_log_shares() -> None:
    logits = torch.randn(3, 5, generator=torch.Generator().manual_seed(0))
    positives = torch.tensor([[1, 0, 1, 0, 0], [1, 0, 0, 0, 0], [1, 1, 1, 0, 1]], dtype=torch.bool)
    literal = 0.0
    for row, marks in zip(logits.tolist(), positives.tolist(), strict=True):
        total = sum(math.exp(value) for value in row)
        shares = [math.log(math.exp(v) / total) for v, mark in zip(row, marks, strict=True) if mark]
        literal -= sum(shares) / len(shares) / 3
    assert float(several_positives(logits, positives)) == pytest.approx(literal, rel=1e-5)


def test_the_key_as_the_only_positive_is_info_nce() -> None:
    logits = torch.randn(3, 5)
    logits[0, 2] = -torch.inf
    alone = torch.zeros(3, 5, dtype=torch.bool)
    alone[:, 0] = True
    torch.testing.assert_close(several_positives(logits, alone), info_nce(logits))


def test_distributions_differ_by_kullback_leibler() -> None:
    """D3M is KL(p || softmax(l)) plus the entropy of p."""
    strong, normal = torch.randn(4, 6), torch.randn(4, 6)
    p = normal.softmax(1)
    divergence = F.kl_div(strong.log_softmax(1), p, reduction="batchmean")
    entropy = -(p * p.log()).sum(1).mean()
    torch.testing.assert_close(distribution_loss(strong, normal), divergence + entropy)
    literal = 0.0
    for row, shares in zip(strong.tolist(), p.tolist(), strict=True):
        total = sum(math.exp(value) for value in row)
        literal -= sum(s * math.log(math.exp(v) / total) for v, s in zip(row, shares, strict=True))
    assert float(distribution_loss(strong, normal)) == pytest.approx(literal / 4, rel=1e-5)


def test_the_normal_view_teaches_and_does_not_learn() -> None:
    strong, normal = torch.randn(2, 4, requires_grad=True), torch.randn(2, 4, requires_grad=True)
    distribution_loss(strong, normal).backward()
    torch.testing.assert_close(strong.grad, (strong.softmax(1) - normal.softmax(1)).detach() / 2)
    assert normal.grad is None


def test_far_logits_and_hidden_entries_stay_finite() -> None:
    """The logarithm after the softmax, as released, gives -inf here."""
    strong = torch.tensor([[0.0, 300.0, -torch.inf]], requires_grad=True)
    normal = torch.tensor([[200.0, 0.0, -torch.inf]])
    loss = distribution_loss(strong, normal)
    loss.backward()
    assert float(loss.detach()) == pytest.approx(300.0)
    assert strong.grad is not None
    assert strong.grad.isfinite().all()
