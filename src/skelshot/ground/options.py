"""The base of all option models, whose faults are one-line errors."""

import warnings
from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any, ClassVar, TypeVar, get_args, get_origin

from pydantic import (
    BaseModel,
    ConfigDict,
    GetCoreSchemaHandler,
    ValidationError,
    ValidatorFunctionWrapHandler,
)
from pydantic_core import CoreSchema, ErrorDetails, core_schema

from skelshot.ground.errors import OldName, SkelshotError
from skelshot.ground.printable import printable
from skelshot.ground.suggestions import did_you_mean

_OF_A_KEY = "[key]"
"""What pydantic adds to the place of a fault that is one of the key itself."""

_INSIDE: ContextVar[bool] = ContextVar("_INSIDE", default=False)
"""Whether a model is being validated within another, whose error then names the whole place."""


class OptionError(SkelshotError):
    """An option that is unknown, missing or does not fit.

    Args:
        message: What went wrong.
        keys: What leads to it from the outermost: names of options, and places in lists.
    """

    def __init__(self, message: str, keys: tuple[str | int, ...] = ()) -> None:
        super().__init__(message)
        self.keys = keys


class Options(BaseModel):
    """Options that never change, refuse unknown names and tell what is wrong in one line.

    Attributes:
        described: What the options are of, as messages begin.
        renamed: Today's names of options by the names they had before, which are still read,
            with a warning.
        before: Of options whose default has changed what a trained network computes: what files
            written before the option was there mean (see `as_written`).

    Raises:
        OptionError: A name is unknown or a value does not fit; the first fault is told with its
            place, what was found and what was expected.

    Example:
        >>> class Pace(Options):
        ...     described: ClassVar[str] = "pace"
        ...     steps: int = 1
        >>> Pace(stepz=2)
        Traceback (most recent call last):
        ...
        skelshot.ground.options.OptionError: pace: found the unknown option 'stepz', expected steps;
        did you mean 'steps'?
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    described: ClassVar[str] = "options"
    renamed: ClassVar[Mapping[str, str]] = {}
    before: ClassVar[Mapping[str, Any]] = {}

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Wrap the whole validation, the validators of sub-classes with it."""
        return core_schema.no_info_wrap_validator_function(cls._one_line, handler(source))

    @classmethod
    def _one_line(cls, values: Any, validate: ValidatorFunctionWrapHandler) -> Any:
        if _INSIDE.get():
            return validate(cls._with_todays_names(values))
        token = _INSIDE.set(True)
        try:
            return validate(cls._with_todays_names(values))
        except ValidationError as error:
            raise _option_error(cls.described, error, cls) from error
        finally:
            _INSIDE.reset(token)

    @classmethod
    def _with_todays_names(cls, values: Any) -> Any:
        if not isinstance(values, Mapping):
            return values
        old = [name for name in cls.renamed if name in values]
        for name in old:
            warnings.warn(
                f"{cls.described}: the option {name!r} is called {cls.renamed[name]!r} now; the "
                "old name is read in this version only",
                OldName,
                stacklevel=2,
            )
        return {cls.renamed.get(name, name): value for name, value in values.items()}


def _option_error(
    described: str, error: ValidationError, model: type[BaseModel], advice: str = ""
) -> OptionError:
    """Put the first fault that pydantic found into words.

    Args:
        described: What the options are of.
        error: From pydantic.
        model: What was validated; its fields are the names that could be meant.
        advice: What to do, to stand behind the fault.

    Returns:
        The error, to be raised.
    """
    first, *others = error.errors()
    if first["type"] == "missing":  # a mistyped name leaves the right one without a value
        first = next((each for each in others if each["type"] == "extra_forbidden"), first)
    keys = tuple(part for part in first["loc"] if part != _OF_A_KEY)
    return OptionError(f"{described}{_problem_of(first, keys, model)}{advice}", keys)


def _problem_of(first: ErrorDetails, keys: tuple[str | int, ...], model: type[BaseModel]) -> str:
    """Tell the place of a fault and the fault, to stand behind what the options are of."""
    *parents, last = ("", *map(str, keys))
    if first["type"] == "extra_forbidden":
        known = _fields(model, parents[1:])
        place = "".join(f", {'.'.join(parents[1:])}" if parents[1:] else "")
        expected = ", ".join(known) or "none"
        return (
            f"{place}: found the unknown option {printable(last)!r}, expected {expected}"
            f"{did_you_mean(last, known)}"
        )
    place = ".".join(part for part in (*parents, last) if part)
    return f"{f', {place}' if place else ''}: {_fault(first)}"


def _fault(fault: ErrorDetails) -> str:
    """Tell what was expected of a value, and what it was unless it is a whole mapping."""
    told = fault["msg"].removeprefix("Value error, ")
    told = told[:1].lower() + told[1:] if told[1:2].islower() else told
    told = told.replace("valid tuple", "list").replace("tuple should", "list should")
    value = fault["input"]
    if fault["type"] == "string_type" and isinstance(value, int | float):
        told += ", put it in quotes"
    return told if isinstance(value, dict | BaseModel) else f"found {value!r:.80}; {told}"


def _fields(model: type[BaseModel], place: list[str]) -> list[str]:
    """List the fields of the model at a place within another."""
    names = iter(place)
    for name in names:
        field = model.model_fields.get(name)
        if field is not None and get_origin(field.annotation) in (dict, list, tuple):
            next(names, None)  # the key or number of an entry
        inner = [] if field is None else [field.annotation, *get_args(field.annotation)]
        models = [kind for kind in inner if isinstance(kind, type) and issubclass(kind, BaseModel)]
        if not models:
            return []
        model = models[0]
    return list(model.model_fields)


def as_written(model: type[Options], document: Mapping[str, Any]) -> dict[str, Any]:
    """Complete options that a file holds with what held before an option was there.

    Args:
        model: The options.
        document: Names and values, as the file has them.

    Returns:
        Names and values that mean today what they meant when the file was written.

    Example:
        >>> class Pace(Options):
        ...     before: ClassVar[Mapping[str, Any]] = {"gait": "walk"}
        ...     gait: str = "run"
        >>> as_written(Pace, {}), as_written(Pace, {"gait": "run"})
        ({'gait': 'walk'}, {'gait': 'run'})
    """
    return {**model.before, **document}


def late_defaults(model: type[Options]) -> dict[str, Any]:
    """Return the defaults of the options that older files lack.

    A file that is written now names them, so that their absence tells its age.

    Args:
        model: The options.

    Returns:
        Names and values.

    Example:
        >>> class Pace(Options):
        ...     before: ClassVar[Mapping[str, Any]] = {"gait": "walk"}
        ...     gait: str = "run"
        >>> late_defaults(Pace)
        {'gait': 'run'}
    """
    return {name: model.model_fields[name].default for name in model.before}


Model = TypeVar("Model", bound=Options)


def read_document(model: type[Model], document: object, place: str, advice: str) -> Model:
    """Read what a file holds, which nobody typed.

    Args:
        model: The entries that are used.
        document: What the file holds.
        place: The file, as messages begin.
        advice: What to do where it holds anything else.

    Returns:
        The entries.

    Raises:
        SkelshotError: It is no mapping, or an entry is missing, unknown or does not fit; the
            message names it.

    Example:
        >>> class Pace(Options):
        ...     steps: int
        >>> read_document(Pace, {"steps": "few"}, "pace.json", "write it anew")
        Traceback (most recent call last):
        ...
        skelshot.ground.options.OptionError: pace.json, steps: found 'few'; input should be a valid
        integer, unable to parse string as an integer; write it anew
    """
    if not isinstance(document, Mapping):
        raise SkelshotError(
            f"{place}: found {type(document).__name__}, expected names and values; {advice}"
        )
    token = _INSIDE.set(True)  # the fault comes as it is, to be told of the file
    try:
        return model.model_validate(dict(document))
    except ValidationError as error:
        raise _option_error(place, error, model, f"; {advice}") from error
    finally:
        _INSIDE.reset(token)


def read_alone(model: type[Model], document: Mapping[str, object]) -> Model:
    """Read options that are no part of another model, even while one is being validated.

    Args:
        model: The options.
        document: Names and values.

    Returns:
        The options.

    Raises:
        SkelshotError: A name is unknown or a value does not fit; the message begins with what
            these options are of.
    """
    token = _INSIDE.set(False)
    try:
        return model.model_validate(dict(document))
    finally:
        _INSIDE.reset(token)
