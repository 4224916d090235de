"""The body parts whose names actions are compared with: data read from `body_parts.yaml`.

A layout that is not in the file has the parts that it names itself.
"""

from dataclasses import dataclass
from importlib import resources

import torch
import yaml
from torch import Tensor

from skelshot.ground import SkelshotError
from skelshot.skeletons import SkeletonLayout
from skelshot.skeletons.joint_names import plain_name


@dataclass(frozen=True)
class BodyPart:
    """One part of the body.

    Args:
        name: What it is called; left and right share a name.
        joints: Its joint indices.
    """

    name: str
    joints: tuple[int, ...]


def body_parts(layout: SkeletonLayout) -> tuple[BodyPart, ...]:
    """Return the parts of a layout, from the file or else its own.

    Args:
        layout: The skeleton.

    Returns:
        P parts, the left and the right of a limb apart.

    Raises:
        SkelshotError: Neither the file nor the layout has parts.

    Example:
        >>> from skelshot.skeletons import KINECT_V1
        >>> [part.joints for part in body_parts(KINECT_V1) if part.name == "hand"]
        [(6, 7), (10, 11)]
    """
    source = resources.files("skelshot.fewshot") / "body_parts.yaml"
    table = yaml.safe_load(source.read_text(encoding="utf-8"))
    if layout.name not in table and layout.parts:
        return tuple(BodyPart(_unsided(part), joints) for part, joints in layout.parts.items())
    if layout.name not in table:
        raise SkelshotError(
            f"layout {layout.name!r}: has no body parts, neither its own nor in {source.name}; "
            "name its parts in the layout's file"
        )
    return tuple(
        BodyPart(entry["name"], tuple(layout.index(joint) for joint in entry["joints"]))
        for entry in table[layout.name]
    )


def part_averages(layout: SkeletonLayout) -> Tensor:
    """Make the matrix that averages the joints of each part.

    Args:
        layout: The skeleton.

    Returns:
        (V, P); the columns add up to 1.

    Raises:
        SkelshotError: As for `body_parts`.

    Example:
        >>> from skelshot.skeletons import KINECT_V1
        >>> part_averages(KINECT_V1).shape
        torch.Size([20, 10])
    """
    parts = body_parts(layout)
    members = torch.zeros(layout.num_joints, len(parts))
    for place, part in enumerate(parts):
        members[list(part.joints), place] = 1.0 / len(part.joints)
    return members


def average_of_parts(joints: Tensor, members: Tensor | None, method: str) -> Tensor:
    """Average what each part's joints have.

    Args:
        joints: Features (..., V).
        members: The matrix of `part_averages`; None makes each joint a part of its own.
        method: Name of the method that asks, for the message.

    Returns:
        Features (..., P).

    Raises:
        SkelshotError: The features are of other joints than the matrix.
    """
    if members is None:
        return joints
    if len(members) != joints.shape[-1]:
        raise SkelshotError(
            f"method {method}: found maps of {joints.shape[-1]} joints, its body parts are "
            f"of a skeleton with {len(members)}; take an encoder whose maps keep them"
        )
    return joints @ members.to(joints)


def _unsided(part: str) -> str:
    """Take the side off a part's name, so that left and right share it."""
    return plain_name(part).removeprefix("left ").removeprefix("right ")
