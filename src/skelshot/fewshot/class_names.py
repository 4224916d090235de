"""Methods that read the names of the classes besides their exemplars."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from torch import Tensor

from skelshot.fewshot.base import FewShotMethod
from skelshot.fewshot.text_encoders import TextEncoders
from skelshot.skeletons import SkeletonLayout


class NamedClassMethod(FewShotMethod):
    """A few-shot method that knows the names of the novel classes.

    It is told all names of a data set once (`meet_classes`), and with every batch of tasks which
    of them the tasks are about. Its answers are not comparable with those of methods that see
    exemplars alone.

    Args:
        options: Options of the method; its defaults when None.
    """

    uses_class_names: ClassVar[bool] = True

    @abstractmethod
    def meet_classes(
        self, class_names: Sequence[str], layout: SkeletonLayout, text_encoders: TextEncoders
    ) -> None:
        """Read the names of all classes, before any task.

        Args:
            class_names: The L names in label order.
            layout: The skeleton of the clips.
            text_encoders: Gives what turns names into vectors.

        Raises:
            SkelshotError: The text encoder cannot be loaded, or the skeleton has no body parts.
        """

    @abstractmethod
    def forward(self, support: Tensor, queries: Tensor, labels: Tensor | None = None) -> Tensor:
        """Score the queries of B tasks.

        Args:
            support: The exemplars, class by class, `(B, N, K, ...)`.
            queries: The clips to classify, `(B, Q, ...)`.
            labels: Which classes the tasks are about, `(B, N)` int64 places among the names;
                None where no name is known.

        Returns:
            Logits `(B, Q, N)`.

        Raises:
            SkelshotError: The two do not make up a task, or labels come before the names.
        """

    def score(self, support: Tensor, queries: Tensor, labels: Tensor | None) -> Tensor:
        """Score the queries of B tasks by exemplars and names.

        Args:
            support: `(B, N, K, ...)`.
            queries: `(B, Q, ...)`.
            labels: As for `forward`.

        Returns:
            Logits `(B, Q, N)`.
        """
        logits: Tensor = self(support, queries, labels)
        return logits
