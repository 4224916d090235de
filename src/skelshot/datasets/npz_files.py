"""Files of one clip, `.npz` or `.npy`: read within bounds and without pickles, and written."""

import json
import lzma
import struct
import tokenize
import zipfile
import zlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skelshot.datasets.archives import opened_zip
from skelshot.datasets.clip_arrays import sequence_from
from skelshot.datasets.clip_tables import NUMBERS
from skelshot.datasets.clips import BadClip
from skelshot.datasets.npy_arrays import read_array, read_header
from skelshot.ground import SkelshotError
from skelshot.ground.files import whole_file
from skelshot.ground.printable import printable
from skelshot.skeletons.layouts import SkeletonLayout, layout_as_data, layout_from

MAX_BYTES = 320 << 20
"""The most that the arrays of one file may hold once decompressed."""

MOST_ARRAYS = 1000
"""The most arrays of one file."""

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
            return _single_array(path) if "joints" in fields else {}
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


def _single_array(path: Path) -> dict[str, NDArray[Any]]:
    total = path.stat().st_size
    if total > MAX_BYTES:
        raise BadClip(f"found {total} bytes, expected at most {MAX_BYTES}")
    with path.open("rb") as handle:
        return {"joints": read_array(handle, total, "joints")}


def _members(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """Return the arrays of an archive by name, if they may be decompressed."""
    total = sum(info.file_size for info in archive.infolist())
    if total > MAX_BYTES:
        raise BadClip(f"decompresses to {total} bytes, expected at most {MAX_BYTES}")
    for info in archive.infolist():
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise BadClip(
                f"{printable(info.filename)}: found another compression than numpy.savez writes"
            )
    return {info.filename.removesuffix(".npy"): info for info in archive.infolist()}


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, field: str) -> NDArray[Any]:
    with archive.open(info) as handle:
        return read_array(handle, info.file_size, field)


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
