"""Joints that were not seen: filled by reading, or standing where no sensor puts them."""

from collections.abc import Iterator

import numpy as np

from skelshot.recognition.checking.checked_clip import CheckedClip, Floats
from skelshot.recognition.checking.suspicion import Suspect, Suspicion

OF_JOINT = 0.25
"""The share of frames in which a joint is not measured that is told."""

OF_ALL = 0.05
"""The share of all joints that reading has filled that is told."""

_EXACT = 1e-5
_FRAMES = 8
_NAMED = 4


class Missing(Suspect):
    """Looks for joints that are missing in many frames.

    Reading fills gaps with straight lines, and stores keep what it filled; what a sensor measures
    is never straight. So a joint counts as not measured where it stands still or moves in a
    straight line, but for frames in which the whole body does.
    """

    kind = "missing"
    about = "joints that were not seen"

    def of_clip(self, clip: CheckedClip) -> Iterator[Suspicion]:
        """Look at the joints of one clip."""
        shares = unmeasured(clip)
        joints = clip.sequence.present.sum() * clip.sequence.layout.num_joints
        filled = clip.repaired / max(int(joints), 1)
        worst = [int(at) for at in np.argsort(-shares, kind="stable") if shares[at] >= OF_JOINT]
        if not worst and filled < OF_ALL:
            return
        named = [f"{clip.sequence.layout.joints[at]} {shares[at]:.0%}" for at in worst[:_NAMED]]
        more = f" and {len(worst) - _NAMED} more" if len(worst) > _NAMED else ""
        parts = [f"{filled:.0%} of the joints filled"] if filled >= OF_ALL else []
        parts += [f"not measured: {', '.join(named)}{more}"] if named else []
        yield Suspicion(
            self.kind,
            clip.name,
            "; ".join(parts),
            f"each joint seen in more than {1 - OF_JOINT:.0%} of the frames",
            "record with the whole body in view, or leave such clips out with --on-missing reject",
            clip.label,
        )


def unmeasured(clip: CheckedClip) -> Floats:
    """Return how often each joint is not measured.

    Args:
        clip: The clip.

    Returns:
        Shares (V,) of the frames in which any joint moves as measured ones do; 0 where there are
        too few.
    """
    joints = clip.joints
    if len(joints) < _FRAMES:
        return np.zeros(joints.shape[1])
    bends = np.abs(np.diff(joints, 2, axis=0)).max(axis=-1) / clip.size
    straight = bends < _EXACT
    frames = ~straight.all(axis=1)
    if np.count_nonzero(frames) < _FRAMES - 2:
        return np.zeros(joints.shape[1])
    return np.asarray(straight[frames].mean(axis=0), np.float64)
