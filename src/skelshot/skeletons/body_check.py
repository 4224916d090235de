"""Checks of what a reader had to guess against the body: layout, axes, units, up and sides.

Only points that look like bodies in the layout are asked for more than the layout, so that
noise and constants raise no other complaint.
"""

from collections.abc import Sequence

import numpy as np

from skelshot.skeletons.axis_order import NAMES, swapped_axes
from skelshot.skeletons.body_problem import BodyProblem, Severity
from skelshot.skeletons.bone_tree import sample_bodies
from skelshot.skeletons.coordinate_axes import CoordinateAxes
from skelshot.skeletons.layout import SkeletonLayout
from skelshot.skeletons.layout_guess import (
    Bodies,
    LayoutGuess,
    guess_layout,
    layout_fit,
    tree_ratio,
)
from skelshot.skeletons.length_units import LARGEST, SMALLEST, likely_units
from skelshot.skeletons.posture import (
    CONSISTENT,
    DOWN,
    SEVERAL,
    UP,
    extent,
    looks_like_a_picture,
    share_mirrored,
    share_of_backward_heads,
    shares_up,
    turn_of_picture,
)
from skelshot.skeletons.sequence import SkeletonSequence
from skelshot.skeletons.third_channel import flat_problem, score_problem

__all__ = ["BodyProblem", "LayoutGuess", "body_problems", "guess_layout", "tree_ratio"]

FLAT = 0.05
"""A pixel picture's third channel reaches less than this share of the other two."""

_TURNS = {
    (2, UP): "x,z,-y",  # Human3.6M, AMASS
    (2, DOWN): "x,-z,y",
    (0, UP): "-y,x,z",
    (0, DOWN): "y,-x,z",
    (1, DOWN): "-x,-y,z",  # OpenCV, MediaPipe; last, since whoever leans rises along y too
}
"""The axes that are right where bodies stand along another axis, in metres."""

_AXES_CLIPS = 4


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
    if bodies.shape[-1] == 3 and (problem := score_problem(bodies, layout, fit)):
        return [problem]
    if fit.verdict in ("wrong", "unclear"):
        severity: Severity = "wrong" if fit.verdict == "wrong" else "suspicious"
        size = _units_problem(bodies, layout) if fit.verdict == "unclear" else None
        return [*([size] if size else []), _layout_problem(severity, fit.reason, layout)]
    if fit.verdict == "no body":
        return []
    found = (
        _units_problem(bodies, layout),
        _picture_problem(bodies, layout),
        flat_problem(bodies),
        _upright_problem(bodies, layout, len(clips)),
        _mirrored_problem(bodies, layout, len(clips)),
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


def _units_problem(bodies: Bodies, layout: SkeletonLayout) -> BodyProblem | None:
    """Look whether 3-D bodies have the size of people."""
    size = extent(bodies)
    smallest = SMALLEST if layout.hips else 0.0  # a hand may be small
    if bodies.shape[-1] != len("xyz") or smallest <= size <= LARGEST:
        return None
    flat = bodies[..., :2]
    if size < smallest:
        looks, advice = "a normalised scale", "scale the joints to metres"
    elif extent(bodies[..., 2:]) < FLAT * extent(flat) or looks_like_a_picture(flat, layout):
        looks, advice = "pixels", "give x and y alone, or z in the same unit as they"
    else:
        units = " or ".join(likely_units(size, smallest))
        looks = f"another unit: {units}" if units else "another unit"
        advice = "scale the joints to metres"
    return BodyProblem(
        "units",
        "wrong",
        f"bodies {size:.3g} in size, which looks like {looks}",
        f"metres, {SMALLEST:g} to {LARGEST:g}",
        advice,
    )


def _picture_problem(bodies: Bodies, layout: SkeletonLayout) -> BodyProblem | None:
    """Look whether x and y are shares of the picture's width and height."""
    flat = bodies[..., :2]
    if bodies.shape[-1] == len("xy") and extent(flat) < LARGEST:
        severity: Severity = "suspicious"
    elif (
        bodies.shape[-1] == len("xyz")
        and float(np.nanmin(flat)) >= 0
        and float(np.nanmax(flat)) <= 1
        and shares_up(flat, layout)[:, DOWN].max() >= CONSISTENT
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
    if bodies.shape[-1] == len("xy"):
        return _picture_upright_problem(bodies, layout)
    shares = shares_up(bodies, layout)
    found = next((way for way in _TURNS if shares[way] >= CONSISTENT), None)
    if found is None:
        return None
    axis, axes = found[0], _TURNS[found]
    if found == (1, DOWN) and np.nanmedian(bodies[..., 2]) < 0:
        axes = "x,-y,-z"  # so that z points away from the sensor
    sure = axis == 1 or (axis == 2 and clips >= SEVERAL)
    return BodyProblem(
        "upright",
        "wrong" if sure else "suspicious",
        f"feet, hips and heads that rise along {'-' if found[1] else ''}{'xyz'[axis]}",
        "along y",
        "turn the axes",
        CoordinateAxes.named(axes),
    )


def _picture_upright_problem(bodies: Bodies, layout: SkeletonLayout) -> BodyProblem | None:
    """Look whether nearly all bodies lie along x, or rise along y, in pixels."""
    axes = turn_of_picture(bodies, layout)
    if axes is None:
        return None
    along, advice = "y", "turn the axes"
    if axes.places == (1, 0):
        along = "-x" if axes.signs[1] > 0 else "x"
        advice = "exchange x and y where rows stand before columns (or turn pictures that lie)"
    return BodyProblem(
        "upright",
        "suspicious",
        f"feet, hips and heads that rise along {along}",
        "along -y, since y points down in a picture",
        advice,
        axes,
    )


def _mirrored_problem(bodies: Bodies, layout: SkeletonLayout, clips: int) -> BodyProblem | None:
    """Look whether people face the way that their left and right tell, in 3-D."""
    if share_mirrored(bodies, layout) >= CONSISTENT:
        found = "toes that point backwards"
    elif clips >= SEVERAL and share_of_backward_heads(bodies, layout) >= CONSISTENT:
        found = "heads behind the neck"
    else:
        return None
    return BodyProblem(
        "mirrored",
        "suspicious",
        found,
        "right-handed axes and the person's own left",
        "exchange the joints of the two sides",
        CoordinateAxes.named("-x,y,z"),
    )
