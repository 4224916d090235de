"""Counts of a store's classes: those with clips, and all."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from skelshot.datasets.protocols.tasks import LabelledClips, labels_with_clips


@dataclass(frozen=True)
class ClassCounts:
    """Classes that have clips, against all that are named.

    They differ where labels begin at one or have gaps, and where only a part of a data set was
    prepared.

    Args:
        with_clips: Classes with at least one clip.
        named: All classes of the store.
    """

    with_clips: int
    named: int

    @classmethod
    def of(cls, store: LabelledClips) -> "ClassCounts":
        """Count the classes of a store.

        Args:
            store: The clips.

        Returns:
            The counts.
        """
        return cls(len(labels_with_clips(store)), len(store.class_names))

    def __str__(self) -> str:
        """Say the counts as messages do, such as `12 of 120 classes have clips`."""
        return f"{self.with_clips} of {self.named} classes have clips"

    def as_json(self) -> dict[str, int]:
        """Return the counts as results spell them."""
        return asdict(self)


def class_lines(classes: Mapping[str, int]) -> list[str]:
    """Say in a line how many classes have clips, where some have none.

    Args:
        classes: As `ClassCounts.as_json` gives them.

    Returns:
        One line, or none where every class has clips.

    Example:
        >>> class_lines(ClassCounts(12, 120).as_json()), class_lines(ClassCounts(5, 5).as_json())
        (['classes: 12 of 120 have clips'], [])
    """
    if classes["with_clips"] == classes["named"]:
        return []
    return [f"classes: {classes['with_clips']} of {classes['named']} have clips"]
