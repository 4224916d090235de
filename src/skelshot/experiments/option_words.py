"""Options in words: what each means, its type, its default and its value."""

import inspect
import re
import types
import typing
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.fields import FieldInfo


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


def type_words(annotation: Any) -> str:
    """Say a type in a reader's words.

    Args:
        annotation: Of a field.

    Returns:
        The words.

    Example:
        >>> type_words(tuple[int, ...]), type_words(float | None)
        ('list of whole number', 'number or none')
    """
    origin, inner = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is Literal:
        return ", ".join(f"`{value}`" for value in inner)
    if origin is typing.Annotated:
        return type_words(inner[0])
    if origin in (typing.Union, types.UnionType):
        return " or ".join(type_words(part) for part in inner)
    if origin in (tuple, list):
        return f"list of {type_words(inner[0])}"
    if origin is dict:
        return "options by name"
    names = {int: "whole number", float: "number", bool: "true or false", str: "text"}
    return names.get(annotation, "none" if annotation is type(None) else annotation.__name__)


def default_of(field: FieldInfo) -> Any:
    """Return what a field is where nothing is said.

    Args:
        field: A field that is not needed.

    Returns:
        The value.
    """
    return field.get_default(call_default_factory=True, validated_data={})


def value_words(value: object) -> str:
    """Write a value as it is typed; of other options what they say.

    Args:
        value: The value.

    Returns:
        The words.

    Example:
        >>> value_words(True), value_words(None), value_words([0.1, 2.0]), value_words({"turn": 9})
        ('true', 'none', '[0.1, 2]', '{turn=9}')
    """
    if isinstance(value, BaseModel):
        told = {name: getattr(value, name) for name in sorted(value.model_fields_set)}
        return ", ".join(f"{k}={value_words(v)}" for k, v in told.items()) or "its own"
    if isinstance(value, (tuple, list)):
        return f"[{', '.join(map(value_words, value))}]"
    if isinstance(value, float):
        return f"{value:g}"
    if value is None or value == {}:
        return "none"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}={value_words(part)}" for name, part in value.items()) + "}"
    return str(value).lower() if isinstance(value, bool) else str(value)
