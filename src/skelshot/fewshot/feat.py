"""FEAT: prototypes adapted to the task by self-attention among them (Ye et al. 2020)."""

import math
from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from skelshot.fewshot.base import FewShotMethod, MethodOptions, WeightedOptions
from skelshot.fewshot.protonet import squared_distances
from skelshot.ground import SkelshotError

Temperature = Annotated[float, Field(gt=0)] | Literal["auto"]


class FeatOptions(WeightedOptions):
    """Options of FEAT; the authors' commands differ from backbone to backbone.

    Attributes:
        lr_factor: 10 in the authors' commands, with Adam or SGD over hundreds of epochs; a few
            hundred steps of AdamW want 0.1 (chosen on development splits).
        start: Let attention add nothing at first (`identity`), so that training starts from
            nearest prototypes; or start W_o at random as the `authors` do, who train for
            200 epochs.
        temperature: What squared distances are divided by; `auto` is D / 10, which is the
            authors' 64 at their D = 640.
        balance: Factor of the contrastive term, 0.01 to 1 in the authors' commands; 0 drops it.
        contrast_temperature: The same of the contrastive term; `auto` is D / 10.
        attention_dropout: Dropout rate of the attention weights.
        dropout: Dropout rate of what attention adds to a prototype.

    Example:
        >>> FeatOptions(temperature=64).temperature
        64.0
    """

    renamed: ClassVar[Mapping[str, str]] = {
        "tau": "temperature",
        "tau_contrast": "contrast_temperature",
    }

    lr_factor: Annotated[float, Field(gt=0)] = 0.1
    start: Literal["identity", "authors"] = "identity"
    temperature: Temperature = "auto"
    balance: Annotated[float, Field(ge=0)] = 0.01
    contrast_temperature: Temperature = "auto"
    attention_dropout: Annotated[float, Field(ge=0, lt=1)] = 0.1
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.5


class SetAttention(nn.Module):
    """Single-head self-attention over a set, the authors' set transformer.

    LayerNorm(x + W_o softmax(W_q x (W_k x)^T / sqrt(d)) W_v x), without positions, so the order
    of the set does not matter.

    Args:
        width: d.
        attention_dropout: Dropout rate of the attention weights.
        dropout: Dropout rate of what attention adds.
        identity: Start W_o and its bias at zero, so that attention adds nothing at first; random
            as the authors do otherwise.
    """

    def __init__(
        self,
        width: int,
        attention_dropout: float = 0.1,
        dropout: float = 0.5,
        identity: bool = False,
    ) -> None:
        super().__init__()
        self.query, self.key, self.value = (nn.Linear(width, width, bias=False) for _ in range(3))
        for layer in (self.query, self.key, self.value):
            nn.init.normal_(layer.weight, std=math.sqrt(1.0 / width))
        self.out = nn.Linear(width, width)
        nn.init.xavier_normal_(self.out.weight)
        if identity:
            nn.init.zeros_(self.out.weight)
            nn.init.zeros_(self.out.bias)
        self.norm = nn.LayerNorm(width)
        self.attention_dropout = nn.Dropout(attention_dropout)
        self.dropout = nn.Dropout(dropout)

    def forward(self, members: Tensor) -> Tensor:
        """Apply self-attention within each set.

        Args:
            members: Sets of n vectors, `(..., n, d)`.

        Returns:
            The members transformed, `(..., n, d)`.
        """
        similar = self.query(members) @ self.key(members).transpose(-1, -2)
        shares = self.attention_dropout((similar / math.sqrt(members.shape[-1])).softmax(dim=-1))
        gathered = self.dropout(self.out(shares @ self.value(members)))
        transformed: Tensor = self.norm(gathered + members)
        return transformed


class Feat(FewShotMethod):
    """Squared distances to prototypes that a set transformer has adapted to the task.

    Only prototypes attend to each other, so a query's answer does not depend on other queries.

    Args:
        options: Options of the method.
    """

    name: ClassVar[str] = "feat"
    paper: ClassVar[str] = (
        "Ye et al., Few-Shot Learning via Embedding Adaptation with Set-to-Set Functions, CVPR 2020"
    )
    options_type: ClassVar[type[MethodOptions]] = FeatOptions
    has_weights = True
    options: FeatOptions

    def __init__(self, options: FeatOptions | None = None) -> None:
        super().__init__(options)
        self.attention: SetAttention | None = None

    def make_weights(self, shape: tuple[int, ...]) -> None:
        """Make the set transformer.

        Args:
            shape: `(D,)`.
        """
        chosen = self.options
        self.attention = SetAttention(
            shape[-1], chosen.attention_dropout, chosen.dropout, chosen.start == "identity"
        )

    def forward(self, support: Tensor, queries: Tensor) -> Tensor:
        """Adapt the prototypes to each other, then score each query by its distance to them.

        Args:
            support: `(B, N, K, D)`.
            queries: `(B, Q, D)`.

        Returns:
            -||q - p'_c||^2 / temperature, `(B, Q, N)`.

        Raises:
            SkelshotError: The two do not make up a task, or there are no weights for features
                of this width.
        """
        self.check_inputs(support, queries)
        prototypes = self._transform(support.mean(dim=2))
        return -squared_distances(queries, prototypes) / self._temperature(
            self.options.temperature, support
        )

    def episode_loss(
        self, logits: Tensor, targets: Tensor, support: Tensor, queries: Tensor
    ) -> Tensor:
        """Return the cross-entropy plus the contrastive term.

        The instances of one class, exemplars and queries, go through the same attention as a
        set; their mean is the class's centre, and each instance is to be nearest to its own.

        Args:
            logits: `(B, Q, N)`.
            targets: `(B, Q)`, each class as often as any other.
            support: `(B, N, K, D)`.
            queries: `(B, Q, D)`.

        Returns:
            L_CE + balance * L_contrast.

        Raises:
            SkelshotError: Some class has more queries than another.
        """
        loss = super().episode_loss(logits, targets, support, queries)
        if self.options.balance == 0:
            return loss
        instances = torch.cat([support, _by_class(queries, targets, support.shape[1])], dim=2)
        centres = self._transform(instances).mean(dim=2)
        tasks, classes, members = instances.shape[:3]
        nearness = -squared_distances(instances.flatten(1, 2), centres)
        own = torch.arange(classes, device=logits.device).repeat_interleave(members).repeat(tasks)
        temperature = self._temperature(self.options.contrast_temperature, support)
        return loss + self.options.balance * cross_entropy(
            nearness.flatten(0, 1) / temperature, own
        )

    def _transform(self, members: Tensor) -> Tensor:
        """Pass sets through the attention, once it is known to be there and to fit."""
        if self.attention is None:
            raise SkelshotError(
                f"method {self.name}: has no weights yet; call make_weights or load them from a run"
            )
        width = self.attention.out.in_features
        if members.shape[-1] != width:
            raise SkelshotError(
                f"method {self.name}: found features of width {members.shape[-1]}, its weights "
                f"are for {width}; read out as in training, or train again"
            )
        transformed: Tensor = self.attention(members)
        return transformed

    def _temperature(self, chosen: float | Literal["auto"], support: Tensor) -> float:
        """Return a temperature, a tenth of the width when it is left to the method."""
        return support.shape[-1] / 10.0 if chosen == "auto" else chosen


def _by_class(queries: Tensor, targets: Tensor, classes: int) -> Tensor:
    """Put the queries of each class together, `(B, N, Q / N, D)`."""
    each, rest = divmod(targets.shape[1], classes)
    order = targets.argsort(dim=1, stable=True)
    expected = torch.arange(classes, device=targets.device).repeat_interleave(each)
    if rest or not torch.equal(targets.gather(1, order), expected.expand_as(targets)):
        raise SkelshotError(
            "feat: found classes with unequal numbers of queries in an episode, expected as many "
            "of each; draw as many of each, or set balance to 0"
        )
    sorted_queries = queries.gather(1, order[:, :, None].expand_as(queries))
    return sorted_queries.unflatten(1, (classes, each))  # type: ignore[no-any-return, no-untyped-call]
