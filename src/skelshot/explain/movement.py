"""Movement: how far joints are from their mean places, whatever the network makes of it."""

from typing import ClassVar, Literal

from torch import Tensor

from skelshot.explain.attribution_method import AttributionMethod, AttributionOptions, Shares
from skelshot.explain.baselines import baseline_of
from skelshot.explain.question import Question


class MovementOptions(AttributionOptions):
    """Options of movement.

    Attributes:
        each: Whether each `moment` of a joint has its own distance, or each `joint` one, the
            root of the mean square.
    """

    each: Literal["moment", "joint"] = "moment"


class Movement(AttributionMethod):
    """Distance of each joint from its mean place: a control that never looks at the network.

    What an attribution has beyond this, it has from the decision; the controls of Adebayo et al.
    ("Sanity Checks for Saliency Maps", NeurIPS 2018) are edge detectors for the same reason.

    Args:
        options: Options of the method.

    Example:
        >>> Movement.name
        'movement'
    """

    name: ClassVar[str] = "movement"
    paper: ClassVar[str] = "Adebayo et al., Sanity Checks for Saliency Maps, NeurIPS 2018"
    options_type: ClassVar[type[AttributionOptions]] = MovementOptions
    options: MovementOptions

    def attribute(self, question: Question) -> Shares:
        """Share the distances out evenly among the coordinates."""
        away = movement(question) if self.options.each == "moment" else joint_movement(question)
        there = question.present[:, None, :, None, :]
        shares = (away * there).expand_as(question.positions) / question.positions.shape[1]
        return Shares(shares)


def movement(question: Question) -> Tensor:
    """Measure how far each joint is from its mean place.

    Args:
        question: The clips, n of them.

    Returns:
        Distances (n, 1, T, V, M), 0 where the person is absent.

    Example:
        >>> import torch
        >>> question = Question(
        ...     torch.tensor([1.0, 3.0]).view(1, 1, 2, 1, 1),
        ...     torch.ones(1, 2, 1, dtype=torch.bool), torch.tensor([0]),
        ...     lambda points, rows: points.flatten(1),
        ... )
        >>> movement(question).flatten().tolist()
        [1.0, 1.0]
    """
    away = question.positions - baseline_of(question, "still")
    return away.square().sum(1, keepdim=True).sqrt()


def joint_movement(question: Question) -> Tensor:
    """Measure how far each joint is from its mean place, in the whole clip.

    Args:
        question: The clips, n of them.

    Returns:
        Roots of mean squares over the moments with the person, (n, 1, 1, V, M).

    Example:
        >>> import torch
        >>> question = Question(
        ...     torch.tensor([1.0, 3.0]).view(1, 1, 2, 1, 1),
        ...     torch.ones(1, 2, 1, dtype=torch.bool), torch.tensor([0]),
        ...     lambda points, rows: points.flatten(1),
        ... )
        >>> joint_movement(question).flatten().tolist()
        [1.0]
    """
    frames = question.present.sum(1).clamp(min=1)[:, None, None, None, :]
    return (movement(question).square().sum(2, keepdim=True) / frames).sqrt()
