"""Galleries: what is enrolled comes back, features are never mixed, faults are one line."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from skelshot.ground import SkelshotError
from skelshot.recognition.enrolled import ARRAYS, Exemplar
from skelshot.recognition.gallery import Gallery

Make = Callable[..., Exemplar]


def same(one: Exemplar, other: Exemplar) -> bool:
    arrays = [(getattr(one.sequence, n), getattr(other.sequence, n)) for n in ARRAYS]
    words = [[getattr(e, n) for n in ["action", "name", "source", "digest"]] for e in (one, other)]
    words = [[*word, e.sequence.rate] for word, e in zip(words, (one, other), strict=True)]
    equal = all((a is None and b is None) or np.array_equal(a, b) for a, b in arrays)
    return equal and words[0] == words[1] and one.sequence.layout == other.sequence.layout


def test_exemplars_come_back_as_they_were_enrolled(place: Path, exemplar: Make) -> None:
    shown = [exemplar("wave"), exemplar("sit", 1, frames=3), exemplar("wave", 2)]
    with Gallery.open(place, create=True) as gallery:
        assert gallery.add(shown[:2]) == [1, 2]
        assert gallery.add(iter(shown[2:])) == [3]
        assert gallery.add([]) == []
    with Gallery.open(place) as gallery:
        assert all(map(same, shown, gallery.exemplars()))
        assert list(gallery.by_id()) == gallery.ids == [1, 2, 3]
        assert gallery.actions() == {"wave": 2, "sit": 1}
        assert gallery.entries()[1][:4] == (2, "sit", "sit 1.json", "/clips/sit 1.json")
        assert gallery.entries()[1].digest == shown[1].digest
    assert sorted(path.name for path in place.parent.iterdir()) == [
        "moves.gallery",
        "moves.gallery.backup",
    ]


def test_a_thumbnail_shows_poses(filled: Path, tmp_path: Path) -> None:
    with Gallery.open(filled) as gallery:
        (tmp_path / "a.png").write_bytes(gallery.thumbnail(1))
        with pytest.raises(SkelshotError, match="no exemplar has the number 9"):
            gallery.thumbnail(9)
    with Image.open(tmp_path / "a.png") as picture:
        assert picture.size == (320, 64)
        poses = np.asarray(picture.convert("L")).reshape(64, 5, 64)
    assert ((poses < 200).sum(axis=(0, 2)) > 30).all()


def test_what_is_forgotten_is_gone(filled: Path) -> None:
    with Gallery.open(filled) as gallery:
        assert gallery.forget("wave") == 2
        assert gallery.forget("wave") == 0
        assert gallery.forget(ids=[2, 77]) == 1
        assert gallery.forget("jump", ids=[3, 5]) == 1
        assert gallery.actions() == {"sit": 1, "jump": 1}
        assert list(gallery.features("one")) == gallery.ids == [5, 6]
        with pytest.raises(SkelshotError, match="found neither an action nor numbers"):
            gallery.forget()
    for file in filled.parent.iterdir():
        assert b"wave 0.json" not in file.read_bytes(), "what is forgotten leaves the disk"


def test_numbers_are_never_used_again(filled: Path, exemplar: Make) -> None:
    with Gallery.open(filled) as gallery:
        gallery.forget(ids=gallery.ids)
        assert gallery.add([exemplar()]) == [7]


def test_more_numbers_than_a_statement_takes(filled: Path) -> None:
    with Gallery.open(filled) as gallery:
        assert gallery.forget(ids=range(100_000)) == 6


def test_features_of_two_encoders_are_never_mixed(filled: Path) -> None:
    with Gallery.open(filled) as gallery:
        assert gallery.fingerprint == "one"
        assert {id_: f.tolist() for id_, f in gallery.features("one").items()} == {
            id_: [id_] * 4 for id_ in range(1, 7)
        }
        assert gallery.features("two") == {}
        gallery.keep_features("two", {2: np.ones((2, 3), np.float32)})
        assert gallery.fingerprint == "two"
        assert gallery.features("one") == {}
        assert {i: f.shape for i, f in gallery.features("two").items()} == {2: (2, 3)}
        gallery.keep_features("two", {1: np.zeros(1, np.float32), 2: np.zeros(1, np.float32)})
        assert {i: f.tolist() for i, f in gallery.features("two").items()} == {1: [0], 2: [0]}


def test_features_of_what_was_forgotten_meanwhile_are_left_out(filled: Path) -> None:
    with Gallery.open(filled) as gallery, Gallery.open(filled) as other:
        other.forget("wave")
        gallery.keep_features("two", {1: np.ones(1, np.float32), 2: np.ones(1, np.float32)})
        assert list(gallery.features("two")) == [2]
        assert other.fingerprint == "two"
        other.forget("sit")
        assert gallery.fingerprint is None


@pytest.mark.parametrize("feature", [np.ones(2), np.array([np.nan], np.float32)])
def test_features_are_finite_float32(filled: Path, feature: np.ndarray) -> None:
    with Gallery.open(filled) as gallery:
        with pytest.raises(SkelshotError, match="feature of exemplar 1: found numbers"):
            gallery.keep_features("two", {1: feature})
        assert gallery.fingerprint == "one"


def test_settings_are_kept(place: Path) -> None:
    with Gallery.open(place, create=True) as gallery:
        assert gallery.settings == {}
        gallery.settings = {"threshold": 0.1 + 0.2, "sides": "matter", "levels": [1, 2]}
        with pytest.raises(SkelshotError, match="settings: cannot be kept as JSON"):
            gallery.settings = {"threshold": float("nan")}
    with Gallery.open(place) as gallery:
        assert gallery.settings == {"threshold": 0.1 + 0.2, "sides": "matter", "levels": [1, 2]}


def test_one_that_cannot_be_kept_enrols_none(place: Path, exemplar: Make) -> None:
    good = exemplar()
    double = type(good.sequence)(
        good.sequence.joints.astype(float), good.sequence.present, good.sequence.layout
    )
    bad = replace(good, sequence=double, name="bad.json")
    with Gallery.open(place, create=True) as gallery:
        with pytest.raises(SkelshotError, match=r"bad.json: joints: found numbers of float64"):
            gallery.add([good, bad])
        assert gallery.ids == []


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("action", "", "action: found ''"),
        ("action", "a\nb", "action: found 'a.nb'"),
        ("name", "x" * 401, "name: found 'xxx"),
        ("source", "a\udce9", "source: found .*rename the file"),
        ("source", "a\0", "source: found"),
        ("digest", "0" * 63, "digest: found"),
        ("digest", "g" * 64, "digest: found"),
    ],
)
def test_an_exemplar_is_checked(exemplar: Make, field: str, value: object, told: str) -> None:
    one = exemplar()
    with pytest.raises(SkelshotError, match=told):
        replace(one, **{field: value})


def another_program(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE songs (title TEXT)")


def newer(path: Path) -> None:
    Gallery.open(path, create=True).close()
    path.with_name(f"{path.name}.backup").unlink(missing_ok=True)
    from skelshot.recognition.gallery.rows import note_row

    row = note_row("version", 2)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            "UPDATE skelshot_notes SET value = ?, crc = ?", (row["value"], row["crc"])
        )


NO_GALLERY = {
    "nothing": (lambda path: None, "no gallery is there; enrol an action first: skelshot enroll"),
    "a folder": (Path.mkdir, "found a folder, expected a regular file"),
    "an empty file": (Path.touch, "found no gallery; enrol an action first"),
    "text": (lambda path: path.write_text("wave\n" * 999), "damaged .file is not a database.*no"),
    "a database": (another_program, "found another program's database"),
    "a newer gallery": (newer, "found a gallery of version 2, expected 1; update Skelshot"),
}


@pytest.mark.parametrize("name", NO_GALLERY)
def test_what_is_no_gallery_is_one_line(place: Path, name: str) -> None:
    make, told = NO_GALLERY[name]
    make(place)
    before = place.read_bytes() if place.is_file() else None
    with pytest.raises(SkelshotError, match=told) as caught:
        Gallery.open(place)
    assert str(caught.value).startswith(str(place))
    assert (place.read_bytes() if place.is_file() else None) == before


@pytest.mark.parametrize("name", ["a folder", "text", "a database", "a newer gallery"])
def test_nothing_is_made_of_what_is_no_gallery(place: Path, name: str) -> None:
    NO_GALLERY[name][0](place)
    with pytest.raises(SkelshotError, match=NO_GALLERY[name][1]):
        Gallery.open(place, create=True)


def test_a_gallery_is_made_where_a_kill_left_an_empty_file(place: Path, exemplar: Make) -> None:
    place.touch()
    with Gallery.open(place, create=True) as gallery:
        assert gallery.add([exemplar()]) == [1]


def test_no_folder_is_made(tmp_path: Path) -> None:
    with pytest.raises(SkelshotError, match="no such folder; make it, or name another --gallery"):
        Gallery.open(tmp_path / "x" / "moves.gallery", create=True)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("nowhere://me@host/x", "driver of this database is not installed.*install its driver"),
        ("postgresql+nothing://me@host/x", "driver of this database is not installed"),
        ("://", "found no URL of a database"),
        ("sqlite://", "a gallery in SQLite is a file"),
        ("sqlite:///:memory:", "a gallery in SQLite is a file"),
        ("sqlite:////absent/moves.gallery", "no gallery is there"),
    ],
)
def test_urls_that_lead_nowhere(url: str, told: str) -> None:
    with pytest.raises(SkelshotError, match=told):
        Gallery.open(url)


def test_passwords_are_not_told() -> None:
    pytest.importorskip("psycopg")
    with pytest.raises(SkelshotError, match="the database refuses") as caught:
        Gallery.open("postgresql://me:secret@localhost:1/x")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["postgresql://me:p@ss:w0rd@host/x", "postgresql://me:pw0rd@host:54x/x",
            "postgresql://me:p@w0rd@host/x"],
)  # fmt: skip
def test_urls_that_are_none_tell_no_password(url: str) -> None:
    with pytest.raises(SkelshotError, match=r"no URL of a database.*; percent-encode") as caught:
        Gallery.open(url)
    assert "w0rd" not in str(caught.value)
    assert caught.value.__context__ is None


def test_the_gallery_and_its_backup_are_not_written_over(filled: Path) -> None:
    backup, link = filled.with_name(f"{filled.name}.backup"), filled.with_name("link")
    link.symlink_to(filled)
    before = filled.read_bytes(), backup.read_bytes()
    with Gallery.open(filled) as gallery:
        for file in (filled, link, filled.parent / "." / filled.name):
            with pytest.raises(SkelshotError, match=r"found the gallery itself.*another --export"):
                gallery.export(file)
        with pytest.raises(SkelshotError, match="found the gallery's backup"):
            gallery.export(backup)
    assert (filled.read_bytes(), backup.read_bytes()) == before


def test_a_url_of_sqlite_is_the_file(filled: Path) -> None:
    with Gallery.open(f"sqlite:///{filled}") as gallery:
        assert gallery.place == str(filled)
        assert len(gallery.ids) == 6
        assert gallery.features("one")


@pytest.mark.parametrize("name", ["a b?mode=ro#x%41.gallery", "é.gallery", "-x"])
def test_any_file_name(tmp_path: Path, exemplar: Make, name: str) -> None:
    with Gallery.open(tmp_path / name, create=True) as gallery:
        gallery.add([exemplar()])
    assert {path.name for path in tmp_path.iterdir()} == {name, f"{name}.backup"}
