"""Rows of a gallery's tables: what they hold, and a checksum that tells when it has changed."""

import json
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skelshot.ground import SkelshotError
from skelshot.ground.json_text import parse_json
from skelshot.recognition.enrolled import Exemplar
from skelshot.recognition.gallery.sequence_bytes import (
    MOST_BYTES,
    sequence_from_bytes,
    sequence_to_bytes,
)
from skelshot.recognition.gallery.tables import LONGEST_FINGERPRINT
from skelshot.rendering.strips import png_bytes, pose_strip

Row = Mapping[str, Any]
FloatArray = NDArray[np.float32]

_FAST = 1
"""Level of compression: coordinates are noise, on which higher ones only take longer."""
_NUMBERS = np.dtype("<f4")


class DamagedGallery(SkelshotError):  # noqa: N818 - named for what it is
    """A gallery whose content is not what was written.

    Args:
        message: As for `SkelshotError`.
    """


def exemplar_row(exemplar: Exemplar) -> dict[str, Any]:
    """Return the row of an exemplar.

    Args:
        exemplar: The exemplar.

    Returns:
        Values by column.

    Raises:
        SkelshotError: Its clip cannot be kept; the message names the exemplar.
    """
    try:
        content = sequence_to_bytes(exemplar.sequence)
    except SkelshotError as error:
        raise SkelshotError(f"{exemplar.name}: {error}") from error
    row = {
        "action": exemplar.action,
        "name": exemplar.name,
        "source": exemplar.source,
        "digest": exemplar.digest,
        "clip": zlib.compress(content, _FAST),
        "thumbnail": png_bytes(pose_strip(exemplar.sequence)),
    }
    return {**row, "crc": _crc_of_exemplar(row)}


def exemplar_in(row: Row, place: str) -> Exemplar:
    """Return the exemplar of a row.

    Args:
        row: Values by column.
        place: The gallery, for messages.

    Returns:
        The exemplar, bit for bit as it was enrolled.

    Raises:
        DamagedGallery: The row is not what was written.
    """
    check_exemplar(row, place)
    unpacker = zlib.decompressobj()
    content = unpacker.decompress(row["clip"], MOST_BYTES)
    sequence = sequence_from_bytes(content, f"{place}, exemplar {row['id']}")
    return Exemplar(row["action"], sequence, row["name"], row["source"], row["digest"])


def check_exemplar(row: Row, place: str) -> None:
    """Refuse a row of an exemplar that is not what was written.

    Args:
        row: Values by column.
        place: The gallery, for messages.

    Raises:
        DamagedGallery: It is not.
    """
    _check(row, _crc_of_exemplar(row), f"{place}, exemplar {row['id']!r:.20}")


def feature_row(exemplar: int, fingerprint: str, feature: FloatArray) -> dict[str, Any]:
    """Return the row of an exemplar's feature.

    Args:
        exemplar: Number of the exemplar.
        fingerprint: Of the encoder, and of the way from clip to feature.
        feature: Any shape, float32.

    Returns:
        Values by column.

    Raises:
        SkelshotError: It has another type of number, or one that is not finite; or the
            fingerprint is empty or too long.
    """
    if not 0 < len(fingerprint) <= LONGEST_FINGERPRINT:
        raise SkelshotError(
            f"fingerprint: found {len(fingerprint)} characters, expected 1 to {LONGEST_FINGERPRINT}"
        )
    if feature.dtype != np.float32 or not np.isfinite(feature).all():
        raise SkelshotError(
            f"feature of exemplar {exemplar}: found numbers of {feature.dtype} or not finite, "
            "expected finite float32; look at the clip"
        )
    row = {
        "exemplar": exemplar,
        "fingerprint": fingerprint,
        "shape": json.dumps(feature.shape),
        "numbers": feature.astype(_NUMBERS).tobytes(),
    }
    return {**row, "crc": _crc_of_feature(row)}


def feature_in(row: Row, place: str) -> FloatArray:
    """Return the feature of a row.

    Args:
        row: Values by column.
        place: The gallery, for messages.

    Returns:
        The feature, bit for bit, read-only.

    Raises:
        DamagedGallery: The row is not what was written.
    """
    _check(row, _crc_of_feature(row), f"{place}, feature of exemplar {row['exemplar']!r:.20}")
    numbers = np.frombuffer(row["numbers"], _NUMBERS).astype(np.float32, copy=False)
    return numbers.reshape(json.loads(row["shape"]))


def note_row(key: str, value: object) -> dict[str, Any]:
    """Return the row of a note.

    Args:
        key: Its name.
        value: Anything that JSON holds.

    Returns:
        Values by column.

    Raises:
        SkelshotError: JSON does not hold it.
    """
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise SkelshotError(f"{key}: cannot be kept as JSON ({error})") from error
    row = {"key": key, "value": text}
    return {**row, "crc": _crc(key, text)}


def note_in(row: Row, place: str) -> Any:
    """Return the value of a note.

    Args:
        row: Values by column.
        place: The gallery, for messages.

    Returns:
        What JSON holds.

    Raises:
        DamagedGallery: The row is not what was written.
    """
    where = f"{place}, {row['key']!r:.50}"
    _check(row, _crc(row["key"], row["value"]), where)
    return parse_json(row["value"], where)


def _crc_of_exemplar(row: Row) -> int:
    return _crc(
        *(row[name] for name in ("action", "name", "source", "digest", "thumbnail", "clip"))
    )


def _crc_of_feature(row: Row) -> int:
    parts = (row[name] for name in ("fingerprint", "shape", "numbers"))
    return _crc(str(row["exemplar"]), *parts)


def _crc(*parts: object) -> int:
    """Return the CRC-32 of texts, bytes and nothings; -1 where one is of another kind."""
    crc = 0
    for part in parts:
        if part is not None and not isinstance(part, str | bytes):
            return -1
        content = part.encode() if isinstance(part, str) else part
        length = -1 if content is None else len(content)
        crc = zlib.crc32(content or b"", zlib.crc32(length.to_bytes(8, "little", signed=True), crc))
    return crc


def _check(row: Row, crc: int, place: str) -> None:
    if crc == -1 or row["crc"] != crc:
        raise DamagedGallery(f"{place}: damaged, found other bytes than were written")
