"""The base encoder: made of little data, made again, and gone on with after a stop."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from skelshot.base_encoder import build, discriminator
from skelshot.base_encoder.build import BaseReport, make_base
from skelshot.base_encoder.card import card_page
from skelshot.base_encoder.discriminator import write_discriminator
from skelshot.base_encoder.recipe import BaseRecipe, NetworkBeside
from skelshot.datasets.store import Store
from skelshot.encoders import (
    MultiStream,
    load_encoder,
    packaged_card,
    packaged_file,
    packaged_names,
    read_header,
)
from skelshot.encoders.packaged import Measured, read_card
from skelshot.ground import SkelshotError
from skelshot.ground.digested_tensors import read_digested
from skelshot.ground.files import sha256_of
from skelshot.pretraining import pretrain as training
from skelshot.recognition.engine import Engine
from skelshot.recognition.match_options import MatchOptions
from skelshot.recognition.other_movements import FILE, read_movements
from skelshot.recognition.trained import trained_named
from skelshot.recognition.unknown.residual_weights import FILE as RESIDUAL
from skelshot.recognition.unknown.residual_weights import read_weights
from skelshot.runs import Run

from ..datasets.test_ui_prmd import write

TINY = BaseRecipe(
    last_class=3,
    performers=2,
    cameras=(1,),
    replications=(1,),
    preset="smoke",
    width=0.125,
    beside=(NetworkBeside(streams=("bone", "joint"), width=0.125),),
    epochs=1,
    splits=2,
    draws=2,
)


def rehab(folder: Path, *people: int) -> Path:
    """Five exercises of some people."""
    for person in people:
        for exercise in range(1, 6):
            write(folder, f"m{exercise:02d}_s{person:02d}_e01")
    return folder


@pytest.fixture(scope="module", autouse=True)
def _few_tasks() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(discriminator, "TASKS", 2)
        yield


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return rehab(tmp_path_factory.mktemp("ui-prmd"), 1, 2, 7, 8)


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("base") / "out"


@pytest.fixture(scope="module")
def made(out: Path, files: Path) -> BaseReport:
    return make_base(out, TINY, {"ui-prmd": files})


def test_it_is_trained_on_all_classes_of_people_who_are_not_held_out(
    made: BaseReport, out: Path
) -> None:
    assert (made.clips, made.classes, made.sets) == (3 * 2 + 5 * 2, 3 + 5, ("ntu", "rehab"))
    store = Store.open(out / "trained.store")
    assert store.layout.name == "kinect-v1"
    assert {clip.name.split("_s")[1][:2] for clip in store.clips if "rehab" in clip.name} == {
        "01",
        "02",
    }
    encoder, inputs = load_encoder(made.encoder)
    assert inputs["sides"] == "matter"
    notes = read_header(made.encoder).extra
    assert "deep squat" in notes["classes"]
    assert notes["trained_on"] == "skelshot-base (ntu, rehab)"
    assert made.parameters == sum(weight.numel() for weight in encoder.parameters())


def test_its_networks_see_the_streams_that_the_recipe_says(made: BaseReport, out: Path) -> None:
    """The joined encoder compares clips as both do, but for the channels that are not kept."""
    joined, inputs = load_encoder(made.encoder)
    assert inputs["streams"] == ["joint", "bone", "joint-motion"]
    assert isinstance(joined, MultiStream)
    places = [(branch.channels, branch.keep) for branch in joined.spec.branches]
    assert places == [(tuple(range(9)), 16), ((3, 4, 5, 0, 1, 2), 16)]
    for folder, part in zip(("run", "run-bone-joint"), joined.parts, strict=True):
        alone, _ = load_encoder(out / folder / "split-00/checkpoints/encoder.safetensors")
        state = alone.state_dict()
        assert all(torch.equal(each, state[name]) for name, each in part.state_dict().items())


def test_its_run_shows_a_small_set_as_often_as_the_recipe_says(made: BaseReport, out: Path) -> None:
    config = (out / "run" / "split-00" / "config.yaml").read_text()
    assert "repeats:\n    rehab: 2" in config
    assert "novel: []" in config


def test_a_background_of_other_movements_is_written(made: BaseReport, out: Path) -> None:
    """A clip of every fourth synthetic class and of each exercise, read by this very encoder."""
    movements = read_movements(out / FILE)
    engine = Engine(trained_named(made.encoder), MatchOptions(), "it")
    assert movements.fingerprint == engine.fingerprint
    assert len(movements.sequences) == 1 + 5
    read = engine.terms(movements.sequences)[0].read(movements.sequences)
    torch.testing.assert_close(movements.features, read, atol=2e-3, rtol=2e-3)


def test_a_discriminator_is_learnt_of_the_trained_sets(made: BaseReport, out: Path) -> None:
    """The 2 to 3 known exercises of one exemplar leave little to learn, but the same each time."""
    assert read_digested(out / RESIDUAL)[1] == {"trained_on": "ntu, rehab"}
    weights = read_weights(out / RESIDUAL)
    write_discriminator(
        Store.open(out / "trained.store"), Path(made.encoder), out / FILE, out.parent, TINY.seed
    )
    assert torch.equal(read_weights(out.parent / RESIDUAL), weights)


def test_people_who_were_held_out_are_recognised_beside_raw_matching(made: BaseReport) -> None:
    rows = [(one.method, one.shots) for one in made.measured]
    assert rows == [("default", 1), ("cosine", 1), ("raw-dtw", 1), ("raw-nearest", 1)]
    assert {one.task for one in made.measured} == {
        "5 of 5 classes of rehab, held-out people, across people"
    }
    assert all(0 <= one.mean <= 1 for one in made.measured)


def test_an_interval_of_several_splits_stands_in_the_card() -> None:
    row = Measured(task="5 of 10", method="cosine", shots=1, mean=0.5, ci95=(0.4, 0.6))
    card = packaged_card("skelshot-base").model_copy(update={"measured": (row,)})
    assert "| 5 of 10 | cosine | 1 | 50.0 (40.0 to 60.0) |" in card_page(card)


def test_the_card_tells_data_terms_recipe_and_hash(made: BaseReport, out: Path) -> None:
    card = read_card(out / f"{TINY.name}.json")
    assert card.sha256 == made.digest == sha256_of(Path(made.encoder))
    assert [(one.name, one.clips, one.classes, one.people) for one in card.data] == [
        ("ntu", 6, 3, 2),
        ("rehab", 10, 5, 2),
    ]
    assert card.left_out == made.left_out == ("--kinder-gator",)
    page = (out / f"{TINY.name}.md").read_text(encoding="utf-8")
    assert page == card_page(card)
    for fact in (
        card.sha256,
        "Public Domain Dedication",
        "| held_out.rehab.people | 7, 8, 9, 10 |",
        "skelshot train-base --out DIR --preset OWN --ui-prmd PATH --seed 0",
        "Not given, so left out: --kinder-gator.",
        "raw-dtw",
        "## Bad at",
    ):
        assert fact in page, fact
    assert str(out) not in page


def test_it_may_learn_from_packaged_weights_and_its_card_says_so(
    files: Path, tmp_path: Path
) -> None:
    changes = {"preset": "cpu", "beside": (), "learns_from": ("skelshot-small",), "splits": 1}
    recipe = TINY.model_copy(update=changes)
    made = make_base(tmp_path / "out", recipe, {"ui-prmd": files})
    digest = packaged_card("skelshot-small").sha256
    card = read_card(tmp_path / "out" / f"{TINY.name}.json")
    assert card.learnt_from == {"skelshot-small": digest}
    assert f"how alike `skelshot-small` (SHA-256 `{digest}`) finds" in card_page(card)
    told = Run(tmp_path / "out" / "run").split(0)
    assert told.config["options"]["strategy"]["name"] == "distill"
    assert [one["encoder"] for one in told.config["learns_from"]] == [digest]
    assert load_encoder(made.encoder)[0].name == "agcn"


def test_every_packaged_page_is_that_of_its_card() -> None:
    for name in packaged_names():
        page = packaged_file(name).with_suffix(".md").read_text(encoding="utf-8")
        assert page == card_page(packaged_card(name))


def test_made_again_nothing_is_trained_or_measured_anew(
    made: BaseReport, out: Path, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("done already")

    before = {file: file.stat().st_mtime_ns for file in (out / "measured").iterdir()}
    monkeypatch.setattr(training, "run_stage", refuse)
    again = make_base(out, TINY, {"ui-prmd": files})
    assert (again.digest, again.measured) == (made.digest, made.measured)
    assert {file: file.stat().st_mtime_ns for file in (out / "measured").iterdir()} == before


def test_after_a_stop_it_goes_on(
    made: BaseReport, files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is stopped before it measures; the second call trains nothing and ends with the same."""

    def stop(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(build, "measure_base", stop)
        with pytest.raises(KeyboardInterrupt):
            make_base(tmp_path / "out", TINY, {"ui-prmd": files})
    monkeypatch.setattr(training, "run_stage", stop)
    again = make_base(tmp_path / "out", TINY, {"ui-prmd": files})
    assert (again.digest, again.measured) == (made.digest, made.measured)


def test_another_recipe_or_other_sets_are_refused(made: BaseReport, out: Path, files: Path) -> None:
    other = TINY.model_copy(update={"epochs": 2})
    with pytest.raises(SkelshotError, match=r"another recipe.epochs \(found 1, now asked for 2\)"):
        make_base(out, other, {"ui-prmd": files})
    with pytest.raises(SkelshotError, match="of another sets"):
        make_base(out, TINY)


BAD: dict[str, tuple[tuple[int, ...], str]] = {
    "no files": ((), "--ui-prmd: .*holds no UI-PRMD files"),
    "held-out people alone": ((7, 9), "--ui-prmd: found people 7, 9 alone, who are held out"),
}


@pytest.mark.parametrize("case", BAD)
def test_sets_that_cannot_be_trained_on(tmp_path: Path, case: str) -> None:
    people, message = BAD[case]
    (tmp_path / "raw").mkdir()
    with pytest.raises(SkelshotError, match=message) as caught:
        make_base(tmp_path / "out", TINY, {"ui-prmd": rehab(tmp_path / "raw", *people)})
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "out" / "raw").exists()  # told before clips are made


def test_one_person_is_trained_on_and_nothing_measured(tmp_path: Path) -> None:
    raw = rehab(tmp_path / "raw", 1)
    report = make_base(tmp_path / "out", TINY, {"ui-prmd": raw})
    assert report.measured == ()
    assert "| not measured |" in Path(report.card).read_text()
