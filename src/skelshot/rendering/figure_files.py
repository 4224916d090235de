"""Files of figures: matplotlib draws them, as PNG for a page and as SVG or PDF for print."""

from pathlib import Path

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from skelshot.ground.files import whole_file
from skelshot.rendering.theme import form_of_figure

_UNDATED: dict[str, dict[str, str | None]] = {
    "png": {},
    "svg": {"Date": None},
    "pdf": {"CreationDate": None},
}


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
