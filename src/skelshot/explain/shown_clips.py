"""The clips of an explanation's pictures, from a store or from wherever else they are."""

from collections.abc import Callable
from dataclasses import dataclass

from skelshot.datasets.store import Store
from skelshot.explain.explain import Explanation
from skelshot.skeletons import SkeletonSequence


@dataclass(frozen=True, eq=False)
class ShownClips:
    """The clip that is explained and the exemplar beside it.

    Args:
        clip: In the joints that its attribution has.
        exemplar: In the same joints, for pictures of both.
        true: The clip's own class, where it is known.
    """

    clip: SkeletonSequence
    exemplar: SkeletonSequence
    true: str | None


Showing = Callable[[Explanation], ShownClips]
"""Finds the clips of an explanation."""


def shown_from(store: Store) -> Showing:
    """Find the clips of explanations in a store.

    Args:
        store: Holds them by name.

    Returns:
        What finds them.
    """

    def found(explanation: Explanation) -> ShownClips:
        query, exemplar = map(store.index_of, (explanation.clip, explanation.nearest))
        return ShownClips(store.sequence(query), store.sequence(exemplar), store.class_of(query))

    return found
