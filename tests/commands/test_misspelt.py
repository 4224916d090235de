"""What is misspelt is told with the nearest right word, what is said twice is refused."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from skelshot.datasets.store import Store
from skelshot.teachers import load_class_texts

Run = Callable[..., Any]

CALLS = {
    "a command": ("evalute", "did you mean 'evaluate'?"),
    "an option": ("evaluate STORE --protocl toy", "--protocl; did you mean '--protocol'?"),
    "an option with its value": ("pretrain STORE --prset=cpu", "did you mean '--preset'?"),
    "a choice": ("prepare npz RAW --out OUT --sides auot", "mean 'auto'?"),
    "a preset": ("pretrain STORE --protocol toy --preset papre --out OUT", "'paper'"),
    "a protocol": ("pretrain STORE --protocol nwucla --out OUT", "'nw-ucla'?"),
    "a long protocol": ("evaluate STORE --protocol ntu60-oneshot", "'ntu60-one-shot'?"),
    "a teacher": ("teach STORE --teacher minlm --out OUT", "mean 'minilm'?"),
    "prompts": (
        "teach STORE --teacher random-code --prompts plian --out OUT",
        "did you mean 'plain'?",
    ),
    "a layout": ("prepare npz RAW --out OUT --layout kinect-v3", "'kinect-v2'?"),
    "options of no method": (
        "evaluate STORE --protocol toy --set classifiers.rffs.C=10",
        "evaluate.classifiers: found 'rffs', expected one of cosine, ",
    ),
    "the nearest method": (
        "evaluate STORE --protocol toy --set classifiers.rffs.C=10",
        "did you mean 'rfs'?",
    ),
    "a method's option": (
        "evaluate STORE --protocol toy --set classifiers.cosine.scal=10",
        "method cosine, options: found the unknown option 'scal', expected ",
    ),
    "another method's option": (
        "evaluate STORE --protocol toy --method rfs --set classifiers.rfs.turn=10",
        "method rfs, options: found the unknown option 'turn', expected C, turns, ",
    ),
    "a key of the evaluation": (
        "evaluate STORE --protocol toy --set raedout=joints",
        "did you mean 'readout'?",
    ),
    "a key within a section": (
        "pretrain STORE --protocol toy --out OUT --set loop.wrokers=1",
        "pretrain.loop: found the unknown option 'wrokers'",
    ),
    "a strategy's section": (
        "pretrain STORE --protocol toy --out OUT --set strategies.bylo.epochs=1",
        "did you mean 'byol'?",
    ),
    "twice": (
        "evaluate STORE --protocol toy --preset smoke --preset cpu",
        "argument --preset: found twice; say it once (try",
    ),
    "several values twice": (
        "evaluate STORE --protocol toy --shots 1 --shots 5",
        "argument --shots: found twice; say it once, with all its values (try",
    ),
}
"""A call, and what it is told."""


@pytest.mark.parametrize("what", CALLS)
def test_one_line_names_the_nearest(run: Run, toy_store: Store, tmp_path: Path, what: str) -> None:
    words, told = CALLS[what]
    raw = toy_store.path.parent / "raw"
    places = {"STORE": toy_store.path, "RAW": raw, "OUT": tmp_path / "out"}
    answer = run(*(places.get(word, word) for word in words.split()))
    assert answer.code == 2
    assert told in answer.err
    assert answer.err.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_values_that_look_like_options_are_none(run: Run, toy_store: Store) -> None:
    """A word with a space is a value, and what follows two hyphens is one."""
    answer = run("evaluate", toy_store.path, "--protocol", "--no such")
    assert "protocol: found '--no such'" in answer.err
    answer = run("evaluate", "--protocol", "toy", "--run", "none", "--", "--stroe")
    assert "--stroe: no such folder" in answer.err


def test_names_of_papers_are_taken_in_settings(run: Run, toy_store: Store) -> None:
    words = ("--protocol", "toy", "--method", "protonet", "--run", "none")
    answer = run("evaluate", toy_store.path, *words, "--set", "classifiers.prototypical-network=3")
    assert "evaluate.classifiers.prototypical-network: found 3" in answer.err
    named = "classifiers.prototypical-network.distence=cosine"
    answer = run("evaluate", toy_store.path, *words, "--set", named)
    assert "method protonet, options: found the unknown option 'distence'" in answer.err


def test_a_misspelt_class_is_told_with_the_one_that_is_missing(tmp_path: Path) -> None:
    texts = tmp_path / "texts.yaml"
    texts.write_text("{jmup: a person jumps, wave: a person waves}")
    with pytest.raises(Exception, match=r"lacks 1 of 2 .*; found 'jmup', did you mean 'jump'\?$"):
        load_class_texts(texts, ("jump", "wave"))
