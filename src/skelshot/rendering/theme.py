"""The theme of all charts and pictures: colours, sizes of text, and the files they are written to.

matplotlib draws everything, so that one figure is a PNG for a page and an SVG or PDF for print.
"""

from pathlib import Path

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from skelshot.ground import SkelshotError
from skelshot.ground.files import whole_file
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

_UNDATED: dict[str, dict[str, str | None]] = {
    "png": {},
    "svg": {"Date": None},
    "pdf": {"CreationDate": None},
}


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


def write_figure(figure: Figure, path: Path, dpi: int = 100, durable: bool = False) -> Path:
    """Write a figure, whole or not at all; the same figure gives the same bytes.

    Args:
        figure: The figure.
        path: The file; its ending is one of `FORMS`.
        dpi: Pixels an inch of a PNG, and of photographs in the others.
        durable: As for `whole_file`.

    Returns:
        `path`.

    Raises:
        SkelshotError: The ending is another.
    """
    form = form_of_figure(path)
    FigureCanvasAgg(figure)
    # Names in an SVG that do not depend on chance, and fonts in a PDF that journals take.
    fixed = mpl.rc_context({"svg.hashsalt": "skelshot", "pdf.fonttype": 42})
    with fixed, whole_file(path, durable=durable) as partial:
        figure.savefig(partial, format=form, dpi=dpi, metadata=_UNDATED[form])
    return path
