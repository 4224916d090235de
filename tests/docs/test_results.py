"""The numbers in the pages are those of the results that are published beside them."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from skelshot.evaluation.metrics import mean_interval
from skelshot.experiments.result_archive import read_results
from skelshot.experiments.tables import accuracy_table, difference_table

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
NW_UCLA = "docs/research/2026-11-27-nw-ucla.md"
METHODS = "docs/research/2026-11-24-methods.md"
NTU60 = "docs/research/2026-11-27-what-a-teacher-adds-ntu60.md"
NTU120 = "docs/research/2026-11-27-what-a-teacher-adds-ntu120.md"
SEVERAL_SETS = "docs/research/2026-11-30-several-sets.md"
SHOTS = ("1", "5")

Results = Mapping[str, Mapping[str, Any]]
Table = dict[str, list[str]]


@cache
def results(table: str) -> Results:
    return read_results(DOCS / "results" / f"{table}.jsonl.gz")


def table_in(page: str, header: str, which: int = 0) -> Table:
    """Return the cells of the table whose head line begins so, by the first cell of each row."""
    lines = (ROOT / page).read_text().splitlines()
    heads = [number for number, line in enumerate(lines) if line.startswith(f"| {header} |")]
    found: Table = {}
    for line in lines[heads[which] + 2 :]:
        if not line.startswith("|"):
            break
        label, *cells = (cell.strip() for cell in line.strip("|").split("|"))
        found[label.strip("`")] = cells
    return found


def cells_of(markdown: str) -> Table:
    return {
        label.strip(): [cell.strip() for cell in cells]
        for label, *cells in (line.strip("|").split("|") for line in markdown.splitlines()[2:])
    }


def accuracies(found: Results, names: Mapping[str, str], shots: tuple[str, ...]) -> Table:
    return cells_of(accuracy_table({label: found[name] for label, name in names.items()}, shots))


def differences(
    found: Results,
    pairs: Mapping[str, tuple[str, str]],
    shots: tuple[str, ...],
) -> Table:
    made = cells_of(difference_table(found, pairs.values(), shots))
    return {label: made[f"{a} - {b}"] for label, (a, b) in pairs.items()}


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
TEACHER_ROWS = {
    "none": "none",
    "f_t": "f_t",
    "f_v": "f_v",
    "f_t + f_v": "f_t + f_v",
    "supervised, as many epochs": "supervised",
    "random code a class in place of f_t": "random code",
    "f_t + f_v, f_v shuffled within its class": "shuffled f_v",
    "labels + f_t + f_v": "labels + f_t + f_v",
    "labels + random code": "labels + random code",
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


def test_many_shot() -> None:
    printed = table_in("docs/research/2026-11-24-many-shot.md", "encoder")
    assert list(printed.values()) == [
        [
            f"{found['width']}",
            f"{found['train']} / {found['test']}",
            f"{100 * found['accuracy']:.1f}",
            f"{found['seconds']:.0f}",
        ]
        for found in (
            results("many-shot")[name]
            for name in ("agcn", "ctr-gcn", "ctr-gcn-40-epochs", "ctr-gcn-80-epochs")
        )
    ]


@pytest.mark.parametrize("file", sorted((ROOT / "docs/results").glob("*.jsonl.gz")), ids=str)
def test_published_results_name_no_folder_of_a_machine(file: Path) -> None:
    assert not re.findall(r'": ?"/[^"]*"', json.dumps(read_results(file)))


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


PIXELS = "docs/research/2026-11-30-pixels.md"
WHERE = (
    ("nw-ucla", ("1", "5")),
    ("gator-20", ("1", "3")),
    ("gator-5", ("1", "3")),
    ("rehab", ("1", "3")),
)


def _means(found: Results, names: Sequence[str]) -> list[str]:
    """Write the accuracies of one result a set as cells."""
    each = [(found[name]["accuracy"], shots) for name, (_, shots) in zip(names, WHERE, strict=True)]
    return [" / ".join(f"{100 * told[one]['mean']:.1f}" for one in shots) for told, shots in each]


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
            _one_and_three(found[f"joints {task} {name}"]["accuracy"])
            for task in ("gator-20", "gator-5", "rehab-5")
        ]
        for row, name in rows.items()
    }


def _one_and_three(accuracy: Mapping[str, Any]) -> str:
    """Write accuracies with one and three exemplars as a cell."""
    return " / ".join(f"{100 * accuracy[shots]['mean']:.1f}" for shots in ("1", "3"))


def test_the_small_one_learns_from_the_large_one() -> None:
    found = results("ready-made")
    printed = table_in("docs/research/2026-11-29-travelling-encoder.md", "chosen by")
    joined = "three small ones that learnt so, joined"
    assert list(printed) == ["small of labels", "small", "base", joined]
    for row, cells in printed.items():
        each = (found[f"chosen by {task} {row}"] for task in ("gator5", "gator20", "rehab5"))
        assert cells == [_one_and_three(one["accuracy"]) for one in each]


STREAMS = ("joint", "bone", "joint motion", "bone motion")


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


def test_the_ladder() -> None:
    found, printed = results("ladder"), table_in("docs/results.md", "NW-UCLA, the ladder")
    named = {row: f"all {row}" for row in printed}
    assert {row: cells[:2] for row, cells in printed.items()} == accuracies(found, named, SHOTS)
    for row, cells in printed.items():
        for rule, cell in zip(("same camera", "cross view"), cells[2:4], strict=True):
            if cell != "-":
                means = [found[f"{rule} {row}"]["accuracy"][shots]["mean"] for shots in SHOTS]
                assert cell == " / ".join(f"{100 * mean:.1f}" for mean in means)
    pair = ("all skelshot-base, trained further", "all skelshot-base as it ships")
    (gain,) = differences(found, {"all": pair}, SHOTS).values()
    assert all(told in (ROOT / "docs/results.md").read_text() for told in gain)


def _over_seeds(found: Results, row: str, shots: str) -> list[float]:
    """Accuracies of the runs of a row, in percent, by rising seed."""
    names = sorted(name for name in found if re.fullmatch(rf"{re.escape(row)} seed\d", name))
    return [100 * found[name]["accuracy"][shots]["mean"] for name in names]


def test_several_sets() -> None:
    rows = {
        "labels": "labels",
        "labels + f_t, names": "text",
        "labels + f_t, descriptions": "described",
        "labels + random code": "code",
        "labels + f_v of rendered videos": "video",
        "labels + f_t + f_v": "both",
        "the same, f_v shuffled within its class": "shuffled",
        "labels, and 240 composed classes": "composed",
        "labels, five classes of two sets joined": "joined",
        "labels, and likenesses of skelshot-base": "distill",
    }
    measured = (
        ("nw-ucla", "1"), ("nw-ucla", "5"), ("kinder-gator", "1"), ("kinder-gator", "3"),
        ("ui-prmd", "1"), ("ui-prmd", "3"),
    )  # fmt: skip
    found = results("several-sets")
    means = table_in(SEVERAL_SETS, "trained with")
    gains = table_in(SEVERAL_SETS, "less labels alone")
    assert list(means) == list(rows)
    assert list(gains) == list(rows)[1:]
    for label, row in rows.items():
        seeds = [_over_seeds(found, f"{row} {where}", shots) for where, shots in measured]
        texts = [f"{sum(each) / len(each):.1f}" for each in seeds]
        pairs = [f"{one} / {more}" for one, more in zip(texts[::2], texts[1::2], strict=True)]
        assert means[label] == [*pairs, str(len(seeds[0]))]
        if label in gains:
            plain = [_over_seeds(found, f"labels {where}", shots) for where, shots in measured]
            assert gains[label] == [
                ", ".join(f"{b - a:+.1f}" for a, b in zip(first, second, strict=False))
                for first, second in zip(plain, seeds, strict=True)
            ]


def test_likenesses_of_trained_encoders() -> None:
    rows = {
        "none: labels alone": "labels",
        "temperature 0.1, labels as strong": "likenesses T 0.1",
        "temperature 0.1, no labels": "likenesses alone",
        "**temperature 0.05, labels at a quarter**": "distill",
        "temperature 0.03, labels at a quarter": "likenesses T 0.03",
        "its maps regressed through a linear layer in place of likenesses": "maps",
    }
    found = results("several-sets")
    printed = table_in(SEVERAL_SETS, "likenesses of skelshot-base, seed 0")
    assert list(printed) == list(rows)
    for label, row in rows.items():
        both = [found[f"{row} {where} seed0"]["accuracy"] for where in ("kinder-gator", "ui-prmd")]
        assert printed[label] == [_one_and_three(accuracy) for accuracy in both]


def test_few_auxiliary_classes() -> None:
    found = results("few-auxiliary")
    rows = {
        "plain": "plain",
        "three networks": "threeplain",
        "240 composed classes beside them": "comp",
        "three networks, composed classes beside them": "three",
    }
    printed = table_in(SEVERAL_SETS, "auxiliary classes")
    assert list(printed) == list(rows)
    for label, row in rows.items():
        for cell, classes in zip(printed[label], (20, 60, 100), strict=True):
            seeds = _over_seeds(found, f"{row} {classes}", "1")
            told = ", ".join(f"{value:.1f}" for value in seeds)
            assert cell == (f"{sum(seeds) / len(seeds):.1f} ({told})" if seeds else "-")


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


def _methods_on_five_splits() -> Table:
    found = results("methods-nw-ucla-5-splits")
    printed = table_in(METHODS, "method")
    accuracy = accuracies(found, {name: name for name in printed}, SHOTS)
    gain = differences(
        found, {name: (name, "cosine") for name in printed if name != "cosine"}, SHOTS
    )
    return {
        name: [
            printed[name][0],  # the paper's number
            *accuracy[name],
            " / ".join(gain.get(name, [])),
            printed[name][4],  # of the training, which an evaluation does not know
            " / ".join(f"{found[name]['seconds_by_part'][f'{k}-shot'] / 5:.2f}" for k in SHOTS),
            f"{found[name]['peak_memory_mb']:.0f}",
        ]
        for name in printed
    }


def _methods_on_all_splits() -> Table:
    found = results("methods-nw-ucla-20-splits")
    accuracy = accuracies(found, {name: name for name in found}, SHOTS)
    gain = differences(found, {name: (name, "cosine") for name in found if name != "cosine"}, SHOTS)
    return {name: [*accuracy[name], " / ".join(gain.get(name, []))] for name in found}


def _methods_on_toys() -> Table:
    found = results("methods-toy")
    names = [name for name in found if name != "feat-lr-factor-10"]
    return accuracies(found, {name: name for name in names}, SHOTS)


def _methods_on_synthetic_ntu60() -> Table:
    found = results("methods-synthetic-ntu60")
    printed = table_in(METHODS, "method", 3)
    made = {}
    for name, cells in printed.items():
        one = found[f"{name}/seed0"]
        [accuracy] = accuracies({name: one}, {name: name}, ("1",))[name]
        spent = f"{one['seconds_by_part']['1-shot']:.2f}"
        made[name] = [accuracy, cells[1], spent, f"{one['peak_memory_mb']:.0f}"]
    return made


def _methods_over_seeds() -> Table:
    found = results("methods-synthetic-ntu60")
    over_seeds = {}
    for name in (key.removesuffix("/seed4") for key in found if key.endswith("/seed4")):
        seeds = [found[f"{name}/seed{seed}"]["accuracy"]["1"]["mean"] for seed in range(5)]
        interval = mean_interval(seeds)
        accuracy = {"mean": interval.mean, "ci95": interval.ci95, "per_seed": seeds}
        over_seeds[name] = {"accuracy": {"1": accuracy}}
    levels = accuracies(over_seeds, {name: name for name in over_seeds}, ("1",))
    pairs = {name: (name, "cosine") for name in over_seeds if name != "cosine"}
    gain = differences(over_seeds, pairs, ("1",))
    return {name: [*levels[name], *gain.get(name, [""])] for name in over_seeds}


@pytest.mark.parametrize(
    ("which", "made", "count"),
    [
        (0, _methods_on_five_splits, 20),
        (1, _methods_on_all_splits, 6),
        (2, _methods_on_toys, 20),
        (3, _methods_on_synthetic_ntu60, 20),
        (4, _methods_over_seeds, 5),
    ],
)
def test_methods(which: int, made: Callable[[], Table], count: int) -> None:
    printed = table_in(METHODS, "method", which)
    assert len(printed) == count
    assert printed == made()


def _short(name: str) -> list[str]:
    """Return both levels of a method as the short tables have them."""
    nw_ucla = results("methods-nw-ucla-5-splits")[name]["accuracy"]
    synthetic = results("methods-synthetic-ntu60")[f"{name}/seed0"]["accuracy"]
    levels = " / ".join(f"{100 * nw_ucla[k]['mean']:.1f}" for k in SHOTS)
    return [levels, f"{100 * synthetic['1']['mean']:.1f}"]


def test_the_methods_page() -> None:
    page = "docs/methods/index.md"
    printed = table_in(page, "method", 2)
    assert len(printed) == 20
    assert printed == {name: _short(name) for name in printed}


@pytest.mark.parametrize(
    "page", sorted((DOCS / "methods").glob("*.md")), ids=lambda page: str(page.stem)
)
def test_each_method_s_page(page: Path) -> None:
    text = page.read_text()
    said = re.findall(
        r"(?:`(\S+)` )?NW-UCLA, five splits, ([\d.]+ / [\d.]+); "
        r"synthetic NTU-60, one exemplar, ([\d.]+)",
        text,
    )
    assert said or page.stem in ("index", "raw-dtw")  # raw-dtw came after that table
    for name, *levels in said:
        assert levels == _short(name or page.stem)


@pytest.mark.parametrize(
    ("page", "archive", "count"),
    [
        (NTU60, "teachers-synthetic-ntu60", 9),
        (NTU120, "teachers-synthetic-ntu120", 9),
        ("docs/results.md", "teachers-synthetic-ntu60", 9),
    ],
)
def test_what_a_teacher_adds(page: str, archive: str, count: int) -> None:
    found = results(archive)
    header = "synthetic NTU-60, first stage" if page == "docs/results.md" else "first stage"
    printed = table_in(page, header)
    assert printed.keys() == TEACHER_ROWS.keys()
    assert len(printed) == count
    ways = ("cosine",) if page == "docs/results.md" else ("nearest", "linear", "cosine")
    full = "f_t + f_v/cosine"
    for label, row in TEACHER_ROWS.items():
        names = {way: f"{row}/{way}" for way in ways}
        expected = [cells[0] for cells in accuracies(found, names, ("1",)).values()]
        assert printed[label][: len(ways)] == expected
        if len(printed[label]) > len(ways):
            pair = {"": (full, f"{row}/cosine")}
            gain = differences(found, pair, ("1",))[""]
            assert printed[label][len(ways) :] == ([""] if row == "f_t + f_v" else gain)


def test_what_a_teacher_adds_in_pairs() -> None:
    found = results("teachers-synthetic-ntu60")
    printed = table_in(NTU60, "f_t + f_v minus")
    assert len(printed) == 6
    for label, cells in printed.items():
        pairs = {
            way: (f"f_t + f_v/{way}", f"{TEACHER_ROWS[label]}/{way}")
            for way in ("nearest", "linear", "cosine")
        }
        gains = differences(found, pairs, ("1",))
        assert cells == [gain[0] for gain in gains.values()]


def test_what_was_mended() -> None:
    found = results("teachers-synthetic-ntu60")
    printed = list(table_in(NTU60, "transfer").values())
    rows = ("f_t", "f_v", "f_t + f_v", "random code", "shuffled f_v")
    for cells, kind in zip(
        printed, ("first-mini-teacher/", "second-mini-teacher/", ""), strict=True
    ):
        for cell, row in zip(cells, rows, strict=True):
            if cell and cell != "the same":
                name = f"{kind}{row}/cosine"
                assert [cell] == accuracies(found, {name: name}, ("1",))[name]


def test_the_results_page_has_no_other_table() -> None:
    text = (DOCS / "results.md").read_text()
    assert re.findall(r"^\| ([^|]+) \|.*\n\|---", text, re.MULTILINE) == [
        "NW-UCLA, first stage",
        "NW-UCLA, streams",
        "NW-UCLA, the ladder",
        "NW-UCLA, 5 of 10 classes, 20 splits",
        "UI-PRMD, 5 of 10 classes, held-out people",
        "Kinder-Gator, 20 ways, held-out people and classes",
        "NW-UCLA in pixels, 5 of 10 classes, 20 splits",
        "UI-PRMD in pixels, 5 of 10 classes, held-out people",
        "Kinder-Gator in pixels, 20 ways, held-out people and classes",
        "synthetic NTU-60, first stage",
    ]
