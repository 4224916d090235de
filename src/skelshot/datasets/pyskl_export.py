"""Writing a store as a PYSKL annotation pickle."""

import pickle
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from skelshot.datasets.store import Store
from skelshot.ground import SkelshotError
from skelshot.ground.files import whole_file

_PROTOCOL = 3  # the oldest that keeps bytes as bytes; every Python 3 reads it


def export_pyskl(
    store: Store,
    path: Path | str,
    splits: Mapping[str, Sequence[str]] | None = None,
    img_shape: tuple[int, int] | None = None,
) -> int:
    """Write all clips of a store in PYSKL's annotation format.

    Names, labels, coordinates (M, T, V, C) and confidences are kept as they are; the label of an
    unlabelled clip is -1, and frames where a person is absent are zeros, there as here.

    Args:
        store: The clips.
        path: The pickle to write; it is whole or absent.
        splits: Clip names by split, such as `{"train": [...], "val": [...]}`; the store's own
            unless told, or one split `all` with every clip where it has none.
        img_shape: (height, width) of all pictures, which PYSKL's pipelines for pixels ask for;
            each clip's own, where it is known, unless told.

    Returns:
        How many clips were written.

    Raises:
        SkelshotError: A split names a clip that the store lacks, or the file cannot be written.
    """
    path = Path(path)
    names = {clip.name for clip in store.clips}
    if splits is None:
        splits = store.splits or {"all": tuple(clip.name for clip in store.clips)}
    for split, members in splits.items():
        if absent := sorted(set(members) - names):
            raise SkelshotError(
                f"split {split!r}: found {absent[0]!r} and {len(absent) - 1} more names that "
                f"the store {store.path} does not have"
            )
    document = {
        "split": {split: list(members) for split, members in splits.items()},
        "annotations": [_annotation(store, index, img_shape) for index in range(len(store))],
    }
    try:
        with whole_file(path) as partial:
            partial.write_bytes(_dumps(document))
    except OSError as error:
        raise SkelshotError(f"{path}: cannot be written ({error.strerror})") from error
    return len(store)


def _annotation(store: Store, index: int, img_shape: tuple[int, int] | None) -> dict[str, Any]:
    record, sequence = store.clips[index], store.sequence(index)
    annotation: dict[str, Any] = {
        "frame_dir": record.name,
        "label": record.label,
        "total_frames": record.frames,
        "keypoint": sequence.joints,
    }
    if sequence.confidence is not None:
        annotation["keypoint_score"] = sequence.confidence
    if img_shape is None and sequence.picture_size is not None:
        img_shape = sequence.picture_size[::-1]
    if img_shape is not None:
        annotation["img_shape"] = annotation["original_shape"] = img_shape
    return annotation


def _dumps(document: object) -> bytes:
    """Pickle arrays under the name that NumPy 1 knows too.

    NumPy 2 writes `numpy._core.multiarray`, which the NumPy of most PYSKL installations lacks,
    and reads the older name as well. The name occurs once, before any array's bytes, because
    the pickler refers back to it afterwards; no clip's name can hold its line breaks.
    """
    new, old = (f"cnumpy.{core}.multiarray\n_reconstruct\n".encode() for core in ("_core", "core"))
    return pickle.dumps(document, _PROTOCOL).replace(new, old, 1)
