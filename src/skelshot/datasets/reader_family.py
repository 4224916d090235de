"""The family of readers: those that ship, and those that other packages register."""

from skelshot.datasets.exports.bvh import BvhReader
from skelshot.datasets.exports.mediapipe_json import MediaPipeReader
from skelshot.datasets.exports.openpose import OpenPoseReader
from skelshot.datasets.exports.pose_csv import PoseCsvReader
from skelshot.datasets.kinder_gator import KinderGatorReader
from skelshot.datasets.msr_action_pairs import MsrActionPairsReader
from skelshot.datasets.npz import NpzReader
from skelshot.datasets.ntu import NtuReader
from skelshot.datasets.nw_ucla import NwUclaReader
from skelshot.datasets.pku_mmd import PkuMmdReader
from skelshot.datasets.pyskl import PysklReader
from skelshot.datasets.reader_options import ReaderOptions
from skelshot.datasets.readers import Reader
from skelshot.datasets.store.reader import StoreReader
from skelshot.datasets.store.sets import SetsReader
from skelshot.datasets.store.splits import Splits, checked_splits
from skelshot.datasets.text import TextReader
from skelshot.datasets.ui_prmd import UiPrmdReader
from skelshot.ground.families import Family

SHIPPED: tuple[type[Reader], ...] = (
    NwUclaReader,
    NtuReader,
    PkuMmdReader,
    MsrActionPairsReader,
    NpzReader,
    PysklReader,
    KinderGatorReader,
    UiPrmdReader,
    TextReader,
    StoreReader,
    SetsReader,
    MediaPipeReader,
    OpenPoseReader,
    BvhReader,
    PoseCsvReader,
)


def _problem(part: type) -> str | None:
    """Return what is wrong with the class of a reader from outside, or None."""
    if not issubclass(part, Reader):
        return f"found the class {part.__name__}, expected a sub-class of skelshot.datasets.Reader"
    kind: object = part.options_type
    if not (isinstance(kind, type) and issubclass(kind, ReaderOptions)):
        return f"found options_type = {kind!r:.80}, expected a sub-class of ReaderOptions"
    if abstract := sorted(getattr(part, "__abstractmethods__", ())):
        return f"lacks {', '.join(abstract)}"
    endings: object = part.suffixes
    if not isinstance(endings, tuple) or not all(
        isinstance(ending, str) and ending.startswith(".") for ending in endings
    ):
        return f"found suffixes = {endings!r:.80}, expected a tuple of endings such as '.csv'"
    return None


READERS: Family[Reader] = Family("reader", SHIPPED, _problem)
"""All readers by name; another package adds its own in the group `skelshot.readers`."""


def reader_named(name: str, **options: object) -> Reader:
    """Make a reader.

    Args:
        name: A name of `READERS`, such as `npz`.
        options: The reader's options.

    Returns:
        The reader.

    Raises:
        SkelshotError: Unknown name, an option that the reader does not have or a bad value, or
            the reader is one from outside that does not work.

    Example:
        >>> reader_named("npz", units="millimetres").options()["units"]
        'millimetres'
    """
    kind = READERS.named(name, "format")
    with READERS.telling(name):
        return kind.from_options(options)


def splits_of(reader: Reader) -> Splits:
    """Ask a reader for the splits of its files, and hold it to its contract.

    Args:
        reader: The reader, asked for its sources before.

    Returns:
        Names of clips by split.

    Raises:
        SkelshotError: They are no such lists, or more than a store can keep.
    """
    with READERS.telling(reader.name):
        found: object = reader.splits()
    place = f"reader {reader.name}{READERS.origin(reader.name)}, split"
    return checked_splits(found, place, "mend the splits of the raw files, or leave them out")
