"""The layout of clips whose files do not name one: guessed from their joints, and said."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from skelshot.datasets.body_advice import body_advice
from skelshot.datasets.clip_arrays import AXES, sequence_from
from skelshot.datasets.clips import BadClip
from skelshot.datasets.field_values import numbers_of
from skelshot.datasets.prepared_clip import as_told
from skelshot.datasets.reading_options import ReadingOptions
from skelshot.ground import SkelshotError
from skelshot.skeletons.body_check import BodyProblem, body_problems, guess_layout
from skelshot.skeletons.layouts import LAYOUTS, SkeletonLayout, layouts_with
from skelshot.skeletons.sequence import SkeletonSequence

SAMPLE = 8
"""How many clips are looked at."""

MOST_FRAMES = 300
"""How many frames of each."""


class ImplausibleBodiesError(SkelshotError):
    """What is wrong with a folder's clips, which all together show though none does alone."""


@dataclass(frozen=True)
class LayoutChoice:
    """A layout, and how it was come by.

    Args:
        layout: The layout.
        guessed: How it was guessed; None where it was told.
        doubts: What about the clips does not look like a human body in this layout.
    """

    layout: SkeletonLayout
    guessed: str | None = None
    doubts: tuple[str, ...] = ()


def choose_layout(
    clips: Iterable[Mapping[str, object]],
    told: SkeletonLayout | None,
    reading: ReadingOptions,
    names: Mapping[str, str] | None = None,
) -> LayoutChoice | None:
    """Choose the layout of a folder's clips by their joints, unless it is told.

    Args:
        clips: Arrays of the clips, see `skelshot.datasets.clip_arrays.sequence_from`; the first
            that are sound are looked at.
        told: The layout that the user or the files name.
        reading: How arrays become clips.
        names: What the files call an array, where it is not our name for it.

    Returns:
        The layout and how sure it is; None when no clip has joints.

    Raises:
        SkelshotError: No layout has as many joints, or the bodies fit none that has.
        ImplausibleBodiesError: All clips together show what is wrong, though none does alone.
    """
    candidates: tuple[SkeletonLayout, ...] = (told,) if told else ()
    samples: list[SkeletonSequence] = []
    shapes: list[tuple[int, ...]] = []
    for arrays in clips:
        with suppress(BadClip):  # reading it will say the same
            if not candidates:
                shapes.append(_shape_of(arrays))
                candidates = layouts_with(shapes[-1][-2])
            if candidates:
                sample = _sample(arrays, candidates[0], reading, names)
                if not samples or sample.channels == samples[0].channels:
                    samples.append(sample)
        if len(samples) == SAMPLE:
            break
    if not candidates and not shapes:
        return None
    if not candidates:
        raise SkelshotError(f"joints: {_unknown_count(shapes[0])}")
    layout, guessed = (told, None) if told else _guess(candidates, samples, reading)
    return LayoutChoice(layout, guessed, _doubts(samples, layout, reading))


def _shape_of(arrays: Mapping[str, object]) -> tuple[int, ...]:
    joints = numbers_of(arrays.get("joints"), "joints")
    if joints.ndim not in (3, 4):
        raise BadClip("joints: not (M, T, V, C) or (T, V, C)")
    return joints.shape


def _unknown_count(shape: tuple[int, ...]) -> str:
    """Say that no layout has as many joints, and which axis has the joints of one."""
    known = ", ".join(f"{layout.num_joints} ({layout.name})" for layout in LAYOUTS)
    advice = "give any other layout with --layout FILE.yaml"
    in_place = shape[-1] in (2, 3) and shape[-2] > 3
    if not in_place and (likely := [axis for axis in shape if layouts_with(axis)]):
        advice = (
            f"axis {shape.index(likely[0])} of {shape} looks like the joints: bring the axes into "
            f"the order {AXES}"
        )
    return f"found {shape[-2]} a person, expected one of {known}; {advice}"


def _sample(
    arrays: Mapping[str, object],
    layout: SkeletonLayout,
    reading: ReadingOptions,
    names: Mapping[str, str] | None,
) -> SkeletonSequence:
    """Return the first frames of a clip with unseen joints as gaps."""
    clip = as_told(sequence_from(arrays, layout, reading, names), reading)
    few = slice(0, MOST_FRAMES)
    confidence = clip.confidence
    return SkeletonSequence(
        clip.joints[:, few],
        clip.present[:, few],
        layout,
        confidence=None if confidence is None else confidence[:, few],
        picture_size=clip.picture_size,
    )


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
    guess = guess_layout([sample.joints for sample in samples], candidates)
    if guess.layout is None:
        raise SkelshotError(
            f"layout: found {first.num_joints} joints that do not follow {names}: {guess.reason}; "
            "name their layout with --layout NAME or FILE.yaml"
        )
    sure = "confirmed by the bodies"
    if not guess.confirmed:
        sure = f"not confirmed by the bodies: {guess.reason}; check it or give --layout"
    return guess.layout, f"{guess.layout.name}{of}, {sure}"


def _doubts(
    samples: list[SkeletonSequence], layout: SkeletonLayout, reading: ReadingOptions
) -> tuple[str, ...]:
    """Return what is suspicious; what is wrong of a single clip, reading it will say."""
    samples = [replace(sample, layout=layout) for sample in samples]
    problems = body_problems(samples, layout)
    if reading.body_check == "ignore":
        return tuple(body_advice(problem, reading) for problem in problems)
    for problem in problems:
        if problem.severity == "wrong" and not any(_shows(clip, problem) for clip in samples):
            raise ImplausibleBodiesError(
                f"{body_advice(problem, reading)}; if the clips are right as they are, say "
                "--body-check ignore"
            )
    return tuple(
        body_advice(problem, reading) for problem in problems if problem.severity == "suspicious"
    )


def _shows(clip: SkeletonSequence, problem: BodyProblem) -> bool:
    """Tell whether a clip by itself will be refused for what is wrong with all."""
    return any(
        (one.kind, one.severity) == (problem.kind, "wrong")
        for one in body_problems(clip, clip.layout)
    )
