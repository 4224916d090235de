"""DASTM: its distance, its rank term and its loss, each against a literal form."""

import pytest
import torch
from torch.nn.functional import cross_entropy

from skelshot.fewshot import map_alignment
from skelshot.fewshot.dastm import DASTM, DASTMOptions, rank_loss
from skelshot.fewshot.soft_dtw import cosine_cost, soft_dtw, soft_dtw_divergence
from skelshot.ground import SkelshotError

SHAPE = (8, 6, 5)


@pytest.fixture
def trained() -> DASTM:
    method = DASTM()
    method.make_weights(SHAPE)
    return method.eval()


def literal_rank_loss(frames: torch.Tensor) -> float:
    """The printed steps, frame by frame (V, D)."""
    losses = []
    for frame in frames.flatten(0, -3):
        shares = (frame - frame.max()).exp()
        shares = shares / shares.sum(dim=1, keepdim=True)
        norms = sorted((column.norm().item() for column in shares.T), reverse=True)
        kept = norms[: min(frame.shape)]
        losses.append(-sum(kept) / len(kept))
    return sum(losses) / len(losses)


@pytest.mark.parametrize("shape", [(3, 4, 5, 8), (2, 3, 4, 8, 5)])
def test_the_rank_term_agrees_with_its_literal_form(shape):
    frames = torch.randn(shape).double()
    assert rank_loss(frames).item() == pytest.approx(literal_rank_loss(frames))


def test_the_rank_term_prefers_joints_that_differ():
    rank_one = torch.full((4, 6), -20.0)
    rank_one[:, 0] = 20.0
    full = torch.full((4, 6), -20.0)
    full.fill_diagonal_(20.0)
    assert rank_loss(rank_one).item() == pytest.approx(-0.5)  # one column of norm 2, of four
    assert rank_loss(full).item() == pytest.approx(-1)
    assert rank_loss(torch.full((4, 6), -1e4, requires_grad=True)).isfinite()


def test_the_rank_term_has_a_gradient_even_where_columns_vanish():
    frames = torch.full((4, 6), -1e4)
    frames[:, 0] = 1e4
    frames.requires_grad_()
    rank_loss(frames).backward()
    assert frames.grad.isfinite().all()


def test_with_activation_distances_agree_with_pair_by_pair(toy, trained):
    support, queries, _ = toy(tasks=2, classes=3, shots=2, shape=SHAPE)
    found = trained(support, queries)
    for task in range(2):
        for query in range(3):
            for label in range(3):
                x = queries[task, query].permute(1, 2, 0)[None, None]
                y = support[task, label].mean(0).permute(1, 2, 0)[None, None]
                ours = trained.of_query(x, y)[0, 0].flatten(-2)
                theirs = trained.of_class(y, x)[0, 0].flatten(-2)
                expected = -soft_dtw(cosine_cost(ours, theirs), 0.1)[0]
                torch.testing.assert_close(
                    found[task, query, label], expected, atol=1e-5, rtol=1e-4
                )


def test_without_activation_distances_are_divergences_and_there_are_no_weights(toy):
    method = DASTM(DASTMOptions(activation=False))
    method.make_weights(SHAPE)
    assert not method.has_weights
    assert not list(method.parameters())
    support, queries, _ = toy(tasks=1, classes=3, shots=2, shape=SHAPE)
    x = queries[0, 4].permute(1, 2, 0).flatten(1)[None]
    y = support[0, 2].mean(0).permute(1, 2, 0).flatten(1)[None]
    expected = -soft_dtw_divergence(x, y, 0.1, cost=cosine_cost)[0]
    torch.testing.assert_close(method(support, queries)[0, 4, 2], expected, atol=1e-5, rtol=1e-4)


def test_chunks_of_queries_change_nothing(toy, trained, monkeypatch):
    support, queries, _ = toy(shape=SHAPE)
    expected = trained(support, queries)
    monkeypatch.setattr(map_alignment, "CHUNK", 1)
    torch.testing.assert_close(trained(support, queries), expected)


def test_the_loss_of_episodes_adds_the_rank_term_of_means_and_queries(toy, trained):
    support, queries, labels = toy(shape=SHAPE)
    logits = trained(support, queries)
    plain = cross_entropy(logits.flatten(0, 1), labels.flatten()).item()
    by_frame = [maps.permute(0, 1, 3, 4, 2) for maps in (support.mean(2), queries)]
    expected = plain + 0.1 * sum(literal_rank_loss(frames) for frames in by_frame)
    loss = trained.episode_loss(logits, labels, support, queries)
    assert loss.item() == pytest.approx(expected, rel=1e-5)
    without = DASTM(DASTMOptions(rank_weight=0))
    assert without.episode_loss(logits, labels, support, queries).item() == pytest.approx(plain)


def test_episodes_train_every_weight(toy, trained):
    support, queries, labels = toy(shape=SHAPE)
    trained.train()
    logits = trained.episode_logits(support, queries)
    trained.episode_loss(logits, labels, support, queries).backward()
    assert trained.has_weights
    for name, weight in trained.named_parameters():
        assert weight.grad is not None, name
        assert weight.grad.isfinite().all()
        if not name.endswith("key.bias"):  # softmax is blind to it
            assert weight.grad.any(), name


def test_a_few_steps_lower_the_loss(toy):
    torch.manual_seed(0)
    method = DASTM(DASTMOptions(rank_weight=0, dropout=0))
    method.make_weights(SHAPE)
    support, queries, labels = toy(tasks=2, shape=SHAPE, spread=2.0)
    optimiser = torch.optim.Adam(method.parameters(), 1e-2)
    losses = []
    for _ in range(12):
        loss = method.episode_loss(
            method.episode_logits(support, queries), labels, support, queries
        )
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    assert losses[-1] < 0.9 * losses[0]


def test_weights_that_were_never_made_are_asked_for(toy):
    support, queries, _ = toy(shape=SHAPE)
    with pytest.raises(SkelshotError, match="dastm: its spatial activation has no weights; train"):
        DASTM()(support, queries)


def test_maps_of_other_channels_are_refused(toy, trained):
    support, queries, _ = toy(shape=(7, 6, 5))
    with pytest.raises(SkelshotError, match="found maps of 7 channels, its weights are for 8"):
        trained(support, queries)


def test_vectors_are_refused(toy, trained):
    support, queries, _ = toy()
    with pytest.raises(SkelshotError, match="method dastm: found features of shape"):
        trained(support, queries)
