"""A gallery: enrolled actions in one file, or in a database by its URL."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from sqlalchemy import Connection, Row, Table, delete, func, insert, inspect, select

from skelshot.ground import SkelshotError
from skelshot.recognition.enrolled import Exemplar
from skelshot.recognition.gallery.archive import GalleryArchive, Shown, write_archive
from skelshot.recognition.gallery.backup import advice_on, check_small, keep_backup, restore
from skelshot.recognition.gallery.database import Database, backup_of, database_at
from skelshot.recognition.gallery.rows import (
    DamagedGallery,
    FloatArray,
    exemplar_in,
    exemplar_row,
    feature_in,
    feature_row,
    note_in,
    note_row,
)
from skelshot.recognition.gallery.tables import EXEMPLARS, FEATURES, NOTES, SCHEMA_VERSION, TABLES

_VERSION, _SETTINGS = "version", "settings"
_AT_ONCE = 500
"""Numbers of exemplars in one statement; databases take few thousand."""

_FEW = 50
"""Exemplars that are read at a time where many could be."""


class GalleryEntry(NamedTuple):
    """An exemplar without its movement, for lists.

    Args:
        id: Its number in the gallery, never another's.
        action: The action that it shows.
        name: What it is called.
        source: The file it was read from, if any.
        digest: SHA-256 of the movement.
    """

    id: int
    action: str
    name: str
    source: str | None
    digest: str


class Gallery:
    """Enrolled actions: exemplars as they were read, and what an encoder makes of them.

    Every change is one transaction: several processes may write at once, and a kill leaves all of
    a change or nothing. Use `Gallery.open`.

    Args:
        database: Where it is kept.

    Example:
        >>> import tempfile
        >>> import numpy as np
        >>> from skelshot.recognition.enrolled import digest_of
        >>> from skelshot.skeletons import KINECT_V1, SkeletonSequence
        >>> still = SkeletonSequence(np.zeros((1, 8, 20, 3), np.float32), np.ones((1, 8), bool),
        ...                          KINECT_V1)
        >>> wave = Exemplar("wave", still, "A.json", None, digest_of(still))
        >>> with Gallery.open(Path(tempfile.mkdtemp()) / "moves.gallery", create=True) as gallery:
        ...     gallery.add([wave, wave]), gallery.actions()
        ([1, 2], {'wave': 2})
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    @classmethod
    def open(cls, place: Path | str, create: bool = False) -> Self:
        """Open a gallery.

        A damaged file is replaced by its backup, which a `Notice` tells; the damaged one is kept.

        Args:
            place: A file, or the URL of a database: `postgresql://USER:PASSWORD@HOST/NAME`.
            create: Make one where there is none.

        Returns:
            The gallery.

        Raises:
            SkelshotError: There is none, what is there is no gallery or of a newer Skelshot, it is
                damaged and has no backup, or it cannot be read.
        """
        gallery = cls(database_at(place, create))
        try:
            gallery._begin(create)
        except DamagedGallery as damage:
            restore(gallery._database, damage)
            gallery._begin(create=False)
        return gallery

    @property
    def place(self) -> str:
        """The gallery as messages call it: the file, or the URL without its password."""
        return self._database.place

    @property
    def files(self) -> tuple[Path, ...]:
        """The file in which it is kept, and its backup; none of a database on a server."""
        file = self._database.file
        return () if file is None else (file, backup_of(file))

    @property
    def ids(self) -> list[int]:
        """The exemplars' numbers, rising."""
        with self._reading() as connection:
            return list(connection.execute(select(EXEMPLARS.c.id).order_by("id")).scalars())

    @property
    def stamp(self) -> tuple[int, int]:
        """Count of the exemplars, and the last one's number, which is never another's."""
        asked = select(func.count(), func.coalesce(func.max(EXEMPLARS.c.id), 0))
        with self._reading() as connection:
            count, last = connection.execute(asked.select_from(EXEMPLARS)).one()
        return count, last

    @property
    def fingerprint(self) -> str | None:
        """Of the encoder whose features are kept; None where there are none."""
        with self._reading() as connection:
            return connection.execute(select(FEATURES.c.fingerprint).limit(1)).scalar()

    @property
    def settings(self) -> dict[str, Any]:
        """Settings of whoever recognises with it: a small mapping that JSON holds."""
        with self._reading() as connection:
            found = _note(connection, _SETTINGS, self.place)
        return found if isinstance(found, dict) else {}

    @settings.setter
    def settings(self, settings: Mapping[str, Any]) -> None:
        with self._database.writing() as connection:
            _keep_note(connection, _SETTINGS, dict(settings))
        keep_backup(self._database)

    def add(self, exemplars: Iterable[Exemplar]) -> list[int]:
        """Enrol exemplars, all of them or none.

        Args:
            exemplars: Of any actions.

        Returns:
            Their numbers.

        Raises:
            SkelshotError: One cannot be kept, or the gallery cannot be written.
        """
        rows = [exemplar_row(exemplar) for exemplar in exemplars]  # before others have to wait
        if not rows:
            return []
        with self._database.writing() as connection:
            ids = _insert(connection, rows)
        keep_backup(self._database)
        return ids

    def forget(self, action: str | None = None, ids: Collection[int] | None = None) -> int:
        """Remove an action or single exemplars, with their features and from the backup.

        Args:
            action: All exemplars of this action.
            ids: Exemplars by number; of this action alone where both are given.

        Returns:
            How many there were.

        Raises:
            SkelshotError: Neither is named, or the gallery cannot be written.
        """
        if action is None and ids is None:
            raise SkelshotError(
                "forget: found neither an action nor numbers of exemplars; name one"
            )
        gone = delete(EXEMPLARS)
        if action is not None:
            gone = gone.where(EXEMPLARS.c.action == action)
        with self._database.writing() as connection:
            if ids is None:
                count = connection.execute(gone).rowcount
            else:
                count = sum(
                    connection.execute(gone.where(EXEMPLARS.c.id.in_(some))).rowcount
                    for some in _parts(sorted(set(ids)))
                )
        if count:
            keep_backup(self._database, always=True)
        return count

    def actions(self) -> dict[str, int]:
        """Count the exemplars of each action.

        Returns:
            Counts by action, in the order in which they were first enrolled.
        """
        first = func.min(EXEMPLARS.c.id)
        asked = select(EXEMPLARS.c.action, func.count()).group_by(EXEMPLARS.c.action)
        with self._reading() as connection:
            return {row[0]: row[1] for row in connection.execute(asked.order_by(first))}

    def entries(self) -> list[GalleryEntry]:
        """List the exemplars without their movements.

        Returns:
            One entry each, by number.
        """
        columns = [EXEMPLARS.c[name] for name in GalleryEntry._fields]
        with self._reading() as connection:
            found = connection.execute(select(*columns).order_by("id"))
            return [GalleryEntry(*row) for row in found]

    def by_id(self) -> dict[int, Exemplar]:
        """Read all exemplars.

        Returns:
            Exemplars by number, rising: bit for bit as they were enrolled.

        Raises:
            DamagedGallery: One is not what was written.
        """
        found: dict[int, Exemplar] = {}
        with self._reading() as connection:
            for row in connection.execute(select(EXEMPLARS).order_by("id")).mappings():
                found[row["id"]] = exemplar_in(dict(row), self.place)
        return found

    def exemplars(self) -> list[Exemplar]:
        """Read all exemplars.

        Returns:
            The exemplars by number, rising.

        Raises:
            DamagedGallery: One is not what was written.
        """
        return list(self.by_id().values())

    def thumbnail(self, exemplar: int) -> bytes:
        """Read the picture of an exemplar.

        Args:
            exemplar: Its number.

        Returns:
            A PNG of a few of its poses.

        Raises:
            SkelshotError: There is no such exemplar.
        """
        asked = select(EXEMPLARS.c.thumbnail).where(EXEMPLARS.c.id == exemplar)
        with self._reading() as connection:
            found = connection.execute(asked).scalar()
        if not isinstance(found, bytes):
            raise SkelshotError(f"{self.place}: no exemplar has the number {exemplar}")
        return found

    def keep_features(self, fingerprint: str, features: Mapping[int, FloatArray]) -> None:
        """Keep what an encoder makes of exemplars; those of any other encoder are dropped.

        Args:
            fingerprint: Of the encoder, and of the way from clip to feature.
            features: By exemplar; of those that were forgotten meanwhile nothing is kept.

        Raises:
            SkelshotError: A feature is not finite float32, or the gallery cannot be written.
        """
        rows = {id_: feature_row(id_, fingerprint, feature) for id_, feature in features.items()}
        with self._database.writing() as connection:
            connection.execute(delete(FEATURES).where(FEATURES.c.fingerprint != fingerprint))
            for some in _parts(sorted(rows)):
                connection.execute(delete(FEATURES).where(FEATURES.c.exemplar.in_(some)))
                there = connection.execute(select(EXEMPLARS.c.id).where(EXEMPLARS.c.id.in_(some)))
                if kept := [rows[id_] for id_ in there.scalars()]:
                    connection.execute(insert(FEATURES), kept)
        keep_backup(self._database)

    def features(self, fingerprint: str) -> dict[int, FloatArray]:
        """Read the features of one encoder.

        Args:
            fingerprint: Of the encoder, and of the way from clip to feature.

        Returns:
            Features by exemplar, rising; nothing where another encoder's are kept.

        Raises:
            DamagedGallery: One is not what was written.
        """
        asked = select(FEATURES).where(FEATURES.c.fingerprint == fingerprint)
        with self._reading() as connection:
            rows = connection.execute(asked.order_by(FEATURES.c.exemplar)).mappings()
            return {row["exemplar"]: feature_in(dict(row), self.place) for row in rows}

    def check_output(self, file: Path, option: str) -> None:
        """Refuse to write over the gallery or its backup.

        Args:
            file: What is to be written; it may be absent.
            option: Which option names another one.

        Raises:
            SkelshotError: It is one of them.
        """
        self._database.check_output(file, option)

    def export(self, file: Path) -> None:
        """Write the whole gallery to one file; equal galleries give equal bytes.

        Args:
            file: The file; its folder must exist.

        Raises:
            SkelshotError: It is the gallery or its backup, something else than a file stands
                there, or the gallery is damaged.
            OSError: It cannot be written.
        """
        self.check_output(file, "--export")
        with self._reading() as connection:
            fingerprint = connection.execute(select(FEATURES.c.fingerprint).limit(1)).scalar()
            settings = _note(connection, _SETTINGS, self.place) or {}
            write_archive(file, self._shown(connection), fingerprint, settings)

    @classmethod
    def import_file(cls, file: Path, place: Path | str) -> Self:
        """Make a gallery of a file that `export` wrote, of all of it or nothing.

        Args:
            file: The file. It may come from anybody: sizes are bounded, digests checked, and
                nothing in it is executed.
            place: A file or URL where no exemplars are yet.

        Returns:
            The gallery.

        Raises:
            SkelshotError: The file is none of these, or the place holds exemplars.
        """
        archive = GalleryArchive.open(file)
        try:
            archive.check()  # before anything is made
            gallery = cls.open(place, create=True)
            gallery._fill(archive)
        finally:
            archive.close()
        keep_backup(gallery._database, always=True)
        return gallery

    def close(self) -> None:
        """Let go of the database."""
        self._database.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        """Read, and say what to do where damage is found that the opening did not look for."""
        try:
            with self._database.reading() as connection:
                yield connection
        except DamagedGallery as damage:
            raise DamagedGallery(f"{damage}; {advice_on(self._database)}") from damage

    def _shown(self, connection: Connection) -> Iterator[Shown]:
        """Read exemplars with their features, one at a time."""
        asked = select(EXEMPLARS, FEATURES).outerjoin(FEATURES).order_by(EXEMPLARS.c.id)
        for row in connection.execution_options(yield_per=_FEW).execute(asked):
            exemplar, feature = _row_of(row, EXEMPLARS), _row_of(row, FEATURES)
            kept = None if feature["exemplar"] is None else feature_in(feature, self.place)
            yield Shown(exemplar_in(exemplar, self.place), kept)

    def _fill(self, archive: GalleryArchive) -> None:
        """Import everything in one transaction."""
        fingerprint = archive.contents.fingerprint or ""
        with self._database.writing() as connection:
            if connection.execute(select(EXEMPLARS.c.id).limit(1)).first():
                raise SkelshotError(
                    f"{self.place}: found a gallery with exemplars; import into a new one, by "
                    "another --gallery"
                )
            for exemplar, feature in archive.exemplars():
                (id_,) = _insert(connection, [exemplar_row(exemplar)])
                if feature is not None:
                    connection.execute(insert(FEATURES), feature_row(id_, fingerprint, feature))
            _keep_note(connection, _SETTINGS, archive.contents.settings)

    def _begin(self, create: bool) -> None:
        """Check that a gallery is there, or make one."""
        with self._database.reading() as connection:
            tables = inspect(connection).get_table_names()
            whole = not TABLES.tables.keys() - tables
            version = _note(connection, _VERSION, self.place) if whole else None
        if version is None:
            self._make(tables, create)
        elif version != SCHEMA_VERSION:
            raise SkelshotError(
                f"{self.place}: found a gallery of version {version!r:.20}, expected "
                f"{SCHEMA_VERSION}; update Skelshot"
            )
        check_small(self._database)

    def _make(self, tables: Sequence[str], create: bool) -> None:
        file = self._database.file
        if file is not None and backup_of(file).exists():  # of the gallery that was here
            raise DamagedGallery(f"{self.place}: damaged, found no gallery in it")
        if file is not None and tables:
            raise SkelshotError(
                f"{self.place}: found another program's database, expected a gallery; name "
                "another --gallery"
            )
        if not create:
            raise SkelshotError(f"{self.place}: found no gallery; enrol an action first")
        with self._database.writing() as connection:
            TABLES.create_all(connection)
            if _note(connection, _VERSION, self.place) is None:
                _keep_note(connection, _VERSION, SCHEMA_VERSION)


def _insert(connection: Connection, rows: Iterable[Mapping[str, Any]]) -> list[int]:
    """Insert exemplars and return their numbers."""
    asked = insert(EXEMPLARS).returning(EXEMPLARS.c.id)
    return [connection.execute(asked, dict(row)).scalar_one() for row in rows]


def _row_of(row: Row[Any], table: Table) -> dict[str, Any]:
    """Return what a row of two tables holds of one."""
    return {column.name: row._mapping[column] for column in table.c}


def _note(connection: Connection, key: str, place: str) -> Any:
    """Read a note; None where there is none."""
    row = connection.execute(select(NOTES).where(NOTES.c.key == key)).mappings().first()
    return None if row is None else note_in(dict(row), place)


def _keep_note(connection: Connection, key: str, value: object) -> None:
    """Write a note in place of the one that was there."""
    connection.execute(delete(NOTES).where(NOTES.c.key == key))
    connection.execute(insert(NOTES), note_row(key, value))


def _parts(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    """Cut a long list of numbers into statements' worths."""
    return (ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE))
