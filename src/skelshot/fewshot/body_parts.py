"""The body parts whose names actions are compared with: data read from `body_parts.yaml`.

A layout that is not in the file has the parts that it names itself.
"""

from dataclasses import dataclass
from importlib import resources

import yaml

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


def _unsided(part: str) -> str:
    """Take the side off a part's name, so that left and right share it."""
    return plain_name(part).removeprefix("left ").removeprefix("right ")
