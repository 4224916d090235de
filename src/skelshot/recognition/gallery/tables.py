"""The tables of a gallery, in any database."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Dialect,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

from skelshot.recognition.enrolled import LONGEST_NAME

SCHEMA_VERSION = 1
"""Rises whenever an older Skelshot could not read the tables any more."""

LONGEST_FINGERPRINT = 1000
"""The most characters that tell an encoder apart."""


class _Bytes(LargeBinary):
    """Bytes as the driver gives them: of a damaged number SQLAlchemy would make so many zeros."""

    cache_ok = True

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """Leave them as they are."""


TABLES = MetaData()

NOTES = Table(
    "skelshot_notes",
    TABLES,
    Column("key", String(40), primary_key=True),
    Column("value", Text, nullable=False),
    Column("crc", BigInteger, nullable=False),
)
"""What holds for the whole gallery, as JSON: `version`, `settings`."""

EXEMPLARS = Table(
    "skelshot_exemplars",
    TABLES,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("action", String(LONGEST_NAME), nullable=False, index=True),
    Column("name", String(LONGEST_NAME), nullable=False),
    Column("source", Text),
    Column("digest", String(64), nullable=False),
    Column("crc", BigInteger, nullable=False),
    Column("thumbnail", _Bytes, nullable=False),
    Column("clip", _Bytes, nullable=False),
    sqlite_autoincrement=True,  # the number of an exemplar that is gone is never another's
)
"""One row an exemplar; `clip` is its sequence, compressed, `thumbnail` a PNG."""

FEATURES = Table(
    "skelshot_features",
    TABLES,
    Column("exemplar", Integer, ForeignKey(EXEMPLARS.c.id, ondelete="CASCADE"), primary_key=True),
    Column("fingerprint", String(LONGEST_FINGERPRINT), nullable=False),
    Column("shape", Text, nullable=False),
    Column("crc", BigInteger, nullable=False),
    Column("numbers", _Bytes, nullable=False),
)
"""What an encoder makes of exemplars: little-endian float32, all rows of one encoder."""
