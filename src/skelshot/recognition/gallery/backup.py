"""The backup beside a gallery's file: made after each writing, and what a damaged one becomes."""

import sqlite3
import warnings
from contextlib import closing
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, func, inspect, select

from skelshot.ground import SkelshotError
from skelshot.ground.errors import Notice
from skelshot.ground.files import whole_file
from skelshot.ground.locks import only_writer
from skelshot.recognition.gallery.database import Database, backup_of, database_at
from skelshot.recognition.gallery.rows import (
    DamagedGallery,
    check_exemplar,
    feature_in,
    note_in,
)
from skelshot.recognition.gallery.tables import EXEMPLARS, FEATURES, NOTES, TABLES

SMALL = 64 << 20
"""Up to so many bytes a gallery is looked through whenever it is opened and saved after each
writing; a larger one is saved when something was forgotten, or when it has grown by a tenth."""

_GROWTH = 1.1
_BESIDE = ("-journal", "-wal", "-shm")


def keep_backup(database: Database, always: bool = False) -> None:
    """Save a gallery's file beside it, whole or not at all.

    What is written stands even where this fails, which is told as a `Notice`.

    Args:
        database: The gallery; databases on a server have backups of their own.
        always: Whether a large one is saved, too.
    """
    file = database.file
    if file is None or not (always or _is_due(file)):
        return
    try:
        # While no other process writes, so that an older state never takes a newer one's place.
        with database.writing(), whole_file(backup_of(file)) as partial:
            _copy(file, partial)
    except (SkelshotError, OSError, sqlite3.Error) as error:
        warnings.warn(
            f"{file}: written, but its backup could not be ({error}); copy it yourself",
            Notice,
            stacklevel=2,
        )


def check_small(database: Database) -> None:
    """Look a small gallery through, every page and row of it.

    Args:
        database: The gallery.

    Raises:
        DamagedGallery: Something is not as it was written.
    """
    if database.file is not None and database.file.stat().st_size <= SMALL:
        with database.reading() as connection:
            _check_whole(connection, database.place)


def restore(database: Database, damage: DamagedGallery) -> None:
    """Put the backup in the place of a damaged gallery, which is kept beside it; a `Notice` tells.

    Args:
        database: The gallery.
        damage: What is wrong with it.

    Raises:
        DamagedGallery: There is no backup, or it is damaged, too.
        SkelshotError: Another process is restoring it.
    """
    file = database.file
    if file is None:
        raise damage
    with only_writer(file, "restoring"):
        if (now := _damage_of(file)) is None:
            return  # another process has restored it meanwhile
        kept = backup_of(file)
        if not kept.exists():
            raise DamagedGallery(f"{now}; {_ADVICE}") from damage
        if (worse := _damage_of(kept)) is not None:
            raise DamagedGallery(f"{now}, and so is its backup ({worse}); {_ADVICE}") from damage
        _put_in_place(kept, file)
    warnings.warn(f"{damage}; {_told(file, kept)}", Notice, stacklevel=3)


_ADVICE = "import an export of it, or enrol anew under another --gallery"


def _is_due(file: Path) -> bool:
    size, kept = file.stat().st_size, backup_of(file)
    return size <= SMALL or not kept.exists() or size >= _GROWTH * kept.stat().st_size


def _copy(file: Path, target: Path) -> None:
    """Copy through SQLite: opening the file otherwise would drop this process's locks on it."""
    uri = f"{file.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True)) as source, closing(sqlite3.connect(target)) as to:
        to.execute("PRAGMA journal_mode = OFF")  # nothing is left beside it by a kill
        to.execute("PRAGMA synchronous = OFF")  # waited for once, at its end
        source.backup(to)


def _damage_of(file: Path) -> DamagedGallery | None:
    """Return what is wrong with a gallery, if anything."""
    database = database_at(file, create=False)
    try:
        with database.reading() as connection:
            _check_whole(connection, database.place)
    except DamagedGallery as damage:
        return damage
    return None


def _check_whole(connection: Connection, place: str) -> None:
    """Look through pages, indices and rows."""
    found = connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar_one()
    if found != "ok":
        raise DamagedGallery(f"{place}: damaged ({' '.join(str(found).split())})")
    if TABLES.tables.keys() - inspect(connection).get_table_names():
        raise DamagedGallery(f"{place}: damaged, found no gallery in it")
    for row in connection.execute(select(NOTES)).mappings():
        note_in(dict(row), place)
    for row in connection.execute(select(EXEMPLARS)).mappings():
        check_exemplar(dict(row), place)
    for row in connection.execute(select(FEATURES)).mappings():
        feature_in(dict(row), place)


def _put_in_place(kept: Path, file: Path) -> None:
    """Put a backup in a file's place; the file and what it left beside it are moved away."""
    aside = file.with_name(f"{file.name}.damaged")
    for ending in _BESIDE:  # a journal of the damaged file would be played into the new one
        if (beside := file.with_name(file.name + ending)).exists():
            beside.replace(aside.with_name(aside.name + ending))
    with whole_file(file) as partial:
        _copy(kept, partial)
        file.replace(aside)


def _told(file: Path, kept: Path) -> str:
    with database_at(file, create=False).reading() as connection:
        count = connection.execute(select(func.count()).select_from(EXEMPLARS)).scalar_one()
    when = datetime.fromtimestamp(kept.stat().st_mtime).astimezone().isoformat(" ", "seconds")
    return (
        f"restored from {kept.name} of {when} with its {count} exemplars; what was enrolled or "
        f"forgotten since is not in it; the damaged file is kept as {file.name}.damaged"
    )
