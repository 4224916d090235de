"""The theme of all charts and pictures: colours, sizes of text, and kinds of files."""

from pathlib import Path

from skelshot.ground import SkelshotError
from skelshot.ground.printable import printable

COLOURS = ("#0072b2", "#e69f00", "#009e73", "#d55e00", "#cc79a7", "#56b4e9", "#000000", "#999999")
"""Okabe and Ito's, which colour-blind people tell apart, without the yellow that white hides."""

LEFT, RIGHT, MIDDLE = COLOURS[0], COLOURS[1], "#000000"
"""Limbs of the person's left, of the right, and what is neither."""

IMPORTANCE = "cividis"
"""Colours from 0 to 1 that brighten evenly, in grey and to colour-blind people too."""

ABSENT = "#dddddd"
"""Where nobody is there, which is no importance of 0."""

WIDE = 7.2
"""Inches across both columns of a paper."""

TITLE, TEXT, SMALL = 9.0, 8.0, 7.0
"""Sizes of text in points: titles, axes, and the smallest there is."""

FORMS = ("png", "svg", "pdf")
"""Endings of the files that a figure can be written to."""


def plain(name: str, most: int = 40) -> str:
    r"""Return a name on one line, short enough for a picture.

    Args:
        name: Of a class, a joint or a clip.
        most: The most characters.

    Returns:
        The name; a space stands before an underscore, which legends would leave out.

    Example:
        >>> plain("two\nlines"), plain("_")
        ('two lines', ' _')
    """
    shown = printable(" ".join(name.split()), most)
    return f" {shown}" if shown.startswith("_") else shown


def form_of_figure(path: Path) -> str:
    """Return which of `FORMS` a file's ending names; PNG where it has none.

    Args:
        path: The file.

    Returns:
        The form.

    Raises:
        SkelshotError: It names none.

    Example:
        >>> form_of_figure(Path("map.SVG"))
        'svg'
    """
    form = path.suffix.lower().removeprefix(".") or "png"
    if form not in FORMS:
        raise SkelshotError(
            f"{path}: found the ending {path.suffix!r}, expected .{', .'.join(FORMS)}; name the "
            "picture so"
        )
    return form
