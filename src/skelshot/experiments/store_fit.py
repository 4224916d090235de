"""Presets fitted to the coordinates and persons of a store's clips, and what of that is told."""

from collections.abc import Iterable, Mapping
from typing import Any

from skelshot.datasets.ntu.splits import Second
from skelshot.ground import SkelshotError
from skelshot.pretraining.options import PretrainOptions
from skelshot.skeletons.layouts import SkeletonLayout
from skelshot.skeletons.normalise import can_align_view

NO_TURNS = "each_side=0 (2-D clips cannot be turned)"
"""What JEANIE gives up for 2-D clips."""


def adapted_for(adapted: Iterable[str], method: str | None = None) -> list[str]:
    """Choose of the changes to a preset those that concern a call.

    Args:
        adapted: From `Settings.adapted`.
        method: The few-shot method that is evaluated; None when training.

    Returns:
        Those of training and of the views, or those of the evaluation with this method.

    Example:
        >>> told = ["input.align=root", "evaluate.views: 4 turned ones left out"]
        >>> adapted_for(told), adapted_for(told, "jeanie")
        (['input.align=root', 'evaluate.views: 4 turned ones left out'], \
['evaluate.views: 4 turned ones left out'])
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


def fit_persons(
    inputs: dict[str, Any], persons: int | None, second_person: Second
) -> tuple[str, ...]:
    """Fit a preset's places for persons to the clips, in place.

    Args:
        inputs: Its specification of the input.
        persons: Most persons in any clip, where that is known.
        second_person: What `second_person: auto` means here.

    Returns:
        What was changed, in words.

    Example:
        >>> fit_persons({"persons": 2, "second_person": "zero"}, 1, "zero")
        ('input.persons=1 (no clip shows more)',)
    """
    told = []
    if inputs.get("second_person") == "auto":
        inputs["second_person"] = second_person
        if second_person == "copy":
            told.append("input.second_person=copy (as the public CTR-GCN files of the data set)")
    places = inputs.get("persons")
    copies = inputs.get("second_person") == "copy"
    if persons is not None and isinstance(places, int) and persons < places and not copies:
        inputs["persons"] = persons
        told.append(f"input.persons={persons} (no clip shows more)")
    return tuple(told)


def coordinates_asked(wanted: Iterable[tuple[str, Any]]) -> Any:
    """Find how many coordinates the encoder's input is asked to have.

    Args:
        wanted: Values by dotted key, the last one counts.

    Returns:
        What was asked for; None where nothing was.

    Example:
        >>> coordinates_asked([("pretrain.input.coordinates", 2)])
        2
    """
    asked = None
    for key, value in wanted:
        if key == "pretrain.input.coordinates":
            asked = value
        elif key == "pretrain.input" and isinstance(value, Mapping):
            asked = value.get("coordinates", asked)
    return asked


def check_coordinates(options: PretrainOptions, coordinates: int) -> None:
    """Refuse what 2-D clips cannot do.

    Args:
        options: Of training, with all changes.
        coordinates: Coordinates a joint in the store.

    Raises:
        SkelshotError: The input asks for more of them, or the clips are to turn about x or y.
    """
    x, y, z = options.augmentation.rotate_degrees
    if coordinates < options.input.coordinates:
        raise SkelshotError(
            f"settings, input.coordinates: found {options.input.coordinates}, the clips have "
            f"{coordinates}; leave it out"
        )
    if coordinates == 2 and (x or y):
        raise SkelshotError(
            f"settings, augmentation.rotate_degrees: found [{x:g}, {y:g}, {z:g}] for 2-D joints, "
            f"which turn about z only; set augmentation.rotate_degrees=[0,0,{z:g}]"
        )


def fit_coordinates(
    document: dict[str, Any], layout: SkeletonLayout, coordinates: int, flat: bool
) -> tuple[str, ...]:
    """Fit a preset to a store's joints, in place.

    Args:
        document: The preset.
        layout: The store's joints.
        coordinates: Coordinates a joint in the store.
        flat: Tells that the encoder reads two of them.

    Returns:
        What was changed, in words.

    Example:
        >>> from skelshot.skeletons.layouts import COCO_17
        >>> fit_coordinates({"pretrain": {"input": {}}}, COCO_17, 2, flat=True)[0]
        'input.align=root (2-D clips cannot be turned to the camera)'
    """
    adapted = []
    pretrain = document["pretrain"]
    inputs = pretrain["input"]
    inputs["coordinates"] = seen = 2 if flat else coordinates
    if inputs.get("align", "facing") == "facing" and not can_align_view(layout, seen):
        inputs["align"] = "root"
        reason = "2-D clips" if flat else f"{layout.name} has no hips or shoulders and"
        adapted.append(f"input.align=root ({reason} cannot be turned to the camera)")
    if not flat:
        return tuple(adapted)
    if "torso_scale" not in inputs:
        inputs["torso_scale"] = True
        adapted.append("input.torso_scale=true (pixels have no common scale)")
    augmentation = pretrain.setdefault("augmentation", {})
    x, y, z = augmentation.get("rotate_degrees", (0, 0, 0))
    if coordinates == 2 and (x or y):
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
        adapted.append(f"evaluate.classifiers.jeanie.{NO_TURNS}")
    return tuple(adapted)
