"""Training of the mini teacher: frames, captions of frozen frames, then whole clips."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from skelshot.mini_teacher.auxiliary import AuxiliaryHeads, parts_table
from skelshot.mini_teacher.caption_training import CaptionTraining
from skelshot.mini_teacher.end_to_end import EndToEndTraining
from skelshot.mini_teacher.frame_pretraining import FramePretraining
from skelshot.mini_teacher.material import Bank, Material, check_bank
from skelshot.mini_teacher.model import build_model
from skelshot.mini_teacher.recipe import Recipe
from skelshot.mini_teacher.stages import MiniStage, TeamFabric, Towers
from skelshot.mini_teacher.starting import SAMPLE, start_well
from skelshot.mini_teacher.team import Team, team_of
from skelshot.mini_teacher.tokenising import everyday_words, learn_vocabulary, write_tokeniser
from skelshot.pretraining.loop import run_stage
from skelshot.pretraining.options import LoopOptions
from skelshot.runs.folder import RunFolder
from skelshot.teachers.models.loading import load_tokeniser

SAVE_EVERY = 50
"""Steps between two checkpoints; a killed run loses at most as many."""


def train_mini(
    open_bank: Callable[[], Bank],
    recipe: Recipe,
    folder: Path,
    *,
    threads: int = 1,
    save_every: int = SAVE_EVERY,
) -> Any:
    """Train the mini teacher, or go on with a run that was stopped.

    The same bank, recipe and number of threads give the same weights on the same machine,
    whether the run was stopped in between or not.

    Args:
        open_bank: Opens the material, in each process anew, so that none is copied.
        recipe: All settings.
        folder: Where checkpoints, tokeniser and metrics go, as `RunFolder` has them.
        threads: Processor cores to use, each by a process of its own.
        save_every: Steps between two checkpoints.

    Returns:
        The trained `XCLIPModel`, float32.

    Raises:
        SkelshotError: The bank does not fit the recipe, the state belongs to another run, or the
            loss is not finite.
    """
    bank = open_bank()
    check_bank(bank, recipe)
    RunFolder(folder).settle_config(
        {
            "recipe": recipe.model_dump(mode="json"),
            "bank": bank.digest,
            "save_every": save_every,
        }
    )
    captions = [text for texts in bank.captions for text in texts]
    tokens, merges = learn_vocabulary(captions, everyday_words(), recipe.shape.vocabulary)
    write_tokeniser(folder, tokens, merges, recipe.shape.context)
    most = range(1, max(1, threads) + 1)
    world = max(n for n in most if all(stage.batch % n == 0 for stage in recipe.stages.values()))
    with team_of(world, _work, open_bank, recipe, folder, save_every) as team:
        return _work(team, open_bank, recipe, folder, save_every)


def _work(
    team: Team, open_bank: Callable[[], Bank], recipe: Recipe, folder: Path, save_every: int
) -> Any:
    """Do one process's part of all steps."""
    bank = open_bank()
    tokeniser = load_tokeniser(folder)
    material = Material(bank, tokeniser, recipe)
    model = build_model(recipe.shape, len(tokeniser), recipe.seed)
    if recipe.start_well:
        start_well(model, bank.frames[np.sort(material.clips)[:SAMPLE]])
    towers = Towers(model, AuxiliaryHeads(recipe.shape, parts_table(bank.parts)))
    stages: list[MiniStage] = [
        FramePretraining(team, towers, material, save_every),
        CaptionTraining(team, towers, material, save_every, folder / "seen.npy"),
        EndToEndTraining(team, towers, material, save_every),
    ]
    for stage in stages:
        run_stage(stage, RunFolder(folder), TeamFabric(team), LoopOptions())
    return model.eval()
