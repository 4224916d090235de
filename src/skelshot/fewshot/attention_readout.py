"""The attention read-out: frames and joints weighted by the clip's global context."""

from typing import Annotated, ClassVar

from pydantic import Field
from torch import Tensor, nn

from skelshot.fewshot.base import MethodOptions
from skelshot.fewshot.readout_nearest import ReadOutNearest, TrainedReadOutOptions


class AttentionReadOutOptions(TrainedReadOutOptions):
    """Options of the attention read-out.

    Attributes:
        hidden: Hidden units of the attention, which scores each token against the context.
        rounds: How often the context is refined.

    Example:
        >>> AttentionReadOutOptions().rounds
        2
    """

    hidden: Annotated[int, Field(ge=1, le=65_536)] = 64
    rounds: Annotated[int, Field(ge=1, le=100)] = 2


class GlobalContextAttention(nn.Module):
    """Global context attention: tokens averaged with weights from each token and the context.

    g_0 = mean of x_l; a = softmax over l of w . tanh(W x_l + U g + b); g <- sum_l a_l x_l. With
    w zero at first, training starts from the plain mean.

    Args:
        width: D.
        hidden: Units between.
        rounds: How often g is refined, with the same weights.
    """

    def __init__(self, width: int, hidden: int, rounds: int) -> None:
        super().__init__()
        self.of_token = nn.Linear(width, hidden)
        self.of_context = nn.Linear(width, hidden, bias=False)
        self.score = nn.Linear(hidden, 1, bias=False)
        nn.init.zeros_(self.score.weight)
        self.rounds = rounds

    def forward(self, tokens: Tensor) -> Tensor:
        """Return the refined context.

        Args:
            tokens: `(..., L, D)`.

        Returns:
            g, `(..., D)`.
        """
        context = tokens.mean(-2)
        compared = self.of_token(tokens)
        for _ in range(self.rounds):
            informed = (compared + self.of_context(context)[..., None, :]).tanh()
            shares = self.score(informed).softmax(-2)
            context = (shares.transpose(-1, -2) @ tokens).squeeze(-2)
        return context


class AttentionReadOut(ReadOutNearest):
    """Nearest exemplar by a mean over frames and joints that attends to the global context.

    Args:
        options: Options of the method.

    Example:
        >>> import torch
        >>> method = AttentionReadOut()
        >>> method.make_weights((8, 4, 20))
        >>> method.read(torch.randn(3, 8, 4, 20)).shape
        torch.Size([3, 8])
    """

    name: ClassVar[str] = "attention-readout"
    paper: ClassVar[str] = (
        "Liu et al., Skeleton-Based Human Action Recognition with Global Context-Aware Attention "
        "LSTM Networks, TIP 2018"
    )
    options_type: ClassVar[type[MethodOptions]] = AttentionReadOutOptions
    has_weights = True
    options: AttentionReadOutOptions

    def __init__(self, options: AttentionReadOutOptions | None = None) -> None:
        super().__init__(options)
        self.attention: GlobalContextAttention | None = None

    def make_weights(self, shape: tuple[int, ...]) -> None:
        """Make the attention.

        Args:
            shape: `(D, T', V)`.
        """
        chosen = self.options
        self.attention = GlobalContextAttention(shape[0], chosen.hidden, chosen.rounds)

    def read(self, maps: Tensor) -> Tensor:
        """Attend to frames and joints.

        Args:
            maps: `(..., D, T', V)`.

        Returns:
            `(..., D)`.

        Raises:
            SkelshotError: There are no weights for maps of that width.
        """
        channels = maps.shape[-3]
        if self.attention is None:
            raise self.unfit(channels, None)
        if channels != self.attention.of_token.in_features:
            raise self.unfit(channels, self.attention.of_token.in_features)
        vectors: Tensor = self.attention(maps.flatten(-2).transpose(-1, -2))
        return vectors
