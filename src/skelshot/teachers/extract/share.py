"""This process's share of the work, by the variables that torchrun sets."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from skelshot.ground import SkelshotError


@dataclass(frozen=True)
class Share:
    """One process among several that work on the same thing, on one machine or many.

    Args:
        rank: Number of this process, from 0.
        world: Number of processes.
        local_rank: Number of this process on its machine.

    Raises:
        SkelshotError: The numbers do not fit each other.

    Example:
        >>> [piece for piece in range(7) if Share(1, 3).takes(piece)]
        [1, 4]
    """

    rank: int = 0
    world: int = 1
    local_rank: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.rank < self.world or self.local_rank < 0:
            raise SkelshotError(
                f"RANK, WORLD_SIZE, LOCAL_RANK: found {self.rank}, {self.world}, "
                f"{self.local_rank}, expected 0 <= RANK < WORLD_SIZE and 0 <= LOCAL_RANK"
            )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Self:
        """Read the share from RANK, WORLD_SIZE and LOCAL_RANK.

        Args:
            environment: The variables; this process's own unless told.

        Returns:
            The share; all of the work where the variables are not set.

        Raises:
            SkelshotError: A variable is no number, or they do not fit each other.
        """
        found = os.environ if environment is None else environment
        values = {}
        for name, usual in (("RANK", "0"), ("WORLD_SIZE", "1"), ("LOCAL_RANK", "0")):
            text = found.get(name, usual)
            if not text.isdigit():
                raise SkelshotError(
                    f"{name}: found {text!r}, expected a number as torchrun sets it"
                )
            values[name] = int(text)
        return cls(values["RANK"], values["WORLD_SIZE"], values["LOCAL_RANK"])

    def takes(self, piece: int) -> bool:
        """Tell whether a numbered piece of the work is this process's."""
        return piece % self.world == self.rank

    def device(self, name: str) -> str:
        """Choose this process's GPU where the machine has one for each.

        Args:
            name: `cpu`, `cuda`, `cuda:1`, `auto`.

        Returns:
            `cuda:LOCAL_RANK` for `cuda`, or for `auto` where there are GPUs, if there are
            several processes; else the name as it is.
        """
        if self.world == 1 or name not in ("cuda", "auto"):
            return name
        import torch  # noqa: PLC0415 - takes a second

        if name == "auto" and not torch.cuda.is_available():
            return "cpu"
        return f"cuda:{self.local_rank}"
