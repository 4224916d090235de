"""Batched fine-tuning against a literal loop over tasks with autograd and torch.optim."""

import pytest
import torch
from torch.nn.functional import cosine_similarity, cross_entropy

from skelshot.fewshot import (
    CosineClassifier,
    CosineOptions,
    LinearClassifier,
    LinearOptions,
    entropy_regularised_loss,
    finetune,
    finetuning,
)
from skelshot.ground import SkelshotError
from skelshot.ground.seeding import shuffled_by_hash


def literal(support, options, queries=None):
    """Equations 3 and 4 for one task (N, K, D), with autograd; returns W, b and s."""
    n, k, _ = support.shape
    cosine = isinstance(options, CosineOptions)
    w = support.mean(1).clone().requires_grad_()
    b = torch.zeros(n, dtype=w.dtype, requires_grad=True)
    s = torch.tensor(getattr(options, "scale", 1.0), dtype=w.dtype, requires_grad=True)
    x, y = support.flatten(0, 1), torch.arange(n).repeat_interleave(k)

    def scores(f):
        if cosine:
            return s * cosine_similarity(f[:, None], w[None], dim=-1) + b
        return f @ w.T + b

    def h(z):
        p = torch.softmax(z, -1)
        return -(p * torch.log(p)).sum(-1).mean()

    rest = [b, s] if getattr(options, "learn_scale", False) else [b]
    groups = [{"params": [w], "weight_decay": options.weight_decay}, {"params": rest}]
    adam = options.optimizer == "adam"
    optimiser = (
        torch.optim.Adam(groups, options.lr)
        if adam
        else torch.optim.SGD(groups, options.lr, momentum=options.momentum)
    )
    for epoch in range(options.epochs):
        order = shuffled_by_hash(range(n * k), "finetune", options.seed, epoch)
        for rows in [list(range(n * k))] if options.batch == "full" else [[i] for i in order]:
            loss = cross_entropy(scores(x[rows]), y[rows])
            if options.entropy != "none":
                seen = x[rows] if options.entropy == "support" else queries
                loss = loss + options.entropy_weight * h(scores(seen))
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    return w.detach(), b.detach(), s.detach()


CASES = {
    "printed": CosineOptions(scale=1, learn_scale=False, lr=0.05),
    "learned scale": CosineOptions(learn_scale=True, lr=0.05),
    "adam": CosineOptions(optimizer="adam", learn_scale=False, lr=0.01),
    "adam, learned scale": CosineOptions(optimizer="adam", learn_scale=True, lr=0.01),
    "no entropy": CosineOptions(entropy="none", lr=0.05),
    "query entropy": CosineOptions(entropy="query", entropy_weight=0.7, lr=0.05),
    "one sample a step": CosineOptions(batch="sample", epochs=2, lr=0.05, seed=3),
    "weight decay": CosineOptions(weight_decay=0.1, lr=0.05),
    "linear": LinearOptions(lr=0.01),
    "linear, adam, query entropy": LinearOptions(optimizer="adam", entropy="query", lr=0.01),
}


def classifier(options):
    if isinstance(options, LinearOptions):
        return LinearClassifier(options)
    return CosineClassifier(options.model_copy(update={"init_normalised": False}))


@pytest.mark.parametrize("case", CASES)
def test_every_task_is_tuned_as_by_the_literal_loop(case, toy):
    options = CASES[case]
    support, queries, _ = (part.double() for part in toy(tasks=3))
    start = classifier(options).initial_head(support)
    tuned = finetune(start, support, options, queries)
    assert (tuned.weights - start.weights).abs().max() > 1e-4
    for task in range(3):
        w, b, s = literal(support[task], options, queries[task])
        torch.testing.assert_close(tuned.weights[task], w)
        torch.testing.assert_close(tuned.biases[task], b)
        if isinstance(options, CosineOptions):
            torch.testing.assert_close(tuned.scale[task], s)


@pytest.mark.parametrize("context", [torch.enable_grad, torch.no_grad, torch.inference_mode])
@pytest.mark.parametrize("entropy", ["support", "query"])
@pytest.mark.usefixtures("threads")
def test_chunks_do_not_change_the_outcome(entropy, context, toy, monkeypatch):
    support, queries, _ = toy(tasks=7)
    method = CosineClassifier(CosineOptions(entropy=entropy, lr=0.1))
    whole = method(support, queries)
    monkeypatch.setattr(finetuning, "CPU_CHUNK_VALUES", 2 * 15 * 16)
    with context():
        torch.testing.assert_close(method(support.clone(), queries.clone()), whole)


@pytest.mark.parametrize("case", ["printed", "adam", "learned scale", "one sample a step"])
def test_the_loss_falls(case, toy):
    support, queries, _ = toy(tasks=3, spread=1.5)
    options = CASES[case]
    before = classifier(options).initial_head(support)
    after = finetune(before, support, options, queries)
    labels = torch.arange(5).repeat_interleave(3)
    losses = [
        entropy_regularised_loss(head.logits(head.prepare(support.flatten(1, 2))), labels)
        for head in (before, after)
    ]
    assert (losses[1] < losses[0]).all()


def test_the_initial_head_is_left_as_it_was(toy):
    support = toy().support
    head = CosineClassifier().initial_head(support)
    kept = head.weights.clone()
    finetune(head, support, CosineOptions(lr=0.1))
    assert torch.equal(head.weights, kept)


def test_query_entropy_without_queries_is_refused(toy):
    support = toy().support
    head = CosineClassifier().initial_head(support)
    with pytest.raises(SkelshotError, match="'query' but no queries"):
        finetune(head, support, CosineOptions(entropy="query"))
