"""PKU-MMD part I: long recordings in text files, cut into clips by their label files."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache, partial
from importlib.resources import files
from pathlib import Path
from typing import Literal

import numpy as np
import yaml
from pydantic import Field

from skelshot.datasets.checks import clip_or_rejected, on_missing_named, presence_of, validate_clip
from skelshot.datasets.clips import BadClip, Clip, Rejected
from skelshot.datasets.pku_mmd.labels import (
    ActionLabel,
    LabelFrames,
    PastEnd,
    read_labels,
    settled_labels,
)
from skelshot.datasets.pku_mmd.picture import colour_pixels
from skelshot.datasets.pku_mmd.raw_folder import PkuFolder, list_pku, recording_of
from skelshot.datasets.pku_mmd.recording import LongRecording, read_recording
from skelshot.datasets.pku_mmd.split_lists import read_split_list, split_prefix
from skelshot.datasets.reader_options import MissingOptions
from skelshot.datasets.readers import Reader, Remarks, Source, examples_of, fingerprint
from skelshot.ground import SkelshotError
from skelshot.skeletons.layouts import KINECT_V2, SkeletonLayout
from skelshot.skeletons.sensor_layouts import KINECT_COLOUR
from skelshot.skeletons.sequence import SkeletonSequence

RECORDINGS = 1_076
"""Recordings of part I."""

OFFICIAL_COUNTS = (21_545, 21_551)
"""Labels of all recordings: the published number, and six more if those without skeletons count."""

_CAMERAS = {"L": 1, "M": 2, "R": 3}


class PkuMmdOptions(MissingOptions):
    """The options of the PKU-MMD reader.

    Args:
        label_frames: What start and end of a label count.
        past_end: What becomes of a clip whose label ends after the recording.
        pixels: Whether joints are projected into the colour picture, for crops of videos.
        official_count: Whether the labels of all 1,076 recordings must be as many as published.
    """

    label_frames: LabelFrames = Field(
        "half-open",
        description="what a label's frames count: start to end - 1 from 0, or start to end from 1",
    )
    past_end: PastEnd = Field(
        "reject", description="clips whose label ends after the recording: reject or cut them"
    )
    pixels: Literal["projected", "none"] = Field(
        "projected",
        description="joints in the video, by the lens of a Kinect v2, which no file tells",
    )
    official_count: Literal["check", "ignore"] = Field(
        "check", description="whether all 1,076 recordings must have the published 21,545 labels"
    )


class PkuMmdReader(Reader):
    """Reads PKU-MMD part I: `XXXX-V.txt` files of skeletons and of labels, cut clip by clip.

    The files may lie in any sub-folders. A skeleton file has a line of 150 numbers a frame (two
    persons, 25 joints, x y z in metres, y up), a label file lines of
    `label,start,end,confidence`. A clip is called `XXXX-V_NN_AMM`: its recording, which of the
    recording's labels it is, and its action. Cameras L, M and R are 1, 2 and 3; who acts is not
    known. `cross-subject.txt` and `cross-view.txt` become the splits `xsub_train`, `xsub_val`,
    `xview_train` and `xview_val`.

    Args:
        on_missing: `repair` interpolates NaN and infinite coordinates and counts them,
            `reject` rejects the clip.
        label_frames: What start and end of a label count: `half-open` the rows start to end - 1
            from 0, `inclusive` the rows start to end from 1.
        past_end: `reject` rejects a clip whose label ends after the recording, `cut` cuts it.
        pixels: `projected` tells where joints are in the video by the lens of a Kinect v2 like
            those of NTU RGB+D, since no file does; `none` leaves it open.
        official_count: `check` refuses a folder of all 1,076 recordings whose labels are not as
            many as published, `ignore` takes it.

    Raises:
        SkelshotError: `on_missing` is neither.

    Example:
        >>> PkuMmdReader().class_names[15]
        'hugging other person'
    """

    name = "pku-mmd"
    options_type = PkuMmdOptions
    suffixes = ("-l.txt", "-m.txt", "-r.txt")

    def __init__(
        self,
        on_missing: str = "repair",
        label_frames: LabelFrames = "half-open",
        past_end: PastEnd = "reject",
        pixels: str = "projected",
        official_count: str = "check",
    ) -> None:
        self._on_missing = on_missing_named(on_missing)
        self._label_frames: LabelFrames = label_frames
        self._past_end: PastEnd = past_end
        self._pixels = pixels
        self._official_count = official_count
        self._folder = PkuFolder()
        self._remarks = Remarks()
        self._splits: dict[str, list[str]] = {}

    @property
    def class_names(self) -> tuple[str, ...]:
        """The 51 actions in label order."""
        return _class_names()

    @property
    def layout(self) -> SkeletonLayout:
        """The 25 joints of the second Kinect."""
        return KINECT_V2

    def options(self) -> dict[str, object]:
        """Return what changes the clips that are read, the state of the skeleton files included."""
        return {
            "on_missing": self._on_missing,
            "label_frames": self._label_frames,
            "past_end": self._past_end,
            "pixels": self._pixels,
            "skeletons": fingerprint(list(self._folder.skeletons.values())),
        }

    def remarks(self) -> Remarks:
        """Return what was passed over, exchanged or missing."""
        return self._remarks

    def splits(self) -> Mapping[str, Sequence[str]]:
        """Return the clips of the cross-subject and cross-view splits, where the lists are."""
        return self._splits

    def sources(self, raw: Path | str) -> list[Source]:
        """List a label file a recording, and skeleton files that have none."""
        self._folder = folder = list_pku(raw)
        labels = {name: _labels_of(source) for name, source in folder.labels.items()}
        self._check_count(Path(raw), labels)
        clips = {
            name: [_clip_name(name, one) for one in of if isinstance(one, ActionLabel)]
            for name, of in labels.items()
        }
        self._splits, doubts = _splits_of(folder, clips)
        exchanged = [
            f"{folder.labels[name].name}, line {one.line}"
            for name, of in labels.items()
            for one in of
            if isinstance(one, ActionLabel) and one.exchanged
        ]
        guessed = {}
        if self._pixels == "projected":
            guessed["joints in the video"] = "by the lens of a Kinect v2; --pixels none leaves them"
        if exchanged:
            guessed["labels that end before they start"] = (
                f"{len(exchanged)}, start and end exchanged ({examples_of(exchanged)})"
            )
        self._remarks = Remarks(
            folder.others, guessed, (*folder.doubts, *doubts), unreadable=folder.unreadable
        )
        return folder.sources()

    def _check_count(
        self, raw: Path, labels: Mapping[str, Sequence[ActionLabel | BadClip]]
    ) -> None:
        """Hold a complete folder to the published number of clips."""
        complete = len(labels) == RECORDINGS and labels.keys() <= self._folder.skeletons.keys()
        found = sum(map(len, labels.values()))
        if complete and self._official_count == "check" and found not in OFFICIAL_COUNTS:
            raise SkelshotError(
                f"{raw}: found {found:,} labels in all {RECORDINGS:,} recordings, expected "
                f"{OFFICIAL_COUNTS[0]:,}; unpack Label_PKUMMD.7z anew, or go on with "
                "--official-count ignore"
            )

    def read(self, source: Source) -> Iterator[Clip | Rejected]:
        """Read one recording, which holds many clips."""
        name = recording_of(source)
        try:
            labels, recording = self._both(name)
        except SkelshotError as error:
            yield Rejected(source.name, str(error))
            return
        settled = settled_labels(
            labels, recording.frames, recording.name, self._label_frames, self._past_end
        )
        for label in settled:
            if isinstance(label, BadClip):
                yield Rejected(source.name, str(label), label.line)
            else:
                place = f"{source.name}#{_clip_name(name, label)}"
                yield clip_or_rejected(place, partial(self._clip, source, recording, label))

    def _both(self, name: str) -> tuple[list[ActionLabel | BadClip], LongRecording]:
        """Read labels and skeletons of a recording."""
        for kind, there in (("label", self._folder.labels), ("skeleton", self._folder.skeletons)):
            if name not in there:
                raise SkelshotError(
                    f"found no {kind} file of {name}, expected {name}.txt; put both into the folder"
                )
        labels, skeletons = self._folder.labels[name], self._folder.skeletons[name]
        found = read_labels(labels.path)
        if not found:
            raise SkelshotError("found no label, expected lines of label,start,end,confidence")
        return found, read_recording(skeletons.path, skeletons.name)

    def _clip(self, source: Source, recording: LongRecording, label: ActionLabel) -> Clip:
        name = recording_of(source)
        start, stop = label.rows(self._label_frames)
        try:
            joints = recording.part(start, stop)
            sequence = SkeletonSequence(
                joints, presence_of(joints), KINECT_V2, np.arange(start, stop)
            )
            there = np.flatnonzero(sequence.present.any(axis=1)).tolist()
            sequence, repaired = validate_clip(sequence.of_persons(there or [0]), self._on_missing)
        except BadClip as error:
            raise BadClip(str(error), label.line) from error
        if self._pixels == "projected":
            pixels = colour_pixels(sequence.joints, sequence.present)
            sequence = replace(sequence, pixels=pixels, picture_size=KINECT_COLOUR)
        return Clip(
            name=_clip_name(name, label),
            label=label.action - 1,
            sequence=sequence,
            camera=_CAMERAS[name[-1]],
            source_file=recording.name,
            video_file=source.video,
            frame_range=(start, stop),
            repaired=repaired,
        )


@cache
def _class_names() -> tuple[str, ...]:
    text = files("skelshot.datasets").joinpath("names/pku-mmd.yaml").read_text("utf-8")
    return tuple(yaml.safe_load(text)["actions"])


def _clip_name(recording: str, label: ActionLabel) -> str:
    return f"{recording}_{label.place:02d}_A{label.action:02d}"


def _labels_of(source: Source) -> list[ActionLabel | BadClip]:
    """Read a label file; one that cannot be read is rejected when its turn comes."""
    try:
        return read_labels(source.path)
    except SkelshotError:
        return []


def _splits_of(
    folder: PkuFolder, clips: Mapping[str, Sequence[str]]
) -> tuple[dict[str, list[str]], list[str]]:
    """Gather the clips of each split, and say where recordings of a list are missing."""
    splits: dict[str, list[str]] = {}
    doubts: list[str] = []
    for source in folder.splits:
        prefix = split_prefix(source.path.name)
        for side, names in read_split_list(source.path).items():
            splits[f"{prefix}_{side}"] = [clip for name in names for clip in clips.get(name, ())]
            if missing := [name for name in names if name not in clips]:
                doubts.append(
                    f"{source.name} names {len(missing)} recordings for {side} that are not there "
                    f"({examples_of(missing)})"
                )
    return splits, doubts
