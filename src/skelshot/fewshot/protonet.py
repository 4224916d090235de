"""ProtoNet: nearest class mean by squared Euclidean distance (Snell et al. 2017)."""

from typing import Annotated, ClassVar

import torch
from pydantic import Field
from torch import Tensor, nn

from skelshot.fewshot.base import FewShotMethod, MethodOptions, WeightedOptions
from skelshot.ground import SkelshotError


class ProtoNetOptions(WeightedOptions):
    """Options of ProtoNet.

    Attributes:
        scale: s in softmax(-s d), what a squared distance is multiplied by.
        per_dimension: Divide squared distances by the number of features, which keeps the
            softmax from saturating on long vectors; the paper does not.
        learn_scale: Train s in episodes, from `scale` on; it changes training, never a prediction.

    Example:
        >>> ProtoNetOptions(per_dimension=False).scale
        1.0
    """

    scale: Annotated[float, Field(gt=0)] = 1.0
    per_dimension: bool = True
    learn_scale: bool = False


class ProtoNet(FewShotMethod):
    """Prototypical network: squared Euclidean distance to each class's mean exemplar.

    Args:
        options: Options of the method.

    Example:
        >>> support = torch.tensor([[[[0.0, 0.0], [2.0, 0.0]], [[4.0, 0.0], [6.0, 0.0]]]])
        >>> ProtoNet()(support, torch.tensor([[[2.0, 0.0]]])).tolist()
        [[[-0.5, -4.5]]]
    """

    name: ClassVar[str] = "protonet"
    paper: ClassVar[str] = "Snell et al., Prototypical Networks for Few-shot Learning, NIPS 2017"
    options_type: ClassVar[type[MethodOptions]] = ProtoNetOptions
    options: ProtoNetOptions

    def __init__(self, options: ProtoNetOptions | None = None) -> None:
        super().__init__(options)
        self.has_weights = self.options.learn_scale
        self.log_scale: nn.Parameter | None = None

    def make_weights(self, shape: tuple[int, ...]) -> None:
        """Make the learnable scale, if the options ask for one.

        Args:
            shape: Form of the features; the scale does not depend on it.
        """
        if self.options.learn_scale:
            self.log_scale = nn.Parameter(torch.tensor(self.options.scale).log())

    def forward(self, support: Tensor, queries: Tensor) -> Tensor:
        """Score each class by the nearness of its prototype.

        Args:
            support: `(B, N, K, D)`.
            queries: `(B, Q, D)`.

        Returns:
            -s ||q - p_c||^2, over D unless told otherwise, `(B, Q, N)`.

        Raises:
            SkelshotError: The two do not make up a task, or the scale has not been made yet.
        """
        self.check_inputs(support, queries)
        logits = -squared_distances(queries, support.mean(dim=2)) * self._scale()
        return logits / support.shape[-1] if self.options.per_dimension else logits

    def _scale(self) -> Tensor | float:
        """Return s, which stays positive when it is learned."""
        if not self.options.learn_scale:
            return self.options.scale
        if self.log_scale is None:
            raise SkelshotError(
                f"method {self.name}: has no weights yet; call make_weights or load them from a run"
            )
        return self.log_scale.exp()


def squared_distances(queries: Tensor, anchors: Tensor) -> Tensor:
    """Return ||q - a||^2 of all pairs.

    The square is written out, |q|^2 + |a|^2 - 2 qa, which needs no memory of size Q N D; the
    anchors' centre is taken off first, without which long vectors would lose their difference.

    Args:
        queries: q, `(B, Q, D)`.
        anchors: a, `(B, N, D)`.

    Returns:
        `(B, Q, N)`, never negative.

    Example:
        >>> squared_distances(torch.tensor([[[3.0, 4.0]]]), torch.zeros(1, 2, 2)).tolist()
        [[[25.0, 25.0]]]
    """
    centre = anchors.mean(dim=1, keepdim=True)
    queries, anchors = queries - centre, anchors - centre
    lengths = queries.square().sum(-1)[:, :, None] + anchors.square().sum(-1)[:, None, :]
    return (lengths - 2.0 * queries @ anchors.transpose(1, 2)).clamp(min=0.0)
