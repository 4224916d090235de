"""The joint layouts of the sensors and pose models: the only place that knows joints."""

from dataclasses import dataclass, field
from types import MappingProxyType

from collections.abc import Mapping

from skelshot.ground import SkelshotError


@dataclass(frozen=True)
class SkeletonLayout:
    """Names, bones and symmetry of a skeleton with V joints.

    Args:
        name: The layout's own name, as stores and checkpoints write it.
        joints: The V joint names in the order of the data.
        bones: (child, parent) index pairs; every joint but the root is a child once.
        pairs: (left, right) joint index pairs, in the person's own left and right.
        parts: Body parts by name, each a tuple of joint indices.
        centre: The joint (or joints, averaged) to centre a clip on.
        hips: (left, right) hip joints.
        shoulders: (left, right) shoulder joints.
        trunk: Joints averaged at the (lower, upper) end of the trunk.

    Example:
        >>> KINECT_V2.num_joints, KINECT_V2.joints[KINECT_V2.parents[3]]
        (25, 'neck')
    """

    name: str
    joints: tuple[str, ...]
    bones: tuple[tuple[int, int], ...]
    pairs: tuple[tuple[int, int], ...]
    parts: Mapping[str, tuple[int, ...]] = field(hash=False)
    centre: tuple[int, ...]
    hips: tuple[int, int]
    shoulders: tuple[int, int]
    trunk: tuple[tuple[int, ...], tuple[int, ...]]

    @property
    def num_joints(self) -> int:
        """Number of joints V."""
        return len(self.joints)
