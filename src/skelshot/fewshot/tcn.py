"""A causal dilated convolutional network over time.

S. Bai et al., "An Empirical Evaluation of Generic Convolutional and Recurrent Networks for
Sequence Modeling", arXiv 1803.01271, in the form that TCN-Oneshot uses: skip connections, no
batch norm.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.functional import pad


class CausalBlock(nn.Module):
    """Residual block of two dilated causal convolutions.

    Args:
        inputs: Channels in.
        width: Channels out.
        kernel: Frames that one output sees.
        dilation: Frames from one of them to the next.
        dropout: Share of the channels that are set to zero after each convolution.
    """

    def __init__(self, inputs: int, width: int, kernel: int, dilation: int, dropout: float) -> None:
        super().__init__()
        self.first = nn.Conv1d(inputs, width, kernel, dilation=dilation)
        self.second = nn.Conv1d(width, width, kernel, dilation=dilation)
        self.around: nn.Module = nn.Identity() if inputs == width else nn.Conv1d(inputs, width, 1)
        self.dropout = nn.Dropout1d(dropout)
        self.past = (kernel - 1) * dilation

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return the residual output, for the next block, and the skip output.

        Args:
            x: (n, inputs, T).

        Returns:
            relu(changed + around) and changed, each (n, width, T).
        """
        changed = x
        for convolution in (self.first, self.second):
            changed = self.dropout(convolution(pad(changed, (self.past, 0))).relu())
        return (changed + self.around(x)).relu(), changed


class CausalNetwork(nn.Module):
    """Stacks of causal blocks, whose skip outputs at the last frame are summed.

    Args:
        inputs: Features a frame F.
        width: Channels of every block, the size of the embedding.
        kernel: Frames that one output of a convolution sees.
        dilations: Of the blocks of one stack.
        stacks: Number of stacks.
        dropout: Share of the channels dropped.

    Example:
        >>> network = CausalNetwork(423, 256, 4, (1, 2, 4), 2, 0.2).eval()
        >>> network(torch.randn(2, 423, 32)).shape, network.sees
        (torch.Size([2, 256]), 85)
    """

    def __init__(
        self,
        inputs: int,
        width: int,
        kernel: int,
        dilations: Sequence[int],
        stacks: int,
        dropout: float,
    ) -> None:
        super().__init__()
        every = list(dilations) * stacks
        self.blocks = nn.ModuleList(
            CausalBlock(width if place else inputs, width, kernel, dilation, dropout)
            for place, dilation in enumerate(every)
        )
        self.sees = 1 + 2 * (kernel - 1) * sum(every)
        for module in self.modules():
            if isinstance(module, nn.Conv1d):
                nn.init.kaiming_normal_(module.weight)
                nn.init.zeros_(module.bias)  # type: ignore[arg-type]

    def forward(self, x: Tensor) -> Tensor:
        """Return one vector a sequence.

        Args:
            x: (n, F, T).

        Returns:
            (n, width).
        """
        skipped = []
        for block in self.blocks:
            x, changed = block(x)
            skipped.append(changed[:, :, -1])
        return torch.stack(skipped).sum(0)
