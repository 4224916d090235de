"""`skelshot protocols`, `encoders`, `teachers`, `readers`, `strategies` and `config`."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from skelshot.commands import COMMANDS
from skelshot.datasets import READERS
from skelshot.datasets.protocols import protocol_named
from skelshot.encoders import ENCODERS
from skelshot.pretraining import STRATEGIES
from skelshot.teachers import TEACHERS, load_models

Run = Callable[..., Any]


@pytest.mark.parametrize("family", [ENCODERS, READERS, STRATEGIES, TEACHERS], ids=lambda f: f.kind)
def test_a_line_a_part(run: Run, family: Any) -> None:
    name = family.group.removeprefix("skelshot.")
    parts = run(name, "--json").json[name]
    assert [part["name"] for part in parts] == [part.name for part in family.shipped]
    out = run(name).out
    for part in parts:
        assert part["about"].endswith(".")
        assert f"{part['name']} " in out
        assert part["paper"] in out


def test_every_encoder_names_its_paper(run: Run) -> None:
    assert all(part["paper"] for part in run("encoders", "--json").json["encoders"])


def test_teachers_have_their_models_beside_them(run: Run) -> None:
    models = run("teachers", "--json").json["models"]
    assert {model["name"] for model in models} == load_models().models.keys()
    assert (
        "videomae-b           video-and-text  16      224     768   CC-BY-NC" in run("teachers").out
    )


def test_protocols_load_by_the_names_that_are_listed(run: Run) -> None:
    listed = run("protocols", "--json").json["protocols"]
    assert [protocol_named(one["name"]).name for one in listed] == [one["name"] for one in listed]
    assert all(one["about"].endswith(".") and "\n" not in one["about"] for one in listed)
    assert len(run("protocols").out.splitlines()) == len(listed) + 1


def test_what_a_protocol_is_about_changes_none_of_its_draws(tmp_path: Path, toy_store: Any) -> None:
    file = tmp_path / "mine.yaml"
    texts = "{name: toy, draws_as: toy, splits: 3, base: 6, novel: 4, draws: 10, about: Mine.}"
    file.write_text(texts)
    ours, theirs = protocol_named(str(file)), protocol_named("toy")
    splits = theirs.split_list(toy_store)
    assert (ours.about, ours.split_list(toy_store)) == ("Mine.", splits)
    assert ours.fingerprint(toy_store, splits, 1) == theirs.fingerprint(toy_store, splits, 1)


def test_every_list_is_a_command_with_a_sentence(run: Run) -> None:
    helped = run("--help").out
    for command in COMMANDS:
        assert command.name in helped
        assert command.help.endswith(".")


def test_config_shows_a_preset(run: Run) -> None:
    document = run("config", "smoke", "--json").json
    assert document["preset"] == "smoke"
    keys = {key["key"]: key for key in document["keys"]}
    assert keys["strategies.supervised.epochs"] == {
        "key": "strategies.supervised.epochs",
        "type": "whole number",
        "default": 30,
        "value": 1,
        "meaning": "Passes over the base clips.",
    }
    lines = run("config", "smoke", "input.frames").out.splitlines()
    assert lines[1:] == [
        "input.frames = 16  (default: 64; whole number)",
        "    Frames T after cropping and resizing.",
    ]
    assert run("config", "--json").json["preset"] == "cpu"


@pytest.mark.parametrize(
    ("sections", "begin"),
    [
        (["evaluate"], "evaluate."),
        (["strategy"], "strategy"),
        (["pretrain.strategy.optimizer"], "strategy.optimizer."),
        (["evaluate.classifiers.rfs", "evaluate.classifiers.rfs.C"], "evaluate.classifiers.rfs."),
    ],
)
def test_config_of_sections(run: Run, sections: list[str], begin: str) -> None:
    names = [key["key"] for key in run("config", "cpu", *sections, "--json").json["keys"]]
    every = [key["key"] for key in run("config", "cpu", "--json").json["keys"]]
    assert names == [name for name in every if name.startswith(begin) and "strategies" not in name]
    assert names


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("papre",), "preset: found 'papre', expected one of cpu, paper, smoke or a .yaml"),
        (("papre",), "did you mean 'paper'?"),
        (("cpu", "evalaute"), "did you mean 'evaluate'?"),
        (("cpu", "strategy.epcohs"), "did you mean 'strategy.epochs'?"),
        (("cpu", "evaluate.classifiers.rffs"), "did you mean 'evaluate.classifiers.rfs'?"),
        (("cpu", "\x1b[1m"), "section: found '\\x1b[1m', expected pretrain, strategy, seed, "),
        (("none.yaml",), "preset: found 'none.yaml'"),
    ],
)
def test_config_refuses_in_one_line(run: Run, words: tuple[str, ...], told: str) -> None:
    answer = run("config", *words)
    assert answer.code == 2
    assert told in answer.err
    assert answer.err.count("\n") == 1


def test_config_of_ones_own_preset(run: Run, tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text(
        "pretrain: {strategy: byol, encoder: {name: ctr-gcn, width: 0.5}, input: {sides: matter}}\n"
        "evaluate: {classifiers: {rfs: {C: 3.0}}}\n"
    )
    keys = {key["key"]: key["value"] for key in run("config", mine, "--json").json["keys"]}
    assert keys["strategy"] == "byol"
    assert keys["strategy.decay"] == 0.99
    assert (keys["encoder.name"], keys["encoder.width"]) == ("ctr-gcn", 0.5)
    assert keys["evaluate.classifiers.rfs.C"] == 3
    assert keys["input.sides"] == "matter"
    assert keys["input.layout"] == "the store's"
    mine.write_text("pretrain: {encoder: {nmae: agcn}}")
    assert "did you mean 'name'?" in run("config", mine).err
