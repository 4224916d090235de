"""The cosine classifier: its start, its presets and what the printed recipe does."""

import pytest
import torch
from torch.nn.functional import cosine_similarity, normalize

from skelshot.fewshot import (
    PAPER,
    CosineClassifier,
    CosineOptions,
    LinearClassifier,
    LinearOptions,
    entropy,
    support_weights,
)


def test_biases_start_at_zero_and_weights_at_the_class_means(toy):
    support = toy().support
    head = CosineClassifier(PAPER).initial_head(support)
    assert not head.biases.any()
    assert torch.equal(head.weights, support_weights(support))
    assert head.scale.tolist() == [1.0] * 4


def test_printed_recipe_predicts_exactly_like_the_nearest_exemplar_by_cosine(toy):
    support, queries, labels = toy(tasks=20, shots=1, spread=1.0)
    predicted = CosineClassifier(PAPER)(support, queries).argmax(-1)
    cosines = cosine_similarity(queries[:, :, None], support[:, None, :, 0], dim=-1)
    assert torch.equal(predicted, cosines.argmax(-1))
    assert 0.5 < (predicted == labels).float().mean() < 0.95, "the toy data should be hard"


def test_printed_recipe_turns_the_weights_by_a_tenth_of_a_degree():
    generator = torch.Generator().manual_seed(0)
    common, own = (torch.randn(8, n, 256, generator=generator) for n in (1, 20))
    support = normalize(normalize(common, dim=-1) + normalize(own, dim=-1), dim=-1)[:, :, None]
    rotation = CosineClassifier(PAPER).report(support).rotation
    assert rotation.shape == (8,)
    assert 0.01 < rotation.mean() < 0.15


def test_options_can_make_the_weights_move_further(toy):
    support = toy(shots=5, spread=1.5).support
    printed = CosineClassifier(PAPER).report(support)
    eager = CosineClassifier(CosineOptions(optimizer="adam", lr=0.02)).report(support)
    assert (eager.rotation > 20 * printed.rotation).all()
    assert (eager.accuracy_after >= eager.accuracy_before).all()
    assert (eager.loss_after < eager.loss_before).all()


@pytest.mark.parametrize(
    "options", [CosineOptions(), LinearOptions(unit_features=True)], ids=lambda o: type(o).__name__
)
def test_unit_features_make_lengths_irrelevant(options, toy):
    support, queries, _ = toy()
    kind = CosineClassifier if isinstance(options, CosineOptions) else LinearClassifier
    lengths = torch.rand(4, 5, 3, 1) * 9 + 1
    torch.testing.assert_close(
        kind(options)(support * lengths, queries * 7), kind(options)(support, queries)
    )


@pytest.mark.parametrize("kind", [CosineClassifier, LinearClassifier])
def test_only_query_entropy_makes_a_query_depend_on_the_others(kind, toy):
    support, queries, _ = toy(spread=1.0)
    for entropy_of, transductive in (("support", False), ("none", False), ("query", True)):
        method = kind.from_options({"entropy": entropy_of, "lr": 0.05})
        alone = method(support, queries[:, :1])
        together = method(support, queries)[:, :1]
        assert method.is_transductive is transductive
        assert torch.allclose(alone, together, atol=1e-5) is not transductive


def test_query_entropy_makes_predictions_surer(toy):
    support, queries, _ = toy(spread=1.0)
    found = {
        name: entropy(CosineClassifier(CosineOptions(entropy=name, lr=0.05))(support, queries))
        for name in ("none", "query")
    }
    assert found["query"].mean() < found["none"].mean()


def test_episode_logits_leave_fine_tuning_out_and_carry_gradients(toy):
    support, queries, _ = toy()
    support.requires_grad_()
    queries.requires_grad_()
    method = CosineClassifier()
    logits = method.episode_logits(support, queries)
    logits.square().sum().backward()
    assert support.grad.abs().min() > 0
    assert queries.grad.abs().min() > 0
    frozen = CosineClassifier(CosineOptions(epochs=0))(support, queries)
    torch.testing.assert_close(logits, frozen)
    assert not torch.equal(method(support, queries), frozen)


@pytest.mark.parametrize("context", [torch.no_grad, torch.inference_mode])
def test_fine_tuning_works_without_autograd(context, toy):
    support, queries, _ = toy()
    expected = CosineClassifier()(support, queries)
    with context():
        assert torch.equal(CosineClassifier()(support.clone(), queries.clone()), expected)
