"""Presets, which are data, and what `--set` changes in them."""

import warnings
from collections.abc import Collection, Iterable, Mapping
from copy import deepcopy
from importlib.resources import files
from pathlib import Path
from typing import Any, ClassVar, Self

from pydantic import model_validator

from skelshot.datasets.ntu.splits import Second
from skelshot.encoders import ENCODERS
from skelshot.evaluation.options import EvaluateOptions
from skelshot.experiments.store_fit import (
    NO_TURNS,
    check_coordinates,
    coordinates_asked,
    fit_coordinates,
    fit_persons,
)
from skelshot.fewshot import METHODS
from skelshot.ground import SkelshotError
from skelshot.ground.errors import OldName
from skelshot.ground.options import Options
from skelshot.ground.suggestions import did_you_mean
from skelshot.ground.yaml_text import parse_yaml, read_yaml
from skelshot.pretraining.options import PretrainOptions
from skelshot.pretraining.strategies import STRATEGIES
from skelshot.runs import Run
from skelshot.runs.old_options import todays_key, todays_value, with_todays_sections
from skelshot.skeletons.layouts import SkeletonLayout, layout_from


class Settings(Options):
    """A preset with its changes applied.

    Args:
        pretrain: Options of pre-training.
        evaluate: Options of the evaluation.
        adapted: What of the preset was changed to fit the store, in words.
    """

    described: ClassVar[str] = "settings"

    pretrain: PretrainOptions
    evaluate: EvaluateOptions = EvaluateOptions()
    adapted: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _views_fit(self) -> Self:
        turned = [view.turn for view in self.evaluate.views if view.turn]
        if self.pretrain.input.coordinates == 2 and turned:
            raise ValueError(
                f"evaluate.views: found a view turned by {turned[0]:g} degrees, but 2-D clips "
                "cannot be turned; set turn to 0"
            )
        return self


def preset_names() -> list[str]:
    """List the shipped presets.

    Returns:
        Their names.

    Example:
        >>> preset_names()
        ['cpu', 'paper', 'smoke']
    """
    folder = files("skelshot.experiments") / "presets"
    return sorted(Path(entry.name).stem for entry in folder.iterdir())


def load_settings(
    preset: Path | str,
    *,
    layout: SkeletonLayout | str,
    coordinates: int = 3,
    persons: int | None = None,
    second_person: Second = "zero",
    changes: Mapping[str, Any] | None = None,
    assignments: Iterable[str] = (),
) -> Settings:
    """Load a preset for a store and apply changes to it.

    Args:
        preset: A shipped name, or a YAML file of one's own.
        layout: The store's joint layout.
        coordinates: Coordinates a joint in the store, 3 or 2. 2-D clips turn about z only, so
            a preset's other turns (input, augmentation, test views, JEANIE's) are left out. With
            `input.coordinates=2` 3-D clips are seen as pictures, after they have been turned.
        persons: Most persons in any clip, where that is known; a preset's places for more are left
            out, unless they hold copies.
        second_person: What a preset means by `input.second_person: auto`: what the public CTR-GCN
            files of the data set have there.
        changes: Values by dotted key, such as `pretrain.episodes`; None values are left out.
        assignments: Texts `a.b=c` as given to `--set`; a key without `pretrain.` or
            `evaluate.` in front belongs to `pretrain`. `strategy.` is the strategy that is
            chosen, `strategy=NAME` chooses another one, and `strategies.NAME.` holds where that
            one is chosen.

    Returns:
        The settings.

    Raises:
        SkelshotError: No such preset or key, or a value that does not fit.

    Example:
        >>> settings = load_settings("smoke", layout="kinect-v1",
        ...                          assignments=["strategy.epochs=2"])
        >>> settings.pretrain.strategy.epochs
        2
    """
    preset = str(preset)
    document = _read_preset(preset)
    pretrain = document["pretrain"]
    for renamed in with_todays_sections(pretrain):
        _warn(f"preset {preset}: {renamed}")
    strategies = _strategies(pretrain.pop("strategies", {}), f"preset {preset}")
    inputs = pretrain.setdefault("input", {})
    fitted: tuple[str, ...] = ()
    own = None
    if isinstance(inputs, dict):
        own = inputs.get("coordinates")
        inputs |= {"layout": layout_from(layout), "coordinates": 3}
        fitted = fit_persons(inputs, persons, second_person)
    _validated(document, f"preset {preset}")  # what follows relies on its form
    called = [(key, value) for key, value in (changes or {}).items() if value is not None]
    told = [_assignment(text) for text in assignments]
    flat = 2 in (coordinates, own, coordinates_asked([*called, *told]))
    adapted = fitted + fit_coordinates(document, layout_from(layout), coordinates, flat)
    _choose_strategy(pretrain, strategies, [*called, *told])
    before = pretrain.get("episodes", "none")
    _fit_encoder(pretrain.get("encoder"), dict([*called, *told]))
    for key, value in called:
        if key != "pretrain.strategy":
            _assign(document, key, value)
    if pretrain.get("episodes", "none") not in ("none", "cosine", before):
        # a preset's options are for the method that it names, or else for the paper's own
        pretrain.get("episodic", {}).pop("method_options", None)
    if flat and pretrain.get("episodes") == "jeanie":
        episodic = pretrain.setdefault("episodic", {})
        episodic.setdefault("method_options", {})["each_side"] = 0
        adapted = (*adapted, f"episodic.method_options.{NO_TURNS}")
    for key, value in told:
        if key != "pretrain.strategy" and not key.startswith("pretrain.strategies."):
            _assign(document, key, value)
    settings = _validated(document | {"adapted": adapted}, "settings")
    check_coordinates(settings.pretrain, coordinates)
    return settings


def own_evaluation(
    run: Run, assignments: Iterable[str] = ()
) -> tuple[str, EvaluateOptions, tuple[str, ...]] | None:
    """Return the evaluation that a run was trained for, with changes applied.

    Args:
        run: The run.
        assignments: Texts `a.b=c` as given to `--set`, with or without `evaluate.` in front.

    Returns:
        The name of the run's preset, its evaluation, and what of it was changed to fit the store;
        None where the run does not say, as those of earlier versions.

    Raises:
        SkelshotError: No such key, or a value that does not fit.
    """
    kept = next((split.preset for split in run.splits.values() if split.preset), None)
    if kept is None:
        return None
    document = {"evaluate": deepcopy(kept["evaluate"])}
    for text in evaluation_changes(assignments):
        _assign(document, *_assignment(text))
    options = EvaluateOptions.model_validate(document["evaluate"])
    return kept["name"], options, tuple(kept.get("adapted", ()))


def evaluation_changes(
    assignments: Iterable[str], methods: Collection[str] | None = None
) -> list[str]:
    """Check that changes are of an evaluation.

    Args:
        assignments: Texts `a.b=c` as given to `--set`, with or without `evaluate.` in front.
        methods: Registered names of the few-shot methods that are evaluated; all unless told.

    Returns:
        The texts with `evaluate.` in front.

    Raises:
        SkelshotError: One is of pre-training or of another method, which nothing here would read.
    """
    texts = [text.removeprefix("evaluate.") for text in assignments]
    for text in texts:
        if text.startswith("pretrain."):
            raise SkelshotError(
                f"--set {text}: changes pre-training, which is over; set it in `skelshot pretrain`"
            )
        section, _, key = text.partition("=")[0].partition(".")
        other = key.partition(".")[0]
        if methods is None or section != "classifiers" or not other:
            continue
        if METHODS.named(other, "evaluate.classifiers").name not in methods:
            raise SkelshotError(
                f"--set {text}: changes the method {other}, but what is evaluated is "
                f"{', '.join(sorted(methods))}; leave it out, or evaluate with --method {other}"
            )
    return [f"evaluate.{text}" for text in texts]


def _fit_encoder(preset: object, wanted: Mapping[str, Any]) -> None:
    """Leave a preset's options for its encoder out, in place, where another does not know them."""
    if not isinstance(preset, dict):
        return
    name = wanted.get("pretrain.encoder.name", preset.get("name"))
    if name == preset.get("name") or name not in ENCODERS.names:
        return
    known = ENCODERS.named(name).spec_type.model_fields
    for option in preset.keys() - known.keys():
        del preset[option]


def _strategies(found: Any, source: str) -> dict[str, dict[str, Any]]:
    """Check options of strategies by name."""
    if not isinstance(found, dict) or not all(isinstance(each, dict) for each in found.values()):
        raise SkelshotError(f"{source}, strategies: expected options by name of strategy")
    for name, options in found.items():
        strategy = STRATEGIES.named(name, f"{source}, strategies")
        try:
            strategy.options_type.model_validate({"name": name, **options})
        except SkelshotError as error:
            raise SkelshotError(f"{source}, {error}") from error
    return found


def _choose_strategy(
    pretrain: dict[str, Any], strategies: dict[str, Any], wanted: Iterable[tuple[str, Any]]
) -> None:
    """Put the options of the strategy that is asked for in place, and change what is wanted."""
    own, sections = pretrain.get("strategy", "supervised"), {"strategies": strategies}
    for key, value in wanted:
        if key == "pretrain.strategy":
            own = value
        elif key.startswith("pretrain.strategies."):
            _assign(sections, key.removeprefix("pretrain."), value)
    _strategies(strategies, "settings")
    own = {"name": own} if isinstance(own, str) else own
    if isinstance(own, dict) and isinstance(own.get("name"), str):
        own = {**strategies.get(own["name"], {}), **own}
    pretrain["strategy"] = own


def _assignment(text: str) -> tuple[str, Any]:
    """Read one `--set`."""
    key, equals, value = text.partition("=")
    if not equals:
        raise SkelshotError(f"--set {text}: expected KEY=VALUE, such as strategy.epochs=5")
    parsed = parse_yaml(value, f"--set {key}")
    if key.startswith("evaluate."):
        return key, parsed
    below = key.removeprefix("pretrain.")
    today, now = todays_key(below), todays_value(below, parsed)
    if now is not parsed:
        _warn(f"--set {below}={parsed} is --set {today}={now} now")
    elif today != below:
        _warn(f"--set {below} is --set {today} now")
    return f"pretrain.{today}", now


def _warn(told: str) -> None:
    warnings.warn(f"{told}; the old name is read in this version only", OldName, stacklevel=3)


def _validated(document: Mapping[str, Any], source: str) -> Settings:
    """Read settings; what does not fit is told with its place, and with its value if it is one."""
    try:
        return Settings.model_validate(document)
    except SkelshotError as error:
        told = str(error)
        own = told.startswith(("settings,", "settings:"))
        raise SkelshotError(f"{source}{told[8:] if own else f', {told}'}") from error


def _read_preset(preset: str) -> dict[str, Any]:
    names = preset_names()
    if preset in names:
        shipped = files("skelshot.experiments") / "presets" / f"{preset}.yaml"
        document = parse_yaml(shipped.read_text(encoding="utf-8"), preset)
    elif preset.endswith((".yaml", ".yml")) and Path(preset).is_file():
        document = read_yaml(Path(preset))
    else:
        raise SkelshotError(
            f"preset: found {preset!r:.80}, expected one of {', '.join(names)} or a .yaml file"
            f"{did_you_mean(preset, names)}"
        )
    if not isinstance(document, dict) or not isinstance(document.get("pretrain"), dict):
        raise SkelshotError(f"preset {preset}: expected a mapping with the key 'pretrain'")
    return deepcopy(document)


def _assign(document: dict[str, Any], key: str, value: Any) -> None:
    """Set a nested value by its dotted key, making mappings on the way."""
    *path, last = key.split(".")
    place = document
    for part in path:
        place = place.setdefault(part, {})
        if not isinstance(place, dict):
            raise SkelshotError(f"--set {key}: {part} is a single value, it has no parts")
    place[last] = value
