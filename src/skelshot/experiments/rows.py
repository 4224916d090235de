"""Rows of comparisons, as the YAML files beside this module have them."""

from importlib.resources import files
from typing import TypeVar

import yaml
from pydantic import BaseModel, ConfigDict

AnyRow = TypeVar("AnyRow", bound=BaseModel)


class Row(BaseModel):
    """One way to pre-train.

    Args:
        strategy: As `pretrain --strategy`.
        episodes: As `pretrain --episodes`.
        teacher: Whose features it needs, if any.
        set: As `pretrain --set`.
        methods: Few-shot methods that evaluate it, where a table compares methods too.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    strategy: str
    episodes: str
    teacher: str | None = None
    set: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()


def read_rows(file: str, kind: type[AnyRow]) -> dict[str, AnyRow]:
    """Read rows that come with the package.

    Args:
        file: Name of the YAML file.
        kind: What a row is.

    Returns:
        Rows by name.

    Example:
        >>> read_rows("nw_ucla_rows.yaml", Row)["supervised"].episodes
        'none'
    """
    text = (files("skelshot.experiments") / file).read_text(encoding="utf-8")
    return {name: kind.model_validate(row) for name, row in yaml.safe_load(text)["rows"].items()}
