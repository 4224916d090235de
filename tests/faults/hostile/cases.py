"""What a hostile case is."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

Write = Callable[[Path, Path], None]
"""Writes the input into the case's own folder; the second folder holds good things to copy."""


class Case(NamedTuple):
    """A hostile input at one door of the command line.

    `words` may hold `{in}`, the folder that `write` filled, `{shared}`, the good things, and
    `{out}`, a path for the output. Every text of `says` is in the message, or, where the input is
    one bad clip among good ones, in the list of what was `rejected`. `leaves` names what may
    stand beside the output after a refusal, so that the same command can go on.
    """

    door: str
    kind: str
    name: str
    words: tuple[str, ...]
    write: Write
    says: tuple[str, ...]
    rejected: bool = False
    leaves: tuple[str, ...] = ()

    @property
    def identity(self) -> str:
        """Return the case's name among all."""
        return (
            f"{self.door}, {self.kind}, {self.name}" if self.name else f"{self.door}, {self.kind}"
        )


class Door(NamedTuple):
    """A way into the command line, with what stands ready behind it.

    `file` is what the hostile content replaces, beneath the case's own folder, and `ready` makes
    what has to be around it.
    """

    name: str
    words: tuple[str, ...]
    file: str
    ready: Write = lambda folder, shared: None
    rejected: bool = False
    leaves: tuple[str, ...] = ()

    def case(self, kind: str, put: Callable[[Path], None], *says: str) -> Case:
        """Make the case in which `put` makes the file."""

        def write(folder: Path, shared: Path) -> None:
            self.ready(folder, shared)
            path = folder / self.file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink(missing_ok=True)
            put(path)

        named = (*says, Path(self.file).name)
        return Case(self.name, kind, "", self.words, write, named, self.rejected, self.leaves)


def content(data: bytes) -> Callable[[Path], None]:
    """Return what writes these bytes."""

    def write(path: Path) -> None:
        path.write_bytes(data)

    return write
