"""Build of the base encoder: data, stores, training, file, unknowns, measurement, model card."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from skelshot.base_encoder.background import write_background
from skelshot.base_encoder.card import card_page
from skelshot.base_encoder.discriminator import write_discriminator
from skelshot.base_encoder.material import (
    GIVEN,
    SYNTHETIC,
    given_store,
    joined,
    parts_of,
    people_of,
    synthetic_store,
)
from skelshot.base_encoder.measuring import measure_base
from skelshot.base_encoder.networks import trained_encoder
from skelshot.base_encoder.recipe import PRESETS, BaseRecipe, how_compared, recipe_named
from skelshot.datasets.protocols.tasks import labels_with_clips
from skelshot.datasets.store import Store
from skelshot.datasets.store.reader import Coordinates
from skelshot.encoders import load_encoder, save_encoder
from skelshot.encoders.packaged import Measured, TrainingData, WeightsCard, packaged_card
from skelshot.ground.devices import chosen_device
from skelshot.ground.environment import environment
from skelshot.ground.files import sha256_of, whole_file, write_json
from skelshot.ground.locks import only_writer
from skelshot.ground.plans import Plan
from skelshot.ground.streams import print_error
from skelshot.runs.encoder_file import MATCHING
from skelshot.runs.met_classes import CLASSES, TRAINED_ON

BAD_AT = (
    "Real decisions about people: watching, rating or identifying anyone, medicine, safety, work.",
    "Telling a correct execution of an exercise from an incorrect one: both had the same label.",
    "Several people: it looks at the first one of a clip.",
    "Hands, fingers, things held and faces, which its 20 joints do not show.",
    "Sensors without hips and shoulders.",
    "Quick, small differences in time; add the raw positions with --beside raw-dtw.",
    "Numbers on its own classes or people as if they were new: see what it was trained on.",
)

_COORDINATES = {
    3: "2-D joints, which it cannot take.",
    2: "Movement towards the camera and away from it, and people seen from behind or above.",
}
"""What it is bad at by the coordinates that it reads."""


@dataclass(frozen=True)
class BaseReport:
    """The result that `skelshot train-base` prints.

    Args:
        encoder: The encoder's file.
        card: The page of its card; `.json` beside it is the same as data.
        digest: SHA-256 of the encoder's file.
        parameters: Numbers that the encoder learnt.
        clips: Clips trained on.
        classes: Classes trained on.
        sets: Names of the sets.
        left_out: Options of the sets that were not given.
        measured: What it is worth.
        seconds: Wall time of this call.
        train_seconds: The part of it that trained.
    """

    encoder: str
    card: str
    digest: str
    parameters: int
    clips: int
    classes: int
    sets: tuple[str, ...]
    left_out: tuple[str, ...]
    measured: tuple[Measured, ...]
    seconds: float
    train_seconds: float


class _Steps:
    """Tells which step comes next.

    Args:
        total: How many there are.
    """

    def __init__(self, total: int) -> None:
        self._total, self._done = total, 0

    def tell(self, what: str) -> None:
        self._done += 1
        print_error(f"skelshot: train-base, step {self._done} of {self._total}: {what}\n")


def make_base(
    out: Path,
    recipe: BaseRecipe,
    given: Mapping[str, Path] | None = None,
    *,
    device: str = "auto",
    workers: int = 1,
) -> BaseReport:
    """Make or go on making the data, train or go on training, measure, and write the card.

    Each step takes up what an earlier call has finished of it.

    Args:
        out: Holds all that is made: raw files, stores, the run and the encoder with its card.
        recipe: All settings.
        given: Files of the sets that are not made here, by their format: `ui-prmd`,
            `kinder-gator`.
        device: Where it trains and measures.
        workers: Processes that write and read clips.

    Returns:
        What was done and measured.

    Raises:
        SkelshotError: `out` was begun with another recipe or other sets, or a step says why not.
    """
    began = time.perf_counter()
    chosen_device(device)  # which refuses one that is not there before any work
    given = given or {}
    with only_writer(out, "train-base"):
        out.mkdir(parents=True, exist_ok=True)
        without = {"coordinates"} if recipe.coordinates == 3 else None  # as older folders have it
        plan = {"recipe": recipe.model_dump(mode="json", exclude=without), "sets": sorted(given)}
        advice = "use another --out, or the same options to go on"
        Plan("a base encoder", plan, advice).settle(out / "plan.json")
        steps = _Steps(7 + len(given))
        stores = _stores(out, recipe, given, workers, steps)
        parts = parts_of(stores, recipe)
        steps.tell("one store of all sets")
        every = joined(out, "trained", parts.trained, recipe.layout, workers)
        seen: Coordinates = "pixels" if recipe.coordinates == 2 else "as-stored"
        held = {
            name: joined(out, f"held-out-{name}", {name: one}, None, workers, seen)
            for name, one in parts.measured.items()
        }
        steps.tell("train")
        started = time.perf_counter()
        file = _trained(out, every, recipe, device)
        train_seconds = time.perf_counter() - started
        steps.tell("background")
        movements = write_background(every, file, out)
        steps.tell("residual discriminator")
        write_discriminator(every, file, movements, out, recipe.seed)
        steps.tell("measure")
        measured = [
            row
            for name, store in held.items()
            for row in measure_base(name, store, file, recipe, out / "measured", device)
        ]
        steps.tell("card")
        card = _card(file, every, stores, recipe, tuple(measured))
        write_json(out / f"{recipe.name}.json", card.model_dump(mode="json"))
        with whole_file(out / f"{recipe.name}.md") as partial:
            partial.write_text(card_page(card), encoding="utf-8")
    return BaseReport(
        encoder=str(file),
        card=str(out / f"{recipe.name}.md"),
        digest=card.sha256,
        parameters=card.parameters,
        clips=len(every),
        classes=len(labels_with_clips(every)),
        sets=tuple(stores),
        left_out=card.left_out,
        measured=card.measured,
        seconds=time.perf_counter() - began,
        train_seconds=train_seconds,
    )


def _stores(
    out: Path, recipe: BaseRecipe, given: Mapping[str, Path], workers: int, steps: _Steps
) -> dict[str, Store]:
    """Make the stores, those of given files first, which may be wrong."""
    stores = {}
    for facts in GIVEN:
        if facts.form in given:
            steps.tell(f"prepare {facts.form}")
            stores[facts.name] = given_store(out, facts, given[facts.form], workers)
    parts_of(stores, recipe)  # which refuses sets of which nobody is left
    steps.tell("synthetic clips")
    return {SYNTHETIC.name: synthetic_store(out, recipe, workers), **stores}


def _trained(out: Path, every: Store, recipe: BaseRecipe, device: str) -> Path:
    """Train, and write the encoder with notes of what it was trained on."""
    names = [every.class_names[label] for label in sorted(labels_with_clips(every))]
    encoder, inputs = trained_encoder(out, every, names, recipe, device)
    sets = dict.fromkeys(name.partition("/")[0] for name in names)
    notes = {
        TRAINED_ON: f"{recipe.name} ({', '.join(sets)})",
        CLASSES: json.dumps([name.partition("/")[2] for name in names]),
        MATCHING: how_compared(recipe.coordinates).model_dump_json(),
    }
    file = out / f"{recipe.name}.safetensors"
    file.with_suffix(".json").unlink(missing_ok=True)  # a card of an earlier call tells of others
    save_encoder(file, encoder, inputs=inputs, extra=notes)
    return file


def _card(
    file: Path,
    every: Store,
    stores: Mapping[str, Store],
    recipe: BaseRecipe,
    measured: tuple[Measured, ...],
) -> WeightsCard:
    """Gather the card."""
    encoder, _ = load_encoder(file)
    machine = environment()
    forms = {facts.name: facts for facts in (SYNTHETIC, *GIVEN)}
    return WeightsCard(
        name=recipe.name,
        about="A general encoder of skeleton clips for few-shot recognition on foreign sensors.",
        sha256=sha256_of(file),
        encoder=encoder.name,
        parameters=sum(weight.numel() for weight in encoder.parameters()),
        licence="Apache-2.0",
        data=tuple(_data(name, store, every) for name, store in stores.items()),
        left_out=tuple(facts.option for facts in GIVEN if facts.name not in stores),
        learnt_from={name: packaged_card(name).sha256 for name in recipe.learns_from},
        seed=recipe.seed,
        recipe=recipe.model_dump(mode="json", exclude={"seed"}),
        command=_command([forms[name].option for name in stores if name != SYNTHETIC.name], recipe),
        environment={"processor": machine["processor"], "packages": machine["packages"]},
        measured=measured,
        bad_at=(*BAD_AT, _COORDINATES[recipe.coordinates]),
    )


def _data(name: str, store: Store, every: Store) -> TrainingData:
    """Tell how much of a set was trained on."""
    facts = next(facts for facts in (SYNTHETIC, *GIVEN) if facts.name == name)
    clips = every.splits[name]
    labels = {every.clips[every.index_of(clip)].label for clip in clips}
    return TrainingData(
        name=name,
        about=facts.about,
        terms=facts.terms,
        clips=len(clips),
        classes=len(labels),
        people=people_of(every, clips),
        data_hash=store.data_hash,
    )


def _command(options: list[str], recipe: BaseRecipe) -> str:
    """Write the call that makes the encoder again."""
    presets = (name for name in PRESETS if recipe_named(name, recipe.seed) == recipe)
    preset = next(presets, "OWN")
    files = "".join(f" {option} PATH" for option in options)
    return f"skelshot train-base --out DIR --preset {preset}{files} --seed {recipe.seed}"
