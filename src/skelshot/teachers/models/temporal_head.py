"""ActionCLIP's temporal head: a small transformer over the frames of a clip."""

import torch
from torch import Tensor, nn


class _Feed(nn.Module):
    """Two layers with CLIP's gate between them, x * sigmoid(1.702 x)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.c_fc = nn.Linear(width, 4 * width)
        self.c_proj = nn.Linear(4 * width, width)

    def forward(self, x: Tensor) -> Tensor:
        hidden = self.c_fc(x)
        found: Tensor = self.c_proj(hidden * torch.sigmoid(1.702 * hidden))
        return found


class _Block(nn.Module):
    """Attention over time and a feed-forward layer, each normalised first and added."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.attn = nn.MultiheadAttention(width, heads, batch_first=True)
        # 1e-12 as in the published code, where PyTorch's own default is 1e-5
        self.ln_1 = nn.LayerNorm(width, eps=1e-12)
        self.mlp = _Feed(width)
        self.ln_2 = nn.LayerNorm(width, eps=1e-12)

    def forward(self, x: Tensor) -> Tensor:
        normed = self.ln_1(x)
        x = x + self.attn(normed, normed, normed, need_weights=False)[0]
        found: Tensor = x + self.mlp(self.ln_2(x))
        return found


class _Blocks(nn.Module):
    def __init__(self, width: int, heads: int, layers: int) -> None:
        super().__init__()
        self.resblocks = nn.Sequential(*(_Block(width, heads) for _ in range(layers)))

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.resblocks(x)
        return found


class TemporalHead(nn.Module):
    """Transformer over the frame embeddings, added to them, and averaged over the frames.

    ActionCLIP's head `Transf` (Wang et al., 2021), with the tensor names of its checkpoints: a
    learned position for each frame, layers without a mask, and the frames added to the result.

    Args:
        width: Length D of a frame embedding.
        positions: How many frames have a learned position; published heads have 77.
        heads: Attention heads.
        layers: Layers; published heads have 6.

    Example:
        >>> TemporalHead(width=16, positions=8, heads=2)(torch.zeros(3, 8, 16)).shape
        torch.Size([3, 16])
    """

    def __init__(self, width: int, positions: int, heads: int, layers: int = 6) -> None:
        super().__init__()
        self.frame_position_embeddings = nn.Embedding(positions, width)
        self.transformer = _Blocks(width, heads, layers)

    def forward(self, frames: Tensor) -> Tensor:
        """Turn frame embeddings into one vector a clip.

        Args:
            frames: Embeddings (B, T, D), T at most `positions`.

        Returns:
            f_v (B, D).
        """
        placed = frames + self.frame_position_embeddings.weight[: frames.shape[1]]
        mixed: Tensor = self.transformer(placed)
        return (mixed + frames).mean(dim=1)
