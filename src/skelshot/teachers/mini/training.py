"""Training the mini teacher: steps, their log, and going on where a run was stopped."""

import json
import math
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from skelshot.ground import SkelshotError
from skelshot.ground.progress import progress_bar
from skelshot.ground.seeding import digest_of, rng_for
from skelshot.teachers.loading import load_tokeniser
from skelshot.teachers.mini.changing import Changes, pixels_of
from skelshot.teachers.mini.contrast import (
    LARGEST_SCALE,
    both_ways,
    length_term,
    prompted_contrast,
    same_action,
)
from skelshot.teachers.mini.helping import (
    Helpers,
    changed_joints,
    joints_in_patches,
    parts_table,
    place_error,
    summed_cross_entropy,
)
from skelshot.teachers.mini.material import Bank, Batch, Material, check_bank
from skelshot.teachers.mini.model import (
    build_model,
    prompted_vectors,
    text_vectors,
    video_vectors,
)
from skelshot.teachers.mini.recipe import Recipe
from skelshot.teachers.mini.starting import SAMPLE, start_well
from skelshot.teachers.mini.state import StateFile
from skelshot.teachers.mini.team import Team, team_of
from skelshot.teachers.mini.tokenising import everyday_words, learn_vocabulary, write_tokeniser

STATE, METRICS = "state.safetensors", "metrics.jsonl"
SAVE_EVERY = 120.0
"""Seconds between two states; a killed run loses at most as much."""


def train_mini(
    open_bank: Callable[[], Bank],
    recipe: Recipe,
    folder: Path,
    *,
    threads: int = 1,
    save_every: float = SAVE_EVERY,
) -> Any:
    """Train the mini teacher, or go on with a run that was stopped.

    The same bank, recipe and number of threads give the same weights on the same machine,
    whether the run was stopped in between or not.

    Args:
        open_bank: Opens the material, in each process anew, so that none is copied.
        recipe: All settings.
        folder: Where state, tokeniser and `metrics.jsonl` go; made if missing.
        threads: Processor cores to use, each by a process of its own.
        save_every: Seconds between two states.

    Returns:
        The trained `XCLIPModel`, float32.

    Raises:
        SkelshotError: The bank does not fit the recipe, the state belongs to another run, or the
            loss is not finite.
    """
    bank = open_bank()
    check_bank(bank, recipe)
    folder.mkdir(parents=True, exist_ok=True)
    captions = [text for texts in bank.captions for text in texts]
    tokens, merges = learn_vocabulary(captions, everyday_words(), recipe.shape.vocabulary)
    write_tokeniser(folder, tokens, merges, recipe.shape.context)
    most = range(1, max(1, min(threads, recipe.batch)) + 1)
    world = max(count for count in most if recipe.batch % count == 0)
    with team_of(world, _work, open_bank, recipe, folder, save_every) as team:
        return _work(team, open_bank, recipe, folder, save_every)


def _work(
    team: Team, open_bank: Callable[[], Bank], recipe: Recipe, folder: Path, save_every: float
) -> Any:
    """Do one process's part of all steps."""
    bank = open_bank()
    tokeniser = load_tokeniser(folder)
    material = Material(bank, tokeniser, recipe)
    model = build_model(recipe.shape, len(tokeniser), recipe.seed)
    if recipe.start_well:
        start_well(model, bank.frames[np.sort(material.clips)[:SAMPLE]])
    learner = Learner(model, Helpers(recipe.shape, parts_table(bank.parts)))
    optimisers = optimisers_of(learner, recipe)
    key = digest_of("mini teacher", recipe.model_dump_json(), bank.digest).hex()
    state = StateFile(folder / STATE, key)
    done = state.load(learner, optimisers)
    log = _Log(folder / METRICS, done) if team.rank == 0 else None
    saved = time.monotonic()
    passes = recipe.steps * recipe.batch
    with progress_bar("mini teacher", total=passes, done=done * recipe.batch) as bar:
        for step in range(done, recipe.steps):
            began = time.perf_counter()
            rate = rate_factor(recipe, step)
            for optimiser in optimisers:
                for group in optimiser.param_groups:
                    group["lr"] = rate * group["highest"]
            figures = _step(team, material, step, learner, optimisers)
            if log is None:
                continue
            speed = recipe.batch / (time.perf_counter() - began)
            log.write({"step": step + 1, **figures, "rate": rate, "clips_per_second": speed})
            bar.advance(recipe.batch, loss=figures["loss"], clips_per_second=speed)
            if time.monotonic() - saved >= save_every or step + 1 == recipe.steps:
                state.save(step + 1, learner, optimisers)
                saved = time.monotonic()
    return model.eval()


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


def rate_factor(recipe: Recipe, step: int) -> float:
    """Return a step's share of the highest learning rates: a straight rise, then half a cosine.

    Args:
        recipe: Warm-up and number of steps.
        step: Number of the step, from 0.

    Example:
        >>> recipe = Recipe(passes=80, batch=4, warmup=0.25)
        >>> [round(rate_factor(recipe, step), 2) for step in (0, 4, 12, 19)]
        [0.2, 1.0, 0.5, 0.01]
    """
    rise = recipe.warmup * recipe.steps
    if step + 1 <= rise:
        return (step + 1) / rise
    rest = (step + 1 - rise) / (recipe.steps + 1 - rise)
    return (1 + math.cos(math.pi * rest)) / 2


def optimisers_of(learner: Learner, recipe: Recipe) -> list[torch.optim.Optimizer]:
    """Make the optimisers: Muon for the layers' matrices, AdamW for all else.

    Muon (Jordan et al., 2024) steps along the nearest orthogonal matrix of the momentum. On the
    bank it needs about half of AdamW's steps, which is what a few thousand of them are short of.

    Args:
        learner: All that learns.
        recipe: Rates and weight decay; vectors, tables and helpers do not decay.

    Returns:
        The optimisers; `highest` of each group is its rate when `rate_factor` is 1.
    """
    matrices: list[torch.nn.Parameter] = []
    rest: list[torch.nn.Parameter] = []
    for name, parameter in learner.named_parameters():
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
    material: Material,
    step: int,
    learner: Learner,
    optimisers: Sequence[torch.optim.Optimizer],
) -> dict[str, float]:
    """Go forwards and backwards over a batch and change the weights."""
    recipe = material.recipe
    batch = material.batch(step)
    rows = team.share(len(batch.clips))
    rng = rng_for("mini teacher", recipe.seed, "changes", step)
    changes = Changes.draw(recipe, len(batch.clips), rng).part(rows)
    pixels = pixels_of(np.asarray(material.bank.frames[batch.clips[rows]]), changes)
    joints = changed_joints(np.asarray(material.bank.joints[batch.clips[rows]]), changes)
    learner.zero_grad(set_to_none=True)
    losses = losses_of(team, learner, pixels, joints, batch, recipe)
    torch.autograd.backward(losses["loss"])
    team.average_gradients(learner)
    norm = torch.nn.utils.clip_grad_norm_(learner.parameters(), recipe.clip_norm)
    figures = {name: float(value.detach()) for name, value in losses.items()} | {
        "gradient": float(norm)
    }
    if not math.isfinite(figures["loss"] + figures["gradient"]):
        raise SkelshotError(
            f"mini teacher, step {step + 1}: loss {figures['loss']}, gradient "
            f"{figures['gradient']}; lower lr (found {recipe.lr})"
        )
    for optimiser in optimisers:
        optimiser.step()
    with torch.no_grad():
        learner.model.logit_scale.clamp_(max=math.log(LARGEST_SCALE))
    return figures


def losses_of(
    team: Team, learner: Learner, pixels: Tensor, joints: Tensor, batch: Batch, recipe: Recipe
) -> dict[str, Tensor]:
    """Calculate a batch's losses.

    Args:
        team: Which share of the batch is this process's.
        learner: The model and its helpers.
        pixels: This process's clips (V / processes, T, 3, S, S).
        joints: Where the joints are in them, as `changed_joints` tells.
        batch: The whole batch.
        recipe: Weights of the terms.

    Returns:
        `loss`, which is minimised; its terms `plain`, `prompted`, `length`, `video_parts`,
        `text_parts`, `joints`, `places`; `scale`, and `top1`,
        the share of clips whose nearest caption is right. Averaged over the processes, the
        gradients are those of one process with the whole batch.
    """
    model, helpers = learner.model, learner.helpers
    clips = team.share(len(batch.clips))
    texts = team.share(len(batch.tokens))
    right = same_action(torch.from_numpy(batch.clip_actions), torch.from_numpy(batch.text_actions))
    with torch.autocast("cpu", torch.bfloat16):
        f_v, patches, states, frames = video_vectors(model, pixels)
        f_t = text_vectors(model, torch.from_numpy(batch.tokens[texts]))
    every_v, every_t = team.gather(f_v.float()), team.gather(f_t.float())
    scale = model.logit_scale.exp()
    plain = both_ways(every_v, every_t, scale, right)
    own = slice(0, len(batch.clips))  # the captions of the batch's own clips
    with torch.autocast("cpu", torch.bfloat16):
        bent = prompted_vectors(model, every_t[own], patches)
    prompted = prompted_contrast(f_v, bent, scale, right[clips, own])
    length = (length_term(f_v) + length_term(f_t)) / 2
    shown, told = batch.clip_actions[clips], batch.text_actions[texts]
    video_parts = summed_cross_entropy(helpers.video_parts(f_v.float()), helpers.parts[shown])
    text_parts = summed_cross_entropy(helpers.text_parts(f_t.float()), helpers.parts[told])
    cells = joints_in_patches(joints, recipe.shape.size // recipe.shape.patch)
    in_patches = summed_cross_entropy(helpers.joints(states.float()).flatten(1), cells.flatten(1))
    places = place_error(helpers.places(frames.float()).flatten(0, 1), joints)
    with torch.no_grad():
        nearest = torch.nn.functional.normalize(every_t, dim=-1) @ every_v.T
        top1 = right.gather(1, nearest.argmax(dim=0)[:, None]).float().mean()
    return {
        "loss": plain
        + recipe.prompted * prompted
        + recipe.length * length
        + recipe.parts * (video_parts + text_parts)
        + recipe.joints * in_patches
        + recipe.places * places,
        "plain": plain.detach(),
        "prompted": prompted.detach(),
        "length": length.detach(),
        "video_parts": video_parts.detach(),
        "text_parts": text_parts.detach(),
        "joints": in_patches.detach(),
        "places": places.detach(),
        "scale": scale.detach(),
        "top1": top1,
    }


class _Log:
    """`metrics.jsonl`, one line a step; lines of steps that will be done again are dropped."""

    def __init__(self, file: Path, done: int) -> None:
        self._file = file
        lines = file.read_text(encoding="utf-8").splitlines(True) if file.exists() else []
        whole = [line for line in lines if line.endswith("\n")]
        kept = [line for line in whole if json.loads(line)["step"] <= done]
        file.write_text("".join(kept), encoding="utf-8")

    def write(self, figures: Mapping[str, float]) -> None:
        with self._file.open("a", encoding="utf-8") as handle:
            handle.write(json.dumps(figures) + "\n")
