"""The queue of earlier keys that contrastive training takes its negatives from."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class KeyQueue(nn.Module):
    """A ring of keys; the newest write over the oldest.

    It starts with random directions, drawn from torch's global generator: seed it or fork it
    first. The released codes of AimCLR and CrosSCLR write at a place they look up on a GPU, and
    ask that the batch divide the queue; this one runs anywhere and wraps round.

    Args:
        size: Entries K.
        dim: Length D of a key.

    Example:
        >>> queue = KeyQueue(3, 2)
        >>> queue.push(torch.ones(2, 2), torch.tensor([7, 8]))
        >>> queue.push(torch.zeros(2, 2), torch.tensor([9, 10]))
        >>> queue.clips.tolist()
        [10, 8, 9]
    """

    entries: Tensor
    clips: Tensor
    place: Tensor

    def __init__(self, size: int, dim: int) -> None:
        super().__init__()
        self.register_buffer("entries", F.normalize(torch.randn(size, dim)))
        self.register_buffer("clips", torch.full((size,), -1))
        self.register_buffer("place", torch.zeros((), dtype=torch.int64))

    @torch.no_grad()
    def push(self, keys: Tensor, clips: Tensor) -> None:
        """Add the keys of a batch; of more than K only the last K stay.

        Args:
            keys: L2-normalised keys (n, D).
            clips: Numbers of their clips, 0 or more, (n,).
        """
        size = len(self.entries)
        steps = torch.arange(len(keys), device=self.place.device)[-size:]
        places = (self.place + steps) % size
        self.entries[places] = keys[-size:].to(self.entries.dtype)
        self.clips[places] = clips[-size:]
        self.place.copy_((self.place + len(keys)) % size)

    def own(self, clips: Tensor) -> Tensor:
        """Tell which entries are earlier keys of the clips themselves, and so no negatives.

        Args:
            clips: Numbers of clips (n,).

        Returns:
            Bool (n, K).
        """
        return clips[:, None] == self.clips[None]
