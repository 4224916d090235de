"""The update rules against torch.optim."""

import pytest
import torch

from skelshot.fewshot.steps import Adam, Sgd


@pytest.mark.parametrize("rule", ["sgd", "momentum", "adam"])
def test_steps_are_those_of_torch_optim(rule):
    generator = torch.Generator().manual_seed(0)
    start = [torch.randn(s, generator=generator, dtype=torch.float64) for s in ((3, 4), (5,))]
    ours = [p.clone() for p in start]
    theirs = [p.clone().requires_grad_() for p in start]
    momentum = 0.9 if rule == "momentum" else 0.0
    step = Adam(0.01) if rule == "adam" else Sgd(0.01, momentum)
    peer = (
        torch.optim.Adam(theirs, 0.01)
        if rule == "adam"
        else torch.optim.SGD(theirs, 0.01, momentum=momentum)
    )
    for _ in range(5):
        gradients = [torch.randn(p.shape, generator=generator, dtype=p.dtype) for p in start]
        step.step(ours, gradients)
        for p, gradient in zip(theirs, gradients, strict=True):
            p.grad = gradient
        peer.step()
    for one, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(one, other.detach())
