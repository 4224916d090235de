"""A stage of the mini teacher's training: its steps, their log, going on where it was stopped."""

import json
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor

from skelshot.ground import SkelshotError
from skelshot.ground.files import errors_named, whole_file
from skelshot.ground.json_text import parse_json
from skelshot.ground.progress import progress_bar
from skelshot.teachers.mini.contrast import LARGEST_SCALE
from skelshot.teachers.mini.helping import Helpers
from skelshot.teachers.mini.recipe import Course, Recipe
from skelshot.teachers.mini.state import StateFile
from skelshot.teachers.mini.team import Team


class Learner(torch.nn.Module):
    """All that learns: the model, and the layers that help it.

    Args:
        model: An `XCLIPModel`.
        helpers: The layers.
    """

    def __init__(self, model: Any, helpers: Helpers) -> None:
        super().__init__()
        self.model = model
        self.helpers = helpers

    def only(self, prefixes: Sequence[str]) -> None:
        """Let some weights learn and keep all others as they are.

        Args:
            prefixes: How the names of those that learn begin.
        """
        for name, parameter in self.named_parameters():
            parameter.requires_grad_(name.startswith(tuple(prefixes)))


class Stage(Protocol):
    """What is learnt, from what, in which steps."""

    @property
    def name(self) -> str:
        """Of its files."""
        ...

    @property
    def course(self) -> Course:
        """How much is shown, how much at once, how fast it learns."""
        ...

    @property
    def learns(self) -> tuple[str, ...]:
        """How the names of the weights that learn begin."""
        ...

    def losses(self, step: int) -> dict[str, Tensor]:
        """Calculate a step's losses: `loss`, which is minimised, and what the log tells besides.

        Args:
            step: Number of the step, from 0.
        """
        ...


@dataclass(frozen=True)
class Place:
    """Where a stage's files stand.

    Args:
        folder: `<stage>.safetensors` and `<stage>.jsonl` go here.
        key: Digest of recipe and bank.
        save_every: Seconds between two states.
    """

    folder: Path
    key: str
    save_every: float


def run_stage(team: Team, learner: Learner, stage: Stage, recipe: Recipe, place: Place) -> None:
    """Do a stage's steps, or those that a stopped run left.

    Args:
        team: Which process this is.
        learner: All that learns; changed in place.
        stage: The stage.
        recipe: Rates and decay.
        place: Where state and log go.

    Raises:
        SkelshotError: The state belongs to another run, or the loss is not finite.
    """
    learner.only(stage.learns)
    optimisers = optimisers_of(learner, recipe)
    state = StateFile(place.folder / f"{stage.name}.safetensors", place.key)
    done = state.load(learner, optimisers)
    log = _Log(place.folder / f"{stage.name}.jsonl", done) if team.rank == 0 else None
    saved = time.monotonic()
    course, size = stage.course, stage.course.batch
    with progress_bar(
        f"mini teacher, {stage.name}", total=course.steps * size, done=done * size
    ) as bar:
        for step in range(done, course.steps):
            began = time.perf_counter()
            rate = course.rate * rate_factor(step, course.steps, recipe.warmup)
            for optimiser in optimisers:
                for group in optimiser.param_groups:
                    group["lr"] = rate * group["highest"]
            figures = _step(team, stage, step, learner, optimisers, recipe)
            if log is None:
                continue
            speed = size / (time.perf_counter() - began)
            log.write({"step": step + 1, **figures, "rate": rate, "shown_per_second": speed})
            bar.advance(size, loss=figures["loss"], shown_per_second=speed)
            if time.monotonic() - saved >= place.save_every or step + 1 == course.steps:
                state.save(step + 1, learner, optimisers)
                saved = time.monotonic()


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


def optimisers_of(learner: Learner, recipe: Recipe) -> list[torch.optim.Optimizer]:
    """Make the optimisers: Muon for the layers' matrices, AdamW for all else.

    Muon (Jordan et al., 2024) steps along the nearest orthogonal matrix of the momentum. On the
    bank it needs about half of AdamW's steps, which is what a few thousand of them are short of.

    Args:
        learner: All that learns; weights that require no gradient are left out.
        recipe: Rates and weight decay; vectors, tables and helpers do not decay.

    Returns:
        The optimisers; `highest` of each group is its rate when `rate_factor` is 1.
    """
    matrices: list[torch.nn.Parameter] = []
    rest: list[torch.nn.Parameter] = []
    for name, parameter in learner.named_parameters():
        if not parameter.requires_grad:
            continue
        inner = parameter.ndim == 2 and name.startswith("model.") and "embedding" not in name
        (matrices if inner else rest).append(parameter)
    muon = torch.optim.Muon(
        matrices, lr=recipe.matrix_lr, weight_decay=recipe.weight_decay, momentum=0.95
    )
    adamw = torch.optim.AdamW(rest, lr=recipe.lr, betas=recipe.betas, weight_decay=0.0)
    for optimiser, highest in ((muon, recipe.matrix_lr), (adamw, recipe.lr)):
        for group in optimiser.param_groups:
            group["highest"] = highest
    return [muon, adamw]


def _step(
    team: Team,
    stage: Stage,
    step: int,
    learner: Learner,
    optimisers: Sequence[torch.optim.Optimizer],
    recipe: Recipe,
) -> dict[str, float]:
    """Go forwards and backwards over a batch and change the weights."""
    learner.zero_grad(set_to_none=True)
    losses = stage.losses(step)
    torch.autograd.backward(losses["loss"])
    team.average_gradients(learner)
    norm = torch.nn.utils.clip_grad_norm_(learner.parameters(), recipe.clip_norm)
    figures = {name: float(value.detach()) for name, value in losses.items()} | {
        "gradient": float(norm)
    }
    if not math.isfinite(figures["loss"] + figures["gradient"]):
        raise SkelshotError(
            f"mini teacher, {stage.name}, step {step + 1}: loss {figures['loss']}, gradient "
            f"{figures['gradient']}; lower lr (found {recipe.lr})"
        )
    for optimiser in optimisers:
        optimiser.step()
    with torch.no_grad():
        learner.model.logit_scale.clamp_(max=math.log(LARGEST_SCALE))
    return figures


class _Log:
    """A line a step; lines of steps that will be done again are dropped."""

    def __init__(self, file: Path, done: int) -> None:
        self._file = file
        lines = file.read_text(encoding="utf-8").splitlines(True) if file.exists() else []
        whole = [line for line in lines if line.endswith("\n")]
        kept = [line for line in whole if parse_json(line, str(file))["step"] <= done]
        with whole_file(file) as partial:
            partial.write_text("".join(kept), encoding="utf-8")

    def write(self, figures: Mapping[str, float]) -> None:
        with errors_named(self._file), self._file.open("a", encoding="utf-8") as handle:
            handle.write(json.dumps(figures) + "\n")
