"""Skeleton layouts: joint names, bones and symmetry."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from types import MappingProxyType

from skelshot.ground import SkelshotError


@dataclass(frozen=True)
class SkeletonLayout:
    """Names, bones and symmetry of a skeleton with V joints.

    Left and right are the person's own. Layouts say nothing of coordinates: those are the
    sequence's (see `skelshot.skeletons.sequence`).

    Args:
        name: The layout's own name, as stores and checkpoints write it.
        joints: The V joint names in the order of the data.
        bones: (child, parent) index pairs; every joint but the root is a child once.
        pairs: (left, right) joint index pairs, in the person's own left and right.
        parts: Body parts by name, each a tuple of joint indices.
        centre: The joint (or joints, averaged) to centre a clip on.
        hips: (left, right) hip joints; None for a skeleton without hips, such as a hand.
        shoulders: (left, right) shoulder joints, or None.
        trunk: Joints averaged at the (lower, upper) end of the trunk: the length that clips are
            scaled by. A hand has its palm there.

    Raises:
        SkelshotError: A name occurs twice, an index is out of range, the bones are not one
            tree, or a joint stands in two pairs.

    Example:
        >>> from skelshot.skeletons.layouts import KINECT_V2
        >>> KINECT_V2.num_joints, KINECT_V2.joints[KINECT_V2.parents[3]]
        (25, 'neck')
    """

    name: str
    joints: tuple[str, ...]
    bones: tuple[tuple[int, int], ...]
    pairs: tuple[tuple[int, int], ...]
    parts: Mapping[str, tuple[int, ...]] = field(hash=False)
    centre: tuple[int, ...]
    hips: tuple[int, int] | None
    shoulders: tuple[int, int] | None
    trunk: tuple[tuple[int, ...], tuple[int, ...]]

    def __post_init__(self) -> None:
        """Check that indices, bones and pairs make a skeleton."""
        object.__setattr__(self, "parts", MappingProxyType(dict(self.parts)))
        self._check_names_and_indices()
        self._check_tree()
        paired = [joint for pair in self.pairs for joint in pair]
        if len(set(paired)) != len(paired):
            twice = next(joint for joint in paired if paired.count(joint) > 1)
            raise self._error("pairs", f"joint {twice} stands in two places", "each joint once")

    def __reduce__(self) -> tuple[type, tuple[object, ...]]:
        """Rebuild from the fields, so that a layout can travel to worker processes."""
        values = [getattr(self, entry.name) for entry in fields(self)]
        return type(self), tuple(
            dict(value) if isinstance(value, MappingProxyType) else value for value in values
        )

    @property
    def num_joints(self) -> int:
        """Number of joints V."""
        return len(self.joints)

    @cached_property
    def root(self) -> int:
        """The joint that is nobody's child."""
        children = {child for child, _ in self.bones}
        return next(joint for joint in range(self.num_joints) if joint not in children)

    @cached_property
    def parents(self) -> tuple[int, ...]:
        """Each joint's parent, length V; the root is its own parent."""
        parent_of = dict(self.bones)
        return tuple(parent_of.get(joint, joint) for joint in range(self.num_joints))

    @cached_property
    def outward(self) -> tuple[int, ...]:
        """All V joints from the root outward: a parent always comes before its children."""
        order = [self.root]
        for joint in order:
            order.extend(child for child, parent in self.bones if parent == joint)
        return tuple(order)

    @cached_property
    def mirror(self) -> tuple[int, ...]:
        """The permutation of length V that swaps left and right joints."""
        swap = dict(self.pairs)
        swap |= {right: left for left, right in self.pairs}
        return tuple(swap.get(joint, joint) for joint in range(self.num_joints))

    def index(self, joint: str) -> int:
        """Return the index of a joint by name.

        Args:
            joint: For example "left wrist".

        Returns:
            Its place along the joint axis V.

        Raises:
            SkelshotError: The layout has no such joint.
        """
        if joint not in self.joints:
            raise SkelshotError(
                f"joint {joint!r}: not in the layout {self.name!r}; it has {', '.join(self.joints)}"
            )
        return self.joints.index(joint)

    def _error(self, place: str, found: str, expected: str) -> SkelshotError:
        return SkelshotError(f"layout {self.name!r}, {place}: {found}, expected {expected}")

    def _check_names_and_indices(self) -> None:
        for name in self.joints:
            if self.joints.count(name) > 1:
                raise self._error("joints", f"{name!r} occurs twice", "unique names")
        groups: dict[str, tuple[tuple[int, ...], ...]] = {
            "bones": self.bones,
            "pairs": self.pairs,
            "parts": tuple(self.parts.values()),
            "centre": (self.centre,),
            "hips": (self.hips or (),),
            "shoulders": (self.shoulders or (),),
            "trunk": self.trunk,
        }
        for place, tuples in groups.items():
            for joint in (joint for indices in tuples for joint in indices):
                if not 0 <= joint < self.num_joints:
                    raise self._error(place, f"joint index {joint}", f"0 to {self.num_joints - 1}")
        for place, indices in (("centre", self.centre), ("trunk", min(self.trunk, key=len))):
            if not indices:
                raise self._error(place, "no joint", "at least one")

    def _check_tree(self) -> None:
        children = [child for child, _ in self.bones]
        if len(self.bones) != self.num_joints - 1 or len(set(children)) != len(children):
            raise self._error(
                "bones",
                f"{len(self.bones)} bones with {len(set(children))} different children",
                f"one tree: {self.num_joints - 1} bones [child, parent], each joint but the root "
                "a child once",
            )
        if len(self.outward) != self.num_joints:
            raise self._error(
                "bones", f"{len(self.outward)} joints hang on the root", "one tree without loops"
            )
