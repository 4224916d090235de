"""Writing a synthetic data set: side by side, resumable, in NTU's own format."""

import hashlib
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any

from skelshot.ground import SkelshotError
from skelshot.ground.files import read_mapping
from skelshot.ground.locks import only_writer
from skelshot.ground.plans import Plan
from skelshot.ground.processes import check_workers, done_by_processes
from skelshot.ground.progress import progress_bar
from skelshot.synthesis.plan import CAMERAS, SynthesisPlan, Take
from skelshot.synthesis.recording import SKELETONS, VIDEOS, Recording

GENERATOR_VERSION = 1
"""Frozen: a change to what is generated is a new version, never a correction of this one."""

MANIFEST = "synthesis.json"
BATCH = 8
"""Takes that a worker process does at a time."""


@dataclass(frozen=True)
class SynthesisReport:
    """Result of `synthesise`.

    Args:
        clips: Clips in the data set.
        videos: Clips that have a video.
        written: Takes that this call wrote; the others were there.
        raw: The data set's folder.
        seconds: Wall time of this call.
    """

    clips: int
    videos: int
    written: int
    raw: Path
    seconds: float

    def as_json(self) -> dict[str, Any]:
        """Return the report as a JSON document."""
        return asdict(self) | {"raw": str(self.raw), "seconds": round(self.seconds, 3)}


def synthesise(
    plan: SynthesisPlan,
    raw: Path | str,
    *,
    seed: int = 0,
    size: tuple[int, int] = (320, 180),
    workers: int = 1,
) -> SynthesisReport:
    """Write a synthetic data set.

    Skeletons go to `RAW/nturgb+d_skeletons`, each with its ground truth beside it, videos to
    `RAW/nturgb+d_rgb`. Files are whole or absent; after a kill the same call writes what is
    missing. A larger plan with the same seed adds to what is there: each clip depends on the
    seed and its own name alone.

    Args:
        plan: Which clips.
        raw: The folder; made if missing.
        seed: People and performances follow from it.
        size: Width and height of the videos in pixels, both even.
        workers: Processes; the files are the same whatever the number.

    Returns:
        Counts, place and time.

    Raises:
        SkelshotError: The folder holds a data set of another seed, version or video size, an
            option is out of range, or PyAV is missing for videos.
    """
    began = time.perf_counter()
    raw = Path(raw)
    check_workers(workers)
    if any(length < 16 or length % 2 or length > 4096 for length in size):
        raise SkelshotError(
            f"video size: found {size[0]} x {size[1]}, expected even numbers from 16 to 4096"
        )
    folders = [raw / folder for folder in (SKELETONS, VIDEOS)][: 2 if plan.videos else 1]
    raw.mkdir(parents=True, exist_ok=True)
    recording = Recording(raw, seed, plan.cameras, size)
    with only_writer(raw, "synth", raw / ".lock"):
        _plan_of(seed, size).settle(raw / MANIFEST)
        for folder in folders:
            folder.mkdir(exist_ok=True)
        for left in (left for folder in folders for left in folder.glob(".*.partial")):
            left.unlink()  # what a kill left behind
        todo = [
            (take, filmed)
            for take in plan.takes()
            if not recording.is_done(take, filmed := plan.has_video(take))
        ]
        each = len(plan.cameras)
        done = plan.clips - each * len(todo)
        with progress_bar("clips", total=plan.clips, done=done) as bar:
            for count in _record_all(recording, todo, workers):
                bar.advance(each * count)
    return SynthesisReport(plan.clips, plan.videos, len(todo), raw, time.perf_counter() - began)


def _plan_of(seed: int, size: tuple[int, int]) -> Plan:
    """Tell how the data set is made, so that it is not mixed with one made otherwise."""
    made = {"generator": GENERATOR_VERSION, "programs": programs_hash()}
    made |= {"seed": seed, "video_size": size}
    return Plan("clips", made, "use another --out or the same options")


def recording_of(raw: Path) -> Recording:
    """Describe how a data set that is there was recorded, by all three cameras.

    Args:
        raw: The data set's folder.

    Returns:
        What performs and renders its takes again.

    Raises:
        SkelshotError: The folder holds no synthetic data set.
    """
    manifest = read_mapping(raw / MANIFEST)
    width, height = manifest["video_size"]
    return Recording(raw, manifest["seed"], CAMERAS, (width, height))


def programs_hash() -> str:
    """Hash everything shipped as data that decides the clips.

    Returns:
        16 hexadecimal digits over the motion programs, objects, setups and sensor constants.
    """
    digest = hashlib.sha256()
    package = files("skelshot.synthesis")
    for folder in (package / "motion", package / "motion" / "programs", package / "sensing"):
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
            if entry.name.endswith(".yaml"):
                digest.update(entry.name.encode() + b"\0" + entry.read_bytes())
    return digest.hexdigest()[:16]


def _record_all(recording: Recording, todo: list[tuple[Take, bool]], workers: int) -> Iterator[int]:
    """Record takes and tell how many more are done."""
    size = 1 if workers == 1 else BATCH
    batches = [todo[start : start + size] for start in range(0, len(todo), size)]
    return done_by_processes(partial(_record, recording), batches, workers)


def _record(recording: Recording, batch: Iterable[tuple[Take, bool]]) -> int:
    takes = list(batch)
    for take, filmed in takes:
        recording.record(take, filmed)
    return len(takes)
