"""A layout as plain data by joint names: read with defaults for what is left out, and written."""

import reprlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from skelshot.ground import SkelshotError
from skelshot.ground.suggestions import did_you_mean, nearest
from skelshot.skeletons.joint_names import plain_name, side_pairs
from skelshot.skeletons.layout import SkeletonLayout
from skelshot.skeletons.layout_defaults import chains_of, trunk_of

REQUIRED = ("name", "joints", "bones")
OPTIONAL = ("pairs", "parts", "centre", "hips", "shoulders", "trunk")

_MOST_JOINTS = 1000
_LONGEST_NAME = 64


@dataclass(frozen=True)
class LayoutReading:
    """A layout, and what of it was not said but derived.

    Args:
        layout: The layout.
        defaulted: The fields that the data left out.
    """

    layout: SkeletonLayout
    defaulted: tuple[str, ...]


def read_layout(data: object, place: str = "layout") -> LayoutReading:
    """Make a layout of plain data that names its joints.

    Left out, `pairs` are the names that differ by left and right alone; `hips` and `shoulders`
    the joints so named; `centre` the root; `trunk` leads from hips to shoulders, or from the root
    to the joint most bones away, one without a side if there is any; `parts` are the unbranched
    chains of bones, each named after its innermost joint.

    Args:
        data: A mapping with `name`, `joints` (V names) and `bones` ([child, parent] each), and
            optionally `pairs` ([left, right] each), `parts` (joints by name), `centre` (joints),
            `hips` and `shoulders` ([left, right], or null for none) and `trunk` ([[lower],
            [upper]]). A joint is its name, or its index.
        place: Where the data stands, for the message of an error.

    Returns:
        The layout, and which fields were derived.

    Raises:
        SkelshotError: A field is missing, unknown or wrong.

    Example:
        >>> stick = {"name": "stick", "joints": ["hip", "head"], "bones": [["head", "hip"]]}
        >>> reading = read_layout(stick)
        >>> reading.layout.trunk, reading.layout.hips
        (((0,), (1,)), None)
        >>> reading.defaulted
        ('pairs', 'parts', 'centre', 'hips', 'shoulders', 'trunk')
    """
    fields = _fields_of(data, place)
    reader = _Reader(place, _names_of(fields["joints"], place))
    name = fields["name"]
    if not isinstance(name, str) or not 0 < len(name) <= _LONGEST_NAME or not name.isprintable():
        raise reader.error("name", name, f"text of 1 to {_LONGEST_NAME} characters")
    try:
        layout = _made(name, fields, reader)
    except SkelshotError as error:
        message = str(error)
        own = f"layout {name!r}, "
        raise SkelshotError(
            f"{place}, {message.removeprefix(own)}" if message.startswith(own) else message
        ) from error
    return LayoutReading(layout, tuple(field for field in OPTIONAL if field not in fields))


def layout_mapping(layout: SkeletonLayout) -> dict[str, Any]:
    """Write a layout as plain data by joint names, which `read_layout` reads back exactly.

    Args:
        layout: Any layout.

    Returns:
        A mapping with every field, fit for JSON and YAML.

    Example:
        >>> from skelshot.skeletons.picture_layouts import HAND_21
        >>> data = layout_mapping(HAND_21)
        >>> data["trunk"], data["hips"], read_layout(data).layout == HAND_21
        ([['wrist'], ['middle mcp']], None, True)
    """

    def named(indices: Iterable[int]) -> list[str]:
        return [layout.joints[index] for index in indices]

    return {
        "name": layout.name,
        "joints": list(layout.joints),
        "bones": [named(bone) for bone in layout.bones],
        "pairs": [named(pair) for pair in layout.pairs],
        "parts": {part: named(joints) for part, joints in layout.parts.items()},
        "centre": named(layout.centre),
        "hips": None if layout.hips is None else named(layout.hips),
        "shoulders": None if layout.shoulders is None else named(layout.shoulders),
        "trunk": [named(end) for end in layout.trunk],
    }


class _Reader:
    """Turns joints by name or index into indices, and says where that fails."""

    def __init__(self, place: str, joints: tuple[str, ...]) -> None:
        self.place, self.joints = place, joints
        self._index = {joint: index for index, joint in enumerate(joints)}

    def error(self, field: str, found: object, expected: str) -> SkelshotError:
        return SkelshotError(f"{self.place}, {field}: found {_shown(found)}, expected {expected}")

    def joint(self, field: str, value: object) -> int:
        if isinstance(value, int) and not isinstance(value, bool):
            if 0 <= value < len(self.joints):
                return value
            raise self.error(field, value, f"a joint's name, or 0 to {len(self.joints) - 1}")
        if isinstance(value, str):
            if value in self._index:
                return self._index[value]
            near = nearest(value, self.joints, alike=0.5)
            hint = f" (is it {near!r}?)" if near else ""
            raise self.error(field, value, f"one of the {len(self.joints)} joints{hint}")
        raise self.error(field, value, "a joint's name or index")

    def listed(self, field: str, value: object, what: str) -> list[Any]:
        if not isinstance(value, list | tuple):
            raise self.error(field, value, what)
        return list(value)

    def joint_list(self, field: str, value: object) -> tuple[int, ...]:
        joints = self.listed(field, value, "a list of joints")
        return tuple(self.joint(field, joint) for joint in joints)

    def pair(self, field: str, value: object, what: str = "[left, right]") -> tuple[int, int]:
        both = self.listed(field, value, what)
        if len(both) != 2:
            raise self.error(field, value, what)
        return self.joint(field, both[0]), self.joint(field, both[1])

    def pairs(self, field: str, value: object, what: str) -> tuple[tuple[int, int], ...]:
        every = self.listed(field, value, f"a list of {what}")
        return tuple(self.pair(field, both, what) for both in every)

    def sided(self, limb: str) -> tuple[str, str] | None:
        """Return the names of the left and the right joint of that plain name, if both exist."""
        both = [pair for pair in side_pairs(self.joints) if plain_name(pair[0]) == f"left {limb}"]
        return both[0] if both else None


def _made(name: str, fields: Mapping[str, Any], reader: _Reader) -> SkeletonLayout:
    """Put a layout together; what its tree decides comes after the tree."""
    bones = reader.pairs("bones", fields["bones"], "[child, parent]")
    pairs = fields["pairs"] if "pairs" in fields else side_pairs(reader.joints)
    both: dict[str, tuple[int, int] | None] = {}
    for field in ("hips", "shoulders"):
        value = fields[field] if field in fields else reader.sided(field.removesuffix("s"))
        both[field] = None if value is None else reader.pair(field, value)
    tree = SkeletonLayout(
        name=name,
        joints=reader.joints,
        bones=bones,
        pairs=reader.pairs("pairs", pairs, "[left, right]"),
        parts={},
        centre=(0,),
        hips=both["hips"],
        shoulders=both["shoulders"],
        trunk=((0,), (0,)),
    )
    centre = reader.joint_list("centre", fields["centre"]) if "centre" in fields else (tree.root,)
    trunk = _trunk_in(fields["trunk"], reader) if "trunk" in fields else trunk_of(tree)
    parts = _parts_in(fields["parts"], reader) if "parts" in fields else chains_of(tree)
    return replace(tree, parts=parts, centre=centre, trunk=trunk)


def _fields_of(data: object, place: str) -> dict[str, Any]:
    """Return the data's fields, once all required ones are there and no unknown one is."""
    if not isinstance(data, Mapping):
        raise SkelshotError(
            f"{place}: found {_shown(data)}, expected the fields {', '.join(REQUIRED)}"
        )
    known = (*REQUIRED, *OPTIONAL)
    for field in data:
        if field not in known:
            raise SkelshotError(
                f"{place}: found the field {_shown(field)}, expected {', '.join(known)}"
                f"{did_you_mean(str(field), known)}"
            )
    for field in REQUIRED:
        if field not in data:
            raise SkelshotError(f"{place}: the field {field!r} is missing; needed are {REQUIRED}")
    return dict(data)


def _names_of(value: object, place: str) -> tuple[str, ...]:
    """Return the joint names."""
    wanted = f"a list of 2 to {_MOST_JOINTS} joint names"
    if not isinstance(value, list | tuple) or not 2 <= len(value) <= _MOST_JOINTS:
        raise SkelshotError(f"{place}, joints: found {_shown(value)}, expected {wanted}")
    for joint in value:
        if not isinstance(joint, str) or not joint.strip() or not joint.isprintable():
            raise SkelshotError(
                f"{place}, joints: found {_shown(joint)}, expected text (write it in quotes)"
            )
        if value.count(joint) > 1:
            raise SkelshotError(f"{place}, joints: {_shown(joint)} occurs twice, expected it once")
    return tuple(value)


def _parts_in(value: object, reader: _Reader) -> dict[str, tuple[int, ...]]:
    """Read body parts."""
    if not isinstance(value, Mapping) or not all(isinstance(part, str) for part in value):
        raise reader.error("parts", value, "lists of joints by the parts' names")
    for part, joints in value.items():
        if not joints:
            raise reader.error(f"parts.{part}", joints, "at least one joint")
    return {part: reader.joint_list(f"parts.{part}", joints) for part, joints in value.items()}


def _trunk_in(value: object, reader: _Reader) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Read the two ends of the trunk."""
    ends = reader.listed("trunk", value, "[[lower joints], [upper joints]]")
    if len(ends) != 2:
        raise reader.error("trunk", value, "[[lower joints], [upper joints]]")
    return reader.joint_list("trunk", ends[0]), reader.joint_list("trunk", ends[1])


def _shown(value: object) -> str:
    """Write a value in a few letters; the longest numbers have no digits to show."""
    try:
        return reprlib.repr(value)
    except ValueError:
        return type(value).__name__
