"""Counts of the clips that a protocol finds, against those of a published list."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from skelshot.ground import SkelshotError


@dataclass(frozen=True)
class ClipCounts:
    """Numbers of clips of a store by their part in a protocol whose exemplars are named.

    Args:
        clips: Clips of all the protocol's classes, auxiliary ones that are not used included.
        base: Clips to train on.
        exemplars: The named exemplars of the novel classes that have clips.
        queries: All other clips of the novel classes, that is the queries of one shot.
        official: `complete` when the store holds as many clips as the published list, in the
            same parts, and of every class; `partial` for any other number; None where no list is
            published.
    """

    clips: int
    base: int
    exemplars: int
    queries: int
    official: Literal["complete", "partial"] | None

    def as_json(self) -> dict[str, Any]:
        """Return the counts as results spell them."""
        return asdict(self)


def counts_line(counts: dict[str, Any]) -> str:
    """Say in one line what there is, and whether it is the published list.

    Args:
        counts: As `ClipCounts.as_json` gives them.

    Returns:
        The line.

    Example:
        >>> counts_line(ClipCounts(1200, 1000, 10, 190, "partial").as_json())
        '1,200 clips: 1,000 base, 10 exemplars, 190 queries (partial: not the official list)'
    """
    ends = {"complete": " (the complete official list)", None: ""}
    return (
        f"{counts['clips']:,} clips: {counts['base']:,} base, {counts['exemplars']:,} exemplars, "
        f"{counts['queries']:,} queries"
        f"{ends.get(counts['official'], ' (partial: not the official list)')}"
    )


class OfficialCounts(BaseModel):
    """Numbers of clips in a published list.

    Args:
        clips: All of them.
        base: Clips of all auxiliary classes.
        exemplars: Exemplars, one a novel class.
        queries: All other clips of the novel classes.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    clips: int = Field(ge=1)
    base: int = Field(ge=1)
    exemplars: int = Field(ge=1)
    queries: int = Field(ge=1)

    def compare(
        self, protocol: str, base: int, exemplars: int, queries: int
    ) -> Literal["complete", "partial"]:
        """Tell whether a store holds the published list.

        Args:
            protocol: Its name, for the message.
            base: Clips of all auxiliary classes that were found.
            exemplars: Exemplars that were found.
            queries: Other clips of the novel classes.

        Returns:
            `complete`, or `partial` for any other number of clips.

        Raises:
            SkelshotError: There are as many clips as in the list, but in other parts.

        Example:
            >>> OfficialCounts(clips=9, base=5, exemplars=2, queries=2).compare("toy", 4, 2, 2)
            'partial'
        """
        if base + exemplars + queries != self.clips:
            return "partial"
        if (base, exemplars, queries) != (self.base, self.exemplars, self.queries):
            raise SkelshotError(
                f"protocol {protocol}: the store has the {self.clips:,} clips of the full list, "
                f"but found {base:,} auxiliary + {exemplars} exemplars + {queries:,} queries, "
                f"expected {self.base:,} + {self.exemplars} + {self.queries:,}; the labels are "
                "wrong, prepare the store again"
            )
        return "complete"
