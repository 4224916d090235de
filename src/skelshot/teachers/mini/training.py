"""Training the mini teacher: to see, to understand, then all together."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from skelshot.ground.seeding import digest_of
from skelshot.teachers.mini.helping import Helpers, parts_table
from skelshot.teachers.mini.material import Bank, Material, check_bank
from skelshot.teachers.mini.model import build_model
from skelshot.teachers.mini.recipe import Recipe
from skelshot.teachers.mini.seeing import Seeing
from skelshot.teachers.mini.stages import Learner, Place, Stage, run_stage
from skelshot.teachers.mini.starting import SAMPLE, start_well
from skelshot.teachers.mini.team import Team, team_of
from skelshot.teachers.mini.together import Together
from skelshot.teachers.mini.tokenising import everyday_words, learn_vocabulary, write_tokeniser
from skelshot.teachers.mini.understanding import Understanding
from skelshot.teachers.models.loading import load_tokeniser

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
        folder: Where state, tokeniser and logs of the stages go; made if missing.
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
    most = range(1, max(1, threads) + 1)
    world = max(n for n in most if all(course.batch % n == 0 for course in recipe.courses.values()))
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
    key = digest_of("mini teacher", recipe.model_dump_json(), bank.digest).hex()
    stages: list[Stage] = [
        Seeing(team, learner, material),
        Understanding(team, learner, material, folder / f"seen-{key[:12]}.npy"),
        Together(team, learner, material),
    ]
    for stage in stages:
        run_stage(team, learner, stage, recipe, Place(folder, key, save_every))
    return model.eval()
