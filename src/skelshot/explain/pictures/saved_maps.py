"""Attributions that were saved, a file a clip, brought back as importance."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from skelshot.datasets.npz_files import arrays_in, read_clip_file
from skelshot.ground import SkelshotError
from skelshot.ground.json_text import parse_json
from skelshot.ground.printable import printable
from skelshot.ground.regular import check_regular
from skelshot.skeletons import SkeletonSequence

VALUES = "values"
"""The array of an attribution, (C, T, V, M)."""

NOTE = "explanation"
"""The note in a safetensors file that tells, as JSON, whether a boundary was found."""

ENDINGS = (".safetensors", ".npz")
"""Endings of the files, in the order in which they are sought."""


@dataclass(frozen=True, eq=False)
class SavedMap:
    """An attribution that was saved.

    Args:
        importance: Absolute values summed over the coordinates, (T, V, M).
        best_effort: Whether a decision boundary was sought and not found.
    """

    importance: NDArray[np.float64]
    best_effort: bool = False


def map_file(folder: Path, clip: str) -> Path:
    """Find the file of a clip's attribution.

    Args:
        folder: The folder of a method.
        clip: The clip's name.

    Returns:
        The file.

    Raises:
        SkelshotError: There is none.
    """
    files = [folder / f"{clip}{ending}" for ending in ENDINGS]
    for file in files:
        if file.exists():
            return file
    names = " or ".join(file.name for file in files)
    raise SkelshotError(f"{folder}: found no {names}, expected the attribution of that clip")


def saved_map(path: Path, clip: SkeletonSequence) -> SavedMap:
    """Read an attribution.

    Args:
        path: A `.safetensors` or `.npz` file with the array `values`, (C, T, V, M), of the clip;
            C is 2 for a 3-D clip whose picture was explained.
        clip: The clip.

    Returns:
        Its importance.

    Raises:
        SkelshotError: The file cannot be read, or its values are absent, of another shape, no
            numbers, NaN or infinite.
    """
    if path.suffix.lower() == ENDINGS[0]:
        values, best_effort = _safetensors(path)
    else:
        values, best_effort = _npz(path), False
    expected = (clip.channels, clip.frames, clip.layout.num_joints, clip.persons)
    as_picture = (2, *expected[1:])
    if values.shape not in (expected, as_picture) or values.dtype.kind not in "fiu":
        raise SkelshotError(
            f"{path}, {VALUES}: found {values.dtype} of shape {values.shape}, expected numbers of "
            f"shape {expected}: the clip's coordinates, frames, joints and persons"
        )
    if wrong := int((~np.isfinite(values)).sum()):
        raise SkelshotError(
            f"{path}, {VALUES}: found {wrong} of {values.size} that are NaN or infinite, expected "
            "none; take a method without gradients, such as occlusion"
        )
    return SavedMap(np.abs(values.astype(np.float64)).sum(0), best_effort)


def _npz(path: Path) -> NDArray[np.float64]:
    """Read the values of an `.npz` file."""
    try:
        found = read_clip_file(path, (VALUES,))
        there = "" if VALUES in found else arrays_in(path)
    except SkelshotError as error:
        raise SkelshotError(f"{path}: {error}") from error
    if there:
        raise SkelshotError(f"{path}: found {there}, expected the array {VALUES!r} (C, T, V, M)")
    return found[VALUES]


def _safetensors(path: Path) -> tuple[NDArray[np.float64], bool]:
    """Read the values of a `.safetensors` file, and whether they are a best effort."""
    check_regular(path)
    try:
        with safe_open(str(path), framework="pt") as file:
            names, notes = list(file.keys()), file.metadata() or {}
            values = file.get_tensor(VALUES).double().numpy() if VALUES in names else None
    except (OSError, SafetensorError) as error:
        why = printable(str(error), 200)
        raise SkelshotError(f"{path}: not a whole .safetensors file ({why})") from error
    if values is None:
        told = printable(", ".join(sorted(names)) or "nothing", 200)
        raise SkelshotError(f"{path}: found {told}, expected the array {VALUES!r} (C, T, V, M)")
    note = parse_json(notes.get(NOTE, "{}").encode(), f"{path}, {NOTE}")
    return values, isinstance(note, dict) and note.get("boundary_found") is False
