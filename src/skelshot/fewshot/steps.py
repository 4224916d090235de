"""Gradient steps on plain tensors: the update rules of torch.optim, without its bookkeeping."""

from typing import Protocol

import torch
from torch import Tensor


class Optimizer(Protocol):
    """Something that changes parameters in place, given their gradients."""

    def step(self, parameters: list[Tensor], gradients: list[Tensor]) -> None:
        """Take one step; always the same parameters in the same order."""


class Sgd:
    """Gradient descent with momentum: v <- m v + g, parameter <- parameter - lr v.

    Args:
        lr: The learning rate.
        momentum: m, 0 to below 1.
    """

    def __init__(self, lr: float, momentum: float = 0.0) -> None:
        self.lr = lr
        self.momentum = momentum
        self._velocities: list[Tensor] = []

    def step(self, parameters: list[Tensor], gradients: list[Tensor]) -> None:
        """Take one step in place."""
        if not self._velocities:
            self._velocities = [torch.zeros_like(gradient) for gradient in gradients]
        for parameter, gradient, velocity in zip(
            parameters, gradients, self._velocities, strict=True
        ):
            velocity.mul_(self.momentum).add_(gradient)
            parameter.sub_(velocity, alpha=self.lr)


class Adam:
    """Adam (Kingma and Ba 2015), with the corrections for its start.

    Args:
        lr: The learning rate.
        betas: Decay rates of the mean and of the mean square of the gradients.
        eps: What keeps the division from zero.
    """

    def __init__(
        self, lr: float, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8
    ) -> None:
        self.lr = lr
        self.betas = betas
        self.eps = eps
        self._count = 0
        self._means: list[Tensor] = []
        self._squares: list[Tensor] = []

    def step(self, parameters: list[Tensor], gradients: list[Tensor]) -> None:
        """Take one step in place."""
        if not self._means:
            self._means = [torch.zeros_like(gradient) for gradient in gradients]
            self._squares = [torch.zeros_like(gradient) for gradient in gradients]
        self._count += 1
        first, second = self.betas
        rate = self.lr / (1.0 - first**self._count)
        unbias = (1.0 - second**self._count) ** 0.5
        for parameter, gradient, mean, square in zip(
            parameters, gradients, self._means, self._squares, strict=True
        ):
            mean.lerp_(gradient, 1.0 - first)
            square.mul_(second).addcmul_(gradient, gradient, value=1.0 - second)
            parameter.addcdiv_(mean, square.sqrt().div_(unbias).add_(self.eps), value=-rate)
