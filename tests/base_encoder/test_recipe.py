"""Recipes of the base encoder: what ships, and what cannot be."""

from typing import Any

import pytest

from skelshot.base_encoder.recipe import PRESETS, BaseRecipe, HeldOut, recipe_named
from skelshot.datasets.ntu.names import ntu_class_names
from skelshot.ground import SkelshotError


def test_the_full_recipe_is_what_the_card_promises() -> None:
    full = recipe_named("full", seed=5)
    assert (full.last_class, full.performers, full.seed) == (120, 8, 5)
    assert (full.preset, full.epochs, full.repeats) == ("cpu", 12, {"rehab": 2, "gator": 4})
    assert full.held_out["rehab"] == HeldOut(people=(7, 8, 9, 10))
    assert "ntu" not in full.held_out
    gator = full.held_out["gator"]
    assert (len(set(gator.classes)), len(set(gator.people))) == (20, 6)
    assert full.changes == [
        "strategy.epochs=12",
        "augmentation.as_layouts=[openni-15, coco-17]",
        "augmentation.as_layout=0.2",
    ]


def test_the_small_one_is_one_narrow_network() -> None:
    changes = {
        "name": "skelshot-small",
        "width": 0.25,
        "beside": (),
        "learns_from": ("skelshot-base",),
    }
    assert recipe_named("small") == recipe_named("full").model_copy(update=changes)


def test_the_smoke_recipe_is_small() -> None:
    assert PRESETS["smoke"].last_class * PRESETS["smoke"].performers < 100


ACTIONS = ntu_class_names()

BAD: dict[str, tuple[dict[str, Any], str]] = {
    "a seed below zero": ({"seed": -1}, "seed: found -1"),
    "more classes than there are": ({"last_class": 121}, "last_class: found 121"),
    "one class": ({"last_class": 1}, "last_class: found 1"),
    "a class that is not written": (
        {"last_class": 9, "held_out": {"ntu": {"classes": ACTIONS[5:10]}}},
        "found 'clapping', expected a name of the actions 1 to 9",
    ),
    "a class misspelt": (
        {"held_out": {"ntu": {"classes": ["drink watr", *ACTIONS[:5]]}}},
        "found 'drink watr', .*did you mean 'drink water'",
    ),
    "too few to measure on": (
        {"held_out": {"ntu": {"classes": ["drop", "throw", "throw"]}}},
        "held_out.ntu.classes: found .*expected 5 different classes or more",
    ),
    "none left": (
        {"last_class": 6, "held_out": {"ntu": {"classes": ACTIONS[:5]}}},
        "two to train on",
    ),
    "no such layout": ({"layout": "kinect-v9"}, "kinect-v9"),
    "no epoch": ({"epochs": 0}, "epochs: found 0"),
    "unknown": ({"epoch": 1}, "unknown option 'epoch'.*did you mean 'epochs'"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_is_one_line(case: str) -> None:
    fields, message = BAD[case]
    with pytest.raises(SkelshotError, match=message) as caught:
        BaseRecipe.model_validate(fields)
    assert "\n" not in str(caught.value)


def test_an_unknown_preset_is_refused_with_the_nearest() -> None:
    with pytest.raises(SkelshotError, match=r"--preset: found 'ful', .*did you mean 'full'"):
        recipe_named("ful")
