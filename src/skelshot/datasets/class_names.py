"""Text files with one class name a line."""

import unicodedata
from pathlib import Path

from skelshot.datasets.plain_text import read_lines
from skelshot.ground import SkelshotError
from skelshot.ground.printable import printable

LONGEST = 400
"""The most characters of a class name."""


def read_class_names(path: Path | str) -> tuple[str, ...]:
    r"""Read class names from a text file.

    Args:
        path: One name a line, in label order; blank lines at the end are passed over.

    Returns:
        The names, without spaces around them.

    Raises:
        SkelshotError: The file cannot be read, is empty, or a name is blank, given twice, too
            long or not printable.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "names.txt"
        >>> _ = path.write_text("drink water\nwave\n\n")
        >>> read_class_names(path)
        ('drink water', 'wave')
    """
    path = Path(path)
    try:
        # an accented letter is one sign or two, and looks the same
        names = [unicodedata.normalize("NFC", line.strip()) for line in read_lines(path)]
    except SkelshotError as error:
        raise SkelshotError(f"{path}: class names cannot be read ({error})") from error
    while names and not names[-1]:
        names.pop()
    if not names:
        raise SkelshotError(f"{path}: found no class name, expected one a line")
    seen: dict[str, int] = {}
    for number, name in enumerate(names, 1):
        if not name or not name.isprintable() or len(name) > LONGEST:
            raise SkelshotError(
                f"{path}, line {number}: found {printable(name)!r}, expected a new class name"
            )
        if (first := seen.setdefault(name, number)) < number:
            raise SkelshotError(
                f"{path}, line {number}: found {printable(name)!r}, expected a new class name; "
                f"line {first} has the same"
            )
    return tuple(names)
