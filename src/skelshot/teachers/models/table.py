"""The table of video-text models: short names, hub ids, licences."""

from importlib import resources

import yaml
from pydantic import BaseModel, ConfigDict, Field

from skelshot.ground import SkelshotError

UNKNOWN_LICENCE = "not stated"
"""Licence of weights that the table does not know."""


class ModelEntry(BaseModel):
    """One row of `models.yaml`.

    Args:
        name: The short name.
        family: Name of the teacher that loads it.
        id: The hub id.
        revision: The commit on the hub; None when it is not pinned.
        frames: Number of frames it was trained with.
        size: Height and width of a frame in pixels.
        dim: Length of its video vectors.
        licence: Licence of the weights.
        commercial: Whether that licence allows commercial use.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    family: str
    id: str
    revision: str | None = Field(default=None, pattern="^[0-9a-f]{40}$")
    frames: int = Field(ge=1)
    size: int = Field(ge=1)
    dim: int = Field(ge=1)
    licence: str
    commercial: bool = True


class ModelTable(BaseModel):
    """All of `models.yaml`.

    Args:
        models: The rows by short name.
        families: The short name that a family's own name stands for.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    models: dict[str, ModelEntry]
    families: dict[str, str]


def load_models() -> ModelTable:
    """Read the table that ships with the package.

    Returns:
        The table.

    Example:
        >>> load_models().models["xclip-b16"].id
        'microsoft/xclip-base-patch16'
    """
    text = (resources.files("skelshot.teachers.models") / "models.yaml").read_text(encoding="utf-8")
    document = yaml.safe_load(text)
    for name, row in document["models"].items():
        row["name"] = name
    return ModelTable.model_validate(document)


def entry_of(model: str, family: str) -> ModelEntry | None:
    """Find a model's row by short name, by hub id, or the family's default by the family's name.

    Args:
        model: A short name, a hub id or the name of the family.
        family: The family it is to belong to.

    Returns:
        The row, or None for a model that the table does not know.

    Raises:
        SkelshotError: The table has it in another family.

    Example:
        >>> entry_of("xclip", "xclip").frames
        8
    """
    table = load_models()
    name = table.families[family] if model == family else model
    for entry in table.models.values():
        if name in {entry.name, entry.id}:
            if entry.family != family:
                raise SkelshotError(
                    f"--model {model}: a model of the teacher {entry.family}, not {family}; "
                    f"use --teacher {entry.name}"
                )
            return entry
    return None
