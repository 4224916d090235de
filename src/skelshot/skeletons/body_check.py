"""Checks of what a reader had to guess against the body: layout, axes, units, up and sides.

Only points that look like bodies in the layout are asked for more than the layout, so that
noise and constants raise no other complaint.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from skelshot.skeletons.axis_order import NAMES, swapped_axes
from skelshot.skeletons.bone_tree import median_over_bodies, sample_bodies
from skelshot.skeletons.coordinate_axes import CoordinateAxes
from skelshot.skeletons.layout import SkeletonLayout
from skelshot.skeletons.layout_guess import (
    WRONG,
    Bodies,
    LayoutFit,
    LayoutGuess,
    guess_layout,
    layout_fit,
    looks_like_bodies,
    tree_ratio,
)
from skelshot.skeletons.posture import share_mirrored, shares_up
from skelshot.skeletons.sequence import SkeletonSequence

__all__ = ["BodyProblem", "LayoutGuess", "body_problems", "guess_layout", "tree_ratio"]

SMALLEST, LARGEST = 0.25, 4.5
"""Metres that the largest side of a body's box may have (median over frames).

Real people, children and squats included, had 0.6 to 2.0; feet and inches lie above."""

LARGEST_SCORE = 1.05
"""The largest confidence that a third channel of scores may hold."""

FLAT = 0.05
"""A pixel picture's third channel reaches less than this share of the other two."""

CONSISTENT = 0.9
"""The share of bodies that must stand the wrong way round."""

SEVERAL = 3
"""How many clips must show people standing along z before only a mistake explains it.

Of 2,140 real and synthetic clips none did, but a single one may show somebody lying."""

UP, DOWN = 0, 1
_TURNS = {
    (2, UP): "x,z,-y",  # Human3.6M, AMASS
    (2, DOWN): "x,-z,y",
    (0, UP): "-y,x,z",
    (0, DOWN): "y,-x,z",
    (1, DOWN): "-x,-y,z",  # OpenCV, MediaPipe; last, since whoever leans rises along y too
}
_TURNS_OF_PIXELS = {(1, UP): "x,-y", (0, DOWN): "y,x"}  # the latter: rows before columns
"""The axes that are right where bodies stand along another axis."""

_AXES_CLIPS = 4

Kind = Literal["layout", "axes", "units", "score", "normalised", "upright", "mirrored"]
Severity = Literal["wrong", "suspicious"]


@dataclass(frozen=True)
class BodyProblem:
    """A thing that does not fit a human body.

    Args:
        kind: What it concerns.
        severity: "wrong" where only a mistake explains it, else "suspicious".
        found: What was found, for a message.
        expected: What was expected.
        advice: What to do.
        axes: The axes of these coordinates that would be right, where they are at fault.

    Example:
        >>> print(BodyProblem("units", "wrong", "bodies of 1700", "metres", "divide by 1000"))
        found bodies of 1700, expected metres; divide by 1000
    """

    kind: Kind
    severity: Severity
    found: str
    expected: str
    advice: str
    axes: CoordinateAxes | None = None

    def __str__(self) -> str:
        """Return found, expected and advice in one line."""
        return f"found {self.found}, expected {self.expected}; {self.advice}"


def body_problems(
    sequences: SkeletonSequence | Sequence[SkeletonSequence], layout: SkeletonLayout
) -> list[BodyProblem]:
    """Check clips against the human body.

    Args:
        sequences: One clip, or several of one source with as many coordinates; at most 32, evenly
            chosen, are looked at.
        layout: The layout they are read with.

    Returns:
        The problems found, the wrong ones first; empty for bodies as they should be and for
        points that are no bodies.

    Example:
        >>> from skelshot.skeletons.layouts import KINECT_V1
        >>> joints = np.random.default_rng(0).random((1, 9, 20, 3)).astype(np.float32)
        >>> clip = SkeletonSequence(joints, np.ones((1, 9), bool), KINECT_V1)
        >>> body_problems(clip, KINECT_V1)
        []
    """
    clips = [sequences] if isinstance(sequences, SkeletonSequence) else list(sequences)
    if not clips:
        return []
    joints = [np.where(clip.present[..., None, None], clip.joints, np.float32(0)) for clip in clips]
    if problem := _axes_problem(clips, layout):
        return [problem]
    bodies = sample_bodies(joints)
    fit = layout_fit(bodies, layout)
    if bodies.shape[-1] == 3 and (problem := _score_problem(bodies, layout, fit)):
        return [problem]
    if fit.verdict in ("wrong", "unclear"):
        severity: Severity = "wrong" if fit.verdict == "wrong" else "suspicious"
        return [_layout_problem(severity, fit.reason, layout)]
    if fit.verdict == "no body":
        return []
    found = (
        _units_problem(bodies, layout),
        _picture_problem(bodies, layout),
        _upright_problem(bodies, layout, len(clips)),
        _mirrored_problem(bodies, layout),
    )
    problems = [problem for problem in found if problem]
    return sorted(problems, key=lambda problem: problem.severity, reverse=True)


def _axes_problem(clips: Sequence[SkeletonSequence], layout: SkeletonLayout) -> BodyProblem | None:
    """Look for axes in another order in a few clips."""
    found = {swapped_axes(clip.joints, layout) for clip in clips[:: 1 + len(clips) // _AXES_CLIPS]}
    if len(found) != 1 or None in found:
        return None
    axes = ", ".join(str(found.pop()))
    shape = clips[0].joints.shape
    return BodyProblem(
        "axes",
        "wrong",
        f"shape {shape}, which shows bodies only when read as ({axes})",
        f"({', '.join(NAMES)}): persons, frames, joints, coordinates",
        "transpose the array",
    )


def _layout_problem(severity: Severity, reason: str, layout: SkeletonLayout) -> BodyProblem:
    return BodyProblem(
        "layout",
        severity,
        f"joints in another order than that of {layout.name!r}: {reason}",
        "bones that follow the body",
        "name the layout that the joints have, in the file where it names one",
    )


def _score_problem(bodies: Bodies, layout: SkeletonLayout, fit: LayoutFit) -> BodyProblem | None:
    """Look whether the third channel is a confidence rather than a coordinate."""
    flat, third = bodies[..., :2], bodies[..., 2]
    third = third[np.isfinite(third)]
    if not third.size or third.min() < 0:
        return None
    low, high = float(third.min()), float(third.max())
    small = high <= LARGEST_SCORE
    whole = high <= 2 and bool((third == np.round(third)).all())  # COCO's visibility
    pixels = (small or whole) and _extent(flat) > LARGEST
    alien = fit.score >= WRONG[3] or (fit.verdict in ("wrong", "no body") and small)
    constant = small and 0 < low == high and shares_up(flat, layout)[1, DOWN] == 1
    if not (pixels or alien or constant) or not looks_like_bodies(flat):
        return None
    if not pixels and layout_fit(flat, layout).verdict != "right":
        return None
    return BodyProblem(
        "score",
        "wrong",
        f"a third channel of {low:.3g} to {high:.3g} that looks like a score",
        "x, y and z in metres",
        "move it to the confidence (keypoint_score) and keep x and y",
    )


def _units_problem(bodies: Bodies, layout: SkeletonLayout) -> BodyProblem | None:
    """Look whether 3-D bodies have the size of people."""
    extent = _extent(bodies)
    smallest = SMALLEST if layout.hips else 0.0  # a hand may be small
    if bodies.shape[-1] != len("xyz") or smallest <= extent <= LARGEST:
        return None
    ranges = np.nanmedian(np.nanmax(bodies, axis=1) - np.nanmin(bodies, axis=1), axis=0)
    if extent < smallest:
        looks, advice = "a normalised scale", "scale the joints to metres"
    elif ranges[2] < FLAT * ranges[:2].max():
        looks, advice = "pixels", "give x and y alone, or z in the same unit as they"
    elif extent > 100 * LARGEST:
        looks, advice = "millimetres", "divide by 1000"
    elif extent > 10 * LARGEST:
        looks, advice = "centimetres", "divide by 100"
    else:
        looks, advice = "another unit", "scale the joints to metres"
    return BodyProblem(
        "units",
        "wrong",
        f"bodies {extent:.3g} in size, which looks like {looks}",
        f"metres, {SMALLEST:g} to {LARGEST:g}",
        advice,
    )


def _picture_problem(bodies: Bodies, layout: SkeletonLayout) -> BodyProblem | None:
    """Look whether x and y are shares of the picture's width and height."""
    flat = bodies[..., :2]
    if bodies.shape[-1] == len("xy") and _extent(flat) < LARGEST:
        severity: Severity = "suspicious"
    elif (
        bodies.shape[-1] == len("xyz")
        and float(np.nanmin(flat)) >= 0
        and float(np.nanmax(flat)) <= 1
        and shares_up(flat, layout)[1, DOWN] >= CONSISTENT
    ):
        severity = "wrong"
    else:
        return None
    return BodyProblem(
        "normalised",
        severity,
        f"x and y from {np.nanmin(flat):.3g} to {np.nanmax(flat):.3g}, which looks like shares of "
        "the picture",
        "pixels (two coordinates) or metres (three)",
        "multiply by the picture's width and height, or give world coordinates",
    )


def _upright_problem(bodies: Bodies, layout: SkeletonLayout, clips: int) -> BodyProblem | None:
    """Look whether nearly all bodies stand along another axis than they should."""
    shares, pixels = shares_up(bodies, layout), bodies.shape[-1] == len("xy")
    turns = _TURNS_OF_PIXELS if pixels else _TURNS
    found = next((way for way in turns if shares[way] >= CONSISTENT), None)
    if found is None:
        return None
    axis, axes = found[0], turns[found]
    if found == (1, DOWN) and np.nanmedian(bodies[..., 2]) < 0:
        axes = "x,-y,-z"  # so that z points away from the sensor
    sure = not pixels and (axis == 1 or (axis == 2 and clips >= SEVERAL))
    return BodyProblem(
        "upright",
        "wrong" if sure else "suspicious",
        f"feet, hips and heads that rise along {'-' if found[1] else ''}{'xyz'[axis]}",
        "along -y, since y points down in a picture" if pixels else "along y",
        "turn the axes",
        CoordinateAxes.named(axes),
    )


def _mirrored_problem(bodies: Bodies, layout: SkeletonLayout) -> BodyProblem | None:
    """Look whether people face the way that their left and right tell, in 3-D."""
    if share_mirrored(bodies, layout) < CONSISTENT:
        return None
    return BodyProblem(
        "mirrored",
        "suspicious",
        "toes that point backwards",
        "right-handed axes and the person's own left",
        "exchange the joints of the two sides",
        CoordinateAxes.named("-x,y,z"),
    )


def _extent(bodies: Bodies) -> float:
    """Return the largest side of a body's box (median over bodies)."""
    sides = np.nanmax(bodies, axis=1) - np.nanmin(bodies, axis=1)
    return float(median_over_bodies(sides.max(axis=-1)))
