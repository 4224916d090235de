"""Markdown tables of options, made of the options' own types, defaults and descriptions."""

import re
from importlib import import_module

from pydantic import BaseModel

from skelshot.experiments.option_words import (
    default_of,
    field_descriptions,
    type_words,
    value_words,
)
from skelshot.ground.errors import SkelshotError

_MARKED = re.compile(r"(<!-- options: ([\w.]+) -->\n).*?(<!-- /options -->)", re.DOTALL)


def fill_tables(page: str) -> str:
    r"""Write the tables of a page anew.

    Args:
        page: Markdown, in which `<!-- options: package.module.Class -->` and `<!-- /options -->`
            enclose the table of that class.

    Returns:
        The page with today's tables; all else is as it was.

    Raises:
        SkelshotError: A class does not exist, is no model of options, or a field of it has no
            description.

    Example:
        >>> page = "<!-- options: skelshot.datasets.EpisodeSpec -->\n<!-- /options -->"
        >>> fill_tables(page).splitlines()[3]
        '| `ways` | whole number | 5 | Classes an episode, N. |'
    """
    return _MARKED.sub(lambda found: found[1] + option_table(_model(found[2])) + found[3], page)


def option_table(model: type[BaseModel]) -> str:
    """Write the options of one model.

    Args:
        model: The model.

    Returns:
        A Markdown table of name, type, default and meaning, a row an option.

    Raises:
        SkelshotError: A field has no description.
    """
    lines = ["| option | type | default | meaning |", "|---|---|---|---|"]
    meanings = field_descriptions(model)
    for name, field in model.model_fields.items():
        if name not in meanings:
            raise SkelshotError(f"{model.__name__}.{name}: has no description; write one")
        default = "needed" if field.is_required() else value_words(default_of(field))
        cells = (f"`{name}`", type_words(field.annotation), default, meanings[name])
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def _model(path: str) -> type[BaseModel]:
    module, _, name = path.rpartition(".")
    try:
        model = getattr(import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise SkelshotError(f"{path}: no such class, expected a model of options") from error
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        raise SkelshotError(f"{path}: expected a model of options")
    return model
