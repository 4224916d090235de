"""Files of one clip, `.npz` or `.npy`: read within bounds and without pickles, and written."""

import json
import lzma
import math
import struct
import tokenize
import zipfile
import zlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast

import numpy as np
from numpy.lib import format as npy
from numpy.typing import ArrayLike, NDArray

from skelshot.datasets.archives import opened_zip
from skelshot.datasets.clip_arrays import sequence_from
from skelshot.datasets.clip_tables import NUMBERS
from skelshot.datasets.clips import BadClip
from skelshot.datasets.field_values import MAX_NUMBERS
from skelshot.ground import SkelshotError
from skelshot.ground.files import whole_file
from skelshot.ground.printable import printable
from skelshot.skeletons.layouts import SkeletonLayout, layout_as_data, layout_from

MAX_BYTES = 320 << 20
"""The most that the arrays of one file may hold once decompressed."""

MOST_ARRAYS = 1000
"""The most arrays of one file."""

LONGEST_HEADER = 1 << 16
"""The most bytes of a header; that of a plain array has about a hundred."""

WIDEST = 16
"""The most bytes of a number."""

BLOCK = 8 << 20
"""About how many bytes of a table are read at a time."""

Header = tuple[tuple[int, ...], bool, np.dtype[Any]]
"""Shape, whether in Fortran's order, and kind of number."""

_DAMAGE = (
    ArithmeticError,
    EOFError,
    LookupError,
    MemoryError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    lzma.LZMAError,
    struct.error,
    tokenize.TokenError,
    zipfile.BadZipFile,
    zlib.error,
)


def read_clip_file(path: Path, fields: Collection[str]) -> dict[str, NDArray[Any]]:
    """Read arrays of a clip's file.

    Args:
        path: An `.npz` file, or an `.npy` file, whose only array is `joints`.
        fields: The arrays wanted; those that the file lacks are left out.

    Returns:
        The arrays by name.

    Raises:
        BadClip: It is truncated or no such file, decompresses to more than `MAX_BYTES`, or
            holds Python objects.
    """
    with complaints(path):
        if path.suffix.lower() == ".npy":
            return {"joints": _single_array(path)} if "joints" in fields else {}
        with opened_zip(path, MOST_ARRAYS) as archive:
            members = _members(archive)
            return {
                name: _member(archive, members[name], name) for name in fields if name in members
            }


def names_in(path: Path) -> list[str]:
    """Return the names of the arrays that a clip's file holds.

    Args:
        path: An `.npz` file, or an `.npy` file, whose only array is `joints`.

    Returns:
        The names.

    Raises:
        BadClip: It is truncated or no such file.
    """
    if path.suffix.lower() == ".npy":
        return ["joints"]
    with complaints(path), opened_zip(path, MOST_ARRAYS) as archive:
        return list(_members(archive))


def arrays_in(path: Path) -> str:
    """Say which arrays an `.npz` file holds, for an error message.

    Args:
        path: The file.

    Returns:
        Names, kinds and shapes of the first arrays.

    Raises:
        BadClip: It is truncated or no such file.
    """
    found = []
    with complaints(path), opened_zip(path, MOST_ARRAYS) as archive:
        members = _members(archive)
        for name in sorted(members)[:8]:
            with archive.open(members[name]) as handle:
                shape, _, dtype = read_header(handle, name)
            found.append(f"{printable(name)} {dtype!s:.20} {shape}")
    more = f" and {len(members) - 8} more" if len(members) > 8 else ""
    return ", ".join(found) + more if found else "nothing"


@contextmanager
def complaints(path: Path) -> Iterator[None]:
    """Turn whatever damage of a file brings about into a `BadClip`.

    Args:
        path: The file.

    Yields:
        Nothing; read the file meanwhile.

    Raises:
        BadClip: It is no regular file, cannot be read, or is damaged.
    """
    try:
        if path.exists() and not path.is_file():
            raise BadClip("found no regular file")
        yield
    except OSError as error:
        raise BadClip(f"cannot be read ({error.strerror or error})") from error
    except _DAMAGE as error:
        ending = path.suffix.lower()
        raise BadClip(
            f"not a whole {ending} file ({printable(str(error), 200) or type(error).__name__})"
        ) from error


def read_header(handle: IO[bytes], field: str) -> Header:
    """Read an array's header, whatever its version, and leave the file at the array's bytes.

    Args:
        handle: The file, at its beginning.
        field: The array's name, for the error message.

    Returns:
        What the header says.

    Raises:
        BadClip: It is of an unknown version.
        ValueError: It is no header.
    """
    version = npy.read_magic(handle)
    if version not in ((1, 0), (2, 0), (3, 0)):
        raise BadClip(f"{field}: found array format {version}, expected 1.0, 2.0 or 3.0")
    # 3.0 is 2.0 whose column names may hold any letter, and arrays with columns are refused
    read = npy.read_array_header_1_0 if version[0] == 1 else npy.read_array_header_2_0
    return read(cast("IO[bytes]", _Header(handle)))


class _Header:
    """A file of which only so much is read at a time as a header may have."""

    def __init__(self, handle: IO[bytes]) -> None:
        self._handle = handle

    def read(self, size: int) -> bytes:
        """Return the next bytes."""
        if size > LONGEST_HEADER:
            raise ValueError(f"its header claims {size} bytes")
        return self._handle.read(size)


def read_array(handle: IO[bytes], total: int, field: str, most: int = MAX_NUMBERS) -> NDArray[Any]:
    """Read an array after checking that its header asks for no more than its bytes.

    Args:
        handle: The file, at its beginning.
        total: How many bytes it has.
        field: The array's name, for the error message.
        most: How many numbers it may hold.

    Returns:
        The array.

    Raises:
        BadClip: It holds Python objects, too many numbers, or another number of bytes than its
            shape needs.
        ValueError: It has no header.
    """
    shape, is_fortran, dtype = _checked_header(handle, total, field, most)
    content = handle.read(math.prod(shape) * dtype.itemsize)
    flat = np.frombuffer(content, dtype) if content else np.zeros(math.prod(shape), dtype)
    return flat.reshape(shape, order="F" if is_fortran else "C")


def read_table(
    handle: IO[bytes], total: int, field: str, most: int
) -> Iterator[tuple[tuple[slice, slice], NDArray[Any]]]:
    """Read an array of two axes a block at a time, as it is stored.

    Args:
        handle: The file, at its beginning.
        total: How many bytes it has.
        field: The array's name, for the error message.
        most: How many numbers it may hold.

    Yields:
        The rows and columns of a block, and the block.

    Raises:
        BadClip: As for `read_array`.
        ValueError: It has no header or ends early.
    """
    shape, is_fortran, dtype = _checked_header(handle, total, field, most)
    lines, each = shape[::-1] if is_fortran else shape
    step = max(1, BLOCK // (each * dtype.itemsize))
    for start in range(0, lines, step):
        part = slice(start, min(start + step, lines))
        content = handle.read((part.stop - start) * each * dtype.itemsize)
        block = np.frombuffer(content, dtype).reshape(part.stop - start, each)
        yield ((slice(None), part), block.T) if is_fortran else ((part, slice(None)), block)


def _checked_header(handle: IO[bytes], total: int, field: str, most: int) -> Header:
    """Read a header and refuse what it claims beyond the bytes that follow it."""
    shape, is_fortran, dtype = read_header(handle, field)
    if dtype.hasobject or not dtype.itemsize:
        raise BadClip(f"{field}: found Python objects, expected numbers or text")
    count = math.prod(shape)
    if math.prod(max(1, size) for size in shape) * dtype.itemsize > most * WIDEST or count > most:
        raise BadClip(
            f"{field}: found {dtype!s:.40} of shape {shape}, expected at most {most} numbers"
        )
    left = total - handle.tell()
    if min(shape, default=0) < 0 or count * dtype.itemsize != left:
        raise BadClip(f"{field}: found {left} bytes for an array of shape {shape}")
    return shape, is_fortran, dtype


def write_npz_clip(
    path: Path | str,
    joints: ArrayLike,
    *,
    label: str | None,
    layout: SkeletonLayout | str,
    present: ArrayLike | None = None,
    confidence: ArrayLike | None = None,
    pixels: ArrayLike | None = None,
    frame_index: ArrayLike | None = None,
    picture_size: tuple[int, int] | None = None,
    rate: float | None = None,
    video: str | None = None,
    **numbers: int,
) -> None:
    """Write one clip in the form that the `npz` reader takes.

    Args:
        path: The file, ending in `.npz`; it is whole or absent.
        joints: (M, T, V, C), or (T, V, C) for one person; metres (C = 3) or pixels (C = 2).
        label: The class's name; None for a clip whose class is not known.
        layout: Names the V joints: a layout, a shipped layout's name, or a .yaml file. One of
            your own is written into the file whole.
        present: (M, T); unless told, a person is absent where all coordinates are zero.
        confidence: (M, T, V) in [0, 1].
        pixels: (M, T, V, 2), where the joints stand in the colour picture.
        frame_index: (T,), the source's own frame numbers.
        picture_size: Width and height of the picture that pixels belong to.
        rate: Frames a second.
        video: Name of the video that shows it, where it is another than the clip's.
        numbers: `subject`, `camera`, `setup` and `replication`, those that are known; in a
            video of several clips `video_start` and `video_stop`, the clip's first frame there
            and one past its last.

    Raises:
        SkelshotError: Shapes do not fit, the path or a number's name is wrong, or the file
            cannot be written.

    Example:
        >>> import tempfile
        >>> from skelshot.skeletons.layouts import KINECT_V2
        >>> path = Path(tempfile.mkdtemp()) / "wave_01.npz"
        >>> rng = np.random.default_rng(0)
        >>> write_npz_clip(path, rng.random((30, 25, 3)), label="wave", layout=KINECT_V2, subject=1)
        >>> sorted(np.load(path).files)
        ['joints', 'label', 'layout', 'subject']
    """
    path = Path(path)
    if path.suffix != ".npz":
        raise SkelshotError(f"{path}: expected a name that ends in .npz")
    if label is not None and not label.strip():
        raise SkelshotError(f"label: found {label!r}, expected the class's name, or None")
    if unknown := sorted(set(numbers) - set(NUMBERS)):
        raise SkelshotError(f"{unknown[0]}: unknown field, expected one of {', '.join(NUMBERS)}")
    given: dict[str, ArrayLike | None] = {
        "joints": joints,
        "present": present,
        "confidence": confidence,
        "pixels": pixels,
        "frame_index": frame_index,
        "picture_size": picture_size,
        "rate": rate,
        **{name: int(number) for name, number in numbers.items()},
    }
    arrays = {field: np.asarray(array) for field, array in given.items() if array is not None}
    layout = layout_from(layout)
    sequence_from(arrays, layout)
    try:
        with whole_file(path) as partial, partial.open("wb") as handle:
            texts = {"layout": np.asarray(layout.name)}
            texts |= {} if label is None else {"label": np.asarray(label)}
            if not isinstance(definition := layout_as_data(layout), str):
                texts["layout_definition"] = np.asarray(json.dumps(definition))
            texts |= {} if video is None else {"video": np.asarray(video)}
            np.savez_compressed(handle, **{**arrays, **texts})  # type: ignore[arg-type]
    except OSError as error:
        raise SkelshotError(f"{path}: cannot be written ({error.strerror})") from error


def _single_array(path: Path) -> NDArray[Any]:
    total = path.stat().st_size
    if total > MAX_BYTES:
        raise BadClip(f"found {total} bytes, expected at most {MAX_BYTES}")
    with path.open("rb") as handle:
        return read_array(handle, total, "joints")


def _members(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """Return the arrays of an archive by name, if they may be decompressed."""
    total = sum(info.file_size for info in archive.infolist())
    if total > MAX_BYTES:
        raise BadClip(f"decompresses to {total} bytes, expected at most {MAX_BYTES}")
    found: dict[str, zipfile.ZipInfo] = {}
    for info in archive.infolist():
        name = info.filename.removesuffix(".npy")
        if name in found:
            raise BadClip(f"{printable(info.filename)}: stands twice in the file, expected once")
        found[name] = info
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise BadClip(
                f"{printable(info.filename)}: found another compression than numpy.savez writes"
            )
    return found


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, field: str) -> NDArray[Any]:
    with archive.open(info) as handle:
        return read_array(handle, info.file_size, field)
