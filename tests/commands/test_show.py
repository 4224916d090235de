"""`skelshot show`: one page about a run, whatever is there of it, and what it refuses."""

import base64
import json
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import skelshot as sk
from skelshot.datasets.clips import UNLABELLED
from skelshot.datasets.protocols import protocol_named
from skelshot.datasets.store import Store
from skelshot.evaluation.query_table import QueryTable, read_queries, write_queries
from skelshot.experiments.html import HtmlReport
from skelshot.experiments.run_page import accuracies, feature_map, gather, material
from skelshot.reports import show
from skelshot.runs import Run as SavedRun

Run = Callable[..., Any]
EVIL = "<script>alert(1)</script> $\\foo$ "


class Page(HTMLParser):
    """What a page says and holds; fails where a tag is not closed."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.text, self.tags, self.pictures = "", [], []
        self.open: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag == "img":
            self.pictures.append(dict(attrs))
        elif tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += f"{data}\n"


@pytest.fixture(scope="module")
def folder(toy_store: Store, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store whose classes have bad names, a run of two splits with a result, and a table."""
    folder = tmp_path_factory.mktemp("shown")
    (folder / "raw").mkdir()
    for file in (toy_store.path.parent / "raw").glob("*.npz"):
        with np.load(file) as clip:
            np.savez(folder / "raw" / file.name, **{**clip, "label": f"{EVIL}{clip['label']}"})
    store = sk.prepare("npz", folder / "raw", folder / "store")
    run = sk.pretrain(store, folder / "run", protocol="toy", preset="smoke", splits=[0, 1])
    result = folder / "run" / "results" / "toy-cosine.json"
    sk.evaluate(store, protocol="toy", run=run, preset="smoke", shots=[1, 5], out=result)
    write_queries(folder / "queries.parquet", answered_at_random(store))
    return folder


def answered_at_random(store: Store) -> QueryTable:
    """The queries of two splits of the toy protocol, half of them recognised."""
    protocol, rng, rows = protocol_named("toy"), np.random.default_rng(0), []
    for split in protocol.split_list(store)[:2]:
        classes = [store.class_names[label] for label in split.novel]
        for task in protocol.tasks(store, split, 1):
            support = [store.clips[index].name for index in np.ravel(task.support)]
            for index in task.queries:
                true = store.class_names[store.clips[index].label]
                scores = dict(zip(classes, rng.random(4), strict=True))
                said = true if rng.random() < 0.5 else max(scores, key=scores.__getitem__)
                rows.append(
                    (split.index, task.draw, store.clips[index].name, true, said, scores, support)
                )
    names = tuple(dict.fromkeys(name for row in rows for name in row[5]))
    return QueryTable(
        shots=np.ones(len(rows), np.int64),
        splits=np.array([row[0] for row in rows]),
        draws=np.array([row[1] for row in rows]),
        clips=[row[2] for row in rows],
        true=[row[3] for row in rows],
        predicted=[row[4] for row in rows],
        exemplars=[row[6] for row in rows],
        classes=names,
        scores=np.array([[row[5].get(name, np.nan) for name in names] for row in rows], np.float32),
    )


@pytest.fixture(scope="module")
def whole(folder: Path) -> Page:
    """The page with everything on it."""
    page = show(
        folder / "run", folder / "page", store=folder / "store", queries=folder / "queries.parquet"
    )
    assert page == folder / "page" / "index.html"
    return Page(page)


def test_the_page_tells_all_there_is(whole: Page, folder: Path) -> None:
    result = json.loads((folder / "run/results/toy-cosine.json").read_text())
    for accuracy in result["accuracy"].values():
        assert f"{100 * accuracy['mean']:.1f} (" in whole.text
        for name, value in accuracy["per_class"].items():
            assert f"{name}\n{100 * value:.1f}\n" in whole.text
    table = read_queries(folder / "queries.parquet")
    hits = int(table.hits.sum())
    assert f"{hits} 1-shot queries were recognised; here are 12" in whole.text
    assert f"{len(table) - hits} 1-shot queries were not recognised; here are 12" in whole.text
    for said in ("supervised", "agcn", "toy", "2 splits", "options.encoder.width", "0.125"):
        assert said in whole.text
    captions = [str(picture["alt"]) for picture in whole.pictures]
    for said in (
        "Stage supervised",
        "True classes in rows",
        "clips of the novel classes of split 0",
    ):
        assert any(said in caption for caption in captions)
    assert "95 % intervals over splits: Student's t over splits, taken as independent" in whole.text
    assert "toy of store" in whole.text
    for what in ("not recognised", "recognised"):
        names = whole.text.partition(f"Names of these clips, {what}\n")[2]
        assert sum(f"\n{clip}\n" in names.partition("Names of")[0] for clip in set(table.clips)) > 5
    assert len(captions) == 6  # two confusion matrices, misses, hits, map, curves


def test_the_page_needs_nothing_else_and_names_are_text(whole: Page, folder: Path) -> None:
    text = (folder / "page" / "index.html").read_text()
    assert EVIL.strip() in whole.text
    assert "script" not in whole.tags
    assert "http" not in re.sub(r"base64,[^\"]*", "", text)
    assert {str(p["src"]).partition(",")[0] for p in whole.pictures} == {"data:image/png;base64"}
    for picture in whole.pictures:
        assert base64.b64decode(str(picture["src"]).partition(",")[2]).startswith(b"\x89PNG")
    assert len(text) < 4 << 20
    assert [entry.name for entry in (folder / "page").iterdir()] == ["index.html"]


def test_a_run_alone_says_what_is_missing(run: Run, folder: Path, tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    shutil.copytree(folder / "run", bare)
    shutil.rmtree(bare / "results")
    (bare / "split-01" / "result.json").unlink()
    (bare / "split-00" / "metrics.jsonl").unlink()
    with (bare / "split-01" / "metrics.jsonl").open("a") as handle:
        handle.write('{"stage": "superv')  # a killed process
    answer = run("show", bare, "--out", tmp_path / "a.html", "--json")
    assert answer.json == {"page": str(tmp_path / "a.html")}
    page = Page(tmp_path / "a.html")
    for said in (
        "There is no result yet. Run: skelshot evaluate STORE",
        "There is no table of queries. Run: skelshot evaluate STORE",
        "name them with --store STORE",
        "not finished: the same `skelshot pretrain` goes on",
    ):
        assert said in page.text
    assert len(page.pictures) == 1  # the curves of split 1


def test_the_page_stands_in_the_run_unless_told(run: Run, folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder / "run", tmp_path / "run")
    assert run("show", tmp_path / "run", "--json").json == {"page": f"{tmp_path}/run/index.html"}
    assert "Accuracy" in Page(tmp_path / "run" / "index.html").text


def test_results_on_other_data_are_left_out_and_said(
    run: Run, folder: Path, toy_store: Store, tmp_path: Path
) -> None:
    moved = tmp_path / "run"
    shutil.copytree(folder / "run", moved)
    out = moved / "results" / "own.json"
    sk.evaluate(toy_store, protocol="toy", run=moved, method="nearest", shots=[1], out=out)
    answer = run("show", moved, "--store", toy_store.path, "--out", tmp_path / "a.html")
    assert answer.code == 0, answer.err
    page = Page(tmp_path / "a.html")
    assert "own, 1-shot" in page.text
    assert "toy-cosine" not in page.text
    assert "Left out: 1 on other data than this store." in page.text


def test_the_map_gives_unlabelled_clips_no_class(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their label -1 would name the last class."""
    store, drawn = Store.open(folder / "store"), list[str]()
    last = next(i for i, clip in enumerate(store.clips) if clip.label == len(store.class_names) - 1)
    unlabelled = replace(store.clips[last], label=UNLABELLED)
    clips = (*store.clips[:last], unlabelled, *store.clips[last + 1 :])
    monkeypatch.setattr(store, "clips", clips)
    monkeypatch.setattr(feature_map, "draw_map", lambda places, names, *rest: drawn.extend(names))
    novel = {store.class_names[-1], store.class_names[0]}
    monkeypatch.setattr(feature_map, "_novel", lambda *_: novel)
    monkeypatch.setattr(HtmlReport, "picture", lambda *_: None)
    material = gather(SavedRun.open(folder / "run"), store=store)
    feature_map.add_map(HtmlReport("map"), material, tmp_path)
    assert len(drawn) == sum(clip.label in (0, len(store.class_names) - 1) for clip in clips)


def test_a_run_without_epochs_and_a_store_without_its_classes(
    run: Run, folder: Path, toy_store: Store, tmp_path: Path
) -> None:
    bare = tmp_path / "bare"
    shutil.copytree(folder / "run", bare)
    shutil.rmtree(bare / "results")
    for file in bare.glob("*/metrics.jsonl"):
        file.unlink()
    answer = run("show", bare, "--store", toy_store.path, "--out", tmp_path / "a.html")
    assert (answer.code, answer.out) == (0, f"{tmp_path / 'a.html'}: open it in a browser\n")
    text = Page(tmp_path / "a.html").text
    assert "No epoch was trained" in text
    assert "The store has 0 clips of novel classes" in text


def test_a_table_that_the_result_names_is_found(folder: Path, tmp_path: Path) -> None:
    moved = tmp_path / "run"
    shutil.copytree(folder / "run", moved)
    file = moved / "results/toy-cosine.json"
    document = json.loads(file.read_text())
    file.write_text(json.dumps(document | {"queries": "elsewhere/queries.parquet"}))
    page = show(moved, tmp_path / "without.html")
    assert "There is no table of queries" in page.read_text()
    shutil.copy(folder / "queries.parquet", moved / "results")
    gathered = material.gather(sk.Run.open(moved))
    assert gathered.queries is not None
    assert len(gathered.queries) == len(read_queries(folder / "queries.parquet"))


def test_many_results_are_bounded(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved = tmp_path / "run"
    shutil.copytree(folder / "run", moved)
    for number in range(3):
        shutil.copy(moved / "results/toy-cosine.json", moved / f"results/other-{number}.json")
    monkeypatch.setattr(material, "MOST_RESULTS", 2)
    monkeypatch.setattr(accuracies, "MOST_DETAILED", 1)
    entries = [{"stage": f"s{at // 20}", "epoch": 1, f"f{at % 20}": 1.0} for at in range(400)]
    text = "".join(json.dumps(entry) + "\n" for entry in entries)
    (moved / "split-00" / "metrics.jsonl").write_text(text)
    page = Page(show(moved, tmp_path / "a.html"))
    assert "The first 2 of 4." in page.text
    assert "other-2" not in page.text
    assert "Classes are shown for the first 1 of 4 accuracies" in page.text
    assert "The first 9 of 20 figures." in page.text
    assert "The first 6 of 21 stages." in page.text  # the other split's is one more
    assert len(page.pictures) == 1 + 6


def test_what_does_not_belong_is_one_line(
    run: Run, folder: Path, toy_store: Store, tmp_path: Path
) -> None:
    result = json.loads((folder / "run/results/toy-cosine.json").read_text())
    queries = read_queries(folder / "queries.parquet")
    strange = {
        "text.json": "[]",
        "cut.json": json.dumps(result)[:500],
        "other.json": json.dumps(
            result | {"config": {"run": result["config"]["run"] | {"data_hash": "b0b0"}}}
        ),
        "nan.json": json.dumps(result).replace('"mean": 0.', '"mean": NaN, "was": 0.', 1),
        "file": "a file",
        "cut.parquet": "PAR1",
    }
    for name, text in strange.items():
        (tmp_path / name).write_text(text)
    write_queries(tmp_path / "clips.csv", replace(queries, clips=[f"x{c}" for c in queries.clips]))
    write_queries(tmp_path / "splits.csv", replace(queries, splits=queries.splits + 7))
    own = folder / "run/results/toy-cosine.json"
    wrong: dict[str, tuple[object, ...]] = {
        "found no split of a run": (tmp_path,),
        "toy-cosine.json: found no split of a run": (own,),
        "found list, expected a JSON mapping": ("--result", tmp_path / "text.json"),
        "not valid JSON": ("--result", tmp_path / "cut.json"),
        "config.run.data_hash: found 'b0b0'": ("--result", tmp_path / "other.json"),
        "mean: found nan": ("--result", tmp_path / "nan.json"),
        "absent.json: cannot be read": ("--result", tmp_path / "absent.json"),
        "toy-cosine.json, data_hash": ("--store", toy_store.path),
        "not a table of queries": ("--queries", tmp_path / "cut.parquet"),
        "no clip is called 'x": ("--queries", tmp_path / "clips.csv", "--store", folder / "store"),
        "split: found [7, 8], expected [0, 1]": (
            "--queries", tmp_path / "splits.csv", "--result", own,
        ),
        "--out": ("--out", tmp_path / "file"),
        "store.json": ("--store", tmp_path),
    }  # fmt: skip
    for reason, words in wrong.items():
        place = words if isinstance(words[0], Path) else (folder / "run", *words)
        # a result in place of the run is told as such, not as a place for the page
        out = () if "--out" in place or place[0] == own else ("--out", tmp_path / "page")
        answer = run("show", *place, *out)
        assert answer.code == 2, words
        assert reason in answer.err
        assert answer.err.count("\n") == 1
        assert not (tmp_path / "page").exists()


@pytest.mark.parametrize(
    ("file", "text", "reason"),
    [
        ("split-00/metrics.jsonl", "[1]\n", "line 1: found [1], expected the figures of an epoch"),
        ("split-00/metrics.jsonl", '{"stage": "a", "epoch": 1, "loss": "x"}\n', "line 1"),
        ("split-00/config.yaml", "a: b\n", "config.yaml: found the unknown option 'a'"),
        ("split-01/result.json", "{}", "found no result of a split"),
        ("results/more.json", "{}", "more.json, protocol: field required"),
        ("split-00/checkpoints/encoder.safetensors", "", "encoder.safetensors"),
    ],
)
def test_a_damaged_run_is_one_line(
    run: Run, folder: Path, tmp_path: Path, file: str, text: str, reason: str
) -> None:
    moved = tmp_path / "run"
    shutil.copytree(folder / "run", moved)
    shutil.rmtree(moved / "split-00" / "features")
    (moved / file).write_text(text)
    answer = run("show", moved, "--store", folder / "store", "--out", tmp_path / "a.html")
    assert answer.code == 2
    assert reason in answer.err
    assert answer.err.count("\n") == 1
    assert not (tmp_path / "a.html").exists()
