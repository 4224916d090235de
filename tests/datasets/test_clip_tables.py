import unicodedata

import pytest

from skelshot.datasets.clip_tables import read_clip_table
from skelshot.ground import SkelshotError

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
