"""Column maps: what the columns of text files mean, as people write it in YAML."""

import re
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import (
    Field,
    PlainSerializer,
    PlainValidator,
    StrictStr,
    field_validator,
    model_validator,
)

from skelshot.datasets.clips import BadClip
from skelshot.datasets.reading_options import ArrayOptions
from skelshot.ground import SkelshotError
from skelshot.ground.printable import printable
from skelshot.ground.suggestions import did_you_mean
from skelshot.ground.yaml_text import parse_yaml, place_of, yaml_text
from skelshot.skeletons.layout_files import is_layout_file

NUMBERS = ("subject", "camera", "setup", "replication")
"""Whole numbers that a file's name may tell."""

MOST_COLUMNS = 10_000
"""The largest number of a column."""

SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "space": None}
"""What stands between two cells; None is any run of white space."""

_RANGE = re.compile(r"([0-9]{1,5})-([0-9]{1,5})")
_DIGITS = re.compile(r"[0-9]{1,9}")


def _column(value: object) -> int | str:
    """Check a column: its name, or its number from 1."""
    if type(value) is int and 1 <= value <= MOST_COLUMNS:
        return value
    if isinstance(value, str) and value.strip():
        return value
    raise ValueError(f"expected the column's name, or its number from 1 to {MOST_COLUMNS}")


def _columns(value: object) -> str | tuple[int | str, ...]:
    """Check columns one by one, a pattern, or a range such as `2-61`, which is written out."""
    if isinstance(value, str) and (match := _RANGE.fullmatch(value)):
        first, last = int(match[1]), int(match[2])
        if not 1 <= first <= last <= MOST_COLUMNS:
            raise ValueError(f"expected columns from 1 to {MOST_COLUMNS}, the smaller first")
        return tuple(range(first, last + 1))
    if isinstance(value, str) and value.strip():
        return value
    if isinstance(value, list | tuple):
        return tuple(map(_column, value))
    raise ValueError("expected a pattern such as '{joint}_{axis}', a range such as 2-61, or a list")


def _joints(value: object) -> str | tuple[int | str, ...] | dict[str, tuple[int | str, ...]]:
    """Check the columns of coordinates, which may be told joint by joint."""
    if not isinstance(value, dict):
        return _columns(value)
    if not all(isinstance(columns, list | tuple) for columns in value.values()):
        raise ValueError("expected a list of columns for each joint")
    return {str(joint): tuple(map(_column, columns)) for joint, columns in value.items()}


def _texts(value: object) -> dict[str, str]:
    """Check texts by text: a number as a key has lost its zeros."""
    if not isinstance(value, dict):
        raise ValueError("expected names by name")
    for text in (*value.keys(), *value.values()):
        if not isinstance(text, str) or not text.strip():
            raise ValueError(f"expected text for {text!r:.40}; put it in quotes")
    return value


_AsItIs = PlainSerializer(lambda value: value, return_type=Any)

Column = Annotated[int | str, PlainValidator(_column), _AsItIs]
"""A column by its number, from 1, or by its name in the header."""

Columns = Annotated[str | tuple[int | str, ...], PlainValidator(_columns), _AsItIs]
"""Columns one by one, or a pattern over the header."""

Joints = Annotated[
    str | tuple[int | str, ...] | dict[str, tuple[int | str, ...]],
    PlainValidator(_joints),
    _AsItIs,
]
"""Columns of coordinates: as any columns, or joint by joint."""

Texts = Annotated[dict[str, str], PlainValidator(_texts)]


class ColumnMap(ArrayOptions):
    r"""Map of the columns of text files: what they mean, and how they become clips.

    Columns go by their names in the header or by their numbers from 1.

    Args:
        joints: The columns of the coordinates: a pattern over the header in which `{joint}` and
            `{axis}` stand for what changes; a list or range of V C numbers or names, joint by
            joint; or such a list for each joint by its name. With one row a joint the columns
            are those of one joint: a pattern of `{axis}` alone, or two or three.
        confidence: How sure each joint is: a pattern with `{joint}`, or V columns; one with one
            row a joint.
        rows: Whether a row is a frame or a joint of one.
        separator: What stands between two cells.
        header: Whether the first row names the columns.
        skip: Lines to pass over at the beginning.
        names: What the files call joints, by the layout's name; spellings such as `LShoulder`
            need not be told.
        first_joint: The number of the first joint, where the files number joints.
        frame: The column of whole frame numbers.
        time: The column of times in any unit, which order the rows.
        person: The column that tells persons apart; it needs `frame` or `time`.
        joint: The column with the joint's name or number, with one row a joint; without it the
            rows come in the layout's order.
        label: The column with the class, the same in all rows of a file; where its name tells it
            too, they must agree.
        file: A regular expression that a file's name, or its path in the folder, is as a whole;
            of its groups `label`, `subject`, `camera`, `setup` and `replication` tell so.
        classes: Names of the classes by what the files say, in label order; any others are
            rejected.
        endings: How the names of the files end, in small letters.

    Raises:
        SkelshotError: A field is missing, unknown or wrong.

    Example:
        >>> told = ColumnMap(joints="2-61", layout="kinect-v1", file=r"(?P<label>\w+)_\d+\.csv")
        >>> told.from_name("day1/wave_07.csv")
        {'label': 'wave'}
    """

    described: ClassVar[str] = "column map"

    joints: Joints = ()
    confidence: Columns | None = None
    rows: Literal["frame", "joint"] = "frame"
    separator: Literal["comma", "semicolon", "tab", "space"] = "comma"
    header: bool = True
    skip: int = Field(0, ge=0, le=10_000)
    names: Texts = Field({})
    first_joint: int = Field(0, ge=0, le=1)
    frame: Column | None = None
    time: Column | None = None
    person: Column | None = None
    joint: Column | None = None
    label: Column | None = None
    file: StrictStr | None = Field(None, max_length=1000)
    classes: Texts = Field({})
    endings: tuple[StrictStr, ...] = (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz")

    @field_validator("file")
    @classmethod
    def _is_expression(cls, file: str | None) -> str | None:
        if file is None:
            return None
        try:
            groups = re.compile(file).groupindex
        except (re.error, RecursionError, OverflowError) as error:
            raise ValueError(f"expected a regular expression ({error})") from error
        for group in groups:
            if group not in ("label", *NUMBERS):
                raise ValueError(f"expected the groups label, {', '.join(NUMBERS)}, not {group}")
        return file

    @field_validator("endings")
    @classmethod
    def _are_endings(cls, endings: tuple[str, ...]) -> tuple[str, ...]:
        if not endings or any(not one.startswith(".") or one != one.lower() for one in endings):
            raise ValueError("expected endings in small letters, such as .csv")
        return endings

    @model_validator(mode="after")
    def _fits(self) -> Self:
        told = [name for name in ("frame", "time", "person") if getattr(self, name) is not None]
        places = ("joints", "confidence", "frame", "time", "person", "joint", "label")
        by_name = [name for name in places if _is_named(getattr(self, name))]
        wrong = ""
        if not self.joints:
            wrong = "joints: found none, expected the columns of the coordinates"
        elif self.layout is None:
            wrong = "layout: found none, expected a layout's name or a .yaml file of your own"
        elif self.rows == "frame" and self.joint is not None:
            wrong = "joint: found a column of joints, which needs rows: joint"
        elif {"frame", "time"} <= set(told):
            wrong = "time: found beside frame, expected one of the two"
        elif "person" in told and not {"frame", "time"} & set(told):
            wrong = "person: found without frame or time, which tell what is at once"
        elif not self.header and by_name:
            wrong = (
                f"{by_name[0]}: found a name or pattern without a header, expected numbers from 1"
            )
        elif self.rows == "joint" and isinstance(self.joints, dict):
            wrong = "joints: found a mapping with rows: joint, expected the columns of one joint"
        if wrong:
            raise SkelshotError(f"column map, {wrong}")
        return self

    def from_name(self, path: str) -> dict[str, Any]:
        """Return what a file's name tells.

        Args:
            path: Its path in the raw folder, with forward slashes.

        Returns:
            The label as it is written there, and whole numbers.

        Raises:
            BadClip: The name is not as the map says, or a group is no whole number.
        """
        if self.file is None:
            return {}
        found = re.fullmatch(self.file, path.rpartition("/")[2]) or re.fullmatch(self.file, path)
        if found is None:
            raise BadClip(f"file name: found {printable(path)!r}, expected {self.file:.200}")
        told: dict[str, Any] = {}
        for group, text in found.groupdict().items():
            if text is not None and group in NUMBERS:
                if not _DIGITS.fullmatch(text):
                    raise BadClip(f"file name, {group}: found {text!r:.40}, expected a number")
                told[group] = int(text)
            elif text is not None:
                told[group] = text
        return told

    def class_of(self, label: str) -> str:
        """Return the name of the class that a file tells.

        Args:
            label: As the file writes it.

        Returns:
            The name.

        Raises:
            BadClip: The map names classes, but not this one.
        """
        if self.classes and label not in self.classes:
            near = did_you_mean(label, self.classes)
            raise BadClip(f"unknown label: {printable(label)!r} is not one of classes{near}")
        return self.classes.get(label, label)


def _is_named(value: object) -> bool:
    """Tell whether columns are told by names or patterns."""
    if isinstance(value, dict):
        return any(_is_named(columns) for columns in value.values())
    return isinstance(value, str) or (
        isinstance(value, tuple) and any(isinstance(one, str) for one in value)
    )


def read_column_map(path: Path | str) -> ColumnMap:
    """Read a column map from a YAML file.

    Args:
        path: The file; a layout of one's own is named relative to it.

    Returns:
        The map.

    Raises:
        SkelshotError: It cannot be read, is no YAML, or a field is missing, unknown or wrong.
    """
    path = Path(path)
    text = yaml_text(path)
    document = parse_yaml(text, str(path))
    if not isinstance(document, dict):
        raise SkelshotError(f"{path}: found {type(document).__name__}, expected a column map")
    layout = document.get("layout")
    if isinstance(layout, str) and is_layout_file(layout):
        document = {**document, "layout": str(path.parent / layout)}
    try:
        return ColumnMap.model_validate(document)
    except SkelshotError as error:
        told = str(error).removeprefix("column map, ")
        raise SkelshotError(f"{place_of(path, text, error)}, {told}") from error
