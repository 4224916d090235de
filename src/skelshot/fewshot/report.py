"""Figures of fine-tuning: the classifiers of some tasks before and after."""

from dataclasses import dataclass

import torch
from torch import Tensor

from skelshot.fewshot.formulas import entropy_regularised_loss, rotation_degrees
from skelshot.fewshot.task_heads import TaskHead


@dataclass(frozen=True)
class FinetuneReport:
    """Figures of each of B tasks, before and after fine-tuning, on the support set.

    Attributes:
        rotation: By how many degrees W turned, the mean over the classes, `(B,)`.
        loss_before: Equation 4 with the initial weights, `(B,)`.
        loss_after: The same after the last step, `(B,)`.
        accuracy_before: Fraction of the exemplars classified correctly at the start, `(B,)`.
        accuracy_after: The same after the last step, `(B,)`.
    """

    rotation: Tensor
    loss_before: Tensor
    loss_after: Tensor
    accuracy_before: Tensor
    accuracy_after: Tensor


@torch.no_grad()
def finetune_report(
    before: TaskHead, after: TaskHead, support: Tensor, entropy_weight: float = 1.0
) -> FinetuneReport:
    """Compare the classifiers of B tasks before and after fine-tuning.

    Args:
        before: The initial classifiers.
        after: The fine-tuned ones.
        support: Features of the exemplars, `(B, N, K, D)`.
        entropy_weight: The factor of the entropy term on the support set; 0 where it was left
            out or taken of the queries.

    Returns:
        The figures of each task.
    """
    classes, shots = support.shape[1:3]
    labels = torch.arange(classes, device=support.device).repeat_interleave(shots)
    losses, accuracies = [], []
    for head in (before, after):
        logits = head.logits(head.prepare(support.flatten(1, 2)))
        losses.append(entropy_regularised_loss(logits, labels, entropy_weight))
        accuracies.append((logits.argmax(dim=-1) == labels).to(support.dtype).mean(dim=1))
    rotation = rotation_degrees(before.weights, after.weights).mean(dim=1)
    return FinetuneReport(rotation, *losses, *accuracies)
