"""Preparation of a clip of people's own files, between 'arrays read' and 'clip given'."""

from dataclasses import dataclass, replace

import numpy as np

from skelshot.datasets.body_advice import body_advice
from skelshot.datasets.checks import OnMissing, presence_of, validate_clip
from skelshot.datasets.clips import BadClip
from skelshot.datasets.reading_options import ReadingOptions
from skelshot.skeletons.body_check import body_problems
from skelshot.skeletons.coordinate_axes import CoordinateAxes
from skelshot.skeletons.persons import order_persons
from skelshot.skeletons.sequence import SkeletonSequence
from skelshot.skeletons.unseen import mark_unseen

MOST_OUTSIDE = 0.5
"""The share of joints that may lie right of or below a picture: a body may be half outside."""


@dataclass(frozen=True, eq=False)
class PreparedClip:
    """A clip that can be learnt from, and what was done to make it so.

    Args:
        sequence: The clip.
        repaired: How many (person, frame, joint) triples were filled by interpolation.
        ghosts: How many persons were left out because they are hardly there.
        reordered: Whether the persons were put into another order.
    """

    sequence: SkeletonSequence
    repaired: int
    ghosts: int = 0
    reordered: bool = False


def prepared_clip(
    sequence: SkeletonSequence, reading: ReadingOptions, on_missing: OnMissing
) -> PreparedClip:
    """Make a clip of people's own files fit to learn from, or say why it is not.

    Unseen joints become gaps, axes are turned, persons are ordered, gaps are filled, and the bodies
    are looked at, each as the options say.

    Args:
        sequence: The clip as its arrays give it.
        reading: What to do with joints and persons that are not seen or hardly there.
        on_missing: What to do with NaN and infinite coordinates, unseen joints included.

    Returns:
        The clip, and what was done.

    Raises:
        BadClip: It cannot be used (see `skelshot.datasets.checks.validate_clip`), or its bodies
            show that it was read with other units, axes or joints than it has.

    Example:
        >>> import numpy as np
        >>> from skelshot.skeletons.layouts import COCO_17
        >>> joints = np.random.default_rng(0).normal(300, 50, (1, 40, 17, 2)).astype(np.float32)
        >>> joints[0, 3:6, 9] = 0  # a wrist that the pose model lost for three frames
        >>> clip = SkeletonSequence(joints, np.ones((1, 40), bool), COCO_17)
        >>> prepared_clip(clip, ReadingOptions(), "repair").repaired
        3
    """
    sequence = as_told(sequence, reading)
    ghosts, reordered = 0, False
    if reading.persons == "ranked":
        sequence, report = order_persons(sequence)
        ghosts, reordered = report.dropped, report.reordered
    else:
        sequence = _without_absent(sequence)
    sequence, repaired = validate_clip(sequence, on_missing)
    if reading.body_check == "refuse":
        _check_picture(sequence)
        for problem in body_problems(sequence, sequence.layout):
            if problem.severity == "wrong":
                raise BadClip(
                    f"{body_advice(problem, reading)}; if they are right as they are, say "
                    "--body-check ignore"
                )
    return PreparedClip(sequence, repaired, ghosts, reordered)


def _check_picture(sequence: SkeletonSequence) -> None:
    """Refuse a picture that most joints lie outside of: another one, or its sides swapped."""
    points = sequence.joints if sequence.channels == 2 else sequence.pixels
    if sequence.picture_size is None or points is None:
        return
    seen = points[sequence.present]
    size = np.array(sequence.picture_size)
    outside = float((seen > size).any(axis=-1).mean())
    if outside > MOST_OUTSIDE:
        width, height = size.tolist()
        swapped = float((seen > size[::-1]).any(axis=-1).mean()) <= MOST_OUTSIDE
        hint = "its sides look swapped" if swapped else "it is not the one the joints belong to"
        raise BadClip(
            f"picture: found {outside:.0%} of the joints outside of a picture {width} wide and "
            f"{height} high, expected most of them inside; {hint}"
        )


def as_told(sequence: SkeletonSequence, reading: ReadingOptions) -> SkeletonSequence:
    """Turn joints that the pose model did not see into gaps, and the others into our axes.

    Args:
        sequence: The clip as its arrays give it.
        reading: Whether to, which joints are unseen, and the axes.

    Returns:
        The clip, with NaN for unseen joints of present persons; who has none left is absent, and
        among several persons whoever is NaN as a whole, as in a padded place. A confidence that is
        NaN becomes 1, as of a source without any. Pixel axes that point the other way begin at the
        picture's far side, where that is known.

    Raises:
        BadClip: Axes were told, but not as many as the clip has coordinates.
    """
    if sequence.persons > 1:
        there = np.isfinite(sequence.joints).any(axis=(2, 3)) & sequence.present
        joints = np.where(there[..., None, None], sequence.joints, np.float32(0))
        sequence = replace(sequence, joints=joints, present=there)
    if reading.unseen == "repair":
        joints = mark_unseen(sequence.joints, sequence.confidence, reading.min_confidence)
        present = sequence.present & presence_of(joints)
        sequence = replace(sequence, joints=joints, present=present)
    sure = sequence.confidence
    if sure is not None:
        sure = np.where(np.isnan(sure), sequence.present[..., None].astype(np.float32), sure)
        sequence = replace(sequence, confidence=sure)
    if "axes" not in reading.changed():
        return sequence
    axes = CoordinateAxes.named(reading.axes)
    if len(axes.places) != sequence.channels:
        raise BadClip(
            f"axes: found {sequence.channels} coordinates, expected the {len(axes.places)} of "
            f"--axes {axes}; name {'x and y' if sequence.channels == 2 else 'x, y and z'}"
        )
    joints = axes.of(sequence.joints)
    if sequence.channels == 2 and sequence.picture_size is not None:
        backwards = np.array(axes.signs) < 0
        joints = joints + np.where(backwards, sequence.picture_size, 0).astype(np.float32)
    return replace(
        sequence, joints=np.where(sequence.present[..., None, None], joints, np.float32(0))
    )


def _without_absent(sequence: SkeletonSequence) -> SkeletonSequence:
    """Leave out persons who are absent throughout, unless all are."""
    there = sequence.present.any(axis=1)
    if there.all() or not there.any():
        return sequence
    return sequence.of_persons(np.flatnonzero(there).tolist())
