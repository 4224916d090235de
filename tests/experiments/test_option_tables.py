"""Option tables: every option is described, and the pages have today's tables."""

from pathlib import Path
from typing import Literal

import pytest
from pydantic import BaseModel, Field

from skelshot.experiments.option_tables import field_descriptions, fill_tables, option_table
from skelshot.fewshot import METHODS
from skelshot.ground.errors import SkelshotError
from skelshot.pretraining.strategies import STRATEGIES

PAGES = sorted((Path(__file__).resolve().parents[2] / "docs").rglob("*.md"))


class Base(BaseModel):
    """A base.

    Args:
        rate: How fast; two
            lines of it.
    """

    rate: float | None = Field(None, gt=0)


class Own(Base):
    """A model.

    Attributes:
        kind: One | the other.
        sizes: Some.

    Raises:
        deep: No field, though it looks like one.
    """

    kind: Literal["a", "b"] = "a"
    sizes: tuple[int, ...] = (1, 2)
    deep: Base = Field(Base(rate=2), description="Told by the field.")


def test_a_table_tells_name_type_default_and_meaning() -> None:
    assert option_table(Own).splitlines()[2:] == [
        "| `rate` | number or none | none | How fast; two lines of it. |",
        "| `kind` | `a`, `b` | a | One \\| the other. |",
        "| `sizes` | list of whole number | [1, 2] | Some. |",
        "| `deep` | Base | rate=2 | Told by the field. |",
    ]


def test_an_option_without_a_description_is_refused() -> None:
    class Silent(BaseModel):
        """A model."""

        width: int = 1

    with pytest.raises(SkelshotError, match=r"Silent.width: has no description"):
        option_table(Silent)


@pytest.mark.parametrize("path", ["skelshot.nothing.X", "skelshot.datasets.Nothing", "X"])
def test_a_class_that_is_none_is_refused(path: str) -> None:
    with pytest.raises(SkelshotError, match="no such class"):
        fill_tables(f"<!-- options: {path} -->\n<!-- /options -->")


def test_what_is_no_model_is_refused() -> None:
    with pytest.raises(SkelshotError, match="expected a model of options"):
        fill_tables("<!-- options: pathlib.Path -->\n<!-- /options -->")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_pages_have_today_s_tables(page: Path) -> None:
    text = page.read_text()
    assert fill_tables(text) == text, "run `python docs/write_options.py`"


@pytest.mark.parametrize(
    "part", [*METHODS.shipped, *STRATEGIES.shipped], ids=lambda part: part.name
)
def test_every_option_of_a_part_stands_in_the_pages(part: type) -> None:
    options = part.options_type
    assert field_descriptions(options).keys() == options.model_fields.keys()
    text = "".join(page.read_text() for page in PAGES)
    assert not options.model_fields or option_table(options) in text
