"""Relevance of body parts to an action, from the similarity of their names."""

import re
from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor
from torch.nn.functional import normalize

from skelshot.fewshot.text_encoders import TextEncoder
from skelshot.ground import SkelshotError

Reading = Literal["whole", "words"]
"""Encode a name as one text, or word by word and average, as with word vectors."""


def name_similarities(
    encode_text: TextEncoder,
    class_names: Sequence[str],
    part_names: Sequence[str],
    reading: Reading = "whole",
) -> Tensor:
    """Compare the names of actions with the names of body parts.

    Args:
        encode_text: Turns texts into vectors.
        class_names: L names of actions.
        part_names: P names of parts, which may occur more than once.
        reading: How the name of an action is encoded.

    Returns:
        Cosines (L, P).

    Raises:
        SkelshotError: A name holds no word.

    Example:
        >>> lengths = lambda texts: torch.tensor([[1.0, len(text)] for text in texts])
        >>> name_similarities(lengths, ["wave"], ["hand", "foot", "hand"]).shape
        torch.Size([1, 3])
    """
    words = [re.findall(r"[^\W\d_]+", name.lower()) for name in class_names]
    for name, found in zip(class_names, words, strict=True):
        if not found:
            raise SkelshotError(
                f"class name {name!r}: found no word, expected the name of an action; a method "
                "that reads names needs them, name the classes of the store"
            )
    of_parts = normalize(encode_text(part_names), dim=-1)
    if reading == "whole":
        of_classes = normalize(encode_text(class_names), dim=-1)
    else:
        vectors = [normalize(encode_text(found), dim=-1).mean(0) for found in words]
        of_classes = normalize(torch.stack(vectors), dim=-1)
    return of_classes @ of_parts.T


def part_weights(similarities: Tensor, temperature: float) -> Tensor:
    """Turn similarities into the weights of the parts.

    Args:
        similarities: Cosines of a class's name and the parts' names, `(..., P)`.
        temperature: tau; the lower, the more the most similar part counts alone.

    Returns:
        softmax(similarities / tau), `(..., P)`.

    Example:
        >>> part_weights(torch.tensor([0.5, 0.5]), temperature=0.1).tolist()
        [0.5, 0.5]
    """
    return (similarities / temperature).softmax(dim=-1)
