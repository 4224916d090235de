"""Markdown tables of options, made of the options' own types, defaults and descriptions."""

import inspect
import re
import types
import typing
from importlib import import_module
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.fields import FieldInfo

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
        cells = (f"`{name}`", _type_words(field.annotation), _default_words(field), meanings[name])
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def field_descriptions(model: type[BaseModel]) -> dict[str, str]:
    """Read what each field of a model means.

    Args:
        model: The model.

    Returns:
        By field: `Field(description=...)`, or else what the docstring of the class, or of one it
        inherits the field from, says under `Args` or `Attributes`.

    Example:
        >>> from skelshot.datasets import EpisodeSpec
        >>> field_descriptions(EpisodeSpec)["shots"]
        'Exemplars a class, K.'
    """
    found: dict[str, str] = {}
    for kind in reversed(model.__mro__):
        if issubclass(kind, BaseModel):
            found |= _docstring_fields(inspect.cleandoc(kind.__doc__ or ""))
    told = {name: field.description for name, field in model.model_fields.items()}
    found |= {name: text for name, text in told.items() if text}
    return {name: text for name, text in found.items() if name in model.model_fields}


def _docstring_fields(text: str) -> dict[str, str]:
    """Read the entries of the sections `Args` and `Attributes` of a Google docstring."""
    entries: dict[str, str] = {}
    for section in re.findall(r"^(?:Args|Attributes):\n((?:(?: +.*)?\n?)*)", text, re.MULTILINE):
        for name, meaning in re.findall(r"^    (\w+): (.*(?:\n {5,}.*)*)", section, re.MULTILINE):
            entries[name] = " ".join(meaning.split())
    return entries


def _model(path: str) -> type[BaseModel]:
    module, _, name = path.rpartition(".")
    try:
        model = getattr(import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise SkelshotError(f"{path}: no such class, expected a model of options") from error
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        raise SkelshotError(f"{path}: expected a model of options")
    return model


def _type_words(annotation: Any) -> str:
    """Say a type in a reader's words."""
    origin, inner = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is Literal:
        return ", ".join(f"`{value}`" for value in inner)
    if origin is typing.Annotated:
        return _type_words(inner[0])
    if origin in (typing.Union, types.UnionType):
        return " or ".join(_type_words(part) for part in inner)
    if origin in (tuple, list):
        return f"list of {_type_words(inner[0])}"
    if origin is dict:
        return "options by name"
    names = {int: "whole number", float: "number", bool: "true or false", str: "text"}
    return names.get(annotation, "none" if annotation is type(None) else annotation.__name__)


def _default_words(field: FieldInfo) -> str:
    if field.is_required():
        return "needed"
    return _value_words(field.get_default(call_default_factory=True, validated_data={}))


def _value_words(value: object) -> str:
    if isinstance(value, BaseModel):
        told = {name: getattr(value, name) for name in sorted(value.model_fields_set)}
        return ", ".join(f"{k}={_value_words(v)}" for k, v in told.items()) or "its own"
    if isinstance(value, (tuple, list)):
        return f"[{', '.join(map(_value_words, value))}]"
    if isinstance(value, float):
        return f"{value:g}"
    if value is None or value == {}:
        return "none"
    return str(value).lower() if isinstance(value, bool) else str(value)
