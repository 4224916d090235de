"""SMAM: feature maps matched by self-attention, and by attention between the two clips.

Li, Gong, Song, Duan, Liu and Zhang, "SMAM: Self and Mutual Adaptive Matching for
Skeleton-Based Few-Shot Action Recognition", IEEE TIP 2023. No formula and no code of it is public:
this is a reconstruction from its abstract.
"""

from collections.abc import Mapping
from typing import ClassVar, Literal

import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn.functional import adaptive_avg_pool2d, cosine_similarity, normalize

from skelshot.fewshot.base import FewShotMethod, MethodOptions, WeightedOptions
from skelshot.fewshot.map_alignment import joint_frames, query_chunks
from skelshot.fewshot.nearest import best_of_class
from skelshot.ground import SkelshotError


class SMAMOptions(WeightedOptions):
    """Options of SMAM.

    Attributes:
        attention: Whether self-adaptive vectors come from learned attention, which episodes must
            train; plain means without it.
        width: Of the hidden layer of that attention.
        mutual_weight: Share of the mutual matching in the score; the self matching has the rest.
        attention_temperature: What similarities are divided by in the mutual attention; smaller
            attends to fewer tokens.
        time_steps: Steps of time that maps are pooled to; shorter maps stay as they are.
        to: Several exemplars become one set of `tokens`, are averaged to a `mean` map, or the
            nearest `exemplar` of a class counts.
        transductive: Whether the scores of similar queries are mixed in.
        set_weight: Share of the other queries in the score of a query, when transductive.
        temperature: What scores are divided by to be logits.

    Example:
        >>> SMAMOptions(transductive=True).set_weight
        0.5
    """

    renamed: ClassVar[Mapping[str, str]] = {"sharpness": "attention_temperature"}

    attention: bool = True
    width: int = Field(64, ge=1, le=65_536)
    mutual_weight: float = Field(0.5, ge=0, le=1)
    attention_temperature: float = Field(0.1, ge=1e-3)
    time_steps: int = Field(4, ge=1, le=1000)
    to: Literal["tokens", "mean", "exemplar"] = "tokens"
    transductive: bool = False
    set_weight: float = Field(0.5, ge=0, le=1)
    temperature: float = Field(0.1, ge=1e-3)


class SMAM(FewShotMethod):
    """Nearest class by attention over tokens, which are joints at steps of time.

    Args:
        options: Options of the method.

    Example:
        >>> method = SMAM(SMAMOptions(attention=False))
        >>> support = torch.randn(1, 5, 1, 8, 4, 20)                    # (B, N, K, D, T', V)
        >>> method(support, support[:, :, 0]).argmax(-1).tolist()
        [[0, 1, 2, 3, 4]]
    """

    name: ClassVar[str] = "smam"
    paper: ClassVar[str] = (
        "Li et al., SMAM: Self and Mutual Adaptive Matching for Skeleton-Based Few-Shot Action "
        "Recognition, IEEE TIP 2023"
    )
    reads: ClassVar[Literal["clip", "vector", "map"]] = "map"
    options_type: ClassVar[type[MethodOptions]] = SMAMOptions
    options: SMAMOptions

    def __init__(self, options: MethodOptions | None = None) -> None:
        super().__init__(options)
        self.has_weights = self.options.attention
        self.is_transductive = self.options.transductive and self.options.set_weight > 0
        self.attention: nn.Sequential | None = None

    def make_weights(self, shape: tuple[int, ...]) -> None:
        """Make the self-adaptive attention.

        Args:
            shape: `(D, T', V)`.
        """
        if self.options.attention:
            width = self.options.width
            # The softmax over tokens is blind to a bias of the second layer.
            self.attention = nn.Sequential(
                nn.Linear(shape[0], width), nn.Tanh(), nn.Linear(width, 1, bias=False)
            )

    def forward(self, support: Tensor, queries: Tensor) -> Tensor:
        """Score each class by its self- and mutual-adaptive match with each query.

        Args:
            support: `(B, N, K, D, T', V)`.
            queries: `(B, Q, D, T', V)`.

        Returns:
            The score divided by the temperature, `(B, Q, N)`.

        Raises:
            SkelshotError: The two do not make up a task, are not maps, or there are no weights.
        """
        self.check_inputs(support, queries)
        self._check_weights(queries.shape[2])
        options, classes = self.options, support.shape[1]
        x, y = tokens_of(queries, options.time_steps), self._anchors(support)
        vectors = self._self_vectors(x)
        scores = cosine_similarity(vectors[:, :, None], self._self_vectors(y)[:, None], dim=-1)
        if options.mutual_weight:
            mutual = mutual_scores(x, y, options.attention_temperature)
            scores = torch.lerp(scores, mutual, options.mutual_weight)
        scores = best_of_class(scores, classes)
        if self.is_transductive:
            among = matched_in_set(scores, vectors, options.attention_temperature)
            scores = torch.lerp(scores, among, options.set_weight)
        return scores / options.temperature

    def _anchors(self, support: Tensor) -> Tensor:
        """Return the tokens of what queries are compared with: (B, N or N * K, M, D)."""
        if self.options.to == "mean":
            return tokens_of(support.mean(2), self.options.time_steps)
        tokens = tokens_of(support, self.options.time_steps)
        return tokens.flatten(2, 3) if self.options.to == "tokens" else tokens.flatten(1, 2)

    def _self_vectors(self, tokens: Tensor) -> Tensor:
        """Sum tokens (..., L, D) by learned attention, or average them: (..., D)."""
        if self.attention is None:
            return tokens.mean(-2)
        return attended(self.attention(tokens)[..., 0].softmax(-1), tokens)

    def _check_weights(self, channels: int) -> None:
        """Refuse maps for which there are no weights."""
        if not self.options.attention:
            return
        if self.attention is None:
            raise SkelshotError(
                "method smam: its attention has no weights; train it in episodes (pretrain with "
                "--episodes smam), or set attention=False"
            )
        width = self.attention[0].in_features
        if channels != width:
            raise SkelshotError(
                f"method smam: found maps of {channels} channels, its weights are for {width}; "
                "use the encoder it was trained with, or train again"
            )


def tokens_of(maps: Tensor, time_steps: int) -> Tensor:
    """Make one token of each joint at each step of time.

    Args:
        maps: `(..., D, T', V)`.
        time_steps: Steps that T' is averaged to; shorter maps stay as they are.

    Returns:
        `(..., L, D)`, L the steps times V.

    Example:
        >>> tokens_of(torch.zeros(2, 8, 13, 20), time_steps=4).shape
        torch.Size([2, 80, 8])
    """
    steps, joints = maps.shape[-2:]
    if steps > time_steps:
        pooled = adaptive_avg_pool2d(maps.flatten(0, -4), (time_steps, joints))
        maps = pooled.view(*maps.shape[:-2], time_steps, joints)
    return joint_frames(maps).flatten(-3, -2)


def attended(shares: Tensor, tokens: Tensor) -> Tensor:
    """Sum tokens weighted by attention.

    Args:
        shares: Attention weights `(..., L)`.
        tokens: `(..., L, D)`.

    Returns:
        `(..., D)`.

    Example:
        >>> attended(torch.tensor([0.5, 0.5]), torch.tensor([[0.0, 4.0], [2.0, 0.0]])).tolist()
        [1.0, 2.0]
    """
    return (shares[..., None, :] @ tokens)[..., 0, :]


def mutual_scores(x: Tensor, y: Tensor, temperature: float) -> Tensor:
    """Score clips by mutual attention: tokens that resemble one of the other clip weigh more.

    With R = norm(x) norm(y)^T, tokens of x have the weights softmax_l(max_j R_lj / temperature),
    those of y softmax_j(max_l R_lj / temperature); the score is the cosine of the two sums.

    Args:
        x: Tokens of Q clips, `(B, Q, L, D)`.
        y: Tokens of A clips, `(B, A, M, D)`.
        temperature: What similarities are divided by before the softmax.

    Returns:
        Scores `(B, Q, A)`, -1 to 1.

    Example:
        >>> x = torch.eye(3)[None, None]                                # three unlike tokens
        >>> mutual_scores(x, torch.stack([x[0, :, :1], -x[0, :, :1]], 1), 0.01).round().tolist()
        [[[1.0, -0.0]]]
    """
    B, Q, L, _ = x.shape
    A, M = y.shape[1:3]
    theirs = normalize(y, dim=-1).flatten(1, 2).transpose(1, 2)
    parts = []
    for part in query_chunks(Q, B * A * L * M):
        tokens = x[:, part]
        ours = normalize(tokens, dim=-1).flatten(1, 2)
        alike = (ours @ theirs).view(B, -1, L, A, M)
        to_x = (alike.amax(4) / temperature).softmax(2)
        to_y = (alike.amax(2) / temperature).softmax(3)
        of_x = to_x.transpose(2, 3) @ tokens
        of_y = torch.einsum("bqam,bamd->bqad", to_y, y)
        parts.append(cosine_similarity(of_x, of_y, dim=-1))
    return torch.cat(parts, dim=1)


def matched_in_set(scores: Tensor, vectors: Tensor, temperature: float) -> Tensor:
    """Average the scores of the other queries for each query, weighted by similarity.

    A = softmax(cos(z_q, z_q') / temperature) over the other queries q' of the task; the result is
    A scores. A query without others keeps its own.

    Args:
        scores: `(B, Q, N)`.
        vectors: One a query, z, `(B, Q, D)`.
        temperature: What cosines are divided by before the softmax.

    Returns:
        `(B, Q, N)`.

    Example:
        >>> vectors = torch.tensor([[[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]]])
        >>> scores = torch.tensor([[[0.0], [8.0], [4.0]]])
        >>> matched_in_set(scores, vectors, 0.01).round().tolist()
        [[[8.0], [0.0], [4.0]]]
    """
    B, Q, _ = vectors.shape
    if Q == 1:
        return scores
    unit = normalize(vectors, dim=-1)
    parts = []
    for part in query_chunks(Q, B * Q):
        alike = unit[:, part] @ unit.transpose(1, 2) / temperature
        own = torch.arange(Q, device=alike.device)
        is_own = own[part][:, None] == own
        parts.append(alike.masked_fill(is_own, float("-inf")).softmax(-1) @ scores)
    return torch.cat(parts, dim=1)
