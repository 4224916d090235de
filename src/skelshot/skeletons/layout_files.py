"""Layouts of one's own in YAML files."""

from pathlib import Path

from skelshot.ground import SkelshotError
from skelshot.ground.yaml_text import read_yaml
from skelshot.skeletons.layout_reading import LayoutReading, read_layout


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
    if not Path(path).is_file():
        raise SkelshotError(f"{path}: No such file, expected a layout file")
    return read_layout(read_yaml(Path(path)), str(path))
