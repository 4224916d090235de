"""Miner and metric losses against loops over the formulas."""

import math

import pytest
import torch

from skelshot.fewshot.multi_similarity import (
    all_pairs,
    mined_pairs,
    multi_similarity_loss,
    pair_triplet_loss,
)


def batch(seed, classes=4, members=20):
    generator = torch.Generator().manual_seed(seed)
    labels = torch.randint(0, classes, (members,), generator=generator)
    centres = torch.randn(classes, 8, generator=generator)
    return centres[labels] + torch.randn(members, 8, generator=generator), labels


def cosines(embeddings):
    unit = [row / row.norm() for row in embeddings.double()]
    return [[float(a @ b) for b in unit] for a in unit]


@pytest.mark.parametrize("seed", range(3))
def test_mined_pairs_are_the_hard_ones(seed):
    embeddings, labels = batch(seed)
    similar, n = cosines(embeddings), len(labels)
    found = mined_pairs(embeddings, labels, epsilon=0.1)
    for a in range(n):
        positives = [p for p in range(n) if labels[p] == labels[a] and p != a]
        negatives = [i for i in range(n) if labels[i] != labels[a]]
        most = max(similar[a][i] for i in negatives)
        least = min((similar[a][p] for p in positives), default=math.inf)
        kept = [p for p in positives if similar[a][p] - 0.1 < most]
        hard = [i for i in negatives if similar[a][i] + 0.1 > least]
        assert found.positives[a].nonzero().flatten().tolist() == kept
        assert found.negatives[a].nonzero().flatten().tolist() == hard
    everything = all_pairs(labels)
    assert 0 < found.negatives.sum() < everything.negatives.sum()


@pytest.mark.parametrize("seed", range(3))
def test_triplet_loss_is_the_mean_of_those_within_the_margin(seed):
    embeddings, labels = batch(seed)
    pairs = mined_pairs(embeddings, labels)
    unit = embeddings / embeddings.norm(dim=1, keepdim=True)
    losses = [
        float((unit[a] - unit[p]).norm() - (unit[a] - unit[n]).norm() + 0.2)
        for a in range(len(labels))
        for p in pairs.positives[a].nonzero().flatten()
        for n in pairs.negatives[a].nonzero().flatten()
    ]
    active = [loss for loss in losses if loss > 0]
    assert len(active) < len(losses)
    expected = sum(active) / len(active)
    assert float(pair_triplet_loss(embeddings, pairs, 0.2)) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("seed", range(3))
def test_multi_similarity_loss_is_equation_11(seed):
    embeddings, labels = batch(seed)
    similar, n = cosines(embeddings), len(labels)
    total = 0.0
    for a in range(n):
        pull = sum(
            math.exp(-3 * (similar[a][p] - 0.4))
            for p in range(n)
            if labels[p] == labels[a] and p != a
        )
        push = sum(math.exp(20 * (similar[a][i] - 0.4)) for i in range(n) if labels[i] != labels[a])
        total += math.log(1 + pull) / 3 + math.log(1 + push) / 20
    found = multi_similarity_loss(embeddings, all_pairs(labels), alpha=3.0, beta=20.0, base=0.4)
    assert float(found) == pytest.approx(total / n, rel=1e-5)


def test_the_length_of_embeddings_does_not_matter():
    embeddings, labels = batch(0)
    pairs = mined_pairs(embeddings, labels)
    for loss in (pair_triplet_loss, multi_similarity_loss):
        assert float(loss(embeddings * 7, pairs)) == pytest.approx(float(loss(embeddings, pairs)))


def test_batches_without_pairs_cost_nothing_and_have_gradients():
    """All of one class, all of different classes, and two clips that are the same."""
    for labels in (torch.zeros(4), torch.arange(4), torch.tensor([0, 0, 1, 1])):
        embeddings = torch.ones(4, 8, requires_grad=True)
        pairs = mined_pairs(embeddings, labels)
        for loss in (pair_triplet_loss, multi_similarity_loss):
            (gradient,) = torch.autograd.grad(loss(embeddings, pairs), embeddings)
            assert gradient.isfinite().all()
    assert pair_triplet_loss(embeddings, mined_pairs(embeddings, torch.arange(4))).item() == 0.0
