"""The layout of a folder's clips with what else most of them share, which each is held against."""

from dataclasses import dataclass

import numpy as np

from skelshot.datasets.clips import BadClip
from skelshot.skeletons.layouts import SkeletonLayout
from skelshot.skeletons.sequence import SkeletonSequence

SHARES = 4.5
"""Two coordinates that are all smaller than this are shares of a picture, no pixels."""


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
