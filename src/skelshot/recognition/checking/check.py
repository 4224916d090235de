"""A look at people's clips before an hour goes into them: reading, suspicions, report."""

import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from skelshot.datasets.clips import Rejected
from skelshot.ground import SkelshotError
from skelshot.recognition.checking.checked_clip import CheckedClip
from skelshot.recognition.checking.clip_source import ClipSource
from skelshot.recognition.checking.family import SUSPECTS
from skelshot.recognition.checking.noted_clips import NotedClips
from skelshot.recognition.checking.suspicion import Suspect, Suspicion

UNREADABLE = "unreadable"
"""The kind of a clip that cannot be read at all."""

RATES = (1.0, 1000.0)
"""Frames a second that may be stated."""


@dataclass(frozen=True)
class CheckedClass:
    """Counts of a class.

    Args:
        name: Its name.
        clips: How many.
        people: How many people, where files tell; else 0.
        frames: Frames of a clip, the median.
    """

    name: str
    clips: int
    people: int
    frames: float


@dataclass(frozen=True, eq=False)
class CheckReport:
    """Report on clips.

    Args:
        clips: How many could be read.
        classes: What there is of each class.
        suspicions: What is probably a mistake, by kind.
        notes: What was decided on the way, and what was not looked at.
        seconds: Wall time.
        noted: What is kept of the clips, for pictures.
        page: The page about them, if there is one.
    """

    clips: int
    classes: tuple[CheckedClass, ...]
    suspicions: tuple[Suspicion, ...]
    notes: tuple[str, ...]
    seconds: float
    noted: NotedClips
    page: Path | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the report as a JSON document."""
        return {
            "clips": self.clips,
            "classes": {
                each.name: {"clips": each.clips, "people": each.people, "frames": each.frames}
                for each in self.classes
            },
            "suspicions": [suspicion.as_json() for suspicion in self.suspicions],
            "kinds": dict(Counter(suspicion.kind for suspicion in self.suspicions)),
            "notes": list(self.notes),
            "page": None if self.page is None else str(self.page),
            "seconds": round(self.seconds, 3),
        }


def check_clips(
    clips: Path | str | Sequence[Path | str],
    *,
    form: str | None = None,
    rate: float | None = None,
    suspects: Sequence[type[Suspect]] = SUSPECTS,
    **options: object,
) -> CheckReport:
    """Look for what is probably a mistake in clips: of the files, of bodies, time and classes.

    All clips are read once; a sample of each class is compared with all others, see
    `skelshot.recognition.checking.noted_clips`.

    Args:
        clips: A store, a folder of clips, an archive, or files and folders of one format. Clips
            without a label are of the class that their folder or their file's name tells.
        form: The format, one of `READERS`; guessed from the files' names unless told.
        rate: Frames a second at which the clips were written, if known.
        suspects: What is looked for.
        options: Those of the format's reader, such as `units`.

    Returns:
        The suspicions, those of one kind beside each other.

    Raises:
        SkelshotError: There is no clip, the format is not known, or an option does not fit.
    """
    started = time.perf_counter()
    if rate is not None and not RATES[0] <= rate <= RATES[1]:
        raise SkelshotError(
            f"--rate: found {rate:g}, expected {RATES[0]:g} to {RATES[1]:g} frames a second"
        )
    paths = [Path(clips)] if isinstance(clips, Path | str) else [Path(clip) for clip in clips]
    if not paths:
        raise SkelshotError("clips: found none, expected a store, a folder or files")
    source = ClipSource(paths, form, rate, options)
    found, noted = suspicions_of(source.clips(), suspects)
    if not found and not noted.clips:
        raise SkelshotError(f"{paths[0]}: found no clip, expected one at least")
    return CheckReport(
        len(noted.clips),
        tuple(_classes(noted)),
        found,
        (*source.notes, *_not_looked_at(noted)),
        time.perf_counter() - started,
        noted,
    )


def suspicions_of(
    clips: Iterable[CheckedClip | Rejected], suspects: Sequence[type[Suspect]] = SUSPECTS
) -> tuple[tuple[Suspicion, ...], NotedClips]:
    """Look at clips one by one, and then at all together.

    Args:
        clips: The clips, and what could not be read.
        suspects: What is looked for.

    Returns:
        The suspicions, those of one kind beside each other, and what is kept of the clips.
    """
    looking = [suspect() for suspect in suspects]
    noted = NotedClips()
    found: list[Suspicion] = []
    for clip in clips:
        if isinstance(clip, Rejected):
            found.append(_unreadable(clip))
            continue
        noted.note(clip)
        for suspect in looking:
            found += suspect.of_clip(clip)
    for suspect in looking:
        found += suspect.of_all(noted)
    kinds = [UNREADABLE, *(suspect.kind for suspect in suspects)]
    return tuple(sorted(found, key=lambda suspicion: kinds.index(suspicion.kind))), noted


def _unreadable(clip: Rejected) -> Suspicion:
    line = f"line {clip.line}: " if clip.line else ""
    return Suspicion(
        UNREADABLE,
        clip.source,
        f"{line}{clip.reason}",
        "a clip that can be read",
        "mend the file or leave it out",
    )


def _classes(noted: NotedClips) -> list[CheckedClass]:
    return [
        CheckedClass(
            label,
            len(members),
            len({clip.subject for clip in members if clip.subject is not None}),
            float(np.median([clip.frames for clip in members])),
        )
        for label, members in noted.by_class.items()
    ]


def _not_looked_at(noted: NotedClips) -> list[str]:
    """Say which clips were not compared, and what nobody has told."""
    notes = []
    unlabelled = sum(clip.label is None for clip in noted.clips)
    if unlabelled:
        notes.append(f"{unlabelled} clips of no known class, which are compared with none")
    compared = len(noted.likeness.clips)
    if compared < len(noted.clips) - unlabelled:
        notes.append(
            f"compared {compared} of {len(noted.clips)} clips with each other: a sample of each "
            "class of three or more"
        )
    if noted.rate is None:
        notes.append("the frame rate is not stated: say --rate to hold movement against it")
    return notes
