"""Writing a synthetic data set: side by side, resumable, in NTU's own format."""

import hashlib
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any

from skelshot.ground import SkelshotError
from skelshot.ground.files import read_mapping
from skelshot.ground.processes import check_workers
from skelshot.synthesis.plan import CAMERAS, SynthesisPlan, Take
from skelshot.synthesis.recording import SKELETONS, VIDEOS, Recording
from skelshot.synthesis.writing import FORMAT, MANIFEST, check_size, write_takes

GENERATOR_VERSION = 1
"""Frozen: a change to what is generated is a new version, never a correction of this one."""

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
    check_size(size)
    recording = Recording(raw, seed, plan.cameras, size)
    each = len(plan.cameras)
    written = write_takes(
        raw,
        {
            "generator": GENERATOR_VERSION,
            "programs": programs_hash(),
            "seed": seed,
            "video_size": list(size),
        },
        [raw / folder for folder in (SKELETONS, VIDEOS)][: 2 if plan.videos else 1],
        lambda: [
            (take, filmed)
            for take in plan.takes()
            if not recording.is_done(take, filmed := plan.has_video(take))
        ],
        partial(_record, recording),
        plan.clips,
        lambda _: each,
        workers,
        BATCH,
    )
    return SynthesisReport(plan.clips, plan.videos, written, raw, time.perf_counter() - began)


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
    if FORMAT in manifest:
        raise SkelshotError(
            f"{raw / MANIFEST}: found a data set in the format {manifest[FORMAT]!r:.40}, expected "
            "one in NTU's; name another folder"
        )
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


def _record(recording: Recording, batch: Iterable[tuple[Take, bool]]) -> int:
    takes = list(batch)
    for take, filmed in takes:
        recording.record(take, filmed)
    return len(recording.cameras) * len(takes)
