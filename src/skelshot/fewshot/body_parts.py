"""The body parts whose names actions are compared with: data read from `body_parts.yaml`."""

from dataclasses import dataclass
from importlib import resources

import yaml

from skelshot.ground import SkelshotError
from skelshot.skeletons import SkeletonLayout


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
    """Return the parts of a layout: every joint in one of them.

    Args:
        layout: The skeleton.

    Returns:
        P parts, the left and the right of a limb apart.

    Raises:
        SkelshotError: The file has no parts for that layout.

    Example:
        >>> from skelshot.skeletons import KINECT_V1
        >>> [part.joints for part in body_parts(KINECT_V1) if part.name == "hand"]
        [(6, 7), (10, 11)]
    """
    source = resources.files("skelshot.fewshot") / "body_parts.yaml"
    table = yaml.safe_load(source.read_text(encoding="utf-8"))
    if layout.name not in table:
        raise SkelshotError(
            f"layout {layout.name!r}: has no body parts in {source.name}, expected one of "
            f"{', '.join(table)}; add its parts there"
        )
    return tuple(
        BodyPart(entry["name"], tuple(layout.index(joint) for joint in entry["joints"]))
        for entry in table[layout.name]
    )
