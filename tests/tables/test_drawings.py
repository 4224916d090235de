"""Drawings are whole SVG, show every value, and escape what names hold."""

import re
from xml.etree import ElementTree

from skelshot.tables.drawings import class_bars, curve
from skelshot.tables.saved import SavedCell


def parsed(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)  # noqa: S314  our own


def cell(name: str, **further: object) -> SavedCell:
    return SavedCell.model_validate({"row": name, "column": "A", **further})


def test_every_class_of_every_row_has_a_bar_as_long_as_its_accuracy() -> None:
    shares = {"drink": 0.25, "wave": 1.0, "kick": 0.0}
    rows = {f"row {at}": cell("r", per_class=shares) for at in range(6)}
    svg = parsed(class_bars(rows))
    bars = [bar for bar in svg.iter("rect") if bar.find("title") is not None]
    assert [float(bar.get("width") or 0) for bar in bars] == [120, 30, 0] * 6  # easiest first
    assert bars[0].findtext("title") == "row 0, wave: 100.0 %"
    tops = {int(bar.get("y") or 0) for bar in bars}
    assert len(tops) == 2 * 3  # four panels side by side, then two below
    assert len({bar.get("fill") for bar in bars}) == 6


def test_a_class_that_a_row_lacks_has_no_bar() -> None:
    svg = class_bars({"a": cell("a", per_class={"x": 0.5, "y": 0.5}), "b": cell("b")})
    assert svg.count("<title>") == 2
    assert class_bars({"b": cell("b")}) == ""


def test_a_curve_has_ours_with_intervals_and_the_printed_numbers() -> None:
    steps = {
        "0": cell("a", ours=0.5, ci95=[0.4, 0.6], paper=0.66),
        "0.9": cell("a", ours=0.7),
        "1": cell("a", paper=0.7, error="failed"),
    }
    text = curve(steps, "decay <rate>")
    svg = parsed(text)
    assert "decay &lt;rate&gt;" in text
    [line] = svg.findall("polyline")
    places = [tuple(map(float, pair.split(","))) for pair in (line.get("points") or "").split()]
    assert [x for x, _ in places] == [80, 320]
    assert places[0][1] > places[1][1]  # higher accuracies stand higher
    assert len(svg.findall("polygon")) == 2 + 1  # the printed ones, and one in the legend
    assert len(svg.findall("circle")) == 2 + 1
    ticks = [
        int(found) for found in re.findall(r"<text [^>]*text-anchor=\"end\"[^>]*>(\d+)<", text)
    ]
    assert ticks[0] <= 40
    assert ticks[-1] >= 66


def test_a_curve_of_nothing_is_an_empty_drawing() -> None:
    assert parsed(curve({"0": cell("a"), "1": cell("a")}, "x")).tag == "svg"


def test_names_can_do_no_harm() -> None:
    hostile = '<script>alert("\x00")</script>'
    for svg in (
        class_bars({hostile: cell("a", per_class={hostile: 0.5})}),
        curve({hostile: cell("a", ours=0.5)}, hostile),
    ):
        assert parsed(svg).tag == "svg"
        assert "<script" not in svg
