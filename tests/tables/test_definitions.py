"""All definitions load, have the paper's rows and columns, and settings that are valid."""

from functools import cache
from pathlib import Path

import pytest

from skelshot.encoders import ENCODERS
from skelshot.evaluation.options import EvaluateOptions
from skelshot.experiments.settings import Settings, evaluation_changes, load_settings
from skelshot.fewshot import METHODS
from skelshot.ground import SkelshotError
from skelshot.tables.amounts import data_roles, table_preset, table_presets
from skelshot.tables.definitions import (
    ROLES,
    TableColumn,
    TableDefinition,
    TableRow,
    printed_numbers,
    read_definition,
    table_named,
    table_numbers,
)
from skelshot.tables.planning import _of_stages
from skelshot.tables.twins import twin_entry

CELLS = [
    pytest.param(definition, row, column, id=f"{number}-{row_name}-{column_name}")
    for number in table_numbers()
    for definition in [table_named(number)[1]]
    for row_name, row in definition.rows.items()
    for column_name, column in definition.columns.items()
]


def test_all_tables_of_the_paper_are_there_in_its_order_and_ours_behind() -> None:
    assert table_numbers() == [
        *("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"),
        "Fig6",
        *("A", "B", "C", "D", "methods", "nw-ucla", "strategies", "synthetic-to-real"),
    ]


@pytest.mark.parametrize("number", table_numbers()[:13])
def test_rows_and_columns_are_the_printed_ones(number: str) -> None:
    printed, definition = printed_numbers(number), table_named(number)[1]
    assert list(definition.rows) == list(printed)
    columns = {column for cells in printed.values() for column in cells}
    assert columns <= set(definition.columns)


@cache  # many cells share what they train
def settings_of_stage(
    preset: str, strategy: str, episodes: str, encoder: str | None, changes: tuple[str, ...]
) -> Settings:
    return load_settings(
        preset,
        layout="kinect-v2",
        changes={
            "pretrain.strategy": strategy,
            "pretrain.episodes": episodes,
            "pretrain.encoder.name": encoder and ENCODERS.named(encoder).name,
        },
        assignments=changes,
    )


@cache
def evaluation_of(preset: str, changes: tuple[str, ...]) -> EvaluateOptions:
    assignments = evaluation_changes(changes)
    return load_settings(preset, layout="kinect-v2", assignments=assignments).evaluate


@pytest.mark.parametrize(("definition", "row", "column"), CELLS)
def test_settings_of_every_cell_are_valid(
    definition: TableDefinition, row: TableRow, column: TableColumn
) -> None:
    for preset in table_presets():
        whole = row.in_column(column, definition.changes(preset, column))
        method = METHODS.named(str(whole.method))
        for strategy, episodes in ((row.strategy, "none"), ("none", row.episodes)):
            changes = tuple(_of_stages(whole.set, strategy, episodes))
            settings = settings_of_stage(preset, strategy, episodes, row.encoder, changes)
            assert settings.pretrain.strategy_name == strategy
        options = evaluation_of(preset, whole.evaluate).classifiers.get(method.name, {})
        made = method.from_options(options)
        assert not (made.has_weights and row.episodes != method.name)
        known = row.teacher is None or row.teacher in table_preset(preset).teachers
        assert known or row.missing
    assert (row.teacher is not None) == (row.strategy == "transfer")
    assert {*definition.presets, *column.presets} <= set(table_presets())
    if column.train is not None:
        assert (row.strategy, row.episodes) == ("supervised", "none")


@pytest.mark.parametrize("preset", table_presets())
def test_teachers_of_rows_are_known_or_said_to_be_missing(preset: str) -> None:
    known = table_preset(preset).teachers
    assert "main" in known
    assert set(data_roles()) == set(ROLES)
    for role, size in table_preset(preset).twins.items():
        assert twin_entry(role, size).config["performers"]


def test_what_holds_for_every_row_stands_in_each() -> None:
    text = (
        "{title: t, every: {strategy: byol, set: [strategy.epochs=1]}, columns: {A: {data: ntu60}},"
        " rows: {a: {set: [strategy.epochs=2]}, b: {strategy: none}}}"
    )
    rows = read_definition(text, "own.yaml").rows
    assert rows["a"].strategy == "byol"
    assert rows["a"].set == ("strategy.epochs=1", "strategy.epochs=2")
    assert rows["b"].strategy == "none"


def test_a_column_changes_a_preset_after_the_table_does() -> None:
    text = (
        "{title: t, presets: {cpu: [a=1]}, columns: {A: {data: ntu60}, B: {data: nw-ucla, presets: "
        "{cpu: [a=2], paper: [b=1]}}}, rows: {a: {set: [c=1]}}}"
    )
    table = read_definition(text, "own.yaml")
    told = {
        name: table.rows["a"].in_column(column, table.changes("cpu", column)).set
        for name, column in table.columns.items()
    }
    assert told == {"A": ("a=1", "c=1"), "B": ("a=1", "a=2", "c=1")}
    assert table.changes("paper", table.columns["B"]) == ("b=1",)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "title: t\ncolumns: {A: {data: ntu60}}\nrows:\n  a: {strategyy: byol}\n",
            "own.yaml, line 4: table, rows.a: found the unknown option 'strategyy'",
        ),
        (
            "title: t\ncolumns: {A: {data: ntu60}}\nrows:\n  a: {strategyy: byol}\n",
            "did you mean 'strategy'?",
        ),
        (
            "title: t\nnote: []\ncolumns: {A: {data: ntu60}}\nrows: {a: {}}\n",
            "line 2: table: found the unknown option 'note'",
        ),
        (
            "title: t\nnote: []\ncolumns: {A: {data: ntu60}}\nrows: {a: {}}\n",
            "did you mean 'notes'?",
        ),
        (
            "title: t\ncolumns:\n  A: {data: ntu6O}\nrows: {a: {}}\n",
            "line 3: table, columns.A.data",
        ),
        ("title: [", "own.yaml"),
        ("[]", "found list, expected a mapping"),
        ("{title: t, columns: {}, rows: {a: {}}}", "table, columns"),
        ("{title: t, columns: {A: {data: ntu60}}, rows: {a: {shots: 1}}}", "option 'shots'"),
        ("{title: t, title: u}", "stands twice"),
        (
            "title: t\npresets: {cpuu: []}\ncolumns: {A: {data: ntu60}}\nrows: {a: {}}\n",
            "line 2: table, presets.cpuu: found 'cpuu'; expected cpu, paper, smoke; did you mean",
        ),
        (
            "title: t\ncolumns:\n  A: {data: ntu60, presets: {cpuu: []}}\nrows: {a: {}}\n",
            "line 3: table, columns.A.presets.cpuu: found 'cpuu'; expected cpu, paper",
        ),
        (
            "title: t\ncolumns: {A: {data: ntu60}}\nrows:\n  a:\n    strategy: supervised\n"
            "    set: [a=1, 2]\n",
            "line 6: table, rows.a.set.1: found 2",
        ),
        (
            "title: t\ncolumns:\n  A: {data: ntu60, seeds: 0}\nrows: {a: {}}\n",
            "own.yaml, line 3: table, columns.A.seeds: found 0; input should be greater than",
        ),
        (
            "title: t\ncolumns:\n  A: {data: ntu60, train: {camera: [1]}}\nrows: {a: {}}\n",
            "line 3: table, columns.A.train",
        ),
        (
            "title: t\ncolumns: {A: {data: ntu60}}\nrows:\n  a: {}\n  b: {trained_on: ntu12O}\n",
            "line 5: table, rows.b.trained_on",
        ),
    ],
)
def test_a_typo_is_told_with_its_place(text: str, told: str) -> None:
    with pytest.raises(SkelshotError) as fault:
        read_definition(text, "own.yaml")
    assert told in str(fault.value)
    assert "\n" not in str(fault.value)


@pytest.mark.parametrize(
    ("number", "told"),
    [("XIII", "did you mean 'XII"), ("6", "expected one of I, II"), ("", "found ''")],
)
def test_an_unknown_table_is_told(number: str, told: str) -> None:
    with pytest.raises(SkelshotError, match="table: found") as fault:
        table_named(number)
    assert told in str(fault.value)


def test_a_file_of_ones_own_is_read(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("title: t\ncolumns: {A: {data: ntu60}}\nrows: {a: {}}\n")
    name, definition = table_named(str(file))
    assert (name, definition.title) == ("mine", "t")
    file.write_text("title: t\ncolumns: {A: {data: ntu60}}\nrowz: {a: {}}\n")
    with pytest.raises(SkelshotError, match=r"mine\.yaml, line 3: .*did you mean 'rows'"):
        table_named(str(file))
    with pytest.raises(SkelshotError, match=r"none\.yaml"):
        table_named(str(tmp_path / "none.yaml"))


@pytest.mark.parametrize("spelt", ["fig6", "Figure 6", "FIG. 6", "Fig6"])
def test_figures_are_found_as_people_write_them(spelt: str) -> None:
    assert table_named(spelt)[0] == "Fig6"


def test_definitions_are_short_files() -> None:
    folder = Path(__file__).parents[2] / "src/skelshot/tables/definitions"
    assert all(len(file.read_text().splitlines()) <= 60 for file in folder.glob("*.yaml"))
