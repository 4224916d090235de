"""The contract of protocols, by which pre-training and evaluation use any of them."""

from collections.abc import Sequence
from typing import Literal
from typing import Protocol as Structure

from skelshot.datasets.protocols.clip_counts import ClipCounts
from skelshot.datasets.protocols.tasks import LabelledClips, Split, Task

IntervalOver = Literal["splits", "draws", "queries"]
"""What the 95 % interval of a result is taken over."""


class FewShotProtocol(Structure):
    """A protocol, whatever it is made of."""

    @property
    def name(self) -> str:
        """The protocol's name."""
        ...

    @property
    def draws_as(self) -> str:
        """The name that protocols with the same splits share."""
        ...

    @property
    def interval_over(self) -> IntervalOver:
        """The units that the interval of a result is taken over."""
        ...

    def split_list(self, store: LabelledClips) -> tuple[Split, ...]:
        """Choose base and novel classes that have clips; refuse when there are too few."""
        ...

    def check_clips(self, store: LabelledClips, split: Split, shots: int) -> None:
        """Refuse tasks that the clips cannot fill."""
        ...

    def tasks(self, store: LabelledClips, split: Split, shots: int) -> list[Task]:
        """Choose exemplars and queries of one split."""
        ...

    def counts(self, store: LabelledClips) -> ClipCounts | None:
        """Count the clips by their part, if the protocol names them; refuse a wrong store."""
        ...

    def fingerprint(self, store: LabelledClips, splits: Sequence[Split], shots: int) -> str:
        """Hash the protocol as it falls out on this store."""
        ...
