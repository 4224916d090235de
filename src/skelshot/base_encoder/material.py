"""The sets that the base encoder is trained and measured on, as stores."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from skelshot.base_encoder.recipe import BaseRecipe, HeldOut
from skelshot.datasets.prepare import prepare
from skelshot.datasets.reader_family import reader_named
from skelshot.datasets.readers import Reader
from skelshot.datasets.store import Store
from skelshot.datasets.store.reader import Coordinates
from skelshot.datasets.store.sets_file import OneSet
from skelshot.ground import SkelshotError
from skelshot.ground.files import whole_file
from skelshot.ground.suggestions import did_you_mean
from skelshot.synthesis.plan import SynthesisPlan, performers_of
from skelshot.synthesis.synthesise import synthesise


@dataclass(frozen=True)
class SetFacts:
    """A set that the recipe takes.

    Args:
        name: What its clips and classes begin with.
        form: Its format, as `prepare` takes it.
        about: What it is.
        terms: Under which it may be used.
    """

    name: str
    form: str
    about: str
    terms: str

    @property
    def option(self) -> str:
        """The option that gives its files."""
        return f"--{self.form}"


SYNTHETIC = SetFacts(
    "ntu",
    "ntu",
    "synthetic clips of the actions of NTU RGB+D, made by Skelshot; nobody was recorded",
    "Skelshot's own, Apache-2.0",
)
REHAB = SetFacts(
    "rehab",
    "ui-prmd",
    "UI-PRMD, Kinect part: ten exercises of physical rehabilitation (Vakanski et al., Data 3(1):2, "
    "2018)",
    "Open Data Commons Public Domain Dedication and Licence 1.0",
)
GATOR = SetFacts(
    "gator",
    "kinder-gator",
    "Kinder-Gator: 58 named actions of children and adults (Aloba et al., Eurographics 2018)",
    'no licence text; its authors write: "This is an anonymized dataset for use in animation and '
    'whole-body recognition and interaction"',
)
GIVEN = (REHAB, GATOR)
"""The sets that are not made here but given."""


def synthetic_store(out: Path, recipe: BaseRecipe, workers: int) -> Store:
    """Write the synthetic set and read it into a store, or go on with it.

    Args:
        out: The folder of all that is made.
        recipe: Says how much.
        workers: Processes.

    Returns:
        The store.
    """
    plan = SynthesisPlan(
        tuple(range(1, recipe.last_class + 1)),
        performers_of(recipe.performers),
        recipe.cameras,
        recipe.replications,
    )
    raw = out / "raw"
    synthesise(plan, raw, seed=recipe.seed, workers=workers)
    reader = reader_named(SYNTHETIC.form, missing_list="none")
    return _prepared(reader, raw, out / f"{SYNTHETIC.name}.store", workers)


def given_store(out: Path, facts: SetFacts, raw: Path, workers: int) -> Store:
    """Read a set that is given into a store, or open the one that was made of it.

    Args:
        out: The folder of all that is made.
        facts: Which set.
        raw: Its files: a folder or an archive.
        workers: Processes.

    Returns:
        The store.

    Raises:
        SkelshotError: There is nothing to read; the message begins with the option.
    """
    try:
        return _prepared(reader_named(facts.form), raw, out / f"{facts.name}.store", workers)
    except SkelshotError as error:
        raise SkelshotError(f"{facts.option}: {error}") from error


def _prepared(reader: Reader, raw: Path, out: Path, workers: int) -> Store:
    prepare(reader, raw, out, workers=workers)
    return Store.open(out)


@dataclass(frozen=True)
class SetParts:
    """The part of each set that is trained on, and the one that is measured.

    Args:
        trained: What is left out of training, by set.
        measured: What is left out of measuring, by set; sets of which nothing is held out are not
            named.
    """

    trained: dict[str, OneSet]
    measured: dict[str, OneSet]


def parts_of(stores: Mapping[str, Store], recipe: BaseRecipe) -> SetParts:
    """Divide the sets by the classes and the people that the recipe holds out of each.

    Args:
        stores: The stores by set.
        recipe: Says what is held out.

    Returns:
        The parts.

    Raises:
        SkelshotError: A class that is held out is not there, or nothing is left to train on.
    """
    trained: dict[str, OneSet] = {}
    measured: dict[str, OneSet] = {}
    for name, store in stores.items():
        path, held = Path(store.path.name), recipe.held_out.get(name, HeldOut())
        people = _people(store)
        held_people = people & set(held.people)
        _check_left(_option(name), store, held, people - held_people)
        trained[name] = OneSet(
            store=path,
            leave_out=tuple(sorted(held.classes)),
            leave_out_subjects=tuple(sorted(held_people)),
        )
        if held.classes or held_people:
            others = set(store.class_names) - set(held.classes) if held.classes else ()
            rest = people - held_people if held_people else ()
            measured[name] = OneSet(
                store=path,
                leave_out=tuple(sorted(others)),
                leave_out_subjects=tuple(sorted(rest)),
            )
    return SetParts(trained, measured)


def _check_left(option: str, store: Store, held: HeldOut, people: Collection[int]) -> None:
    """Refuse a set of which what is held out is not there, or everything."""
    names = set(store.class_names)
    if unknown := sorted(set(held.classes) - names):
        raise SkelshotError(
            f"{option}: found no class {unknown[0]!r:.80}, which is held out, expected the set's "
            f"own names{did_you_mean(unknown[0], names)}; give all files, or leave it out"
        )
    if held.people and not people:
        raise SkelshotError(
            f"{option}: found people {', '.join(map(str, sorted(_people(store))))} alone, who are "
            "held out to measure on; give files of others too, or leave it out"
        )
    if names == set(held.classes):
        raise SkelshotError(
            f"{option}: found no class but those that are held out to measure on; give files of "
            "others too, or leave it out"
        )


def _option(name: str) -> str:
    """The option that gives a set."""
    return next(facts.option for facts in (SYNTHETIC, *GIVEN) if facts.name == name)


def joined(
    out: Path,
    name: str,
    sets: Mapping[str, OneSet],
    layout: str | None,
    workers: int,
    coordinates: Coordinates = "as-stored",
) -> Store:
    """Make one store of several, or open the one that was made.

    Args:
        out: The folder of the stores.
        name: What the new one is called.
        sets: The stores by set, by their names within the folder.
        layout: Joints that all are mapped to; those of the only one unless told.
        workers: Processes.
        coordinates: As the sets have them, or the pixels that a camera takes.

    Returns:
        The store.
    """
    listing = out / f"{name}.yaml"
    document = {"sets": {key: one.model_dump(mode="json") for key, one in sets.items()}}
    with whole_file(listing) as partial:
        partial.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
    options = {} if layout is None else {"layout": layout}
    if coordinates != "as-stored":
        options["coordinates"] = coordinates
    return _prepared(reader_named("sets", **options), listing, out / f"{name}.store", workers)


def _people(store: Store) -> set[int]:
    return {clip.subject for clip in store.clips if clip.subject is not None}


def people_of(store: Store, clips: Collection[str]) -> int:
    """Count the people of some clips.

    Args:
        store: The clips.
        clips: Their names.

    Returns:
        How many people are known to be seen.
    """
    seen = {store.clips[store.index_of(name)].subject for name in clips}
    return len(seen - {None})
