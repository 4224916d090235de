"""Clips as scikit-learn hands them over: X, a list or an array, one sample a clip."""

import warnings
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skelshot.datasets.clips import Clip
from skelshot.ground.errors import Notice
from skelshot.recognition.clip_files import FoundClip, found_clips, of_array
from skelshot.recognition.engine import Engine
from skelshot.recognition.match_options import MatchOptions
from skelshot.recognition.sklearn_face.estimator_error import EstimatorError, told_as_values
from skelshot.recognition.trained import trained_named
from skelshot.skeletons import SkeletonLayout, SkeletonSequence
from skelshot.skeletons.layouts import layout_from, layouts_with

SHAPES = (
    "(clips, persons, frames, joints, 2 or 3) or (clips, frames, joints, 2 or 3), or a list of "
    "files, SkeletonSequences and arrays"
)
_NAMED = (str, Path, SkeletonSequence, Clip)


def engine_of(encoder: Path | str, options: MatchOptions) -> Engine:
    """Find what reads clips.

    Args:
        encoder: Packaged weights, an encoder's file, a run or a split of it.
        options: How clips are read.

    Returns:
        The engine.

    Raises:
        EstimatorError: There is no such encoder.
    """
    if not isinstance(encoder, str | Path):
        raise EstimatorError(
            f"encoder: found {type(encoder).__name__}, expected the name of packaged weights, a "
            "file or a run"
        )
    with told_as_values("encoder"):
        return Engine(trained_named(encoder), options, str(encoder))


def sequences_for(engine: Engine, X: Any, layout: object = None) -> list[SkeletonSequence]:
    """Take X for clips that an engine can read; what was guessed on the way is said.

    Args:
        engine: What reads them.
        X: n clips: files, `SkeletonSequence`s, arrays (M, T, V, C) or (T, V, C), in a list or
            stacked.
        layout: Names the joints of arrays, as `layout_from` takes it; files and sequences know
            theirs. The only shipped layout of as many joints unless told.

    Returns:
        The clips.

    Raises:
        EstimatorError: X is no list of clips, or a clip cannot be read; the message names its
            place.

    Warns:
        Notice: A layout or a file's form was guessed, or joints were mapped.
    """
    return readable(engine, clips_of(X, layout))


def readable(engine: Engine, found: list[FoundClip]) -> list[SkeletonSequence]:
    """Take clips that an engine can read; what was guessed on the way is said.

    Args:
        engine: What reads them.
        found: The clips, as `clips_of` gives them.

    Returns:
        The clips.

    Raises:
        EstimatorError: A clip cannot be read; the message names its place.

    Warns:
        Notice: A layout or a file's form was guessed, or joints were mapped.
    """
    told: list[str] = []
    with told_as_values():
        for one in found:
            told += [*one.remarks, *engine.check(str(one.name), one.sequence)]
            engine.probe(str(one.name), one.sequence)
    for remark in dict.fromkeys(told):
        warnings.warn(f"X: {remark}", Notice, stacklevel=2)
    return [one.sequence for one in found]


def clips_of(X: Any, layout: object = None) -> list[FoundClip]:
    """Take X for clips.

    Args:
        X: As `sequences_for`.
        layout: As `sequences_for`.

    Returns:
        The clips, each named by its place in X.

    Raises:
        EstimatorError: X is no list of clips, or one cannot be read.

    Example:
        >>> clips = clips_of(np.random.default_rng(0).normal(size=(2, 8, 20, 3)), "kinect-v1")
        >>> [(one.name, one.sequence.joints.shape) for one in clips]
        [('X[0]', (1, 8, 20, 3)), ('X[1]', (1, 8, 20, 3))]
    """
    with told_as_values():
        named = None if layout is None else layout_from(layout)
    return [_clip(f"X[{place}]", one, named) for place, one in enumerate(_samples(X))]


def _samples(X: Any) -> list[Any]:
    """List what X holds along its first axis."""
    if isinstance(X, _NAMED):
        raise EstimatorError(
            f"X: found one clip, {X!s:.80}, expected a list of clips; write [clip]"
        )
    shape = getattr(X, "shape", None)
    if shape is not None and len(shape) not in (1, 4, 5):  # 1: files or sequences
        raise EstimatorError(f"X: found shape {tuple(shape)}, expected {SHAPES}")
    if not isinstance(X, Iterable):
        raise EstimatorError(f"X: found {type(X).__name__}, expected {SHAPES}")
    samples = list(X)
    if not samples:
        raise EstimatorError("X: found no clips (0 samples), expected at least one")
    return samples


def _clip(place: str, clip: Any, layout: SkeletonLayout | None) -> FoundClip:
    with told_as_values(place):
        if not isinstance(clip, _NAMED):
            return _of_numbers(place, clip, layout)
        found = found_clips(clip)
        if len(found) > 1:
            raise EstimatorError(
                f"{place}: found {len(found)} clips in {clip!s:.200}, expected one; name one file "
                "a clip, or list the SkeletonSequences of a Store"
            )
        return replace(found[0], name=place)


def _of_numbers(place: str, clip: Any, layout: SkeletonLayout | None) -> FoundClip:
    joints: NDArray[Any] = np.asarray(clip)
    if joints.dtype.kind not in "fiu" or joints.ndim not in (3, 4):
        raise EstimatorError(
            f"{place}: found {type(clip).__name__} of shape {joints.shape}, expected a file, a "
            "SkeletonSequence or an array (persons, frames, joints, 2 or 3)"
        )
    if layout is not None:
        return FoundClip(place, of_array(joints, layout))
    known = layouts_with(joints.shape[-2])
    names = ", ".join(one.name for one in known) or "no shipped layout"
    if len(known) != 1:
        raise EstimatorError(
            f"{place}: found {joints.shape[-2]} joints, which {names} has; say layout="
        )
    said = f"layout taken for {names}, the only one of {known[0].num_joints} joints; say layout="
    return FoundClip(place, of_array(joints, known[0]), None, (f"{said}{names!r}",))


def takes_clips(tags: Any) -> Any:
    """Say in scikit-learn's tags that samples are clips, not rows of a table.

    Args:
        tags: An estimator's, which are changed.

    Returns:
        The same.
    """
    tags.input_tags.two_d_array = False
    tags.input_tags.one_d_array = True  # a list, or an array of objects
    tags.input_tags.string = True  # files
    tags.input_tags.allow_nan = True  # gaps, which are filled
    return tags
