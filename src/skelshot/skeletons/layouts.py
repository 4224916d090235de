"""The layouts there are, by name, and those of one's own: the only place that knows joints."""

import re
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from skelshot.ground import SkelshotError
from skelshot.ground.suggestions import nearest
from skelshot.skeletons.body_layouts import H36M_17, SMPL_24
from skelshot.skeletons.layout import SkeletonLayout
from skelshot.skeletons.layout_files import is_layout_file, read_layout_file
from skelshot.skeletons.layout_reading import layout_mapping, read_layout
from skelshot.skeletons.picture_layouts import (
    COCO_17,
    HALPE_26,
    HAND_21,
    MEDIAPIPE_33,
    OPENPOSE_18,
    OPENPOSE_25,
)
from skelshot.skeletons.sensor_layouts import AZURE_KINECT_32, KINECT_V1, KINECT_V2, OPENNI_15

__all__ = [
    "ALIASES",
    "AZURE_KINECT_32",
    "COCO_17",
    "H36M_17",
    "HALPE_26",
    "HAND_21",
    "KINECT_V1",
    "KINECT_V2",
    "LAYOUTS",
    "MEDIAPIPE_33",
    "OPENNI_15",
    "OPENPOSE_18",
    "OPENPOSE_25",
    "SMPL_24",
    "SkeletonLayout",
    "layout_as_data",
    "layout_from",
    "layout_from_file",
    "layout_named",
    "layouts_with",
]

LAYOUTS: tuple[SkeletonLayout, ...] = (
    KINECT_V2,
    KINECT_V1,
    OPENNI_15,
    COCO_17,
    MEDIAPIPE_33,
    OPENPOSE_18,
    OPENPOSE_25,
    H36M_17,
    HALPE_26,
    SMPL_24,
    AZURE_KINECT_32,
    HAND_21,
)
"""Every layout that comes with the package."""

ALIASES: dict[str, str] = {
    **dict.fromkeys(("ntu-25", "ntu", "ntu-rgb+d", "kinect-2", "kinect-25"), "kinect-v2"),
    **dict.fromkeys(("ucla-20", "nw-ucla", "kinect-1", "kinect-20"), "kinect-v1"),
    **dict.fromkeys(("openni", "nite-15"), "openni-15"),
    **dict.fromkeys(("coco", "movenet", "movenet-17", "posenet-17", "yolo-pose-17"), "coco-17"),
    **dict.fromkeys(("mediapipe", "mediapipe-pose", "blazepose", "blazepose-33"), "mediapipe-33"),
    **dict.fromkeys(("openpose-coco", "openpose-coco-18", "coco-18"), "openpose-18"),
    **dict.fromkeys(("body-25", "openpose-body-25"), "openpose-25"),
    **dict.fromkeys(("h36m", "human3.6m", "human3.6m-17"), "h36m-17"),
    **dict.fromkeys(("halpe", "alphapose-26", "body-26"), "halpe-26"),
    "smpl": "smpl-24",
    **dict.fromkeys(("azure-kinect", "k4a", "k4abt"), "azure-kinect-32"),
    **dict.fromkeys(("hand", "hands-21", "mediapipe-hands", "openpose-hand"), "hand-21"),
}
"""What people call the layouts besides their names. Case and punctuation do not count."""


def _key(name: str) -> str:
    """Return what of a name counts: its letters and digits in lower case."""
    return re.sub(r"[\W_]", "", name.casefold())


_BY_KEY = {_key(layout.name): layout for layout in LAYOUTS}
_BY_KEY |= {_key(alias): _BY_KEY[_key(name)] for alias, name in ALIASES.items()}


def layout_named(name: str) -> SkeletonLayout:
    """Return the shipped layout of that name.

    Args:
        name: As in stores, checkpoints and options, for example "kinect-v2", or an alias.

    Returns:
        The layout.

    Raises:
        SkelshotError: No layout has that name; the message lists those there are.

    Example:
        >>> layout_named("kinect-v1").num_joints, layout_named("BODY_25").name
        (20, 'openpose-25')
    """
    if _key(name) in _BY_KEY:
        return _BY_KEY[_key(name)]
    names = [one.name for one in LAYOUTS]
    near = nearest(name, (*names, *ALIASES))
    hint = f"; did you mean {ALIASES.get(near, near)!r}?" if near else ""
    raise SkelshotError(
        f"layout: found {name[:80]!r}, expected one of {', '.join(names)}, or a .yaml file of your "
        f"own{hint}"
    )


def layouts_with(joints: int) -> tuple[SkeletonLayout, ...]:
    """Return the shipped layouts that have so many joints.

    Args:
        joints: Number of joints V.

    Returns:
        The layouts, in the order of `LAYOUTS`; empty when there is none.

    Example:
        >>> [layout.name for layout in layouts_with(25)]
        ['kinect-v2', 'openpose-25']
    """
    return tuple(layout for layout in LAYOUTS if layout.num_joints == joints)


def layout_from_file(path: Path | str) -> SkeletonLayout:
    """Read a layout of one's own from a YAML file.

    Args:
        path: The file; `skelshot.skeletons.layout_reading.read_layout` tells its fields.

    Returns:
        The layout.

    Raises:
        SkelshotError: The file is missing or wrong, or takes a shipped layout's name.
    """
    return _own_name(read_layout_file(path).layout, str(path))


def layout_from(value: object) -> SkeletonLayout:
    """Return the layout that a value stands for.

    Args:
        value: A layout, a shipped layout's name or alias, a path that ends in .yaml or .yml, or
            a mapping as `layout_as_data` gives.

    Returns:
        The layout.

    Raises:
        SkelshotError: The value stands for no layout, or for one of one's own under a shipped
            layout's name.

    Example:
        >>> layout_from("ntu-25").name, layout_from(layout_as_data(COCO_17)) is COCO_17
        ('kinect-v2', True)
    """
    if isinstance(value, SkeletonLayout):
        return _own_name(value, "layout")
    if isinstance(value, Path | str) and is_layout_file(value):
        return layout_from_file(value)
    if isinstance(value, str):
        return layout_named(value)
    if isinstance(value, Mapping):
        return _own_name(read_layout(value).layout, "layout")
    raise SkelshotError(
        f"layout: found {type(value).__name__}, expected a name, a .yaml file or a layout's fields"
    )


def layout_as_data(layout: SkeletonLayout) -> str | dict[str, Any]:
    """Write a layout so that `layout_from` gives it back: for files in JSON or YAML.

    Args:
        layout: A shipped layout, or one of one's own.

    Returns:
        The name of a shipped layout; any other one's fields by joint names.

    Raises:
        SkelshotError: The layout takes a shipped layout's name and is another, or what was
            written could not be read again, such as a joint without a name.

    Example:
        >>> layout_as_data(KINECT_V2)
        'kinect-v2'
    """
    if layout in LAYOUTS:
        return layout.name
    data = layout_mapping(_own_name(layout, "layout"))
    read_layout(data)
    return data


def _own_name(layout: SkeletonLayout, place: str) -> SkeletonLayout:
    """Refuse another skeleton under a shipped layout's name or alias; give equals as shipped."""
    shipped = _BY_KEY.get(_key(layout.name), layout)
    if layout == shipped:
        return shipped
    other = [
        one.name
        for one in fields(layout)
        if getattr(layout, one.name) != getattr(shipped, one.name)
    ]
    raise SkelshotError(
        f"{place}, name: {layout.name!r} means the shipped layout {shipped.name!r}, which differs "
        f"in {', '.join(other)}; choose another name"
    )
