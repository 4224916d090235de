"""NW-UCLA: the page of trials, the ladder and the streams, and the short tables."""

import re

import pytest

from .published import ROOT, SHOTS, accuracies, differences, means, results, table_in

NW_UCLA = "docs/research/2026-11-27-nw-ucla.md"
STREAMS = ("joint", "bone", "joint motion", "bone motion")
NW_UCLA_ROWS = {
    "(0) nearest neighbour on view-normalised positions": "raw-nearest",
    "(a) untrained": "untrained",
    "(b) supervised": "supervised",
    "(c) episodes only": "episodic",
    "(d) transfer from f_t (MiniLM), then episodes": "text-transfer",
    "(e) as (d), a random code a class in place of f_t": "random-code-transfer",
    "(f) supervised, then episodes: labels in place of the teacher": "supervised-episodic",
}
README_ROWS = {
    "no encoder: nearest neighbour on positions": "raw-nearest",
    "untrained AGCN": "untrained",
    "supervised": "supervised",
    "episodes only": "episodic",
    "transfer from text, then episodes": "text-transfer",
    "the same with a random code in place of each text": "random-code-transfer",
}


@pytest.mark.parametrize(
    ("page", "header", "which", "rows", "way"),
    [
        (NW_UCLA, "row", 0, NW_UCLA_ROWS, "cosine"),
        (NW_UCLA, "row", 1, NW_UCLA_ROWS, "pooled"),
        ("README.md", "NW-UCLA, 5 ways, 20 splits", 0, README_ROWS, "cosine"),
        ("docs/results.md", "NW-UCLA, first stage", 0, README_ROWS, "cosine"),
    ],
)
def test_nw_ucla(page: str, header: str, which: int, rows: dict[str, str], way: str) -> None:
    printed = table_in(page, header, which)
    assert len(printed) >= 6
    names = {label: f"{rows[label]}/{way}" for label in printed}
    assert printed == accuracies(results("nw-ucla"), names, SHOTS)


def test_nw_ucla_other_classifiers() -> None:
    printed = table_in(NW_UCLA, "row", 2)
    assert len(printed) == 24
    names = {label: label.removesuffix(" (today's)") for label in printed}
    assert printed == accuracies(results("nw-ucla"), names, SHOTS)


def test_nw_ucla_differences() -> None:
    printed = table_in(NW_UCLA, "difference")
    pairs = {label: tuple(label.split(" - ")) for label in printed}
    assert len(pairs) == 12
    assert printed == differences(results("nw-ucla"), pairs, SHOTS)


def test_nw_ucla_as_printed() -> None:
    printed = table_in(NW_UCLA, "row, cosine")
    rows = {label: NW_UCLA_ROWS[label] for label in list(printed)[:2]}
    found = results("nw-ucla")
    accuracy = accuracies(
        found, {label: f"{row}-as-printed/cosine" for label, row in rows.items()}, SHOTS
    )
    pairs = {label: (f"{row}/cosine", f"{row}-as-printed/cosine") for label, row in rows.items()}
    gain = differences(found, pairs, SHOTS)
    for label in rows:
        assert printed[label] == [*accuracy[label], " / ".join(gain[label])]
    pair = {
        "(d) minus (e)": (
            "text-transfer-as-printed/cosine",
            "random-code-transfer-as-printed/cosine",
        )
    }
    assert printed["(d) minus (e)"][:2] == differences(found, pair, SHOTS)["(d) minus (e)"]


def test_nw_ucla_by_class_and_split() -> None:
    found = results("nw-ucla")["supervised/cosine"]["accuracy"]["1"]
    by_class = {name: [f"{100 * share:.1f}"] for name, share in found["per_class"].items()}
    assert table_in(NW_UCLA, "class") == by_class
    [by_split] = re.findall(r"^By split, 1-shot %: (.*)\.$", (ROOT / NW_UCLA).read_text(), re.M)
    assert by_split == ", ".join(f"{100 * share:.0f}" for share in found["per_split"])


def test_several_encoders_as_one() -> None:
    found = results("four-streams")
    short = table_in("docs/results.md", "NW-UCLA, streams")
    assert short == accuracies(found, {name: name for name in short}, SHOTS)
    printed = table_in("docs/research/2026-11-29-evaluation.md", "NW-UCLA, streams")
    assert printed["one encoder of three streams"] == short["one encoder"]
    assert printed["four encoders"] == short["four encoders"]
    members = found["four encoders"]["members"]
    for stream, member in zip(STREAMS, members, strict=True):
        assert member["trained_on"]["run"] == f"run-{stream.replace(' ', '-')}"
        alone = [f"{100 * member['accuracy'][shots]['mean']:.1f}" for shots in SHOTS]
        assert printed[f"{stream} alone"] == alone
    pair = {"all": ("four encoders", "one encoder")}
    (gain,) = differences(found, pair, SHOTS).values()
    for page in ("docs/results.md", "docs/research/2026-11-29-evaluation.md"):
        text = (ROOT / page).read_text()
        for told in gain:
            assert told.removeprefix("+").partition(" ")[2] in text


SETS = (("ucla", ("1", "5")), ("gator", ("1", "3")), ("rehab", ("1", "3")))
FURTHER = {
    "skelshot-base as it ships": "base",
    "on NW-UCLA's base classes alone": "further",
    "the same, likenesses of skelshot-base beside the labels": "keep",
    "**beside 168 other classes**": "beside",
    "alone and beside, scores added": "both",
}


def test_what_training_further_costs_elsewhere() -> None:
    found = results("ladder")
    page = "docs/research/2026-11-29-travelling-encoder.md"
    for row, cells in table_in(page, "development splits, trained further").items():
        for (name, shots), cell in zip(SETS, cells, strict=True):
            start = f"dev {FURTHER[row]} {name}"
            each = [found[key]["accuracy"] for key in found if key.startswith(start)]
            assert len(each) in (0, 1, 4)
            assert bool(each) == (cell != "-")
            if each:
                averages = [100 * sum(one[k]["mean"] for one in each) / len(each) for k in shots]
                assert cell == " / ".join(f"{average:.1f}" for average in averages)


PARTS = (
    "pooled",
    "flat-one-view",
    "flat-three-views",
    "mirrored",
    "default",
    "loo",
    "levels",
    "parts",
    "tempos",
)


def test_the_recipe_part_by_part() -> None:
    found = results("ladder")
    printed = table_in("docs/results.md", "skelshot-base, part by part")
    for part, cells in zip(PARTS, printed.values(), strict=True):
        for (name, shots), cell in zip(SETS, cells[:3], strict=True):
            assert cell == means(found[f"part {part} {name}"]["accuracy"], shots)
    views = {part: len(found[f"part {part} ucla"]["config"]["evaluate"]["views"]) for part in PARTS}
    assert [int(cells[3]) for cells in printed.values()] == list(views.values())


def test_the_ladder() -> None:
    found, printed = results("ladder"), table_in("docs/results.md", "NW-UCLA, the ladder")
    named = {row: f"all {row}" for row in printed}
    assert {row: cells[:2] for row, cells in printed.items()} == accuracies(found, named, SHOTS)
    for row, cells in printed.items():
        for rule, cell in zip(("same camera", "cross view"), cells[2:4], strict=True):
            if cell != "-":
                assert cell == means(found[f"{rule} {row}"]["accuracy"])
    further, beside = (
        f"all skelshot-base, trained further{how}" for how in ("", " beside other sets")
    )
    shipped = "all skelshot-base as it ships"
    pairs = {"1": (further, shipped), "2": (beside, shipped), "3": (beside, further)}
    text = (ROOT / "docs/results.md").read_text()
    for gain in differences(found, pairs, SHOTS).values():
        assert all(told in text for told in gain)
    seeds = [found[further], *(found[f"seed{n} skelshot-base, trained further"] for n in (1, 2))]
    for shots in SHOTS:
        each = [f"{100 * one['accuracy'][shots]['mean']:.1f}" for one in seeds]
        assert ", ".join(each) in text


def test_what_the_ladder_s_encoders_keep_elsewhere() -> None:
    found = results("ladder")
    printed = table_in("docs/results.md", "trained further, elsewhere")
    starts = ("dev base {}", "tuned {} split", "beside {} split")
    for start, cells in zip(starts, printed.values(), strict=True):
        for (name, shots), cell in zip(SETS[1:], cells, strict=True):
            each = [
                one["accuracy"] for key, one in found.items() if key.startswith(start.format(name))
            ]
            assert len(each) in (1, 4)
            averages = [100 * sum(one[k]["mean"] for one in each) / len(each) for k in shots]
            assert cell == " / ".join(f"{average:.1f}" for average in averages)


def test_synthetic_to_nw_ucla() -> None:
    printed = list(table_in("docs/synthetic.md", "trained on").values())
    real = results("nw-ucla")
    synthetic = results("synthetic-to-nw-ucla")
    found = {**real, **synthetic}
    for cells, name in zip(printed, ("all-classes-seed0", "without-twins-seed0"), strict=True):
        against = {row: (name, f"{row}/cosine") for row in ("untrained", "supervised")}
        gain = differences(found, against, SHOTS)
        assert cells == [
            *accuracies(synthetic, {name: name}, SHOTS)[name],
            *(" / ".join(gain[row]) for row in ("untrained", "supervised")),
        ]
