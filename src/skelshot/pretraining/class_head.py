"""The head that trains an encoder on its base classes, alone or beside a teacher."""

from typing import Literal

import torch
import torch.nn.functional as F
from pydantic import Field
from torch import Tensor, nn

from skelshot.ground.options import Options


class ClassHeadOptions(Options):
    """A head over the base classes and its cross-entropy.

    Args:
        head: `linear` logits, or `cosine` logits times `scale`.
        scale: Of the cosine head.
        label_smoothing: Of the cross-entropy.
    """

    head: Literal["linear", "cosine"] = "linear"
    scale: float = Field(16.0, gt=0)
    label_smoothing: float = Field(0.0, ge=0, lt=1)


class CosineHead(nn.Module):
    """Class logits as scaled cosines between features and one weight vector a class.

    Args:
        features: Feature size D.
        classes: Number of classes.
        scale: Factor on the cosine.
    """

    def __init__(self, features: int, classes: int, scale: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(classes, features) / features**0.5)
        self.scale = scale

    def forward(self, x: Tensor) -> Tensor:
        """Map features (n, D) to float32 logits (n, classes)."""
        # Under autocast, too: in bfloat16 a scaled cosine is off by some hundredths.
        with torch.autocast(x.device.type, enabled=False):
            return self.scale * F.linear(F.normalize(x.float()), F.normalize(self.weight))


def class_head(features: int, classes: int, options: ClassHeadOptions) -> nn.Module:
    """Build the head that the options ask for; weights start from torch's global generator.

    Args:
        features: Feature size D.
        classes: Number of classes.
        options: Kind and scale.

    Returns:
        A module from (n, D) to logits (n, classes).

    Example:
        >>> class_head(64, 5, ClassHeadOptions(head="cosine"))(torch.ones(2, 64)).shape
        torch.Size([2, 5])
    """
    if options.head == "linear":
        return nn.Linear(features, classes)
    return CosineHead(features, classes, options.scale)


def class_figures(logits: Tensor, labels: Tensor, options: ClassHeadOptions) -> dict[str, Tensor]:
    """Compare logits with the labels.

    Args:
        logits: (n, classes), of any precision.
        labels: Classes (n,), int64.
        options: Label smoothing.

    Returns:
        `loss`, the cross-entropy in float32, and `accuracy`, both scalars.

    Example:
        >>> figures = class_figures(torch.eye(2), torch.tensor([0, 0]), ClassHeadOptions())
        >>> float(figures["accuracy"])
        0.5
    """
    logits = logits.float()
    loss = F.cross_entropy(logits, labels, label_smoothing=options.label_smoothing)
    return {"loss": loss, "accuracy": (logits.argmax(1) == labels).float().mean()}
