"""Files of figures: the same bytes each time, endings that nobody knows refused."""

from pathlib import Path

import pytest
from matplotlib.figure import Figure

from skelshot.ground import SkelshotError
from skelshot.rendering.figure_files import write_figure
from skelshot.rendering.theme import FORMS


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
