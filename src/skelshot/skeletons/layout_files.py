"""Layouts of one's own in YAML files."""

import reprlib
from pathlib import Path
from typing import Any

import yaml

from skelshot.ground import SkelshotError
from skelshot.skeletons.layout_reading import LayoutReading, read_layout

_MOST_BYTES = 1 << 18


def is_layout_file(value: object) -> bool:
    """Tell a layout file from a layout's name.

    Args:
        value: A path, or what stands where a layout's name is asked for.

    Returns:
        Whether it is a path, or text that ends in .yaml or .yml.

    Example:
        >>> is_layout_file("mine.yaml"), is_layout_file("kinect-v2")
        (True, False)
    """
    return isinstance(value, Path) or (
        isinstance(value, str) and value.lower().endswith((".yaml", ".yml"))
    )


def read_layout_file(path: Path | str) -> LayoutReading:
    """Read a layout of one's own from a YAML file.

    Args:
        path: The file: `name`, `joints` and `bones`, and what `read_layout` lists besides.

    Returns:
        The layout, and which fields were derived.

    Raises:
        SkelshotError: The file is missing, too large, not YAML, or describes no skeleton.
    """
    try:
        with Path(path).open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise SkelshotError(f"{path}: {error.strerror}, expected a layout file") from error
    if len(content) > _MOST_BYTES:
        raise SkelshotError(
            f"{path}: found more than {_MOST_BYTES} bytes, expected a layout's name, joints and "
            "bones"
        )
    try:
        document = yaml.load(content, _EachKeyOnce)  # noqa: S506, it is a safe loader
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise SkelshotError(f"{path}: not valid YAML ({str(error)[:300]})") from error
    return read_layout(document, str(path))


class _EachKeyOnce(yaml.SafeLoader):
    """A safe loader that refuses a key that stands twice, where YAML's own takes the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {reprlib.repr(key.value)} stands twice", key.start_mark
                )
            seen.add(key.value if isinstance(key, yaml.ScalarNode) else id(key))
        return super().construct_mapping(node, deep)
