"""Checks of what a reader had to guess against the body: layout, axes, units, up and sides.

Only points that look like bodies in the layout are asked for more than the layout, so that
noise and constants raise no other complaint.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from skelshot.skeletons.axis_order import NAMES, swapped_axes
from skelshot.skeletons.bone_tree import sample_bodies
from skelshot.skeletons.layout import SkeletonLayout
from skelshot.skeletons.layout_guess import (
    Bodies,
    LayoutGuess,
    guess_layout,
    hips_and_shoulders,
    layout_fit,
    looks_like_bodies,
    tree_ratio,
)
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

_AXES_CLIPS = 4
_TOES = (("foot", "ankle"), ("foot index", "heel"), ("big toe", "heel"))
_FACING = 0.2

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

    Example:
        >>> print(BodyProblem("units", "wrong", "bodies of 1700", "metres", "divide by 1000"))
        found bodies of 1700, expected metres; divide by 1000
    """

    kind: Kind
    severity: Severity
    found: str
    expected: str
    advice: str

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
    if bodies.shape[-1] == 3 and (problem := _score_problem(bodies, layout)):
        return [problem]
    fit = layout_fit(bodies, layout)
    if fit.verdict in ("wrong", "unclear"):
        severity: Severity = "wrong" if fit.verdict == "wrong" else "suspicious"
        return [_layout_problem(severity, fit.reason, layout)]
    if fit.verdict == "no body":
        return []
    checks = (_units_problem, _picture_problem, _upright_problem, _mirrored_problem)
    problems = [problem for check in checks if (problem := check(bodies, layout))]
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
        "name the layout that the joints have",
    )


def _score_problem(bodies: Bodies, layout: SkeletonLayout) -> BodyProblem | None:
    """Look whether the third channel is a confidence rather than a coordinate."""
    flat, third = bodies[..., :2], bodies[..., 2]
    third = third[np.isfinite(third)]
    if not third.size or third.min() < 0 or not looks_like_bodies(flat):
        return None
    low, high = float(third.min()), float(third.max())
    whole = high <= 2 and bool((third == np.round(third)).all())  # COCO's visibility
    pixels = _extent(flat) > LARGEST and (high <= LARGEST_SCORE or whole)
    fits = layout_fit(flat, layout).verdict == "right"
    solid = layout_fit(bodies, layout).verdict
    alien = fits and (solid == "wrong" or (solid == "no body" and high <= LARGEST_SCORE))
    constant = fits and 0 < low == high <= LARGEST_SCORE and _share_upright(flat, layout, 1) == 1
    if not (pixels or alien or constant):
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
        and _share_upright(flat, layout, 1) >= CONSISTENT
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


def _upright_problem(bodies: Bodies, layout: SkeletonLayout) -> BodyProblem | None:
    """Look whether heads are where feet should be, in nearly all bodies."""
    if bodies.shape[-1] == len("xy"):
        if _share_upright(bodies, layout, -1) < CONSISTENT:
            return None
        return _upright("suspicious", "y grows upwards in a picture", "y down", "negate y")
    if _share_upright(bodies, layout, 1) >= CONSISTENT:
        advice = "negate y and z (a turn about x; y alone would exchange left and right)"
        return _upright("wrong", "heads below hips below feet: y points down", "y up", advice)
    for axis, name in ((2, "z"), (0, "x")):
        for sign in (1, -1):
            turned = np.stack([bodies[..., 1], -sign * bodies[..., axis]], axis=-1)
            steep = _share_upright(turned, layout, 1, steep=True)
            if steep >= CONSISTENT:
                found = f"heads above hips above feet along {'-' if sign < 0 else ''}{name}"
                return _upright("suspicious", found, "y up", "turn the axes so that y is up")
    return None


def _upright(severity: Severity, found: str, expected: str, advice: str) -> BodyProblem:
    return BodyProblem("upright", severity, found, expected, advice)


def _mirrored_problem(bodies: Bodies, layout: SkeletonLayout) -> BodyProblem | None:
    """Look whether people face the way that their left and right tell, in 3-D."""
    forward = _forward(bodies, layout)
    hips, shoulders = hips_and_shoulders(layout)
    if bodies.shape[-1] != len("xyz") or forward is None or hips is None or shoulders is None:
        return None
    left = bodies[:, shoulders[0]] - bodies[:, shoulders[1]]
    up = bodies[:, list(shoulders)].mean(axis=1) - bodies[:, list(hips)].mean(axis=1)
    volume = np.einsum("fc,fc->f", forward, np.cross(left, up))
    sizes = np.prod([np.linalg.norm(axis, axis=-1) for axis in (forward, left, up)], axis=0)
    clear = np.abs(volume) > _FACING * sizes  # NaN is not
    if not clear.any() or np.mean(volume[clear] < 0) < CONSISTENT:
        return None
    return BodyProblem(
        "mirrored",
        "suspicious",
        "people whose toes point backwards: mirrored axes, or left and right exchanged",
        "right-handed axes and the person's own left and right",
        "negate x or exchange the sides",
    )


def _forward(bodies: Bodies, layout: SkeletonLayout) -> NDArray[np.float64] | None:
    """Return where the toes point (F, C), or else the nose; None when the layout cannot tell."""
    names = layout.joints
    pairs = [
        (f"{side} {front}", f"{side} {back}")
        for front, back in _TOES
        for side in ("left", "right")
        if f"{side} {front}" in names and f"{side} {back}" in names
    ] or [("nose", ear) for ear in ("left ear", "right ear") if {"nose", ear} <= set(names)]
    if not pairs:
        return None
    steps = [
        bodies[:, layout.index(front)] - bodies[:, layout.index(back)] for front, back in pairs
    ]
    return np.asarray(np.mean(steps, axis=0), np.float64)


def _extent(bodies: Bodies) -> float:
    """Return the largest side of a body's box (median over bodies)."""
    sides = np.nanmax(bodies, axis=1) - np.nanmin(bodies, axis=1)
    return float(np.median(sides.max(axis=-1)))


def _share_upright(bodies: Bodies, layout: SkeletonLayout, sign: int, steep: bool = False) -> float:
    """Return the share of bodies whose heads, hips and feet rise along y times sign.

    Args:
        bodies: Joints (F, V, C), of which y counts.
        layout: Names head, hips and feet; without them the share is 0.
        sign: 1 counts feet that lie higher in y than hips, and hips than heads; -1 the reverse.
        steep: Count only bodies with more than twice as much along y as along the first axis.
    """
    head = next((name for name in ("head", "nose") if name in layout.joints), None)
    foot = next((name for name in ("ankle", "foot") if f"left {name}" in layout.joints), None)
    hips, _ = hips_and_shoulders(layout)
    if head is None or foot is None or hips is None:
        return 0.0
    feet = [layout.index(f"{side} {foot}") for side in ("left", "right")]
    top = bodies[:, layout.index(head)]
    middle, bottom = (bodies[:, list(pair)].mean(axis=1) for pair in (hips, feet))
    chain = np.stack([top, middle, bottom])
    known = np.isfinite(chain).all(axis=(0, 2))
    if not known.any():
        return 0.0
    chain = chain[:, known]
    rises = (sign * np.diff(chain[..., 1], axis=0) > 0).all(axis=0)
    if steep:
        span = np.abs(chain[2] - chain[0])
        rises &= span[:, 1] > 2 * span[:, 0]
    return float(np.mean(rises))
