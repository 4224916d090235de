"""Damaged galleries: told, restored from the backup, never read as if they were whole."""

import os
import random
import shutil
import sqlite3
import subprocess
import warnings
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import event

from skelshot.ground import SkelshotError
from skelshot.ground.errors import Notice
from skelshot.recognition.enrolled import Exemplar
from skelshot.recognition.gallery import DamagedGallery, Gallery, backup, rows

MOUNT, UMOUNT = shutil.which("mount"), shutil.which("umount")
Make = Callable[..., Exemplar]


def content_of(place: Path) -> list[object]:
    """Everything that a gallery says."""
    with Gallery.open(place) as gallery:
        found = gallery.by_id()
        return [
            {id_: (e.action, e.name, e.source, e.digest) for id_, e in found.items()},
            {id_: e.sequence.joints.tobytes() for id_, e in found.items()},
            {id_: f.tolist() for id_, f in gallery.features("one").items()},
            [gallery.thumbnail(id_) for id_ in found],
            (gallery.fingerprint, gallery.settings, gallery.actions()),
        ]


def backup_of(place: Path) -> Path:
    return place.with_name(f"{place.name}.backup")


def write_over(place: Path, at: int, content: bytes) -> None:
    with place.open("r+b") as file:
        file.seek(at)
        file.write(content)


def in_a_clip(place: Path) -> None:
    with Gallery.open(place) as gallery:
        content = rows.exemplar_row(gallery.exemplars()[3])["clip"]
    at = place.read_bytes().find(content[100:200])
    assert at > 0
    write_over(place, at, b"\0" * 9)


DAMAGE: dict[str, Callable[[Path], object]] = {
    "no header": lambda place: write_over(place, 0, b"not a database any more"),
    "emptied": lambda place: os.truncate(place, 0),
    "cut": lambda place: os.truncate(place, place.stat().st_size - 5000),
    "a page of zeros": lambda place: write_over(place, 8192, b"\0" * 4096),
    "text": lambda place: place.write_text("wave"),
    "within a clip": in_a_clip,
    "a word": lambda place: write_over(place, place.read_bytes().find(b"wave 0.json"), b"move"),
    "a setting": lambda place: write_over(place, place.read_bytes().find(b"matter"), b"MATTER"),
    "a feature": lambda place: write_over(
        place, place.read_bytes().find(np.full(4, 2, np.float32).tobytes()), b"\1"
    ),
    "a table's name": lambda place: write_over(
        place, place.read_bytes().find(b"skelshot_notesskelshot_notes"), b"skelshot_N"
    ),
}


@pytest.mark.parametrize("create", [False, True])
@pytest.mark.parametrize("name", DAMAGE)
def test_damage_is_told_and_restored(filled: Path, name: str, create: bool) -> None:
    whole = content_of(filled)
    DAMAGE[name](filled)
    damaged = filled.read_bytes()
    with pytest.warns(Notice, match=r"damaged.*restored from moves.gallery.backup of 2") as told:
        Gallery.open(filled, create=create).close()
    (notice,) = told
    assert "with its 6 exemplars" in str(notice.message)
    assert "\n" not in str(notice.message)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert content_of(filled) == whole
    assert filled.with_name("moves.gallery.damaged").read_bytes() == damaged


@pytest.mark.parametrize("name", DAMAGE)
def test_damage_without_a_backup_is_one_line(filled: Path, name: str) -> None:
    DAMAGE[name](filled)
    backup_of(filled).unlink()
    before = filled.read_bytes()
    with pytest.raises(
        SkelshotError, match=r"moves.gallery.*(damaged|found no gallery|another program's)"
    ):
        Gallery.open(filled)
    assert filled.read_bytes() == before


def test_a_damaged_backup_is_not_taken(filled: Path) -> None:
    for place in (filled, backup_of(filled)):
        DAMAGE["cut"](place)
    before = [place.read_bytes() for place in (filled, backup_of(filled))]
    with pytest.raises(DamagedGallery, match=r"and so is its backup .*import an export of it"):
        Gallery.open(filled)
    assert [place.read_bytes() for place in (filled, backup_of(filled))] == before


@pytest.mark.parametrize("many", [False, pytest.param(True, marks=pytest.mark.faults)])
def test_any_changed_bytes_are_harmless_or_restored(filled: Path, many: bool) -> None:
    """No damage is read as content: all is as it was written, in place or from the backup."""
    whole, good, rng = content_of(filled), filled.read_bytes(), random.Random(0)
    restored = 0
    for _ in range(1500 if many else 40):
        damaged = bytearray(good)
        for _ in range(rng.choice([1, 1, 1, 20])):
            damaged[rng.randrange(len(good))] = rng.randrange(256)
        filled.write_bytes(damaged)
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            assert content_of(filled) == whole
        restored += bool(told)
    assert restored > 5


def test_a_journal_of_the_damaged_file_is_not_played_into_the_new_one(filled: Path) -> None:
    whole = content_of(filled)
    DAMAGE["text"](filled)
    journal = filled.with_name("moves.gallery-journal")
    journal.write_bytes(b"of the damaged file")
    with pytest.warns(Notice):
        assert content_of(filled) == whole
    assert not journal.exists()
    assert filled.with_name("moves.gallery.damaged-journal").read_bytes() == b"of the damaged file"


def test_each_change_is_in_the_backup(filled: Path, exemplar: Make) -> None:
    def kept() -> list[object]:
        return content_of(backup_of(filled))

    with Gallery.open(filled) as gallery:
        for change in (
            lambda: gallery.add([exemplar("run", 9)]),
            lambda: gallery.keep_features("two", {7: np.ones(2, np.float32)}),
            lambda: gallery.forget("wave"),
            lambda: setattr(gallery, "settings", {"threshold": 1}),
        ):
            before = kept()
            change()
            assert kept() != before
            assert kept() == content_of(filled)
            backup_of(backup_of(filled)).unlink(missing_ok=True)


def test_a_large_gallery_is_saved_when_it_has_grown(
    filled: Path, exemplar: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup, "SMALL", 1000)
    before = backup_of(filled).read_bytes()
    with Gallery.open(filled) as gallery:
        gallery.settings = {}
        assert backup_of(filled).read_bytes() == before
        gallery.add([exemplar(number=n) for n in range(10)])
        assert (larger := backup_of(filled).read_bytes()) != before
        gallery.settings = {"threshold": 1}
        assert backup_of(filled).read_bytes() == larger
        gallery.forget(ids=[1])
        assert backup_of(filled).read_bytes() != larger


def test_a_large_gallery_tells_damage_where_it_is_read(
    filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    DAMAGE["within a clip"](filled)
    monkeypatch.setattr(backup, "SMALL", 1000)
    with (
        Gallery.open(filled) as gallery,
        pytest.raises(DamagedGallery, match=r"exemplar 4: damaged.*moves.gallery.backup"),
    ):
        gallery.exemplars()


def test_a_lost_gallery_with_a_backup_is_not_made_anew(filled: Path) -> None:
    before = backup_of(filled).read_bytes()
    filled.unlink()
    for create in (False, True):
        with pytest.raises(SkelshotError, match=r"but its backup moves.gallery.backup is; rename"):
            Gallery.open(filled, create=create)
    backup_of(filled).rename(filled)
    with Gallery.open(filled) as gallery:
        assert len(gallery.ids) == 6
    assert filled.read_bytes() == before


def test_a_backup_that_fails_is_told_and_the_change_stands(
    filled: Path, exemplar: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with Gallery.open(filled) as gallery:
        monkeypatch.setattr(backup, "_copy", refuse)
        with pytest.warns(Notice, match=r"written, but its backup could not be .*No space left"):
            gallery.add([exemplar(number=9)])
        assert len(gallery.ids) == 7


def test_a_full_disk_is_one_line_and_enrols_nothing(filled: Path, exemplar: Make) -> None:
    def limit(connection: Any, _: object) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages + 5}")

    whole = content_of(filled)
    with Gallery.open(filled) as gallery:
        event.listen(gallery._database.engine, "connect", limit)
        with pytest.raises(SkelshotError, match=r"moves.gallery: no room left.*full\)"):
            gallery.add([exemplar(number=n, frames=400) for n in range(3)])
    assert content_of(filled) == whole


@pytest.fixture
def mounted(filled: Path):
    """The gallery's folder, mounted anew so that it can only be read."""
    folder = filled.parent
    if not MOUNT or subprocess.run([MOUNT, "--bind", folder, folder], check=False).returncode:
        pytest.skip("nothing can be mounted here")
    try:
        subprocess.run([MOUNT, "-o", "remount,ro,bind", folder], check=True)
        yield filled
    finally:
        subprocess.run([UMOUNT, folder], check=True)


def test_a_read_only_folder_can_be_read_and_not_written(mounted: Path, exemplar: Make) -> None:
    with Gallery.open(mounted) as gallery:
        assert len(gallery.exemplars()) == 6
        for change in (lambda: gallery.add([exemplar()]), lambda: gallery.forget("wave")):
            with pytest.raises(SkelshotError, match=r"cannot be opened or written; see that"):
                change()
    with pytest.raises(SkelshotError, match=r"other: cannot be opened or written"):
        Gallery.open(mounted.with_name("other"), create=True)


def test_another_writer_that_never_ends_is_one_line(
    filled: Path, exemplar: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("skelshot.recognition.gallery.database.PATIENCE", 0.2)
    with closing(sqlite3.connect(filled, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with Gallery.open(filled) as gallery:
            assert len(gallery.exemplars()) == 6
            with pytest.raises(SkelshotError, match="another process has been writing all the"):
                gallery.add([exemplar()])
