"""Ready-made weights, of metres and of pixels."""

from collections.abc import Sequence

import pytest

from .published import Results, accuracies, means, one_and_three, results, table_in

WAYS = ("default", "raw-dtw")
TRAVELLING = "docs/research/2026-11-29-travelling-encoder.md"
PIXELS = "docs/research/2026-11-30-pixels.md"
WHERE = (
    ("nw-ucla", ("1", "5")),
    ("gator-20", ("1", "3")),
    ("gator-5", ("1", "3")),
    ("rehab", ("1", "3")),
)


@pytest.mark.parametrize(
    ("header", "task", "shots"),
    [
        ("NW-UCLA, 5 of 10 classes, 20 splits", "nw-ucla", ("1", "5")),
        ("UI-PRMD, 5 of 10 classes, held-out people", "rehab", ("1", "3")),
        ("Kinder-Gator, 20 ways, held-out people and classes", "gator-20", ("1", "3", "5")),
    ],
)
def test_ready_made_weights(header: str, task: str, shots: tuple[str, ...]) -> None:
    printed = table_in("docs/results.md", header)
    found = results("ready-made")
    names = {row: f"{task} {row}" for row in ("default", "cosine", "raw-dtw", "raw-nearest")}
    for way in ("default", "cosine"):
        names |= {f"skelshot-small, {way}": f"small {task} {way}"}
        names |= {f"one network, {way}": f"one network {task} {way}"}
        names |= {f"small one of labels alone, {way}": f"small of labels {task} {way}"}
    there = {row: name for row, name in names.items() if name in found}
    assert printed == accuracies(found, there, shots)


@pytest.mark.parametrize(
    ("header", "task", "shots"),
    [
        ("NW-UCLA in pixels, 5 of 10 classes, 20 splits", "nw-ucla", ("1", "5")),
        ("UI-PRMD in pixels, 5 of 10 classes, held-out people", "rehab", ("1", "3")),
        (
            "Kinder-Gator in pixels, 20 ways, held-out people and classes",
            "gator-20",
            ("1", "3", "5"),
        ),
    ],
)
def test_ready_made_weights_for_pixels(header: str, task: str, shots: tuple[str, ...]) -> None:
    names = {f"skelshot-2d, {way}": f"2d {task} {way}" for way in ("default", "cosine")}
    names |= {row: f"pixels {task} {row}" for row in ("raw-dtw", "raw-nearest")}
    found = results("ready-made")
    assert table_in("docs/results.md", header) == accuracies(found, names, shots)


def _means(found: Results, names: Sequence[str]) -> list[str]:
    """Write the accuracies of one result a set as cells."""
    return [
        means(found[name]["accuracy"], shots) for name, (_, shots) in zip(names, WHERE, strict=True)
    ]


@pytest.mark.parametrize(
    ("header", "rows"),
    [
        (
            "in pixels",
            {
                "skelshot-2d, default": "2d {} default",
                "the same of labels alone, default": "2d of labels {} default",
                "raw-dtw": "pixels {} raw-dtw",
                "raw-nearest": "pixels {} raw-nearest",
            },
        ),
        (
            "in three coordinates",
            {"skelshot-base, default": "{} default", "skelshot-small, default": "small {} default"},
        ),
    ],
)
def test_pixels_and_depth(header: str, rows: dict[str, str]) -> None:
    found = results("ready-made")
    printed = table_in(PIXELS, header)
    assert printed == {
        row: _means(found, [name.format(task) for task, _ in WHERE]) for row, name in rows.items()
    }


def test_pictures_beside_joints() -> None:
    found = results("ready-made")
    rows = {"skelshot-base": "base", "skelshot-2d, which sees them as pictures": "2d"}
    rows |= {"both, scores added": "base+2d"}
    assert table_in(PIXELS, "on 3-D clips") == {
        row: [
            one_and_three(found[f"joints {task} {name}"]["accuracy"])
            for task in ("gator-20", "gator-5", "rehab-5")
        ]
        for row, name in rows.items()
    }


def test_clips_as_other_sensors_take_them() -> None:
    found = results("ready-made")
    rows = {"as recorded": "as-recorded", "15 joints": "15-joints"}
    rows |= {"every third frame": "every-third-frame", "2 cm of noise": "2-cm-of-noise"}
    columns = [f"{task} {{}} {way}" for task in ("gator-20", "rehab-5") for way in WAYS]
    assert table_in(TRAVELLING, "held-out clips") == {
        row: [
            one_and_three(found[f"sensors {column.format(name)}"]["accuracy"]) for column in columns
        ]
        for row, name in rows.items()
    }


def test_the_small_one_learns_from_the_large_one() -> None:
    found = results("ready-made")
    printed = table_in(TRAVELLING, "chosen by")
    joined = "three small ones that learnt so, joined"
    assert list(printed) == ["small of labels", "small", "base", joined]
    for row, cells in printed.items():
        each = (found[f"chosen by {task} {row}"] for task in ("gator5", "gator20", "rehab5"))
        assert cells == [one_and_three(one["accuracy"]) for one in each]
