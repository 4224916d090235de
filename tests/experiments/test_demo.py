"""The demo: accuracies with intervals, videos of the base classes only, and a report."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from skelshot.cli import build_parser
from skelshot.commands.demo import COMMAND
from skelshot.datasets.store import Store
from skelshot.experiments import demo
from skelshot.experiments.demo import DemoSize, run_demo

SMALL = DemoSize(
    base_performers=1,
    novel_performers=2,
    cameras=(1,),
    video_size=(64, 36),
    changes=(
        "encoder.width=0.125",
        "input.frames=8",
        "loop.keep_every=100",
        "evaluate.views=[{}]",
        "episodic.episode.queries=1",
    ),
    rows={
        "without_transfer": ("episodic.epochs=1",),
        "with_transfer": ("strategy.epochs=1", "episodic.epochs=1"),
    },
)


@pytest.fixture(scope="module", autouse=True)
def _in_this_process() -> Iterator[None]:
    """Run the commands one after the other, without a new interpreter each."""

    def call(*words: object) -> None:
        parsed = build_parser().parse_args(list(map(str, words)))
        parsed.run(parsed)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(demo, "call", call)
        patch.setattr(demo, "usable_cores", lambda: 1)
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("demo")
    run_demo(out, SMALL)
    return out


def test_it_prints_what_the_document_says(folder: Path) -> None:
    document = json.loads((folder / "demo.json").read_text())
    keys = {"with_transfer", "without_transfer", "untrained", "ci95", "queries", "report"}
    assert keys | {"gain", "gain_ci95", "teacher", "seconds"} == document.keys()
    gain = document["with_transfer"] - document["without_transfer"]
    assert document["gain"] == pytest.approx(gain)
    low, high = document["gain_ci95"]
    assert low <= gain <= high
    text = COMMAND.show(document)
    for name in ("untrained", "without_transfer", "with_transfer"):
        low, high = document["ci95"][name]
        assert 0 <= low <= document[name] <= high <= 1
        assert f"{100 * document[name]:.1f} %" in text
    assert f"{document['queries']} queries" in text
    assert f"transfer adds {100 * gain:.1f} points (95 % interval" in text


def test_novel_classes_are_never_filmed(folder: Path) -> None:
    store = Store.open(folder / "store")
    filmed = {clip.label + 1 for clip in store.clips if clip.video_file}
    assert filmed == set(range(1, 61)) - set(range(1, 61, 6))
    novel = [clip for clip in store.clips if clip.label % 6 == 0]
    assert len(novel) == 10 * 2 * 3 * 2
    assert json.loads((folder / "demo.json").read_text())["queries"] == len(novel) - 10


def test_the_report_shows_everything_in_one_file(folder: Path) -> None:
    page = (folder / "report.html").read_text()
    assert page.count("data:image/png;base64,") == 3 + 3
    # Of two right answers and a wrong one; these are the narrowest, so rounding may turn one.
    named = [page.count(f"{how} named") for how in ("rightly", "wrongly")]
    assert min(named) > 0
    assert sum(named) == 2 * 3
    for text in ("episodes only", "transfer from the teacher", "Where the time went", "synthetic"):
        assert text in page
    assert 'src="http' not in page


def test_a_second_run_goes_on_from_what_is_there(folder: Path) -> None:
    before = json.loads((folder / "demo.json").read_text())
    again = run_demo(folder, SMALL)
    assert {key: again[key] for key in ("with_transfer", "without_transfer", "untrained")} == {
        key: before[key] for key in ("with_transfer", "without_transfer", "untrained")
    }


def test_the_full_demo_has_enough_queries_for_its_interval() -> None:
    assert 10 * DemoSize().novel_performers * 3 * 2 - 10 >= 600
