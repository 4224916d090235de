"""`skelshot figure`: figures of the paper from a run, or from saved attributions."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import skelshot as sk
from skelshot.datasets.store import Store
from skelshot.evaluation.query_table import read_queries
from skelshot.rendering.theme import FORMS
from skelshot.synthesis.plan import SynthesisPlan
from skelshot.synthesis.synthesise import synthesise

Run = Callable[..., Any]


@pytest.fixture(scope="module")
def folder(toy_store: Store, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An untrained run with a result that names its table of queries, and maps of two methods."""
    folder = tmp_path_factory.mktemp("figures")
    run = sk.pretrain(
        toy_store, folder / "run", protocol="toy", preset="smoke", splits=[0],
        strategy="none", episodes="none",
    )  # fmt: skip
    sk.evaluate(toy_store, protocol="toy", run=run, preset="smoke", shots=[1],
                queries=folder / "queries.parquet",
                out=folder / "run" / "results" / "toy.json")  # fmt: skip
    rng = np.random.default_rng(0)
    for method in ("ours", "ProtoNet"):
        (folder / method).mkdir()
        for index in (0, 40):
            clip = toy_store.sequence(index)
            shape = (clip.channels, clip.frames, clip.layout.num_joints, clip.persons)
            file = folder / method / f"{toy_store.clips[index].name}.npz"
            np.savez(file, values=rng.normal(size=shape))
    return folder


def test_failure_cases(run: Run, folder: Path, toy_store: Store, tmp_path: Path) -> None:
    words = ("figure", 5, folder / "run", "--store", toy_store.path, "--most", 1)
    answer = run(*words, "--out", tmp_path / "a", "--json")
    assert answer.code == 0, answer.err
    document = answer.json
    table = read_queries(folder / "queries.parquet")
    (pair,) = document["pairs"]
    answers = list(zip(table.true, table.predicted, strict=True))
    first, second = pair["names"]
    assert pair["taken"] == [answers.count((first, second)), answers.count((second, first))]
    assert sum(pair["taken"]) > 0
    names = ("figure-5", "figure-5-confusion")
    files = [str(tmp_path / "a" / f"{name}.{form}") for name in names for form in FORMS]
    assert document["files"] == files
    assert all(Path(file).stat().st_size > 1000 for file in files)
    own = ("--pair", second, first, "--most", 0, "--forms", "svg")
    answer = run(*words[:-2], *own, "--out", tmp_path / "b")
    assert f"{second} / {first}: {pair['taken'][1]} of" in answer.out
    assert sorted(file.name for file in (tmp_path / "b").iterdir()) == sorted(
        f"{name}.svg" for name in names
    )


def test_the_papers_pairs_come_first_by_name(run: Run, tmp_path: Path) -> None:
    """On clips of NTU RGB+D 120's own files: six novel classes, two performers."""
    numbers = (1, 55, 67, 85, 103, 109)
    plan = SynthesisPlan((1, 2, *numbers[1:]), (1, 2), cameras=(1,), replications=(1,))
    synthesise(plan, tmp_path / "raw", workers=1)
    store = sk.prepare("ntu", tmp_path / "raw", tmp_path / "store", missing_list="none")
    drink, hug, hush, cream, yawn, grab = (store.class_names[number - 1] for number in numbers)
    protocol = sk.NamedProtocol(name="pairs", novel=(drink, hug, hush, cream, yawn, grab),
                                base=(store.class_names[1],))  # fmt: skip
    trained = sk.pretrain(store, tmp_path / "run", protocol=protocol, preset="smoke",
                          strategy="none", episodes="none")  # fmt: skip
    sk.evaluate(store, protocol=protocol, run=trained, preset="smoke", shots=[1],
                queries=tmp_path / "queries.parquet", out=tmp_path / "result.json")  # fmt: skip
    answer = run("figure", 5, trained.path, "--store", store.path, "--out", tmp_path / "figure",
                 "--queries", tmp_path / "queries.parquet", "--most", 0, "--forms", "svg",
                 "--json")  # fmt: skip
    assert answer.code == 0, answer.err
    pairs = [tuple(pair["names"]) for pair in answer.json["pairs"]]
    assert pairs == [(hush, yawn), (drink, cream), (hug, grab)]
    assert all(pair["queries"] == [1, 1] for pair in answer.json["pairs"])


@pytest.mark.parametrize("number", [3, 4])
def test_heatmaps(run: Run, folder: Path, toy_store: Store, tmp_path: Path, number: int) -> None:
    clips = [toy_store.clips[index].name for index in (0, 40)][: number - 2]
    words = ["--maps", *(f"{name}={folder / name}" for name in ("ours", "ProtoNet"))]
    words += ["--store", toy_store.path, "--forms", "png", "--fps", "30"]
    for out in ("a", "b"):
        answer = run("figure", number, *words, "--clips", *clips, "--out", tmp_path / out)
        assert answer.code == 0, answer.err
    first, second = (tmp_path / out / f"figure-{number}.png" for out in ("a", "b"))
    assert first.read_bytes() == second.read_bytes()


def test_bad_calls_are_one_line(run: Run, folder: Path, toy_store: Store, tmp_path: Path) -> None:
    name = toy_store.clips[0].name
    five: tuple[object, ...] = (5, folder / "run")
    ours = f"ours={folder / 'ours'}"
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "figure-5.pdf").touch()
    (tmp_path / "file").touch()
    wrong: list[tuple[str, tuple[object, ...]]] = [
        ("RUN: for figure 5 found none", (5,)),
        ("--clips: for figure 5 has no use", (*five, "--clips", name)),
        ("--pair: for figure 3 has no use", (3, "--clips", name, "--maps", ours, "--pair", 1, 2)),
        ("--maps: for figure 4 found none", (4, "--clips", name)),
        ("--moments: found 99, expected 1 to 16", (*five, "--moments", 99)),
        ("--most: found -1, expected 0 to 12", (*five, "--most", -1)),
        ("--pair: found the class 'fly'", (*five, "--pair", "fly", "swim")),
        ("--shots: found 9, expected one of 1", (*five, "--shots", 9)),
        ("figure-5.pdf: found a file, expected none", (*five, "--out", tmp_path / "there")),
        ("found a file, expected a folder", (*five, "--out", tmp_path / "file")),
        ("--maps: found 'ours', expected METHOD=DIR", (3, "--clips", name, "--maps", "ours")),
        ("--maps: found", (3, "--clips", name, "--maps", ours, ours)),
        ("--clips: found 2, expected one", (3, "--clips", name, name, "--maps", ours)),
        ("no clip is called 'x'", (4, "--clips", "x", "--maps", ours)),
        ("a.npz: cannot be read", (4, "--clips", name, "--maps", f"a={tmp_path}")),
        ("found no", (4, "--clips", name, "--maps", f"a={folder}")),
        ("--videos: for figure 4", (4, "--clips", name, "--maps", ours, "--videos", tmp_path)),
        ("no video of", (3, "--clips", name, "--maps", ours, "--videos", tmp_path)),
        ("--fps: found 0.0", (3, "--clips", name, "--maps", ours, "--fps", 0)),
    ]
    (tmp_path / f"{name}.npz").touch()
    for reason, words in wrong:
        out = () if "--out" in words else ("--out", tmp_path / "new")
        answer = run("figure", *words, "--store", toy_store.path, *out)
        assert answer.code == 2, words
        expected = "not a whole .npz file" if reason.startswith("a.npz") else reason
        assert expected in answer.err
        assert answer.err.count("\n") == 1
        assert not (tmp_path / "new").exists()


def test_a_run_without_queries_says_how_to_write_them(
    run: Run, folder: Path, toy_store: Store, tmp_path: Path
) -> None:
    result = folder / "run" / "results" / "toy.json"
    text = result.read_text()
    (tmp_path / "bare.json").write_text(text.replace(str(folder / "queries.parquet"), "none.csv"))
    answer = run("figure", 5, folder / "run", "--store", toy_store.path, "--out", tmp_path / "a",
                 "--result", tmp_path / "bare.json")  # fmt: skip
    assert answer.code == 2
    assert "found no table of queries; write one with skelshot evaluate" in answer.err
