"""The joint layouts of the sensors and pose models: the only place that knows joints."""

from skelshot.ground import SkelshotError
from skelshot.skeletons.layout import SkeletonLayout
from skelshot.skeletons.layout_tables import (
    COCO_17,
    KINECT_V1,
    KINECT_V2,
    MEDIAPIPE_33,
    OPENNI_15,
)

__all__ = [
    "COCO_17",
    "KINECT_V1",
    "KINECT_V2",
    "LAYOUTS",
    "MEDIAPIPE_33",
    "OPENNI_15",
    "SkeletonLayout",
    "layout_named",
]

LAYOUTS: tuple[SkeletonLayout, ...] = (KINECT_V2, KINECT_V1, OPENNI_15, COCO_17, MEDIAPIPE_33)
"""Every layout that comes with the package."""


def layout_named(name: str) -> SkeletonLayout:
    """Return the layout of that name.

    Args:
        name: As in stores, checkpoints and options, for example "kinect-v2".

    Returns:
        The layout.

    Raises:
        SkelshotError: No layout has that name; the message lists those there are.

    Example:
        >>> layout_named("kinect-v1").num_joints
        20
    """
    for layout in LAYOUTS:
        if layout.name == name:
            return layout
    known = ", ".join(layout.name for layout in LAYOUTS)
    raise SkelshotError(f"layout: found {name!r}, expected one of {known}")
