"""The moving average that makes the teacher's projector (paper, eq. 2)."""

import copy
import math
from typing import TypeVar

import torch
from torch import nn

from skelshot.ground import SkelshotError

Module = TypeVar("Module", bound=nn.Module)


def target_like(online: Module) -> Module:
    """Copy a module as the target of a moving average, without gradients.

    The copy stays in training mode when the original is: its batch norm then works with the
    statistics of the teacher's own features.

    Args:
        online: The skeleton's projector g_s.

    Returns:
        A separate module with equal weights: g_vl at its start.

    Example:
        >>> target = target_like(nn.Linear(4, 2))
        >>> any(weight.requires_grad for weight in target.parameters())
        False
    """
    return copy.deepcopy(online).requires_grad_(False)


@torch.no_grad()
def update_moving_average(target: nn.Module, online: nn.Module, decay: float) -> None:
    """Move the target towards the online module, eq. 2 of the paper: xi <- d xi + (1 - d) theta.

    Parameters only. The running mean and variance of batch norms are no parameters: the
    target's come from its own forward passes, over features of another modality.

    Args:
        target: g_vl with parameters xi, changed in place.
        online: g_s with parameters theta, of the same form.
        decay: d in [0, 1]; 0 copies, 1 keeps the target as it is.

    Raises:
        SkelshotError: `decay` is outside [0, 1], or the two modules differ in form.

    Example:
        >>> online, target = nn.Linear(2, 2), nn.Linear(2, 2)
        >>> update_moving_average(target, online, decay=0.0)
        >>> torch.equal(target.weight, online.weight)
        True
    """
    if not 0 <= decay <= 1:
        raise SkelshotError(f"decay: found {decay}, expected 0 (copy) to 1 (keep)")
    targets, onlines = dict(target.named_parameters()), dict(online.named_parameters())
    if targets.keys() != onlines.keys():
        raise SkelshotError(
            f"moving average: the target has parameters {sorted(targets)}, the online module "
            f"{sorted(onlines)}; both must be of one form"
        )
    for name, xi in targets.items():
        theta = onlines[name]
        if xi.shape != theta.shape:
            raise SkelshotError(
                f"moving average, {name}: the target has shape {tuple(xi.shape)}, the online "
                f"module {tuple(theta.shape)}; both projectors must take vectors of one size"
            )
    for name, xi in targets.items():
        xi.mul_(decay).add_(onlines[name], alpha=1 - decay)


def cosine_decay(start: float, step: int, steps: int) -> float:
    """Raise the decay from `start` to 1 over training, as BYOL does.

    d = 1 - (1 - d0) (cos(pi k / K) + 1) / 2 (Grill et al., 2020, section 3.3). The paper keeps
    d at 0.99 instead.

    Args:
        start: d0, the decay at the first step.
        step: k, from 0 to `steps`.
        steps: K, the number of steps altogether.

    Returns:
        d at step k.

    Raises:
        SkelshotError: `start` is outside [0, 1], or `step` outside 0 to `steps`.

    Example:
        >>> [round(cosine_decay(0.99, step, 100), 4) for step in (0, 50, 100)]
        [0.99, 0.995, 1.0]
    """
    if not 0 <= start <= 1:
        raise SkelshotError(f"start: found {start}, expected a decay from 0 to 1")
    if steps < 1 or not 0 <= step <= steps:
        raise SkelshotError(f"step: found {step} of {steps}, expected 0 to at least 1 steps")
    return 1 - (1 - start) * (math.cos(math.pi * step / steps) + 1) / 2
