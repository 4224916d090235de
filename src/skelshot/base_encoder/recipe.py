"""All settings of the base encoder's training, in one record that its model card prints."""

from typing import ClassVar, Self

from pydantic import Field, field_validator, model_validator

from skelshot.ground import SkelshotError
from skelshot.ground.options import Options
from skelshot.ground.suggestions import did_you_mean
from skelshot.skeletons.layouts import layout_from
from skelshot.synthesis.plan import CAMERAS, CLASSES, PERFORMERS, REPLICATIONS


class BaseRecipe(Options):
    """Settings of the data and of the training.

    The sets are called `ntu` (synthetic), `rehab` (UI-PRMD) and `gator` (Kinder-Gator).

    Args:
        seed: Of the synthetic people, weights, batches and changes.
        last_class: Synthetic NTU actions 1 to this one are written.
        held_out: Numbers of those that are not trained on and measured instead.
        performers: Synthetic people.
        cameras: Cameras that record them.
        replications: Times that each performs an action.
        held_out_people: People of UI-PRMD who are not trained on and measured instead.
        layout: Joints that all sets are mapped to.
        preset: Of training.
        epochs: Passes over all clips.
        repeats: How often an epoch shows the clips of a set, by the set's name; once unless told.
        as_layouts: Sensors that clips are seen as in training.
        as_layout: Share of the clips that are.
        splits: Choices of five classes that a measurement is taken over.
        draws: Choices of exemplars in each.
    """

    described: ClassVar[str] = "recipe"

    seed: int = Field(0, ge=0, lt=2**32)
    last_class: int = Field(CLASSES, ge=2, le=CLASSES)
    held_out: tuple[int, ...] = ()
    performers: int = Field(8, ge=1, le=PERFORMERS)
    cameras: tuple[int, ...] = CAMERAS
    replications: tuple[int, ...] = REPLICATIONS
    held_out_people: tuple[int, ...] = (7, 8, 9, 10)
    layout: str = "kinect-v1"
    preset: str = "cpu"
    epochs: int = Field(10, ge=1)
    repeats: dict[str, int] = Field(default_factory=lambda: {"rehab": 2})
    as_layouts: tuple[str, ...] = ("openni-15", "coco-17")
    as_layout: float = Field(0.2, ge=0, le=1)
    splits: int = Field(20, ge=1)
    draws: int = Field(5, ge=1)

    @field_validator("layout")
    @classmethod
    def _is_layout(cls, name: str) -> str:
        layout_from(name)
        return name

    @model_validator(mode="after")
    def _leaves_classes(self) -> Self:
        if wrong := [number for number in self.held_out if not 1 <= number <= self.last_class]:
            raise ValueError(f"held_out: found {wrong[0]}, expected 1 to {self.last_class}")
        if 0 < len(set(self.held_out)) < WAYS:
            raise ValueError(f"held_out: found {len(set(self.held_out))}, expected {WAYS} or more")
        if self.last_class - len(set(self.held_out)) < 2:
            raise ValueError("held_out: found all classes but one, expected two to train on")
        return self

    @property
    def changes(self) -> list[str]:
        """Changes of the preset, as `pretrain --set` takes them."""
        return [
            f"strategy.epochs={self.epochs}",
            f"augmentation.as_layouts=[{', '.join(self.as_layouts)}]",
            f"augmentation.as_layout={self.as_layout}",
        ]


WAYS = 5
"""Classes of a measurement's tasks."""

PRESETS = {
    "smoke": BaseRecipe(
        last_class=24,
        held_out=(1, 7, 13, 19, 24),
        performers=2,
        cameras=(1, 3),
        replications=(1,),
        preset="smoke",
        epochs=3,
        splits=1,
        draws=5,
    ),
    "full": BaseRecipe(),
}
"""Recipes by name: minutes, and what made the weights that come with the package."""


def recipe_named(name: str, seed: int = 0) -> BaseRecipe:
    """Choose a recipe.

    Args:
        name: `smoke` or `full`.
        seed: Data, first weights, batches and changes follow from it.

    Returns:
        The recipe.

    Raises:
        SkelshotError: There is none of that name, or the seed is out of range.

    Example:
        >>> recipe_named("full", seed=3).performers
        8
    """
    if name not in PRESETS:
        raise SkelshotError(
            f"--preset: found {name!r:.80}, expected one of {', '.join(PRESETS)}"
            f"{did_you_mean(name, PRESETS)}"
        )
    return BaseRecipe.model_validate({**PRESETS[name].model_dump(), "seed": seed})
