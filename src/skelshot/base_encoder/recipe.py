"""All settings of the base encoder's training, in one record that its model card prints."""

from typing import ClassVar, Literal, Self

from pydantic import Field, field_validator, model_validator

from skelshot.datasets.ntu.names import ntu_class_names
from skelshot.ground import SkelshotError
from skelshot.ground.options import Options
from skelshot.ground.suggestions import did_you_mean
from skelshot.runs.matching import Matching
from skelshot.skeletons.layouts import layout_from
from skelshot.skeletons.streams import Stream
from skelshot.synthesis.plan import CAMERAS, CLASSES, PERFORMERS, REPLICATIONS

COMPARED = Matching(
    name="ready-made",
    evaluate={
        "readout": "flat",
        "precision": "auto",
        "views": [{}, {"turn": 28.6}, {"turn": -28.6}],
    },
    beside=("raw-dtw",),
    weights=(1.0, 0.25),
)
"""How the features are best compared, chosen on Kinder-Gator."""


def how_compared(coordinates: int) -> Matching:
    """Say how the features of an encoder are best compared.

    Args:
        coordinates: Coordinates a joint that it reads, 3 or 2. 2-D clips cannot be turned.

    Returns:
        The settings that its file will note.

    Example:
        >>> how_compared(2).evaluate["views"]
        [{}]
    """
    if coordinates == 3:
        return COMPARED
    return COMPARED.model_copy(update={"evaluate": {**COMPARED.evaluate, "views": [{}]}})


WAYS = 5
"""The fewest classes of a measurement's tasks."""


class HeldOut(Options):
    """Part of a set that is not trained on and measured instead.

    Where both are told, neither the classes nor the people are trained on, and these people's
    clips of these classes are measured.

    Args:
        classes: Names of classes.
        people: Numbers of people.
    """

    described: ClassVar[str] = "held_out"

    classes: tuple[str, ...] = ()
    people: tuple[int, ...] = ()

    @field_validator("classes")
    @classmethod
    def _make_a_task(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if 0 < len(set(names)) < WAYS:
            raise ValueError(f"expected {WAYS} different classes or more")
        return names


HELD_OUT = {
    "rehab": HeldOut(people=(7, 8, 9, 10)),
    "gator": HeldOut(
        classes=(
            "wave your hand",
            "wave your other hand",
            "put your hands on your hips and lean to the side",
            "put your hands on your hips and lean to the other side",
            "put your hands on your hips and twist",
            "run in place",
            "run in place as fast as you can",
            "push an imaginary button in front of you",
            "swipe across an imaginary screen in front of you from left to right",
            "swipe across an imaginary screen in front of you from right to left",
            "swim",
            "kick a ball",
            "kick a ball as far as you can",
            "kick a ball with the other leg",
            "kick a ball as far as you can with the other leg",
            "throw a ball",
            "throw a ball as far as you can",
            "throw a ball with your other arm",
            "throw a ball as far as you can with the other arm",
            "climb an imaginary ladder",
        ),
        people=(169, 342, 577, 644, 876, 934),
    ),
}
"""Four people of UI-PRMD; of Kinder-Gator every third person and whole kinds of movement, so that
no twin of a held-out class (the other hand, as far as you can) is trained on."""


class NetworkBeside(Options):
    """A further network of the encoder, trained apart on the same clips.

    Args:
        streams: What it sees of them.
        width: Channels, as a share of the public network's.

    Example:
        >>> NetworkBeside(streams=("bone",)).folder
        'run-bone'
    """

    described: ClassVar[str] = "beside"

    streams: tuple[Stream, ...] = Field(min_length=1)
    width: float = Field(0.25, gt=0, le=4)

    @property
    def folder(self) -> str:
        """Folder of its training."""
        return f"run-{'-'.join(self.streams)}"


class BaseRecipe(Options):
    """Settings of the data and of the training.

    The sets are called `ntu` (synthetic), `rehab` (UI-PRMD) and `gator` (Kinder-Gator).

    Args:
        name: What the encoder is called.
        seed: Of the synthetic people, weights, batches and changes.
        last_class: Synthetic NTU actions 1 to this one are written.
        held_out: What of each set is not trained on and measured instead, by the set's name.
        performers: Synthetic people.
        cameras: Cameras that record them.
        replications: Times that each performs an action.
        layout: Joints that all sets are mapped to.
        coordinates: Coordinates a joint that the encoder reads: 3, or 2 for pixels. It is then
            trained on the 3-D clips as cameras from many sides would see them.
        preset: Of training.
        width: Channels of the network that sees all streams, as a share of the public network's.
        beside: Networks that are trained apart and joined with it.
        keep: Share of each network's channels that is kept where there are several.
        learns_from: Packaged weights whose likenesses are learnt beside the labels.
        epochs: Passes over all clips.
        repeats: How often an epoch shows the clips of a set, by the set's name; once unless told.
        as_layouts: Sensors that clips are seen as in training.
        as_layout: Share of the clips that are.
        splits: Choices of five classes that a measurement is taken over.
        draws: Choices of exemplars in each.
    """

    described: ClassVar[str] = "recipe"

    name: str = Field("skelshot-base", pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")
    seed: int = Field(0, ge=0, lt=2**32)
    last_class: int = Field(CLASSES, ge=2, le=CLASSES)
    held_out: dict[str, HeldOut] = Field(default_factory=lambda: dict(HELD_OUT))
    performers: int = Field(8, ge=1, le=PERFORMERS)
    cameras: tuple[int, ...] = CAMERAS
    replications: tuple[int, ...] = REPLICATIONS
    layout: str = "kinect-v1"
    coordinates: Literal[2, 3] = 3
    preset: str = "cpu"
    width: float = Field(0.5, gt=0, le=4)
    beside: tuple[NetworkBeside, ...] = ()
    keep: float = Field(0.5, gt=0, le=1)
    learns_from: tuple[str, ...] = ()
    epochs: int = Field(12, ge=1)
    repeats: dict[str, int] = Field(default_factory=lambda: {"rehab": 2, "gator": 4})
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
        written = set(ntu_class_names()[: self.last_class])
        held = set(self.held_out.get("ntu", HeldOut()).classes)
        if unknown := sorted(held - written):
            raise ValueError(
                f"held_out.ntu.classes: found {unknown[0]!r:.80}, expected a name of the actions "
                f"1 to {self.last_class} of NTU{did_you_mean(unknown[0], written)}"
            )
        if len(written - held) < 2:
            raise ValueError(
                "held_out.ntu.classes: found all classes but one, expected two to train on"
            )
        return self

    @property
    def strategy(self) -> str:
        """The strategy that trains each network."""
        return "distill" if self.learns_from else "supervised"

    @property
    def changes(self) -> list[str]:
        """Changes of the preset for all networks, as `pretrain --set` takes them."""
        learns_from = f"strategy.encoders=[{', '.join(self.learns_from)}]"
        return [
            *([learns_from] if self.learns_from else []),
            *([f"input.coordinates={self.coordinates}"] if self.coordinates == 2 else []),
            f"strategy.epochs={self.epochs}",
            f"augmentation.as_layouts=[{', '.join(self.as_layouts)}]",
            f"augmentation.as_layout={self.as_layout}",
        ]


PRESETS = {
    "smoke": BaseRecipe(
        last_class=24,
        held_out={
            **HELD_OUT,
            "ntu": HeldOut(classes=tuple(ntu_class_names()[n - 1] for n in (1, 7, 13, 19, 24))),
        },
        performers=2,
        cameras=(1, 3),
        replications=(1,),
        preset="smoke",
        width=0.125,
        beside=(NetworkBeside(streams=("bone",), width=0.125),),
        epochs=3,
        splits=1,
        draws=5,
    ),
    "small": BaseRecipe(name="skelshot-small", width=0.25, learns_from=("skelshot-base",)),
    "2d": BaseRecipe(
        name="skelshot-2d",
        coordinates=2,
        width=0.25,
        learns_from=("skelshot-base",),
        as_layouts=("coco-17",),
        as_layout=0.5,
    ),
    "full": BaseRecipe(
        beside=(
            NetworkBeside(streams=("bone",)),
            NetworkBeside(streams=("joint-motion",)),
        )
    ),
}
"""Recipes by name: one of minutes, and those of the weights that come with the package."""


def recipe_named(name: str, seed: int = 0) -> BaseRecipe:
    """Choose a recipe.

    Args:
        name: `smoke`, `small`, `2d` or `full`.
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
