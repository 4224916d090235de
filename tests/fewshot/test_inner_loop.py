"""The inner loop: its closed gradients against autograd, and what first order means."""

import pytest
import torch
from torch.nn.functional import cross_entropy, relu

from skelshot.fewshot.inner_loop import Learner, activated, adapted, pooled, unit

LABELS = torch.tensor([0, 0, 1, 1, 2, 2])


def values(*shape: int, seed: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=generator, dtype=torch.float64)


@pytest.fixture(params=[True, False], ids=["layer", "head"])
def start(request) -> Learner:
    layer = 0.3 * values(2, 4, 4, seed=1) if request.param else None
    return Learner(layer, values(2, 3, 8, seed=2), values(2, 3, seed=3), 1.7)


@pytest.fixture
def tokens() -> torch.Tensor:
    """Two tasks of six clips: two groups of five tokens of four channels."""
    return values(2, 6, 2, 5, 4, seed=4)


def literal_logits(learner: Learner, tokens: torch.Tensor, task: int) -> torch.Tensor:
    """One clip of one task at a time."""
    rows = []
    for clip in tokens[task]:
        groups = []
        for group in clip:
            seen = [
                x if learner.layer is None else relu(x + learner.layer[task] @ x) for x in group
            ]
            groups.append(sum(seen) / len(seen))
        f = torch.cat(groups)
        f = f / f.norm()
        rows.append(learner.scale * (learner.head[task] @ f + learner.biases[task]))
    return torch.stack(rows)


def with_gradients(learner: Learner) -> tuple[Learner, list[torch.Tensor]]:
    leaves = [
        t.clone().requires_grad_()
        for t in (learner.layer, learner.head, learner.biases)
        if t is not None
    ]
    layer = None if learner.layer is None else leaves[0]
    return Learner(layer, leaves[-2], leaves[-1], learner.scale), leaves


def test_logits_are_those_of_single_clips(start, tokens):
    for task in range(2):
        found = start.logits(tokens)[task]
        torch.testing.assert_close(found, literal_logits(start, tokens, task))


def test_changes_are_the_gradients_of_each_task(start, tokens):
    learner, leaves = with_gradients(start)
    # The sum over tasks: the gradient of a task's own weights is that of its own loss.
    loss = sum(cross_entropy(literal_logits(learner, tokens, task), LABELS) for task in range(2))
    expected = torch.autograd.grad(loss, leaves)
    found = start.changes(tokens, LABELS)
    kept = [t for t in (found.layer, found.head, found.biases) if t is not None]
    assert len(kept) == len(expected)
    for one, other in zip(kept, expected, strict=True):
        torch.testing.assert_close(one, other)


def test_steps_go_down_the_loss_of_the_exemplars(start, tokens):
    after = adapted(start, tokens, LABELS, steps=20, rate=0.1)
    for task in range(2):
        before = cross_entropy(start.logits(tokens)[task], LABELS)
        assert cross_entropy(after.logits(tokens)[task], LABELS) < before - 0.1


def test_steps_are_plain_gradient_descent(start, tokens):
    by_hand = start
    for _ in range(3):
        learner, leaves = with_gradients(by_hand)
        loss = sum(cross_entropy(learner.logits(tokens)[task], LABELS) for task in range(2))
        moved = [
            (t - 0.05 * g).detach()
            for t, g in zip(leaves, torch.autograd.grad(loss, leaves), strict=True)
        ]
        by_hand = Learner(None if start.layer is None else moved[0], *moved[-2:], start.scale)
    found = adapted(start, tokens, LABELS, steps=3, rate=0.05)
    torch.testing.assert_close(found.head, by_hand.head)
    torch.testing.assert_close(found.biases, by_hand.biases)
    if start.layer is not None:
        torch.testing.assert_close(found.layer, by_hand.layer)


def test_first_order_the_gradient_at_the_end_is_that_at_the_start(start, tokens):
    """The steps themselves are left out of it."""
    queries = values(2, 6, 2, 5, 4, seed=5)
    learner, leaves = with_gradients(start)
    ended = adapted(learner, tokens, LABELS, steps=3, rate=0.1)
    found = torch.autograd.grad(ended.logits(queries).square().sum(), leaves)
    at_the_end, ends = with_gradients(ended.detached())
    expected = torch.autograd.grad(at_the_end.logits(queries).square().sum(), ends)
    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(one, other)


def test_a_clip_that_the_layer_silences_stays_finite():
    silent = Learner(-2 * torch.eye(4)[None], torch.ones(1, 3, 8), torch.zeros(1, 3), 1.0)
    tokens = torch.ones(1, 6, 2, 5, 4)
    assert not activated(tokens, silent.layer).any()
    assert not unit(pooled(torch.zeros_like(tokens))).any()
    changes = silent.changes(tokens, LABELS)
    assert all(t.isfinite().all() for t in (changes.layer, changes.head, changes.biases))
