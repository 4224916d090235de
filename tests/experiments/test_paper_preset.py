"""The preset `paper` against a table of what is printed, and what it does with real stores."""

from importlib.resources import files
from math import comb
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from skelshot.datasets.npz import NpzReader
from skelshot.datasets.npz_files import write_npz_clip
from skelshot.datasets.prepare import prepare
from skelshot.datasets.protocols import protocol_named
from skelshot.datasets.reading_options import ReadingOptions
from skelshot.datasets.store import Store
from skelshot.experiments.settings import Settings, load_settings
from skelshot.fewshot import CosineClassifier
from skelshot.front_door import pretrain
from skelshot.ground import SkelshotError
from skelshot.runs import Run
from skelshot.skeletons.layouts import KINECT_V2
from skelshot.teachers import FeatureCache
from skelshot.teachers.models.table import entry_of
from skelshot.videos.clip_frames import VideoOptions

NAMES = files("skelshot.datasets").joinpath("names/pku-mmd.yaml").read_text("utf-8")
PKU_CLASSES = yaml.safe_load(NAMES)["actions"]
STATEMENTS = yaml.safe_load(Path(__file__).with_name("paper_statements.yaml").read_text())


def paper(**facts: Any) -> Settings:
    return load_settings("paper", layout="kinect-v2", **facts)


@pytest.fixture(scope="module")
def printed() -> dict[str, Any]:
    """All that the table names, as plain values; the cosine classifier's options in full."""
    document = paper(persons=2).model_dump(mode="json")
    for place, name in (
        (document["evaluate"]["classifiers"], "cosine"),
        (document["pretrain"]["episodic"], "method_options"),
    ):
        place[name] = CosineClassifier.from_options(place[name]).options.model_dump(mode="json")
    model = entry_of("xclip", "xclip")
    assert model is not None
    document["teacher"] = {"model": model.model_dump(), "videos": VideoOptions().model_dump()}
    one_shot = {name: protocol_named(name) for name in ("ntu60-one-shot", "ntu120-one-shot")}
    document["protocols"] = {"nw-ucla": protocol_named("nw-ucla").model_dump()} | {
        name: {"exemplars": sorted(each.exemplars), "auxiliary": len(each.auxiliary)}
        for name, each in one_shot.items()
    }
    pku, pairs = protocol_named("pku-mmd-one-shot"), protocol_named("msr-action-pairs")
    document["protocols"]["pku-mmd-one-shot"] = {
        "novel": sorted(PKU_CLASSES.index(name) + 1 for name in pku.novel),
        "base": len(pku.base),
        "clips": pku.official_clips,
    }
    document["protocols"]["msr-action-pairs"] = {
        "pairs": len(pairs.groups),
        "novel_pairs": pairs.novel_groups,
        "splits": comb(len(pairs.groups), pairs.novel_groups),
    }
    return document


@pytest.mark.parametrize("statement", STATEMENTS, ids=lambda each: f"{each['says']}: {each['key']}")
def test_the_preset_says_what_is_printed(
    printed: dict[str, Any], statement: dict[str, Any]
) -> None:
    found: Any = printed
    for part in statement["key"].split("."):
        found = found[part]
    assert found == statement["value"], statement["section"]


def test_what_stands_in_the_second_place_is_as_in_the_public_files() -> None:
    assert paper(persons=2).pretrain.input.second_person == "zero"
    copied = paper(persons=2, second_person="copy")
    assert copied.pretrain.input.second_person == "copy"
    assert copied.adapted == (
        "input.second_person=copy (as the public CTR-GCN files of the data set)",
    )


def test_no_place_is_kept_for_a_second_person_whom_no_clip_shows() -> None:
    alone = paper(persons=1)
    assert (alone.pretrain.input.persons, alone.pretrain.encoder_spec.persons) == (1, 1)
    assert alone.adapted == ("input.persons=1 (no clip shows more)",)
    assert paper(persons=1, second_person="copy").pretrain.input.persons == 2
    assert paper(persons=1, assignments=["input.persons=2"]).pretrain.input.persons == 2
    assert paper(persons=3).pretrain.input.persons == 2


SMALL = (
    "encoder.width=0.125",
    "strategy.epochs=1",
    "strategy.hidden=8",
    "strategy.embedding=4",
    "episodic.epochs=0",
)


def test_a_cache_without_f_v_is_refused_before_anything_is_written(
    toy_store: Store, toy_features: FeatureCache, tmp_path: Path
) -> None:
    asked = {"protocol": "toy", "preset": "paper", "splits": [0], "features": toy_features}
    with pytest.raises(SkelshotError, match=r"found 'video\+text', .* hold text only; teach with"):
        pretrain(toy_store, tmp_path / "run", **asked)
    assert not (tmp_path / "run").exists()
    pretrain(toy_store, tmp_path / "run", **asked, changes=["strategy.representation=text", *SMALL])
    options = Run.open(tmp_path / "run").split(0).config["options"]
    assert options["strategy"]["representation"] == "text"
    assert options["input"]["persons"] == 1  # the toy clips show one


def test_without_features_it_is_refused(toy_store: Store, tmp_path: Path) -> None:
    with pytest.raises(SkelshotError, match="strategy transfer: needs --features"):
        pretrain(toy_store, tmp_path / "run", protocol="toy", preset="paper", splits=[0])


@pytest.mark.parametrize(("setup", "second"), [(17, "zero"), (18, "copy")])
def test_the_data_set_is_told_by_the_names_of_its_clips(
    tmp_path: Path, setup: int, second: str
) -> None:
    rng = np.random.default_rng(0)
    (tmp_path / "raw").mkdir()
    for action in (1, 2, 3, 4):
        for replication in (1, 2):
            name = f"S{setup:03}C001P001R{replication:03}A{action:03}"
            joints = rng.normal(size=(2, 12, 25, 3)).astype(np.float32)
            file = tmp_path / "raw" / f"{name}.npz"
            write_npz_clip(file, joints, label=f"A{action:03}", layout=KINECT_V2)
    reader = NpzReader(reading=ReadingOptions(body_check="ignore"))
    prepare(reader, tmp_path / "raw", tmp_path / "store")
    run = pretrain(
        Store.open(tmp_path / "store"),
        tmp_path / "run",
        protocol=protocol_named("toy").model_copy(update={"base": 2, "novel": 2}),
        preset="paper",
        strategy="none",
        episodes="none",
        splits=[0],
        changes=SMALL[:1],
    )
    assert run.split(0).inputs.second_person == second
