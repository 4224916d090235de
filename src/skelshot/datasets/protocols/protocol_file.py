"""Behaviour that every protocol read from a file shares."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from pydantic import Field

from skelshot.datasets.protocols.clip_counts import ClipCounts
from skelshot.datasets.protocols.tasks import LabelledClips, Split, Task, fingerprint_of
from skelshot.ground import SkelshotError
from skelshot.ground.file_names import FileName
from skelshot.ground.options import Options


class ProtocolFile(Options, ABC):
    """A protocol as its file describes it.

    Args:
        name: The protocol's name.
        about: What it is and where it is from; no part of what it draws.
    """

    described: ClassVar[str] = "protocol"

    name: FileName
    about: str = Field("", exclude=True)

    @abstractmethod
    def tasks(self, store: LabelledClips, split: Split, shots: int) -> list[Task]:
        """Choose exemplars and queries of one split.

        Args:
            store: The clips.
            split: One of the protocol's.
            shots: Exemplars a class, K.

        Returns:
            The tasks, one a draw.

        Raises:
            SkelshotError: The clips cannot fill a task.
        """

    def counts(self, store: LabelledClips) -> ClipCounts | None:
        """Return nothing: no published list says how many clips there should be.

        Args:
            store: The clips.

        Returns:
            None.
        """
        return None

    def fingerprint(self, store: LabelledClips, splits: Sequence[Split], shots: int) -> str:
        """Hash the protocol as it falls out on this store.

        Args:
            store: The clips.
            splits: Which splits were used.
            shots: Exemplars a class, K.

        Returns:
            16 hexadecimal digits over the fields, the splits, and every task's clip names.
        """
        tasks = [(split, self.tasks(store, split, shots)) for split in splits]
        return fingerprint_of(self.model_dump_json(), store, tasks)


def check_shots(shots: int) -> None:
    """Refuse a task without exemplars.

    Args:
        shots: Exemplars a class, K.

    Raises:
        SkelshotError: There are none.
    """
    if shots < 1:
        raise SkelshotError(f"shots: found {shots}, expected at least 1")
