"""The linear classifier, "LC" in the paper's comparison of classifiers (Table XI)."""

from typing import ClassVar

from torch import Tensor

from skelshot.fewshot.base import MethodOptions
from skelshot.fewshot.finetuning import FinetuneOptions
from skelshot.fewshot.formulas import support_weights
from skelshot.fewshot.task_heads import LinearTaskHead
from skelshot.fewshot.tuned import FineTunedClassifier, zero_biases


class LinearOptions(FinetuneOptions):
    """Options of the linear classifier; the rest are those of fine-tuning.

    Attributes:
        unit_features: Whether features and initial weights are brought to length one, as Dhillon
            et al. 2020 do; the paper prints the plain features.

    Example:
        >>> LinearOptions().unit_features
        False
    """

    unit_features: bool = False


class LinearClassifier(FineTunedClassifier):
    """softmax(W f + b), with W from the support set and fine-tuned on it.

    Args:
        options: Options of the classifier; the defaults are the paper's.

    Example:
        >>> import torch
        >>> support = torch.eye(2)[None, :, None, :]                      # (B, N, K, D)
        >>> LinearClassifier()(support, torch.tensor([[[2.0, 1.0]]])).argmax(dim=-1).tolist()
        [[0]]
    """

    name: ClassVar[str] = "linear"
    paper: ClassVar[str] = ""
    options_type: ClassVar[type[MethodOptions]] = LinearOptions
    options: LinearOptions

    def initial_head(self, support: Tensor) -> LinearTaskHead:
        """Return the classifiers before fine-tuning.

        Args:
            support: Features of the exemplars, `(B, N, K, D)`.

        Returns:
            W from the support set and b = 0.
        """
        weights = support_weights(support, self.options.unit_features)
        return LinearTaskHead(weights, zero_biases(weights), self.options.unit_features)
