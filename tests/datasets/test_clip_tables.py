import csv
import io
import re
import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skelshot.datasets.clip_tables import SEPARATORS, read_clip_table, read_table
from skelshot.ground import SkelshotError

NEEDED = ("file", "label")
FILES = ["day1/wave_01.npz", "bow_01.npz", "Bow_02.NPZ", "hand.npy"]


def read(tmp_path, text, files=FILES):
    path = tmp_path / "labels.csv"
    path.write_text(text, "utf-8")
    return read_clip_table(path, files)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("bow_01", "bow_01.npz"),
        ("bow_01.npz", "bow_01.npz"),
        ("./bow_01.npz", "bow_01.npz"),
        ("BOW_01.NPZ", "bow_01.npz"),
        ("bow_02", "Bow_02.NPZ"),
        ("hand", "hand.npy"),
        ("hand.npz", "hand.npz"),
        (r"day1\wave_01", "day1/wave_01.npz"),
        (r"Day1\Wave_01.npz", "day1/wave_01.npz"),
        ("lost", "lost.npz"),
        ("lost.NPY", "lost.NPY"),
    ],
)
def test_files_are_found_however_they_are_written(tmp_path, written, meant):
    found = read(tmp_path, f"file,label\n{written},wave\n")
    assert found.rows == {meant: {"label": "wave"}}


def test_letters_with_accents_are_the_same_however_they_are_composed(tmp_path):
    on_disk = unicodedata.normalize("NFD", "été.npz")
    found = read(tmp_path, f"file,label\n{unicodedata.normalize('NFC', 'été')},wave\n", [on_disk])
    assert list(found.rows) == [on_disk]


def test_cells_of_every_column(tmp_path):
    text = (
        "Label;FILE; subject ;camera;video;video_start;video_stop;note\n"
        '" wave, left ";bow_01;3.0;;v\\a b.mp4;0;40;left\n'
        ";hand;;2;;;;\n"
    )
    found = read(tmp_path, text)
    assert found.rows == {
        "bow_01.npz": {
            "label": "wave, left", "subject": "3", "video": "v/a b.mp4",
            "video_start": "0", "video_stop": "40",
        },
        "hand.npy": {"camera": "2"},
    }  # fmt: skip
    assert (found.separator, found.other_columns) == ("semicolons", ("note",))


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("bow_01,a\nbow_01.npz,b", "line 3: found 'bow_01.npz' a second time"),
        ("bow_01,a\nBOW_01,b", "line 3: found 'bow_01.npz' a second time"),
        (",a", "line 2: found the file '', expected a clip's name"),
        ("  ,a", "line 2: found the file ' '"),
        ("../x,a", r"line 2: found the file '../x'"),
        (r"..\x,a", "line 2: found the file"),
        ("/x,a", "line 2: found the file '/x'"),
        (r"C:\x,a", "line 2: found the file"),
        (r"\\server\share\x,a", "line 2: found the file"),
        ("bow_01,   ", "line 2, label: found only spaces, expected the class's name"),
        ("\x1b[31m,a\n\x1b[31m,a", r"found '\\\\x1b\[31m.npz' a second time"),
    ],
)
def test_bad_lines_are_refused(tmp_path, lines, expected):
    with pytest.raises(SkelshotError, match=expected):
        read(tmp_path, f"file,label\n{lines}\n")


@pytest.mark.parametrize("cell", ["P3", "-1", "3.5", "1e3", "²", "1234567890", "nan"])
def test_numbers_are_whole_numbers(tmp_path, cell):
    with pytest.raises(SkelshotError, match=f"line 2, subject: found '{cell}', expected a whole"):
        read(tmp_path, f"file,label,subject\nbow_01,a,{cell}\n")


def test_a_name_that_may_mean_two_files_is_refused(tmp_path):
    files = ["a.npz", "a.npy", "B.npz", "b.npz"]
    with pytest.raises(SkelshotError, match=r"'a', which may be a\.npy or a\.npz; write the whole"):
        read(tmp_path, "file,label\na,wave\n", files)
    with pytest.raises(SkelshotError, match=r"'B\.NPZ', which may be B\.npz or b\.npz"):
        read(tmp_path, "file,label\nB.NPZ,wave\n", files)
    assert list(read(tmp_path, "file,label\nb.npz,wave\nB,bow\n", files).rows) == ["b.npz", "B.npz"]


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
