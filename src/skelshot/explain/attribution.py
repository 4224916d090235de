"""The attribution of a decision: how much each coordinate of a clip speaks for a class."""

from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True, eq=False)
class Attribution:
    """Answer of a method of attribution about one clip.

    Args:
        values: One value a coordinate, (C, T, V, M), in the clip's own joints and frames;
            positive where the coordinate speaks for the class. Frames in which a person is
            absent hold zeros.
        method: The method's registered name, one of `ATTRIBUTIONS`.
        label: The class explained, an index into the task's classes.
        boundary_found: Whether a decision boundary was found; None for methods that look for none.
        boundary_distance: Euclidean distance from the clip to the boundary, in the units of the
            input that was attributed; of the best effort where no boundary was found.
        completeness_gap: Difference between the sum of the values and the difference of logits
            that they share out; None for methods that share out none.
    """

    values: Tensor
    method: str
    label: int
    boundary_found: bool | None
    boundary_distance: float | None
    completeness_gap: float | None

    def importance(self) -> Tensor:
        """Sum the absolute values over the coordinates.

        Returns:
            How much each joint decides in each frame, for or against, (T, V, M), at least zero.

        Example:
            >>> import torch
            >>> values = torch.tensor([3.0, -4.0]).view(2, 1, 1, 1)
            >>> Attribution(values, "saliency", 0, None, None, None).importance().tolist()
            [[[7.0]]]
        """
        return self.values.abs().sum(0)
