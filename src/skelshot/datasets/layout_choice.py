"""The layout of clips whose files do not name one: guessed from their joints, and said."""

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import TypeVar

import numpy as np

from skelshot.datasets.body_advice import body_advice
from skelshot.datasets.clip_arrays import AXES, sequence_from
from skelshot.datasets.clips import BadClip
from skelshot.datasets.field_values import numbers_of
from skelshot.datasets.prepared_clip import as_told
from skelshot.datasets.reading_options import ReadingOptions
from skelshot.ground import SkelshotError
from skelshot.skeletons.body_check import BodyProblem, body_problems, guess_layout
from skelshot.skeletons.coordinate_guess import guessed_coordinates
from skelshot.skeletons.layouts import LAYOUTS, SkeletonLayout, layouts_with
from skelshot.skeletons.sequence import SkeletonSequence

SAMPLE = 8
"""How many clips are looked at."""

MOST_FRAMES = 300
"""How many frames of each."""

CROWD = 12
"""More persons than this, all there at once, are rather clips that were stacked."""

SHARES = 4.5
"""Two coordinates that are all smaller than this are shares of a picture, no pixels."""

Kind = TypeVar("Kind", bound=Hashable)
Arrays = Mapping[str, object]


@dataclass(frozen=True)
class LayoutChoice:
    """A layout, and how it was come by.

    Args:
        layout: The layout.
        guessed: How it was guessed; None where it was told.
        doubts: What about the clips does not look like a human body in this layout.
        channels: How many coordinates most clips have; None where none can be read.
        shares: Whether most clips in two coordinates hold shares of a picture, no pixels; None
            where that is not asked.
        coordinates: What the coordinates were taken for; None where units or axes were told.
        misread: Why no clip can be read, where most hold a score for z or count in another unit.
    """

    layout: SkeletonLayout
    guessed: str | None = None
    doubts: tuple[str, ...] = ()
    channels: int | None = None
    shares: bool | None = None
    coordinates: str | None = None
    misread: str | None = None

    def guesses(self) -> dict[str, str]:
        """Return what was guessed, by what it is."""
        found = {"layout": self.guessed, "coordinates": self.coordinates}
        return {what: how for what, how in found.items() if how}

    def check(self, sequence: SkeletonSequence) -> None:
        """Refuse a clip that has other coordinates than most, or that is misread as most are.

        Args:
            sequence: The clip.

        Raises:
            BadClip: It has.
        """
        if self.channels is not None and sequence.channels != self.channels:
            raise BadClip(
                f"joints: found {sequence.channels} coordinates, most clips beside it have "
                f"{self.channels}; keep the two kinds in folders or files of their own"
            )
        if self.misread is not None:  # the posture of this clip may have hidden it
            raise BadClip(f"most clips beside it show what is wrong: {self.misread}")
        if self.shares is not None and (found := has_shares(sequence)) is not self.shares:
            kinds = ("pixels", "shares of the picture")
            raise BadClip(
                f"joints: found what looks like {kinds[found]}, most clips beside it have "
                f"{kinds[self.shares]}; bring all to one scale, or, if they are right as they "
                "are, say --body-check ignore"
            )


class ImplausibleBodiesError(SkelshotError):
    """Fault of a folder's clips, which all together show though none does alone."""


def number_of_joints(clips: Iterable[Arrays]) -> int | None:
    """Return the number of joints V that most clips have.

    Args:
        clips: Arrays of the clips.

    Returns:
        The number, on a tie that of the clip which comes first; None when no clip has joints.

    Example:
        >>> import numpy as np
        >>> number_of_joints([{"joints": np.ones((9, joints, 3))} for joints in (17, 25, 25)])
        25
    """
    return _most_common(shape[-2] for arrays in clips if (shape := _shape_of(arrays)))


def choose_layout(
    clips: Iterable[Arrays],
    told: SkeletonLayout | None,
    reading: ReadingOptions,
    names: Mapping[str, str] | None = None,
) -> LayoutChoice | None:
    """Choose the layout of a folder's clips by their joints, unless it is told.

    Args:
        clips: Arrays of the clips, see `skelshot.datasets.clip_arrays.sequence_from`; the first
            that are sound are looked at, and most of them decide.
        told: The layout that the user or the files name.
        reading: How arrays become clips.
        names: What the files call an array, where it is not our name for it.

    Returns:
        The layout and how sure it is; None when no clip has joints.

    Raises:
        SkelshotError: No layout has as many joints, or the bodies fit none that has.
        ImplausibleBodiesError: All clips together show what is wrong, though none does alone.
    """
    readable = (arrays for arrays in clips if _shape_of(arrays))
    first = list(islice(readable, SAMPLE))
    joints = number_of_joints(first)
    if joints is None and told is None:
        return None
    candidates = (told,) if told else layouts_with(joints or 0)
    if not candidates:
        shapes = [shape for arrays in first if (shape := _shape_of(arrays))]
        raise SkelshotError(
            f"joints: {_unknown_count(next(one for one in shapes if one[-2] == joints))}"
        )
    samples = list(islice(_samples(chain(first, readable), candidates[0], reading, names), SAMPLE))
    channels = _most_common(sample.channels for sample in samples)
    samples = [sample for sample in samples if sample.channels == channels]
    layout, guessed = (told, None) if told else _guess(candidates, samples, reading)
    asked = channels == len("xy") and reading.body_check == "refuse"
    shares = _most_common(map(has_shares, samples)) if asked else None
    samples = [replace(sample, layout=layout) for sample in samples]
    problems = body_problems(samples, layout)
    doubts = _doubts(samples, problems, reading)
    coordinates = _coordinates(samples, problems, reading)
    misread = _misread(problems, reading)
    return LayoutChoice(layout, guessed, doubts, channels, shares, coordinates, misread)


def has_shares(clip: SkeletonSequence) -> bool:
    """Tell shares of a picture from pixels; what cannot be told is called pixels.

    Args:
        clip: Two coordinates.

    Returns:
        Whether all coordinates are as small as shares are.

    Example:
        >>> from skelshot.skeletons.layouts import COCO_17
        >>> joints = np.full((1, 9, 17, 2), 0.5, np.float32)
        >>> has_shares(SkeletonSequence(joints, np.ones((1, 9), bool), COCO_17))
        True
    """
    seen = np.abs(clip.joints[np.isfinite(clip.joints)])
    return 0 < float(seen.max(initial=0)) < SHARES


def _most_common(values: Iterable[Kind]) -> Kind | None:
    """Return the value that comes most often, on a tie the one that comes first."""
    return next((value for value, _ in Counter(values).most_common(1)), None)


def _shape_of(arrays: Arrays) -> tuple[int, ...] | None:
    """Return the shape of a clip's joints, None where reading them will complain."""
    with suppress(BadClip):
        joints = numbers_of(arrays.get("joints"), "joints")
        if joints.ndim in (3, 4):
            return joints.shape
    return None


def _samples(
    clips: Iterable[Arrays],
    layout: SkeletonLayout,
    reading: ReadingOptions,
    names: Mapping[str, str] | None,
) -> Iterator[SkeletonSequence]:
    """Yield the first frames of the clips that are sound, with unseen joints as gaps."""
    few = slice(0, MOST_FRAMES)
    for arrays in clips:
        with suppress(BadClip):  # reading it will say the same
            clip = as_told(sequence_from(arrays, layout, reading, names), reading)
            yield SkeletonSequence(
                clip.joints[:, few].copy(),  # so that the rest is let go
                clip.present[:, few],
                layout,
                confidence=None if clip.confidence is None else clip.confidence[:, few],
                picture_size=clip.picture_size,
            )


def _unknown_count(shape: tuple[int, ...]) -> str:
    """Say that no layout has as many joints, and which axis has the joints of one."""
    known = ", ".join(f"{layout.num_joints} ({layout.name})" for layout in LAYOUTS)
    advice = "give any other layout with --layout FILE.yaml"
    in_place = shape[-1] in (2, 3) and shape[-2] > 3
    likely = [str(axis) for axis, size in enumerate(shape) if layouts_with(size)]
    if not in_place and likely:
        advice = (
            f"axis {' or '.join(likely)} of {shape} looks like the joints: bring the axes into "
            f"the order {AXES}"
        )
    return f"found {shape[-2]} a person, expected one of {known}; {advice}"


def _guess(
    candidates: tuple[SkeletonLayout, ...],
    samples: list[SkeletonSequence],
    reading: ReadingOptions,
) -> tuple[SkeletonLayout, str]:
    """Choose among layouts of as many joints, and say how."""
    names = ", ".join(layout.name for layout in candidates)
    first, of = candidates[0], f" (of {names})" if len(candidates) > 1 else ""
    if not samples or reading.body_check == "ignore":
        return first, f"{first.name}{of}, by the number of joints alone"
    joints = [sample.joints for sample in samples]
    guess = guess_layout(joints, candidates)
    if guess.layout is None and _has_scores(samples, candidates):
        guess = guess_layout([array[..., :2] for array in joints], candidates)
    if guess.layout is None:
        shape, hint = samples[0].joints.shape, ""
        if any(layouts_with(size) for size in (*shape[:2], shape[3])):
            hint = f", or bring the axes of {shape} into the order {AXES} if they are in another"
        raise SkelshotError(
            f"layout: found {first.num_joints} joints that do not follow {names}: {guess.reason}; "
            f"name their layout with --layout NAME or FILE.yaml{hint}"
        )
    sure = "confirmed by the bodies"
    if not guess.confirmed:
        sure = f"not confirmed by the bodies: {guess.reason}; check it or give --layout"
    return guess.layout, f"{guess.layout.name}{of}, {sure}"


def _has_scores(samples: list[SkeletonSequence], candidates: tuple[SkeletonLayout, ...]) -> bool:
    """Tell whether the third channel is a score, in which no bone has its length."""
    return any(
        problem.kind == "score"
        for layout in candidates
        for problem in body_problems(samples, layout)
    )


def _misread(problems: list[BodyProblem], reading: ReadingOptions) -> str | None:
    """Say what is wrong with most clips and then surely with all, unless that is not asked."""
    if reading.body_check == "ignore":
        return None
    found = (problem for problem in problems if problem.kind in ("score", "units"))
    return next((body_advice(problem, reading) for problem in found), None)


def _coordinates(
    samples: list[SkeletonSequence], problems: list[BodyProblem], reading: ReadingOptions
) -> str | None:
    """Say what the coordinates are taken for, unless units or axes are told."""
    if not samples or {"units", "axes"} & reading.model_fields_set:
        return None
    return guessed_coordinates(samples, samples[0].layout, problems)


def _doubts(
    samples: list[SkeletonSequence], problems: list[BodyProblem], reading: ReadingOptions
) -> tuple[str, ...]:
    """Return what is suspicious; what is wrong of a single clip, reading it will say."""
    if reading.body_check == "ignore":
        return tuple(body_advice(problem, reading) for problem in problems)
    for problem in problems:
        if problem.severity == "wrong" and not any(_shows(clip, problem) for clip in samples):
            raise ImplausibleBodiesError(
                f"{body_advice(problem, reading)}; if the clips are right as they are, say "
                "--body-check ignore"
            )
    doubts = tuple(
        body_advice(problem, reading) for problem in problems if problem.severity == "suspicious"
    )
    crowd = max((int(sample.present.all(axis=1).sum()) for sample in samples), default=0)
    if crowd > CROWD:
        doubts += (
            f"persons: found {crowd} persons at once, expected at most {CROWD}; if the first axis "
            "counts clips, write each into a file or an annotation of its own",
        )
    return doubts


def _shows(clip: SkeletonSequence, problem: BodyProblem) -> bool:
    """Tell whether a clip by itself will be refused for what is wrong with all."""
    return any(
        (one.kind, one.severity) == (problem.kind, "wrong")
        for one in body_problems(clip, clip.layout)
    )
