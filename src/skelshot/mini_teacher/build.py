"""Build of a mini teacher: bank, training, export, measurement, model card."""

import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from skelshot.datasets.ntu.names import ntu_class_names
from skelshot.ground import SkelshotError
from skelshot.ground.environment import environment
from skelshot.ground.files import sha256_of, whole_file
from skelshot.mini_teacher.bank import read_bank, write_bank
from skelshot.mini_teacher.card import model_card
from skelshot.mini_teacher.exporting import export_model
from skelshot.mini_teacher.material import Bank
from skelshot.mini_teacher.model import parameters_of
from skelshot.mini_teacher.ntu_clips import ntu_clips
from skelshot.mini_teacher.recipe import Recipe
from skelshot.mini_teacher.retrieval import Retrieval, class_retrieval, held_out_retrieval
from skelshot.mini_teacher.training import train_mini
from skelshot.teachers.mini.shipped import load_mini
from skelshot.teachers.models.loading import WEIGHTS
from skelshot.teachers.models.xclip import XCLIPTeacher
from skelshot.teachers.texts import load_class_texts

CLIPS, ACTIONS = 24_000, 3_000
"""Of a bank, unless told."""


@dataclass(frozen=True)
class MiniReport:
    """The result that `skelshot train-mini` prints.

    Args:
        model: The model's folder.
        passes: Frames or clips shown in each stage of training, by this call and earlier ones.
        parameters: Numbers that the model learnt.
        seconds: Wall time of this call.
        train_seconds: The part of it that trained.
        bank: Digest of the bank.
        digest: SHA-256 of the weights.
        retrieval: What the model knows without a task of its own.
    """

    model: str
    passes: dict[str, int]
    parameters: int
    seconds: float
    train_seconds: float
    bank: str
    digest: str
    retrieval: tuple[Retrieval, ...]


def make_mini(
    out: Path,
    recipe: Recipe,
    *,
    clips: int | None = None,
    actions: int | None = None,
    bank_folder: Path | None = None,
    ntu_each: int = 5,
    threads: int = 1,
) -> MiniReport:
    """Film or continue the bank, train or go on training, test, and write the model's folder.

    Args:
        out: Holds `bank`, `training` and `model`.
        recipe: All settings of training; its seed is the bank's, too.
        clips: Clips of the bank; those it has, or `CLIPS`, unless told.
        actions: Composed actions of the bank; those it has, or `ACTIONS`, unless told.
        bank_folder: Another place of the bank.
        ntu_each: Synthetic clips of each of NTU's classes to test on; 0 leaves this out.
        threads: Processor cores to use.

    Returns:
        What was done and measured.

    Raises:
        SkelshotError: `out` holds something else, or the bank or training says why.
    """
    began = time.perf_counter()
    folder = out / "bank" if bank_folder is None else bank_folder
    bank = _bank(folder, recipe, clips, actions, threads)
    started = time.perf_counter()
    model = train_mini(partial(read_bank, folder), recipe, out / "training", threads=threads)
    train_seconds = time.perf_counter() - started
    export_model(model, out / "training", out / "model")
    numbers = tuple(measure_mini(load_mini(out / "model"), bank, ntu_each))
    parameters = parameters_of(model)
    passes = {name: course.passes for name, course in recipe.stages.items()}
    machine = environment()
    made = {
        "bank: clips": len(bank.frames),
        "bank: actions": len(bank.captions),
        "bank: held-out actions": int(bank.held_out.sum()),
        "bank: SHA-256": bank.digest,
        "weights: SHA-256": sha256_of(out / "model" / WEIGHTS),
        "processes": threads,
        "processor": machine["processor"],
        "versions": machine["packages"],
    }
    command = (
        f"skelshot train-mini --out DIR --clips {len(bank.frames)} --actions {len(bank.captions)} "
        + "".join(f"--{name} {count} " for name, count in passes.items())
        + f"--seed {recipe.seed} --threads {threads}"
    )
    with whole_file(out / "model" / "README.md") as partial_file:
        text = model_card(recipe, made, numbers, parameters, command)
        partial_file.write_text(text, encoding="utf-8")
    return MiniReport(
        model=str(out / "model"),
        passes=passes,
        parameters=parameters,
        seconds=time.perf_counter() - began,
        train_seconds=train_seconds,
        bank=bank.digest,
        digest=str(made["weights: SHA-256"]),
        retrieval=numbers,
    )


def _bank(
    folder: Path, recipe: Recipe, clips: int | None, actions: int | None, workers: int
) -> Bank:
    """Open the bank, filming what is missing of it."""
    if not (folder / "bank.json").is_file():
        write_bank(
            folder,
            seed=recipe.seed,
            clips=CLIPS if clips is None else clips,
            actions=ACTIONS if actions is None else actions,
            frames=recipe.shape.frames,
            size=recipe.shape.size,
            workers=workers,
        )
    bank = read_bank(folder)
    for name, found, wanted in (
        ("clips", len(bank.frames), clips),
        ("actions", len(bank.captions), actions),
    ):
        if wanted not in (None, found):
            raise SkelshotError(
                f"{folder}: found a bank of {found} {name}, the call asks for {wanted}; leave "
                f"--{name} out or use another folder"
            )
    return bank


def measure_mini(teacher: XCLIPTeacher, bank: Bank, ntu_each: int) -> list[Retrieval]:
    """Measure what a mini teacher knows without a task of its own.

    Args:
        teacher: The teacher.
        bank: Holds actions that were kept from training.
        ntu_each: Synthetic clips of each of NTU's classes; 0 leaves this out.

    Returns:
        Retrieval on unseen compositions, then on NTU's 120 classes by their names and by
        descriptions.
    """
    found = held_out_retrieval(teacher, bank)
    if not ntu_each:
        return found
    frames, labels = ntu_clips(ntu_each, teacher.frames, teacher.frame_size)
    names = ntu_class_names()
    described = load_class_texts("ntu-descriptions", names)
    for texts, task in ((names, "120 classes by name"), (described, "120 classes by description")):
        found += class_retrieval(teacher, frames, labels, texts, task)
    return found
