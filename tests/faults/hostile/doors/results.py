"""Results and tables of queries, which are compared and shown."""

from collections.abc import Iterator

from ..cases import Case, Door, content
from ..documents import json_cases
from ..places import place_cases
from .texts import INDICES, LINES

RESULT = Door("result", ("compare", "{in}/result.json", "{in}/other.json"), "result.json")
QUERIES = Door(
    "table of queries",
    ("show", "{shared}/run", "--queries", "{in}/queries.parquet", "--out", "{out}"),
    "queries.parquet",
)
LISTED = QUERIES._replace(
    name="table of queries as text",
    words=("compare", "{in}/queries.csv", "{in}/other.csv"),
    file="queries.csv",
)


def cases() -> Iterator[Case]:
    """List the cases."""
    yield from json_cases(RESULT)
    for door in (RESULT, QUERIES, LISTED):
        yield from place_cases(door)
    for kind, data in INDICES.items():
        yield QUERIES.case(kind, content(data))
    for kind, data in LINES.items():
        yield LISTED.case(kind, content(data))
