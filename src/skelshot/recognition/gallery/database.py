"""The database of a gallery: opened by file or URL, its transactions, its errors in one line."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.pool import NullPool

from skelshot.ground import SkelshotError
from skelshot.ground.files import same_file
from skelshot.ground.regular import check_regular
from skelshot.recognition.gallery.rows import DamagedGallery

PATIENCE = 30.0
"""Seconds that a writer waits for another one to end."""

_WRITES = "skelshot_writes"
_ONE_WRITER = text("SELECT pg_advisory_xact_lock(1936418156)")  # any number of our own
_NO_ROOM = "no room left or the disk refuses; make room, the same command goes on"
_NO_WRITING = (
    "cannot be opened or written; see that you may write it and its folder, or name another "
    "--gallery"
)
_TOLD = {
    sqlite3.SQLITE_FULL: _NO_ROOM,
    sqlite3.SQLITE_IOERR: _NO_ROOM,
    sqlite3.SQLITE_READONLY: _NO_WRITING,
    sqlite3.SQLITE_CANTOPEN: _NO_WRITING,
    sqlite3.SQLITE_PERM: _NO_WRITING,
    sqlite3.SQLITE_BUSY: "another process has been writing all the time; run the same again",
    sqlite3.SQLITE_LOCKED: "another process has been writing all the time; run the same again",
    sqlite3.SQLITE_NOMEM: "memory is short; free some, then run it again",
}


@dataclass(frozen=True)
class Database:
    """The place of a gallery: a file, or a database on a server.

    Args:
        engine: Connects to it.
        place: How messages call it: the file, or the URL without its password.
        file: The file, where SQLite keeps it in one.
    """

    engine: Engine
    place: str
    file: Path | None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Read in one transaction, which sees one state.

        Yields:
            The connection.

        Raises:
            SkelshotError: The database cannot be reached or read.
            DamagedGallery: It is damaged.
        """
        with self._errors_told(), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Write in one transaction, all of it or nothing, while no other process writes.

        Yields:
            The connection.

        Raises:
            SkelshotError: The database cannot be reached or written.
            DamagedGallery: It is damaged.
        """
        with self._errors_told(), self.engine.connect() as connection:
            writer = connection.execution_options(**{_WRITES: True})
            with writer.begin():
                if self.engine.dialect.name == "postgresql":
                    writer.execute(_ONE_WRITER)
                yield writer

    def check_output(self, file: Path, option: str) -> None:
        """Refuse to write over the gallery or its backup.

        Args:
            file: What is to be written; it may be absent.
            option: Which option names another one.

        Raises:
            SkelshotError: It is one of them, by whatever name.
        """
        if self.file is None:
            return
        kept = {"the gallery itself": self.file, "the gallery's backup": backup_of(self.file)}
        for called, place in kept.items():
            if same_file(file, place):
                raise SkelshotError(
                    f"{file}: found {called}, which would be lost, expected another file to "
                    f"write; name another {option}"
                )

    @contextmanager
    def _errors_told(self) -> Iterator[None]:
        """Turn the driver's errors into one line that names the gallery."""
        try:
            yield
        except DBAPIError as error:
            raise self._told(error.orig) from error
        except UnicodeDecodeError as error:  # of SQLite's own message, which quotes the damage
            raise DamagedGallery(f"{self.place}: damaged, found no UTF-8 in it") from error

    def _told(self, error: BaseException | None) -> SkelshotError:
        reason = str(error).strip().partition("\n")[0]
        if not isinstance(error, sqlite3.Error):
            return SkelshotError(
                f"{self.place}: the database refuses ({reason}); see that it runs and that you "
                "may write there, or name another --gallery"
            )
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
        if told := _TOLD.get(code):
            return SkelshotError(f"{self.place}: {told} ({reason})")
        return DamagedGallery(f"{self.place}: damaged ({reason})")


def backup_of(file: Path) -> Path:
    """Name the backup of a gallery.

    Args:
        file: The gallery.

    Returns:
        A file beside it.
    """
    return file.with_name(f"{file.name}.backup")


def database_at(place: Path | str, create: bool) -> Database:
    """Name the database of a gallery; it is not yet looked at.

    Args:
        place: A file, or the URL of a database: `postgresql://USER@HOST/NAME`.
        create: Whether a file may be made.

    Returns:
        The database.

    Raises:
        SkelshotError: The file is absent and not to be made, is no regular file, its folder is
            absent, the URL is none, or its driver is not installed.

    Example:
        >>> database_at("sqlite://", create=False)
        Traceback (most recent call last):
        ...
        skelshot.ground.errors.SkelshotError: --gallery sqlite://: a gallery in SQLite ...
    """
    if isinstance(place, Path) or "://" not in place:
        return _in_file(Path(place), create)
    url = _url_of(place)
    if url.get_backend_name() == "sqlite":
        return _in_file(_file_of(url), create)
    return _on_server(url)


def _url_of(place: str) -> URL:
    """Read a URL; what an error quotes may be of the password, and is not told."""
    with suppress(ArgumentError, ValueError):  # a ValueError of a port that is none
        url = make_url(place)
        if "@" not in (url.host or ""):
            return url
    raise SkelshotError(
        "--gallery: found no URL of a database, expected a file or for example "
        "postgresql://USER:PASSWORD@HOST/NAME; percent-encode what is no letter or digit in the "
        "password (@ is %40, : is %3A, / is %2F)"
    )


def _file_of(url: URL) -> Path:
    if not url.database or url.database == ":memory:" or url.query:
        raise SkelshotError(
            f"--gallery {url}: a gallery in SQLite is a file; name the file, without a URL"
        )
    return Path(url.database)


def _in_file(file: Path, create: bool) -> Database:
    check_regular(file)
    if not file.exists():
        _check_may_be_made(file, create)
    mode = "rwc" if create else "rw"
    uri = f"{file.absolute().as_uri()}?mode={mode}"

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(uri, uri=True, timeout=PATIENCE, isolation_level=None)
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA secure_delete = ON")  # what is forgotten is not left on the disk
        connection.execute("PRAGMA synchronous = FULL")
        return connection

    # A connection for each transaction: threads and forked processes then share none.
    engine = create_engine("sqlite://", creator=connect, poolclass=NullPool)
    event.listen(engine, "begin", _begin)
    return Database(engine, str(file), file)


def _check_may_be_made(file: Path, create: bool) -> None:
    if (kept := backup_of(file)).exists():
        raise SkelshotError(
            f"{file}: no gallery is there, but its backup {kept.name} is; rename that to "
            f"{file.name} to go on with it, or delete it"
        )
    if not create:
        raise SkelshotError(
            f"{file}: no gallery is there; enrol an action first: skelshot enroll NAME CLIP ... "
            f"--gallery {file}"
        )
    if not file.parent.is_dir():
        raise SkelshotError(f"{file.parent}: no such folder; make it, or name another --gallery")


def _begin(connection: Connection) -> None:
    """Begin as the writer, or as one of many readers; the driver itself would begin too late."""
    writes = connection.get_execution_options().get(_WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _on_server(url: URL) -> Database:
    if url.drivername == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    shown = url.render_as_string(hide_password=True)
    options: dict[str, Any] = {"pool_pre_ping": True, "hide_parameters": True}
    try:
        return Database(create_engine(url, **options), shown, None)
    except (ImportError, NoSuchModuleError) as error:
        missing = 'pip install "skelshot[postgres]"' if "psycopg" in shown else "install its driver"
        raise SkelshotError(
            f"{shown}: the driver of this database is not installed ({error}); {missing}"
        ) from error
    except (ArgumentError, ValueError) as error:
        raise SkelshotError(f"{shown}: no usable URL of a database ({error})") from error
