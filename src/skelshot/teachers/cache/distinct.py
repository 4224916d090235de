"""Class texts that the teacher tells apart: two classes with one vector are refused."""

from collections.abc import Sequence

import torch
from torch import Tensor

from skelshot.ground import SkelshotError
from skelshot.ground.printable import printable

NOISE = 1e-4
"""Vectors whose difference is at most this share of their length differ by rounding alone."""


def check_distinct(
    text: Tensor, class_names: Sequence[str], texts: Sequence[Sequence[str]] = ()
) -> None:
    """Refuse text features in which two classes have one and the same vector.

    Training could not tell the two classes apart. Each prompt counts, since training may draw any,
    and so does the mean of all, which may be one although the prompts are not.

    Args:
        text: Class-text features (classes, R, D).
        class_names: The name of each row's class.
        texts: The R texts of each row, where they are known.

    Raises:
        SkelshotError: Two classes have the same vector.

    Example:
        >>> check_distinct(torch.eye(2)[:, None], ["throw", "carry"])
    """
    vectors = torch.cat([text, text.mean(dim=1, keepdim=True)], dim=1).double()
    for place, rows in enumerate(vectors.unbind(1)):
        lengths = rows.norm(dim=1)
        # not by the product form, which rounds small distances away
        apart = torch.cdist(rows, rows, compute_mode="donot_use_mm_for_euclid_dist")
        same = apart <= NOISE * torch.maximum(lengths[:, None], lengths)
        pairs = same.triu(diagonal=1).nonzero()
        if len(pairs):
            first, second = (int(row) for row in pairs[0])
            shown = ""
            if place < text.shape[1] and texts:
                said = [repr(printable(texts[row][place])) for row in (first, second)]
                shown = f" for {said[0]}" if said[0] == said[1] else f" for {said[0]} and {said[1]}"
            more = f" ({len(pairs) - 1} more such pairs)" if len(pairs) > 1 else ""
            raise SkelshotError(
                f"text: the classes {class_names[first]!r} and {class_names[second]!r} get one "
                f"and the same vector{shown}{more}; give each class a text of its own "
                "(--class-names, --prompts)"
            )
