"""Definitions of tables: rows, columns and how each is trained and evaluated, as data."""

import re
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self, get_args

from pydantic import AfterValidator, Field, model_validator

from skelshot.datasets.protocols.clip_choice import ClipChoice
from skelshot.experiments.settings import preset_names
from skelshot.fewshot import METHODS
from skelshot.ground import SkelshotError
from skelshot.ground.json_text import parse_json
from skelshot.ground.options import Options
from skelshot.ground.suggestions import did_you_mean
from skelshot.ground.yaml_text import parse_yaml, place_of, yaml_text
from skelshot.tables.saved import LONGEST_NAME, is_table_name

Role = Literal["ntu120", "ntu60", "pku-mmd", "nw-ucla", "msr-action-pairs", "kinder-gator"]

ROLES: tuple[Role, ...] = get_args(Role)
"""What a column measures on; `--data NAME=STORE` says which clips that is."""


def _known_preset(name: str) -> str:
    """Refuse a name that no preset has."""
    if name not in (known := preset_names()):
        raise ValueError(f"expected {', '.join(known)}{did_you_mean(name, known)}")
    return name


Changes = dict[Annotated[str, AfterValidator(_known_preset)], tuple[str, ...]]
"""As `pretrain --set`, by name of a preset."""


class TableRow(Options):
    """Training and evaluation of a row; what a definition says of `every` row is its default.

    Args:
        trained_on: The data set that it is trained on, by that one's own protocol; the column's
            unless told. The frozen encoder of its first split then serves all splits.
        strategy: As `pretrain --strategy`; `none` for random weights.
        episodes: As `pretrain --episodes`, after the strategy; rows of one strategy share what
            comes before.
        teacher: Whose features the strategy reads: a name that the presets of tables give one.
        encoder: As `pretrain --encoder`; the preset's own unless told.
        set: As `pretrain --set`, after those of `every` row.
        method: As `evaluate --method`; the column's unless told, or else `cosine`.
        evaluate: As `evaluate --set`, after those of `every` row.
        weights: Name of a file that only its user has, `--weights NAME=PATH`; in `set`, `{weights}`
            stands for the path.
        missing: Why no cell of the row can be measured, where that is so.
    """

    described: ClassVar[str] = "row"

    trained_on: Role | None = None
    strategy: str = "none"
    episodes: str = "none"
    teacher: str | None = None
    encoder: str | None = None
    set: tuple[str, ...] = ()
    method: str | None = None
    evaluate: tuple[str, ...] = ()
    weights: str | None = None
    missing: str | None = None

    def within(self, every: "TableRow") -> "TableRow":
        """Complete the row with what holds for every row.

        Args:
            every: The defaults.

        Returns:
            The whole row.
        """
        said = {name: getattr(self, name) for name in self.model_fields_set}
        both = {"set": every.set + self.set, "evaluate": every.evaluate + self.evaluate}
        return every.model_copy(update=said | both)

    def in_column(self, column: "TableColumn", changes: tuple[str, ...] = ()) -> "TableRow":
        """Complete the row with what a column says.

        Args:
            column: The column.
            changes: As `set`, before those of the row.

        Returns:
            The row of one cell.

        Example:
            >>> row, column = TableRow(set=("a=1",)), TableColumn(data="ntu60", method="nearest")
            >>> row.in_column(column).method, TableRow(method="apsr").in_column(column).method
            ('nearest', 'apsr')
        """
        own: dict[str, Any] = {"method": self.method, "evaluate": self.evaluate}
        if self.method is None:
            own = {
                "method": column.method or "cosine",
                "evaluate": self.evaluate + column.evaluate,
            }
        return self.model_copy(update={"set": changes + self.set + column.set, **own})

    @property
    def reads_a_run(self) -> bool:
        """True where the row of one cell needs an encoder or weights."""
        untrained = self.strategy == self.episodes == "none"
        return not (untrained and METHODS.named(str(self.method)).reads == "clip")


class TableColumn(Options):
    """Measure of a column.

    Args:
        data: The role of its data set.
        shots: Exemplars a class.
        protocol: Behind the name of the data set's own protocol, such as `-aux20`, or a whole name.
        train: For the accuracy of trained classes in place of new ones: the clips to train on, by
            who is seen where, `{cameras: [1, 2]}`, all others being tested; or `{split: xsub60}`
            for a split of NTU RGB+D.
        seeds: Most runs of a row, where splits already tell how far a mean can be trusted.
        set: As `pretrain --set`, after those of the row; a row whose strategy they do not concern
            must not stand in such a table.
        presets: As `pretrain --set`, by name of the preset, after those of the table.
        method: As `evaluate --method`, for rows that name none.
        evaluate: As `evaluate --set`, after those of the row, for rows that name no method.
    """

    described: ClassVar[str] = "column"

    data: Role
    shots: int = Field(1, ge=1)
    protocol: str = ""
    train: ClipChoice | None = None
    seeds: int | None = Field(None, ge=1)
    set: tuple[str, ...] = ()
    presets: Changes = Field(default_factory=dict)
    method: str | None = None
    evaluate: tuple[str, ...] = ()


class TableDefinition(Options):
    """A table or figure: of the paper, or beyond it.

    Args:
        title: What it compares.
        columns: By name, as printed.
        rows: By name, as printed.
        every: What holds for every row unless the row says otherwise.
        presets: As `pretrain --set`, by name of the preset, before those of the rows.
        notes: What a reader must know.
    """

    described: ClassVar[str] = "table"

    title: str
    columns: dict[str, TableColumn] = Field(min_length=1)
    rows: dict[str, TableRow] = Field(min_length=1)
    every: TableRow = TableRow()
    presets: Changes = Field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def changes(self, preset: str, column: TableColumn) -> tuple[str, ...]:
        """List what a preset changes in a column, before what the rows say.

        Args:
            preset: Its name.
            column: The column.

        Returns:
            As `pretrain --set`.
        """
        return self.presets.get(preset, ()) + column.presets.get(preset, ())

    @model_validator(mode="after")
    def _complete_rows(self) -> Self:
        for name, row in self.rows.items():
            self.rows[name] = row.within(self.every)
        return self


def table_numbers() -> list[str]:
    """List the tables and figures that there are definitions of.

    Returns:
        Their numbers as printed, then the names of those that the paper does not have.

    Example:
        >>> table_numbers()[11:17]
        ['XII', 'Fig6', 'A', 'B', 'C', 'D']
    """
    folder = files("skelshot.tables") / "definitions"
    names = [entry.name.removesuffix(".yaml") for entry in folder.iterdir()]

    def place(name: str) -> tuple[bool, bool, int, int, str]:
        value = _value_of(name)
        return not value, not name.startswith("Fig"), value, len(name), name

    return sorted(names, key=place)


def table_named(number: str) -> tuple[str, TableDefinition]:
    """Read a shipped definition, or a file of one's own.

    Args:
        number: As printed, `XI` or `Fig6`, or a name such as `A`; `table xi` and `Figure 6` find
            it too. A path that ends in `.yaml` names a file.

    Returns:
        The number as printed, or the file's name without its ending, and the definition.

    Raises:
        SkelshotError: There is none, its file's name can name no pages, or see `read_definition`.

    Example:
        >>> table_named("xi")[1].rows["NN"].method
        'nearest'
    """
    own = Path(number)
    if own.suffix in (".yaml", ".yml"):
        if not is_table_name(own.stem):
            raise SkelshotError(
                f"table {number!r:.80}: found the name {own.stem!r:.80}, expected 1 to "
                f"{LONGEST_NAME} of a to z, A to Z, digits, '_', '-' and '.', since its pages are "
                "named after it; rename the file"
            )
        return own.stem, read_definition(yaml_text(own), number)
    spelt = re.sub(r"^(table|figure|fig)[ ._-]*", lambda at: at[1][:3], number.strip().casefold())
    known = {name.casefold(): name for name in table_numbers()}
    found = known.get(spelt.removeprefix("tab"))
    if found is None:
        raise SkelshotError(
            f"table: found {number!r:.80}, expected one of {', '.join(known.values())}, or a "
            f".yaml file of your own"
            f"{did_you_mean(number, known.values())}"
        )
    file = files("skelshot.tables") / "definitions" / f"{found}.yaml"
    return found, read_definition(file.read_text(encoding="utf-8"), f"{found}.yaml")


def read_definition(text: str, place: str) -> TableDefinition:
    """Read a definition.

    Args:
        text: YAML.
        place: Where it comes from, for messages.

    Returns:
        The definition; all that `every` row is stands in each row.

    Raises:
        SkelshotError: It is no YAML, or a key or value does not fit; the message names the line
            where it can be told.

    Example:
        >>> read_definition("{title: t, columns: {A: {data: ntu6O}}, rows: {}}", "own.yaml")
        Traceback (most recent call last):
        ...
        skelshot.ground.errors.SkelshotError: own.yaml, line 1: table, columns.A.data: found ...
    """
    document = parse_yaml(text, place)
    if not isinstance(document, dict):
        raise SkelshotError(f"{place}: found {type(document).__name__}, expected a mapping")
    try:
        return TableDefinition.model_validate(document)
    except SkelshotError as error:
        raise SkelshotError(f"{place_of(place, text, error)}: {error}") from error


def printed_numbers(number: str) -> dict[str, dict[str, float]]:
    """Read what the paper prints.

    Args:
        number: Of the table, as printed.

    Returns:
        Accuracies in percent by row and column; cells without one are left out.

    Example:
        >>> printed_numbers("XI")["NN"]["NTU-120"]
        66.7
    """
    text = (files("skelshot.tables") / "printed.json").read_bytes()
    rows: Mapping[str, Any] = parse_json(text, "printed.json")["tables"].get(number, {})
    return {name: dict(cells) for name, cells in rows.items()}


def _value_of(number: str) -> int:
    """Return the value of a Roman number; 0 for any other text."""
    values = {"I": 1, "V": 5, "X": 10}
    if not number or set(number) - values.keys():
        return 0
    digits = [values[letter] for letter in number]
    return sum(
        -one if one < after else one for one, after in zip(digits, [*digits[1:], 0], strict=True)
    )
