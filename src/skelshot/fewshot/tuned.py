"""The base of the linear and the cosine classifier: initial weights, then fine-tuning."""

from abc import abstractmethod

import torch
from torch import Tensor

from skelshot.fewshot.base import FewShotMethod, check_task
from skelshot.fewshot.finetuning import FinetuneOptions, finetune
from skelshot.fewshot.report import FinetuneReport, finetune_report
from skelshot.fewshot.task_heads import TaskHead


class FineTunedClassifier(FewShotMethod):
    """Base of stage 3's classifiers: initial weights from the support set, fine-tuned on it.

    Gradients do not pass through the fine-tuning; `episode_logits`, which stage 2 uses, leaves it
    out and lets them reach support and queries.

    Args:
        options: Options of the classifier; its defaults when None.
    """

    options: FinetuneOptions

    def __init__(self, options: FinetuneOptions | None = None) -> None:
        super().__init__(options)
        self.is_transductive = self.options.entropy == "query" and self.options.epochs > 0

    @abstractmethod
    def initial_head(self, support: Tensor) -> TaskHead:
        """Return the classifiers before fine-tuning.

        Args:
            support: Features of the exemplars, `(B, N, K, D)`.

        Returns:
            W from the support set, b = 0.
        """

    def forward(self, support: Tensor, queries: Tensor) -> Tensor:
        """Fine-tune on the support set, then score the queries.

        Args:
            support: `(B, N, K, D)`.
            queries: `(B, Q, D)`.

        Returns:
            Logits `(B, Q, N)`.

        Raises:
            SkelshotError: The two do not make up a task.
        """
        check_task(support, queries)
        head = self.initial_head(support)
        if self.options.epochs > 0:
            head = finetune(head, support, self.options, queries)
        return head.logits(head.prepare(queries))

    def episode_logits(self, support: Tensor, queries: Tensor) -> Tensor:
        """Score the queries with the initial weights, as in episode training (section IV.B).

        Args:
            support: `(B, N, K, D)`.
            queries: `(B, Q, D)`.

        Returns:
            Logits `(B, Q, N)`, with gradients to support and queries.

        Raises:
            SkelshotError: The two do not make up a task.
        """
        check_task(support, queries)
        head = self.initial_head(support)
        return head.logits(head.prepare(queries))

    def report(self, support: Tensor, queries: Tensor | None = None) -> FinetuneReport:
        """Fine-tune, and report the weights' rotation and the loss before and after.

        Args:
            support: `(B, N, K, D)`.
            queries: `(B, Q, D)`; needed only with `entropy="query"`.

        Returns:
            Figures of each task.

        Raises:
            SkelshotError: The tensors are no task, or queries are needed and absent.
        """
        check_task(support, support.flatten(1, 2) if queries is None else queries)
        before = self.initial_head(support)
        after = finetune(before, support, self.options, queries)
        weight = self.options.entropy_weight if self.options.entropy == "support" else 0.0
        return finetune_report(before, after, support, weight)


def zero_biases(weights: Tensor) -> Tensor:
    """Return b = 0 for weights `(B, N, D)`: `(B, N)` (section IV.C)."""
    return torch.zeros_like(weights[..., 0])
