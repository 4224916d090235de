"""FEAT against its formulas, and what it refuses."""

import math

import pytest
import torch

from skelshot.fewshot import Feat
from skelshot.fewshot.feat import SetAttention
from skelshot.ground import SkelshotError


@pytest.fixture
def method():
    chosen = {"temperature": 4.0, "balance": 0.3, "contrast_temperature": 2.0, "start": "authors"}
    method = Feat.from_options(chosen)
    method.make_weights((16,))
    return method.eval()


def literal_attention(attention, members):
    """One set of vectors, row by row."""
    q, k, v = (layer.weight for layer in (attention.query, attention.key, attention.value))
    rows = []
    for x in members:
        shares = torch.stack([(q @ x) @ (k @ y) / math.sqrt(len(x)) for y in members]).exp()
        mixed = sum(
            share * (v @ y) for share, y in zip(shares / shares.sum(), members, strict=True)
        )
        h = attention.out.weight @ mixed + attention.out.bias + x
        h = (h - h.mean()) / (h.var(unbiased=False) + 1e-5).sqrt()
        rows.append(h * attention.norm.weight + attention.norm.bias)
    return torch.stack(rows)


def test_logits_are_distances_to_adapted_prototypes(method, toy):
    support, queries, _ = toy()
    with torch.no_grad():
        for task in range(2):
            prototypes = literal_attention(method.attention, support[task].mean(1))
            expected = torch.tensor(
                [[-float((q - p) @ (q - p)) / 4.0 for p in prototypes] for q in queries[task]]
            )
            found = method(support, queries)[task]
            torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-4)


def test_the_loss_adds_the_contrastive_term(method, toy):
    """Exemplars and queries of a class attend to each other; their mean is the centre."""
    support, queries, _ = toy(tasks=2, classes=3, shots=2)
    targets = torch.tensor([0, 1, 2, 2, 1, 0] * 4).expand(2, 24)
    with torch.no_grad():
        logits = method.episode_logits(support, queries)
        loss = float(method.episode_loss(logits, targets, support, queries))
        terms = []
        for task in range(2):
            own = [
                torch.cat([support[task, c], queries[task][targets[task] == c]]) for c in range(3)
            ]
            centres = [literal_attention(method.attention, members).mean(0) for members in own]
            for label, members in enumerate(own):
                for x in members:
                    nearness = torch.stack([-(x - c) @ (x - c) / 2.0 for c in centres])
                    terms.append(-nearness.log_softmax(0)[label])
        right = logits.log_softmax(-1).gather(-1, targets[..., None])
    expected = -float(right.mean()) + 0.3 * float(torch.stack(terms).mean())
    assert loss == pytest.approx(expected, rel=1e-5)


def test_without_balance_the_loss_is_the_cross_entropy(toy):
    support, queries, targets = toy()
    method = Feat.from_options({"balance": 0})
    method.make_weights((16,))
    logits = method.eval()(support, queries)
    expected = torch.nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten())
    assert torch.equal(method.episode_loss(logits, targets, support, queries), expected)


def test_every_weight_is_trained(method, toy):
    support, queries, _ = toy(classes=3)
    targets = torch.arange(3).repeat(8).expand(4, 24)
    logits = method.episode_logits(support, queries)
    method.episode_loss(logits, targets, support, queries).backward()
    for name, weight in method.named_parameters():
        assert weight.grad.abs().sum() > 0, name


def test_weights_start_as_the_authors_do_and_dropout_is_for_training():
    torch.manual_seed(0)
    attention = SetAttention(400)
    for layer in (attention.query, attention.key, attention.value):
        assert layer.bias is None
        assert float(layer.weight.detach().std()) == pytest.approx(
            math.sqrt(2 / (2 * 400)), rel=0.02
        )
    assert float(attention.out.weight.detach().std()) == pytest.approx(
        math.sqrt(2 / (400 + 400)), rel=0.02
    )
    assert (attention.attention_dropout.p, attention.dropout.p) == (0.1, 0.5)
    members = torch.randn(2, 5, 400)
    assert not torch.equal(attention(members), attention(members))
    attention.eval()
    assert torch.equal(attention(members), attention(members))


def test_attention_adds_nothing_at_first_and_every_weight_joins_in(toy):
    support, queries, _ = toy(classes=3)
    method = Feat.from_options({"temperature": 1.0, "dropout": 0, "attention_dropout": 0})
    method.make_weights((16,))
    prototypes = torch.nn.functional.layer_norm(support.mean(2), (16,))
    nearest = -torch.cdist(queries, prototypes).square()
    torch.testing.assert_close(method(support, queries), nearest, atol=1e-4, rtol=1e-4)
    before = {name: weight.detach().clone() for name, weight in method.named_parameters()}
    optimiser = torch.optim.SGD(method.parameters(), lr=0.01)
    targets = torch.arange(3).repeat(8).expand(4, 24)
    for _ in range(2):
        optimiser.zero_grad()
        method.episode_loss(method(support, queries), targets, support, queries).backward()
        optimiser.step()
    assert all(not torch.equal(before[name], weight) for name, weight in method.named_parameters())


def test_auto_temperature_is_the_authors_at_their_width():
    support = torch.zeros(1, 5, 1, 640)
    assert Feat()._temperature("auto", support) == 64.0


def test_refusals(method, toy):
    support, queries, targets = toy()
    with pytest.raises(SkelshotError, match="method feat: has no weights yet"):
        Feat()(support, queries)
    with pytest.raises(SkelshotError, match=r"found features of width 8, its weights are for 16"):
        method(support[..., :8], queries[..., :8])
    with pytest.raises(SkelshotError, match="unequal numbers of queries"):
        method.episode_loss(method(support, queries), targets, support, queries)
