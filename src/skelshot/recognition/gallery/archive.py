"""One file that carries a gallery: a zip of JSON and safetensors, with the digests of all."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar, NamedTuple, Self
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import numpy as np
import safetensors
from pydantic import Field, model_validator
from safetensors.numpy import load, save

from skelshot.datasets.archives import MOST_MEMBERS, Archive
from skelshot.ground import SkelshotError
from skelshot.ground.files import MOST_JSON_BYTES, whole_file
from skelshot.ground.json_text import parse_json
from skelshot.ground.options import Options, read_document
from skelshot.recognition.enrolled import Exemplar, digest_of
from skelshot.recognition.gallery.rows import FloatArray
from skelshot.recognition.gallery.sequence_bytes import (
    MOST_BYTES,
    sequence_from_bytes,
    sequence_to_bytes,
)
from skelshot.recognition.gallery.tables import LONGEST_FINGERPRINT

VERSION = 1
"""Rises whenever an older Skelshot could not read the file any more."""

MOST_EXEMPLARS = (MOST_MEMBERS - 2) // 2
"""The most exemplars in a file."""

MOST_UNPACKED = 8 << 30
"""The most bytes that a file unpacks to."""

_ADVICE = "export the gallery again"
_FEATURE = "feature"
_CONTENT, _DIGEST = "gallery.json", "gallery.json.sha256"
_THEN = (1980, 1, 1, 0, 0, 0)
"""The time of every member, so that equal galleries are equal bytes."""

_Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class Shown(NamedTuple):
    """An exemplar on its way into a file or out of it.

    Args:
        exemplar: The exemplar.
        feature: What the gallery's encoder makes of it, if that is kept.
    """

    exemplar: Exemplar
    feature: FloatArray | None


class _Told(Options):
    """An exemplar in the table of contents."""

    described: ClassVar[str] = "exemplar"

    action: str
    name: str
    source: str | None
    digest: _Sha256
    clip: _Sha256
    feature: _Sha256 | None


class _Contents(Options):
    """The table of contents."""

    described: ClassVar[str] = "gallery"

    format: str
    version: int
    settings: dict[str, Any]
    fingerprint: Annotated[str, Field(min_length=1, max_length=LONGEST_FINGERPRINT)] | None
    exemplars: list[_Told]

    @model_validator(mode="after")
    def _check_features(self) -> Self:
        """Refuse features of nobody knows which encoder."""
        if self.fingerprint is None and any(told.feature for told in self.exemplars):
            raise ValueError("found features without the fingerprint of their encoder")
        return self


def write_archive(
    path: Path, shown: Iterable[Shown], fingerprint: str | None, settings: Mapping[str, Any]
) -> None:
    """Write a gallery to one file, whole or not at all; equal galleries give equal bytes.

    Args:
        path: The file; its folder must exist.
        shown: The exemplars in their order.
        fingerprint: Of the encoder that made the features.
        settings: The gallery's.

    Raises:
        SkelshotError: There are too many, or something else than a file stands at `path`.
        OSError: It cannot be written.
    """
    told: list[dict[str, Any]] = []
    with whole_file(path) as partial, ZipFile(partial, "w", ZIP_DEFLATED) as archive:
        for number, (exemplar, feature) in enumerate(shown):
            if number == MOST_EXEMPLARS:
                raise SkelshotError(f"{path}: found more than {number} exemplars; export fewer")
            clip = sequence_to_bytes(exemplar.sequence)
            vector = None if feature is None else save({_FEATURE: np.ascontiguousarray(feature)})
            told.append(
                {
                    "action": exemplar.action,
                    "name": exemplar.name,
                    "source": exemplar.source,
                    "digest": exemplar.digest,
                    "clip": _put(archive, _clip(number), clip),
                    "feature": vector and _put(archive, _feature(number), vector),
                }
            )
        contents = {
            "format": "skelshot gallery",
            "version": VERSION,
            "settings": dict(settings),
            "fingerprint": fingerprint,
            "exemplars": told,
        }
        text = json.dumps(contents, indent=1, ensure_ascii=False, allow_nan=False).encode()
        _put(archive, _DIGEST, f"{_put(archive, _CONTENT, text)}  {_CONTENT}\n".encode())


@dataclass(frozen=True)
class GalleryArchive:
    """A file that `write_archive` wrote, opened; nothing in it is executed or unpacked to disk.

    Args:
        path: The file.
        archive: Its members.
        contents: Its table of contents.
    """

    path: Path
    archive: Archive
    contents: _Contents

    @classmethod
    def open(cls, path: Path) -> "GalleryArchive":
        """Open a file and check its table of contents.

        Args:
            path: The file.

        Returns:
            The file.

        Raises:
            SkelshotError: It is no such file, of a newer Skelshot, or holds other members than
                its table of contents names.
        """
        if not path.exists():
            raise SkelshotError(f"{path}: no such file, expected an exported gallery")
        archive = Archive(path)
        try:
            contents = _contents_of(path, archive)
        except BaseException:
            archive.close()
            raise
        return cls(path, archive, contents)

    def check(self) -> None:
        """Read everything once, so that nothing is imported of a file that is not whole.

        Raises:
            SkelshotError: A member is damaged, too large or not what its digest says.
        """
        for _ in self.exemplars():
            pass

    def exemplars(self) -> Iterator[Shown]:
        """Read the exemplars one by one.

        Yields:
            Each exemplar in its order, with its feature.

        Raises:
            SkelshotError: A member is damaged, too large or not what its digest says, or features
                are of several shapes.
        """
        left = MOST_UNPACKED
        shape: tuple[int, ...] | None = None
        for number, told in enumerate(self.contents.exemplars):
            clip = self._member(_clip(number), told.clip)
            place = f"{self.path}, {_clip(number)}"
            sequence = sequence_from_bytes(clip, place)
            if digest_of(sequence) != told.digest:
                raise SkelshotError(f"{place}: found another movement's digest; {_ADVICE}")
            try:
                one = Exemplar(told.action, sequence, told.name, told.source, told.digest)
            except SkelshotError as error:
                raise SkelshotError(f"{place}: {error}") from error
            vector = told.feature and self._member(_feature(number), told.feature)
            left -= len(clip) + len(vector or b"")
            if left < 0:
                raise SkelshotError(f"{self.path}: unpacks to more than {MOST_UNPACKED} bytes")
            feature = _vector_in(vector, self.path) if vector else None
            if feature is not None:
                shape = feature.shape if shape is None else shape
                if feature.shape != shape:
                    raise SkelshotError(
                        f"{self.path}, {_feature(number)}: found a feature of shape "
                        f"{feature.shape}, expected {shape} as of the others; {_ADVICE}"
                    )
            yield Shown(one, feature)

    def close(self) -> None:
        """Let go of the file."""
        self.archive.close()

    def _member(self, name: str, digest: str) -> bytes:
        content = _read(self.path, self.archive, name, MOST_BYTES)
        if (found := hashlib.sha256(content).hexdigest()) != digest:
            raise SkelshotError(
                f"{self.path}, {name}: found content of SHA-256 {found:.12}, expected "
                f"{digest:.12}; {_ADVICE}"
            )
        return content


def _clip(number: int) -> str:
    return f"clips/{number:06}.safetensors"


def _feature(number: int) -> str:
    return f"features/{number:06}.safetensors"


def _put(archive: ZipFile, name: str, content: bytes) -> str:
    """Write a member and return its digest."""
    info = ZipInfo(name, _THEN)
    info.compress_type = ZIP_DEFLATED
    archive.writestr(info, content)
    return hashlib.sha256(content).hexdigest()


def _read(path: Path, archive: Archive, name: str, most: int) -> bytes:
    try:
        return archive.read(name, most)
    except SkelshotError as error:
        raise SkelshotError(f"{path}, {name}: {error}") from error


def _contents_of(path: Path, archive: Archive) -> _Contents:
    """Read and check the table of contents."""
    text = _read(path, archive, _CONTENT, MOST_JSON_BYTES)
    digest = _read(path, archive, _DIGEST, 1000)
    if digest[:64] != hashlib.sha256(text).hexdigest().encode():
        raise SkelshotError(f"{path}, {_CONTENT}: found other content than was exported; {_ADVICE}")
    document = parse_json(text, f"{path}, {_CONTENT}")
    version = document.get("version") if isinstance(document, dict) else None
    if version != VERSION:
        raise SkelshotError(
            f"{path}: found a gallery of version {version!r:.20}, expected {VERSION}; update "
            f"Skelshot, or {_ADVICE}"
        )
    contents = read_document(_Contents, document, f"{path}, {_CONTENT}", _ADVICE)
    wanted = {_CONTENT, _DIGEST, *_members(contents)}
    if other := sorted(wanted ^ set(archive.names)):
        found = "no" if other[0] in wanted else "the"
        raise SkelshotError(f"{path}: found {found} member {other[0]!r:.100}; {_ADVICE}")
    return contents


def _members(contents: _Contents) -> Iterator[str]:
    for number, told in enumerate(contents.exemplars):
        yield _clip(number)
        if told.feature is not None:
            yield _feature(number)


def _vector_in(content: bytes, path: Path) -> FloatArray:
    try:
        arrays = load(content)
    except (safetensors.SafetensorError, ValueError, KeyError, TypeError) as error:
        raise SkelshotError(f"{path}: damaged feature ({error}); {_ADVICE}") from error
    feature: FloatArray = arrays.get(_FEATURE, np.empty(0))
    if len(arrays) != 1 or feature.dtype != np.float32 or not np.isfinite(feature).all():
        raise SkelshotError(f"{path}: found no feature of finite float32; {_ADVICE}")
    return feature
