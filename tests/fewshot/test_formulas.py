"""Section IV.C: each formula against its literal form."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from skelshot.fewshot.formulas import (
    cosine_logits,
    entropy,
    entropy_gradient,
    entropy_regularised_loss,
    linear_logits,
    loss_gradient,
    rotation_degrees,
    support_weights,
)


def test_support_weights_are_class_means(toy):
    support = toy().support
    for task in range(4):
        for label in range(5):
            exemplars = support[task, label]
            expected = sum(exemplars) / len(exemplars)
            torch.testing.assert_close(support_weights(support)[task, label], expected)


def test_normalised_support_weights_are_imprinted(toy):
    support = toy().support
    exemplars = [x / x.norm() for x in support[1, 2]]
    mean = sum(exemplars) / len(exemplars)
    found = support_weights(support, normalised=True)[1, 2]
    torch.testing.assert_close(found, mean / mean.norm())


def test_one_exemplar_is_its_own_weight_bit_for_bit(toy):
    support = toy(shots=1).support
    assert torch.equal(support_weights(support), support[:, :, 0])


def test_cosine_logits_are_equation_3(toy):
    support, queries, _ = toy(tasks=2)
    weights = support_weights(support)
    biases, scale = torch.rand(2, 5), torch.tensor([1.0, 7.0])
    found = cosine_logits(weights, queries, biases, scale)
    for b in range(2):
        for i, q in enumerate(queries[b]):
            for j, w in enumerate(weights[b]):
                cosine = (w @ q) / (w.norm() * q.norm())
                expected = scale[b] * cosine + biases[b, j]
                torch.testing.assert_close(found[b, i, j], expected)


def test_linear_logits_are_wf_plus_b(toy):
    support, queries, _ = toy(tasks=2)
    weights, biases = support_weights(support), torch.rand(2, 5)
    found = linear_logits(weights, queries, biases)
    torch.testing.assert_close(found[1, 3], weights[1] @ queries[1, 3] + biases[1])


def test_loss_is_cross_entropy_plus_mean_entropy():
    logits, labels = torch.randn(3, 6, 4), torch.randint(0, 4, (6,))
    for b in range(3):
        total = 0.0
        for i in range(6):
            p = torch.exp(logits[b, i]) / torch.exp(logits[b, i]).sum()
            total += -torch.log(p[labels[i]]) + 0.5 * -(p * torch.log(p)).sum()
        found = entropy_regularised_loss(logits, labels, entropy_weight=0.5)[b]
        torch.testing.assert_close(found, total / 6)


def test_printed_sign_rewards_sure_predictions():
    labels = torch.tensor([0])
    unsure, sure = torch.zeros(1, 1, 3), torch.tensor([[[4.0, 0.0, 0.0]]])
    gains = [
        entropy_regularised_loss(z, labels, 1.0) - entropy_regularised_loss(z, labels, 0.0)
        for z in (unsure, sure)
    ]
    assert gains[0] > gains[1] > 0


@settings(deadline=None, max_examples=30)
@given(st.lists(st.floats(-50, 50), min_size=2, max_size=8))
def test_entropy_lies_between_zero_and_log_n(logits):
    found = entropy(torch.tensor(logits, dtype=torch.float64)).item()
    assert -1e-9 <= found <= torch.tensor(float(len(logits))).log().item() + 1e-6


@pytest.mark.parametrize("weight", [0.0, 1.0, -0.5])
def test_loss_gradient_is_that_of_autograd(weight):
    logits = torch.randn(2, 6, 4, dtype=torch.float64, requires_grad=True)
    labels = torch.randint(0, 4, (6,))
    entropy_regularised_loss(logits, labels, weight).sum().backward()
    targets = torch.nn.functional.one_hot(labels, 4)
    torch.testing.assert_close(loss_gradient(logits.detach(), targets, weight), logits.grad)


def test_entropy_gradient_is_that_of_autograd():
    logits = torch.randn(2, 6, 4, dtype=torch.float64, requires_grad=True)
    entropy(logits).mean(dim=1).sum().backward()
    torch.testing.assert_close(entropy_gradient(logits.detach()), logits.grad)


@pytest.mark.parametrize("degrees", [0.0, 0.001, 30.0, 90.0, 180.0])
def test_rotation_is_exact_even_when_tiny(degrees):
    angle = torch.deg2rad(torch.tensor(degrees))
    before, after = torch.tensor([2.0, 0.0]), 3 * torch.stack([angle.cos(), angle.sin()])
    assert rotation_degrees(before, after).item() == pytest.approx(degrees, rel=1e-4, abs=1e-6)
