"""The theme: forms by a file's ending, names on one line, colours that brighten."""

from pathlib import Path

from skelshot.rendering.theme import FORMS, IMPORTANCE, form_of_figure, plain


def test_the_form_of_a_file() -> None:
    assert [form_of_figure(Path(f"b.c.{form}")) for form in FORMS] == list(FORMS)


def test_names_are_on_one_short_line() -> None:
    assert plain("a\n b\t c") == "a b c"
    assert plain("_x") == " _x"
    assert len(plain("word " * 40)) == 40
    assert plain("\x1b[31m") == r"\x1b[31m"


def test_importance_brightens_evenly_in_grey() -> None:
    """Read in print without colour, more important is always brighter."""
    import matplotlib as mpl
    import numpy as np

    red, green, blue, _ = mpl.colormaps[IMPORTANCE](np.linspace(0, 1, 64)).T
    grey = 0.2126 * red**2.2 + 0.7152 * green**2.2 + 0.0722 * blue**2.2
    assert (np.diff(np.cbrt(grey)) > 0.002).all()
