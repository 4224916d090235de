"""A third coordinate that is none: a score, or a depth that nobody measured."""

import numpy as np

from skelshot.skeletons.body_problem import BodyProblem
from skelshot.skeletons.layout import SkeletonLayout
from skelshot.skeletons.layout_guess import (
    WRONG,
    Bodies,
    LayoutFit,
    layout_fit,
    looks_like_bodies,
)
from skelshot.skeletons.length_units import LARGEST
from skelshot.skeletons.posture import (
    CONSISTENT,
    UP,
    extent,
    looks_like_a_picture,
    shares_up,
    turn_of_picture,
)

LARGEST_SCORE = 1.05
"""The largest confidence that a third channel of scores may hold."""

LEVEL = 0.1
"""A third channel is level that reaches less than this share of the other two.

The medians of real clips are 0.13 and more, those of people who face a sensor among them."""

_SHARE = 1.5
"""The largest share of a picture; people may reach out of it."""

_PERCENT = (10, 100)
"""Scores in percent reach beyond the one, which is too far for metres, and not the other."""


def score_problem(bodies: Bodies, layout: SkeletonLayout, fit: LayoutFit) -> BodyProblem | None:
    """Look whether the third channel is a confidence rather than a coordinate.

    Args:
        bodies: Joints (F, V, 3).
        layout: The layout they are read with.
        fit: How that fits them.

    Returns:
        The problem, with the axes of x and y where they are at fault too; None where there is none.

    Example:
        >>> from skelshot.skeletons.layouts import KINECT_V1
        >>> bodies = -np.ones((9, 20, 3))
        >>> score_problem(bodies, KINECT_V1, layout_fit(bodies, KINECT_V1)) is None
        True
    """
    flat, third = bodies[..., :2], bodies[..., 2]
    third = third[np.isfinite(third)]
    if not third.size or third.min() < 0:
        return None
    low, high = float(third.min()), float(third.max())
    if not _is_score(bodies, low, high, layout, fit):
        return None
    return BodyProblem(
        "score",
        "wrong",
        f"a third channel of {low:.3g} to {high:.3g} that looks like a score",
        "x, y and z in metres",
        "move it to the confidence (keypoint_score) and keep x and y",
        turn_of_picture(flat, layout),
    )


def _is_score(
    bodies: Bodies, low: float, high: float, layout: SkeletonLayout, fit: LayoutFit
) -> bool:
    flat, third = bodies[..., :2], bodies[..., 2:]
    if not looks_like_bodies(flat):
        return False
    small = high <= LARGEST_SCORE
    whole = high <= 2 and bool((third == np.round(third))[np.isfinite(third)].all())  # COCO's flags
    percent = _PERCENT[0] < high <= _PERCENT[1] and looks_like_a_picture(flat, layout)
    if (small or whole or percent) and extent(flat) > LARGEST:
        return True
    if small and np.nanmax(flat) <= _SHARE and looks_like_a_picture(flat, layout):
        return True  # the depth beside shares of a picture is below 0 for half of the joints
    flat_fit = layout_fit(flat, layout)
    if small and low > 0 and extent(third) < LEVEL * extent(flat):
        upright = shares_up(flat, layout)[1, UP] >= CONSISTENT
        return flat_fit.verdict != "wrong" and not upright  # else metres that a 1 was added to
    alien = fit.score >= WRONG[3] or (fit.verdict in ("wrong", "no body") and small)
    return alien and flat_fit.verdict == "right"


def flat_problem(bodies: Bodies) -> BodyProblem | None:
    """Look whether no body has any depth.

    Args:
        bodies: Joints (F, V, C).

    Returns:
        The problem; None for two coordinates, and where one body has depth.

    Example:
        >>> print(flat_problem(np.random.default_rng(0).random((9, 20, 3)) * (1, 1, 0)))
        found z that is 0 throughout, expected depth in metres; give x and y alone if two \
coordinates were written as three, else ignore this
    """
    third = bodies[..., 2:]
    if not third.size or extent(third) > 0:
        return None
    found = np.unique(third[np.isfinite(third)])
    value = f"{found[0]:.3g} throughout" if len(found) == 1 else "the same for all joints of a body"
    return BodyProblem(
        "flat",
        "suspicious",
        f"z that is {value}",
        "depth in metres",
        "give x and y alone if two coordinates were written as three, else ignore this",
    )
