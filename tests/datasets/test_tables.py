import csv
import io
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skelshot.datasets.tables import SEPARATORS, read_table
from skelshot.ground import SkelshotError

NEEDED = ("file", "label")


def table(tmp_path, content, needed=NEEDED):
    path = tmp_path / "labels.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_table(path, needed, "file,label")


def rows(found):
    return [tuple(line.cells.values()) for line in found.lines]


@pytest.mark.parametrize(
    ("text", "separator"),
    [
        ("file,label\na,wave\n", "commas"),
        ("file;label\na;wave\n", "semicolons"),
        ("file\tlabel\na\twave", "tabs"),
        ("\ufefffile,label\r\na,wave\r\n\r\n", "commas"),
        (" File , LABEL \na,wave\n", "commas"),
        ('"file","label"\n"a","wave"\n', "commas"),
        ("\n\nfile,label\n\na,wave\n\n,\n", "commas"),
        ("sep=;\r\nfile;label\r\na;wave\r\n", "semicolons"),
        ("file,label\ra,wave\r", "commas"),
    ],
)
def test_one_table_in_its_many_forms(tmp_path, text, separator):
    found = table(tmp_path, text)
    assert (found.separator, found.columns, rows(found)) == (separator, NEEDED, [("a", "wave")])


def test_cells_are_kept_as_written_and_know_their_line(tmp_path):
    found = table(tmp_path, 'file;label\n\na; "wave, ""left"" hand"\nb;"x;y"\n')
    assert rows(found) == [("a", 'wave, "left" hand'), ("b", "x;y")]
    assert [line.place.rpartition(", ")[2] for line in found.lines] == ["line 3", "line 4"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "line 1: found the columns , expected file,label"),
        (" \n\n", "line 1: found the columns , expected file,label"),
        ("name,label\n", "line 1: found the columns name, label, expected file,label"),
        ("file label\n", "line 1: found the columns file label, expected"),
        ("file,label,label\na,b,c\n", r"line 1: found the column 'label' twice \(columns 2 and 3"),
        ("file,label, LABEL\n", "found the column 'label' twice"),
        ("file,label,\na,b,\n", "line 1: column 3 has no name; name it or delete it"),
        (
            "file,label\na,wave, left hand\n",
            r"line 2: found 3 cells \('a', 'wave', ' left hand'\), expected 2 \(file, label\); put",
        ),
        ("file,label\na,b\nc\n", r"line 3: found 1 cells \('c'\), expected 2"),
        ("file,label\na,b,\n", "line 2: found 3 cells"),
        ("file,label\na;b\n", r"line 2: found 1 cells \('a;b'\)"),
        ("file;label\na;b;c\n", "put a cell that holds a semicolon in double quotes"),
        ('file,label\na,"b\nc",d\n', "line 2: cannot be read .*quoted cell begins and ends"),
        ('file,label\na,"b"c\n', "line 2: cannot be read"),
        ("sep=x\nfilexlabel\n", "line 1: found 'sep=x', expected sep=, or sep=;"),
        ("file,label\n" + "x" * 200_000, "line 2: cannot be read"),
        ("file,\x1b[31m\n", r"found the columns file, \\x1b\[31m, expected"),
        ("file,label\n".encode("utf-16"), "found UTF-16"),
    ],
)
def test_lines_that_do_not_match_the_header_are_refused(tmp_path, text, expected):
    with pytest.raises(SkelshotError, match=expected) as caught:
        table(tmp_path, text)
    assert str(caught.value).startswith(str(tmp_path / "labels.csv"))


CELLS = st.text(st.characters(exclude_characters="\r\n\0", exclude_categories=("Cs",)), max_size=8)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    cells=st.lists(st.tuples(CELLS, CELLS), max_size=6),
    separator=st.sampled_from(list(SEPARATORS)),
    end=st.sampled_from(["\n", "\r\n"]),
)
def test_what_a_writer_of_csv_writes_is_read_back(tmp_path, cells, separator, end):
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, lineterminator=end, quoting=csv.QUOTE_ALL)
    writer.writerows([NEEDED, *cells])
    kept = [row for row in cells if any(cell.strip() for cell in row)]
    assert rows(table(tmp_path, text.getvalue())) == kept


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.text(st.sampled_from('fileab,;\t" \n\r'), max_size=40))
def test_any_text_gives_a_whole_table_or_one_line(tmp_path, text):
    """A reader that splits at separators alone agrees wherever no quote is used."""
    text = "file,label\n" + text
    found, complaint = None, ""
    try:
        found = table(tmp_path, text)
    except SkelshotError as error:
        complaint = str(error)
    if found is None:
        assert re.search(r"labels.csv, line [0-9]+: ", complaint)
        return
    lines = [line for line in re.split("\r\n|\r|\n", text)[1:] if line.strip()]
    if '"' not in text:
        split = [tuple(line.split(",")) for line in lines]
        assert rows(found) == [row for row in split if any(cell.strip() for cell in row)]
    assert all(len(row) == 2 for row in rows(found))
