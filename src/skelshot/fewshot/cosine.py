"""The cosine classifier, the paper's stage 3 (section IV.C)."""

from typing import Annotated, ClassVar

from pydantic import Field
from torch import Tensor

from skelshot.fewshot.base import MethodOptions
from skelshot.fewshot.finetuning import FinetuneOptions
from skelshot.fewshot.formulas import support_weights
from skelshot.fewshot.task_heads import CosineTaskHead
from skelshot.fewshot.tuned import FineTunedClassifier, zero_biases


class CosineOptions(FinetuneOptions):
    """Options of the cosine classifier; the rest are those of fine-tuning.

    Attributes:
        init_normalised: Whether exemplars are brought to length one before and after their mean
            (weight imprinting); the paper prints the plain features.
        scale: s in softmax(s cos(w_j, q) + b_j). Equation 3 prints none, that is 1.
        learn_scale: Whether fine-tuning changes s as well.

    Example:
        >>> CosineOptions(scale=20).scale
        20.0
    """

    init_normalised: bool = True
    scale: Annotated[float, Field(gt=0)] = 10.0
    learn_scale: bool = True


PAPER = CosineOptions(
    init_normalised=False,
    scale=1.0,
    learn_scale=False,
    entropy="support",
    entropy_weight=1.0,
    optimizer="sgd",
    lr=5e-4,
    momentum=0.9,
    weight_decay=0.0,
    epochs=20,
    batch="full",
)
"""Section IV.C to the letter; what it leaves open is set as in `docs/classifiers.md`."""


class CosineClassifier(FineTunedClassifier):
    """softmax(s cos(w_j, q) + b_j), with W from the support set and fine-tuned on it.

    Args:
        options: Options of the classifier; `PAPER` holds the printed ones.

    Example:
        >>> import torch
        >>> support = torch.eye(2)[None, :, None, :]                      # (B, N, K, D)
        >>> logits = CosineClassifier(PAPER)(support, torch.tensor([[[2.0, 1.0]]]))
        >>> logits.argmax(dim=-1).tolist()
        [[0]]
    """

    name: ClassVar[str] = "cosine"
    paper: ClassVar[str] = (
        "Cross-Modal Contrastive Pre-training for Few-Shot Skeleton Action Recognition, IV.C"
    )
    options_type: ClassVar[type[MethodOptions]] = CosineOptions
    options: CosineOptions

    def initial_head(self, support: Tensor) -> CosineTaskHead:
        """Return the classifiers before fine-tuning.

        Args:
            support: Features of the exemplars, `(B, N, K, D)`.

        Returns:
            W from the support set, b = 0 and the scale of the options.
        """
        weights = support_weights(support, self.options.init_normalised)
        scale = weights.new_full(weights.shape[:1], self.options.scale)
        return CosineTaskHead(weights, zero_biases(weights), scale, self.options.learn_scale)
