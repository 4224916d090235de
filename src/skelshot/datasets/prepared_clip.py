"""What becomes of a clip of people's own files between 'arrays read' and 'clip given'."""

from dataclasses import dataclass

from skelshot.datasets.checks import OnMissing, sound
from skelshot.datasets.reading_options import ReadingOptions
from skelshot.skeletons.sequence import SkeletonSequence


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

    Args:
        sequence: The clip as its arrays give it.
        reading: What to do with joints and persons that are not seen or hardly there.
        on_missing: What to do with NaN and infinite coordinates.

    Returns:
        The clip, and what was done.

    Raises:
        BadClip: It cannot be used; see `skelshot.datasets.checks.sound`.
    """
    sequence, repaired = sound(sequence, on_missing)
    return PreparedClip(sequence, repaired)
