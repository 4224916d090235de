"""What every frozen teacher offers; a video teacher adds a contract of its own beside this one."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from torch import Tensor


@runtime_checkable
class TextTeacher(Protocol):
    """A frozen model that turns texts into vectors, f_t in the paper (section IV.A).

    Any class with these members is a text teacher; nothing has to be inherited. A teacher that
    also reads videos offers these members and those of the video contract, so that code which
    needs text alone asks for no more than this.

    Example:
        >>> from skelshot.teachers import RandomCodeTeacher
        >>> isinstance(RandomCodeTeacher(seed=0), TextTeacher)
        True
    """

    @property
    def name(self) -> str:
        """The teacher's name, as caches and results write it."""
        ...

    @property
    def dim(self) -> int:
        """Length D of its vectors."""
        ...

    def fingerprint(self) -> str:
        """Return a digest of all that decides its vectors: weights, tokeniser, pooling, seed."""
        ...

    def encode_text(self, texts: Sequence[str]) -> Tensor:
        """Encode n texts.

        Args:
            texts: n texts; the vector of one must not depend on the others.

        Returns:
            Float32 tensor (n, D) on the CPU, without gradients.
        """
        ...
