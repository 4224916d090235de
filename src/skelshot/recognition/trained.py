"""Encoders by name: packaged weights, a file, a run, or one split of it."""

from pathlib import Path

from skelshot.ground import SkelshotError
from skelshot.runs import Run, SplitRun
from skelshot.runs.encoder_file import EncoderFile, EncoderRun, is_packaged


def trained_named(word: Path | str, split: int | None = None) -> SplitRun:
    """Find a trained encoder.

    Args:
        word: The name of packaged weights, an encoder's file, the folder of a run, or that of one
            of its splits.
        split: Number of the split of a run; the first that is done unless told.

    Returns:
        The encoder.

    Raises:
        SkelshotError: There is none.

    Example:
        >>> trained_named("skelshot-base").inputs.layout.name
        'kinect-v1'
    """
    folder = Path(word)
    if is_packaged(word) or not folder.is_dir():
        return EncoderRun.of_file(word).split(0)
    number = folder.name.removeprefix("split-")
    if split is None and number != folder.name and number.isdecimal():
        folder, split = folder.parent, int(number)
    return split_of(Run.open(folder), split)


def split_of(run: Run, split: int | None = None) -> SplitRun:
    """Choose the split of a run whose encoder serves.

    Args:
        run: The run.
        split: Its number; the first that is done unless told.

    Returns:
        The split.

    Raises:
        SkelshotError: It is not done, or none is.
    """
    done = [number for number, one in run.splits.items() if one.done]
    number = min(done, default=None) if split is None else split
    if number is None or number not in done:
        told = ", ".join(map(str, sorted(done))) or "none"
        raise SkelshotError(
            f"--split {number}: {run.path} has no such trained split, it has {told}"
        )
    return run.split(number)


def name_of(trained: SplitRun) -> str:
    """Return the word by which an encoder is found again.

    Args:
        trained: The encoder.

    Returns:
        What `trained_named` takes, with its whole path.

    Example:
        >>> name_of(trained_named("skelshot-base"))
        'skelshot-base'
    """
    if isinstance(trained, EncoderFile):
        return trained.folder.name if trained.is_packaged else str(trained.file.resolve())
    return str(trained.folder.resolve())
