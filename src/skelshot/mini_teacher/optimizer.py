"""The mini teacher's optimizer and the course of its learning rates."""

import math
from typing import Any

import torch
from torch.optim import Optimizer

from skelshot.mini_teacher.recipe import Recipe


class JointOptimizer(Optimizer):
    """Several optimizers, each of some of the weights, as one.

    Args:
        members: The optimizers.
    """

    def __init__(self, *members: Optimizer) -> None:
        self.members = members
        super().__init__([group for one in members for group in one.param_groups], {})
        self._link()

    def _link(self) -> None:
        """Show the members' own groups, so that a rate set here holds there."""
        self.param_groups = [group for one in self.members for group in one.param_groups]

    def step(self, closure: Any = None) -> None:  # type: ignore[override]
        """Step with every member.

        Args:
            closure: Calculates the loss anew; called once if given.
        """
        if closure is not None:
            closure()
        for one in self.members:
            one.step()

    def state_dict(self) -> dict[str, Any]:
        """Return the state of all members, in the form that one optimizer has."""
        state: dict[int, Any] = {}
        groups: list[dict[str, Any]] = []
        for first, one in zip(self._firsts, self.members, strict=True):
            part = one.state_dict()
            state |= {first + place: value for place, value in part["state"].items()}
            groups += [_moved(group, first) for group in part["param_groups"]]
        return {"state": state, "param_groups": groups}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Bring the members to a state.

        Args:
            state_dict: From `state_dict`.
        """
        groups = list(state_dict["param_groups"])
        for first, one in zip(self._firsts, self.members, strict=True):
            own = [_moved(groups.pop(0), -first) for _ in one.param_groups]
            places = {place for group in own for place in group["params"]}
            state = {
                place - first: value
                for place, value in state_dict["state"].items()
                if place - first in places
            }
            one.load_state_dict({"state": state, "param_groups": own})
        self._link()

    @property
    def _firsts(self) -> list[int]:
        """The number of each member's first parameter among those of all."""
        counts = [sum(len(group["params"]) for group in one.param_groups) for one in self.members]
        return [sum(counts[:place]) for place in range(len(counts))]


def _moved(group: dict[str, Any], by: int) -> dict[str, Any]:
    """Count the parameters of a group from another place."""
    return group | {"params": [place + by for place in group["params"]]}


def muon_adamw(towers: torch.nn.Module, recipe: Recipe) -> JointOptimizer:
    """Make the optimizer: Muon for the layers' matrices, AdamW for all else.

    Muon (Jordan et al., 2024) steps along the nearest orthogonal matrix of the momentum. On the
    bank it needs about half of AdamW's steps, which is what a few thousand of them are short of.

    Args:
        towers: All that learns; weights that require no gradient are left out.
        recipe: Rates and weight decay; vectors, tables and auxiliary heads do not decay.

    Returns:
        The optimizer; `factor` of each group is its rate when `rate_factor` is 1.
    """
    matrices: list[torch.nn.Parameter] = []
    rest: list[torch.nn.Parameter] = []
    for name, parameter in towers.named_parameters():
        if not parameter.requires_grad:
            continue
        inner = parameter.ndim == 2 and name.startswith("model.") and "embedding" not in name
        (matrices if inner else rest).append(parameter)
    muon = torch.optim.Muon(
        matrices, lr=recipe.matrix_lr, weight_decay=recipe.weight_decay, momentum=0.95
    )
    adamw = torch.optim.AdamW(rest, lr=recipe.lr, betas=recipe.betas, weight_decay=0.0)
    for optimizer, highest in ((muon, recipe.matrix_lr), (adamw, recipe.lr)):
        for group in optimizer.param_groups:
            group["factor"] = highest
    return JointOptimizer(muon, adamw)


def rate_factor(step: int, steps: int, warmup: float) -> float:
    """Return a step's share of the highest learning rates: a straight rise, then half a cosine.

    Args:
        step: Number of the step, from 0.
        steps: How many there are.
        warmup: Share of the steps over which the rate rises.

    Example:
        >>> [round(rate_factor(step, 20, 0.25), 2) for step in (0, 4, 12, 19)]
        [0.2, 1.0, 0.5, 0.01]
    """
    rise = warmup * steps
    if step + 1 <= rise:
        return (step + 1) / rise
    rest = (step + 1 - rise) / (steps + 1 - rise)
    return (1 + math.cos(math.pi * rest)) / 2
