"""The control teacher: a random code a text, which knows labels but no language."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from skelshot.ground import SkelshotError
from skelshot.ground.seeding import digest_of, rng_for
from skelshot.teachers.models.teacher import SeedOptions, Teacher


class RandomCodeTeacher(Teacher):
    """A random unit vector a text, in place of f_t.

    Training towards these codes uses the labels exactly as f_t does, but nothing in them says
    which actions are alike. What f_t gains over this control is due to language. Use it with one
    prompt a class: every prompt of a class name is another text and gets another code.

    Args:
        seed: Keys the codes.
        dim: Length D of a code; 384 is the length of MiniLM's vectors.

    Raises:
        SkelshotError: `dim` is below 1.

    Example:
        >>> codes = RandomCodeTeacher(seed=0, dim=8).encode_text(["throw", "carry", "throw"])
        >>> codes.shape, bool(torch.equal(codes[0], codes[2]))
        (torch.Size([3, 8]), True)
    """

    name = "random-code"
    options_type = SeedOptions

    def __init__(self, seed: int, dim: int = 384) -> None:
        if dim < 1:
            raise SkelshotError(f"dim: found {dim}, expected at least 1 (the length of a code)")
        self.seed = seed
        self.dim = dim

    def fingerprint(self) -> str:
        """Return a digest of seed and dimension."""
        return digest_of(self.name, self.seed, self.dim).hex()

    def encode_text(self, texts: Sequence[str]) -> Tensor:
        """Draw the code of each text.

        Args:
            texts: n texts.

        Returns:
            Unit vectors (n, D), float32; the same seed and text give the same code anywhere.
        """
        codes = np.empty((len(texts), self.dim))
        for row, text in enumerate(texts):
            codes[row] = rng_for(self.name, self.seed, text).standard_normal(self.dim)
        codes /= np.linalg.norm(codes, axis=1, keepdims=True)
        return torch.from_numpy(codes.astype(np.float32))
