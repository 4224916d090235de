"""The words of the command line that come from the options of a family's parts."""

import argparse
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import UnionType
from typing import TYPE_CHECKING, Any, Literal, TypeVar, Union, get_args, get_origin

from skelshot.ground import SkelshotError

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

    from skelshot.ground.options import Options

Model = TypeVar("Model", bound="Options")


def add_option(parser: argparse.ArgumentParser, kind: str) -> None:
    """Add the word for options that have none of their own, such as those of other packages.

    Args:
        parser: The command's parser.
        kind: What the options are of: `reader`.
    """
    parser.add_argument(
        "--option",
        action="append",
        default=[],
        dest="part_options",
        metavar="KEY=VALUE",
        help=f"an option of the {kind}, such as one that another package brings",
    )


def options_of(parsed: argparse.Namespace) -> dict[str, str]:
    """Read what was said with `--option`.

    Args:
        parsed: The arguments of a parser that `add_option` added to.

    Returns:
        Texts by option.

    Raises:
        SkelshotError: A word is no KEY=VALUE, or a key comes twice.
    """
    found: dict[str, str] = {}
    for word in parsed.part_options:
        key, equals, value = word.partition("=")
        if not (key and equals):
            raise SkelshotError(f"--option: found {word!r:.80}, expected KEY=VALUE")
        if key in found:
            raise SkelshotError(f"--option: names {key!r:.80} twice; say it once")
        found[key] = value
    return found


def add_words(
    parser: argparse.ArgumentParser, models: Mapping[str, "type[Options]"]
) -> dict[str, tuple[str, ...]]:
    """Add a word for each option that has a description, whichever parts have it.

    Args:
        parser: The command's parser.
        models: The options of each part, by its name.

    Returns:
        For each option the names of the parts that have it.
    """
    parts: dict[str, tuple[str, ...]] = {}
    fields: dict[str, FieldInfo] = {}
    for part, model in models.items():
        for name, field in model.model_fields.items():
            if field.description:
                parts[name] = (*parts.get(name, ()), part)
                fields.setdefault(name, field)
    for name, field in fields.items():
        whose = "" if len(parts[name]) == len(models) else f"{', '.join(parts[name])}: "
        parser.add_argument(
            flag(name),
            help=f"{whose}{field.description}{_default(field)}".replace("%", "%%"),
            **_kind(field),
        )
    return parts


def flag(name: str) -> str:
    """Return the word of an option.

    Args:
        name: The option.

    Returns:
        The word.

    Example:
        >>> flag("third_channel")
        '--third-channel'
    """
    return f"--{name.replace('_', '-')}"


def given(parsed: argparse.Namespace, names: Iterable[str]) -> dict[str, Any]:
    """Return the options that were said.

    Args:
        parsed: The arguments of a parser that `add_words` added to.
        names: The options.

    Returns:
        Their values, those alone that were said.
    """
    return {name: value for name in names if (value := getattr(parsed, name)) is not None}


def from_words(model: "type[Model]", values: Mapping[str, Any]) -> "Model":
    """Make options of what was said in words of the same names.

    Args:
        model: The options.
        values: What was said.

    Returns:
        The options.

    Raises:
        SkelshotError: A value does not fit; the message names the word.
    """
    try:
        return model(**values)
    except SkelshotError as error:
        name, _, told = str(error).removeprefix(f"{model.described}, ").partition(": ")
        raise SkelshotError(f"{flag(name)}: {told}") from error


def refuse_others(
    said: Iterable[str],
    parts: Mapping[str, Sequence[str]],
    chosen: str,
    model: "type[Options]",
) -> None:
    """Refuse an option that the chosen part does not have.

    Args:
        said: The options that were said.
        parts: As `add_words` returns it.
        chosen: The name of the part.
        model: Its options.

    Raises:
        SkelshotError: It is an option of others; the message names them.
    """
    for name in said:
        if name not in model.model_fields:
            only = f"{' and '.join(parts[name])} {'has' if len(parts[name]) == 1 else 'have'}"
            raise SkelshotError(
                f"{flag(name)}: the format is {chosen}, but only {only} this option; leave it out"
            )


def _default(field: "FieldInfo") -> str:
    if field.default in (None, ()):
        return ""
    return f" (default: {field.default})"


def _kind(field: "FieldInfo") -> dict[str, Any]:
    """Return what argparse has to know of a field's values; pydantic checks the rest."""
    inner = _without_none(field.annotation)
    if get_origin(inner) is Literal:
        return {"choices": list(get_args(inner))}
    if get_origin(inner) is tuple:
        return {"nargs": "+", "metavar": "NAME"}
    if inner is Path:
        return {"type": Path, "metavar": "FILE"}
    if inner in (int, float):
        return {"type": inner, "metavar": "N" if inner is int else "X"}
    return {"metavar": "WORD"}


def _without_none(annotation: Any) -> Any:
    """Take the first kind of value out of a union."""
    if get_origin(annotation) in (Union, UnionType):
        return next(kind for kind in get_args(annotation) if kind is not type(None))
    return annotation


def part_options(parsed: argparse.Namespace, part: str, model: "type[Options]") -> dict[str, Any]:
    """Gather all that was said of a part: in words of its own, and with `--option`.

    Args:
        parsed: The arguments of a parser that `add_words` and `add_option` added to, with the
            options of `add_words` as `parts`.
        part: The part's name.
        model: The model of its options.

    Returns:
        Values by option.

    Raises:
        SkelshotError: A word is of other parts, or a value does not fit.
    """
    said = given(parsed, parsed.parts)
    refuse_others(said, parsed.parts, part, model)
    from_words(model, said)  # its fault names the word
    return {**said, **options_of(parsed)}
