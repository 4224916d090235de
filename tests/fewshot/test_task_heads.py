"""The written-out gradients of the heads against autograd."""

import pytest
import torch

from skelshot.fewshot.task_heads import CosineTaskHead, LinearTaskHead


def parameters(*, grad: bool) -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    drawn = [torch.randn(s, generator=generator, dtype=torch.float64) for s in ((3, 4, 8), (3, 4))]
    drawn.append(torch.tensor([1.0, 5.0, 10.0], dtype=torch.float64))
    return [p.requires_grad_(grad) for p in drawn]


@pytest.mark.parametrize("kind", ["linear", "unit-linear", "cosine", "learned-scale"])
def test_gradients_are_those_of_autograd(kind):
    def head(grad):
        weights, biases, scale = parameters(grad=grad)
        if "linear" in kind:
            return LinearTaskHead(weights, biases, unit_features=kind == "unit-linear")
        return CosineTaskHead(weights, biases, scale, learn_scale=kind == "learned-scale")

    features = torch.randn(3, 6, 8, dtype=torch.float64)
    pull = torch.randn(3, 6, 4, dtype=torch.float64)
    tracked = head(grad=True)
    logits = tracked.logits(tracked.prepare(features))
    expected = torch.autograd.grad(logits, tracked.parameters(), pull)
    plain = head(grad=False)
    found = plain.gradients(plain.prepare(features), pull)
    assert len(found) == len(expected) == (3 if kind == "learned-scale" else 2)
    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(one, other)


def test_a_weight_of_length_zero_stays():
    weights = torch.zeros(1, 2, 4)
    weights[0, 1] = 1.0
    head = CosineTaskHead(weights, torch.zeros(1, 2), torch.ones(1))
    of_weights, _ = head.gradients(head.prepare(torch.randn(1, 3, 4)), torch.randn(1, 3, 2))
    assert of_weights[0, 0].tolist() == [0.0] * 4
    assert of_weights[0, 1].abs().min() > 0


@pytest.mark.parametrize("kind", [LinearTaskHead, CosineTaskHead])
def test_tasks_share_parameters_and_copies_do_not(kind):
    weights, biases, scale = parameters(grad=False)
    head = (
        LinearTaskHead(weights, biases)
        if kind is LinearTaskHead
        else CosineTaskHead(weights, biases, scale)
    )
    copy = head.copied()
    head.tasks(slice(1, 2)).weights.zero_()
    assert not head.weights[1].any()
    assert head.weights[0].any()
    assert copy.weights[1].any()
