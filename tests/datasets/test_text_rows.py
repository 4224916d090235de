import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skelshot.datasets.clips import BadClip
from skelshot.datasets.column_map import ColumnMap
from skelshot.datasets.text_rows import numbers_of_cells, table_of
from skelshot.ground import SkelshotError


def rows_of(content, **fields):
    told = ColumnMap(joints=(1, 2), rows="joint", layout="coco-17", **fields)
    header, rows = table_of(content, "a.csv", told)
    return header, list(rows)


TEXTS = {
    "commas": (b"a,b\n1,2\n", {}, ["a", "b"], [(2, ["1", "2"])]),
    "CRLF and a BOM": (b"\xef\xbb\xbfa,b\r\n1,2\r\n", {}, ["a", "b"], [(2, ["1", "2"])]),
    "blank lines": (b"\na,b\n\n1,2\n \n3,4", {}, ["a", "b"], [(4, ["1", "2"]), (6, ["3", "4"])]),
    "semicolons": (b"a;b\n1;2\n", {"separator": "semicolon"}, ["a", "b"], [(2, ["1", "2"])]),
    "tabs": (b"a b\tc\n1\t2\n", {"separator": "tab"}, ["a b", "c"], [(2, ["1", "2"])]),
    "white space": (b"  1  2\n3\t4 \n", {"separator": "space", "header": False},
                    ["", ""], [(1, ["1", "2"]), (2, ["3", "4"])]),
    "lines above": (b"made by x\n\n1,2\n", {"skip": 1, "header": False},
                    ["", ""], [(3, ["1", "2"])]),
    "quotes": (b'"a,a","b"\n"1","2"\n', {}, ["a,a", "b"], [(2, ["1", "2"])]),
}  # fmt: skip


@pytest.mark.parametrize("case", TEXTS)
def test_text_is_parted_into_header_and_rows(case):
    content, fields, header, rows = TEXTS[case]
    assert rows_of(content, **fields) == (header, rows)


REFUSED = {
    "empty": (b"", "no row: nothing was recorded"),
    "blank": (b"\n\n \n", "no row: nothing was recorded"),
    "shorter": (b"a,b\n1,2\n3\n", "line 3: found 1 cells, expected 2 as in the first row"),
    "longer": (b"a,b\n1,2,3\n", "line 2: found 3 cells, expected 2"),
    "quotes": (b'a,b\n"1,2\n', "line 2: cannot be read"),
    "UTF-16": ("a,b\n1,2\n".encode("utf-16"), "found UTF-16, UTF-32 or no text at all"),
    "binary": (bytes(range(256)), "found UTF-16, UTF-32 or no text at all"),
    "Latin-1": ("a,b\n1,é\n".encode("latin-1"), "not UTF-8 text"),
    "too many lines": (b"1,2\n" * 500_001, "expected at most 500000"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_other_text_is_refused(case):
    content, reason = REFUSED[case]
    with pytest.raises(SkelshotError) as refused:
        rows_of(content)
    assert reason in str(refused.value)


GAPS = ["", "  ", "nan", "NaN", "-nan", "inf", "-Infinity", "1e999"]
NO_NUMBERS = ["x", "1,5", "1_000", "0x10", "--1", "1.2.3", "1e", "e5", ".", "+", "٣", "1 2", "none"]


@pytest.mark.parametrize("cell", GAPS)
def test_gaps_are_no_finite_numbers(cell):
    assert not any(map(math.isfinite, numbers_of_cells([cell], 1)))


@pytest.mark.parametrize("cell", NO_NUMBERS)
def test_numbers_are_read_strictly(cell):
    with pytest.raises(BadClip, match=r"line 7: found .*, expected a number") as refused:
        numbers_of_cells(["1", cell], 7)
    assert refused.value.line == 7


@given(st.lists(st.floats(allow_nan=False), max_size=8), st.booleans())
def test_what_is_written_is_read(numbers, with_a_blank):
    cells = [repr(number) for number in numbers] + [""] * with_a_blank
    assert numbers_of_cells(cells, 1)[: len(numbers)] == numbers


@given(st.text(max_size=6))
def test_any_cell_is_a_number_or_refused(cell):
    try:
        (number,) = numbers_of_cells([cell], 1)
    except BadClip as error:
        assert "expected a number" in str(error)  # noqa: PT017
        return
    assert isinstance(number, float)
