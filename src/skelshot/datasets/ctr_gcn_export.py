"""Writing a store of NTU RGB+D clips as the `.npz` that the public CTR-GCN code trains on."""

import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from skelshot.datasets.ntu.splits import (
    Members,
    NtuSplit,
    Second,
    members_of,
    ntu_split_named,
)
from skelshot.datasets.store import Store
from skelshot.ground import SkelshotError
from skelshot.ground.files import whole_file
from skelshot.ground.progress import Bar, progress_bar
from skelshot.skeletons.layouts import KINECT_V2
from skelshot.skeletons.normalise import centre
from skelshot.skeletons.sequence import FloatArray, SkeletonSequence

FRAMES, PERSONS = 300, 2
"""What every clip is padded to; the longest clips of NTU RGB+D have 300 frames."""

_BODY = KINECT_V2.num_joints * 3  # numbers of a person in a frame


@dataclass(frozen=True)
class CtrGcnExport:
    """Report of an export.

    Args:
        train: Number of training clips.
        test: Number of test clips.
        left_out: Clips of the store that are no part of the split's data set.
        names_file: Where the clips' names are, unless they were left out.
    """

    train: int
    test: int
    left_out: int
    names_file: Path | None


def names_file_of(path: Path) -> Path:
    """Return where the names of the clips of an exported file stand.

    Args:
        path: The exported file.

    Returns:
        `FILE.names.txt` beside it.

    Example:
        >>> names_file_of(Path("NTU60_CS.npz")).name
        'NTU60_CS.npz.names.txt'
    """
    return path.with_name(f"{path.name}.names.txt")


def ctr_gcn_rows(sequence: SkeletonSequence, second_person: Second) -> FloatArray:
    """Lay out a clip as the public CTR-GCN files have it.

    The origin is the middle of the spine of person 1 in the first frame where they are there;
    absent persons are zeros, which is that place.

    Args:
        sequence: One or two persons of 25 joints, in metres, joints (M, T, 25, 3).
        second_person: What stands in the second place when there is one person.

    Returns:
        Rows (T, 150): x, y and z of the 25 joints of person 1, then of person 2.

    Example:
        >>> joints = np.ones((1, 4, 25, 3), np.float32)
        >>> clip = SkeletonSequence(joints, np.ones((1, 4), bool), KINECT_V2)
        >>> ctr_gcn_rows(clip, "zero").shape
        (4, 150)
    """
    moved = centre(sequence.joints, sequence.present, sequence.layout)
    rows = np.zeros((sequence.frames, PERSONS * _BODY), np.float32)
    rows[:, :_BODY] = moved[0].reshape(-1, _BODY)
    if sequence.persons == PERSONS:
        rows[:, _BODY:] = moved[1].reshape(-1, _BODY)
    elif second_person == "copy":
        rows[:, _BODY:] = rows[:, :_BODY]
    return rows


def export_ctr_gcn(
    store: Store,
    path: Path | str,
    split: str,
    second_person: Second | None = None,
    lose_names: bool = False,
) -> CtrGcnExport:
    """Write the training and test clips of a split as the public CTR-GCN code reads them.

    The file holds `x_train` and `x_test`, float32 (N, 300, 150), see `ctr_gcn_rows`, with zeros
    after a clip's end; and `y_train` and `y_test`, float64 (N, classes), with a one at the
    clip's class. Clips come in the order of the public files (see `members_of`). They are
    written one after the other, so that memory does not grow with the store.

    The format has no place for names. They go into `FILE.names.txt` beside it, one a line:
    those of the training clips, then those of the test clips.

    Args:
        store: Clips of NTU RGB+D; coordinates as the camera gave them.
        path: The `.npz` to write; it is whole or absent.
        split: `xsub60`, `xview60`, `xsub120` or `xset120`.
        second_person: What stands in the second place when there is one person; as in the public
            files unless told: zeros for NTU RGB+D, the first person once more for NTU RGB+D 120.
        lose_names: Write no names, as the public code does; names left there by an earlier
            export to the same file are removed, for they no longer fit.

    Returns:
        How many clips were written.

    Raises:
        SkelshotError: There is no such split, the store's layout or a clip does not fit the
            format, or the file cannot be written.
    """
    path = Path(path)
    if path.is_dir():
        raise SkelshotError(f"{path}: found a folder, expected a file to write")
    rule = ntu_split_named(split)
    _check_layout(store)
    members = members_of(store.clips, split)
    places = (*members.train, *members.test)
    for place in places:
        _check_clip(store, place, split, rule)
    names_file = names_file_of(path)
    try:
        with ExitStack() as stack:
            if not lose_names:
                names = stack.enter_context(whole_file(names_file))
                text = "".join(f"{store.clips[place].name}\n" for place in places)
                names.write_text(text, encoding="utf-8", newline="\n")
            partial = stack.enter_context(whole_file(path))
            bar = stack.enter_context(progress_bar("clips", total=len(places)))
            _write(store, members, rule.classes, second_person or rule.second_person, partial, bar)
        if lose_names:
            names_file.unlink(missing_ok=True)
    except OSError as error:
        raise SkelshotError(f"{path}: cannot be written ({error.strerror})") from error
    return CtrGcnExport(
        train=len(members.train),
        test=len(members.test),
        left_out=len(store) - len(places),
        names_file=None if lose_names else names_file,
    )


def _check_layout(store: Store) -> None:
    if store.layout != KINECT_V2 or store.channels != 3:
        raise SkelshotError(
            f"{store.path}: found {store.channels} coordinates of the layout "
            f"{store.layout.name!r}, expected 3 of {KINECT_V2.name!r}; export a store of NTU "
            "RGB+D clips"
        )


def _check_clip(store: Store, place: int, split: str, rule: NtuSplit) -> None:
    """Refuse a clip that has no place in the format."""
    clip = store.clips[place]
    where = f"{store.path}, clip {clip.name!r}"
    if clip.frames > FRAMES:
        raise SkelshotError(
            f"{where}: found {clip.frames} frames, expected at most {FRAMES}, which is all that "
            "the public format holds; cut the clip or leave it out"
        )
    if clip.persons > PERSONS:
        raise SkelshotError(
            f"{where}: found {clip.persons} persons, expected at most {PERSONS}; prepare the "
            f"store with persons={PERSONS}"
        )
    if not 0 <= clip.label < rule.classes:
        raise SkelshotError(
            f"{where}: found the label {clip.label}, expected 0 to {rule.classes - 1} for the "
            f"split {split}; export a store of NTU RGB+D clips, all of them labelled"
        )


def _write(
    store: Store, members: Members, classes: int, second: Second, path: Path, bar: Bar
) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for side, places in (("train", members.train), ("test", members.test)):
            clips = _padded(store, places, second, bar)
            _write_array(archive, f"x_{side}", (len(places), FRAMES, PERSONS * _BODY), "<f4", clips)
            ones = _one_hot([store.clips[place].label for place in places], classes)
            _write_array(archive, f"y_{side}", (len(places), classes), "<f8", ones)


def _padded(
    store: Store, places: Sequence[int], second: Second, bar: Bar
) -> Iterator[NDArray[np.float32]]:
    """Give the clips one after the other, (300, 150) each, in the same memory."""
    padded = np.zeros((FRAMES, PERSONS * _BODY), "<f4")
    for place in places:
        rows = ctr_gcn_rows(store.sequence(place), second)
        padded[: len(rows)] = rows
        padded[len(rows) :] = 0
        yield padded
        bar.advance()


def _one_hot(labels: Sequence[int], classes: int) -> Iterator[NDArray[np.float64]]:
    """Give one row (classes,) a label, in the same memory."""
    row = np.zeros(classes, "<f8")
    for label in labels:
        row[:] = 0
        row[label] = 1
        yield row


def _write_array(
    archive: zipfile.ZipFile,
    name: str,
    shape: tuple[int, ...],
    kind: str,
    parts: Iterable[NDArray[np.float32] | NDArray[np.float64]],
) -> None:
    """Write an array of known shape into the archive, part after part of its first axis."""
    member = zipfile.ZipInfo(f"{name}.npy")  # with a fixed date: the same clips, the same bytes
    with archive.open(member, "w", force_zip64=True) as handle:
        header = {"descr": kind, "fortran_order": False, "shape": shape}
        npy.write_array_header_1_0(handle, header)
        for part in parts:
            handle.write(part.data)
