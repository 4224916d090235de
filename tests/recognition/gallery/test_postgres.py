"""Galleries in PostgreSQL, on a server of the tests' own that only they can reach."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import create_engine, text

from skelshot.ground import SkelshotError
from skelshot.recognition.enrolled import Exemplar
from skelshot.recognition.gallery import DamagedGallery, Gallery

pytestmark = pytest.mark.postgres
Make = Callable[..., Exemplar]


def program(name: str) -> str | None:
    """Find one of PostgreSQL's programs, which Debian keeps out of the way."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return shutil.which(name) or shutil.which(name, path=os.pathsep.join(map(str, debian)))


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """A cluster in a folder of its own, run by nobody where the tests are run by root."""
    pytest.importorskip("psycopg")
    initdb, control = program("initdb"), program("pg_ctl")
    if not initdb or not control:
        pytest.skip("no PostgreSQL here (on Debian: apt-get install postgresql)")
    as_whom: dict[str, Any] = {"user": "nobody"} if os.geteuid() == 0 else {}
    with tempfile.TemporaryDirectory(prefix="skelshot-pg-") as folder:
        if as_whom:
            shutil.chown(folder, "nobody")

        def call(*words: str) -> None:
            subprocess.run(
                words, check=True, cwd=folder, stdout=subprocess.DEVNULL, timeout=120, **as_whom
            )

        data = f"{folder}/data"
        call(initdb, "--no-sync", "-A", "trust", "-U", "skelshot", "-E", "UTF8", "-D", data)
        options = f"-k {folder} -c listen_addresses='' -c fsync=off"
        call(control, "-D", data, "-l", f"{folder}/log", "-o", options, "-w", "start")
        try:
            yield folder
        finally:
            call(control, "-D", data, "-m", "immediate", "-w", "stop")


@pytest.fixture
def url(server: str) -> str:
    """The URL of an empty database."""
    engine = create_engine(
        f"postgresql+psycopg://skelshot@/postgres?host={server}", isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as connection:
        connection.execute(text("DROP DATABASE IF EXISTS moves WITH (FORCE)"))
        connection.execute(text("CREATE DATABASE moves"))
    engine.dispose()
    return f"postgresql://skelshot@/moves?host={server}"


def sql(url: str, statement: str) -> None:
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


def test_exemplars_features_and_settings_come_back(url: str, exemplar: Make) -> None:
    shown = [exemplar(action, n) for n, action in enumerate(["wave", "sit", "wävé ✋"])]
    with Gallery.open(url, create=True) as gallery:
        assert gallery.add(shown) == [1, 2, 3]
        gallery.keep_features("one", {i: np.full((2, 3), i, np.float32) for i in (1, 2, 3)})
        gallery.settings = {"threshold": 0.5}
    with Gallery.open(url) as gallery:
        found = gallery.exemplars()
        for one, other in zip(shown, found, strict=True):
            assert (one.action, one.name, one.digest) == (other.action, other.name, other.digest)
            np.testing.assert_array_equal(one.sequence.joints, other.sequence.joints)
        assert gallery.actions() == {"wave": 1, "sit": 1, "wävé ✋": 1}
        assert gallery.settings == {"threshold": 0.5}
        assert gallery.features("two") == {}
        assert gallery.features("one")[2].tolist() == [[2.0] * 3] * 2
        assert gallery.forget("sit") == 1
        assert gallery.ids == list(gallery.features("one")) == [1, 3]
        gallery.keep_features("two", {1: np.ones(1, np.float32), 2: np.ones(1, np.float32)})
        assert (gallery.fingerprint, list(gallery.features("two"))) == ("two", [1])
        assert gallery.thumbnail(1).startswith(b"\x89PNG")
        assert gallery.add(shown[:1]) == [4]


def test_a_gallery_moves_between_a_file_and_a_server(
    url: str, filled: Path, tmp_path: Path
) -> None:
    with Gallery.open(filled) as gallery:
        gallery.export(tmp_path / "a.zip")
    with Gallery.import_file(tmp_path / "a.zip", url) as gallery:
        gallery.export(tmp_path / "b.zip")
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_two_writers_lose_nothing(url: str, enrol: Callable[..., list[set[int]]]) -> None:
    one, other = enrol(url, "wave", "sit", times=6)
    assert len(one) == len(other) == 18
    with Gallery.open(url) as gallery:
        assert set(gallery.ids) == set(gallery.features("one")) == one | other


def test_a_kill_leaves_nothing_half_enrolled(
    url: str, enrol: Callable[..., list[set[int]]]
) -> None:
    (said,) = enrol(url, "wave", times=1, kills=4)
    with Gallery.open(url) as gallery:
        assert said <= set(gallery.ids)
        assert len(gallery.ids) % 3 == len(gallery.features("one")) % 3 == 0


def test_one_that_fails_enrols_none(url: str, exemplar: Make) -> None:
    with Gallery.open(url, create=True) as gallery:
        sql(url, "ALTER TABLE skelshot_exemplars ADD CHECK (action <> 'sit')")
        with pytest.raises(SkelshotError, match=r"moves.*the database refuses"):
            gallery.add([exemplar("wave"), exemplar("sit")])
        assert gallery.ids == []


def test_faults_are_one_line(url: str, exemplar: Make) -> None:
    with pytest.raises(SkelshotError, match="found no gallery; enrol an action first"):
        Gallery.open(url)
    sql(url, "CREATE TABLE songs (title TEXT)")  # others may live in the same database
    with Gallery.open(url, create=True) as gallery:
        gallery.add([exemplar()])
        sql(url, "UPDATE skelshot_exemplars SET action = 'move'")
        with pytest.raises(DamagedGallery, match="exemplar 1: damaged"):
            gallery.exemplars()
        sql(url, "DROP TABLE skelshot_features")
        with pytest.raises(SkelshotError, match=r"the database refuses .*skelshot_features"):
            gallery.features("one")
    nowhere = url.replace("/moves", "/nowhere").replace("skelshot@", "skelshot:secret@")
    with pytest.raises(SkelshotError, match="the database refuses") as caught:
        Gallery.open(nowhere, create=True)
    assert "secret" not in str(caught.value)
