"""The contract of a synthetic twin, and the call that writes one."""

import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from skelshot.ground import SkelshotError
from skelshot.ground.files import whole_file
from skelshot.ground.processes import check_workers
from skelshot.rendering.background import background_of
from skelshot.rendering.render import render
from skelshot.rendering.room import room_for
from skelshot.synthesis.drawing import scene_of
from skelshot.synthesis.performance import FRAMES_A_SECOND, Performance
from skelshot.synthesis.plan import CAMERAS, PERFORMERS, REPLICATIONS
from skelshot.synthesis.sensing.cameras import kinect
from skelshot.synthesis.synthesise import GENERATOR_VERSION, SynthesisReport, programs_hash
from skelshot.synthesis.twins.acts import Act, acts_hash, acts_of
from skelshot.synthesis.writing import FORMAT, check_size, write_takes
from skelshot.videos.encode import write_video

SETUP = 1
"""All takes are recorded by the cameras of NTU's first setup."""

TwinTake = TypeVar("TwinTake")


@dataclass(frozen=True)
class Twin(ABC, Generic[TwinTake]):
    """A synthetic data set in the format of another one.

    Args:
        raw: Its folder.
        actions: Numbers of its classes, from 1, rising.
        performers: Numbers of the people.
        replications: How often each does each action, as numbers from 1.
        cameras: Which cameras record: 1 the middle one, 2 to its right, 3 to its left.
        filmed: Whether to write videos.
        seed: People and performances follow from it.
        size: Width and height of the videos in pixels.

    Raises:
        SkelshotError: A number is out of range, or the videos' size is.
    """

    name: ClassVar[str]
    most_replications: ClassVar[int] = REPLICATIONS[-1]
    most_cameras: ClassVar[int] = CAMERAS[-1]
    usual_performers: ClassVar[int] = 8

    raw: Path
    actions: tuple[int, ...]
    performers: tuple[int, ...]
    replications: tuple[int, ...]
    cameras: tuple[int, ...]
    filmed: bool = False
    seed: int = 0
    size: tuple[int, int] = (320, 180)

    def __post_init__(self) -> None:
        """Check the ranges."""
        check_size(self.size)
        for field, top in (
            ("actions", self.most_actions()),
            ("performers", PERFORMERS),
            ("replications", self.most_replications),
            ("cameras", self.most_cameras),
        ):
            numbers: tuple[int, ...] = getattr(self, field)
            wrong = [number for number in numbers if not 1 <= number <= top]
            if wrong or not numbers:
                raise SkelshotError(
                    f"{field}: found {wrong[0] if wrong else 'none'}, expected numbers from 1 to "
                    f"{top} for {self.name}"
                )

    @classmethod
    def most_actions(cls) -> int:
        """Count the classes that there are."""
        return len(acts_of(cls.name))

    @classmethod
    def usual_actions(cls) -> int:
        """Count the classes, from the first on, that are written unless told."""
        return cls.most_actions()

    @abstractmethod
    def takes(self) -> Sequence[TwinTake]:
        """List what is recorded, take by take."""

    @abstractmethod
    def clips_of(self, take: TwinTake) -> int:
        """Count the clips of a take."""

    @abstractmethod
    def files_of(self, take: TwinTake) -> list[Path]:
        """List the files of a take."""

    @abstractmethod
    def record(self, take: TwinTake) -> None:
        """Write all files of a take, each whole or not at all."""

    @abstractmethod
    def videos(self) -> int:
        """Count the clips that a video shows."""

    def manifest(self) -> dict[str, Any]:
        """Return what must be the same in a call that adds to the data set."""
        return {
            FORMAT: self.name,
            "generator": GENERATOR_VERSION,
            "programs": programs_hash(),
            "acts": acts_hash(),
            "seed": self.seed,
            "video_size": list(self.size),
        }

    def finish(self) -> None:
        """Write what belongs to the data set as a whole, once all takes are there."""
        return

    def act(self, action: int) -> Act:
        """Return what is done for a class.

        Args:
            action: The class's number, from 1.
        """
        return acts_of(self.name)[action - 1]

    def film(self, path: Path, performance: Performance, camera: int) -> None:
        """Write the video of a performance as one colour camera sees it.

        Args:
            path: Where.
            performance: What happens.
            camera: Which camera.
        """
        write_video(path, self._pictures(performance, camera), round(FRAMES_A_SECOND))

    def _pictures(self, performance: Performance, camera: int) -> Iterator[NDArray[np.uint8]]:
        view = kinect(SETUP, camera).colour.scaled(self.size)
        background = background_of(room_for("room", self.seed, SETUP), view)
        return render(scene_of(performance), view, background)


def synthesise_twin(twin: Twin[Any], workers: int = 1) -> SynthesisReport:
    """Write a synthetic data set in another format than NTU's.

    Files are whole or absent; after a kill the same call writes what is missing, and a call with
    more people adds to what is there.

    Args:
        twin: What to write, and where.
        workers: Processes; the files are the same whatever the number.

    Returns:
        Counts, place and time.

    Raises:
        SkelshotError: The folder holds a data set that was made otherwise, or PyAV is missing for
            videos.
    """
    began = time.perf_counter()
    check_workers(workers)
    takes = twin.takes()
    clips = sum(map(twin.clips_of, takes))
    written = write_takes(
        twin.raw,
        twin.manifest(),
        sorted({path.parent for take in takes for path in twin.files_of(take)}),
        lambda: [take for take in takes if not all(map(_is_there, twin.files_of(take)))],
        partial(_record, twin),
        clips,
        twin.clips_of,
        workers,
        batch=1,
        finish=twin.finish,
    )
    return SynthesisReport(clips, twin.videos(), written, twin.raw, time.perf_counter() - began)


def write_text(path: Path, text: str, durable: bool = False) -> None:
    """Write a text file whole.

    Args:
        path: The file; its folder is there.
        text: What to write, ASCII.
        durable: As for `whole_file`; files of takes can be made again, so no wait for the disk.
    """
    with whole_file(path, durable) as partial_file:
        partial_file.write_bytes(text.encode("ascii"))


def _record(twin: Twin[Any], takes: list[Any]) -> int:
    for take in takes:
        twin.record(take)
    return sum(map(twin.clips_of, takes))


def _is_there(path: Path) -> bool:
    try:
        return path.stat().st_size > 0
    except OSError:
        return False
