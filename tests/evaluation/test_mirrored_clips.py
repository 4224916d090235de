"""Where sides matter, it is said of an encoder that it has seen mirrored clips."""

from pathlib import Path

import pytest

from skelshot.datasets.protocols import protocol_named
from skelshot.datasets.store import Store
from skelshot.evaluation.evaluate_members import evaluate_members
from skelshot.evaluation.member import Member
from skelshot.experiments.settings import load_settings
from skelshot.fewshot.nearest import NearestNeighbour
from skelshot.fewshot.raw_nearest import RawNearest
from skelshot.ground import SkelshotError
from skelshot.pretraining.pretrain import build_stages, pretrain
from skelshot.pretraining.starting_run import StartingRun
from skelshot.runs import Run
from skelshot.runs.mirrored_clips import REMARK, saw_mirrored_clips
from skelshot.skeletons.inputs import AskedSides

PROTOCOL = protocol_named("toy")


def train(
    store: Store,
    out: Path,
    mirror: float,
    sides: AskedSides,
    start: Path | None = None,
    seed: int = 0,
) -> str | None:
    """Train one split and return what its result remarks of sides."""
    small = ["strategy.epochs=1", "input.frames=8", f"augmentation.mirror={mirror}"]
    small.append(f"seed={seed}")
    chosen = load_settings("smoke", layout="kinect-v1", assignments=small).pretrain
    begin = None if start is None else StartingRun(start)
    first = PROTOCOL.split_list(store)[:1]
    report = pretrain(store, PROTOCOL, first, chosen, out, start=begin, sides=sides)
    remark: str | None = report.splits[0]["sides"]["remark"]
    return remark


def remark(store: Store, run: Path, sides: AskedSides) -> str | None:
    settings = load_settings("smoke", layout="kinect-v1")
    method = NearestNeighbour()
    found = evaluate_members(
        store, PROTOCOL, [Member(Run(run), method, settings.evaluate)], [1], sides=sides
    )
    told: str | None = found["sides"]["remark"]
    return told


@pytest.mark.parametrize(
    ("mirror", "trained", "sides", "told"),
    [
        (0.5, "ignore", "matter", f"in split 0 {REMARK}"),
        (0.5, "ignore", "ignore", None),
        (0.5, "matter", "auto", None),
        (0.0, "ignore", "matter", None),
    ],
)
def test_an_evaluation_says_that_training_mirrored(
    toy_store: Store,
    tmp_path: Path,
    mirror: float,
    trained: AskedSides,
    sides: AskedSides,
    told: str | None,
) -> None:
    assert train(toy_store, tmp_path / "run", mirror, trained) is None
    assert remark(toy_store, tmp_path / "run", sides) == told


def test_what_the_earlier_run_mirrored_is_remembered(toy_store: Store, tmp_path: Path) -> None:
    train(toy_store, tmp_path / "first", 0.5, "ignore")
    assert train(toy_store, tmp_path / "then", 0.5, "matter", tmp_path / "first") == REMARK
    assert saw_mirrored_clips(tmp_path / "then", 0)
    assert train(toy_store, tmp_path / "silent", 0.0, "ignore", tmp_path / "first") is None
    assert saw_mirrored_clips(tmp_path / "silent", 0)
    assert train(toy_store, tmp_path / "clean", 0.5, "matter") is None
    assert not saw_mirrored_clips(tmp_path / "clean", 0)


@pytest.mark.parametrize("sides", ["matter", "ignore"])
def test_the_input_may_say_whether_sides_matter(
    toy_store: Store, tmp_path: Path, sides: AskedSides
) -> None:
    said = ["strategy.epochs=1", "input.frames=8", f"input.sides={sides}"]
    chosen = load_settings("smoke", layout="kinect-v1", assignments=said).pretrain
    first = PROTOCOL.split_list(toy_store)[:1]
    report = pretrain(toy_store, PROTOCOL, first, chosen, tmp_path / "run")
    found = report.splits[0]["sides"]
    assert (found["sides"], found["because"]) == (sides, "as asked for")


def test_a_run_begun_before_sides_were_found_goes_on(toy_store: Store, tmp_path: Path) -> None:
    train(toy_store, tmp_path / "run", 0.5, "ignore")
    with pytest.raises(SkelshotError, match="or --sides ignore to go on"):
        train(toy_store, tmp_path / "run", 0.5, "matter")


def test_episodes_do_not_mirror_where_sides_matter(toy_store: Store) -> None:
    chosen = load_settings("smoke", layout="kinect-v1", assignments=["episodes=subspace"]).pretrain
    split = PROTOCOL.split_list(toy_store)[0]
    for sides, views in (("ignore", 1), ("matter", 0)):
        options = chosen.with_sides(sides)
        *_, stage = build_stages(toy_store, split, options, None)[1]
        assert len(stage.method.views) == views


@pytest.mark.parametrize(
    ("assignments", "mirrors"),
    [
        (["strategy=supervised"], True),
        (["strategy=transfer"], True),
        (["strategy=byol"], True),
        (["strategy=aimclr"], True),
        (["strategy=none"], False),
        (["strategy=none", "episodes=protonet"], True),
        (["strategy=supervised", "augmentation.mirror=0"], False),
        (["strategy=byol", "augmentation.mirror=0"], True),
        (["strategy=byol", "strategy.aggressive.mirror=0"], False),
        (["strategy=aimclr", "strategy.extreme.mirror=0"], False),
    ],
)
def test_what_a_run_mirrors(assignments: list[str], mirrors: bool) -> None:
    chosen = load_settings("cpu", layout="kinect-v1", assignments=assignments).pretrain
    assert chosen.mirrors_clips is mirrors
    assert not chosen.with_sides("matter").mirrors_clips


@pytest.fixture(scope="module")
def three_runs(toy_store: Store, tmp_path_factory: pytest.TempPathFactory) -> list[Run]:
    """Train one run where sides are ignored and two where they matter."""
    folder = tmp_path_factory.mktemp("runs")
    trained: list[AskedSides] = ["ignore", "matter", "matter"]
    for seed, sides in enumerate(trained):
        train(toy_store, folder / str(seed), 0.5, sides, seed=seed)
    return [Run(folder / str(seed)) for seed in range(len(trained))]


@pytest.mark.parametrize(
    ("chosen", "asked", "each", "together"),
    [
        ([0, 1], "auto", ["ignore", "matter", "ignore"], "ignore"),
        ([1, 2], "auto", ["matter", "matter", "matter"], "matter"),
        ([0, 1], "matter", ["matter", "matter", "matter"], "matter"),
        ([0, 1], "ignore", ["ignore", "ignore", "ignore"], "ignore"),
    ],
)
def test_each_of_an_ensemble_is_mirrored_as_it_was_trained(
    toy_store: Store,
    three_runs: list[Run],
    chosen: list[int],
    asked: AskedSides,
    each: list[str],
    together: str,
) -> None:
    options = load_settings("cpu", layout="kinect-v1").evaluate
    members = [Member(three_runs[place], NearestNeighbour(), options) for place in chosen]
    members.append(Member(None, RawNearest(), options))
    found = evaluate_members(toy_store, PROTOCOL, members, [1], sides=asked)
    assert [member["sides"]["sides"] for member in found["members"]] == each
    assert found["sides"]["sides"] == together
    views = [member["config"]["evaluate"]["views"] for member in found["members"]]
    mirrored = [any(view["mirror"] for view in of_member) for of_member in views]
    assert mirrored == [sides == "ignore" for sides in each]
