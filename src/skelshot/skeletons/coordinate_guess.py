"""Units, axes and sides that clips are taken to have, and whether their bodies confirm it."""

from collections.abc import Iterator, Sequence

from skelshot.skeletons.body_problem import BodyProblem, ProblemKind
from skelshot.skeletons.bone_tree import sample_bodies
from skelshot.skeletons.layout import SkeletonLayout
from skelshot.skeletons.layout_guess import Bodies, layout_fit
from skelshot.skeletons.posture import (
    CONSISTENT,
    DOWN,
    SEVERAL,
    UP,
    share_mirrored,
    share_of_backward_heads,
    shares_up,
)
from skelshot.skeletons.sequence import SkeletonSequence

_MOST = 0.5
_ABOUT: dict[ProblemKind, tuple[str, ...]] = {
    "units": ("metres", "pixels"),
    "score": ("metres", "y up", "right-handed"),
    "flat": ("metres", "right-handed"),
    "normalised": ("metres", "pixels"),
    "upright": ("y up", "y down", "right-handed"),
    "mirrored": ("right-handed",),
}
"""What each kind of problem speaks against."""


def guessed_coordinates(
    clips: Sequence[SkeletonSequence], layout: SkeletonLayout, problems: Sequence[BodyProblem]
) -> str:
    """Say in one short line what the coordinates of clips are taken for, and how sure that is.

    Args:
        clips: Several of one source, at least one.
        layout: The layout they are read with.
        problems: What does not fit their bodies, see `skelshot.skeletons.body_check`.

    Returns:
        Units, the axis that is up and the handedness, and what of it the bodies do not confirm;
        which way x runs in a picture, no body can tell.

    Example:
        >>> import numpy as np
        >>> from skelshot.skeletons.layouts import COCO_17
        >>> clip = SkeletonSequence(
        ...     np.ones((1, 9, 17, 2), np.float32), np.ones((1, 9), bool), COCO_17
        ... )
        >>> guessed_coordinates([clip], COCO_17, [])
        'pixels, x right, y down (not confirmed by the bodies)'
    """
    picture = clips[0].channels == len("xy")
    bodies = sample_bodies([clip.joints for clip in clips])
    checked = ("pixels", "y down") if picture else ("metres", "y up", "right-handed")
    sure = set(_confirmed(bodies, layout, len(clips)))
    sure -= {thing for problem in problems for thing in _ABOUT.get(problem.kind, checked)}
    unsure = [thing for thing in checked if thing not in sure]
    confirmed = "confirmed by the bodies" + (", but for x" if picture else "")
    if unsure:
        some = f": {', '.join(unsure)}" if len(unsure) < len(checked) else ""
        confirmed = f"not confirmed by the bodies{some}"
    taken = "pixels, x right, y down" if picture else ", ".join(checked)
    return f"{taken} ({confirmed})"


def _confirmed(bodies: Bodies, layout: SkeletonLayout, clips: int) -> Iterator[str]:
    """Name what bodies in the right layout show, sizes but for what complains of them."""
    if layout.hips is None or layout_fit(bodies, layout).verdict != "right":
        return
    yield from ("metres", "pixels")
    shares = shares_up(bodies, layout)
    if shares[1, UP] > _MOST:
        yield "y up"
    if shares[1, DOWN] > _MOST:
        yield "y down"
    mirrored = bodies * ([-1.0] + [1.0] * (bodies.shape[-1] - 1))
    if share_mirrored(mirrored, layout) >= CONSISTENT or (
        clips >= SEVERAL and share_of_backward_heads(mirrored, layout) >= CONSISTENT
    ):
        yield "right-handed"
