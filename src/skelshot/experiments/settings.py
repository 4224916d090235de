"""Presets, which are data, and what `--set` changes in them."""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from importlib.resources import files
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from skelshot.encoders import ENCODERS
from skelshot.evaluation.options import EvaluateOptions
from skelshot.ground import SkelshotError
from skelshot.ground.yaml_text import parse_yaml, read_yaml
from skelshot.pretraining.options import PretrainOptions
from skelshot.skeletons.layouts import SkeletonLayout, layout_from
from skelshot.skeletons.normalise import can_align_view

_NO_TURNS = "each_side=0 (2-D clips cannot be turned)"


class Settings(BaseModel):
    """A preset with its changes applied.

    Args:
        pretrain: Options of pre-training.
        evaluate: Options of the evaluation.
        adapted: What of the preset was changed to fit the store, in words.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

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


def adapted_for(adapted: Iterable[str], method: str | None = None) -> list[str]:
    """Choose of the changes to a preset those that concern a call.

    Args:
        adapted: From `Settings.adapted`.
        method: The few-shot method that is evaluated; None when training.

    Returns:
        Those of training and of the views, or those of the evaluation with this method.

    Example:
        >>> adapted_for(load_settings("cpu", layout="coco-17", coordinates=2).adapted, "jeanie")
        ['evaluate.views: 4 turned ones left out', \
'evaluate.classifiers.jeanie.each_side=0 (2-D clips cannot be turned)']
    """
    others = "evaluate.classifiers."
    if method is None:
        return [told for told in adapted if not told.startswith(others)]
    own = f"{others}{method}."
    return [
        told
        for told in adapted
        if told.startswith(own) or (told.startswith("evaluate.") and not told.startswith(others))
    ]


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
    preset: str,
    *,
    layout: SkeletonLayout | str,
    coordinates: int = 3,
    changes: Mapping[str, Any] | None = None,
    assignments: Iterable[str] = (),
) -> Settings:
    """Load a preset for a store and apply changes to it.

    Args:
        preset: A shipped name, or a YAML file of one's own.
        layout: The store's joint layout.
        coordinates: Coordinates a joint in the store, 3 or 2. 2-D clips turn about z only, so
            a preset's other turns (input, augmentation, test views, JEANIE's) are left out.
        changes: Values by dotted key, such as `pretrain.strategy`; None values are left out.
        assignments: Texts `a.b=c` as given to `--set`; a key without `pretrain.` or
            `evaluate.` in front belongs to `pretrain`.

    Returns:
        The settings.

    Raises:
        SkelshotError: No such preset or key, or a value that does not fit.

    Example:
        >>> settings = load_settings("smoke", layout="kinect-v1",
        ...                          assignments=["supervised.epochs=2"])
        >>> settings.pretrain.supervised.epochs
        2
    """
    document = _read_preset(preset)
    inputs = document["pretrain"].setdefault("input", {})
    if isinstance(inputs, dict):
        inputs |= {"layout": layout_from(layout), "coordinates": 3}
    _validated(document, f"preset {preset}")  # what follows relies on its form
    adapted = _adapt(document, layout_from(layout), coordinates)
    told = document["pretrain"].get("episodes", "none")
    encoder = (document["pretrain"].get("encoder") or {}).get("name")
    for key, value in (changes or {}).items():
        if value is not None:
            _assign(document, key, value)
    if document["pretrain"].get("episodes", "none") not in ("none", "cosine", told):
        # a preset's options are for the method that it names, or else for the paper's own
        document["pretrain"].get("episodic", {}).pop("classifier", None)
    if coordinates == 2 and document["pretrain"].get("episodes") == "jeanie":
        episodic = document["pretrain"].setdefault("episodic", {})
        episodic.setdefault("classifier", {})["each_side"] = 0
        adapted = (*adapted, f"episodic.classifier.{_NO_TURNS}")
    assigned = [_assignment(text) for text in assignments]
    _fit_encoder(document["pretrain"].get("encoder"), encoder, dict(assigned))
    for key, value in assigned:
        _assign(document, key, value)
    return _validated(document | {"adapted": adapted}, "settings")


def _assignment(text: str) -> tuple[str, Any]:
    """Read `a.b=c` as given to `--set`: the whole key and the value."""
    key, equals, value = text.partition("=")
    if not equals:
        raise SkelshotError(f"--set {text}: expected KEY=VALUE, such as supervised.epochs=5")
    known = key.split(".")[0] in ("pretrain", "evaluate")
    return key if known else f"pretrain.{key}", parse_yaml(value, f"--set {key}")


def _fit_encoder(options: object, preset: object, assigned: Mapping[str, Any]) -> None:
    """Leave a preset's options for its encoder out, in place, where another does not know them."""
    if not isinstance(options, dict):
        return
    name = assigned.get("pretrain.encoder.name", options.get("name"))
    if name == preset or name not in ENCODERS.names:
        return
    known = ENCODERS.named(name).spec_type.model_fields
    for option in options.keys() - known.keys():
        del options[option]


def _validated(document: Mapping[str, Any], source: str) -> Settings:
    """Read settings; what does not fit is told with its place, and with its value if it is one."""
    try:
        return Settings.model_validate(document)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        told = first["msg"].removeprefix("Value error, ")
        found = "" if isinstance(first["input"], dict) else f", found {first['input']!r:.80}"
        raise SkelshotError(f"{source}{', ' if place else ''}{place}: {told}{found}") from error


def _adapt(document: dict[str, Any], layout: SkeletonLayout, coordinates: int) -> tuple[str, ...]:
    """Fit a preset to a store's joints, in place; return in words what was changed."""
    adapted = []
    pretrain = document["pretrain"]
    inputs = pretrain["input"]
    inputs["coordinates"] = coordinates
    if inputs.get("view", "view") == "view" and not can_align_view(layout, coordinates):
        inputs["view"] = "centre"
        reason = "2-D clips" if coordinates == 2 else f"{layout.name} has no hips or shoulders and"
        adapted.append(f"input.view=centre ({reason} cannot be turned to the camera)")
    if coordinates == 3:
        return tuple(adapted)
    if "torso_scale" not in inputs:
        inputs["torso_scale"] = True
        adapted.append("input.torso_scale=true (pixels have no common scale)")
    augmentation = pretrain.setdefault("augmentation", {})
    x, y, z = augmentation.get("rotate_degrees", (0, 0, 0))
    if x or y:
        augmentation["rotate_degrees"] = [0, 0, z]
        adapted.append(f"augmentation.rotate_degrees=[0,0,{z:g}] (2-D clips turn about z only)")
    evaluate = document.setdefault("evaluate", {})
    views = evaluate.get("views", [])
    kept = [view for view in views if not view.get("turn")]
    if left_out := len(views) - len(kept):
        evaluate["views"] = kept or [{}]
        adapted.append(f"evaluate.views: {left_out} turned ones left out")
    jeanie = evaluate.setdefault("classifiers", {}).setdefault("jeanie", {})
    if "each_side" not in jeanie:
        jeanie["each_side"] = 0
        adapted.append(f"evaluate.classifiers.jeanie.{_NO_TURNS}")
    return tuple(adapted)


def _read_preset(preset: str) -> dict[str, Any]:
    names = preset_names()
    if preset in names:
        shipped = files("skelshot.experiments") / "presets" / f"{preset}.yaml"
        document = parse_yaml(shipped.read_text(encoding="utf-8"), preset)
    elif preset.endswith((".yaml", ".yml")) and Path(preset).is_file():
        document = read_yaml(Path(preset))
    else:
        raise SkelshotError(
            f"preset: found {preset!r}, expected one of {', '.join(names)} or a .yaml file"
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
