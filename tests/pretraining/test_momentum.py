"""Equation 2, literally, and what it leaves alone."""

import math

import pytest
import torch
from torch import nn

from skelshot.ground import SkelshotError
from skelshot.pretraining.momentum import cosine_decay, target_like, update_moving_average
from skelshot.pretraining.projectors import mlp_head


@pytest.fixture
def online() -> nn.Sequential:
    torch.manual_seed(0)
    return mlp_head(4, hidden=6, out=3)


@pytest.fixture
def target() -> nn.Sequential:
    torch.manual_seed(1)
    return mlp_head(4, hidden=6, out=3).requires_grad_(False)


def weights(module: nn.Module) -> list[torch.Tensor]:
    return [weight.detach().clone() for weight in module.parameters()]


def test_one_step(online: nn.Sequential, target: nn.Sequential) -> None:
    expected = [
        0.9 * xi + 0.1 * theta for xi, theta in zip(weights(target), weights(online), strict=True)
    ]
    update_moving_average(target, online, decay=0.9)
    for found, wanted in zip(weights(target), expected, strict=True):
        assert torch.allclose(found, wanted, atol=1e-7)


@pytest.mark.parametrize(("decay", "like"), [(0.0, "online"), (1.0, "target")])
def test_ends_of_the_range(
    online: nn.Sequential, target: nn.Sequential, decay: float, like: str
) -> None:
    kept = {"online": weights(online), "target": weights(target)}
    update_moving_average(target, online, decay)
    assert all(map(torch.equal, weights(target), kept[like]))
    assert all(map(torch.equal, weights(online), kept["online"]))


def test_buffers_come_from_the_targets_own_forward(
    online: nn.Sequential, target: nn.Sequential
) -> None:
    online(torch.randn(8, 4) + 5)
    before = target[1].running_mean.clone()
    update_moving_average(target, online, decay=0.0)
    assert torch.equal(target[1].running_mean, before)
    target(torch.randn(8, 4))
    assert not torch.equal(target[1].running_mean, before)


def test_copy_is_equal_frozen_separate_and_in_training_mode(online: nn.Sequential) -> None:
    copied = target_like(online)
    assert all(map(torch.equal, weights(copied), weights(online)))
    assert not any(weight.requires_grad for weight in copied.parameters())
    assert all(weight.requires_grad for weight in online.parameters())
    assert copied.training
    with torch.no_grad():
        online[0].weight.zero_()
    assert copied[0].weight.abs().sum() > 0


@pytest.mark.parametrize("decay", [-0.1, 1.1, math.nan])
def test_decay_outside_its_range(
    online: nn.Sequential, target: nn.Sequential, decay: float
) -> None:
    with pytest.raises(SkelshotError, match=r"expected 0 \(copy\) to 1 \(keep\)"):
        update_moving_average(target, online, decay)


def test_modules_of_another_form_change_nothing(online: nn.Sequential) -> None:
    wider = mlp_head(5, hidden=6, out=3).requires_grad_(False)
    before = weights(wider)
    with pytest.raises(SkelshotError, match=r"0.weight: .* shape \(6, 5\), .* \(6, 4\)"):
        update_moving_average(wider, online, decay=0.5)
    assert all(map(torch.equal, weights(wider), before))
    with pytest.raises(SkelshotError, match="both must be of one form"):
        update_moving_average(nn.Linear(4, 3), online, decay=0.5)


def test_cosine_schedule() -> None:
    for step in range(11):
        expected = 1 - (1 - 0.996) * (math.cos(math.pi * step / 10) + 1) / 2
        assert cosine_decay(0.996, step, 10) == pytest.approx(expected)
    assert cosine_decay(0.996, 0, 10) == pytest.approx(0.996)
    assert cosine_decay(0.996, 10, 10) == 1.0


@pytest.mark.parametrize(
    ("start", "step", "steps", "message"),
    [(1.5, 0, 10, "start: found 1.5"), (0.9, 11, 10, "found 11 of 10"), (0.9, 0, 0, "0 of 0")],
)
def test_schedule_outside_its_range(start: float, step: int, steps: int, message: str) -> None:
    with pytest.raises(SkelshotError, match=message):
        cosine_decay(start, step, steps)
