"""The contract of methods of attribution: a question in, one share a coordinate out."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor

from skelshot.explain.question import Question, Target
from skelshot.ground.options import Options
from skelshot.ground.parts import NamedPart


class AttributionOptions(Options):
    """Options of all methods of attribution.

    Attributes:
        target: What is shared out: the class's own `logit`, or its `margin`, that is its logit
            less the best of the other classes.
    """

    described: ClassVar[str] = "attribution"

    target: Target = "logit"


@dataclass(frozen=True, eq=False)
class Shares:
    """Answers of a method of attribution about n clips.

    Args:
        values: One value a coordinate, (n, C, T, V, M), at the positions as they are seen.
        found: Whether a boundary was found, (n,) bool; None where none is looked for.
        distances: How far away it is, (n,); None where none is looked for.
        gaps: Sum of the values less the difference that they share out, (n,); None where they
            share out none.
    """

    values: Tensor
    found: Tensor | None = None
    distances: Tensor | None = None
    gaps: Tensor | None = None


class AttributionMethod(NamedPart, ABC):
    """A way to share a decision out to the coordinates of a clip.

    Attributes:
        name: The name users type.
        paper: A short citation, or "" when there is no single source.
        options_type: The model of its options.

    Args:
        options: Options of the method; its defaults when None.
    """

    part_of: ClassVar[str] = "--attribution"
    paper: ClassVar[str] = ""
    options_type: ClassVar[type[AttributionOptions]] = AttributionOptions
    options: AttributionOptions

    def __init__(self, options: AttributionOptions | None = None) -> None:
        self.options = self.options_type() if options is None else options

    @abstractmethod
    def attribute(self, question: Question) -> Shares:
        """Share the decisions about clips out.

        Args:
            question: Clips, classes and the function that scores them; its target is the one
                that counts.

        Returns:
            The shares.

        Raises:
            SkelshotError: The answer has no gradient, or one that is not finite.
        """
