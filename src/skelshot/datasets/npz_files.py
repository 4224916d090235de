"""Single `.npz` files: read within bounds and without pickles, and written."""

import lzma
import struct
import tokenize
import zipfile
import zlib
from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import ArrayLike, NDArray

from skelshot.datasets.clips import BadClip
from skelshot.ground import SkelshotError
from skelshot.ground.files import whole_file
from skelshot.skeletons.layouts import SkeletonLayout
from skelshot.skeletons.sequence import SkeletonSequence

MAX_BYTES = 512 << 20
"""The most that the arrays of one file may hold once decompressed."""

NUMBERS = ("subject", "camera", "setup", "replication", "video_start", "video_stop")
"""Whole numbers that a clip may carry."""

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


def read_npz(path: Path, fields: Collection[str]) -> tuple[dict[str, NDArray[Any]], list[str]]:
    """Read arrays of an `.npz` file.

    Args:
        path: The file.
        fields: The arrays wanted; those that the file lacks are left out.

    Returns:
        The arrays by name, and the names of all arrays there are.

    Raises:
        BadClip: It is truncated or no such file, decompresses to more than `MAX_BYTES`, or
            holds Python objects.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = {info.filename.removesuffix(".npy"): info for info in archive.infolist()}
            total = sum(info.file_size for info in archive.infolist())
            if total > MAX_BYTES:
                raise BadClip(f"decompresses to {total} bytes, expected at most {MAX_BYTES}")
            wanted = [name for name in fields if name in members]
            return {name: _member(archive, members[name]) for name in wanted}, sorted(members)
    except OSError as error:
        raise BadClip(f"cannot be read ({error.strerror or error})") from error
    except _DAMAGE as error:
        raise BadClip(f"not a whole .npz file ({error or type(error).__name__})") from error


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> NDArray[Any]:
    """Read one array after checking that its header asks for no more than its bytes."""
    field = info.filename.removesuffix(".npy")
    with archive.open(info) as handle:
        version = npy.read_magic(handle)
        if version not in ((1, 0), (2, 0)):
            raise BadClip(f"{field}: found array format {version}, expected 1.0 or 2.0")
        read_header = npy.read_array_header_1_0 if version[0] == 1 else npy.read_array_header_2_0
        shape, is_fortran, dtype = read_header(handle)
        if dtype.hasobject or not dtype.itemsize:
            raise BadClip(f"{field}: found Python objects, expected numbers or text")
        count = 1
        for size in shape:
            count *= size
        left = info.file_size - handle.tell()
        if min(shape, default=0) < 0 or count * dtype.itemsize != left:
            raise BadClip(f"{field}: found {left} bytes for an array of shape {shape}")
        flat = np.frombuffer(handle.read(left), dtype) if left else np.zeros(count, dtype)
    return flat.reshape(shape, order="F" if is_fortran else "C")


def write_npz_clip(
    path: Path | str,
    joints: ArrayLike,
    *,
    label: str,
    layout: SkeletonLayout,
    present: ArrayLike | None = None,
    confidence: ArrayLike | None = None,
    pixels: ArrayLike | None = None,
    frame_index: ArrayLike | None = None,
    video: str | None = None,
    **numbers: int,
) -> None:
    """Write one clip in the form that the `npz` reader takes.

    Args:
        path: The file, ending in `.npz`; it is whole or absent.
        joints: (M, T, V, C), or (T, V, C) for one person; metres (C = 3) or pixels (C = 2).
        label: The class's name.
        layout: Names the V joints.
        present: (M, T); unless told, a person is absent where all coordinates are zero.
        confidence: (M, T, V) in [0, 1].
        pixels: (M, T, V, 2), where the joints stand in the colour picture.
        frame_index: (T,), the source's own frame numbers.
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
    if not label.strip():
        raise SkelshotError(f"label: found {label!r}, expected the class's name")
    if unknown := sorted(set(numbers) - set(NUMBERS)):
        raise SkelshotError(f"{unknown[0]}: unknown field, expected one of {', '.join(NUMBERS)}")
    given: dict[str, ArrayLike | None] = {
        "joints": joints,
        "present": present,
        "confidence": confidence,
        "pixels": pixels,
        "frame_index": frame_index,
        **{name: int(number) for name, number in numbers.items()},
    }
    arrays = {field: np.asarray(array) for field, array in given.items() if array is not None}
    sequence_from(arrays, layout)
    try:
        with whole_file(path) as partial, partial.open("wb") as handle:
            texts = {"label": np.asarray(label), "layout": np.asarray(layout.name)}
            texts |= {} if video is None else {"video": np.asarray(video)}
            np.savez_compressed(handle, **{**arrays, **texts})  # type: ignore[arg-type]
    except OSError as error:
        raise SkelshotError(f"{path}: cannot be written ({error.strerror})") from error


def sequence_from(arrays: dict[str, NDArray[Any]], layout: SkeletonLayout) -> SkeletonSequence:
    """Put the arrays of a clip together and check that they fit.

    Args:
        arrays: `joints`, and those of `present`, `confidence`, `pixels`, `frame_index` there are;
            for one person the first axis may be left out of all of them.
        layout: Names the V joints.

    Returns:
        The clip, with coordinates as float32 and zeros where a person is absent.

    Raises:
        BadClip: An array is missing, of the wrong kind, or its shape does not fit.
    """
    joints = _floats(arrays, "joints")
    if joints is None:
        raise BadClip("joints: missing, expected coordinates (M, T, V, C) or (T, V, C)")
    if joints.ndim not in (3, 4):
        raise BadClip(f"joints: found shape {joints.shape}, expected (M, T, V, C) or (T, V, C)")

    def persons_first(array: NDArray[Any] | None, axes: int) -> NDArray[Any] | None:
        return array[np.newaxis] if array is not None and array.ndim == axes - 1 else array

    joints = joints[np.newaxis] if joints.ndim == 3 else joints
    present = persons_first(arrays.get("present"), 2)
    if present is None:
        present = (joints != 0).any(axis=(2, 3))
    elif present.dtype.kind not in "biu":
        raise BadClip(f"present: found {present.dtype}, expected true and false")
    present = present.astype(bool)
    times = arrays.get("frame_index")
    if times is not None and (times.dtype.kind not in "iu" or (np.diff(times) <= 0).any()):
        raise BadClip("frame_index: expected whole numbers that rise from frame to frame")
    confidence = persons_first(_floats(arrays, "confidence"), 3)
    try:
        if present.shape == joints.shape[:2]:
            joints = np.where(present[..., np.newaxis, np.newaxis], joints, np.float32(0))
        return SkeletonSequence(
            joints,
            present,
            layout,
            frame_index=None if times is None else times.astype(np.int64),
            confidence=None if confidence is None else np.clip(np.nan_to_num(confidence), 0, 1),
            pixels=persons_first(_floats(arrays, "pixels"), 4),
        )
    except BadClip:
        raise
    except SkelshotError as error:
        raise BadClip(str(error)) from error


def _floats(arrays: dict[str, NDArray[Any]], field: str) -> NDArray[np.float32] | None:
    array = arrays.get(field)
    if array is not None and array.dtype.kind not in "fiu":
        raise BadClip(f"{field}: found {array.dtype}, expected numbers")
    with np.errstate(over="ignore"):  # what float32 cannot hold becomes infinite: a gap
        return None if array is None else array.astype(np.float32)
