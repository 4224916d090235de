"""The theme: forms by a file's ending, the same bytes each time, names on one line."""

from pathlib import Path

import pytest
from matplotlib.figure import Figure

from skelshot.ground import SkelshotError
from skelshot.rendering.theme import FORMS, IMPORTANCE, form_of_figure, plain, write_figure


def figure() -> Figure:
    drawn = Figure(figsize=(2, 2))
    drawn.subplots().plot([0, 1], label="line")
    drawn.suptitle("drink water")
    return drawn


@pytest.mark.parametrize("form", FORMS)
def test_a_figure_gives_the_same_bytes_each_time(tmp_path: Path, form: str) -> None:
    files = [write_figure(figure(), tmp_path / f"{name}.{form.upper()}") for name in "ab"]
    first, second = (file.read_bytes() for file in files)
    assert first == second
    begin = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}[form]
    assert first.startswith(begin)
    assert b"/Type3" not in first


@pytest.mark.parametrize("name", ["a.jpg", "a.svgz", "a.b"])
def test_another_ending_is_refused_before_anything_is_written(tmp_path: Path, name: str) -> None:
    with pytest.raises(SkelshotError, match=r"expected \.png, \.svg, \.pdf; name the picture so"):
        write_figure(figure(), tmp_path / name)
    assert not list(tmp_path.iterdir())


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
