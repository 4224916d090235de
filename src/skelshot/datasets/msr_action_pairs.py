"""MSR Action Pairs: one text file a clip, with the 20 joints of the first Kinect."""

import contextlib
import re
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from itertools import islice
from pathlib import Path
from typing import Literal

import yaml
from pydantic import Field, field_validator

from skelshot.datasets.body_advice import body_advice
from skelshot.datasets.checks import clip_or_rejected, on_missing_named, presence_of
from skelshot.datasets.clips import BadClip, Clip, Rejected
from skelshot.datasets.msr_skeleton_text import MsrText, read_msr_text
from skelshot.datasets.prepared_clip import as_told, prepared_clip
from skelshot.datasets.reader_options import MissingOptions
from skelshot.datasets.readers import Reader, Remarks, Source, list_raw
from skelshot.datasets.reading_options import ReadingOptions
from skelshot.ground import SkelshotError
from skelshot.skeletons.body_check import body_problems
from skelshot.skeletons.coordinate_axes import CoordinateAxes
from skelshot.skeletons.layouts import KINECT_V1, SkeletonLayout
from skelshot.skeletons.sequence import SkeletonSequence

SAMPLE = 8
"""How many clips are looked at for what is wrong with all bodies."""

_ENDING = "_skeleton.txt"
_FILE_NAME = re.compile(rf"(a([0-9]{{2}})_s([0-9]{{2}})_e([0-9]{{2}})){re.escape(_ENDING)}")


class MsrActionPairsOptions(MissingOptions):
    """The options of the MSR Action Pairs reader.

    Args:
        axes: Which of the file's axes are our x, y (up) and z.
        body_check: Whether clips that no human body explains are rejected.
    """

    axes: str = Field("x,y,z", description=ReadingOptions.model_fields["axes"].description)
    body_check: Literal["refuse", "ignore"] = Field(
        "refuse", description=ReadingOptions.model_fields["body_check"].description
    )

    @field_validator("axes")
    @classmethod
    def _plain_axes(cls, axes: str) -> str:
        return str(CoordinateAxes.named(axes))


class MsrActionPairsReader(Reader):
    """Reads `aAA_sSS_eEE_skeleton.txt`: action, subject and execution (e).

    A file holds its numbers of frames and joints (20); then frame by frame a number of rows (40
    for a skeleton, 0 for none, 80 for two) and the rows: of each joint its place `x y z` in
    metres, y up, and its place in the picture, each with a confidence. Where there are two
    skeletons the first is read. Actions 1 and 2 are a pair, 3 and 4 the next, and so on.

    Args:
        on_missing: `repair` interpolates NaN and infinite coordinates and counts them,
            `reject` rejects the clip.
        axes: Which of the file's axes are our x, y (up) and z; `-x,y,z` for files whose left and
            right are exchanged, which `prepare` says.
        body_check: `refuse` rejects clips that no human body explains, `ignore` takes them.

    Raises:
        SkelshotError: `on_missing` is neither.

    Example:
        >>> MsrActionPairsReader().class_names[4:6]
        ('push a chair', 'pull a chair')
    """

    name = "msr-action-pairs"
    options_type = MsrActionPairsOptions
    suffixes = (_ENDING,)

    def __init__(
        self,
        on_missing: str = "repair",
        axes: str = "x,y,z",
        body_check: Literal["refuse", "ignore"] = "refuse",
    ) -> None:
        self._on_missing = on_missing_named(on_missing)
        self._reading = ReadingOptions(
            axes=axes, body_check=body_check, unseen="keep", persons="file"
        )
        self._remarks = Remarks()

    @property
    def class_names(self) -> tuple[str, ...]:
        """The twelve actions in label order."""
        return _class_names()

    @property
    def layout(self) -> SkeletonLayout:
        """The 20 joints of the first Kinect."""
        return KINECT_V1

    def options(self) -> dict[str, object]:
        """Return what changes the clips that are read."""
        return {
            "on_missing": self._on_missing,
            "axes": self._reading.axes,
            "body_check": self._reading.body_check,
        }

    def remarks(self) -> Remarks:
        """Return which files were passed over, and what is odd about the first clips' bodies."""
        return self._remarks

    def sources(self, raw: Path | str) -> list[Source]:
        """List the skeleton files, and look at the bodies of the first."""
        listing = list_raw(
            raw, lambda name: name.lower().endswith(_ENDING), f"files called aAA_sSS_eEE{_ENDING}"
        )
        doubts = self._doubts(listing.sources)
        self._remarks = Remarks(listing.others, doubts=doubts, unreadable=listing.unreadable)
        return listing.sources

    def _doubts(self, sources: Sequence[Source]) -> tuple[str, ...]:
        """Say what several clips together show of units, axes and sides."""
        clips: list[SkeletonSequence] = []
        for source in islice(sources, SAMPLE):
            with contextlib.suppress(SkelshotError):  # reading it will say the same
                clips.append(as_told(_sequence(read_msr_text(source.path)), self._reading))
        clips = [clip for clip in clips if clip.present.any()]
        problems = body_problems(clips, KINECT_V1)
        return tuple(body_advice(problem, self._reading) for problem in problems)

    def read(self, source: Source) -> Iterator[Clip | Rejected]:
        """Read one file, which holds one clip."""
        yield clip_or_rejected(source.name, lambda: self._clip(source))

    def _clip(self, source: Source) -> Clip:
        match = _FILE_NAME.fullmatch(source.path.name)
        if match is None:
            raise BadClip(f"file name: expected aAA_sSS_eEE{_ENDING}, such as a01_s02_e03{_ENDING}")
        action, subject, execution = map(int, match.groups()[1:])
        if not 1 <= action <= len(self.class_names):
            raise BadClip(
                f"unknown label: found action a{action:02d}, expected a01 to "
                f"a{len(self.class_names):02d}"
            )
        text = read_msr_text(source.path)
        made = prepared_clip(_sequence(text), self._reading, self._on_missing)
        return Clip(
            name=match[1],
            label=action - 1,
            sequence=made.sequence,
            subject=subject,
            replication=execution,
            source_file=source.name,
            repaired=made.repaired,
            ghosts=int(text.crowded > 0),
        )


@cache
def _class_names() -> tuple[str, ...]:
    text = files("skelshot.datasets").joinpath("names/msr-action-pairs.yaml").read_text("utf-8")
    return tuple(yaml.safe_load(text)["actions"])


def _sequence(text: MsrText) -> SkeletonSequence:
    joints = text.joints[None]
    return SkeletonSequence(joints, presence_of(joints), KINECT_V1)
