"""The mini teacher's stages as the ordinary training loop runs them."""

import math
from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar

import torch
from lightning_fabric import Fabric
from torch import Tensor
from torch.optim import Optimizer

from skelshot.ground import SkelshotError
from skelshot.mini_teacher.auxiliary import AuxiliaryHeads
from skelshot.mini_teacher.contrast import LARGEST_SCALE
from skelshot.mini_teacher.material import Material
from skelshot.mini_teacher.optimizer import muon_adamw, rate_factor
from skelshot.mini_teacher.recipe import MiniStageOptions
from skelshot.mini_teacher.team import Team
from skelshot.pretraining.stage import LoopStage
from skelshot.pretraining.stage_options import OptimizerOptions


class Towers(torch.nn.Module):
    """All that learns: the model and its auxiliary heads.

    Args:
        model: An `XCLIPModel`.
        auxiliary: The heads, used only in training.
    """

    def __init__(self, model: Any, auxiliary: AuxiliaryHeads) -> None:
        super().__init__()
        self.model = model
        self.auxiliary = auxiliary

    def only(self, prefixes: Sequence[str]) -> None:
        """Let some weights learn and keep all others as they are.

        Args:
            prefixes: How the names of those that learn begin.
        """
        for name, parameter in self.named_parameters():
            parameter.requires_grad_(name.startswith(tuple(prefixes)))


class MiniStage(LoopStage):
    """A stage whose batches are step numbers and whose epochs are runs of `save_every` steps.

    Args:
        team: Which share of each batch is this process's.
        towers: All that learns; shared by all stages.
        material: The clips and the recipe.
        save_every: Steps between two checkpoints.
    """

    rate_option = "the lr of the recipe"
    learns: ClassVar[tuple[str, ...]]

    def __init__(self, team: Team, towers: Towers, material: Material, save_every: int) -> None:
        recipe = material.recipe
        super().__init__(recipe.seed)
        self._team = team
        self._towers = towers
        self._material = material
        self._every = save_every
        self.epochs = -(-self.options.steps // save_every)
        self.optimizer = OptimizerOptions(lr=recipe.lr, clip_norm=recipe.clip_norm)

    @property
    def options(self) -> MiniStageOptions:
        """Length, batch and rate of this stage."""
        return self._material.recipe.stages[self.name]

    @abstractmethod
    def losses(self, step: int) -> dict[str, Tensor]:
        """Calculate a step's losses: `loss`, which is minimised, and what the log tells besides.

        Args:
            step: Number of the step, from 0.
        """

    def batches(self, epoch: int) -> list[list[int]]:
        """List the steps of an epoch, each a batch of its own."""
        first = epoch * self._every
        return [[step] for step in range(first, min(first + self._every, self.options.steps))]

    def load(self, item: int, epoch: int) -> dict[str, Tensor]:
        """Hand over the step's number, which decides clips and captions alike."""
        del epoch
        return {"step": torch.tensor(item)}

    def forward(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        """Return the losses of a step."""
        return self.losses(int(batch["step"]))

    def make_optimizer(self) -> Optimizer:
        """Freeze what this stage does not train; Muon for matrices, AdamW for the rest."""
        self._towers.only(self.learns)
        return muon_adamw(self._towers, self._material.recipe)

    def learning_rate(self, epoch: int, step: int, steps: int) -> float:
        """Return a step's share of the highest rates."""
        options, at = self.options, epoch * self._every + step
        return options.rate * rate_factor(at, options.steps, self._material.recipe.warmup)

    def before_step(self, optimizer: Optimizer) -> dict[str, float]:
        """Average the gradient over the processes and clip its norm, which is logged."""
        self._team.average_gradients(self._towers)
        clip = self._material.recipe.clip_norm
        norm = float(torch.nn.utils.clip_grad_norm_(self._towers.parameters(), clip))
        if not math.isfinite(norm):
            raise SkelshotError(
                f"mini teacher, {self.name}: the gradient's norm is {norm}; lower lr (found "
                f"{self.optimizer.lr})"
            )
        return {"gradient": norm}

    def after_step(self) -> None:
        """Hold the scale of the cosines below CLIP's largest."""
        with torch.no_grad():
            self._towers.model.logit_scale.clamp_(max=math.log(LARGEST_SCALE))


class TeamFabric(Fabric):  # type: ignore[misc]
    """One processor in a team whose first process alone writes.

    Args:
        team: Which process this is.
    """

    def __init__(self, team: Team) -> None:
        super().__init__(accelerator="cpu", devices=1)
        self._team = team

    @property
    def is_global_zero(self) -> bool:
        """True in the process that writes logs and checkpoints."""
        return self._team.rank == 0

    def barrier(self, name: str | None = None) -> None:
        """Wait for the whole team."""
        self._team.wait()
