"""Optimizers, and learning rates as a function of how much of a stage is done."""

import math
from collections.abc import Iterable

import torch
from torch import nn
from torch.optim import SGD, Adam, AdamW, Optimizer

from skelshot.pretraining.stage_options import OptimizerOptions


def build_optimizer(
    options: OptimizerOptions, groups: Iterable[tuple[nn.Module, float]]
) -> Optimizer:
    """Make the optimizer of a stage.

    Args:
        options: Which one.
        groups: Modules to train, each with a factor on the learning rate.

    Returns:
        The optimizer; every parameter group carries its `factor`.
    """
    parameters = []
    for module, factor in groups:
        members = list(module.parameters())
        vectors = [] if options.decay_vectors else [p for p in members if p.ndim <= 1]
        kept = {id(p) for p in vectors}
        decayed = [p for p in members if id(p) not in kept]
        parameters.append({"params": decayed, "factor": factor})
        if vectors:
            parameters.append({"params": vectors, "factor": factor, "weight_decay": 0.0})
    if options.name == "sgd":
        return SGD(
            parameters,
            lr=options.lr,
            momentum=options.momentum,
            nesterov=options.nesterov,
            weight_decay=options.weight_decay,
        )
    kind: type[Adam] = Adam if options.name == "adam" else AdamW
    return kind(parameters, lr=options.lr, weight_decay=options.weight_decay)


def learning_rate(options: OptimizerOptions, done: float) -> float:
    """Return the learning rate at a point of a stage.

    A function of progress rather than a scheduler with a state of its own, so that a resumed
    run needs nothing but the epoch.

    Args:
        options: Highest rate, warm-up and schedule.
        done: Share of the stage that is done, in [0, 1].

    Returns:
        The rate before any factor of a parameter group.

    Example:
        >>> options = OptimizerOptions(lr=1.0, warmup=0.5)
        >>> [round(learning_rate(options, done), 2) for done in (0.25, 0.5, 0.75, 1.0)]
        [0.5, 1.0, 0.5, 0.0]
    """
    if done < options.warmup:
        return options.lr * done / options.warmup
    if options.schedule == "constant":
        return options.lr
    rest = (done - options.warmup) / (1 - options.warmup)
    return options.lr * (1 + math.cos(math.pi * rest)) / 2


def set_learning_rate(optimizer: Optimizer, rate: float) -> None:
    """Set the rate of every group, times the group's own factor.

    Args:
        optimizer: Made by `build_optimizer`.
        rate: From `learning_rate`.
    """
    for group in optimizer.param_groups:
        group["lr"] = rate * group["factor"]


def clip_gradient(optimizer: Optimizer, largest: float | None) -> None:
    """Scale the whole gradient down to a largest norm.

    Args:
        optimizer: Holds the parameters.
        largest: The norm, or None to leave the gradient alone.
    """
    if largest is not None:
        parameters = [p for group in optimizer.param_groups for p in group["params"]]
        torch.nn.utils.clip_grad_norm_(parameters, largest)
