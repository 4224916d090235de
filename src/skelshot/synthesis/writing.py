"""Writing many takes of a synthetic data set: side by side, resumable, never two at once."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from skelshot.ground import SkelshotError
from skelshot.ground.files import read_mapping, write_json
from skelshot.ground.locks import only_writer
from skelshot.ground.plans import Plan
from skelshot.ground.processes import done_by_processes
from skelshot.ground.progress import progress_bar

MANIFEST = "synthesis.json"
"""The file that says how a data set was made."""

FORMAT = "format"
"""The manifest's key for the format; a data set in NTU's own has none."""

_OLD = {FORMAT: "ntu"}

Job = TypeVar("Job")


def write_takes(
    raw: Path,
    manifest: Mapping[str, Any],
    folders: Sequence[Path],
    todo: Callable[[], Sequence[Job]],
    record: Callable[[list[Job]], int],
    clips: int,
    clips_of: Callable[[Job], int],
    workers: int,
    batch: int,
    finish: Callable[[], None] = lambda: None,
) -> int:
    """Write what is missing of a data set.

    Args:
        raw: The data set's folder; made if missing.
        manifest: How it is made; one that was made otherwise is refused.
        folders: Where files go; made if missing, and cleared of what a kill left.
        todo: Lists the takes that are not there, once nobody else writes.
        record: Writes takes and returns how many clips they are; called in other processes.
        clips: Clips of the whole data set.
        clips_of: Counts the clips of a take.
        workers: Processes; the files are the same whatever the number.
        batch: Takes that a process does at a time.
        finish: Writes what belongs to the data set as a whole, once all takes are there.

    Returns:
        How many takes were written; the others were there.

    Raises:
        SkelshotError: The folder holds another data set, or another process writes it.
    """
    raw.mkdir(parents=True, exist_ok=True)
    with only_writer(raw, "synth", raw / ".lock"):
        advice = "use another --out or the same options"
        plan = Plan("clips", _OLD | dict(manifest), advice)
        plan.settle(raw / MANIFEST, lambda file: _OLD | read_mapping(file), _write_manifest)
        for folder in folders:
            folder.mkdir(parents=True, exist_ok=True)
        for left in (left for folder in folders for left in folder.glob(".*.partial")):
            left.unlink()  # what a kill left behind
        missing = list(todo())
        size = 1 if workers == 1 else batch
        batches = [missing[start : start + size] for start in range(0, len(missing), size)]
        with progress_bar("clips", total=clips, done=clips - sum(map(clips_of, missing))) as bar:
            for count in done_by_processes(record, batches, workers):
                bar.advance(count)
        finish()
    return len(missing)


def check_size(size: tuple[int, int]) -> None:
    """Refuse a size that videos cannot have.

    Args:
        size: Width and height in pixels.

    Raises:
        SkelshotError: A length is odd, or not within 16 to 4096.
    """
    if any(length < 16 or length % 2 or length > 4096 for length in size):
        raise SkelshotError(
            f"video size: found {size[0]} x {size[1]}, expected even numbers from 16 to 4096"
        )


def _write_manifest(file: Path, manifest: Any) -> None:
    """Write the manifest; that of a data set in NTU's own format has no word for it."""
    write_json(file, {key: value for key, value in manifest.items() if _OLD.get(key) != value})
